"""The world of a simulated night, what it brings, and what the strategies share."""

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.bench.probe.station import Build, Station, open_station
from ai_afm.microscope.simulated.switching_state import SwitchingSettings
from ai_afm.survey.patch import Patch
from ai_afm.survey.question.rules import too_close
from ai_afm.types import Point

HOURS = 8.0
"""A night."""
EXTENT = 20e-6
DRIFT = 2e-9 / 60
"""2 nm a minute, m/s."""
AT_WALL = 20e-9
"""Distance from a native wall within which a place is at it, m."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The world and the drift of a night.

    Parameters
    ----------
    seed
        Of the world.
    width
        Typical width of its domains, m.
    drift
        m/s.
    """

    seed: int
    width: float = 1.0e-6
    drift: float = DRIFT

    def station(self) -> Station:
        """Return the instrument."""
        options: dict[str, object] = {"drift_nm_per_s": self.drift * 1e9}
        return open_station(
            Build(self.seed, SwitchingSettings(), extent=EXTENT, options=options, scale=self.width)
        )


@dataclass(slots=True)
class Tally:
    """What a night has brought.

    Parameters
    ----------
    total
        Loops that were called wall events, in a night.
    valid
        Of these, the valid and independent ones.
    dot_radius
        As measured, m.
    places
        True places of everything that was probed in what was simulated, m.
    kinds
        What happened to the walls -> how often.
    displaced, covered
        Walls whose displacement was measured, and how many of the 95 % intervals hold the true one.
    quiet, looked
        See `Station`.
    """

    total: float = 0.0
    valid: float = 0.0
    dot_radius: float = math.nan
    places: list[Point] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    displaced: int = 0
    covered: int = 0
    quiet: int = 0
    looked: int = 0

    @property
    def overlaps(self) -> int:
        """Pairs of probes closer than three measured dot radii, by their true places."""
        return len(too_close(self.places, self.dot_radius))


def edge(patch: Patch) -> NDArray[np.bool_]:
    """Select the pixels on both sides of the walls."""
    positive = ndimage.gaussian_filter(patch.mean, 0.7) > 0
    both = ndimage.binary_dilation(positive) & ndimage.binary_dilation(~positive)
    return np.asarray(both)


def at_wall(station: Station, places: list[Point]) -> NDArray[np.bool_]:
    """Tell which true places are at a native wall."""
    x, y = np.array(places).T
    return np.asarray(station.sample.world.coercivity(x, y).wall_distance <= AT_WALL)
