"""The interval of a mean over independent units, at a number of them that was set beforehand."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from ai_afm.survey.intervals import Estimate

REPEATS = 1999
"""Resamples: the interval's ends move by 1 % of its width from seed to seed."""


def cluster_bootstrap(
    differences: ArrayLike, level: float, rng: np.random.Generator, repeats: int = REPEATS
) -> Estimate:
    """Return the mean of independent units with its studentised bootstrap interval.

    Units are drawn with replacement, never the sites within them; the quantiles are those of
    (resampled mean - mean) / (its own standard error), which keep their coverage for skewed
    differences and few units where percentiles do not (B. Efron and R. J. Tibshirani, An
    Introduction to the Bootstrap, 1993, section 12.5). Onsets come in steps of a waveform, and
    eight numbers on a grid resample badly: neither end is nearer to the mean than Student's.

    Parameters
    ----------
    differences
        (n,) one for each unit.
    level
        Chance to hold the truth, e.g. 0.95.
    rng
        Draws the resamples.
    repeats
        Number of resamples.

    Returns
    -------
    Estimate
        Ends are infinite below 5 units.
    """
    x = np.asarray(differences, float)
    n = len(x)
    if n < 5:
        return Estimate(float(x.mean()) if n else math.nan, -math.inf, math.inf)
    mean, error = float(x.mean()), float(x.std(ddof=1)) / math.sqrt(n)
    drawn = x[rng.integers(0, n, (repeats, n))]
    errors = drawn.std(axis=1, ddof=1) / math.sqrt(n)
    usable = errors > 1e-9 * error
    t = (drawn.mean(axis=1)[usable] - mean) / errors[usable] if error > 0 else np.zeros(repeats)
    low, high = np.quantile(t, [(1 - level) / 2, (1 + level) / 2])
    student = float(stats.t.ppf((1 + level) / 2, n - 1))
    above, below = max(-float(low), student), max(float(high), student)
    return Estimate(mean, mean - below * error, mean + above * error)


@dataclass(frozen=True, slots=True)
class Standardised:
    """Hedges' g with its interval; NaN where the arms do not vary."""

    g: Estimate
    spread: float


def hedges_g(means: NDArray[np.float64], level: float) -> Standardised:
    """Return the difference of two arms in standard deviations of a unit's mean.

    Parameters
    ----------
    means
        (units, 2) mean of either arm in each unit.
    level
        Chance of the interval to hold the truth.

    Returns
    -------
    Standardised
        g = J (mean difference) / s, s^2 = (s1^2 + s2^2) / 2, J = Gamma(m/2) / (sqrt(m/2)
        Gamma((m-1)/2)) with m = 2 (units - 1) (L. V. Hedges 1981, doi:10.3102/10769986006002107).
        Both arms of a unit share its crystal; the variance allows for that (D. G. Bonett 2008,
        doi:10.1037/1082-989X.13.2.99): g^2 (s1^4 + s2^4 + 2 s12^2) / (8 f s^4) + sd^2 / (f s^2)
        with the covariance s12, the variance sd^2 of differences and f = units - 1.
    """
    n = len(means)
    spread = math.sqrt(float(means.var(axis=0, ddof=1).mean())) if n >= 5 else math.nan
    if not spread > 0:
        return Standardised(Estimate(math.nan, -math.inf, math.inf), spread)
    m, f = 2.0 * (n - 1), n - 1
    correct = math.exp(special.gammaln(m / 2) - special.gammaln((m - 1) / 2)) / math.sqrt(m / 2)
    g = correct * float(means[:, 0].mean() - means[:, 1].mean()) / spread
    (first, both), (_, second) = np.cov(means.T)
    fourth = float(first**2 + second**2 + 2 * both**2) / spread**4
    variance = g**2 * fourth / (8 * f) + float(first + second - 2 * both) / (f * spread**2)
    half = float(stats.t.ppf((1 + level) / 2, f)) * math.sqrt(max(variance, 0.0))
    return Standardised(Estimate(g, g - half, g + half), spread)
