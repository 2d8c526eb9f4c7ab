"""Pieces of lines in pixels, how they are tied together at junctions, and the way to metres."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.survey import borders, polyline
from ai_afm.survey.skeleton import Chains, Mask, nodes_of
from ai_afm.types import ClassCode, Junction, Point, ScanRegion, Wall, WallNetwork

Points = NDArray[np.float64]

_BLUR = 4.0
"""How far from a junction the skeleton is bent by the thickness of the lines, px."""

_ENOUGH = 3
"""Points that tell a direction."""

_PARALLEL = 1e-2
"""Ratio of singular values below which lines do not tell where along them they meet."""

_PASSING = 2
"""Branches of a node at which a line only changes its class."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A wall in pixels with the nodes at its ends (`None` for a closed one)."""

    points: Points
    code: int
    probability: float
    ends: tuple[int, int] | None

    @property
    def closed(self) -> bool:
        """Whether it is a loop."""
        return self.ends is None


@dataclass(frozen=True, slots=True)
class Canvas:
    """What was scanned: (lines,) bool `valid` rows, and the (lines, pixels) bool `edge` of them."""

    edge: Mask
    valid: NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int]:
        """(lines, pixels)."""
        return int(self.edge.shape[0]), int(self.edge.shape[1])

    def nearest(self, points: Points) -> NDArray[np.int64]:
        """Return the pixels that positions (n, 2) lie in, or the nearest ones."""
        pixels = np.maximum(np.rint(points).astype(np.int64), 0)
        inside: NDArray[np.int64] = np.minimum(pixels, np.array(self.shape) - 1)
        return inside

    def is_edge(self, points: Points) -> Mask:
        """Tell which positions (n, 2) lie at the edge, (n,) bool."""
        row, column = self.nearest(points).T
        at_edge: Mask = self.edge[row, column]
        return at_edge


def merge_nodes(chains: Chains, shortest: float) -> tuple[NDArray[np.int64], Points]:
    """Return numbered nodes; those joined by a chain below `shortest` are one (thick crossings).

    Returns
    -------
    numbers
        (chains, 2) int, of the nodes at both ends of each chain; -1 for closed ones.
    nodes
        (nodes, 2) float64, where they are, px.
    """
    number, pixels = nodes_of(chains)
    number = number[~chains.closed]
    degree = np.bincount(number.ravel(), minlength=len(pixels))
    short = (chains.lengths[~chains.closed] <= shortest) & (number[:, 0] != number[:, 1])
    short &= (degree[number] > _PASSING).all(axis=1)
    leader = np.arange(len(pixels))
    for a, b in number[short]:
        leader[leader == max(leader[a], leader[b])] = min(leader[a], leader[b])
    group = np.unique(leader, return_inverse=True)[1]
    size = np.bincount(group)
    nodes = [np.bincount(group, pixels[:, axis]) / size for axis in (0, 1)]
    numbers = np.full((len(chains), 2), -1)
    numbers[~chains.closed] = group[number]
    return numbers, np.stack(nodes, axis=1)


def tied(segments: list[Segment], nodes: Points, canvas: Canvas) -> tuple[list[Segment], Points]:
    """Bring the branches of a junction together where their courses meet, and led to the edge.

    `nodes` are (nodes, 2) float64, px; they are returned as the courses meet there.
    """
    if not segments:
        return [], nodes
    ends = np.array([segment.ends or (-1, -1) for segment in segments])
    branches = np.bincount(ends[ends >= 0], minlength=len(nodes))
    courses = [segment.points for segment in segments]
    met = _meeting_points(courses, ends, branches)
    at_edge = canvas.is_edge(nodes) & (branches == 1)
    blocks = borders.scanned_blocks(canvas.valid)[canvas.nearest(nodes)[:, 0]]
    blur = np.where(branches > _PASSING, _BLUR, 0.0)
    for node in ends.T:
        there = np.flatnonzero(node >= 0)
        tied_up = there[branches[node[there]] > 1]
        _lead_to(courses, tied_up, met[node[tied_up]], blur[node[tied_up]])
        out = there[at_edge[node[there]]]
        boxes = borders.outer_boxes(blocks[node[out]], canvas.shape[1])
        led = borders.led_out([courses[k] for k in out], canvas.is_edge, boxes)
        for k, points in zip(out.tolist(), led, strict=True):
            courses[k] = points
        # twice turned: the other end is the first one then, and the course as it was at last
        courses = [points[::-1] for points in courses]
    closed = np.array([segment.closed for segment in segments])
    courses = polyline.simplify(polyline.Lines(*_joined(courses), closed), 0.05)
    return [
        Segment(points, segment.code, segment.probability, segment.ends)
        for segment, points in zip(segments, courses, strict=True)
    ], met


def _joined(courses: list[Points]) -> tuple[Points, NDArray[np.int64]]:
    """Return courses one behind the other, and where each begins, and the end."""
    starts = np.cumsum([0, *map(len, courses)])
    return np.concatenate(courses), starts


def _meeting_points(
    courses: list[Points], ends: NDArray[np.int64], branches: NDArray[np.int64]
) -> Points:
    """Return the points nearest to the straight continuations of all branches (least squares).

    Thinning bends the lines next to a junction, by up to the half width of the mask, so the
    branches are judged from beyond that. Where lines do not tell, it is the mean of their ends.
    """
    points, starts = _joined(courses)
    middle, sides = np.zeros((len(branches), 2)), np.zeros((len(branches), 2, 2))
    offsets, judged = np.zeros((len(branches), 2)), branches > _PASSING
    for side, terminal in enumerate((points[starts[:-1]], points[starts[1:] - 1])):
        node, open_ends = ends[:, side], ends[:, side] >= 0
        away = points - np.repeat(terminal, np.diff(starts), axis=0)
        far = np.hypot(away[:, 0], away[:, 1])
        piece = (far >= _BLUR) & (far <= 3 * _BLUR)
        enough, center, normal = _straight(points, piece, starts[:-1])
        judged[node[open_ends & ~enough]] = False
        told = open_ends & enough
        np.add.at(middle, node[open_ends], terminal[open_ends])
        np.add.at(sides, node[told], normal[told, :, None] * normal[told, None, :])
        offset = (normal * center).sum(axis=1, keepdims=True)
        np.add.at(offsets, node[told], (normal * offset)[told])
    middle /= np.maximum(branches, 1)[:, None]
    inverse = np.linalg.pinv(sides[judged], _PARALLEL**2, hermitian=True)
    met = middle.copy()
    met[judged] = np.einsum("nij,nj->ni", inverse, offsets[judged])
    near = np.hypot(*(met - middle).T) <= _BLUR
    return np.where(near[:, None], met, middle)


def _straight(
    points: Points, piece: Mask, starts: NDArray[np.int64]
) -> tuple[Mask, Points, Points]:
    """Fit a straight line to a piece of each course.

    Returns (courses,) bool: whether there are enough points for it; the means and the unit normals
    of the pieces, (courses, 2).
    """
    sizes = np.diff(starts, append=len(points))
    count = np.add.reduceat(piece.astype(np.int64), starts)
    inside = piece[:, None]
    center = np.add.reduceat(points * inside, starts) / np.maximum(count, 1)[:, None]
    rows, columns = ((points - np.repeat(center, sizes, axis=0)) * inside).T
    moments = np.stack([rows * columns, columns**2 - rows**2], axis=1)
    # direction of the longer axis of the piece
    twice, difference = np.add.reduceat(moments, starts).T
    angle = 0.5 * np.arctan2(2 * twice, difference)
    return count >= _ENOUGH, center, np.stack([np.cos(angle), -np.sin(angle)], axis=1)


def _lead_to(
    courses: list[Points], chosen: NDArray[np.int64], nodes: Points, blur: NDArray[np.float64]
) -> None:
    """Let the chosen courses begin at their nodes, without what lies within `blur` of them."""
    if not len(chosen):
        return
    points, starts = _joined([courses[k] for k in chosen])
    sizes = np.diff(starts)
    rows, columns = (points - np.repeat(nodes, sizes, axis=0)).T
    beyond = rows**2 + columns**2 > np.repeat(blur**2, sizes)
    beyond[starts[:-1]] = False
    beyond[starts[1:] - 1] = True
    outside = np.flatnonzero(beyond)
    begin = outside[np.searchsorted(outside, starts[:-1])] - 1
    points[begin] = nodes
    for k, first, end in zip(chosen.tolist(), begin.tolist(), starts[1:].tolist(), strict=True):
        courses[k] = points[first:end]


def in_metres(
    segments: list[Segment], nodes: Points, canvas: Canvas, region: ScanRegion
) -> WallNetwork:
    """Return tied segments as walls, and their nodes as junctions, needle tips and open ends."""

    def sample(points: Points) -> Points:
        return np.stack(geometry.pixel_to_sample(region, canvas.shape, *points.T), axis=1)

    if not segments:
        return WallNetwork(region, ())
    points, starts = _joined([segment.points for segment in segments])
    points = sample(points)
    walls = [
        Wall(points[a:b], segment.code, segment.probability, None, segment.closed)
        for segment, (a, b) in zip(segments, pairwise(starts.tolist()), strict=True)
    ]
    branches: dict[int, list[int]] = defaultdict(list)
    for segment in segments:
        for node in segment.ends or ():
            branches[node].append(segment.code)
    numbers = sorted(branches)
    ends = nodes[numbers]
    at_edge = canvas.is_edge(ends).tolist()
    junctions: list[Junction] = []
    tips: list[Point] = []
    open_ends: list[Point] = []
    for node, (x, y), cut in zip(numbers, sample(ends).tolist(), at_edge, strict=True):
        codes = branches[node]
        if len(codes) > 1:
            junctions.append(Junction((x, y), tuple(sorted(codes))))
        elif not cut:
            (tips if codes[0] == ClassCode.WALL_FERROELASTIC else open_ends).append((x, y))
    return WallNetwork(region, tuple(walls), tuple(junctions), tuple(tips), tuple(open_ends))
