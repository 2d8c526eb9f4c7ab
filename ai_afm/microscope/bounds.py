"""Numbers against limits: what a value must be to be compared at all, and which limits allow more.

Numbers that are compared as they were written (volts, Hz, counts) are compared exactly; computed
ones (corners, speeds, doses, times) may pass a limit by rounding alone: 1 pm or one part in 10^9.
Nothing is ever clamped.
"""

import math
from collections.abc import Sequence
from numbers import Integral, Real

import numpy as np

from ai_afm.errors import OutOfRange
from ai_afm.geometry import corners, to_region
from ai_afm.microscope.consent import ROUNDING
from ai_afm.types import Consent, Limits, Point, ScanRegion

_RELATIVE = 1e-9

SMALLEST = 1e-12
"""Least side of a region, m: a hundredth of an atom, below every scanner's step."""


def check_limits(limits: Limits) -> None:
    """Check that limits are limits: finite, not negative, in order.

    Raises
    ------
    OutOfRange
        When they are not.
    """
    check_region(limits.region, "the region of the limits")
    for name in _UPPER:
        number(getattr(limits, name), f"the limit {name}")
        if getattr(limits, name) < 0:
            raise OutOfRange(f"the limit {name} = {getattr(limits, name)} is negative; correct it")
    if not isinstance(limits.unlimited_current, bool):
        raise OutOfRange(f"unlimited_current = {limits.unlimited_current!r} is neither yes nor no")
    low = number(limits.min_setpoint, "the limit min_setpoint")
    if low > number(limits.max_setpoint, "the limit max_setpoint"):
        raise OutOfRange(f"min_setpoint {low:.6g} V lies above max_setpoint; swap them")


def check_consent(consent: Consent) -> None:
    """Check that the zones are regions and their numbers finite: a NaN would switch a zone off.

    Raises
    ------
    OutOfRange
        When they are not.
    """
    for index, zone in enumerate(consent.zones, 1):
        what = f"consent zone {index}"
        check_region(zone.region, what)
        if number(zone.max_bias, what) < 0:
            raise OutOfRange(f"the largest bias of {what} is negative; correct it")
        if number(zone.max_pulses, what) < 0:
            raise OutOfRange(f"the number of pulses of {what} is negative; correct it")


def wider(new: Limits, old: Limits) -> str | None:
    """Name the first limit of `new` that allows more than `old`; `None` when nothing does."""
    for name in _UPPER:
        if getattr(new, name) > getattr(old, name):
            return f"{name} from {getattr(old, name):.6g} to {getattr(new, name):.6g}"
    if new.min_setpoint < old.min_setpoint or new.max_setpoint > old.max_setpoint:
        return "the window of setpoints"
    if new.unlimited_current and not old.unlimited_current:
        return "unlimited_current from no to yes"
    return "the region" if excess(old.region, new.region) > ROUNDING else None


def excess(outer: ScanRegion, inner: ScanRegion) -> float:
    """Return how far (m) the corners of `inner` lie outside `outer`; 0 or less when inside."""
    return excess_of_points(outer, corners(inner).tolist())


_UPPER = (
    "max_tip_speed", "max_line_rate", "max_bias", "max_drive", "max_indentation", "max_current",
    "max_passes", "max_dose", "max_travel", "max_run_time",
)  # fmt: skip


def check_region(region: ScanRegion, what: str) -> None:
    """Check that a region is made of finite numbers and has a size; raises `OutOfRange`."""
    for value in (*region.center, region.angle):
        number(value, f"the place of {what}")
    for value in region.size:
        positive(value, f"the size of {what}")
        if value < SMALLEST:
            raise OutOfRange(f"the size of {what} is {value:.3g} m; it must be at least 1 pm")
    if len(region.center) != 2 or len(region.size) != 2:
        raise OutOfRange(f"centre and size of {what} need two numbers each; give x and y")


def excess_of_points(outer: ScanRegion, points: Sequence[Sequence[float]]) -> float:
    """Return how far (m) the outermost of points (x, y) lies outside a region; NaN hands on."""
    x, y = zip(*points, strict=True)
    u, v = to_region(outer, x, y)
    # np.max, unlike max, hands on a NaN, and a NaN is refused.
    return float(np.max([abs(u).max() - outer.size[0] / 2, abs(v).max() - outer.size[1] / 2]))


def number(value: object, what: str) -> float:
    """Return a value that is a finite number; raises `OutOfRange` for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise OutOfRange(f"{what} is {value!r}, not a number; give a number")
    if not math.isfinite(value):
        raise OutOfRange(f"{what} is {value!r}, which is not finite; give a finite number")
    return float(value)


def positive(value: object, what: str) -> None:
    """Check that a value is a finite number above 0; raises `OutOfRange`."""
    if number(value, what) <= 0:
        raise OutOfRange(f"{what} is {value!r}; it must be more than 0")


def count(value: object, limit: int, what: str) -> None:
    """Check that a value is an integer from 1 to `limit`; raises `OutOfRange`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise OutOfRange(f"{value!r} {what} are not a whole number; give an integer")
    if not 1 <= int(value) <= limit:
        raise OutOfRange(f"{value} {what} lie outside 1 to {limit}; choose a number inside")


def at_most(value: float, limit: float, unit: str, what: str, advice: str) -> None:
    """Check a computed value against a limit, rounding forgiven; raises `OutOfRange`."""
    at_most_exactly(value, limit * (1 + _RELATIVE), unit, what, advice)


def at_most_exactly(value: float, limit: float, unit: str, what: str, advice: str) -> None:
    """Check a value as it was written against a limit; a NaN passes none; raises `OutOfRange`."""
    if not value <= limit:
        raise OutOfRange(
            f"{what} is {value:.6g} {unit}, more than the {limit:.6g} {unit} allowed; {advice}"
        )


def raise_if(refusal: str | None, what: str) -> None:
    """Raise `OutOfRange` when there is a refusal."""
    if refusal is not None:
        raise OutOfRange(f"{what}: {refusal}")


def text_of(point: Point) -> str:
    """Write a position for a person."""
    return f"({point[0]:.3e}, {point[1]:.3e}) m"
