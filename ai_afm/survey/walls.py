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
from ai_afm.survey.naming import CORRELATED, pieces_of
from ai_afm.survey.pruning import Judgement, prune
from ai_afm.survey.segments import Canvas, Segment, in_metres, merge_nodes, tied
from ai_afm.survey.skeleton import Chains, Mask, pieces, thin, trace
from ai_afm.survey.valleys import without_valleys
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
        beyond its standard error along the piece; at 0.5 it is likelier than all else together.
    piece_pixels
        What changes its class within fewer pixels than this along a line has not changed: about as
        many share one doubt of the network.
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
    naming: float = 0.5
    piece_pixels: int = CORRELATED
    gap: Gap = field(default_factory=Gap)


def valid_rows(segmentation: Segmentation, settled_only: bool = False) -> NDArray[np.bool_]:
    """Tell which rows were scanned (and will not change any more), (lines,) bool."""
    valid: NDArray[np.bool_] = segmentation.label.min(axis=1) != ClassCode.IGNORE
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
    ridge = _smoothed(any_wall)
    chains, edge = _chains(any_wall, ridge, valid, settings)
    if not len(chains):
        return WallNetwork(region, ())
    canvas = Canvas(edge, valid)
    segments, nodes = tied(*_segments(chains, ridge, planes, settings), canvas)
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
    # a sum of squares costs less than a copy
    known = {code: not np.isnan(np.vdot(plane, plane)) for code, plane in planes.items()}
    return {code: plane if known[code] else np.nan_to_num(plane) for code, plane in planes.items()}


def _smoothed(any_wall: Image) -> Image:
    """Return a probability in which pixels do not jump: ridges and valleys are told by it."""
    smoothed = cv2.GaussianBlur(any_wall, (7, 7), 0.7, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(smoothed, np.float32)


def _chains(
    any_wall: Image, ridge: Image, valid: NDArray[np.bool_], settings: Extraction
) -> tuple[Chains, Mask]:
    """Return the lines of pixels, and the places where a line may end without being an open end."""
    high = settings.threshold
    mask = without_valleys(any_wall > high * settings.low, ridge)
    thickness = _thickness(mask)
    skeleton = thin(mask)
    skeleton[~valid] = False
    # the last pixels of a thick line are cut with it
    rows, columns = borders.edge_distances(mask.shape[1], valid)
    edge = (rows <= 2)[:, None] | (columns <= 2)
    edge |= (rows[:, None] <= thickness) | (columns <= thickness)
    inside = (rows > 0)[:, None] & (columns > 0)
    judgement = Judgement(thickness, settings.spur_pixels, edge, any_wall < high)
    chains = prune(trace(skeleton), judgement)
    chains = _lines(chains, any_wall > high, edge, inside, settings.min_pixels)
    return bridged(chains, any_wall, edge, settings.gap), edge


def _lines(chains: Chains, start: Mask, edge: Mask, inside: Mask, shortest: int) -> Chains:
    """Return the pieces of a skeleton that are lines.

    Some pixel of them lies at a start, and they are long enough, or half as long and cut by the
    edge. What lies in the outermost pixels alone is not cut by the edge, it lies along it.
    """
    if not len(chains):
        return chains
    piece, size = pieces(chains)
    starts, touches, enters = np.zeros((3, len(size)), bool)
    at = np.ravel_multi_index(tuple(chains.pixels.T), edge.shape)
    for found, place in ((starts, start), (touches, edge), (enters, inside)):
        found[piece[np.logical_or.reduceat(place.take(at), chains.starts[:-1])]] = True
    long = (size >= shortest) | (touches & enters & (size >= shortest // 2))
    return chains.only((starts & long)[piece])


def _thickness(mask: Mask) -> Image:
    """Return the distance of every pixel of a mask to the nearest one outside, px, to 2 %."""
    wide = cv2.copyMakeBorder(mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    found = cv2.distanceTransform(wide, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    return np.asarray(found, np.float32)


def _segments(
    chains: Chains, ridge: Image, planes: dict[int, Image], settings: Extraction
) -> tuple[list[Segment], Points]:
    """Return the pieces of lines, and where the nodes are that they end at."""
    numbers, nodes = merge_nodes(chains, settings.spur_pixels + 1)
    within = (numbers[:, 0] == numbers[:, 1]) & (chains.lengths <= settings.spur_pixels + 1)
    outside = chains.closed | ~within
    chains, numbers = chains.only(outside), numbers[outside]
    if not len(chains):
        return [], nodes
    course = _courses(chains, ridge)
    at = np.ravel_multi_index(tuple(chains.pixels.T), ridge.shape)
    along = {code: plane.take(at) for code, plane in planes.items()}
    named = pieces_of(along, chains.starts, settings.naming, settings.piece_pixels)
    segments, cuts = [], nodes.tolist()
    columns = (chains.starts[:-1], chains.closed, numbers)
    lines = zip(named, *(column.tolist() for column in columns), strict=True)
    for parts, first, closed, terminals in lines:
        if closed and len(parts) == 1:
            part = course[first : first + parts[0].last + 1]
            segments.append(Segment(part, parts[0].code, parts[0].probability, None))
            continue
        # where a line is cut between two classes there is a new node
        new = [first + piece.last for piece in parts[:-1]]
        if closed:
            new = [first, *new, first + parts[-1].last]
        ends = [] if closed else terminals
        ends[1:1] = range(len(cuts), len(cuts) + len(new))
        cuts += chains.pixels[new].astype(float).tolist() if new else []
        for piece, both in zip(parts, pairwise(ends), strict=True):
            part = course[first + piece.first : first + piece.last + 1]
            segments.append(Segment(part, piece.code, piece.probability, both))
    return segments, np.array(cuts).reshape(-1, 2)


def _courses(chains: Chains, ridge: Image) -> Points:
    """Return where the lines run between pixels, (n, 2), for each pixel of the chains."""
    pixels = polyline.Lines(chains.pixels.astype(float), chains.starts, chains.closed)
    moved = polyline.onto_ridges(pixels, ridge)
    return polyline.smooth_all(moved, 2.0).points
