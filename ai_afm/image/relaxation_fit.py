"""Relaxations read out: how the response comes to rest after a step of the bias.

r(t) = r_inf + change exp(-(t / tau)^beta) is fitted to the samples after the step. A stretched
exponential is a description: ions that move, charge that leaves its traps and a domain that
switches back give the same curve, and the fit does not tell them apart.

References
----------
R. Kohlrausch, Annalen der Physik 167, 56 (1854), doi:10.1002/andp.18541670103 (the function).
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import least_squares

from ai_afm.errors import BadInput
from ai_afm.image.loop_fit import rotate_phase

Array: TypeAlias = NDArray[np.float64]
NAN = float("nan")
NOWHERE = (NAN, NAN)

LEVEL = 0.95
"""Of the intervals."""

CHANCE = 1e-3
"""A change that chance makes as often in a response at rest is none."""

FEWEST = 12
"""Samples below which four numbers are not fitted."""

STRETCH = (0.2, 1.5)
"""Bounds of beta: below, a curve is a logarithm of the time at heart; above, it is no decay."""

VAGUE = 10.0
"""A time whose interval reaches further than this factor says nothing."""

TIMES, STRETCHES = 30, np.linspace(0.3, 1.2, 7)
"""Starts of the fit: times between the first and the last sample, and exponents."""


@dataclass(frozen=True, slots=True)
class RelaxationFit:
    """How a response comes to rest; NaN where nothing can be said.

    Parameters
    ----------
    time, time_interval
        tau, s, and its 95 % interval.
    stretch, stretch_interval
        beta, and its interval.
    rest
        r_inf, unit of the response.
    change
        What was left to relax at t = 0, unit of the response.
    share
        |change| over |rest + change|: how much of the response right after the step was not to
        stay.
    r2
        Share of the variance that the fit explains.
    reason
        Why there are no numbers; empty where there are.
    """

    time: float = NAN
    time_interval: tuple[float, float] = NOWHERE
    stretch: float = NAN
    stretch_interval: tuple[float, float] = NOWHERE
    rest: float = NAN
    change: float = NAN
    share: float = NAN
    r2: float = NAN
    reason: str = ""

    @property
    def has_relaxed(self) -> bool:
        """Whether the numbers mean anything."""
        return not self.reason

    def at(self, time: ArrayLike) -> Array:
        """Return the fitted response at times (s) after the step."""
        t = np.asarray(time, np.float64)
        return np.asarray(self.rest + self.change * np.exp(-((t / self.time) ** self.stretch)))

    def as_pairs(self) -> tuple[tuple[str, float], ...]:
        """Return the numbers as `Spectrum.fit` keeps them."""
        return (
            ("relaxation_time_s", self.time),
            ("relaxation_time_low_s", self.time_interval[0]),
            ("relaxation_time_high_s", self.time_interval[1]),
            ("stretch", self.stretch),
            ("stretch_low", self.stretch_interval[0]),
            ("stretch_high", self.stretch_interval[1]),
            ("rest", self.rest),
            ("change", self.change),
            ("relaxing_share", self.share),
            ("r2", self.r2),
        )


def fit_relaxation(time: ArrayLike, response: ArrayLike) -> RelaxationFit:
    """Fit a stretched exponential to the response after a step.

    Parameters
    ----------
    time
        (n,) s after the step, above 0 and rising.
    response
        (n,) real or complex, any unit; complex samples are turned onto their own axis, their sign
        chosen so that the first ones are positive. NaN is left out.

    Raises
    ------
    BadInput
        When the two differ in length, or times are not above 0 and rising.

    Examples
    --------
    >>> t = np.geomspace(0.01, 3.0, 80)
    >>> fit = fit_relaxation(t, 5 + 2 * np.exp(-((t / 0.3) ** 0.6)))
    >>> f"{fit.time:.3f} s, {fit.stretch:.3f}, {fit.share:.3f}"
    '0.300 s, 0.600, 0.286'
    """
    t = np.asarray(time, np.float64)
    z = np.asarray(response)
    if t.shape != z.shape or t.ndim != 1 or (t <= 0).any() or (np.diff(t) <= 0).any():
        raise BadInput("a relaxation needs rising times above 0 and one response for each")
    real = rotate_phase(z)[0] if np.iscomplexobj(z) else np.asarray(z, np.float64)
    known = np.isfinite(real)
    t, real = t[known], real[known]
    if len(t) < FEWEST:
        return RelaxationFit(reason=f"{len(t)} samples are too few: {FEWEST} are needed")
    return _judged(t, real)


def _judged(t: Array, r: Array) -> RelaxationFit:
    spread = r - r.mean()
    total = float(spread @ spread)
    scale = math.sqrt(total / len(r))
    if scale <= 1e-12 * abs(float(r.mean())):
        return RelaxationFit(reason="the response stays as it is")
    y = spread / scale

    def misfit_of(p: Array) -> Array:
        return _varpro(t, y, p)[0]

    low = [math.log(1e-3 * t[0]), STRETCH[0]]
    high = [math.log(1e3 * t[-1]), STRETCH[1]]
    fit = least_squares(
        misfit_of, _start(t, y), x_scale=(1.0, 0.3), bounds=(low, high), max_nfev=30
    )
    misfit, (rest, change) = _varpro(t, y, fit.x)
    left = float(misfit @ misfit)
    r2, free = 1 - left / len(y), len(y) - 4
    if left > 0 and stats.f.sf((len(y) - left) / 3 / (left / free), 3, free) > CHANCE:
        return RelaxationFit(r2=r2, reason="no change beyond the noise")
    tau, beta = math.exp(fit.x[0]), float(fit.x[1])
    rest, change = float(r.mean()) + rest * scale, change * scale
    if not t[0] / 2 <= tau <= t[-1]:
        read = f"{t[0]:.2g} to {t[-1]:.2g} s"
        return RelaxationFit(r2=r2, reason=f"its time, {tau:.2g} s, lies outside the {read} read")
    width = _half_widths(t, fit.x, (change / scale, left / free))
    if not width[0] <= math.log(VAGUE):
        return RelaxationFit(r2=r2, reason=f"its time is not known to a factor of {VAGUE:g}")
    intervals = [
        (v * math.exp(-w), v * math.exp(w)) for v, w in zip((tau, beta), width, strict=True)
    ]
    after = abs(rest + change)
    share = abs(change) / after if after > 0 else NAN
    return RelaxationFit(tau, intervals[0], beta, intervals[1], rest, change, share, r2)


def _decay(t: Array, p: Array) -> Array:
    return np.asarray(np.exp(-((t / math.exp(p[0])) ** p[1])))


def _varpro(t: Array, y: Array, p: Array) -> tuple[Array, tuple[float, float]]:
    """Return misfit (n,) and the best (rest, change) for ln(tau) and beta."""
    e = _decay(t, p)
    centred = e - e.mean()
    power = float(centred @ centred)
    change = float(centred @ y) / power if power > 1e-12 else 0.0
    rest = float(y.mean()) - change * float(e.mean())
    return rest + change * e - y, (rest, change)


def _start(t: Array, y: Array) -> Array:
    """Return the best of a grid of ln(tau) and beta."""
    grid = [
        np.array([math.log(tau), beta])
        for tau in np.geomspace(t[0], t[-1], TIMES)
        for beta in STRETCHES
    ]
    costs = [float(np.square(_varpro(t, y, p)[0]).sum()) for p in grid]
    return grid[int(np.argmin(costs))]


def _half_widths(t: Array, p: Array, fitted: tuple[float, float]) -> tuple[float, float]:
    """Return half widths of the intervals of ln(tau) and ln(beta), from the misfit's curvature.

    `fitted` is the change and the variance of a sample.
    """
    change, variance = fitted
    e, away = _decay(t, p), np.log(t) - p[0]
    bent = change * e * np.exp(p[1] * away)
    slopes = np.stack([np.ones_like(t), e, p[1] * bent, -p[1] * away * bent], axis=1)
    try:
        covariance = variance * np.linalg.inv(slopes.T @ slopes)
    except np.linalg.LinAlgError:
        return math.inf, math.inf
    quantile = float(stats.t.ppf(0.5 + LEVEL / 2, len(t) - 4))
    low, high = (quantile * math.sqrt(max(float(covariance[k, k]), 0.0)) for k in (2, 3))
    return low, high
