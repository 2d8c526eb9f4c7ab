"""Segmentation -> wall network: polylines, junctions and free ends in metres."""

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.survey import grains as grain_maps
from ai_afm.survey import polyline
from ai_afm.survey.segments import Segment, merge_nodes, tied
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


@dataclass(frozen=True, slots=True)
class Extraction:
    """How lines are drawn from probabilities; lengths in pixels: they are about noise, not physics.

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
        Classes that are drawn. Topography edges (5) are not walls, and a scratch across walls would
        make junctions of them.
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
        What the model saw; rows not scanned (label 255) are no background: walls end there without
        an open end.
    region
        Where the frame lies.
    settled_only
        Use only rows that will not change any more.
    extraction
        Thresholds; the defaults suit a calibrated model.

    Returns
    -------
    WallNetwork
        One class code per wall (mean probability along it). `apparent_width` is `None`: the width
        of a probability is the network's, not the wall's.
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


def _skeleton(
    any_wall: Points, valid: NDArray[np.bool_], settings: Extraction
) -> tuple[Mask, Mask]:
    """Return the skeleton and the places where a line may end without being an open end."""
    high = settings.threshold
    mask = drop_small(_hysteresis(any_wall, high * settings.low, high), settings.min_pixels)
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


def _hysteresis(image: Points, low: float, high: float) -> Mask:
    """Return the pieces above `low` that reach above `high` somewhere."""
    pieces, _ = ndimage.label(image > low, structure=np.ones((3, 3)))
    started = np.unique(pieces[image > high])
    mask: Mask = np.isin(pieces, started[started > 0])
    return mask


def _segments(
    skeleton: Mask, any_wall: Points, planes: dict[int, Points], settings: Extraction
) -> tuple[list[Segment], dict[int, Points]]:
    chains = trace(skeleton)
    node_of, nodes = merge_nodes(chains, settings.spur_pixels + 1)
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
                segments.append(Segment(course, code, probability, None))
                continue
            ends = (
                _end(chain, first, 0, node_of, nodes),
                _end(chain, last, len(chain.pixels) - 1, node_of, nodes),
            )
            segments.append(Segment(course, code, probability, ends))
    return tied(segments, nodes), nodes


def _course(pixels: Points, ridge: Points, closed: bool) -> Points:
    moved = polyline.onto_ridge(pixels, ridge, closed)
    return polyline.smooth(moved, 2.0, closed)


def _one_class(
    pixels: NDArray[np.int64], planes: dict[int, Points], settings: Extraction
) -> list[tuple[NDArray[np.int64], int, float]]:
    """Return (indices, code, probability) of pieces between changes from wall to boundary."""
    along = {code: _along(plane, pixels) for code, plane in planes.items()}
    boundary = along.get(int(ClassCode.GRAIN_BOUNDARY), np.zeros(len(pixels)))
    total = np.sum(list(along.values()), axis=0)
    share = ndimage.uniform_filter1d(boundary - total / 2, min(len(pixels), 9), mode="nearest")
    bounds = _lasting(share > 0, settings.min_pixels)
    pieces = []
    for start, stop in pairwise(bounds):
        index = np.arange(start, stop + 1)
        mean = {code: float(values[index].mean()) for code, values in along.items()}
        code, probability = _name(mean, settings.naming)
        pieces.append((index, code, probability))
    return pieces


def _lasting(flags: NDArray[np.bool_], shortest: int) -> list[int]:
    """Return where runs of equal flags begin, and the last index; short runs join the others."""
    flags = flags.copy()
    while True:
        bounds = [0, *(int(i) + 1 for i in np.flatnonzero(np.diff(flags))), len(flags)]
        runs = [(stop - start, start, stop) for start, stop in pairwise(bounds)]
        length, start, stop = min(runs)
        if len(runs) == 1 or length >= shortest:
            return [*bounds[:-1], len(flags) - 1]
        flags[start:stop] = ~flags[start:stop]


def _along(plane: Points, pixels: NDArray[np.int64]) -> Points:
    values: Points = plane[pixels[:, 0], pixels[:, 1]]
    return values


def _name(mean: dict[int, float], naming: float) -> tuple[int, float]:
    """Return the class of a line: wall or boundary first, then the type of wall if it is clear."""
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


def _in_metres(
    segments: list[Segment], nodes: dict[int, Points], edge: Mask, region: ScanRegion
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
    junctions: list[Junction] = []
    tips: list[Point] = []
    open_ends: list[Point] = []
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
