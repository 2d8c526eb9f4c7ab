"""Boundaries -> grains, walls and boundaries -> domains: the cells that lines cut a frame into."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Grain, ScanRegion, WallNetwork

_SUBPIXEL = 4
"""Lines are drawn with 2^4 steps per pixel."""

_AROUND = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
"""Steps (row, column) to the neighbours, those at the sides first."""


def cells(
    network: WallNetwork,
    shape: tuple[int, int],
    codes: tuple[int, ...],
    region: ScanRegion | None = None,
) -> NDArray[np.int32]:
    """Return a map of the cells between lines of the given classes.

    Parameters
    ----------
    network
        Lines in metres.
    shape
        (lines, pixels) of the map.
    codes
        Classes that separate.
    region
        Where the map lies; the network's region by default.

    Returns
    -------
    (lines, pixels) int32
        Number of the cell, from 1; 0 on the lines themselves.
    """
    return _numbered(draw(network, shape, codes, region))[0]


def _numbered(lines: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the map of cells, and the left, top, width, height and pixels of each, (cells, 5)."""
    # lines are 8-connected, so cells must not be
    _, numbered, boxes, _ = cv2.connectedComponentsWithStats(
        (~lines).view(np.uint8), connectivity=4, ltype=cv2.CV_32S
    )
    return np.asarray(numbered, np.int32), np.asarray(boxes, np.int32)


def draw(
    network: WallNetwork,
    shape: tuple[int, int],
    codes: tuple[int, ...],
    region: ScanRegion | None = None,
) -> NDArray[np.bool_]:
    """Draw lines of the given classes one pixel wide, (lines, pixels) bool."""
    canvas = np.zeros(shape, np.uint8)
    for wall in network.walls:
        if wall.code not in codes:
            continue
        row, column = geometry.sample_to_pixel(region or network.region, shape, *wall.points.T)
        points = np.round(np.stack([column, row], axis=1) * 2**_SUBPIXEL).astype(np.int32)
        cv2.polylines(canvas, [points[:, None]], wall.closed, 1, 1, cv2.LINE_8, _SUBPIXEL)
    return canvas.astype(bool)


def grains(
    network: WallNetwork,
    shape: tuple[int, int],
    *,
    codes: tuple[int, ...] = (ClassCode.GRAIN_BOUNDARY,),
    valid: NDArray[np.bool_] | None = None,
    min_pixels: int = 12,
) -> tuple[Grain, ...]:
    """Return the cells between boundaries as polygons; with `codes` of walls, the domains.

    Nothing is bridged: a boundary with a gap separates nothing, so the two grains beside it count
    as one.

    Parameters
    ----------
    network
        Boundaries in metres.
    shape
        (lines, pixels) of the frame.
    codes
        Classes that separate.
    valid
        (lines,) bool, rows that were scanned; grains that reach an unscanned row are cut by the
        frame.
    min_pixels
        Smaller cells (between the two strokes of a doubled line) are no grains.

    Returns
    -------
    tuple of Grain
        Empty where the boundaries divide nothing. The area of a boundary pixel goes to the nearest
        grain.
    """
    if not any(w.code in codes for w in network.walls):
        return ()
    numbered, boxes = _numbered(draw(network, shape, codes))
    sizes = boxes[:, cv2.CC_STAT_AREA]
    if valid is not None and not valid.all():
        numbered[~valid] = 0
        sizes = np.bincount(numbered.ravel(), minlength=len(boxes)).astype(np.int32)
    large = sizes >= min_pixels
    large[0] = False
    if np.count_nonzero(large) < 2:
        return ()
    kept = np.where(large, np.arange(len(sizes), dtype=np.int32), 0).take(numbered)
    full, grown = _filled(kept, valid)
    cut = set(np.unique(full[_edge(full.shape, valid)]).tolist())
    found = []
    for number in np.flatnonzero(large).tolist():
        left, top, width, height = boxes[number, :4].tolist()
        first = max(top - grown, 0), max(left - grown, 0)
        inside = full[first[0] : top + height + grown, first[1] : left + width + grown] == number
        outline, pixels = _outline(inside)
        found.append(_grain(outline + first, pixels, number in cut, network.region, shape))
    return tuple(found)


def domains(
    network: WallNetwork, shape: tuple[int, int], *, valid: NDArray[np.bool_] | None = None
) -> tuple[Grain, ...]:
    """Return the cells between domain walls of all types and grain boundaries, as polygons.

    Takes and returns what `grains` does. A domain ends at a grain boundary, too: the one beyond it
    has another crystal's axes. A wall with a free end bounds nothing there.
    """
    codes = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY)
    return grains(network, shape, codes=codes, valid=valid)


def _filled(
    numbered: NDArray[np.int32], valid: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int32], int]:
    """Give every scanned pixel without a number that of the nearest with one; say how far away.

    Lines are one pixel wide, so most have one beside them; cells that were left out take some
    rounds more, from their rims inwards.
    """
    lines, pixels = numbered.shape
    flat = numbered.ravel()
    missing = numbered == 0
    if valid is not None:
        missing[~valid] = False
    at, rounds = np.flatnonzero(missing), 0
    while len(at):
        rounds += 1
        row, column = np.divmod(at, pixels)
        found = np.zeros(len(at), np.int32)
        for down, right in _AROUND:
            left = np.flatnonzero(found == 0)
            beside = np.clip(row[left] + down, 0, lines - 1) * pixels
            found[left] = flat[beside + np.clip(column[left] + right, 0, pixels - 1)]
        if not found.any():
            break
        flat[at] = found
        at = at[found == 0]
    return numbered, rounds


def _edge(shape: tuple[int, int], valid: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Return the pixels beside the frame's edge or an unscanned row, (lines, pixels) bool."""
    edge = np.zeros(shape, bool)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    if valid is not None:
        edge |= ndimage.binary_dilation(~valid)[:, None]
    return edge


def _outline(mask: NDArray[np.bool_]) -> tuple[NDArray[np.float64], int]:
    """Return the outer outline (n, 2) of a cell in fractional (row, column), and its pixels.

    The outline goes through the middles of pixel sides between inside and outside; holes (domains
    within) are left out of it, but not of the count.
    """
    lines, pixels = mask.shape
    # pixels of 3 x 3 that share their rims: the contour then runs along pixel sides
    canvas = np.zeros((2 * lines + 1, 2 * pixels + 1), np.uint8)
    canvas[1::2, 1::2] = mask
    canvas = cv2.dilate(canvas, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(canvas, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contour = max(contours, key=len)[:, 0, ::-1]
    middles = contour[(contour % 2).any(axis=1)]
    return middles / 2 - 0.5, int(mask.sum())


def _grain(
    outline: NDArray[np.float64],
    pixels: int,
    cut: bool,
    region: ScanRegion,
    shape: tuple[int, int],
) -> Grain:
    x, y = geometry.pixel_to_sample(region, shape, *outline.T)
    pixel = region.size[0] / shape[1] * region.size[1] / shape[0]
    return Grain(np.stack([x, y], axis=1), pixels * pixel, cut)
