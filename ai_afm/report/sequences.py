"""The section on writing and time-lapse: writes, displacements of walls, and the ladder."""

import math
from collections.abc import Sequence
from typing import Any

from ai_afm.control.sequence import SHARE, threshold_of
from ai_afm.report.quantity import NOT_MEASURED, duration, number, quantity, volts
from ai_afm.report.sequence_figure import ladder_figure, shift_figure, strip_figure
from ai_afm.report.story import Story
from ai_afm.report.svg import drawn
from ai_afm.survey.intervals import Estimate
from ai_afm.survey.threshold import Threshold
from ai_afm.survey.timelapse import AGAIN, Pair, motion_per_pass, pairs, passes
from ai_afm.types import Observation, Role, ScanRequest, WriteRequest

STRIP = 8
"""Images of a sequence that are shown."""


def section(story: Story) -> dict[str, Any] | None:
    """Return what the page shows of the run's sequence, `None` for a run without one."""
    summary = story.summary
    if summary.config.sequence is None:
        return None
    survey = summary.survey
    compared, alone = pairs(survey), passes(survey)
    threshold = threshold_of(summary.config, survey)
    images = [o for o in survey.scans(Role.SEQUENCE) if _is_image(o)]
    shown = images[:: max(1, math.ceil(len(images) / STRIP))][:STRIP]
    frames = [(o, f) for o in shown if (f := story.frame(o.number)) is not None]
    moved = [pair for pair in compared if pair.near is not None]
    return {
        "strip": drawn(lambda: strip_figure(frames), "sequence-images", "Images of the sequence")
        if frames
        else None,
        "figure": drawn(
            lambda: shift_figure(moved), "sequence-shifts", "Displacement of walls by each write"
        )
        if moved
        else None,
        "ladder": None
        if threshold is None
        else drawn(
            lambda: ladder_figure(threshold), "sequence-ladder", "New wall around each dot by bias"
        ),
        "threshold": None if threshold is None else threshold_words(threshold),
        "drive": _drive_words(threshold, summary.config.imaging.drive_v),
        "rows": [_row(pair) for pair in compared],
        "motion": motion_words(alone),
        "writes": [_write_row(o) for o in survey.observations if _strokes(o)],
    }


def threshold_words(threshold: Threshold) -> str:
    r"""Say in a sentence what the ladder has found.

    Examples
    --------
    >>> threshold_words(Threshold(4.0, 3.0, ())).replace("\u00a0", " ")
    'Dots were written from 4.00 V on; at 3.00 V and below none was.'
    """
    if threshold.written is None:
        return (
            f"Nothing was written up to {volts(threshold.clean)}, the largest bias of the ladder."
        )
    if threshold.clean is None:
        return (
            f"The smallest bias, {volts(threshold.written)}, has written already: the threshold"
            " lies below."
        )
    return (
        f"Dots were written from {volts(threshold.written)} on; at {volts(threshold.clean)} and"
        " below none was."
    )


def motion_words(alone: Sequence[Pair]) -> str | None:
    """Say how far one more image moves walls, `None` where nothing tells."""
    estimate = motion_per_pass(tuple(alone))
    if estimate is None:
        return None
    segments = sum(len(pair.found.segments) for pair in alone)
    many = f"{len(alone)} {'pair' if len(alone) == 1 else 'pairs'} of images"
    many += f" with nothing written between, {segments} segments of wall"
    if not math.isfinite(estimate.high):
        return f"{many}: too few to tell how far imaging moves walls."
    low, middle, high = (_root(v) for v in (estimate.low, estimate.value, estimate.high))
    if estimate.low <= 0:
        return (
            f"{many}: no motion beyond what measuring adds; the typical wall moves by at most"
            f" {quantity(high, 'm', 2)} from one image to the next (95 %)."
        )
    return (
        f"{many}: the typical wall moves by {quantity(middle, 'm', 2)} from one image to the next"
        f" ({quantity(low, 'm', 2)} to {quantity(high, 'm', 2)}, 95 %), by imaging and by time"
        " together."
    )


def estimate_words(estimate: Estimate | None) -> str:
    """Write a displacement in nm with its interval.

    Examples
    --------
    >>> estimate_words(Estimate(1.25e-8, 1e-8, 1.5e-8))
    '12.5 (10.0 to 15.0)'
    """
    if estimate is None:
        return "–"
    value = f"{estimate.value * 1e9:.1f}".replace("-", "−")
    if not math.isfinite(estimate.high):
        return f"{value} (no interval)"
    ends = f"{estimate.low * 1e9:.1f} to {estimate.high * 1e9:.1f}"
    return f"{value} ({ends})".replace("-", "−")


def _root(square: float) -> float:
    return math.copysign(math.sqrt(abs(square)), square)


def _is_image(observation: Observation) -> bool:
    request = observation.request
    target = request.target if isinstance(request, ScanRequest) else None
    return target is not None and target.startswith("S") and not target.startswith(AGAIN)


def _strokes(observation: Observation) -> bool:
    request = observation.request
    return isinstance(request, WriteRequest) and bool(request.strokes)


def _row(pair: Pair) -> dict[str, str]:
    done = pair.between
    if not done.strokes:
        what = "nothing"
    else:
        what = f"{len(done.strokes)} {'stroke' if len(done.strokes) == 1 else 'strokes'}"
        what += f", {volts(done.bias)}" if done.bias is not None else ", several biases"
        if done.seconds is not None:
            what += f", {quantity(done.seconds, 's')} each"
    return {
        "images": f"{pair.names[0]} → {pair.names[1]} (scans {pair.numbers[0]}, {pair.numbers[1]})",
        "written": what,
        "between": duration(done.waited),
        "near": estimate_words(pair.near),
        "near_count": str(pair.segments[0]) if done.strokes else "–",
        "control": estimate_words(pair.control),
        "control_count": str(pair.segments[1]),
        "lost": quantity(pair.found.lost, "m", 2) if pair.found.lost else "none",
    }


def _write_row(observation: Observation) -> dict[str, str]:
    request, notes = observation.request, observation.notes or {}
    assert isinstance(request, WriteRequest)
    applied = notes.get("applied") or []
    read = [abs(bias) for bias, _, _ in applied]
    far = f"{observation.lines} of {len(request.strokes)} strokes"
    if notes.get("lost"):
        far = "broke off with the run; how far it came is not known"
    return {
        "number": str(observation.number),
        "what": request.reason,
        "applied": far,
        "bias": f"{number(max(read))} V" if read else NOT_MEASURED,
        "time": quantity(sum(seconds for _, seconds, _ in applied), "s") if applied else "–",
        "problem": str(notes.get("problem") or ""),
    }


def _drive_words(threshold: Threshold | None, drive: float | None) -> str | None:
    """Say how the drive of images compares with the threshold."""
    if threshold is None or drive is None:
        return None
    if threshold.clean is None:
        return f"The drive of {volts(drive)} cannot be judged by it."
    verdict = "at most" if drive <= SHARE * threshold.clean else "more than"
    return f"The drive of images, {volts(drive)}, is {verdict} half of {volts(threshold.clean)}."
