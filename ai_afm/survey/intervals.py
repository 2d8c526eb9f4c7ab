"""Estimates with 95 % confidence intervals that hold for a single frame of a larger surface.

A frame shows a piece of a pattern that goes on outside it, so what is counted in it differs from
what a larger scan would say, however well every line was drawn. How much, the frame itself tells:
the pattern's unevenness at the longest wavelengths that fit into the frame continues into its
unevenness as a whole (`modes`). The intervals built on that hold only for patterns that are
statistically the same everywhere; they know nothing of a frame that was placed where the person
liked the look of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

CONFIDENCE = 0.95
"""Chance that an interval holds the truth."""

UPPER = (1 + CONFIDENCE) / 2
"""Quantile at the upper end of an interval."""

NORMAL = float(special.ndtri(UPPER))
"""Half width of an interval in standard deviations of a normal error."""

_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the ends of its 95 % confidence interval, all in the number's unit.

    Examples
    --------
    >>> spacing = Estimate(4.0, 2.0, 5.0).mapped(lambda density: 1 / density)
    >>> spacing.value, spacing.low, spacing.high
    (0.25, 0.2, 0.5)
    """

    value: float
    low: float
    high: float

    def mapped(self, monotonic: Callable[[float], float]) -> "Estimate":
        """Return the estimate of a monotonic function of the number."""
        ends = monotonic(self.low), monotonic(self.high)
        return Estimate(monotonic(self.value), min(ends), max(ends))

    def scaled(self, factor: float) -> "Estimate":
        """Return the estimate in another unit, or of something proportional to it."""
        return self.mapped(lambda number: number * factor)

    def covers(self, truth: float) -> bool:
        """Tell whether the interval holds a value, ends included."""
        return self.low <= truth <= self.high


def positive(value: float, spread: float) -> Estimate:
    """Return the estimate of a total that cannot be negative.

    Parameters
    ----------
    value
        What was counted or measured, in any unit, > 0.
    spread
        Half width of its interval if errors were normal, as a share of the value.

    Notes
    -----
    The total is taken for that of n = (1.96 / `spread`)^2 independent pieces, and the ends are
    those of a Poisson count of n (Garwood 1936, Biometrika 28, 437), which stay positive and are
    wider upwards. For small spreads they are the value times 1 -+ spread.
    """
    pieces = (NORMAL / spread) ** 2
    low = float(special.gammaincinv(pieces, 1 - UPPER)) / pieces
    high = float(special.gammaincinv(pieces + 1, UPPER)) / pieces
    return Estimate(value, value * low, value * high)


def none_seen(exposure: float) -> Estimate:
    """Return the estimate of a rate from which nothing was seen where `exposure` were expected.

    Parameters
    ----------
    exposure
        Expected count per unit of the rate.
    """
    return Estimate(0.0, 0.0, float(special.gammaincinv(1.0, UPPER)) / exposure)


def half_width(
    distribution: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    weights: NDArray[np.float64],
    scales: NDArray[np.float64],
) -> float:
    """Return the half width of the 95 % interval of an error that is a mixture about 0.

    Parameters
    ----------
    distribution
        Cumulative distribution of the error over its scale, symmetric about 0.
    weights, scales
        (n,) each: the mixture; weights add up to 1, scales are > 0 in the unit of the error.
    """
    low, high = 0.0, 1e3 * float(scales.max())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if float(weights @ distribution(middle / scales)) < UPPER:
            low = middle
        else:
            high = middle
    return high


def posterior(log_likelihood: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn log likelihoods (any shape) into weights that add up to 1."""
    weights: NDArray[np.float64] = np.exp(log_likelihood - log_likelihood.max())
    weights /= weights.sum()
    return weights
