"""Segmentation -> wall network: polylines, junctions and free ends in metres."""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.survey import borders, polyline
from ai_afm.survey import grains as grain_maps
from ai_afm.survey.gaps import Gap, bridged
from ai_afm.survey.naming import pieces_of
from ai_afm.survey.segments import Canvas, Segment, in_metres, merge_nodes, tied
from ai_afm.survey.skeleton import Chain, Judgement, Mask, Pixel, drop_small, prune, thin
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
    any_wall: Image = np.sum(list(planes.values()), axis=0, dtype=np.float32)
    chains, edge = _chains(any_wall, valid, settings)
    segments, nodes = _segments(chains, any_wall, planes, settings)
    canvas = Canvas(edge, valid)
    network = in_metres(tied(segments, nodes, canvas), nodes, canvas, region)
    return replace(network, grains=grain_maps.grains(network, any_wall.shape, valid=valid))


def _planes(
    segmentation: Segmentation, valid: NDArray[np.bool_], settings: Extraction
) -> dict[int, Image]:
    """Return the probability of each drawn class; unscanned rows mirror those nearest to them."""
    if not valid.any():
        return {}
    nearest = ndimage.distance_transform_edt(~valid, return_distances=False, return_indices=True)[0]
    mirrored = np.clip(2 * nearest - np.arange(len(valid)), 0, len(valid) - 1)
    nearest = np.where(valid[mirrored], mirrored, nearest)
    return {
        int(code): np.nan_to_num(plane if valid.all() else plane[nearest])
        for code, plane in zip(segmentation.classes, segmentation.probability, strict=True)
        if code in settings.codes
    }


def _chains(
    any_wall: Image, valid: NDArray[np.bool_], settings: Extraction
) -> tuple[list[Chain], Mask]:
    """Return the lines of pixels, and the places where a line may end without being an open end."""
    high = settings.threshold
    # a piece that the frame cuts has only a part of its pixels here
    shortest = settings.min_pixels // 2
    mask = drop_small(_hysteresis(any_wall, high * settings.low, high), shortest)
    thickness = _thickness(mask)
    skeleton = thin(mask)
    skeleton[~valid] = False
    # the last pixels of a thick line are cut with it
    inside = borders.edge_distance(mask.shape, valid)
    edge = inside <= np.maximum(2.0, thickness)
    judgement = Judgement(thickness, settings.spur_pixels, edge, any_wall < high)
    skeleton, chains = prune(skeleton, judgement)
    kept = _lines(skeleton, edge, inside > 0, settings.min_pixels)
    chains = [chain for chain in chains if kept[chain.first]]
    return bridged(kept, chains, any_wall, edge, settings.gap), edge


def _lines(skeleton: Mask, edge: Mask, inside: Mask, shortest: int) -> Mask:
    """Return the pieces of a skeleton that are long enough, or half as long and cut by the edge.

    What lies in the outermost pixels alone is not cut by the edge, it lies along it.
    """
    _, pieces, found, _ = cv2.connectedComponentsWithStats(skeleton.astype(np.uint8))
    size = found[:, cv2.CC_STAT_AREA]
    touches, enters = np.zeros((2, len(size)), bool)
    touches[pieces[skeleton & edge]] = True
    enters[pieces[skeleton & inside]] = True
    keep = (size >= shortest) | (touches & enters & (size >= shortest // 2))
    keep[0] = False
    kept: Mask = keep[pieces]
    return kept


def _thickness(mask: Mask) -> Image:
    """Return the distance of every pixel of a mask to the nearest one outside, px."""
    wide = np.pad(mask, 1, mode="edge").astype(np.uint8)
    found = cv2.distanceTransform(wide, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    return np.asarray(found, np.float32)


def _reaching(mask: Mask, place: Mask) -> Mask:
    """Return the pieces of a mask that touch a place."""
    _, pieces = cv2.connectedComponents(mask.astype(np.uint8))
    touching = np.zeros(int(pieces.max()) + 1, bool)
    touching[pieces[mask & place]] = True
    touching[0] = False
    found: Mask = touching[pieces]
    return found


def _hysteresis(image: Image, low: float, high: float) -> Mask:
    """Return the pieces above `low` that reach above `high` somewhere."""
    return _reaching(image > low, image > high)


def _segments(
    chains: list[Chain], any_wall: Image, planes: dict[int, Image], settings: Extraction
) -> tuple[list[Segment], dict[int, Points]]:
    node_of, nodes = merge_nodes(chains, settings.spur_pixels + 1)
    chains = [c for c in chains if not _within_a_node(c, node_of, settings.spur_pixels + 1)]
    blurred = cv2.GaussianBlur(any_wall, (7, 7), 0.7, borderType=cv2.BORDER_REFLECT)
    ridge = np.asarray(blurred, np.float32)
    segments = []
    for chain, course in zip(chains, _courses(chains, ridge), strict=True):
        at = tuple(chain.pixels.T)
        along = {code: plane[at] for code, plane in planes.items()}
        pieces = pieces_of(along, settings.naming, settings.min_pixels)
        for piece in pieces:
            if chain.closed and len(pieces) == 1:
                segments.append(Segment(course, piece.code, piece.probability, None))
                continue
            ends = (
                _end(chain, piece.first, 0, node_of, nodes),
                _end(chain, piece.last, len(chain.pixels) - 1, node_of, nodes),
            )
            part = course[piece.first : piece.last + 1]
            segments.append(Segment(part, piece.code, piece.probability, ends))
    return segments, nodes


def _within_a_node(chain: Chain, node_of: dict[Pixel, int], shortest: float) -> bool:
    if chain.closed or node_of[chain.first] != node_of[chain.last]:
        return False
    return chain.length <= shortest


def _courses(chains: list[Chain], ridge: Image) -> list[Points]:
    closed = [chain.closed for chain in chains]
    moved = polyline.onto_ridges([chain.pixels.astype(float) for chain in chains], ridge, closed)
    return polyline.smooth_all(moved, 2.0, closed) if moved else []


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
