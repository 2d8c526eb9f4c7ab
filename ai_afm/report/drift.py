"""How the sample moved under the tip: course, rate, jumps, and how sure each of them is."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ai_afm.report.palette import ACCENT, FIRST, GRID, MUTED
from ai_afm.report.quantity import duration, quantity
from ai_afm.report.story import Story
from ai_afm.report.svg import WIDTH
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.state import Status
from ai_afm.survey.tracking.tracker import Tracker, note_of
from ai_afm.types import Point, ScanRequest

SURE = 1.96
"""Standard errors of a 95 % interval."""
ROWS = 60
"""Frames in the table; of more, the last ones."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The drift that one frame shows.

    Parameters
    ----------
    time
        Since the middle of the first frame, s.
    scan, what
        Its number, and what it was for.
    drift, error
        (x, y), m, against the first frame, and the halves of their 95 % intervals; NaN where the
        place was in doubt and stayed so.
    rate, rate_error
        (x, y), m/s, as known then, and half of the 95 % interval in the worst direction; `None`
        before two frames were compared.
    sure, words
        Whether the place was sure then, and what it was compared with.
    """

    time: float
    scan: int
    what: str
    drift: Point
    error: Point
    rate: Point
    rate_error: float | None
    sure: bool
    words: str


def moments(survey: Survey) -> list[Moment]:
    """Return the drift of all frames that the tracker has seen, by what is known at the end."""
    tracker = survey.tracker
    return [] if tracker is None else list(_moments(survey, tracker))


def _moments(survey: Survey, tracker: Tracker) -> Iterator[Moment]:
    first = None
    for observation, drift in zip(survey.observations, survey.known_drifts(), strict=True):
        note, request = note_of(observation), observation.request
        if note is None or not isinstance(request, ScanRequest):
            continue
        first = float(note["middle"]) if first is None else first
        xx, _, yy = note["covariance"]
        if observation.number in tracker.poses.scans:
            at = tracker.poses.columns(observation.number)
            xx, yy = np.diag(tracker.poses.among[at, at])
        sure = note["status"] == Status.TRACKING
        error = SURE * math.sqrt(max(xx, 0.0)), SURE * math.sqrt(max(yy, 0.0))
        vx, vy = note["rate"]
        yield Moment(
            float(note["middle"]) - first,
            observation.number,
            request.role.value,
            drift,
            error if sure else (math.nan, math.nan),
            (vx, vy),
            None if "begun" in note else SURE * float(note["rate_error"]),
            sure,
            str(note["words"]),
        )


def section(story: Story) -> dict[str, Any] | None:
    """Return sentences and table of the drift, `None` where fewer than two frames were seen."""
    survey = story.summary.survey
    seen = moments(survey)
    if len(seen) < 2 or survey.tracker is None:
        return None
    return {
        "sentences": list(_sentences(seen, survey.tracker, _begun(survey))),
        "lines": [_line(m) for m in seen[-ROWS:]],
        "left_out": max(len(seen) - ROWS, 0),
    }


def drift_figure(story: Story) -> Figure:
    """Draw the drift against time with its 95 % band, jumps, and frames that were in doubt."""
    seen = moments(story.summary.survey)
    figure = Figure(figsize=(WIDTH * 0.72, 2.2), layout="constrained")
    axes = figure.add_subplot()
    minutes = np.array([m.time for m in seen]) / 60
    sure = np.array([m.sure for m in seen])
    for axis, (name, colour) in enumerate((("x", ACCENT), ("y", FIRST))):
        drift = np.array([m.drift[axis] for m in seen]) * 1e9
        error = np.array([m.error[axis] for m in seen]) * 1e9
        axes.fill_between(minutes[sure], (drift - error)[sure], (drift + error)[sure], alpha=0.2,
                          color=colour, linewidth=0)  # fmt: skip
        axes.plot(minutes[sure], drift[sure], "o-", color=colour, markersize=2.5, label=name)
        axes.plot(minutes[~sure], drift[~sure], "o", color=colour, markersize=3.5, fillstyle="none")
    tracker = story.summary.survey.tracker
    begun = _begun(story.summary.survey)
    for when, _ in tracker.track.jumps if tracker else ():
        axes.axvline((when - begun) / 60, color=MUTED, linestyle=":", linewidth=0.8)
    axes.set_xlabel("time since the first frame (min)")
    axes.set_ylabel("drift (nm)")
    axes.grid(color=GRID)
    axes.legend(loc="best", ncols=2)
    return figure


def _begun(survey: Survey) -> float:
    notes = (note_of(o) for o in survey.observations)
    return next((float(n["middle"]) for n in notes if n is not None), 0.0)


def _sentences(seen: list[Moment], tracker: Tracker, begun: float) -> Iterator[str]:
    last = next((m for m in reversed(seen) if m.sure), seen[0])
    size = math.hypot(*last.drift)
    yield (
        f"In {duration(last.time)} the sample moved by {quantity(size, 'm')}"
        f" ± {quantity(math.hypot(*last.error), 'm')} (95 %) against the first frame."
    )
    if last.rate_error is not None:
        creep = ", the creep of the scanner included" if tracker.open_loop else ""
        yield f"At the end it drifted by {_rate(last)} nm/min (95 %){creep}."
    for when, (dx, dy) in tracker.track.jumps:
        yield (
            f"A jump by {quantity(math.hypot(dx, dy), 'm')} was noticed"
            f" {duration(when - begun)} after the first frame."
        )
    doubts = [m for m in seen if not m.sure]
    if doubts:
        scans = ", ".join(str(m.scan) for m in doubts)
        yield f"The place was in doubt after scan {scans}."
    if not tracker.sure:
        yield "At the end the place was not sure."
    if tracker.open_loop:
        yield (
            "The scanner has no position sensors: its hysteresis was measured as"
            f" {tracker.hysteresis * 100:.2g} % of a line and is taken out of the coordinates of"
            " closer frames."
        )


def _line(moment: Moment) -> dict[str, str]:
    (x, y), (ex, ey) = moment.drift, moment.error
    known = "in doubt" if math.isnan(ex) else None
    return {
        "time": duration(moment.time),
        "scan": f"{moment.scan}, {moment.what}",
        "x": known or f"{x * 1e9:.1f} ± {ex * 1e9:.1f}",
        "y": known or f"{y * 1e9:.1f} ± {ey * 1e9:.1f}",
        "rate": "not measured" if moment.rate_error is None else _rate(moment),
        "words": moment.words,
    }


def _rate(moment: Moment) -> str:
    """Write a drift rate with its 95 % interval, nm/min."""
    error = (moment.rate_error or 0.0) * 6e10
    return f"{math.hypot(*moment.rate) * 6e10:.2g} ± {error:.2g}"
