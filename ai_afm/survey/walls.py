"""Segmentation -> wall network: probabilities become polylines, junctions and free ends in metres."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import apply_hysteresis_threshold

from ai_afm import geometry
from ai_afm.survey import grains as grain_maps
from ai_afm.survey import polyline
from ai_afm.survey.skeleton import Chain, Mask, Pixel, drop_small, prune, thin, trace
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    ClassCode,
    Junction,
    Point,
    ScanRegion,
    Segmentation,
    SlowDirection,
    Wall,
    WallNetwork,
)

Points = NDArray[np.float64]


_BLUR = 4.0
"""How far from a junction the skeleton is bent by the thickness of the lines, px."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """How lines are drawn from probabilities; lengths in pixels, for they are about noise, not physics.

    Parameters
    ----------
    threshold
        Probability of any drawn class that starts a line: 0.5 for a calibrated model.
    low
        Probability down to which a line that was started is continued, as a share of `threshold`.
    min_pixels
        Pieces with a skeleton of fewer pixels are dropped.
    spur_pixels
        Side branches shorter than this are dropped; junctions closer than this are one.
    codes
        Classes that are drawn. Topography edges (5) are not walls, and a scratch across walls would make
        junctions of them.
    naming
        Share of the wall probability that a type (180 degrees, ferroelastic) needs to be named.
    """

    threshold: float = 0.5
    low: float = 0.7
    min_pixels: int = 12
    spur_pixels: float = 4.0
    codes: tuple[int, ...] = (
        ClassCode.WALL,
        ClassCode.WALL_180,
        ClassCode.WALL_FERROELASTIC,
        ClassCode.GRAIN_BOUNDARY,
    )
    naming: float = 0.6


@dataclass(frozen=True, slots=True)
class _Segment:
    """A wall in pixels with the nodes at its ends (`None` for a closed one)."""

    points: Points
    code: int
    probability: float
    ends: tuple[int, int] | None

    @property
    def closed(self) -> bool:
        return self.ends is None


def valid_rows(segmentation: Segmentation, settled_only: bool = False) -> NDArray[np.bool_]:
    """Tell which rows were scanned (and will not change any more), (lines,) bool."""
    valid: NDArray[np.bool_] = (segmentation.label != ClassCode.IGNORE).any(axis=1)
    if settled_only:
        order = np.arange(len(valid))
        if segmentation.slow_direction is SlowDirection.UP:
            order = order[::-1]
        valid &= order < segmentation.settled
    return valid


def extract_network(
    segmentation: Segmentation,
    region: ScanRegion,
    *,
    settled_only: bool = False,
    extraction: Extraction | None = None,
) -> WallNetwork:
    """Draw the walls and boundaries that a segmentation shows, as vectors in metres.

    Parameters
    ----------
    segmentation
        What the model saw; rows not scanned (label 255) are no background: walls end there without an
        open end.
    region
        Where the frame lies.
    settled_only
        Use only rows that will not change any more.
    extraction
        Thresholds; the defaults suit a calibrated model.

    Returns
    -------
    WallNetwork
        One class code per wall (mean probability along it). `apparent_width` is `None`: the width of a
        probability is the network's, not the wall's.
    """
    settings = extraction or Extraction()
    valid = valid_rows(segmentation, settled_only)
    if valid.sum() < 2:
        return WallNetwork(region, ())
    nearest = ndimage.distance_transform_edt(~valid, return_distances=False, return_indices=True)[0]
    planes = {
        int(code): np.nan_to_num(plane[nearest].astype(float))
        for code, plane in zip(segmentation.classes, segmentation.probability, strict=True)
        if code in settings.codes
    }
    if not planes:
        return WallNetwork(region, ())
    any_wall = np.sum(list(planes.values()), axis=0)
    skeleton, edge = _skeleton(any_wall, valid, settings)
    segments, nodes = _segments(skeleton, any_wall, planes, settings)
    network = _in_metres(segments, nodes, edge, region)
    return replace(network, grains=grain_maps.grains(network, any_wall.shape, valid=valid))


def _skeleton(any_wall: Points, valid: NDArray[np.bool_], settings: Extraction) -> tuple[Mask, Mask]:
    """Return the skeleton and the places where a line may end without being an open end."""
    high = settings.threshold
    mask = drop_small(
        apply_hysteresis_threshold(any_wall, high * settings.low, high), settings.min_pixels
    )
    thickness = ndimage.distance_transform_edt(np.pad(mask, 1, mode="edge"))[1:-1, 1:-1]
    skeleton = thin(mask)
    skeleton[~valid] = False
    inside = np.zeros_like(mask)
    inside[1:-1, 1:-1] = True
    inside &= ndimage.binary_erosion(valid, border_value=0)[:, None]
    # the last pixels of a thick line are cut with it
    edge = ndimage.distance_transform_edt(inside) <= np.maximum(2.0, thickness)
    skeleton = prune(skeleton, thickness, settings.spur_pixels, edge)
    return drop_small(skeleton, settings.min_pixels), edge


def _segments(
    skeleton: Mask, any_wall: Points, planes: dict[int, Points], settings: Extraction
) -> tuple[list[_Segment], dict[int, Points]]:
    chains = trace(skeleton)
    node_of, nodes = _merge_nodes(chains, settings.spur_pixels + 1)
    ridge = ndimage.gaussian_filter(any_wall, 0.7)
    segments = []
    for chain in chains:
        if not chain.closed and node_of[chain.first] == node_of[chain.last]:
            if chain.length <= settings.spur_pixels + 1:
                continue
        for piece, code, probability in _one_class(chain.pixels, planes, settings):
            first, last = int(piece[0]), int(piece[-1])
            whole = len(piece) == len(chain.pixels)
            closed = chain.closed and whole
            course = _course(chain.pixels[first : last + 1].astype(float), ridge, closed)
            if closed:
                segments.append(_Segment(course, code, probability, None))
                continue
            ends = (
                _end(chain, first, 0, node_of, nodes),
                _end(chain, last, len(chain.pixels) - 1, node_of, nodes),
            )
            segments.append(_Segment(course, code, probability, ends))
    return _tied(segments, nodes), nodes


def _course(pixels: Points, ridge: Points, closed: bool) -> Points:
    moved = polyline.onto_ridge(pixels, ridge, closed)
    return polyline.smooth(moved, 2.0, closed)


def _merge_nodes(chains: Sequence[Chain], shortest: float) -> tuple[dict[Pixel, int], dict[int, Points]]:
    """Number the nodes; those joined by a chain shorter than `shortest` become one (a thick crossing)."""
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


def _one_class(
    pixels: NDArray[np.int64], planes: dict[int, Points], settings: Extraction
) -> list[tuple[NDArray[np.int64], int, float]]:
    """Cut a chain where wall turns into boundary for good; return (indices, code, probability) of each piece."""
    along = {code: _along(plane, pixels) for code, plane in planes.items()}
    boundary = along.get(int(ClassCode.GRAIN_BOUNDARY), np.zeros(len(pixels)))
    total = np.sum(list(along.values()), axis=0)
    share = ndimage.uniform_filter1d(boundary - total / 2, min(len(pixels), 9), mode="nearest")
    cuts = [int(i) for i in np.flatnonzero(np.diff(np.signbit(share)))]
    bounds = [0]
    for cut in cuts:
        # a change that does not last at least a noise length on both sides is none
        if cut - bounds[-1] >= settings.min_pixels and len(pixels) - 1 - cut >= settings.min_pixels:
            bounds.append(cut)
    bounds.append(len(pixels) - 1)
    pieces = []
    for start, stop in zip(bounds, bounds[1:], strict=False):
        index = np.arange(start, stop + 1)
        mean = {code: float(values[index].mean()) for code, values in along.items()}
        code, probability = _name(mean, settings.naming)
        pieces.append((index, code, probability))
    return pieces


def _along(plane: Points, pixels: NDArray[np.int64]) -> Points:
    values: Points = plane[pixels[:, 0], pixels[:, 1]]
    return values


def _name(mean: dict[int, float], naming: float) -> tuple[int, float]:
    """Choose the class of a wall: wall or boundary first, then the type of wall, where it is clear."""
    walls = {code: p for code, p in mean.items() if code in DOMAIN_WALL_CODES}
    wall = sum(walls.values())
    others = {code: p for code, p in mean.items() if code not in DOMAIN_WALL_CODES}
    best_other = max(others, key=lambda c: others[c], default=None)
    if best_other is not None and others[best_other] > wall:
        return best_other, others[best_other]
    code = max(walls, key=lambda c: walls[c])
    if walls[code] < naming * wall:
        return int(ClassCode.WALL), wall
    return code, walls[code]


def _end(
    chain: Chain, index: int, terminal: int, node_of: dict[Pixel, int], nodes: dict[int, Points]
) -> int:
    """Return the node at a piece's end; where a chain was cut between two classes, a new one."""
    pixel = (int(chain.pixels[index, 0]), int(chain.pixels[index, 1]))
    if index == terminal and pixel in node_of:
        return node_of[pixel]
    known = [i for i, at in nodes.items() if tuple(at) == pixel and i not in node_of.values()]
    if known:
        return known[0]
    new = max(nodes, default=-1) + 1
    nodes[new] = chain.pixels[index].astype(float)
    return new


def _tied(segments: list[_Segment], nodes: dict[int, Points]) -> list[_Segment]:
    """Bring the ends of all branches of a junction together in the point where their courses meet."""
    branches: dict[int, list[Points]] = defaultdict(list)
    for segment in segments:
        if segment.ends is not None:
            branches[segment.ends[0]].append(segment.points)
            branches[segment.ends[1]].append(segment.points[::-1])
    for node, courses in branches.items():
        nodes[node] = _meeting_point(courses)
    tied = []
    for segment in segments:
        points = segment.points.copy()
        if segment.ends is not None:
            first, last = (nodes[end] for end in segment.ends)
            free = [len(branches[end]) < 3 for end in segment.ends]
            points = _led_to(points, first, 0.0 if free[0] else _BLUR)
            points = _led_to(points[::-1], last, 0.0 if free[1] else _BLUR)[::-1]
        tied.append(replace(segment, points=polyline.simplify(points, 0.05, segment.closed)))
    return tied


def _meeting_point(courses: list[Points]) -> Points:
    """Return the point nearest to the straight continuations of all branches (least squares).

    Thinning bends the lines next to a junction, by up to the half width of the mask, so the branches are
    judged from beyond that.
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


def _in_metres(
    segments: list[_Segment], nodes: dict[int, Points], edge: Mask, region: ScanRegion
) -> WallNetwork:
    shape = (int(edge.shape[0]), int(edge.shape[1]))

    def sample(points: Points) -> Points:
        return np.stack(geometry.pixel_to_sample(region, shape, *points.T), axis=1)

    branches: dict[int, list[int]] = defaultdict(list)
    walls = []
    for segment in segments:
        walls.append(
            Wall(sample(segment.points), segment.code, segment.probability, None, segment.closed)
        )
        for node in segment.ends or ():
            branches[node].append(segment.code)
    junctions, tips, open_ends = [], [], []
    for node, codes in sorted(branches.items()):
        row, column = nodes[node]
        x, y = sample(nodes[node][None])[0]
        at: Point = (float(x), float(y))
        if len(codes) > 1:
            junctions.append(Junction(at, tuple(sorted(codes))))
            continue
        r = int(np.clip(round(row), 0, shape[0] - 1))
        c = int(np.clip(round(column), 0, shape[1] - 1))
        if edge[r, c]:
            continue
        (tips if codes[0] == ClassCode.WALL_FERROELASTIC else open_ends).append(at)
    return WallNetwork(region, tuple(walls), tuple(junctions), tuple(tips), tuple(open_ends))
