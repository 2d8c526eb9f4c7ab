"""Profiles across a line: its full width at half depth, whatever its shape and channel.

The one width that a 180-degree wall has in amplitude and phase alike: where the response
z = amplitude exp(i phase) is half way between its middle and either side. For domains that answer
equally this is the full width at half depth of the amplitude's dip. A wall tanh(x / w) has
2 artanh(1/2) w = 1.099 w; its 20-80 % transition is 1.386 w long and dz/dx is 1.763 w wide at half
height. The edge of a ferroelastic domain, a step of the response, is measured in the same way, and
a dip or peak between equal sides at half its depth.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Profiles = NDArray[np.complex128]
Values = NDArray[np.float64]

SIDES = 0.55
"""What lies further out than this share of a profile's reach is taken for the sides of the line."""

_MIDDLE = 0.5
"""The middle of a line is looked for within this share of the reach."""
_SIGNAL = 4.0
"""Least step, or depth, in standard deviations of the sides' noise."""
_LEAST = 0.05
"""Least step, or depth, as a share of the sides' own size: less may be a slope."""


@dataclass(frozen=True, slots=True)
class _Shapes:
    """Profiles brought to a scale on which half way is +-0.5, (n, samples); NaN where unclear."""

    values: Values
    contrast: Values


def half_widths(profiles: Profiles, vanishing: NDArray[np.bool_]) -> Values:
    """Return the full width at half depth of each profile, in units of its reach.

    Parameters
    ----------
    profiles
        (n, samples) complex128 over -1..1 times the reach, samples odd and evenly apart; real
        quantities have no imaginary part. NaN where nothing was measured.
    vanishing
        (n,) bool: amplitudes of walls on which the response is known to vanish. Noise and pixels
        hide that an amplitude reaches zero, and half of what is left of its dip is too high up.

    Returns
    -------
    (n,) float64
        NaN where a profile does not stand out from the noise of its sides, or is not seen whole.
    """
    samples = profiles.shape[1]
    at = np.linspace(-1, 1, samples)
    finite = np.isfinite(profiles)
    whole = finite.all(axis=1)
    filled = np.where(finite, profiles, 0)
    left, right = at <= -SIDES, at >= SIDES
    low, high = filled[:, left].mean(axis=1), filled[:, right].mean(axis=1)
    noise = np.sqrt(0.5 * (_spread(filled[:, left]) ** 2 + _spread(filled[:, right]) ** 2))
    size = np.maximum(np.abs(low), np.abs(high))
    floor = np.maximum(_SIGNAL * noise, _LEAST * size)
    step, dip = _as_step(filled, low, high), _as_dip(filled, at, vanishing)
    is_step = step.contrast >= dip.contrast
    width = np.where(is_step, _step_width(step.values, at), _dip_width(dip.values, at))
    contrast = np.where(is_step, step.contrast, dip.contrast)
    return np.where(whole & (contrast > floor) & (contrast > 0), width, np.nan)


def _spread(sides: Profiles) -> Values:
    """Return how far a side is from being one level: noise, texture and slope alike."""
    off = sides - sides.mean(axis=1, keepdims=True)
    values: Values = np.sqrt((np.abs(off) ** 2).mean(axis=1))
    return values


def _as_step(profiles: Profiles, low: Profiles, high: Profiles) -> _Shapes:
    """Return profiles as -1 on the left and 1 on the right side."""
    change = high - low
    middle = 0.5 * (high + low)
    power = np.maximum(np.abs(change) ** 2, np.finfo(float).tiny)
    shares = 2 * ((profiles - middle[:, None]) * np.conj(change)[:, None]).real / power[:, None]
    return _Shapes(shares, np.abs(change))


def _as_dip(profiles: Profiles, at: Values, vanishing: NDArray[np.bool_]) -> _Shapes:
    """Return profiles as 0 on both sides and 1 where they are furthest from the line between."""
    low, high = profiles[:, at <= -SIDES].mean(axis=1), profiles[:, at >= SIDES].mean(axis=1)
    base = 0.5 * ((1 - at) * low[:, None] + (1 + at) * high[:, None])
    off = profiles - base
    inner = np.where(np.abs(at) <= _MIDDLE, np.abs(off), -1)
    lowest = inner.argmax(axis=1)[:, None]
    deepest = np.take_along_axis(off, lowest, axis=1)
    # a shallow dip is not that of a wall on which the response vanishes
    to_zero = -np.take_along_axis(base, lowest, axis=1)
    is_deep = vanishing[:, None] & ((deepest * np.conj(to_zero)).real > 0.5 * np.abs(to_zero) ** 2)
    full = np.where(is_deep, to_zero, deepest)
    power = np.maximum(np.abs(full) ** 2, np.finfo(float).tiny)
    return _Shapes((off * np.conj(full)).real / power, np.abs(deepest[:, 0]))


def _step_width(values: Values, at: Values) -> Values:
    """Return the distance of the crossings of -0.5 and 0.5 around the one of 0 nearest the line."""
    rising = (values[:, :-1] < 0) & (values[:, 1:] >= 0)
    near = np.where(rising & (np.abs(at[:-1]) <= _MIDDLE), np.abs(at[:-1]), np.inf)
    middle = near.argmin(axis=1)
    found = np.isfinite(near.min(axis=1))
    right = _crossing(values - 0.5, middle, at)
    left = _crossing(-0.5 - values[:, ::-1], len(at) - 2 - middle, at)
    return np.where(found, right + left, np.nan)


def _dip_width(values: Values, at: Values) -> Values:
    middle = np.where(np.abs(at) <= _MIDDLE, values, -np.inf).argmax(axis=1)
    right = _crossing(0.5 - values, middle, at)
    left = _crossing(0.5 - values[:, ::-1], len(at) - 1 - middle, at)
    return right + left


def _crossing(values: Values, start: NDArray[np.intp], at: Values) -> Values:
    """Return where each row first rises to zero beyond its start (NaN where it does not)."""
    index = np.arange(values.shape[1])
    beyond = (values >= 0) & (index > start[:, None])
    first = beyond.argmax(axis=1)
    here = np.take_along_axis(values, first[:, None], axis=1)[:, 0]
    before = np.take_along_axis(values, np.maximum(first - 1, 0)[:, None], axis=1)[:, 0]
    rise = here - before
    share = np.divide(-before, rise, out=np.zeros_like(rise), where=rise > 0)
    place = at[np.maximum(first - 1, 0)] + np.clip(share, 0, 1) * (at[1] - at[0])
    return np.where(beyond.any(axis=1), place, np.nan)
