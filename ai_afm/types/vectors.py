"""Walls, junctions and grains as vectors in metres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.types.requests import Point, ScanRegion


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall or boundary as a polyline.

    Parameters
    ----------
    points
        (n, 2) float64, m, in the sample frame.
    code
        Class code (1-5).
    probability
        Mean probability of that class along the line, NaN for true walls of the twin.
    apparent_width
        m, `None` where not measured. It is the tip's as much as the wall's.
    closed
        Whether the last point joins the first.
    width_error
        Standard error of `apparent_width`, m, `None` where it is not known.
    """

    points: NDArray[np.float64]
    code: int
    probability: float = float("nan")
    apparent_width: float | None = None
    closed: bool = False
    width_error: float | None = None

    @property
    def length(self) -> float:
        """Length of the polyline, m."""
        points = np.vstack([self.points, self.points[:1]]) if self.closed else self.points
        return float(np.hypot(*np.diff(points, axis=0).T).sum())


@dataclass(frozen=True, slots=True)
class Junction:
    """A point where walls meet.

    `codes` are the class codes of the branches, sorted: (2, 2, 2) is a triple junction, (2, 4) a
    wall that ends on a grain boundary.
    """

    position: Point
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Grain:
    """A grain or domain: its outline (n, 2) in m, area (m^2), and whether the frame cuts it."""

    outline: NDArray[np.float64]
    area: float
    cut_by_frame: bool


@dataclass(frozen=True, slots=True)
class WallNetwork:
    """All walls, boundaries, junctions, free ends and grains of a region, in metres.

    `tips` are free ends of ferroelastic walls (needle tips); `open_ends` are other free ends inside
    the frame.
    """

    region: ScanRegion
    walls: tuple[Wall, ...]
    junctions: tuple[Junction, ...] = ()
    tips: tuple[Point, ...] = ()
    open_ends: tuple[Point, ...] = ()
    grains: tuple[Grain, ...] = ()

    def length(self, *codes: int) -> float:
        """Return the summed length (m) of walls with one of the codes (of all, given none)."""
        return float(sum(w.length for w in self.walls if not codes or w.code in codes))
