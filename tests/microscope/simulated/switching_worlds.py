"""Worlds small enough for hand calculation: flat, analytic, one straight wall at most."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.surface import Array, Coercivity, Surface
from ai_afm.types import ClassCode, ScanRegion, Wall, WallNetwork


@dataclass(frozen=True, slots=True)
class FlatWorld:
    """Up everywhere, or only to the right of a straight 180-degree wall at x = `wall` (m).

    A grain boundary, where there is one, runs along y at x = `boundary` (m).
    """

    wall: float | None = None
    piezo: float = 40e-12
    coercive: float = 3.0
    imprint: float = 0.0
    ferroelectric: bool = True
    potential: float = 0.0
    ionic: float = 0.0
    stiffness: float = 1.0
    adhesion: float = 1.0
    width: float = 5e-9
    boundary: float | None = None
    name: str = "flat"

    @property
    def extent(self) -> ScanRegion:
        return ScanRegion((0.0, 0.0), (4e-6, 3e-6))

    def surface(self, x: Array, y: Array) -> Surface:
        one = np.ones(np.shape(x))
        profile = one if self.wall is None else np.tanh((x - self.wall) / self.width)
        return Surface(
            height=0 * one,
            piezo=self.piezo * profile,
            lateral=0 * one,
            stiffness=self.stiffness * one,
            potential=self.potential * one,
            adhesion=self.adhesion * one,
            ionic=self.ionic * one,
        )

    def coercivity(self, x: Array, y: Array) -> Coercivity:
        one = np.ones(np.shape(x))
        distance = np.inf * one if self.wall is None else np.abs(x - self.wall)
        return Coercivity(
            up=(self.imprint - self.coercive) * one,
            down=(self.imprint + self.coercive) * one,
            wall_distance=distance,
            ferroelectric=self.ferroelectric * one > 0,
        )

    def truth(self, region: ScanRegion) -> WallNetwork:
        if self.boundary is None:
            return WallNetwork(region, ())
        line = np.array([[self.boundary, -1e-6], [self.boundary, 1e-6]])
        return WallNetwork(region, (Wall(line, ClassCode.GRAIN_BOUNDARY),))

    def labels(self, region: ScanRegion, shape: tuple[int, int]) -> NDArray[np.uint8]:
        return np.zeros(shape, np.uint8)
