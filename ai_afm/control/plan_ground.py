"""The ground of a fixed plan: walls by arc length, distances to lines, and what is taken."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm.config import ProbeSettings
from ai_afm.control.candidates import Kind
from ai_afm.control.ladder import Target
from ai_afm.control.sites import LINES, View
from ai_afm.survey.match import sample_walls
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Point, Wall

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]

CHORD = 2.5e-8
"""Half the chord that gives a wall's direction, m: pixels make a line rough, not the wall."""

BESIDE = 6e-8
"""How far from a site its domain is looked for, m."""

FINE = 1e-9
"""Distance of the points that stand for lines when distances to them are measured, m."""

ROUNDING = 1e-9
"""Share of the spacing that is lost where steps of exactly one spacing are added up."""


class Course:
    """A wall by its arc length: places (m) and directions at `s` (m) from its first point."""

    def __init__(self, wall: Wall) -> None:
        self.closed = wall.closed
        points = wall.points
        self._points = np.vstack([points, points[:1]]) if wall.closed else points
        steps = np.hypot(*np.diff(self._points, axis=0).T)
        self._arc = np.concatenate([[0.0], np.cumsum(steps)])
        self.length = float(self._arc[-1])

    def at(self, s: Points) -> Points:
        """Return the places (n, 2) at arc lengths (n,); beyond an open end, that end."""
        s = np.mod(s, self.length) if self.closed else s
        return np.stack([np.interp(s, self._arc, c) for c in self._points.T], axis=1)

    def tangent(self, s: Points) -> Points:
        """Return unit vectors (n, 2) along the wall."""
        along = self.at(s + CHORD) - self.at(s - CHORD)
        return np.asarray(along / np.maximum(np.hypot(*along.T), 1e-15)[:, None])

    def steps(self, start: float, step: float) -> NDArray[np.int64]:
        """Return the numbers k, in order, for which `start + k step` lies on the wall, once."""
        if self.closed:
            count = max(1, math.floor(self.length / step))
            return np.arange(count) - count // 2
        return np.arange(
            math.ceil(-start / step), math.floor((self.length - start) / step) + 1, dtype=np.int64
        )

    def nearest(self, at: Point) -> float:
        """Return the arc length of the point of the wall next to a place."""
        s = np.linspace(0.0, self.length, max(2, math.ceil(self.length / FINE) + 1))
        return float(s[int(np.argmin(np.hypot(*(self.at(s) - at).T)))])


@dataclass(eq=False)
class Ground:
    """What one frame leaves for a plan.

    Parameters
    ----------
    view
        The frame, in the coordinates of the first one.
    used
        Sites that are taken, m.
    """

    view: View
    used: list[Point] = field(default_factory=list)

    @property
    def settings(self) -> ProbeSettings:
        """Spacing and distances."""
        return self.view.settings

    @property
    def spacing(self) -> float:
        """Least distance of two sites, m."""
        return self.settings.min_spacing_nm * 1e-9

    @property
    def tenths(self) -> list[int]:
        """Log-spaced distances in tenths of a nanometre, as they stand in the sites' names."""
        s = self.settings
        spaced = np.geomspace(s.transect_first_nm, s.transect_reach_nm, s.transect_sites)
        return [int(t) for t in dict.fromkeys(np.rint(10 * spaced).astype(int).tolist())]

    @property
    def lines(self) -> list[Wall]:
        """All walls and boundaries."""
        return [w for w in self.view.walls if w.code in LINES]

    def domain_beside(self, at: Point, away: Points) -> int:
        """Return the polarity of the domain that a site beside a wall stands in, 0 for unknown.

        Next to a wall an image is blurred by the tip: there the domain is looked for further on, in
        the direction `away` from the wall (unit vector), as long as no line comes nearer.

        Examples
        --------
        A site 12 nm beside a wall has the polarity that the frame shows 30 nm beside it.
        """
        points = np.array(at) + np.linspace(0.0, BESIDE, 31)[:, None] * away
        distance = distance_to(self.lines, points)
        clear = distance >= 0.9 * distance[0]
        for point in points[np.minimum.accumulate(clear)]:
            polarity = self.view.polarity_at((float(point[0]), float(point[1])))
            if polarity:
                return polarity
        return 0

    def free(self, at: Points) -> bool:
        """Tell whether a place (2,) keeps the spacing from all sites so far."""
        least = self.spacing * (1 - ROUNDING)
        return all(math.dist(at, other) >= least for other in self.used)

    def off_junctions(self, points: Points) -> Mask:
        """Tell which points (n, 2) keep the spacing from all junctions."""
        if not self.view.junctions:
            return np.ones(len(points), bool)
        tree = KDTree([j.position for j in self.view.junctions])
        return np.asarray(tree.query(points)[0] >= self.spacing)

    def wall_at(self, target: Target) -> tuple[Wall, float] | None:
        """Return the wall of a target and the arc length of its point next to the target's place.

        It is the nearest one where a probe is allowed and no junction is near. `None` without any.
        """
        kind = target.candidate.kind if target.candidate else Kind.LONG_WALL
        codes: tuple[int, ...] = DOMAIN_WALL_CODES
        if kind is Kind.GRAIN_JUNCTION or not any(w.code in codes for w in self.view.walls):
            codes = (ClassCode.GRAIN_BOUNDARY,)
        best: tuple[float, Wall, float] | None = None
        for wall in self.view.walls:
            course = Course(wall) if wall.code in codes else None
            if course is None or course.length == 0:
                continue
            s = np.linspace(0.0, course.length, max(2, math.ceil(4 * course.length / FINE / 10)))
            points = course.at(s)
            good = self.view.allowed(points) & self.off_junctions(points)
            away = np.where(good, np.hypot(*(points - target.anchor).T), np.inf)
            index = int(np.argmin(away))
            if math.isfinite(away[index]) and (best is None or away[index] < best[0]):
                best = float(away[index]), wall, float(s[index])
        return None if best is None else best[1:]


def distance_to(walls: list[Wall], points: Points) -> Points:
    """Return the distance (n,), m, of points (n, 2) to the nearest of some lines, inf for none."""
    if not walls:
        return np.full(len(points), np.inf)
    return np.asarray(KDTree(sample_walls(walls, FINE)[0]).query(points)[0])
