"""How many more corrections the next point of F1 would need, as far as past rounds tell it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

LEAST = 3
"""Rounds with different numbers of corrections below which nothing is forecast."""
POINT = 0.01
"""F1."""
LEVEL = 0.95
"""Of the intervals."""
_FARTHEST = 30.0
"""Logarithm of the factor from which a number of corrections is no number any more."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A straight line of log(1 - F1) against log(corrections), least squares.

    Parameters
    ----------
    slope, low, high
        Its slope with the 95 % interval of Student's t.
    corrections
        Most corrections of a round.
    error
        1 - F1 of the line there.
    more, fewest, most
        Corrections more until F1 is higher by `POINT`, for the slope and for the ends of its
        interval; infinite where the line does not fall.
    """

    slope: float
    low: float
    high: float
    corrections: int
    error: float
    more: float
    fewest: float
    most: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What can be said of the next point: in words, and the fit where there is one."""

    rounds: int
    words: str
    fit: Fit | None = None


def forecast(points: Sequence[tuple[int, float]]) -> Forecast:
    """Say how many more corrections the next `POINT` of F1 would need.

    Parameters
    ----------
    points
        Of each judged round: corrections in its dataset, and F1 after it.

    Returns
    -------
    Forecast
        Without a fit where there are fewer than `LEAST` rounds.

    Examples
    --------
    >>> forecast([(5, 0.8)]).words
    'too few rounds to forecast (1 of 3)'
    """
    used = [(n, f1) for n, f1 in points if n > 0 and f1 < 1]
    different = len({n for n, _ in used})
    if different < LEAST:
        return Forecast(different, f"too few rounds to forecast ({different} of {LEAST})")
    fit = _fitted(used)
    return Forecast(len(used), _words(fit, len(used)), fit)


def _fitted(points: Sequence[tuple[int, float]]) -> Fit:
    numbers = np.log([n for n, _ in points])
    line = stats.linregress(numbers, np.log([1 - f1 for _, f1 in points]))
    slope = float(line.slope)
    reach = float(stats.t.ppf((1 + LEVEL) / 2, len(points) - 2) * line.stderr)
    most = max(n for n, _ in points)
    error = math.exp(float(line.intercept) + slope * math.log(most))
    low, high = slope - reach, slope + reach
    more, fewest, upper = (_more(most, error, s) for s in (slope, low, high))
    return Fit(slope, low, high, most, error, more, fewest, upper)


def _more(corrections: int, error: float, slope: float) -> float:
    """Return how many corrections more bring the error down by a point, infinite where none do."""
    if slope >= 0 or error <= POINT:
        return math.inf
    power = math.log1p(-POINT / error) / slope
    return corrections * math.expm1(power) if power < _FARTHEST else math.inf


def _words(fit: Fit, rounds: int) -> str:
    begin = f"from {rounds} rounds, of up to {fit.corrections} corrections"
    if math.isinf(fit.more):
        return f"{begin}: F1 does not rise with corrections, so nothing can be forecast"
    end = (
        "without an upper end: the rounds do not show for sure that F1 rises with corrections"
        if math.isinf(fit.most)
        else f"to {_number(fit.most)}"
    )
    return (
        f"{begin}: about {_number(fit.more)} corrections more for the next {POINT} F1, 95 % "
        f"interval {_number(fit.fewest)} {end}"
    )


def _number(corrections: float) -> str:
    return f"{corrections:.0f}" if corrections >= 10 else f"{corrections:.1f}"
