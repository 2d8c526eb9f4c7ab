"""Pieces of lines in pixels, how they are tied together at junctions, and the way to metres."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.survey import borders, polyline
from ai_afm.survey.skeleton import Chain, Mask, Pixel
from ai_afm.types import ClassCode, Junction, Point, ScanRegion, Wall, WallNetwork

Points = NDArray[np.float64]

_BLUR = 4.0
"""How far from a junction the skeleton is bent by the thickness of the lines, px."""

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

    def pixel(self, node: Points) -> Pixel:
        """Return the pixel that a position lies in, or the nearest one."""
        row, column = self.nearest(node).tolist()
        return row, column


def merge_nodes(
    chains: Sequence[Chain], shortest: float
) -> tuple[dict[Pixel, int], dict[int, Points]]:
    """Return numbered nodes; those joined by a chain below `shortest` are one (thick crossings)."""
    degree: dict[Pixel, int] = defaultdict(int)
    for chain in chains:
        if not chain.closed:
            degree[chain.first] += 1
            degree[chain.last] += 1
    leader = {p: p for p in degree}

    def find(p: Pixel) -> Pixel:
        while leader[p] != p:
            p = leader[p]
        return p

    for chain in chains:
        if chain.closed or chain.length > shortest or chain.first == chain.last:
            continue
        if degree[chain.first] > 2 and degree[chain.last] > 2:
            leader[find(chain.first)] = find(chain.last)
    groups: dict[Pixel, list[Pixel]] = defaultdict(list)
    for p in sorted(degree):
        groups[find(p)].append(p)
    node_of = {p: i for i, group in enumerate(groups.values()) for p in group}
    nodes = {i: np.mean(group, axis=0) for i, group in enumerate(groups.values())}
    return node_of, nodes


def tied(segments: list[Segment], nodes: dict[int, Points], canvas: Canvas) -> list[Segment]:
    """Bring the branches of a junction together where their courses meet, and led to the edge."""
    branches: dict[int, list[Points]] = defaultdict(list)
    for segment in segments:
        if segment.ends is not None:
            branches[segment.ends[0]].append(segment.points)
            branches[segment.ends[1]].append(segment.points[::-1])
    met = {node: _meeting_point(courses) for node, courses in branches.items()}
    result = []
    for segment in segments:
        points = segment.points
        for end in segment.ends or ():
            # twice turned: the other end is the first one then, and the course as it was at last
            points = _ended(points, met[end], len(branches[end]), nodes[end], canvas)[::-1]
        result.append(replace(segment, points=polyline.simplify(points, 0.05, segment.closed)))
    nodes.update(met)
    return result


def _ended(points: Points, met: Points, branches: int, node: Points, canvas: Canvas) -> Points:
    """Return a course whose beginning is brought to its node, or led out of the frame."""
    pixel = canvas.pixel(node)
    if branches == 1:
        if not canvas.edge[pixel]:
            return points
        near = canvas.edge[tuple(canvas.nearest(points).T)]
        box = borders.scanned_box(pixel[0], canvas.shape, canvas.valid)
        return borders.led_out(points, near, box)
    return _led_to(points, met, _BLUR if branches > _PASSING else 0.0)


def _meeting_point(courses: list[Points]) -> Points:
    """Return the point nearest to the straight continuations of all branches (least squares).

    Thinning bends the lines next to a junction, by up to the half width of the mask, so the
    branches are judged from beyond that.
    """
    middle: Points = sum((course[0] for course in courses), np.zeros(2)) / len(courses)
    if len(courses) <= _PASSING:
        return middle
    across = []
    offsets = []
    for course in courses:
        far = np.hypot(*(course - course[0]).T)
        piece = course[(far >= _BLUR) & (far <= 3 * _BLUR)]
        if len(piece) < 3:
            return middle
        center = piece.mean(axis=0)
        rows, columns = (piece - center).T
        # direction of the longer axis of the piece
        angle = 0.5 * math.atan2(2 * float(rows @ columns), float(columns @ columns - rows @ rows))
        normal = np.array([math.cos(angle), -math.sin(angle)])
        across.append(normal)
        offsets.append(float(normal @ center))
    met: Points = np.linalg.lstsq(np.array(across), np.array(offsets), rcond=1e-2)[0]
    return met if np.hypot(*(met - middle)) <= _BLUR else middle


def _led_to(points: Points, node: Points, blur: float) -> Points:
    """Let a course begin at its node, leaving out what lies closer to it than `blur`."""
    far = np.hypot(*(points - node).T) > blur
    start = int(np.argmax(far)) if far[:-1].any() else len(points) - 1
    return np.vstack([node, points[max(start, 1) :]])


def in_metres(
    segments: list[Segment], nodes: dict[int, Points], canvas: Canvas, region: ScanRegion
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
    ends = np.array([nodes[node] for node in numbers]).reshape(-1, 2)
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
