"""Segmentation -> lines of pixels with what the model says along them, not yet named."""

import functools
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.survey import borders
from ai_afm.survey.gaps import Gap, bridged
from ai_afm.survey.line_pieces import CORRELATED
from ai_afm.survey.pruning import Judgement, contracted, prune
from ai_afm.survey.segments import merge_nodes
from ai_afm.survey.skeleton import Chains, Mask, pieces, thin, trace
from ai_afm.survey.valleys import without_valleys
from ai_afm.types import ClassCode, Segmentation, SlowDirection

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
    surroundings
        Whether what surrounds a line has a say in its class, where the model knows all the classes
        that the namer reads; else the probabilities on the line alone name it.
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
    surroundings: bool = True


def valid_rows(segmentation: Segmentation, settled_only: bool = False) -> NDArray[np.bool_]:
    """Tell which rows were scanned (and will not change any more), (lines,) bool."""
    valid: NDArray[np.bool_] = segmentation.label.min(axis=1) != ClassCode.IGNORE
    if settled_only:
        order = np.arange(len(valid))
        if segmentation.slow_direction is SlowDirection.UP:
            order = order[::-1]
        valid &= order < segmentation.settled
    return valid


@dataclass(frozen=True, slots=True)
class Traced:
    """Lines of pixels.

    Parameters
    ----------
    chains
        Their pixels.
    numbers
        (chains, 2) int: nodes at both ends, -1 for closed ones.
    nodes
        (nodes, 2) float64, where they are, px.
    edge
        (lines, pixels) bool: where a line may end without an open end.
    valid
        (lines,) bool: rows that count.
    ridge
        (lines, pixels) float32: probability of any drawn class, a little smoothed.
    planes
        Class code -> (lines, pixels) float32, the probability of every class that the model knows
        but the background.
    """

    chains: Chains
    numbers: NDArray[np.int64]
    nodes: Points
    edge: Mask
    valid: NDArray[np.bool_]
    ridge: Image
    planes: dict[int, Image]

    @property
    def places(self) -> NDArray[np.int64]:
        """The pixels of the chains counted in reading order, (n,) int."""
        row, column = self.chains.pixels.T
        return np.asarray(row * self.edge.shape[1] + column)

    def along(self, code: int) -> NDArray[np.float32]:
        """Return the probability of a class at each pixel of the chains, (n,) float32."""
        taken: NDArray[np.float32] = self.planes[code].take(self.places)
        return taken

    def only(self, kept: Mask, settings: Extraction) -> "Traced":
        """Return some of the lines; `kept` is (chains,) bool. What has no junction left is one."""
        chains = self.chains.only(kept)
        return self.tied(contracted(chains) if len(chains) else chains, settings)

    def tied(self, chains: Chains, settings: Extraction) -> "Traced":
        """Return these chains with their nodes numbered, those at one crossing as one."""
        if not len(chains):
            return replace(self, chains=chains, numbers=np.zeros((0, 2), int))
        numbers, nodes = merge_nodes(chains, settings.spur_pixels + 1)
        within = (numbers[:, 0] == numbers[:, 1]) & (chains.lengths <= settings.spur_pixels + 1)
        outside = chains.closed | ~within
        return replace(self, chains=chains.only(outside), numbers=numbers[outside], nodes=nodes)


def traced(
    segmentation: Segmentation, valid: NDArray[np.bool_], settings: Extraction
) -> Traced | None:
    """Trace the lines in a segmentation; `None` where there are none.

    Parameters
    ----------
    segmentation
        What the model saw.
    valid
        (lines,) bool, rows that count.
    settings
        Thresholds.
    """
    planes = _planes(segmentation, valid)
    drawn = [plane for code, plane in planes.items() if code in settings.codes]
    if valid.sum() < 2 or not drawn:
        return None
    any_wall = functools.reduce(np.add, drawn)
    ridge = _smoothed(any_wall)
    chains, edge = _chains(any_wall, ridge, valid, settings)
    untied = Traced(chains, np.zeros((0, 2), int), np.zeros((0, 2)), edge, valid, ridge, planes)
    lines = untied.tied(chains, settings)
    return lines if len(lines.chains) else None


def _planes(segmentation: Segmentation, valid: NDArray[np.bool_]) -> dict[int, Image]:
    """Return the probability of each class; unscanned rows mirror those nearest to them."""
    if not valid.any():
        return {}
    planes = {
        int(code): np.asarray(plane, np.float32)
        for code, plane in zip(segmentation.classes, segmentation.probability, strict=True)
        if code != ClassCode.BACKGROUND
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
    # only near the edge can it be
    reach = thickness.max()
    low, left = np.flatnonzero(rows <= reach), np.flatnonzero(columns <= reach)
    edge[low] |= rows[low, None] <= thickness[low]
    edge[:, left] |= columns[left] <= thickness[:, left]
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
