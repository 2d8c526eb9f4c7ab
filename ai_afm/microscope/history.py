"""What depends on the run so far: travel, run time, dose and pulses."""

import math
from dataclasses import dataclass

from ai_afm.errors import OutOfRange
from ai_afm.geometry import first_point
from ai_afm.image.instrument_time import (
    move_seconds,
    path_seconds,
    probe_seconds,
    scan_seconds,
)
from ai_afm.microscope.base import Capabilities, Feedback
from ai_afm.microscope.bounds import at_most, raise_if, text_of
from ai_afm.microscope.consent import allows_bias
from ai_afm.microscope.dose import DoseMap, pass_dose, path_passes, request_dose
from ai_afm.microscope.path_rules import check_move, check_path_bias
from ai_afm.microscope.rules import (
    Rules,
    check_drive,
    check_imaging_bias,
    check_write_consent,
    largest_bias,
)
from ai_afm.microscope.safe_order import ZERO
from ai_afm.microscope.write_rules import check_hops, write_seconds
from ai_afm.types import Drive, PathRequest, Point, ProbeRequest, Request, ScanRequest, WriteRequest


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the run stands when a request is checked.

    Parameters
    ----------
    position
        Where the tip is, m.
    spent
        Instrument time so far, s.
    dose
        What the sample has received.
    bias, drive
        DC bias and AC amplitude, V, that the instrument sets by itself where a request leaves them.
    setpoint
        The instrument's own setpoint, the unit of load; `None` where it is not known.
    """

    position: Point
    spent: float
    dose: DoseMap
    bias: float
    drive: float | None
    setpoint: float | None


def check_history(request: Request, rules: Rules, situation: Situation) -> None:
    """Check what depends on the run so far: travel, time, dose, pulses; after `check_form`."""
    start = begins_at(request, situation.position)
    travel = math.dist(situation.position, start)
    at_most(travel, rules.limits.max_travel, "m", "the move to the first point", "go in steps")
    check_move(rules.consent, situation.position, start)
    if isinstance(request, WriteRequest):
        check_hops(request.strokes, rules)
    total = situation.spent + duration(request, travel, rules.capabilities)
    at_most(total, rules.limits.max_run_time, "s", "the run time at its end", "ask for less")
    if isinstance(request, ScanRequest | PathRequest) and request.drive is None:
        _check_held_bias(request, rules, situation)
    added = planned_dose(request, rules, situation)
    passes, volt_seconds, pulses = situation.dose.worst_with(added)
    advice = "choose another place or fewer lines"
    limits = rules.limits
    at_most(passes, limits.max_passes, "passes (times load)", "the dose of a 100 nm cell", advice)
    at_most(volt_seconds, limits.max_dose, "V s", "the dose of a 100 nm cell", advice)
    if isinstance(request, WriteRequest) and request.strokes:
        check_write_consent(request, rules.consent, pulses - 1)
    if isinstance(request, ProbeRequest):
        volts = 0.0 if request.waveform is None else largest_bias(request.waveform)
        raise_if(
            allows_bias(rules.consent, request.position, volts, pulses - 1),
            f"the probe at {text_of(request.position)} is refused",
        )


def planned_dose(
    request: Request, rules: Rules, situation: Situation, lines: int | None = None
) -> DoseMap:
    """Return what a request does to the sample, of the first `lines` rows or sweeps only if given.

    Raises
    ------
    OutOfRange
        When drive or load are not known and so the dose cannot be counted.
    """
    if isinstance(request, ProbeRequest):
        return request_dose(request, 0.0, 1.0)
    if isinstance(request, WriteRequest):
        return request_dose(request, 0.0, 1.0, lines)
    volts = math.hypot(*_held(request.drive, rules, situation))
    if isinstance(request, PathRequest):
        can = rules.capabilities
        passes = path_passes(request, can.times, lifts=can.lifts_to_move, sweeps=lines)
        return pass_dose(passes, volts, 1.0)
    scale = load_scale(request.setpoint, situation.setpoint, rules.capabilities.feedback)
    return request_dose(request, volts, scale, lines)


def load_scale(asked: float | None, own: float | None, feedback: Feedback) -> float:
    """Return how often a pass counts for the load that was asked for.

    The load is compared by setpoints: in contact a larger one presses harder, in tapping a smaller
    one. A touch lighter than the instrument's own still counts as one pass.

    Raises
    ------
    OutOfRange
        When the setpoints cannot be compared.
    """
    if asked is None or asked == own:
        return 1.0
    if own is None or own <= 0 or (feedback is Feedback.TAPPING and asked <= 0):
        raise OutOfRange(
            f"the load of setpoint {asked:.6g} V cannot be compared with the instrument's own"
            f" setpoint ({own} V); leave the setpoint to the instrument"
        )
    return max(1.0, own / asked if feedback is Feedback.TAPPING else asked / own)


def duration(request: Request, travel: float, capabilities: Capabilities) -> float:
    """Return the instrument time (s) of a request, with `travel` (m) to its first point."""
    times = capabilities.times
    if isinstance(request, ScanRequest):
        seconds = scan_seconds(request, times)
    elif isinstance(request, WriteRequest):
        seconds = write_seconds(request, times)
        if not request.strokes:
            return seconds
    elif isinstance(request, PathRequest):
        seconds = path_seconds(request, times)
    else:
        seconds = probe_seconds(request, times)
    return move_seconds(travel, times) + seconds


def begins_at(request: Request, position: Point) -> Point:
    """Return where a request begins, m; a wait does where the tip is (`position`)."""
    if isinstance(request, WriteRequest):
        return request.strokes[0].start if request.strokes else position
    return first_point(request)


def _check_held_bias(
    request: ScanRequest | PathRequest, rules: Rules, situation: Situation
) -> None:
    ac, dc = situation.drive, situation.bias
    check_drive(Drive(0.0 if ac is None else ac, dc_bias=dc), rules)
    # With current feedback the image needs the bias; elsewhere it is a bias like any other.
    # Readings below a millivolt are the noise of the read-back.
    if rules.capabilities.feedback is Feedback.CURRENT or abs(dc) <= ZERO:
        return
    if isinstance(request, PathRequest):
        check_path_bias(request, dc, rules)
        return
    check_imaging_bias(request.region, dc, rules.consent)


def _held(drive: Drive | None, rules: Rules, situation: Situation) -> tuple[float, float]:
    # DC and AC (rms), V, that are on while scanning.
    if drive is not None:
        return drive.dc_bias, drive.amplitude / math.sqrt(2)
    if situation.drive is not None:
        return situation.bias, situation.drive / math.sqrt(2)
    if not (rules.capabilities.probes or rules.capabilities.writes):
        # An instrument to which no bias can be sent, like a stored scan whose header names no
        # drive: the largest drive that is allowed is counted, an upper bound.
        return situation.bias, rules.limits.max_drive / math.sqrt(2)
    raise OutOfRange(
        "the instrument does not say which drive it applies, so the dose cannot be counted;"
        " name the drive in the request"
    )
