"""Segmentation -> wall network: polylines, junctions and free ends in metres."""

import functools
from dataclasses import dataclass, field, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.survey import borders, polyline
from ai_afm.survey import grains as grain_maps
from ai_afm.survey.gaps import Gap, bridged
from ai_afm.survey.naming import pieces_of
from ai_afm.survey.segments import Canvas, Segment, in_metres, merge_nodes, tied
from ai_afm.survey.skeleton import Chains, Judgement, Mask, prune, thin
from ai_afm.types import ClassCode, ScanRegion, Segmentation, SlowDirection, WallNetwork

Points = NDArray[np.float64]
Image = NDArray[np.float32]


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
        Pieces with a skeleton of fewer pixels are dropped; half as many are enough where the frame
        cuts them.
    spur_pixels
        Side branches shorter than this are dropped; junctions closer than this are one. Links of up
        to twice this length between two lines are dropped where they are below `threshold`.
    codes
        Classes that are drawn. Topography edges (5) are not walls, and a scratch across walls would
        make junctions of them.
    naming
        Share of the line's probability that a type (180 degrees, ferroelastic) needs to be named,
        beyond its standard error along the piece.
    gap
        Which gaps in a line are closed.
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
    gap: Gap = field(default_factory=Gap)


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
        One class code per piece of wall (mean probability along it). Lines that leave the frame
        reach its outer edge. `apparent_width` is `None`: the width of a probability is the
        network's, not the wall's; see `ai_afm.survey.width`.
    """
    settings = extraction or Extraction()
    valid = valid_rows(segmentation, settled_only)
    planes = _planes(segmentation, valid, settings)
    if valid.sum() < 2 or not planes:
        return WallNetwork(region, ())
    any_wall = functools.reduce(np.add, planes.values())
    chains, edge = _chains(any_wall, valid, settings)
    if not len(chains):
        return WallNetwork(region, ())
    canvas = Canvas(edge, valid)
    segments, nodes = tied(*_segments(chains, any_wall, planes, settings), canvas)
    network = in_metres(segments, nodes, canvas, region)
    return replace(network, grains=grain_maps.grains(network, any_wall.shape, valid=valid))


def _planes(
    segmentation: Segmentation, valid: NDArray[np.bool_], settings: Extraction
) -> dict[int, Image]:
    """Return the probability of each drawn class; unscanned rows mirror those nearest to them."""
    if not valid.any():
        return {}
    planes = {
        int(code): np.asarray(plane, np.float32)
        for code, plane in zip(segmentation.classes, segmentation.probability, strict=True)
        if code in settings.codes
    }
    if not valid.all():
        nearest = ndimage.distance_transform_edt(
            ~valid, return_distances=False, return_indices=True
        )[0]
        mirrored = np.clip(2 * nearest - np.arange(len(valid)), 0, len(valid) - 1)
        nearest = np.where(valid[mirrored], mirrored, nearest)
        planes = {code: plane[nearest] for code, plane in planes.items()}
    # a look through the whole costs less than a copy of it
    known = {code: not np.isnan(plane.sum()) for code, plane in planes.items()}
    return {code: plane if known[code] else np.nan_to_num(plane) for code, plane in planes.items()}


def _chains(any_wall: Image, valid: NDArray[np.bool_], settings: Extraction) -> tuple[Chains, Mask]:
    """Return the lines of pixels, and the places where a line may end without being an open end."""
    high = settings.threshold
    # a piece that the frame cuts has only a part of its pixels here
    shortest = settings.min_pixels // 2
    mask = _lasting(any_wall > high * settings.low, any_wall > high, shortest)
    thickness = _thickness(mask)
    skeleton = thin(mask)
    skeleton[~valid] = False
    # the last pixels of a thick line are cut with it
    inside = borders.edge_distance(mask.shape, valid)
    edge = inside <= np.maximum(np.float32(2.0), thickness)
    judgement = Judgement(thickness, settings.spur_pixels, edge, any_wall < high)
    skeleton, chains = prune(skeleton, judgement)
    kept = _lines(skeleton, edge, inside > 0, settings.min_pixels)
    chains = chains.only(kept[tuple(chains.first.T)])
    return bridged(kept, chains, any_wall, edge, settings.gap), edge


def _lines(skeleton: Mask, edge: Mask, inside: Mask, shortest: int) -> Mask:
    """Return the pieces of a skeleton that are long enough, or half as long and cut by the edge.

    What lies in the outermost pixels alone is not cut by the edge, it lies along it.
    """
    at, piece = _pieces(skeleton)
    size = np.bincount(piece, minlength=1)
    touches, enters = np.zeros((2, len(size)), bool)
    touches[piece[edge[at]]] = True
    enters[piece[inside[at]]] = True
    keep = (size >= shortest) | (touches & enters & (size >= shortest // 2))
    kept = np.zeros(skeleton.shape, bool)
    kept[at] = keep[piece]
    return kept


def _thickness(mask: Mask) -> Image:
    """Return the distance of every pixel of a mask to the nearest one outside, px, to 2 %."""
    wide = np.pad(mask, 1, mode="edge").astype(np.uint8)
    found = cv2.distanceTransform(wide, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    return np.asarray(found, np.float32)


def _lasting(mask: Mask, place: Mask, smallest: int) -> Mask:
    """Return the pieces of a mask that touch a place and have `smallest` pixels."""
    at, piece = _pieces(mask)
    size = np.bincount(piece, minlength=1)
    touching = np.zeros(len(size), bool)
    touching[piece[place[at]]] = True
    kept = np.zeros(mask.shape, bool)
    kept[at] = (touching & (size >= smallest))[piece]
    return kept


def _pieces(mask: Mask) -> tuple[tuple[NDArray[np.int64], ...], NDArray[np.int32]]:
    """Return the (rows, columns) of a mask's pixels, and the number of the piece each is part of.

    What is asked of pieces is asked of few pixels: a mask of lines is mostly empty.
    """
    _, numbered = cv2.connectedComponents(mask.astype(np.uint8))
    at = np.nonzero(mask)
    return at, np.asarray(numbered[at], np.int32)


def _segments(
    chains: Chains, any_wall: Image, planes: dict[int, Image], settings: Extraction
) -> tuple[list[Segment], Points]:
    """Return the pieces of lines, and where the nodes are that they end at."""
    numbers, nodes = merge_nodes(chains, settings.spur_pixels + 1)
    within = (numbers[:, 0] == numbers[:, 1]) & (chains.lengths <= settings.spur_pixels + 1)
    outside = chains.closed | ~within
    chains, numbers = chains.only(outside), numbers[outside]
    if not len(chains):
        return [], nodes
    course = _courses(chains, any_wall)
    at = tuple(chains.pixels.T)
    along = {code: plane[at] for code, plane in planes.items()}
    named = pieces_of(along, chains.starts, settings.naming, settings.min_pixels)
    segments, cuts = [], list(nodes)
    for k, pieces in enumerate(named):
        first = int(chains.starts[k])
        if chains.closed[k] and len(pieces) == 1:
            part = course[first : int(chains.starts[k + 1])]
            segments.append(Segment(part, pieces[0].code, pieces[0].probability, None))
            continue
        ends = numbers[k].tolist()
        # where a line is cut between two classes there is a new node
        new = [first + piece.last for piece in pieces[:-1]]
        if chains.closed[k]:
            ends, new = [], [first, *new, first + pieces[-1].last]
        ends[1:1] = range(len(cuts), len(cuts) + len(new))
        cuts += list(chains.pixels[new].astype(float))
        for piece, terminals in zip(pieces, pairwise(ends), strict=True):
            part = course[first + piece.first : first + piece.last + 1]
            segments.append(Segment(part, piece.code, piece.probability, terminals))
    return segments, np.array(cuts).reshape(-1, 2)


def _courses(chains: Chains, any_wall: Image) -> Points:
    """Return where the lines run between pixels, (n, 2), for each pixel of the chains."""
    ridge = cv2.GaussianBlur(any_wall, (7, 7), 0.7, borderType=cv2.BORDER_REFLECT)
    pixels = polyline.Lines(chains.pixels.astype(float), chains.starts, chains.closed)
    moved = polyline.onto_ridges(pixels, np.asarray(ridge, np.float32))
    return polyline.smooth_all(moved, 2.0).points
