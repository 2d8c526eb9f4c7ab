"""The sites of a place: beside its wall, and in the bulk of either domain, with room to others."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from ai_afm import geometry
from ai_afm.config import QuestionSettings
from ai_afm.control.likeness import ANY_GROUND, Likeness
from ai_afm.survey import polyline
from ai_afm.survey.question.names import BULK, OTHER, WALL
from ai_afm.survey.question.view import DomainView
from ai_afm.types import Point

Points = NDArray[np.float64]

MARGIN = 0.06
"""Share of the image along its edge where nothing is probed: drift must not carry sites out."""

TRIED = 40
"""Places along the wall that are tried for a block."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A site before it has a name: its kind, domain (1 for A, -1 for B) and place, m.

    `like` says how like its partner at the wall it is, as the end of a sentence.
    """

    kind: str
    domain: int
    at: Point
    like: str = ""


@dataclass(eq=False)
class Room:
    """What an image leaves for sites.

    Parameters
    ----------
    view
        Domains and walls.
    settings
        Of the question.
    spacing
        Least distance of two sites, m.
    allowed
        Whether bias may be applied at a point of the image.
    taken
        Sites that are used or planned, m, in the coordinates of the image.
    likeness
        How like its wall site a partner has to be.
    """

    view: DomainView
    settings: QuestionSettings
    spacing: float
    allowed: Callable[[Point], bool]
    taken: list[Point] = field(default_factory=list)
    likeness: Likeness = ANY_GROUND

    def block(self, near: Point, domain: int) -> tuple[Spot, ...]:
        """Return the sites of a block next to a point and take them; none where there is no room.

        Parameters
        ----------
        near
            Where the block should be, m.
        domain
            Which domain's side of the wall is tried first.
        """
        found = self._at_wall(near, domain) if self.settings.asks_walls else self._both(near)
        self.taken.extend(s.at for s in found)
        return found

    def fresh(self, kind: str, domain: int, near: Point) -> Spot | None:
        """Return another site of a kind next to a point and take it; `None` where there is none."""
        places = self.walls(domain, near) if kind == WALL else self.bulk(domain, near)
        at = next(iter(places), None)
        if at is None:
            return None
        self.taken.append(at)
        return Spot(kind, domain, at)

    def walls(self, domain: int, near: Point) -> Iterator[Point]:
        """Yield free places on a domain's side of a wall, the nearest first."""
        points, left = self._wall_points
        places = points + domain * self.settings.beside * left
        for k in self._nearest(places, near)[:TRIED]:
            at = float(places[k, 0]), float(places[k, 1])
            if self._is_free(at, self.taken) and self.allowed(at):
                yield at

    def bulk(self, domain: int, near: Point, also: tuple[Point, ...] = ()) -> Iterator[Point]:
        """Yield free places in the bulk of a domain that are like `near`, the nearest first."""
        places = self._bulk_points[domain]
        places = places[self.likeness.alike(near, places)]
        for other in (*self.taken, *also):
            places = places[np.hypot(*(places - other).T) >= self.spacing]
        for k in self._nearest(places, near)[:TRIED]:
            at = float(places[k, 0]), float(places[k, 1])
            if self.allowed(at):
                yield at

    def deepest(self, domain: int) -> Point | None:
        """Return the free bulk place of a domain that is farthest from all walls and sites."""
        places = self._bulk_points[domain]
        if not len(places):
            return None
        depth = self._depth(places)
        if self.taken:
            depth = np.minimum(depth, KDTree(self.taken).query(places)[0] - self.spacing / 2)
        for k in np.argsort(-depth, kind="stable")[:TRIED]:
            at = float(places[k, 0]), float(places[k, 1])
            if self._is_free(at, self.taken) and self.allowed(at):
                self.taken.append(at)
                return at
        return None

    def _at_wall(self, near: Point, domain: int) -> tuple[Spot, ...]:
        """Return wall site, partner and, where wanted, bulk of the other polarity."""
        without: tuple[Spot, ...] = ()
        for side in (domain, -domain):
            for at in self.walls(side, near):
                partner = next(self.bulk(side, at, (at,)), None)
                if partner is None:
                    continue
                like = self.likeness.words(at, partner)
                pair = Spot(WALL, side, at), Spot(BULK, side, partner, like)
                if not self.settings.both_polarities:
                    return pair
                other = next(self.bulk(-side, at, (at, partner)), None)
                if other is not None:
                    return (*pair, Spot(OTHER, -side, other, self.likeness.words(at, other)))
                without = without or pair
        return without

    def _both(self, near: Point) -> tuple[Spot, ...]:
        """Return a bulk site of either domain next to a point."""
        first = next(self.bulk(1, near), None)
        if first is None:
            return ()
        second = next(self.bulk(-1, first, (first,)), None)
        return () if second is None else (Spot(BULK, 1, first), Spot(BULK, -1, second))

    def _is_free(self, at: Point, used: list[Point]) -> bool:
        inside = geometry.is_inside(self.view.region, *at, self._margin)
        return bool(inside) and all(math.dist(at, p) >= self.spacing for p in used)

    @property
    def _margin(self) -> float:
        return MARGIN * min(self.view.region.size)

    def _nearest(self, places: Points, near: Point) -> NDArray[np.intp]:
        return np.asarray(np.argsort(np.hypot(*(places - near).T), kind="stable"))

    @cached_property
    def _wall_points(self) -> tuple[Points, Points]:
        """Return points along all walls, (n, 2) m, and the unit normals towards domain A."""
        points, left = [np.zeros((0, 2))], [np.zeros((0, 2))]
        for wall in self.view.walls:
            line = polyline.resample(wall, self.spacing / 10)
            along = polyline.tangents(line, False)
            points.append(line)
            left.append(np.stack([-along[:, 1], along[:, 0]], axis=1))
        return np.concatenate(points), np.concatenate(left)

    def _depth(self, places: Points) -> NDArray[np.float64]:
        """Return the distance of places from the walls, m."""
        walls = np.concatenate(self.view.walls)
        step = max(self.view.region.size) / max(self.view.domains.shape)
        # the lines are points a pixel apart: half of that is what a distance can be too large by
        away: NDArray[np.float64] = np.asarray(KDTree(walls).query(places)[0]) - step / 2
        return away

    @cached_property
    def _bulk_points(self) -> dict[int, Points]:
        """Return the places (n, 2), m, of each domain that are far enough from all walls."""
        view, found = self.view, {}
        pixel = min(s / n for s, n in zip(view.region.size[::-1], view.domains.shape, strict=True))
        for domain in (1, -1):
            # specks of the other polarity that no line was drawn around keep their distance, too
            inner = ndimage.distance_transform_edt(view.domains == domain) * pixel
            rows, columns = np.nonzero(inner >= 0.8 * self.settings.bulk_distance)
            x, y = geometry.pixel_to_sample(view.region, view.domains.shape, rows, columns)
            places = np.stack([x, y], axis=1)
            good = geometry.is_inside(view.region, x, y, self._margin)
            if len(places):
                good &= self._depth(places) >= self.settings.bulk_distance
            found[domain] = places[good]
        return found
