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
"""Moves that still creep; older ones have come to rest within what a decade of time adds."""


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


@dataclass
class Scanner:
    """The scanner in use: remembers moves (creep) and jumps."""

    settings: ScannerSettings
    _moves: list[tuple[float, Point]] = field(default_factory=list)
    _jumps: list[tuple[float, Point]] = field(default_factory=list)

    def move(self, distance: Point, time: float) -> None:
        """Record a move by (dx, dy), m, that ends at `time` (s)."""
        self._moves = [*self._moves, (time, distance)][-CREEP_MEMORY:]

    def jump(self, distance: Point, time: float) -> None:
        """Shift the sample under the tip by (dx, dy), m, from `time` (s) on."""
        self._jumps.append((time, distance))

    def displacement(self, time: ArrayLike) -> Array:
        """Return true minus believed position at times (s), (..., 2) in m, hysteresis apart."""
        t = np.asarray(time, float)[..., None]
        s = self.settings
        swing = s.drift_period / (4 * math.pi) * (1 - np.cos(2 * np.pi * t / s.drift_period))
        shift = np.asarray(s.drift) * (t + swing)
        for when, distance in self._jumps:
            shift = shift + np.where(t >= when, np.asarray(distance), 0.0)
        if not s.closed_loop:
            for when, distance in self._moves:
                decades = np.log10(1 + np.maximum(t - when, 0.0) / s.creep_time)
                shift = shift + s.creep * decades * np.asarray(distance)
        return np.asarray(shift, float)

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
