"""A confidence sequence: intervals that hold at every look, so that one may stop at any of them.

For normal differences of unknown spread, the likelihood ratio of the scale-invariant t statistic,
mixed over standardised effects from a normal law of variance g, is a martingale when the effect is
what the interval claims; by Ville's inequality it passes 1/alpha with a chance of alpha at most,
over all looks together. All effects against which it has not passed 1/alpha are the interval.

References
----------
T. L. Lai, Ann. Statist. 4, 265 (1976), doi:10.1214/aos/1176343406 (the t statistic);
M. F. Perez-Ortiz, T. Lardy, R. de Heide, P. Gruenwald, Ann. Statist. 52, 1410 (2024),
doi:10.1214/24-AOS2394 (validity under optional stopping).
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ai_afm.survey.intervals import Estimate


def t_bound(n: int, alpha: float, mixture: float) -> float:
    """Return the |t| (n - 1 degrees of freedom) that the sequence allows at n differences.

    inf where n is too small for any evidence to reach 1/alpha.
    """
    if n < 2:
        return math.inf
    grown = 1 + n * mixture
    power = (math.sqrt(grown) / alpha) ** (2 / n)
    if power >= grown:
        return math.inf
    return math.sqrt((n - 1) * (power - 1) / (1 - power / grown))


@lru_cache(maxsize=256)
def best_mixture(n: int, alpha: float) -> float:
    """Return the g that makes the sequence narrowest at n differences; it is valid at all n."""
    tried = np.geomspace(1e-3, 1e2, 241)
    bounds = [t_bound(n, alpha, float(g)) for g in tried]
    return float(tried[int(np.argmin(bounds))])


def interval(differences: ArrayLike, alpha: float, mixture: float) -> Estimate:
    """Return the mean with the sequence's interval at the last difference.

    Parameters
    ----------
    differences
        (n,) independent differences, in order of arrival.
    alpha
        Chance that the sequence misses the truth at any look.
    mixture
        See `best_mixture`; chosen before the first difference.
    """
    x = np.asarray(differences, float)
    if not len(x):
        return Estimate(math.nan, -math.inf, math.inf)
    mean = float(x.mean())
    bound = t_bound(len(x), alpha, mixture)
    if math.isinf(bound):
        return Estimate(mean, -math.inf, math.inf)
    half = bound * float(x.std(ddof=1)) / math.sqrt(len(x))
    return Estimate(mean, mean - half, mean + half)
