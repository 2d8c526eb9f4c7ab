"""How unevenly something lies in a frame: its lowest cosine modes.

The modes cos(pi j u / W) cos(pi l v / H) are orthogonal to the constant, so unlike the scatter of
tiles about their mean they do not miss the part of the unevenness that moved the mean itself. In a
pattern without long order, the squares of the lowest modes have the expectation of the square of
the frame's own error (the low-frequency limit of its spectrum), each with one degree of freedom;
time-series analysis knows this as the orthonormal-series estimate of a long-run variance
(P. C. B. Phillips 2005, Econometric Theory 21, 116).
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ai_afm.survey.intervals import half_width, posterior

Floats = NDArray[np.float64]
Modes = NDArray[np.int64]
Size = tuple[float, float]

LARGEST = 10
"""Highest number of half waves along one side."""

_FEWEST = 8
_REACH = 2.0
_FALLS = np.linspace(-1.2, 1.6, 15)
_FALL_EXPECTED, _FALL_SPREAD = 0.2, 0.6


def lowest(size: Size, reach: float, fewest: int) -> Modes:
    """Return the modes (j, l) of the longest waves, (n, 2) int, without the constant.

    Parameters
    ----------
    size
        Sides of the frame, m.
    reach
        Largest wave number, rad/m.
    fewest
        So many modes are taken even if their wave numbers lie beyond.
    """
    half_waves = np.mgrid[: LARGEST + 1, : LARGEST + 1].reshape(2, -1).T[1:]
    k = wave_numbers(half_waves, size)
    order = np.argsort(k, kind="stable")
    within = int((k <= min(reach, math.pi * LARGEST / max(size))).sum())
    modes: Modes = half_waves[order[: max(fewest, within)]]
    return modes


def wave_numbers(modes: Modes, size: Size) -> Floats:
    """Return the wave numbers (n,), rad/m, of modes (n, 2)."""
    k: Floats = np.pi * np.hypot(modes[:, 0] / size[0], modes[:, 1] / size[1])
    return k


def coefficients(u: Floats, v: Floats, amounts: Floats, modes: Modes, size: Size) -> Floats:
    """Return the coefficients of amounts at points, (n modes,), in the unit of the amounts.

    Parameters
    ----------
    u, v
        (n,) m, in the frame, origin at its centre.
    amounts
        (n,) what lies at each point.
    modes
        (n modes, 2) half waves along u and v.
    size
        Sides of the frame, m.

    Notes
    -----
    The modes are scaled to the mean square 1, so the coefficient of the constant is the total.
    """
    along = [
        np.cos(np.pi * np.outer(np.arange(LARGEST + 1), x / side + 0.5))
        for x, side in zip((u, v), size, strict=True)
    ]
    for waves in along:
        waves[1:] *= math.sqrt(2)
    every: Floats = (along[0] * amounts) @ along[1].T
    return every[modes[:, 0], modes[:, 1]]


def spread_of_total(
    u: Floats, v: Floats, amounts: Floats, size: Size, apart: float | None = None
) -> float:
    """Return the half width of the 95 % interval of a total, from how unevenly it is spread.

    Parameters
    ----------
    u, v
        (n,) m, places of the pieces (grains), origin at the centre of the frame.
    amounts
        (n,) what each contributes, in any unit: 1 for a count, deviations for a mean.
    size
        Sides of the frame, m.
    apart
        Length of the pattern, m: waves beyond pi of it tell of the total. The mean distance of the
        pieces where `None`.

    Returns
    -------
    float
        In the unit of the amounts; 0 only where all are 0.

    Notes
    -----
    The spectrum near zero is g exp(-b k a), a the length of the pattern: it falls where
    large grains lie beside large ones (Poisson-Voronoi), rises in regular patterns. g is integrated
    out (prior 1 / g), b on a grid about 0.2 +- 0.6, chosen on simulated tessellations.
    """
    length = math.sqrt(size[0] * size[1] / len(u)) if apart is None else apart
    modes = lowest(size, _REACH / length, _FEWEST)
    x = wave_numbers(modes, size) * length
    power = coefficients(u, v, amounts, modes, size) ** 2
    if not power.any():
        return 0.0
    n = len(modes)
    square = (power * np.exp(_FALLS[:, None] * x)).sum(axis=1)
    prior = -0.5 * ((_FALLS - _FALL_EXPECTED) / _FALL_SPREAD) ** 2
    weights = posterior(prior - n / 2 * np.log(square) + _FALLS * x.sum() / 2)
    return half_width(lambda t: special.stdtr(n, t), weights, np.sqrt(square / n))
