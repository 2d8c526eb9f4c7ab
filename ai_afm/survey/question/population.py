"""What the chosen sites say about all of them: estimates that undo the choosing.

Critical places are chosen, so their mean is not that of the walls. A random arm, drawn along the
length of all walls, makes the population estimable: each reading is weighted with the inverse of
the chance that it had of being probed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ai_afm.errors import BadInput
from ai_afm.survey.intervals import UPPER, Estimate


@dataclass(frozen=True, slots=True)
class Drawn:
    """A value with the chance that its place had of being in the sample, and its cluster."""

    value: float
    chance: float
    cluster: str


def chance_of(length_share: float, draws: int, chosen: bool) -> float:
    """Return the chance of a place to be probed by either arm.

    Parameters
    ----------
    length_share
        Length of its segment over that of all segments that could be drawn.
    draws
        Segments drawn at random (with replacement, in proportion to their length).
    chosen
        Whether the targeted arm took it for what it looked like, i.e. with certainty.
    """
    return 1.0 if chosen else 1 - (1 - length_share) ** draws


def population_mean(drawn: Sequence[Drawn]) -> Estimate:
    """Return the mean over all places, each weighted with the inverse of its chance (Hajek).

    The interval is that of the linearised ratio with clusters as units and Student's t (W. G.
    Cochran, Sampling Techniques, 3rd ed. 1977, chapter 6).

    Parameters
    ----------
    drawn
        Values of both arms together.

    Raises
    ------
    BadInput
        When a chance is not in (0, 1].
    """
    if any(not 0 < d.chance <= 1 for d in drawn):
        raise BadInput("the chance of a place to be probed lies above 0 and at most at 1")
    if not drawn:
        return Estimate(math.nan, -math.inf, math.inf)
    weights = np.array([1 / d.chance for d in drawn])
    values = np.array([d.value for d in drawn])
    mean = float(weights @ values / weights.sum())
    names = sorted({d.cluster for d in drawn})
    place = {name: i for i, name in enumerate(names)}
    sums = np.zeros(len(names))
    np.add.at(sums, [place[d.cluster] for d in drawn], weights * (values - mean))
    n = len(names)
    if n < 2:
        return Estimate(mean, -math.inf, math.inf)
    error = math.sqrt(n / (n - 1) * float(sums @ sums)) / float(weights.sum())
    # few heavy clusters carry the estimate: their effective number sets the degrees of freedom
    loads = np.zeros(n)
    np.add.at(loads, [place[d.cluster] for d in drawn], weights)
    effective = float(loads.sum() ** 2 / (loads @ loads))
    half = float(stats.t.ppf(UPPER, max(effective - 1, 1.0))) * error
    return Estimate(mean, mean - half, mean + half)
