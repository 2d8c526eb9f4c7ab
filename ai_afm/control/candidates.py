"""Places worth a closer look: what the networks of a survey show, weighed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm import geometry
from ai_afm.config import TargetSettings
from ai_afm.control.critical import critical_stretches
from ai_afm.control.remembered import remembered
from ai_afm.survey import polyline
from ai_afm.survey.match import sample_walls
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    ClassCode,
    Point,
    Wall,
    WallNetwork,
)


class Kind(StrEnum):
    """What makes a place interesting."""

    WALL_JUNCTION = "wall_junction"
    WALL_MEETS_BOUNDARY = "wall_meets_boundary"
    NEEDLE_TIP = "needle_tip"
    LONG_WALL = "long_wall"
    GRAIN_JUNCTION = "grain_junction"
    UNCERTAIN = "uncertain"
    BENT_WALL = "bent_wall"
    CHARGED_WALL = "charged_wall"
    RARE_ORIENTATION = "rare_orientation"
    NOVEL_WALL = "novel_wall"

    @property
    def words(self) -> str:
        """How the place is called in a sentence."""
        return _WORDS[self]


_WORDS = {
    Kind.WALL_JUNCTION: "the junction of walls",
    Kind.WALL_MEETS_BOUNDARY: "the point where a wall meets a grain boundary",
    Kind.NEEDLE_TIP: "the free end of a wall (a needle tip, unless the wall goes on unseen)",
    Kind.LONG_WALL: "the straightest stretch of a long wall",
    Kind.GRAIN_JUNCTION: "the junction of grain boundaries",
    Kind.UNCERTAIN: "a spot where the model is not sure",
    Kind.BENT_WALL: "a strong bend of a wall",
    Kind.CHARGED_WALL: "a stretch of wall across the polar axis (charged, if the axis is right)",
    Kind.RARE_ORIENTATION: "a wall in a rare direction",
    Kind.NOVEL_WALL: "a wall unlike the others",
}

KIND_ORDER = {kind: place for place, kind in enumerate(sorted(Kind))}
"""Where all else is equal, places come in the order of their kinds' names."""

MOST_KEPT = 1 << 15
"""Frames whose places are kept; a night has a few thousand."""

DOUBTFUL = 0.25
"""Least factor of a junction that may be two walls closer than the frame resolves."""

LONGEST = 8
"""As many of the longest walls of a frame are candidates."""

UNDETERMINED_END = 0.5
"""A free end of a wall of unknown type may be a needle tip or a gap: half its worth."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place: where (m, coordinates of the first frame), what, and what it is worth.

    `weight` is the setting for its kind; `score` is weight x geometry (confidence of the walls
    there, length of a long wall).
    """

    position: Point
    kind: Kind
    weight: float
    score: float


@remembered(most=MOST_KEPT)
def features(network: WallNetwork, settings: TargetSettings) -> tuple[Candidate, ...]:
    """Return the places that one network shows, in the network's own coordinates."""
    return tuple(_features(network, settings))


def _features(network: WallNetwork, settings: TargetSettings) -> Iterator[Candidate]:
    certainty = _Certainty(network)
    clear = _Clearness(network, min(settings.ladder, default=settings.min_distance) / 2)
    for junction in network.junctions:
        kind, at = _kind_of_junction(junction.codes), junction.position
        if kind is not None:
            yield _candidate(at, kind, settings, certainty(at) * clear(at))
    for tip in network.tips:
        yield _candidate(tip, Kind.NEEDLE_TIP, settings, certainty(tip))
    for end in network.open_ends:
        if certainty.code(end) == ClassCode.WALL:
            worth = UNDETERMINED_END * certainty(end)
            yield _candidate(end, Kind.NEEDLE_TIP, settings, worth)
        else:
            yield _candidate(end, Kind.UNCERTAIN, settings, 1.0)
    yield from _long_walls(network, settings)
    step = min(settings.ladder, default=settings.min_distance) / 16
    for stretch in critical_stretches(network.walls, step, settings.polar_axis):
        worth = stretch.factor * _certain(network.walls[stretch.wall])
        yield _candidate(stretch.position, Kind(stretch.kind), settings, worth)


def _candidate(
    at: Point, kind: Kind, settings: TargetSettings, geometry_factor: float
) -> Candidate:
    weight = float(getattr(settings.weights, kind.value))
    return Candidate(at, kind, weight, weight * geometry_factor)


def _kind_of_junction(codes: tuple[int, ...]) -> Kind | None:
    walls = sum(c in DOMAIN_WALL_CODES for c in codes)
    boundaries = sum(c == ClassCode.GRAIN_BOUNDARY for c in codes)
    if walls and boundaries:
        return Kind.WALL_MEETS_BOUNDARY
    if walls >= 3:
        return Kind.WALL_JUNCTION
    return Kind.GRAIN_JUNCTION if boundaries >= 3 else None


def uncertain(spots: object, settings: TargetSettings) -> Iterator[Candidate]:
    """Yield the spots (x m, y m, uncertainty 0..1) that the run has noted beside a frame."""
    if not isinstance(spots, list | tuple):
        return
    for x, y, uncertainty in spots:
        at = (float(x), float(y))
        yield _candidate(at, Kind.UNCERTAIN, settings, float(uncertainty))


def _certain(wall: Wall) -> float:
    return 1.0 if math.isnan(wall.probability) else wall.probability


class _Certainty:
    """The probability and class of the wall next to a point of a network."""

    def __init__(self, network: WallNetwork) -> None:
        self._walls = network.walls
        points = [w.points for w in network.walls]
        self._owner = np.repeat(np.arange(len(points)), [len(p) for p in points])
        self._tree = KDTree(np.concatenate(points)) if points else None

    def __call__(self, at: Point) -> float:
        wall = self._nearest(at)
        return 1.0 if wall is None else _certain(wall)

    def code(self, at: Point) -> int | None:
        wall = self._nearest(at)
        return None if wall is None else wall.code

    def _nearest(self, at: Point) -> Wall | None:
        if self._tree is None:
            return None
        return self._walls[int(self._owner[int(self._tree.query(at)[1])])]


class _Clearness:
    """How clearly branches meet in a junction, by the shortest of its three longest branches.

    Two walls that come closer than the frame resolves are drawn as one over a short piece, with a
    junction at each of its ends. A branch of at least `enough` (m) is beyond that doubt.
    """

    def __init__(self, network: WallNetwork, enough: float) -> None:
        walls = [w for w in network.walls if not w.closed]
        ends = [w.points[[0, -1]] for w in walls]
        self._lengths = np.repeat([w.length for w in walls], 2)
        self._tree = KDTree(np.concatenate(ends)) if ends else None
        self._enough = enough
        self._touching = 1e-6 * max(network.region.size)

    def __call__(self, at: Point) -> float:
        """Return a factor between `DOUBTFUL` and 1; 1 where the branches are not known."""
        if self._tree is None:
            return 1.0
        branches = sorted(self._lengths[self._tree.query_ball_point(at, self._touching)])
        if len(branches) < 3:
            return 1.0
        return float(np.clip(branches[-3] / self._enough, DOUBTFUL, 1.0))


def _long_walls(network: WallNetwork, settings: TargetSettings) -> Iterator[Candidate]:
    """Yield, for the longest walls above the closest frame's size, their straightest free point."""
    closest = min(settings.ladder, default=settings.min_distance)
    lengths = np.array([w.length if w.code in DOMAIN_WALL_CODES else 0.0 for w in network.walls])
    step = closest / 16
    chosen = [i for i in np.argsort(-lengths, kind="stable")[:LONGEST] if lengths[i] >= closest]
    samples = [sample_walls([w], step)[0] for w in network.walls] if chosen else []
    for index in chosen:
        others = np.concatenate([np.zeros((0, 2)), *samples[:index], *samples[index + 1 :]])
        wall = network.walls[index]
        at = _typical_point(wall, others, network, step)
        worth = _certain(wall) * math.sqrt(lengths[index] / lengths.max())
        yield _candidate(at, Kind.LONG_WALL, settings, worth)


def _typical_point(
    wall: Wall, others: NDArray[np.float64], network: WallNetwork, step: float
) -> Point:
    """Return the point that is straight over 16 steps and far from ends, edges and other walls."""
    points = polyline.resample(wall.points, step, wall.closed)
    n = len(points)
    half = max(1, min(8, (n - 1) // 4))
    chord = np.hypot(*(points[2 * half :] - points[: n - 2 * half]).T) / (2 * half * step)
    middle = points[half : n - half]
    free = np.full(len(middle), np.inf)
    if not wall.closed:
        along = np.arange(half, n - half) * step
        free = np.minimum(free, np.minimum(along, (n - 1) * step - along))
    if len(others):
        free = np.minimum(free, KDTree(others).query(middle)[0])
    u, v = geometry.to_region(network.region, *middle.T)
    width, height = network.region.size
    free = np.minimum(free, np.minimum(width / 2 - np.abs(u), height / 2 - np.abs(v)))
    # beyond the half frame there is nothing to gain by being further away
    room = np.clip(free / (8 * step), 0, 1)
    best = int(np.argmax(room * np.clip(chord, 0, 1) ** 4))
    return float(middle[best, 0]), float(middle[best, 1])
