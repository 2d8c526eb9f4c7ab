"""A deliberate change of the sample: strokes of a biased tip, and a rest."""

import math
from dataclasses import dataclass

from ai_afm.types.requests import Point, ScanRegion


@dataclass(frozen=True, slots=True)
class Stroke:
    """One way of a tip with a bias on it: straight and at one speed; a dot where it ends at once.

    Parameters
    ----------
    start, end
        Where it begins and ends, m; the same place for a dot.
    bias
        Tip bias from beginning to end, V.
    seconds
        How long it takes, s.
    """

    start: Point
    end: Point
    bias: float
    seconds: float

    @property
    def length(self) -> float:
        """Length of the way, m; 0 for a dot."""
        return math.dist(self.start, self.end)


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """A deliberate change of the sample, and the time that it is given to settle.

    Parameters
    ----------
    region
        The area that may change: all strokes lie in it, and the person's consent is asked for all
        of it, because what a stroke writes is wider than the stroke.
    strokes
        In order; between two of them bias and drive are zero and the tip moves as it does between
        two requests. None for a wait alone.
    rest
        How long the sample is left alone after the last stroke, bias and drive zero, s.
    target, reason
        What the write belongs to, and a sentence that says why.

    Examples
    --------
    >>> dot = Stroke((0.0, 0.0), (0.0, 0.0), bias=6.0, seconds=0.1)
    >>> WriteRequest(ScanRegion((0.0, 0.0), (2e-7, 2e-7)), (dot,)).largest_bias
    6.0
    """

    region: ScanRegion
    strokes: tuple[Stroke, ...]
    rest: float = 0.0
    target: str | None = None
    reason: str = ""

    @property
    def largest_bias(self) -> float:
        """The largest |bias| of all strokes, V; 0 for a wait."""
        return max((abs(stroke.bias) for stroke in self.strokes), default=0.0)
