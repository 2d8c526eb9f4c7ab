"""The seven lamps of a run: what each says, and how much a person should care."""

from dataclasses import dataclass
from datetime import datetime

from ai_afm.store.journal import Row
from ai_afm.survey.health.check import Verdict
from ai_afm_gui.client.digest import Digest
from ai_afm_gui.client.entries import time_of
from ai_afm_gui.client.named import outcome_word
from ai_afm_gui.client.state import View
from ai_afm_gui.client.units import metres, number, si
from ai_afm_gui.client.values import Entry, Lamp, Level, Phase
from ai_afm_gui.words import translate

LITTLE, TOO_LITTLE = 2e9, 2e8
"""Free bytes below which the disk is of concern, and of alarm; a frame takes some 10 MB."""
FAST = 0.05
"""Share of its width that a frame may drift while it is scanned before the lamp warns."""
BEHIND = 4
"""Glimpses that the model may be late before the lamp warns."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What lamps are told by beside the journal.

    Parameters
    ----------
    phase, error
        Where the run stands; why it does not answer.
    view, current
        The newest frame, and the scan or path under way.
    silence
        s since the last line, `None` where none is expected.
    patience
        s that a line may take.
    frame_seconds
        s that the whole frame takes, `None` without one.
    glimpse_every
        Lines between two glimpses.
    free
        Bytes, `None` where the disk does not tell.
    """

    phase: Phase
    error: str
    view: View | None
    current: Entry | None
    silence: float | None
    patience: float
    frame_seconds: float | None
    glimpse_every: int
    free: float | None


@dataclass(frozen=True, slots=True)
class _Says:
    """What a lamp says, before it has its name."""

    word: str
    level: Level
    text: str
    since: datetime | None = None


def lamps(digest: Digest, signs: Signs) -> tuple[Lamp, ...]:
    """Return the seven lamps, always in the same order."""
    told = (
        ("link", translate("Lamps", "Link"), _link(digest, signs)),
        ("tip", translate("Lamps", "Tip"), _tip(digest, signs)),
        ("z range", translate("Lamps", "Z range"), _z_range(digest)),
        ("drift", translate("Lamps", "Drift"), _drift(digest, signs)),
        ("disk", translate("Lamps", "Disk"), _disk(signs)),
        ("model", translate("Lamps", "Model"), _model(digest, signs)),
        ("queue", translate("Lamps", "Queue"), _queue(digest)),
    )
    return tuple(Lamp(n, label, s.word, s.level, s.text, s.since) for n, label, s in told)


def _unknown(text: str) -> _Says:
    return _Says(translate("Lamps", "unknown"), Level.UNKNOWN, text)


def _link(digest: Digest, signs: Signs) -> _Says:
    last = digest.last
    match signs.phase:
        case Phase.ENDED:
            text = translate("Lamps", "The run has ended: {outcome}")
            text = text.format(outcome=outcome_word(digest.finished[0]) if digest.finished else "")
            return _Says(translate("Lamps", "ended"), Level.UNKNOWN, text, last)
        case Phase.BROKEN:
            text = translate("Lamps", "No process runs this run any more, and it has no end")
            return _Says(translate("Lamps", "broken off"), Level.BAD, text, last)
        case Phase.STARTING:
            text = translate("Lamps", "The run is opening its instrument")
            return _Says(translate("Lamps", "starting"), Level.UNKNOWN, text, last)
        case Phase.UNSURE:
            text = translate("Lamps", "The run does not answer: {error}")
            return _Says(
                translate("Lamps", "silent"), Level.WARN, text.format(error=signs.error), None
            )
    if signs.silence is not None and signs.silence > signs.patience:
        text = translate("Lamps", "No line for {time}").format(time=number(signs.silence, "s"))
        return _Says(translate("Lamps", "no lines"), Level.WARN, text)
    text = translate("Lamps", "The run answers")
    return _Says(translate("Lamps", "live"), Level.GOOD, text, digest.started)


def _tip(digest: Digest, signs: Signs) -> _Says:
    row = digest.tip
    if row is None or signs.phase in (Phase.BROKEN, Phase.STARTING):
        return _unknown(translate("Lamps", "Nothing tells what the tip does"))
    lost, since = _doubt(digest, "lost_contact"), time_of(row)
    if lost is not None:
        text = translate("Lamps", "Contact is doubted: {advice}")
        text = text.format(advice=lost.payload["advice"])
        return _Says(translate("Lamps", "no contact"), Level.BAD, text, time_of(lost))
    if row.kind == "fault":
        text = translate("Lamps", "After a fault: {message}")
        text = text.format(message=row.payload["message"])
        if row.payload.get("kind") == "park":
            return _Says(translate("Lamps", "not parked"), Level.BAD, text, since)
        return _Says(translate("Lamps", "parked"), Level.BAD, text, since)
    return _tip_does(row.kind, since)


def _tip_does(kind: str, since: datetime) -> _Says:
    """Return what the tip does after a row of a kind."""
    match kind:
        case "probe_started":
            text = translate("Lamps", "The tip measures at a point")
            return _Says(translate("Lamps", "probing"), Level.GOOD, text, since)
        case "write_started":
            text = translate("Lamps", "The tip writes: bias is on")
            return _Says(translate("Lamps", "writing"), Level.WARN, text, since)
        case "command":
            text = translate("Lamps", "A person has withdrawn the tip; it stays so until cleared")
            return _Says(translate("Lamps", "withdrawn"), Level.WARN, text, since)
        case "run_finished":
            text = translate("Lamps", "The tip is parked, bias and drive are off")
            return _Says(translate("Lamps", "parked"), Level.GOOD, text, since)
    text = translate("Lamps", "The tip is on the sample and scans")
    return _Says(translate("Lamps", "scanning"), Level.GOOD, text, since)


def _z_range(digest: Digest) -> _Says:
    row = _doubt(digest, "saturation")
    if row is not None:
        text = translate("Lamps", "Doubted: {meaning}").format(meaning=row.payload["meaning"])
        return _Says(translate("Lamps", "at its limit"), Level.BAD, text, time_of(row))
    seen = _vouched(digest, "saturation")
    if seen is None:
        return _unknown(translate("Lamps", "No detector has looked at it yet"))
    text = translate("Lamps", "No channel of the last frame was at its limit")
    return _Says(translate("Lamps", "inside"), Level.GOOD, text, seen)


def _drift(digest: Digest, signs: Signs) -> _Says:
    drift = digest.drift
    if drift is None:
        return _unknown(translate("Lamps", "Not measured yet"))
    pace = (drift.rate[0] ** 2 + drift.rate[1] ** 2) ** 0.5
    speed = f"{pace * 60e9:.2g} nm/min"
    if not drift.sure:
        text = translate("Lamps", "The place is not sure; last known drift {speed}")
        return _Says(translate("Lamps", "lost"), Level.BAD, text.format(speed=speed), drift.time)
    region = None if signs.current is None else signs.current.region
    if region is not None and signs.frame_seconds is not None:
        moved = pace * signs.frame_seconds
        if moved > FAST * min(region.size):
            text = translate("Lamps", "{speed}: {moved} while this frame is scanned")
            text = text.format(speed=speed, moved=metres(moved))
            return _Says(translate("Lamps", "fast"), Level.WARN, text, drift.time)
    text = translate("Lamps", "{speed}, corrected for").format(speed=speed)
    return _Says(translate("Lamps", "followed"), Level.GOOD, text, drift.time)


def _disk(signs: Signs) -> _Says:
    if signs.free is None:
        return _unknown(translate("Lamps", "The disk does not tell how much is free"))
    free = si(signs.free, "B")
    if signs.free < TOO_LITTLE:
        text = translate("Lamps", "Only {free} are free").format(free=free)
        return _Says(translate("Lamps", "full"), Level.BAD, text)
    text = translate("Lamps", "{free} are free").format(free=free)
    if signs.free < LITTLE:
        return _Says(translate("Lamps", "little"), Level.WARN, text)
    return _Says(translate("Lamps", "enough"), Level.GOOD, text)


def _model(digest: Digest, signs: Signs) -> _Says:
    model, fault, glimpse = digest.model, digest.glimpse_fault, digest.glimpse
    if not model:
        text = translate("Lamps", "No model looks in this run")
        return _Says(translate("Lamps", "none"), Level.UNKNOWN, text)
    if fault is not None:
        text = f"{model}: {fault.payload['message']}"
        return _Says(translate("Lamps", "failed"), Level.WARN, text, time_of(fault))
    if glimpse is None:
        text = translate("Lamps", "{model} has not looked yet").format(model=model)
        return _Says(translate("Lamps", "ready"), Level.UNKNOWN, text)
    view, since = signs.view, time_of(glimpse)
    if view is not None and view.seen is not None and view.seen.segmentation.ood:
        text = translate("Lamps", "This frame is unlike what {model} was trained on")
        return _Says(translate("Lamps", "unsure"), Level.WARN, text.format(model=model), since)
    late = 0 if view is None or not view.live else view.rows - (view.seen.lines if view.seen else 0)
    if late > BEHIND * signs.glimpse_every:
        text = translate("Lamps", "{model} is {lines} lines behind")
        text = text.format(model=model, lines=late)
        return _Says(translate("Lamps", "behind"), Level.WARN, text, since)
    text = translate("Lamps", "{model}; the last look took {time}")
    text = text.format(model=model, time=number(float(glimpse.payload["ms"]) * 1e-3, "s"))
    return _Says(translate("Lamps", "looks"), Level.GOOD, text, since)


def _queue(digest: Digest) -> _Says:
    if not digest.review:
        text = translate("Lamps", "This run has put nothing aside for a person")
        return _Says(translate("Lamps", "empty"), Level.GOOD, text)
    text = translate("Lamps", "{count} frames of this run were put aside for a person")
    text = text.format(count=len(digest.review))
    return _Says(translate("Lamps", "to review"), Level.WARN, text, time_of(digest.review[-1]))


def _doubt(digest: Digest, detector: str) -> Row | None:
    """Return the row with which a detector began to doubt, `None` while it does not."""
    row = digest.health.get(detector)
    return row if row is not None and row.payload["verdict"] == Verdict.SUSPECT else None


def _vouched(digest: Digest, detector: str) -> datetime | None:
    """Return when a detector has last found all well."""
    row, good = digest.health.get(detector), digest.good.get(detector)
    times = [good] if good is not None else []
    if row is not None and row.payload["verdict"] == Verdict.GOOD:
        times.append(time_of(row))
    return max(times, default=None)
