"""Current-voltage curves read out: how easily a place conducts, and from which bias on.

Only what a straight line says is said: a resistance and a threshold at each polarity. Many laws of
conduction bend alike over the biases that a tip can apply; which of them holds is not concluded.
"""

import math
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ai_afm.errors import BadInput

Array: TypeAlias = NDArray[np.float64]
NAN = float("nan")

SMALL = 0.25
"""Up to this share of the largest bias, the difference of rising and falling bias is charging."""

UPPER = 2 / 3
"""From this share of the largest bias on, a line is laid through the current."""

VISIBLE = 6.0
"""A current below this many times the noise is none."""

MIN_R2 = 0.8
"""A line that explains less of the variance is not believed."""

FEWEST = 4
"""Samples below which no line is laid."""


@dataclass(frozen=True, slots=True)
class BranchFit:
    """What one polarity says; all NaN but `largest` where there is no current to be seen.

    Parameters
    ----------
    resistance
        Inverse slope of the current over the upper third of the biases, ohm.
    threshold
        |Bias| at which that line meets no current, V.
    r2
        Share of the variance that the line explains.
    largest
        Largest |current|, charging taken off, A.
    reason
        Why there is no line; empty where there is one.
    """

    resistance: float = NAN
    threshold: float = NAN
    r2: float = NAN
    largest: float = NAN
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CurrentFit:
    """What a current-voltage curve says.

    Parameters
    ----------
    positive, negative
        Each polarity.
    charging
        Current that flows with the sign of the steps of the bias, A: a capacitance, not conduction.
    noise
        rms of the current at small bias, A; NaN where there are too few samples.
    """

    positive: BranchFit
    negative: BranchFit
    charging: float
    noise: float

    def as_pairs(self) -> tuple[tuple[str, float], ...]:
        """Return the numbers as `Spectrum.fit` keeps them."""
        units = {"resistance": "ohm", "threshold": "v", "r2": "", "largest": "a"}
        pairs = [("charging_current_a", self.charging), ("noise_a", self.noise)]
        for name, branch in (("positive", self.positive), ("negative", self.negative)):
            for field in fields(branch):
                if field.name in units:
                    key = "_".join(k for k in (field.name, name, units[field.name]) if k)
                    pairs.append((key, float(getattr(branch, field.name))))
        return tuple(pairs)


def fit_current(bias: ArrayLike, current: ArrayLike) -> CurrentFit:
    """Read a staircase of biases and its currents, one cycle or more, in order of time.

    Parameters
    ----------
    bias, current
        (n,) V and A; samples with NaN are left out.

    Raises
    ------
    BadInput
        When the two differ in length.

    Examples
    --------
    >>> v = np.concatenate([np.linspace(0, 4, 21), np.linspace(4, -4, 41)])
    >>> fit = fit_current(v, np.where(v > 2, (v - 2) / 1e9, 0.0))
    >>> f"{fit.positive.resistance:.3g} ohm from {fit.positive.threshold:.3g} V"
    '1e+09 ohm from 2 V'
    """
    v, i = np.asarray(bias, np.float64), np.asarray(current, np.float64)
    if v.shape != i.shape or v.ndim != 1:
        raise BadInput(f"{v.shape} biases and {i.shape} currents are no curve")
    steps = np.sign(np.diff(v, prepend=v[:1]))
    known = np.isfinite(v) & np.isfinite(i)
    v, i, steps = v[known], i[known], steps[known]
    reach = float(np.abs(v).max(initial=0.0))
    charging, noise = _at_small_bias(v, i, steps, reach)
    steady = i - steps * (charging if math.isfinite(charging) else 0.0)
    positive, negative = (_branch(s * v, s * steady, reach, noise) for s in (1.0, -1.0))
    return CurrentFit(positive, negative, charging, noise)


def _at_small_bias(v: Array, i: Array, steps: Array, reach: float) -> tuple[float, float]:
    """Return charging current and noise, A, from a curve with a jump between rising and falling."""
    small = (np.abs(v) <= SMALL * reach) & (steps != 0)
    if reach == 0 or np.count_nonzero(small) < 2 * FEWEST or len(set(steps[small])) < 2:
        return NAN, NAN
    # odd and even bends are allowed for, so that conduction is not taken for noise
    u = v[small] / (SMALL * reach)
    bends = [np.ones_like(u), u, np.abs(u), u * np.abs(u), u * u]
    terms = np.stack([steps[small], *bends], axis=1)
    found, *_ = np.linalg.lstsq(terms, i[small], rcond=None)
    left = i[small] - terms @ found
    return float(found[0]), float(np.sqrt(left @ left / (len(u) - terms.shape[1])))


def _branch(size: Array, current: Array, reach: float, noise: float) -> BranchFit:
    """Lay a line through the upper third of one polarity; both are positive there."""
    mine = size > 0
    if not mine.any():
        return BranchFit(reason="this polarity was not applied")
    largest = float(current[mine].max())
    upper = size >= UPPER * reach
    if np.count_nonzero(upper) < FEWEST:
        return BranchFit(largest=largest, reason="too few samples at large bias")
    x, y = size[upper], current[upper]
    if math.isfinite(noise) and abs(float(y.mean())) < VISIBLE * noise / math.sqrt(len(y)):
        return BranchFit(largest=largest, reason="no current above the noise")
    slope, start = np.polyfit(x, y, 1)
    left, spread = y - slope * x - start, y - y.mean()
    total = float(spread @ spread)
    r2 = 1 - float(left @ left) / total if total > 0 else NAN
    if not (slope > 0 and r2 >= MIN_R2):
        return BranchFit(r2=r2, largest=largest, reason="the current is no rising line")
    return BranchFit(1 / float(slope), -float(start) / float(slope), r2, largest)
