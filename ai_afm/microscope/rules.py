"""What makes a frame, probe or write legal in itself: numbers, voltages, places and consent.

Each check raises `OutOfRange` with one sentence: what is wrong, the number with its unit, the
limit, and what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ai_afm.errors import OutOfRange
from ai_afm.geometry import corners
from ai_afm.microscope.base import Capabilities, Feedback
from ai_afm.microscope.bounds import (
    at_most,
    at_most_exactly,
    check_region,
    count,
    excess_of_points,
    number,
    positive,
    raise_if,
    text_of,
)
from ai_afm.microscope.consent import (
    ROUNDING,
    allows_bias,
    forbidden_overlap,
    pieces,
    zone_refusal,
)
from ai_afm.types import (
    Consent,
    ConsentZone,
    Drive,
    Limits,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    Stroke,
    Waveform,
    WriteRequest,
)

MOST_STROKES = 10_000
"""Strokes of one write: more are better written in parts, between which somebody can look."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a request is held against."""

    limits: Limits
    capabilities: Capabilities
    consent: Consent


def check_scan(request: ScanRequest, rules: Rules) -> None:
    """Check a frame by itself; raises `OutOfRange`."""
    limits, capabilities = rules.limits, rules.capabilities
    check_region(request.region, "the frame")
    lines, pixels = request.shape
    count(lines, capabilities.max_pixels, "lines")
    count(pixels, capabilities.max_pixels, "pixels")
    positive(request.line_rate, "the line rate")
    if request.slow_direction not in ("down", "up"):
        raise OutOfRange(f"the slow direction {request.slow_direction!r} is neither down nor up")
    check_channels(request.channels, capabilities)
    check_drive(request.drive, rules)
    if request.setpoint is not None:
        setpoint = number(request.setpoint, "the setpoint")
        if not limits.min_setpoint <= setpoint <= limits.max_setpoint:
            raise OutOfRange(
                f"the setpoint {setpoint:.6g} V lies outside {limits.min_setpoint:.6g} to"
                f" {limits.max_setpoint:.6g} V; choose one inside"
            )
    _check_place(request.region, rules, "the frame")
    rate = min(limits.max_line_rate, capabilities.max_line_rate)
    at_most_exactly(request.line_rate, rate, "Hz", "the line rate", "scan slower")
    fastest = capabilities.fastest_line_rate(pixels)
    what = f"the line rate at {capabilities.pixel_time * 1e3:.3g} ms or more a pixel"
    at_most(request.line_rate, fastest, "Hz", what, "scan slower or with fewer pixels")
    speed = request.tip_speed
    at_most(speed, limits.max_tip_speed, "m/s", "the tip speed", "scan slower or smaller")
    if request.drive is not None:
        check_imaging_bias(request.region, request.drive.dc_bias, rules.consent)


def check_probe(request: ProbeRequest, rules: Rules) -> None:
    """Check a point measurement by itself; raises `OutOfRange`."""
    if not rules.capabilities.probes:
        raise OutOfRange(f"{rules.capabilities.name} takes no probes; use another microscope")
    position = tuple(number(c, "the position of the probe") for c in request.position)
    check_points([position], rules, "the probe")
    kind = ProbeKind(request.kind)
    if kind is ProbeKind.FORCE_CURVE:
        if request.waveform is not None:
            raise OutOfRange("a force curve applies no bias; leave its waveform away")
        load = number(request.indentation, "the indentation of a force curve")
        if load < 0:
            raise OutOfRange(f"the indentation {load:.3e} N is negative; give a load to press with")
        limit = rules.limits.max_indentation
        at_most_exactly(load, limit, "N", "the indentation", "press less")
        volts = 0.0
    else:
        if request.indentation is not None:
            raise OutOfRange(f"only a force curve indents, not a {kind.value}; leave it away")
        if request.waveform is None:
            raise OutOfRange(f"a {kind.value} needs a waveform; give it one")
        _check_waveform(request.waveform, rules)
        _check_compliance(kind, request.waveform.compliance, rules)
        volts = largest_bias(request.waveform)
    raise_if(
        allows_bias(rules.consent, request.position, volts),
        f"the probe at {text_of(request.position)} is refused",
    )


def _check_waveform(waveform: Waveform, rules: Rules) -> None:
    volts = min(rules.limits.max_bias, rules.capabilities.max_bias)
    amplitude = number(waveform.amplitude, "the amplitude of the waveform")
    if amplitude < 0:
        raise OutOfRange(f"the amplitude {amplitude:.6g} V is negative; choose the first polarity")
    at_most_exactly(amplitude, volts, "V", "the amplitude of the waveform", "lower it")
    read = abs(number(waveform.read_bias, "the read bias"))
    at_most_exactly(read, volts, "V", "the read bias", "lower it")
    _check_ac(waveform.drive, rules)
    count(waveform.steps, 1_000_000, "steps")
    count(waveform.cycles, 1_000_000, "cycles")
    if waveform.steps % 4:
        raise OutOfRange(f"{waveform.steps} steps a cycle are no multiple of 4; choose one")
    for seconds, name in ((waveform.on_time, "on time"), (waveform.off_time, "off time")):
        if number(seconds, f"the {name} of the waveform") < 0:
            raise OutOfRange(f"the {name} {seconds:.6g} s is negative; give a time")
    positive(waveform.duration, "the duration of the waveform")
    number(waveform.first_polarity, "the first polarity")
    if waveform.first_polarity not in (-1, 1) or waveform.envelope not in ("triangle", "step"):
        raise OutOfRange(
            f"first polarity {waveform.first_polarity!r} or envelope {waveform.envelope!r} is"
            " unknown; use +1 or -1, and triangle or step"
        )


def _check_compliance(kind: ProbeKind, compliance: float | None, rules: Rules) -> None:
    limits, capabilities = rules.limits, rules.capabilities
    if kind is not ProbeKind.CURRENT_VOLTAGE:
        if compliance is not None:
            raise OutOfRange(f"a {kind.value} has no current limit; leave its compliance away")
        return
    if not (capabilities.current_limit or limits.unlimited_current):
        raise OutOfRange(
            f"{capabilities.name} cannot end a current-voltage curve at a current; use another"
            " microscope, or let a person allow it (limits.allow_unlimited_current)"
        )
    if compliance is None:
        raise OutOfRange(
            f"a current-voltage curve needs a compliance of at most {limits.max_current:.3e} A;"
            " give it one"
        )
    positive(compliance, "the compliance")
    at_most_exactly(compliance, limits.max_current, "A", "the compliance", "lower it")


def check_write(request: WriteRequest, rules: Rules) -> None:
    """Check a write by itself; raises `OutOfRange`."""
    capabilities = rules.capabilities
    if not capabilities.writes:
        raise OutOfRange(f"{capabilities.name} does not write; use another microscope")
    if capabilities.feedback is Feedback.CURRENT:
        raise OutOfRange("the tip stands on its bias with current feedback; write in contact")
    check_region(request.region, "the written region")
    if not isinstance(request.strokes, tuple):
        raise OutOfRange(f"the strokes are {request.strokes!r}; give a tuple of strokes")
    if number(request.rest, "the rest after the write") < 0:
        raise OutOfRange(f"the rest {request.rest:.6g} s is negative; give a time")
    if not request.strokes:
        # Nothing is applied: a wait needs no consent, and nothing moves.
        positive(request.rest, "the rest of a write without strokes")
        return
    count(len(request.strokes), MOST_STROKES, "strokes")
    for index, stroke in enumerate(request.strokes, 1):
        _check_stroke(stroke, request.region, rules, index)
    _check_place(request.region, rules, "the written region")
    check_write_consent(request, rules.consent, 0.0)


def _check_stroke(stroke: Stroke, region: ScanRegion, rules: Rules, index: int) -> None:
    limits, what = rules.limits, f"stroke {index}"
    ends = [tuple(number(c, f"x or y of {what}") for c in p) for p in (stroke.start, stroke.end)]
    if any(len(end) != 2 for end in ends):
        raise OutOfRange(f"the ends of {what} need two numbers each; give x and y")
    beyond = excess_of_points(region, ends)
    if not beyond <= ROUNDING:
        raise OutOfRange(
            f"{what} reaches {beyond:.3e} m beyond the region of its write; make that larger"
        )
    volts = min(limits.max_bias, rules.capabilities.max_bias)
    bias = abs(number(stroke.bias, f"the bias of {what}"))
    at_most_exactly(bias, volts, "V", f"the bias of {what}", "lower it")
    positive(stroke.seconds, f"the time of {what}")
    speed = stroke.length / stroke.seconds
    at_most(speed, limits.max_tip_speed, "m/s", f"the speed of {what}", "write slower")


def check_write_consent(request: WriteRequest, consent: Consent, pulses_so_far: float) -> None:
    """Check that a write may be done everywhere in its region; raises `OutOfRange`."""
    for piece in pieces(consent, request.region):
        raise_if(
            zone_refusal(piece.zone, request.largest_bias, pulses_so_far),
            f"writing around {text_of(request.region.center)} is refused",
        )


def check_imaging_bias(region: ScanRegion, dc_bias: float, consent: Consent) -> None:
    """Check that a DC bias may be applied everywhere in a frame; raises `OutOfRange`."""
    if dc_bias == 0:
        return
    for piece in pieces(consent, region):
        check_bias_in(piece.zone, dc_bias, f"the DC bias {dc_bias:.6g} V while imaging is refused")


def check_bias_in(zone: ConsentZone | None, dc_bias: float, what: str) -> None:
    """Check that a zone allows a DC bias while imaging; raises `OutOfRange`."""
    # Imaging with a DC bias needs consent to the bias, but is no pulse: none is left to be counted.
    raise_if(zone_refusal(zone, abs(dc_bias), pulses_so_far=-1.0), what)


def check_drive(drive: Drive | None, rules: Rules) -> None:
    """Check the excitation against limits and instrument; raises `OutOfRange`."""
    if drive is None:
        return
    _check_ac(drive.amplitude, rules)
    volts = min(rules.limits.max_bias, rules.capabilities.max_bias)
    dc_bias = abs(number(drive.dc_bias, "the DC bias"))
    at_most_exactly(dc_bias, volts, "V", "the DC bias", "lower it")
    if drive.frequency is not None:
        positive(drive.frequency, "the drive frequency")


def _check_ac(amplitude: float, rules: Rules) -> None:
    if number(amplitude, "the drive") < 0:
        raise OutOfRange(f"the drive {amplitude:.6g} V is negative; give an amplitude")
    limit = min(rules.limits.max_drive, rules.capabilities.max_bias)
    at_most_exactly(amplitude, limit, "V", "the drive", "lower it")


def check_channels(channels: tuple[str, ...] | None, capabilities: Capabilities) -> None:
    """Check that the instrument records the channels asked for; raises `OutOfRange`."""
    known = [channel.name for channel in capabilities.channels]
    for name in channels or ():
        if name not in known:
            raise OutOfRange(f"there is no channel {name!r}; choose from {', '.join(known)}")
    if channels is not None and not channels:
        raise OutOfRange("no channel is asked for; name one, or leave the choice to the instrument")


def _check_place(region: ScanRegion, rules: Rules, what: str) -> None:
    check_points(corners(region).tolist(), rules, what)
    if forbidden_overlap(rules.consent, region) > 0:
        raise OutOfRange(f"{what} touches a forbidden zone; move it away or shrink it")


def check_points(points: Sequence[Sequence[float]], rules: Rules, what: str) -> None:
    """Check that points (x, y), m, may and can be reached; raises `OutOfRange`."""
    for outer, name in (
        (rules.limits.region, "the region that may be used"),
        (rules.capabilities.scanner_range, "the range of the scanner"),
    ):
        beyond = excess_of_points(outer, points)
        if not beyond <= ROUNDING:
            raise OutOfRange(
                f"{what} reaches {beyond:.3e} m beyond {name}; move it inside or shrink it"
            )


def largest_bias(waveform: Waveform) -> float:
    """Return the largest |bias| of a waveform, V."""
    return max(waveform.amplitude, abs(waveform.read_bias))
