"""What the twin's parts say to each other: the surface that a tip meets, and who provides it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ai_afm.types import ScanRegion, WallNetwork

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surface:
    """Local properties of a sample at points, before any tip; all arrays of one shape.

    Parameters
    ----------
    height
        Topography, m.
    piezo
        Effective vertical piezoelectric coefficient with its sign (+ where polarization points up),
        m/V.
        A wall's intrinsic width is in it; the tip's blur is not.
    lateral
        Effective in-plane (lateral) coefficient along +x, m/V.
    stiffness
        Contact stiffness relative to the sample's mean (1 = mean).
    potential
        Surface potential V_s, V: contact potential and charges.
    adhesion
        Adhesion relative to the sample's mean.
    ionic
        Electrochemical strain response (slow, non-ferroelectric hysteresis), m/V; 0 where there is
        none.
    """

    height: Array
    piezo: Array
    lateral: Array
    stiffness: Array
    potential: Array
    adhesion: Array
    ionic: Array


@dataclass(frozen=True, slots=True)
class Coercivity:
    """Local switching properties at points: all arrays of one shape.

    Parameters
    ----------
    up, down
        Tip bias (V) at which nucleation of an up (negative bias, so < 0) or down domain (> 0)
        becomes
        likely within a second in the bulk; already includes imprint.
    wall_distance
        Distance to the nearest native wall, m.
    ferroelectric
        Whether the place can switch at all.
    """

    up: Array
    down: Array
    wall_distance: Array
    ferroelectric: NDArray[np.bool_]


class World(Protocol):
    """The sample as grown: pure functions of x, y (m); knows its true walls."""

    @property
    def name(self) -> str:
        """Kind and seed."""
        ...

    @property
    def extent(self) -> ScanRegion:
        """Where the truth is known (the functions are defined everywhere)."""
        ...

    def surface(self, x: Array, y: Array) -> Surface:
        """Return the pristine surface at points."""
        ...

    def coercivity(self, x: Array, y: Array) -> Coercivity:
        """Return the local switching properties at points."""
        ...

    def truth(self, region: ScanRegion) -> WallNetwork:
        """Return the true walls (type, junctions, needle tips) and grains that lie in a region."""
        ...

    def labels(self, region: ScanRegion, shape: tuple[int, int]) -> NDArray[np.uint8]:
        """Draw the true walls as 1-px lines of class codes, (lines, pixels) uint8, 0 elsewhere."""
        ...


class Sample(Protocol):
    """A world plus all that was done to it; the one part of the twin that remembers."""

    @property
    def world(self) -> World:
        """The sample as grown."""
        ...

    def surface(self, x: Array, y: Array, time: float) -> Surface:
        """Return the surface at points as it is at `time` (s), history included."""
        ...

    def expose(
        self, x: Array, y: Array, bias: float, drive: float, seconds: float, time: float
    ) -> None:
        """Record that points were imaged with DC `bias` and AC `drive` (V), `seconds` at each."""
        ...
