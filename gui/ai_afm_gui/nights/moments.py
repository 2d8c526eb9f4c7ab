"""A run at any moment of its past: how far the frame was, what was decided, and which model looked.

No Qt. Of a frame the files keep when its lines came only as often as a model looked; between two
looks lines are taken to have come evenly. What a model saw before the end of a frame is not kept:
its final prediction is shown, cut to the lines that it had seen by then, and that is said.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from ai_afm.report.quantity import duration
from ai_afm.types import Frame, ScanRequest, SlowDirection
from ai_afm_gui.client.named import role_word, thing_word
from ai_afm_gui.live.overlay import Line
from ai_afm_gui.nights.book import Book, Decided, Probed, Shot
from ai_afm_gui.words import translate


@dataclass(frozen=True, slots=True)
class Moment:
    """What was true at a time.

    Parameters
    ----------
    time
        Seconds since 1970.
    shot
        The frame that was under way, or the last one; `None` before the first.
    rows
        Of its lines that had come.
    predicted
        Of its lines that a model had seen.
    is_final
        Whether the stored prediction is the one of that moment.
    probe
        The probe that was under way, `None` while none was.
    decision
        The last one.
    model
        That looked, empty without one.
    scans, probes
        That had ended.
    """

    time: float
    shot: Shot | None
    rows: int
    predicted: int
    is_final: bool
    probe: Probed | None
    decision: Decided | None
    model: str
    scans: int
    probes: int


def moment(book: Book, time: float) -> Moment:
    """Return what was true at a time of a run."""
    shots = [s for s in book.shots if s.began <= time]
    shot = max(shots, key=lambda s: s.began, default=None)
    decided = [d.time for d in book.decisions]
    last = bisect_right(decided, time)
    probing = [p for p in book.probes if p.began <= time < (p.ended or p.began)]
    models = [model for since, model in book.models if since <= time]
    return Moment(
        time,
        shot,
        0 if shot is None else rows_at(shot, time),
        0 if shot is None else _predicted(shot, time),
        shot is not None and _has_ended(shot, time),
        probing[-1] if probing else None,
        book.decisions[last - 1] if last else None,
        models[-1] if models else "",
        sum(s.kind == "scan" and _has_ended(s, time) for s in shots),
        sum(p.ended is not None and p.ended <= time for p in book.probes),
    )


def rows_at(shot: Shot, time: float) -> int:
    """Return how many lines of a frame had come at a time."""
    if _has_ended(shot, time):
        return shot.lines
    known = [(shot.began, 0), *shot.seen]
    if shot.ended is not None:
        known.append((shot.ended, max(shot.lines, known[-1][1])))
    times, lines = [t for t, _ in known], [n for _, n in known]
    return int(np.interp(time, times, lines))


def _has_ended(shot: Shot, time: float) -> bool:
    return shot.ended is not None and shot.ended <= time


def _predicted(shot: Shot, time: float) -> int:
    """Return how many lines of a frame a model had seen at a time."""
    if not shot.segmentation:
        return 0
    if _has_ended(shot, time):
        return shot.lines
    return max((lines for seen, lines in shot.seen if seen <= time), default=0)


def frame_at(frame: Frame, rows: int) -> Frame:
    """Return a frame as it was when so many of its lines had come."""
    lines = frame.shape[0]
    if rows >= lines:
        return frame
    there = arrived(lines, rows, comes_down(frame))
    data = {
        key: np.where(there.reshape(-1, *[1] * (image.ndim - 1)), image, np.float32(np.nan))
        for key, image in frame.data.items()
    }
    scanned = {d: known & there for d, known in frame.scanned.items()}
    return replace(frame, data=data, scanned=scanned)


def arrived(lines: int, rows: int, down: bool) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which lines of a frame (row 0 at the top) are the first ones to come.

    Examples
    --------
    >>> arrived(4, 1, down=False).tolist()
    [False, False, False, True]
    """
    order = np.arange(lines) if down else np.arange(lines)[::-1]
    return order < rows


def comes_down(frame: Frame) -> bool:
    """Return whether the first line of a frame is its upper one."""
    request = frame.request
    up = isinstance(request, ScanRequest) and request.slow_direction is SlowDirection.UP
    return not up


def lines_at(lines: Sequence[Line], frame: Frame, rows: int) -> tuple[Line, ...]:
    """Return the drawn lines of a frame as far as they lie in its first rows."""
    count = frame.shape[0]
    if rows >= count:
        return tuple(lines)
    height = frame.region.size[1] * 1e9
    edge = (rows / count - 0.5) * height
    down = comes_down(frame)
    kept: list[Line] = []
    for line in lines:
        w = line.points[:, 1]
        inside = w <= edge if down else w >= -edge
        kept += [Line(line.code, line.points[a:b]) for a, b in _stretches(inside) if b - a > 1]
    return tuple(kept)


def _stretches(inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Return begin and end of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def words_of(book: Book, now: Moment) -> dict[str, str]:
    """Return a moment in words: "when", "frame", "prediction", "decision", "model"."""
    return {
        "when": _when(book, now),
        "frame": _frame(now),
        "prediction": _prediction(now),
        "decision": _decision(book, now),
        "model": now.model or translate("Nights", "no model looked"),
    }


def _when(book: Book, now: Moment) -> str:
    since = now.time - (book.began or now.time)
    clock = f"{datetime.fromtimestamp(now.time).astimezone():%Y-%m-%d %H:%M:%S}"
    words = translate("Nights", "{clock}, {since} after the beginning; {scans} scans and {probes}"
                      " probes were done")  # fmt: skip
    return words.format(clock=clock, since=duration(since), scans=now.scans, probes=now.probes)


def _frame(now: Moment) -> str:
    shot = now.shot
    if shot is None:
        return translate("Nights", "nothing was scanned yet")
    name = f"{thing_word(shot.kind)} {shot.number}"
    if shot.role is not None:
        name += f", {role_word(shot.role)}"
    if shot.target:
        name += f" {shot.target}"
    shape = getattr(shot.request, "shape", None)
    whole = shot.lines if shape is None else shape[0]
    text = translate("Nights", "{name}: {rows} of {all} lines").format(
        name=name, rows=now.rows, all=whole
    )
    if now.probe is not None:
        text += "; " + translate("Nights", "probe {n} was under way").format(n=now.probe.number)
    return text


def _prediction(now: Moment) -> str:
    shot = now.shot
    if shot is None or not shot.segmentation:
        return translate("Nights", "nothing was predicted")
    if now.is_final:
        return translate("Nights", "final prediction, as it was at that moment")
    if not now.predicted:
        return translate("Nights", "no model had looked at this frame yet")
    return translate(
        "Nights",
        "final prediction, cut to the {n} lines that the model had seen; what it saw of them then"
        " is not kept",
    ).format(n=now.predicted)


def _decision(book: Book, now: Moment) -> str:
    decision = now.decision
    if decision is None:
        return translate("Nights", "nothing was decided yet")
    number = book.decisions.index(decision) + 1
    text = f"{number} / {len(book.decisions)}, {decision.controller}: {decision.reason}"
    if decision.refused:
        text += "; " + translate("Nights", "refused by the guard: {why}").format(
            why=decision.refused
        )
    return text
