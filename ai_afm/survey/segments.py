"""Pieces of lines in pixels, and how they are tied together at junctions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey import polyline
from ai_afm.survey.skeleton import Chain, Pixel

Points = NDArray[np.float64]

_BLUR = 4.0
"""How far from a junction the skeleton is bent by the thickness of the lines, px."""


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


def tied(segments: list[Segment], nodes: dict[int, Points]) -> list[Segment]:
    """Bring the branches of a junction together in the point where their courses meet."""
    branches: dict[int, list[Points]] = defaultdict(list)
    for segment in segments:
        if segment.ends is not None:
            branches[segment.ends[0]].append(segment.points)
            branches[segment.ends[1]].append(segment.points[::-1])
    for node, courses in branches.items():
        nodes[node] = _meeting_point(courses)
    result = []
    for segment in segments:
        points = segment.points.copy()
        if segment.ends is not None:
            first, last = (nodes[end] for end in segment.ends)
            free = [len(branches[end]) < 3 for end in segment.ends]
            points = _led_to(points, first, 0.0 if free[0] else _BLUR)
            points = _led_to(points[::-1], last, 0.0 if free[1] else _BLUR)[::-1]
        result.append(replace(segment, points=polyline.simplify(points, 0.05, segment.closed)))
    return result


def _meeting_point(courses: list[Points]) -> Points:
    """Return the point nearest to the straight continuations of all branches (least squares).

    Thinning bends the lines next to a junction, by up to the half width of the mask, so the
    branches are judged from beyond that.
    """
    middle: Points = np.mean([course[0] for course in courses], axis=0)
    if len(courses) < 3:
        return middle
    across, offsets = [], []
    for course in courses:
        far = np.hypot(*(course - course[0]).T)
        piece = course[(far >= _BLUR) & (far <= 3 * _BLUR)]
        if len(piece) < 3:
            return middle
        center = piece.mean(axis=0)
        normal = np.linalg.svd(piece - center)[2][1]
        across.append(normal)
        offsets.append(normal @ center)
    met: Points = np.linalg.lstsq(np.array(across), np.array(offsets), rcond=1e-2)[0]
    return met if np.hypot(*(met - middle)) <= _BLUR else middle


def _led_to(points: Points, node: Points, blur: float) -> Points:
    """Let a course begin at its node, leaving out what lies closer to it than `blur`."""
    far = np.hypot(*(points - node).T) > blur
    start = int(np.argmax(far)) if far[:-1].any() else len(points) - 1
    return np.vstack([node, points[max(start, 1) :]])
