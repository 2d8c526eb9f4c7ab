"""The scanner: where the tip truly is when the instrument believes it to be somewhere.

What the scan lines carry is the belief; the truth is the twin's secret.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ai_afm.microscope.simulated.surface import Array
from ai_afm.types import Point

CREEP_MEMORY = 8
"""Moves that still creep; what older ones have added stays, within what a decade adds."""

WANDER_STEP = 20.0
"""Seconds between the nodes of a wandering drift."""

WANDER_WAVES = 6
"""Sine waves that make up the wandering of a drift's direction, and of its speed."""


@dataclass(frozen=True, slots=True)
class Wander:
    """A thermal drift whose direction and speed wander slowly, as a room's temperature does.

    Parameters
    ----------
    slowest, fastest
        Bounds of the drift's speed, m/s; it wanders between them evenly in its logarithm.
    turning
        rms rate at which the direction turns, rad/s; the speed changes on the same scale.
    seed
        Of the one course out of many.
    """

    slowest: float
    fastest: float
    turning: float = 1.0 / 3600.0
    seed: int = 0

    def velocity(self, time: ArrayLike) -> Array:
        """Return the drift's velocity at times (s), (..., 2) in m/s."""
        rng = np.random.default_rng([self.seed, 31])
        # periods from one to ten times the time of a turn by one radian
        frequency = self.turning / np.geomspace(1.0, 10.0, WANDER_WAVES)
        phase = rng.uniform(0, 2 * np.pi, (3, WANDER_WAVES))
        angle = 2 * np.pi * frequency * np.asarray(time, float)[..., None]
        # the waves' rates of turning add up, in squares, to `turning`
        swing = self.turning / (2 * np.pi * frequency) * math.sqrt(2 / WANDER_WAVES)
        course = phase[2, 0] + (swing * np.sin(angle + phase[0])).sum(axis=-1)
        level = 0.5 + 0.5 * np.sin(2 * np.sin(angle + phase[1]).sum(axis=-1))
        speed = self.slowest * (self.fastest / self.slowest) ** level
        return np.stack([speed * np.cos(course), speed * np.sin(course)], axis=-1)


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """Imperfections of a scanner.

    Parameters
    ----------
    closed_loop
        Position sensors on: then there is neither hysteresis nor creep.
    hysteresis
        Largest deviation along a line as a share of its length; out and back deviate opposite ways.
    creep
        Creep per decade of time after a move, as a share of the move.
    creep_time
        Time from which the creep counts, s.
    bow
        Height of the scanner's arc, m per m^2 of squared distance from the centre.
    tilt
        Slope of the sample along x and y.
    drift
        (x, y) thermal drift, m/s, around which it wanders.
    drift_period
        Period of the wandering, s; the drift speed varies by half of itself.
    z_limit
        Half of the z actuator's range, m.
    wander
        A drift besides, that wanders in direction and speed; `None` for none.
    stage_creep
        (x, y) creep of the coarse stage, m per decade of time since it last moved.
    stage_rest
        How long before time 0 the coarse stage moved, s.
    jumps
        (time s, (dx, dy) m): slips of the stage.
    jump_creep
        Creep per decade of time after a slip (counted from 1 s), as a share of it.
    """

    closed_loop: bool = True
    hysteresis: float = 0.03
    creep: float = 0.01
    creep_time: float = 0.1
    bow: float = 40.0
    tilt: Point = (2e-3, -1e-3)
    drift: Point = (0.0, 0.0)
    drift_period: float = 1800.0
    z_limit: float = 2.5e-6
    wander: Wander | None = None
    stage_creep: Point = (0.0, 0.0)
    stage_rest: float = 300.0
    jumps: tuple[tuple[float, Point], ...] = ()
    jump_creep: float = 0.0


@dataclass
class Scanner:
    """The scanner in use: remembers moves (creep) and jumps."""

    settings: ScannerSettings
    _moves: list[tuple[float, Point]] = field(default_factory=list)
    _jumps: list[tuple[float, Point]] = field(default_factory=list)
    _rest: Array = field(default_factory=lambda: np.zeros(2))
    _course: Array = field(default_factory=lambda: np.zeros((1, 2)))

    def move(self, distance: Point, time: float) -> None:
        """Record a move by (dx, dy), m, that ends at `time` (s)."""
        self._moves = [*self._moves, (time, distance)]
        while len(self._moves) > CREEP_MEMORY:
            # a move that is forgotten creeps no further, but the sample does not jump back
            self._rest = self._rest + self._crept(np.asarray([time]), *self._moves.pop(0))[0]

    def jump(self, distance: Point, time: float) -> None:
        """Shift the sample under the tip by (dx, dy), m, from `time` (s) on."""
        self._jumps.append((time, distance))

    def displacement(self, time: ArrayLike) -> Array:
        """Return true minus believed position at times (s), (..., 2) in m, hysteresis apart."""
        t = np.asarray(time, float)[..., None]
        s = self.settings
        swing = s.drift_period / (4 * math.pi) * (1 - np.cos(2 * np.pi * t / s.drift_period))
        shift = np.asarray(s.drift) * (t + swing)
        for when, distance in (*self._jumps, *s.jumps):
            after = s.jump_creep * np.log10(1 + np.maximum(t - when, 0.0))
            shift = shift + np.where(t >= when, (1 + after) * np.asarray(distance), 0.0)
        if any(s.stage_creep):
            shift = shift + np.asarray(s.stage_creep) * np.log10(1 + t / s.stage_rest)
        if s.wander is not None:
            shift = shift + self._wandered(t[..., 0], s.wander)
        if not s.closed_loop:
            shift = shift + self._rest
            for when, distance in self._moves:
                shift = shift + self._crept(t[..., 0], when, distance)
        return np.asarray(shift, float)

    def _crept(self, time: Array, when: float, distance: Point) -> Array:
        """Return what a move has crept by at times (s), (..., 2) in m."""
        s = self.settings
        decades = np.log10(1 + np.maximum(time - when, 0.0) / s.creep_time)
        return np.asarray(s.creep * decades[..., None] * np.asarray(distance), float)

    def _wandered(self, time: Array, wander: Wander) -> Array:
        """Return the path of the wandering drift at times (s), (..., 2) in m."""
        last = float(np.max(time, initial=0.0))
        if last > WANDER_STEP * (len(self._course) - 1):
            # an hour at a time; the velocity counts in the middle between two nodes
            nodes = math.ceil((last + 3600.0) / WANDER_STEP)
            middles = (np.arange(nodes) + 0.5) * WANDER_STEP
            steps = wander.velocity(middles) * WANDER_STEP
            self._course = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
        at = np.arange(len(self._course)) * WANDER_STEP
        return np.stack([np.interp(time, at, column) for column in self._course.T], axis=-1)

    def true_position(self, believed: Point, time: float) -> Point:
        """Return where the tip truly is (m) when the instrument believes it at `believed`."""
        dx, dy = self.displacement(time)
        return believed[0] + float(dx), believed[1] + float(dy)


def hysteresis_shift(u: Array, length: float, settings: ScannerSettings) -> Array:
    """Return how far (m) the tip is ahead of its believed place u (m from the centre), going out.

    On the way back it is as far behind. The loop is a lens: nothing at the ends of a line of
    `length` m, most in the middle.
    """
    if settings.closed_loop:
        return np.zeros_like(u)
    inside = np.maximum(1 - (2 * u / length) ** 2, 0.0)
    return settings.hysteresis * length * inside


def plane_and_bow(x: Array, y: Array, settings: ScannerSettings) -> Array:
    """Return the height (m) that tilt and the scanner's arc add at believed places x, y (m)."""
    plane = settings.tilt[0] * x + settings.tilt[1] * y
    return np.asarray(plane + settings.bow * (x * x + y * y), float)
