"""The shift of a frame against a reference, with its uncertainty in each direction, or why not.

A wrong lock is worse than none: a shift counts only where all other places together are far less
likely, given what was expected, and where trace and retrace agree.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.survey.tracking.likeness import Likeness, likeness
from ai_afm.survey.tracking.planes import Sight
from ai_afm.types import Direction, Point

Real = NDArray[np.float64]
Covariance = tuple[float, float, float]
"""(xx, xy, yy), m^2."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a shift before it is measured.

    Parameters
    ----------
    shift
        Most likely (dx, dy), m.
    covariance
        (xx, xy, yy), m^2, unless there was a jump.
    jump
        Probability that there was a jump since.
    reach
        Typical size (one standard deviation) of a jump along either axis, m.
    """

    shift: Point = (0.0, 0.0)
    covariance: Covariance = (0.0, 0.0, 0.0)
    jump: float = 1.0
    reach: float = 200e-9


@dataclass(frozen=True, slots=True)
class Demands:
    """What a shift must be to count; found on twin worlds of seeds 100 to 199.

    Parameters
    ----------
    correlation
        Least correlation of frame and reference.
    gain
        Least log likelihood against "nothing in common".
    odds
        Least log odds of the place found against all others together.
    disagreement
        Largest distance of the places that trace and retrace give, in standard deviations; the lags
        of lock-in and feedback may make it `lag` grid pixels in any case.
    floor
        Standard error that no measurement falls below, as a share of the grid's pixel.
    inflation
        Standard errors are so much larger than noise alone makes them.
    """

    correlation: float = 0.65
    gain: float = 20.0
    odds: float = 12.0
    disagreement: float = 5.0
    lag: float = 1.5
    floor: float = 0.1
    inflation: float = 1.5


@dataclass(frozen=True, slots=True)
class Shift:
    """A measured shift.

    Parameters
    ----------
    dx, dy
        Where a feature is in the frame minus where it was in the reference, m.
    covariance
        (xx, xy, yy), m^2. A single straight wall leaves one direction as good as unknown.
    correlation
        Of frame and reference at this shift, 0..1.
    odds
        Log odds of this place against all others within reach.
    """

    dx: float
    dy: float
    covariance: Covariance
    correlation: float
    odds: float

    @property
    def uncertainty(self) -> float:
        """Standard error in the worst direction, m."""
        return worst(self.covariance)


class Why(StrEnum):
    """Kinds of reasons for which no shift can be told."""

    NOTHING = "nothing"
    UNLIKE = "unlike"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class NoShift:
    """No shift can be told, and why.

    `why` is "nothing" where there is nothing to compare, "unlike" where the frames do not show the
    same, or trace and retrace not the same place, "ambiguous" where several places fit.
    """

    why: Why
    reason: str


def worst(covariance: Covariance) -> float:
    """Return the standard deviation in the worst direction."""
    xx, xy, yy = covariance
    return math.sqrt(0.5 * (xx + yy) + math.hypot(0.5 * (xx - yy), xy))


def measure_shift(
    reference: Sight, frame: Sight, expected: Expected, demands: Demands | None = None
) -> Shift | NoShift:
    """Measure the shift of what `frame` shows against what `reference` shows.

    Trace and retrace are compared each with its like and the two shifts averaged: lags of the
    feedback and of the lock-in, and the hysteresis of an open-loop scanner, point opposite ways.

    Parameters
    ----------
    reference, frame
        What is compared; sizes, pixel sizes and angles may differ.
    expected
        Where to look, and how surprising each place would be. It decides between places that look
        alike; it does not pull the place that is chosen.
    demands
        What counts.
    """
    limits = demands or Demands()
    reach = 4 * max(worst(expected.covariance), expected.reach if expected.jump > 0 else 0.0)
    pixel = max(reference.pixel, frame.pixel)
    found = []
    for direction in Direction:
        surface = likeness(reference, frame, expected.shift, reach, direction)
        if surface is not None:
            place = most_likely(surface, expected, limits)
            if isinstance(place, NoShift):
                return place
            found.append(place)
    if not found:
        return NoShift(Why.NOTHING, "the frames have nothing in common to compare")
    return found[0] if len(found) == 1 else _merged(found[0], found[1], limits, pixel)


def most_likely(surface: Likeness, expected: Expected, limits: Demands) -> Shift | NoShift:
    """Return the most likely shift on a grid, if all others together are far less likely."""
    posterior = surface.log + _log_prior(surface, expected)
    row, column = (int(i) for i in np.unravel_index(int(np.argmax(posterior)), posterior.shape))
    top = float(posterior[row, column])
    if not math.isfinite(top):
        return NoShift(Why.NOTHING, "the frames do not overlap")
    gain, correlation = float(surface.log[row, column]), float(surface.correlation[row, column])
    if gain < limits.gain or correlation < limits.correlation:
        return NoShift(Why.UNLIKE, f"the frames do not look alike (correlation {correlation:.2f})")
    hill, _ = ndimage.label(posterior > top - limits.odds - 3)
    own = ndimage.binary_dilation(hill == hill[row, column], iterations=2)
    odds = _log_sum(posterior[own]) - _log_sum(posterior[~own])
    if odds < limits.odds:
        chance = math.exp(max(odds, 0.0))
        return NoShift(Why.AMBIGUOUS, f"another place looks alike (odds 1 to {chance:.0f})")
    lines, columns = posterior.shape
    if not (0 < row < lines - 1 and 0 < column < columns - 1):
        return NoShift(Why.UNLIKE, "the best place lies at the edge of what was searched")
    offset, near = _vertex(surface, row, column, limits)
    at = np.array([surface.dx[row, column], surface.dy[row, column]]) + offset
    spread = near + limits.inflation**2 * _spread(surface, own, at)
    covariance = float(spread[0, 0]), float(spread[0, 1]), float(spread[1, 1])
    return Shift(float(at[0]), float(at[1]), covariance, correlation, min(odds, 1e3))


def _spread(surface: Likeness, own: NDArray[np.bool_], at: Real) -> Real:
    """Return the mean square distance (2, 2) m^2 of all that is about as likely from a place.

    A vertex knows its neighbours only: along a ridge, or on a hill with two tops, this is what
    tells how unsure the place is.
    """
    log = np.where(own, surface.log, -np.inf)
    weight = np.exp(log[own] - log[own].max())
    away = np.stack([surface.dx[own] - at[0], surface.dy[own] - at[1]])
    # one grid pixel is what the vertex already tells
    away = away * (np.hypot(*away) > 1.5 * float(np.hypot(*surface.axes[0])))
    return np.asarray((weight * away) @ away.T / weight.sum(), float)


def _log_prior(surface: Likeness, expected: Expected) -> Real:
    """Return the log probability of each shift: near the expected one, or after a jump."""
    x, y = surface.dx - expected.shift[0], surface.dy - expected.shift[1]
    pixel = float(np.hypot(*surface.axes[0]))
    xx, xy, yy = expected.covariance
    parts = []
    # half a pixel more: the grid's own nodes are not finer
    for share, widths in (
        (1 - expected.jump, (xx + pixel**2 / 4, xy, yy + pixel**2 / 4)),
        (expected.jump, (expected.reach**2, 0.0, expected.reach**2)),
    ):
        if share > 0:
            a, b, d = widths
            size = a * d - b * b
            distance = (d * x * x - 2 * b * x * y + a * y * y) / size
            area = abs(float(np.linalg.det(surface.axes)))
            parts.append(math.log(share * area / (2 * math.pi * math.sqrt(size))) - distance / 2)
    return np.asarray(np.logaddexp.reduce(np.stack(parts), axis=0), float)


def _log_sum(values: Real) -> float:
    return float(np.logaddexp.reduce(values)) if len(values) else -math.inf


def _vertex(surface: Likeness, row: int, column: int, limits: Demands) -> tuple[Real, Real]:
    """Return how far the vertex lies from the highest node (m), and the covariance (2, 2) there."""
    near = surface.misfit[row - 1 : row + 2, column - 1 : column + 2]
    v, u = (i.ravel() for i in np.mgrid[-1:2, -1:2].astype(float))
    terms = np.stack([np.ones(9), u, v, u * u / 2, u * v, v * v / 2], axis=1)
    _, gu, gv, uu, uv, vv = np.linalg.lstsq(terms, near.ravel(), rcond=None)[0]
    information, turn = np.linalg.eigh(-np.array([[uu, uv], [uv, vv]]))
    # along a ridge the data say nothing: as unsure as the search was wide
    least = 1.0 / max(surface.misfit.shape) ** 2
    information = np.maximum(information, least)
    step = turn @ ((turn.T @ np.array([gu, gv])) / information)
    length = float(np.hypot(*step))
    if length > 1:  # the grid's highest node is within a pixel of the vertex, or it lies on a ridge
        step = step / length
    spread = limits.inflation**2 / information + limits.floor**2
    pixels = turn @ np.diag(spread) @ turn.T
    return np.asarray(step @ surface.axes, float), surface.axes.T @ pixels @ surface.axes


def _merged(out: Shift, back: Shift, limits: Demands, pixel: float) -> Shift | NoShift:
    """Return the mean of what trace and retrace say, if they agree."""
    apart = np.array([out.dx - back.dx, out.dy - back.dy])
    xx, xy, yy = (a + b for a, b in zip(out.covariance, back.covariance, strict=True))
    distance = float(apart @ np.linalg.solve([[xx, xy], [xy, yy]], apart))
    size = float(np.hypot(*apart))
    if distance > limits.disagreement**2 and size > limits.lag * pixel:
        return NoShift(Why.UNLIKE, f"trace and retrace disagree by {size * 1e9:.3g} nm")
    # the noise of the two is their own, what the sample and the drift do is not
    covariance = (0.375 * xx, 0.375 * xy, 0.375 * yy)
    return Shift(
        0.5 * (out.dx + back.dx), 0.5 * (out.dy + back.dy), covariance,
        0.5 * (out.correlation + back.correlation), min(out.odds, back.odds),
    )  # fmt: skip
