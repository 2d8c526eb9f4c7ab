"""Segmentation -> wall network: polylines, junctions and free ends in metres."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey import grains as grain_maps
from ai_afm.survey import polyline
from ai_afm.survey.line_pieces import pieces_of
from ai_afm.survey.namer import CODES as READ
from ai_afm.survey.namer import can_name, shipped
from ai_afm.survey.segments import Canvas, Segment, in_metres, tied
from ai_afm.survey.skeleton import Chains
from ai_afm.survey.surroundings import Lines
from ai_afm.survey.tracing import Extraction, Image, Points, Traced, traced, valid_rows
from ai_afm.types import ScanRegion, Segmentation, WallNetwork


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
    lines = traced(segmentation, valid, settings)
    if lines is None:
        return WallNetwork(region, ())
    canvas = Canvas(lines.edge, lines.valid)
    lines, along = _named(lines, settings)
    if not len(lines.chains):
        return WallNetwork(region, ())
    segments, nodes = tied(*_segments(lines, along, settings), canvas)
    network = in_metres(segments, nodes, canvas, region)
    return replace(network, grains=grain_maps.grains(network, lines.edge.shape, valid=valid))


def _named(lines: Traced, settings: Extraction) -> tuple[Traced, dict[int, NDArray[np.float32]]]:
    """Return the lines that are some, and the probability of each drawn class along them.

    That there may be a line is for the model to say; which class it is of, or whether it is none at
    all, the surroundings know better.
    """
    drawn = [code for code in lines.planes if code in settings.codes]
    if not settings.surroundings or not can_name(tuple(lines.planes)):
        return lines, {code: lines.along(code) for code in drawn}
    values = np.stack([lines.along(code) for code in READ])
    shares = shipped().shares(Lines(lines.chains, lines.numbers, lines.edge, lines.valid, values))
    own = shares[[1 + READ.index(code) for code in drawn]]
    kept = np.add.reduceat(own.sum(axis=0) - 0.5, lines.chains.starts[:-1]) > 0
    if not kept.all():
        before, lines = lines, lines.only(kept, settings)
        own = own[:, _places(before.places, lines.places)]
    total = sum(lines.along(code) for code in drawn) / np.maximum(own.sum(axis=0), 1e-12)
    return lines, dict(zip(drawn, own * total, strict=True))


def _places(all_pixels: NDArray[np.int64], pixels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each of some pixels stands in a list of all of them."""
    order = np.argsort(all_pixels)
    return np.asarray(order[np.searchsorted(all_pixels, pixels, sorter=order)])


def _segments(
    lines: Traced, along: dict[int, NDArray[np.float32]], settings: Extraction
) -> tuple[list[Segment], Points]:
    """Return the pieces of lines, and where the nodes are that they end at."""
    chains, nodes = lines.chains, lines.nodes
    course = _courses(chains, lines.ridge)
    named = pieces_of(along, chains.starts, settings.naming, settings.piece_pixels)
    segments, cuts = [], nodes.tolist()
    columns = (chains.starts[:-1], chains.closed, lines.numbers)
    each = zip(named, *(column.tolist() for column in columns), strict=True)
    for parts, first, closed, terminals in each:
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
