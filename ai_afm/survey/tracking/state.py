"""Where features are, and will be: position, drift rate and creep, with how sure that is.

The state is (x, y, vx, vy, c). x and y are by how far features have moved since the first frame,
creep apart; vx and vy are the drift rate; c is the scanner's creep for each decade of time, as a
share of a move. Rate and position follow a constant-velocity model whose velocity wanders.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.tracking.shift import Covariance, Expected, worst
from ai_afm.types import Point

Real = NDArray[np.float64]

KEPT_MOVES = 16
"""Moves whose creep is still followed; what older ones have added stays."""


class Status(StrEnum):
    """What is known of the place: on it, in doubt, or lost."""

    TRACKING = "tracking"
    SUSPECT = "suspect"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """What is assumed of an instrument before anything was measured.

    Parameters
    ----------
    rate
        Standard deviation of the drift rate along either axis at the start, and what is added to
        it after a jump, m/s.
    wander
        Spectral density of the change of the rate, m^2/s^3: after t seconds it has changed by
        sqrt(wander t).
    creep
        Standard deviation of the creep for each decade of time, as a share of a move; 0 for a
        closed loop.
    creep_time
        Time after a move from which the creep counts, s.
    move_error
        Error that a move leaves besides, as a share of its length: hysteresis.
    jump_rate, jump_size
        How often jumps come (1/s), and their rms size along either axis, m.
    gate
        Squared Mahalanobis distance (two degrees of freedom) beyond which a fix is a surprise.
    patience
        Fixes that surprise or fail, one after the other, before the place counts as lost.
    """

    rate: float = 8e-9 / 60
    wander: float = 1e-24
    creep: float = 0.0
    creep_time: float = 0.1
    move_error: float = 0.0
    jump_rate: float = 1 / (4 * 3600.0)
    jump_size: float = 150e-9
    gate: float = 13.8
    patience: int = 3


OPEN_LOOP = TrackSettings(creep=0.015, move_error=5e-4)
"""A scanner without position sensors: it creeps, by an amount that has to be learned."""


@dataclass(frozen=True, slots=True)
class Creep:
    """What the moves of the tip make of the scanner's creep.

    Parameters
    ----------
    moves
        (time s, (dx, dy) m) of the moves that still count.
    rest
        What older moves add, m for a creep of 1.
    onset
        Time after a move from which creep counts, s.
    """

    moves: tuple[tuple[float, Point], ...] = ()
    rest: Point = (0.0, 0.0)
    onset: float = 0.1

    def moved(self, distance: Point, time: float) -> "Creep":
        """Return the creep that also knows a move by (dx, dy), m, that ended at `time`."""
        moves = (*self.moves, (time, distance))
        old, moves = moves[:-KEPT_MOVES], moves[-KEPT_MOVES:]
        rest = np.asarray(self.rest) + sum((self._of(o, time) for o in old), np.zeros(2))
        return replace(self, moves=moves, rest=(float(rest[0]), float(rest[1])))

    def at(self, time: float) -> Real:
        """Return by how far features have moved, (2,) m for a creep of 1.

        Creep grows with the logarithm of time (D. Croft, G. Shed and S. Devasia, J. Dyn. Syst.
        Meas. Control 123, 35 (2001), doi:10.1115/1.1341197). The tip creeps on in the direction of
        the move, so features go the other way.
        """
        return sum((self._of(move, time) for move in self.moves), np.asarray(self.rest))

    def _of(self, move: tuple[float, Point], time: float) -> Real:
        when, distance = move
        decades = math.log10(1 + max(time - when, 0.0) / self.onset)
        return -decades * np.asarray(distance)


@dataclass(frozen=True, slots=True)
class Fix:
    """A measured offset: where features are, relative to the first frame.

    Parameters
    ----------
    time
        Instrument time that it belongs to, s.
    offset
        (dx, dy), m.
    covariance
        (xx, xy, yy), m^2, that of the reference included.
    """

    time: float
    offset: Point
    covariance: Covariance


@dataclass(frozen=True, slots=True)
class Surprise:
    """A fix that did not fit: its time (s), by how much (m), its covariance (m^2)."""

    time: float
    size: Point
    covariance: Covariance


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The state of the tracker; every function returns a new one.

    Parameters
    ----------
    time
        To which mean and covariance belong, s.
    mean, covariance
        (5,) and (5, 5): x, y (m), vx, vy (m/s), creep.
    creep
        Moves so far.
    origin
        Creep for a share of 1 when offsets were zero, m.
    settings
        What is assumed.
    status, doubts, suspect
        How sure of the place; fixes in a row that surprised or failed; the last that surprised.
    fixed
        Time of the last fix that was taken in, s.
    jumps
        (time s, (dx, dy) m) of the jumps that were noticed.
    """

    time: float
    mean: Real
    covariance: Real
    creep: Creep
    origin: Point
    settings: TrackSettings
    status: Status = Status.TRACKING
    doubts: int = 0
    suspect: Surprise | None = None
    fixed: float = -math.inf
    jumps: tuple[tuple[float, Point], ...] = ()

    @property
    def offset(self) -> Point:
        """Where features are at `time`, relative to the first frame, m."""
        x, y = self.seen_from(self.time) @ self.mean
        return float(x), float(y)

    @property
    def offset_covariance(self) -> Covariance:
        """(xx, xy, yy) of the offset at `time`, m^2, unless there was a jump."""
        h = self.seen_from(self.time)
        c = h @ self.covariance @ h.T
        return float(c[0, 0]), float(c[0, 1]), float(c[1, 1])

    @property
    def uncertainty(self) -> float:
        """Standard deviation of the offset in the worst direction, m, unless there was a jump."""
        return worst(self.offset_covariance)

    @property
    def rate(self) -> Point:
        """By how much features move on, m/s, creep included."""
        ahead = self.seen_from(self.time + 1.0) - self.seen_from(self.time)
        vx, vy = ahead @ self.mean + self.mean[2:4]
        return float(vx), float(vy)

    def seen_from(self, time: float) -> Real:
        """Return the matrix (2, 5) that turns a state at `time` (s) into an offset."""
        matrix = np.zeros((2, 5))
        matrix[0, 0] = matrix[1, 1] = 1.0
        matrix[:, 4] = self.creep.at(time) - np.asarray(self.origin)
        return matrix


def start(time: float, settings: TrackSettings, creep: Creep | None = None) -> Track:
    """Begin to track: offsets are zero at `time` (s) by definition."""
    known = creep or Creep(onset=settings.creep_time)
    x, y = known.at(time)
    covariance = np.diag([0.0, 0.0, settings.rate**2, settings.rate**2, settings.creep**2])
    return Track(
        time, np.zeros(5), covariance, known, (float(x), float(y)), settings, fixed=time
    )  # fmt: skip


def rebased(track: Track) -> Track:
    """Return the track with offsets counted from its present time on: they are zero now."""
    mean, covariance = track.mean.copy(), track.covariance.copy()
    mean[:2] = 0.0
    covariance[:2] = covariance[:, :2] = 0.0
    x, y = track.creep.at(track.time)
    return replace(track, mean=mean, covariance=covariance, origin=(float(x), float(y)))


def moved(track: Track, distance: Point, time: float) -> Track:
    """Return the track after a move of the tip by (dx, dy), m, that ended at `time` (s)."""
    ahead = predict(track, time)
    covariance = ahead.covariance.copy()
    error = (track.settings.move_error * math.hypot(*distance)) ** 2
    covariance[0, 0] += error
    covariance[1, 1] += error
    return replace(ahead, covariance=covariance, creep=ahead.creep.moved(distance, time))


def predict(track: Track, time: float) -> Track:
    """Return the track at a later time (s); earlier times return it unchanged."""
    dt = time - track.time
    if dt <= 0:
        return track
    step = np.eye(5)
    step[0, 2] = step[1, 3] = dt
    noise = np.zeros((5, 5))
    q = track.settings.wander
    for axis in (0, 1):
        noise[axis, axis] = q * dt**3 / 3
        noise[axis, axis + 2] = noise[axis + 2, axis] = q * dt**2 / 2
        noise[axis + 2, axis + 2] = q * dt
    covariance = step @ track.covariance @ step.T + noise
    return replace(track, time=time, mean=step @ track.mean, covariance=covariance)


def jump_chance(track: Track, time: float) -> float:
    """Return the probability that there was a jump since the last fix, until `time` (s)."""
    return 1 - math.exp(-track.settings.jump_rate * max(time - track.fixed, 0.0))


def expected(track: Track, time: float) -> Expected:
    """Return where features are expected at `time` (s), and how surprising others places are."""
    ahead = predict(track, time)
    jump = {
        Status.TRACKING: jump_chance(track, time),
        Status.SUSPECT: 0.5,
        Status.LOST: 0.9,
    }[track.status]
    return Expected(
        ahead.offset, ahead.offset_covariance, jump=jump, reach=track.settings.jump_size
    )


def total_uncertainty(track: Track, time: float) -> float:
    """Return the rms error to expect at `time` (s) in the worst direction, m, jumps included."""
    ahead = predict(track, time)
    jumped = jump_chance(track, time) * track.settings.jump_size**2
    return math.sqrt(ahead.uncertainty**2 + jumped)
