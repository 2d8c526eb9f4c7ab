"""Boundaries -> grains, walls and boundaries -> domains: the cells that lines cut a frame into."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Grain, ScanRegion, WallNetwork

_SUBPIXEL = 4
"""Lines are drawn with 2^4 steps per pixel."""


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
    canvas = draw(network, shape, codes, region)
    # lines are 8-connected, so cells must not be
    _, numbered = cv2.connectedComponents((~canvas).view(np.uint8), connectivity=4)
    return np.asarray(numbered, np.int32)


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
    numbered = cells(network, shape, codes)
    if valid is not None:
        numbered[~valid] = 0
    if numbered.max() < 2:
        return ()
    sizes = np.bincount(numbered.ravel())
    sizes[0] = 0
    large = sizes >= min_pixels
    if np.count_nonzero(large) < 2:
        return ()
    full = _filled(np.where(large, np.arange(len(sizes), dtype=np.int32), 0).take(numbered), valid)
    edge = _edge(full.shape, valid)
    cut = set(np.unique(full[edge]).tolist())
    found = []
    for number, box in enumerate(ndimage.find_objects(full), start=1):
        if box is not None:
            outline, pixels = _outline(full[box] == number)
            outline += box[0].start, box[1].start
            found.append(_grain(outline, pixels, number in cut, network.region, shape))
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


def _filled(numbered: NDArray[np.int32], valid: NDArray[np.bool_] | None) -> NDArray[np.int32]:
    """Give every scanned pixel without a number that of the nearest with one.

    Lines are one pixel wide, so most have one beside them; cells that were left out take some
    rounds more, from their rims inwards.
    """
    wide = np.pad(numbered, 1)
    flat, width = wide.ravel(), wide.shape[1]
    missing = numbered == 0
    if valid is not None:
        missing[~valid] = False
    row, column = np.nonzero(missing)
    at = (row + 1) * width + column + 1
    steps = (-width, width, -1, 1, -width - 1, -width + 1, width - 1, width + 1)
    while len(at):
        found = np.zeros(len(at), np.int32)
        for step in steps:
            left = np.flatnonzero(found == 0)
            found[left] = flat[at[left] + step]
        if not found.any():
            break
        flat[at] = found
        at = at[found == 0]
    return wide[1:-1, 1:-1]


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
