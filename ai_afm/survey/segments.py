"""Pieces of lines in pixels, how they are tied together at junctions, and the way to metres."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.survey import borders, polyline
from ai_afm.survey.skeleton import Chains, Mask, nodes_of
from ai_afm.types import ClassCode, Junction, Point, ScanRegion, Wall, WallNetwork

Points = NDArray[np.float64]

_BLUR = 4.0
"""How far from a junction the skeleton is bent by the thickness of the lines, px."""

_HEAD = 16
"""Points of a course that are looked at first where it leaves a junction."""

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
        return np.clip(np.rint(points).astype(np.int64), 0, np.array(self.shape) - 1)


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
    leader = list(range(len(pixels)))

    def find(node: int) -> int:
        while leader[node] != node:
            node = leader[node]
        return node

    for a, b in number[short].tolist():
        first, second = sorted((find(a), find(b)))
        leader[second] = first
    group = np.unique([find(node) for node in leader], return_inverse=True)[1].astype(np.int64)
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
    met = _meeting_points(segments, ends, branches)
    at_edge = canvas.edge[tuple(canvas.nearest(nodes).T)] & (branches == 1)
    blocks = borders.scanned_blocks(canvas.valid)[canvas.nearest(nodes)[:, 0]]
    result = []
    for segment in segments:
        points = segment.points
        for end in segment.ends or ():
            if at_edge[end]:
                near = canvas.edge[tuple(canvas.nearest(points).T)]
                box = borders.outer_box(blocks[end], canvas.shape[1])
                points = borders.led_out(points, near, box)
            elif branches[end] > 1:
                points = _led_to(points, met[end], _BLUR if branches[end] > _PASSING else 0.0)
            # twice turned: the other end is the first one then, and the course as it was at last
            points = points[::-1]
        points = polyline.simplify(points, 0.05, segment.closed)
        result.append(Segment(points, segment.code, segment.probability, segment.ends))
    return result, met


def _meeting_points(
    segments: list[Segment], ends: NDArray[np.int64], branches: NDArray[np.int64]
) -> Points:
    """Return the points nearest to the straight continuations of all branches (least squares).

    Thinning bends the lines next to a junction, by up to the half width of the mask, so the
    branches are judged from beyond that. Where lines do not tell, it is the mean of their ends.
    """
    points = np.concatenate([segment.points for segment in segments])
    sizes = np.array([len(segment.points) for segment in segments])
    starts = np.cumsum(sizes) - sizes
    middle, sides = np.zeros((len(branches), 2)), np.zeros((len(branches), 2, 2))
    offsets, judged = np.zeros((len(branches), 2)), branches > _PASSING
    for side, terminal in enumerate((points[starts], points[starts + sizes - 1])):
        node, open_ends = ends[:, side], ends[:, side] >= 0
        away = points - np.repeat(terminal, sizes, axis=0)
        far = np.hypot(away[:, 0], away[:, 1])
        piece = (far >= _BLUR) & (far <= 3 * _BLUR)
        enough, center, normal = _straight(points, piece, starts)
        judged[node[open_ends & ~enough]] = False
        told = open_ends & enough
        np.add.at(middle, node[open_ends], terminal[open_ends])
        np.add.at(sides, node[told], normal[told, :, None] * normal[told, None, :])
        offset = (normal * center).sum(axis=1, keepdims=True)
        np.add.at(offsets, node[told], (normal * offset)[told])
    middle /= np.maximum(branches, 1)[:, None]
    met = np.einsum("nij,nj->ni", np.linalg.pinv(sides, _PARALLEL**2, hermitian=True), offsets)
    judged &= np.hypot(*(met - middle).T) <= _BLUR
    return np.where(judged[:, None], met, middle)


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


def _led_to(points: Points, node: Points, blur: float) -> Points:
    """Let a course begin at its node, leaving out what lies closer to it than `blur`."""
    row, column = node.tolist()
    # most courses leave at once, and a few numbers are looked through faster one by one
    for part, first in ((points[:_HEAD], 0), (points[_HEAD:-1], _HEAD)):
        for k, (r, c) in enumerate(part.tolist(), first):
            if (r - row) ** 2 + (c - column) ** 2 > blur**2 and 0 < k < len(points) - 1:
                return np.concatenate([node[None], points[k:]])
    return np.concatenate([node[None], points[-1:]])


def in_metres(
    segments: list[Segment], nodes: Points, canvas: Canvas, region: ScanRegion
) -> WallNetwork:
    """Return tied segments as walls, and their nodes as junctions, needle tips and open ends."""

    def sample(points: Points) -> Points:
        return np.stack(geometry.pixel_to_sample(region, canvas.shape, *points.T), axis=1)

    if not segments:
        return WallNetwork(region, ())
    lengths = [len(segment.points) for segment in segments]
    lines = np.split(sample(np.concatenate([s.points for s in segments])), np.cumsum(lengths)[:-1])
    walls = [
        Wall(line, segment.code, segment.probability, None, segment.closed)
        for line, segment in zip(lines, segments, strict=True)
    ]
    branches: dict[int, list[int]] = defaultdict(list)
    for segment in segments:
        for node in segment.ends or ():
            branches[node].append(segment.code)
    numbers = sorted(branches)
    ends = nodes[numbers]
    at_edge = canvas.edge[tuple(canvas.nearest(ends).T)].tolist()
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
