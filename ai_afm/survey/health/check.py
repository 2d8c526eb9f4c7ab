"""What a detector says: a score with a meaning, a verdict, advice. Nothing here acts."""

import math
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What follows from a score.

    `CANNOT_TELL` is no weak `GOOD`: the data do not show what the detector looks at.
    """

    GOOD = "good"
    SUSPECT = "suspect"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of a quantity within which a person has allowed software to change it."""

    low: float
    high: float

    def allow(self, value: float) -> bool:
        """Tell whether a value is finite and lies within."""
        return math.isfinite(value) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Correction:
    """A setting that would cure a fault, as data: whoever may act decides.

    Parameters
    ----------
    quantity
        What to set, e.g. "integral_gain".
    value
        To what, SI.
    now
        What it is now.
    """

    quantity: str
    value: float
    now: float


@dataclass(frozen=True, slots=True)
class Check:
    """One look at the instrument's health.

    Parameters
    ----------
    detector
        Its name.
    score
        The larger the worse; NaN where the data do not tell.
    limit
        A score above this is suspect.
    meaning
        What the score is, in words.
    advice
        What to do, in words; empty while all is well.
    correction
        A change of a setting that lies within the bounds a person gave; `None` where there is none
        or it would leave the bounds (then the advice says so).

    Examples
    --------
    >>> Check("saturation", 0.3, 0.02, "share of samples at full scale").verdict
    <Verdict.SUSPECT: 'suspect'>
    """

    detector: str
    score: float
    limit: float
    meaning: str
    advice: str = ""
    correction: Correction | None = None

    @property
    def verdict(self) -> Verdict:
        """What follows from the score."""
        if math.isnan(self.score):
            return Verdict.CANNOT_TELL
        return Verdict.SUSPECT if self.score > self.limit else Verdict.GOOD


def bounded(quantity: str, value: float, now: float, bounds: Bounds | None) -> Correction | None:
    """Return a correction where a person allows it, `None` elsewhere; it is never clamped."""
    if bounds is None or not bounds.allow(value):
        return None
    return Correction(quantity, value, now)
