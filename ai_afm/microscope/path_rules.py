"""What makes a path legal in itself: its sweeps, and the straight ways between them.

A path may have thousands of sweeps, so they are checked together as arrays. The first one that
breaks a rule is named.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ai_afm.errors import OutOfRange
from ai_afm.geometry import to_region
from ai_afm.image.instrument_time import PathSchedule, path_schedule, sweep_ends
from ai_afm.microscope.bounds import at_most, at_most_exactly, count, number, positive, text_of
from ai_afm.microscope.consent import ROUNDING, stretches
from ai_afm.microscope.rules import (
    Rules,
    check_bias_in,
    check_channels,
    check_drive,
    check_points,
)
from ai_afm.types import Consent, ConsentLevel, PathRequest, Point

FloatArray = NDArray[np.float64]
_PLAIN = ({float}, {np.float64}, {float, np.float64})


def check_path(request: PathRequest, rules: Rules) -> None:
    """Check a path by itself; raises `OutOfRange`."""
    capabilities, limits = rules.capabilities, rules.limits
    if not capabilities.paths:
        raise OutOfRange(f"{capabilities.name} takes no paths; ask for a frame")
    if not request.sweeps:
        raise OutOfRange("the path has no sweeps; give it at least one")
    if not isinstance(request.both_ways, bool):
        raise OutOfRange(f"both_ways is {request.both_ways!r}; give true or false")
    check_channels(request.channels, capabilities)
    check_drive(request.drive, rules)
    ends, speed = _numbers(request, capabilities.max_pixels)
    _check_places(ends, rules)
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    if not (length > 0).all():
        positive(float(length.min()), f"the length of sweep {int(np.argmin(length)) + 1}")
    fastest = int(np.argmax(speed))
    at_most(
        float(speed[fastest]), limits.max_tip_speed, "m/s", f"the speed of sweep {fastest + 1}",
        "scan slower",
    )  # fmt: skip
    if capabilities.pixel_time:
        allowed = length / (capabilities.pixel_time * np.array([s.pixels for s in request.sweeps]))
        worst = int(np.argmax(speed / allowed))
        what = f"the speed of sweep {worst + 1} at {capabilities.pixel_time * 1e3:.3g} ms a pixel"
        at_most(float(speed[worst]), float(allowed[worst]), "m/s", what, "scan slower")
    if not capabilities.variable_speed and (speed != speed[0]).any():
        raise OutOfRange(f"{capabilities.name} keeps one speed along a path; use the same for all")
    schedule = path_schedule(request, capabilities.times)
    _check_travel(request, schedule, rules)
    check_ways(rules.consent, ends[:, 0], ends[:, 1], "sweep {}")
    begins, stops = ways_between(request, ends)
    check_ways(rules.consent, begins, stops, "the way from sweep {} to the next")
    if request.drive is not None:
        check_path_bias(request, request.drive.dc_bias, rules)


def ways_between(request: PathRequest, ends: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return begin and end, each (n - 1, 2) m, of the straight ways between sweeps."""
    return ends[:-1, 0 if request.both_ways else 1], ends[1:, 0]


def in_contact(schedule: PathSchedule, *, lifts: bool) -> NDArray[np.bool_]:
    """Tell which ways between sweeps the tip goes in contact, (n - 1,)."""
    way = schedule.hops[:-1] > ROUNDING
    return np.asarray(way & ~schedule.moved[:-1] if lifts else way)


def check_ways(consent: Consent, begins: ArrayLike, stops: ArrayLike, what: str) -> None:
    """Check that straight ways, (n, 2) m each end, cross no forbidden zone; raises `OutOfRange`.

    `what` names a way; its number (from 1) is put in.
    """
    if not any(zone.level is ConsentLevel.FORBIDDEN for zone in consent.zones):
        return
    parts = stretches(consent, begins, stops)
    forbidden = parts.levels(consent, ConsentLevel.FORBIDDEN)
    forbidden &= parts.length.sum(axis=1, keepdims=True) > ROUNDING
    worst = np.flatnonzero(forbidden.any(axis=1))
    if len(worst):
        first = int(worst[0])
        crossed = float(parts.length[first][forbidden[first]].sum())
        raise OutOfRange(
            f"{what.format(first + 1)} crosses a forbidden zone for {crossed:.3e} m, where 0 m are"
            " allowed; choose another way"
        )


def check_move(consent: Consent, start: Point, end: Point) -> None:
    """Check that the straight move to a request crosses no forbidden zone; raises `OutOfRange`.

    A tip that stands in a forbidden zone (painted after it came there) may leave it.
    """
    parts = stretches(consent, [start], [end])
    forbidden = parts.levels(consent, ConsentLevel.FORBIDDEN)[0]
    leaving = np.logical_and.accumulate(forbidden)
    crossed = float(parts.length[0][forbidden & ~leaving].sum())
    if crossed > 0:
        raise OutOfRange(
            f"the straight move from {text_of(start)} to {text_of(end)} crosses a forbidden zone"
            f" for {crossed:.3e} m, where 0 m are allowed; go round it in two steps"
        )


def check_path_bias(request: PathRequest, dc_bias: float, rules: Rules) -> None:
    """Check that a DC bias may be applied all along a path in contact; raises `OutOfRange`."""
    if dc_bias == 0:
        return
    ends, consent = sweep_ends(request), rules.consent
    schedule = path_schedule(request, rules.capabilities.times)
    begins, stops = ways_between(request, ends)
    touched = in_contact(schedule, lifts=rules.capabilities.lifts_to_move)
    for a, b, what in (
        (ends[:, 0], ends[:, 1], "the path"),
        (begins[touched], stops[touched], "the ways between the sweeps of the path"),
    ):
        for ruling in np.unique(stretches(consent, a, b).zone).tolist():
            zone = None if ruling < 0 else consent.zones[ruling]
            refused = f"the DC bias {dc_bias:.6g} V of {what} is refused"
            check_bias_in(zone, dc_bias, refused)


def _numbers(request: PathRequest, max_pixels: int) -> tuple[FloatArray, FloatArray]:
    """Return ends (n, 2, 2) and speeds (n,) once they are known to be sound numbers."""
    for index, sweep in enumerate(request.sweeps, 1):
        if len(sweep.start) != 2 or len(sweep.end) != 2:
            raise OutOfRange(f"the ends of sweep {index} need two numbers each; give x and y")
    places = [c for s in request.sweeps for c in (*s.start, *s.end)]
    _check_numbers(places, 4, "x or y of sweep {}")
    speeds = [s.speed for s in request.sweeps]
    _check_numbers(speeds, 1, "the speed of sweep {}")
    speed = np.array(speeds, float)
    if not (speed > 0).all():
        first = int(np.argmin(speed > 0))
        positive(speeds[first], f"the speed of sweep {first + 1}")
    for pixels in {s.pixels for s in request.sweeps}:
        count(pixels, max_pixels, "pixels")
    kinds = {type(s.pixels) for s in request.sweeps}
    if kinds != {int}:  # True counts as the key 1 in a set
        for sweep in request.sweeps:
            count(sweep.pixels, max_pixels, "pixels")
    return np.array(places, float).reshape(-1, 2, 2), speed


def _check_numbers(values: Sequence[float], each: int, what: str) -> None:
    if set(map(type, values)) in _PLAIN and np.isfinite(np.array(values)).all():
        return
    for index, value in enumerate(values):
        number(value, what.format(index // each + 1))


def _check_places(ends: FloatArray, rules: Rules) -> None:
    for outer in (rules.limits.region, rules.capabilities.scanner_range):
        u, v = to_region(outer, ends[..., 0], ends[..., 1])
        beyond = np.maximum(np.abs(u) - outer.size[0] / 2, np.abs(v) - outer.size[1] / 2)
        inside = (beyond <= ROUNDING).all(axis=1)
        if not inside.all():
            first = int(np.argmin(inside))
            check_points(ends[first].tolist(), rules, f"sweep {first + 1}")


def _check_travel(request: PathRequest, schedule: PathSchedule, rules: Rules) -> None:
    capabilities = rules.capabilities
    speed = capabilities.travel_speed
    if request.travel_speed is not None:
        speed = number(request.travel_speed, "the travel speed of the path")
        positive(speed, "the travel speed of the path")
        at_most_exactly(
            speed, capabilities.travel_speed, "m/s", "the travel speed of the path", "travel slower"
        )
    if capabilities.lifts_to_move or not schedule.moved.any():
        return
    first = int(np.argmax(schedule.moved)) + 1
    at_most(
        speed, rules.limits.max_tip_speed, "m/s",
        f"the speed in contact from sweep {first} to the next",
        "give the path a slower travel_speed",
    )  # fmt: skip
