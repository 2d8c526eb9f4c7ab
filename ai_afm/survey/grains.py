"""Boundaries -> grains: the cells that a network of lines cuts a frame into."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import find_contours

from ai_afm import geometry
from ai_afm.types import ClassCode, Grain, ScanRegion, WallNetwork

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
    four = ndimage.generate_binary_structure(2, 1)  # lines are 8-connected, so cells must not be
    numbered, _ = ndimage.label(~canvas, structure=four)
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
    sizes = np.bincount(numbered.ravel())
    sizes[0] = 0
    kept = np.flatnonzero(sizes >= min_pixels)
    if len(kept) < 2:
        return ()
    numbered[~np.isin(numbered, kept)] = 0
    nearest = ndimage.distance_transform_edt(
        numbered == 0, return_distances=False, return_indices=True
    )
    full = numbered[tuple(nearest)]
    if valid is not None:
        full[~valid] = 0
    return tuple(_grain(full == number, network.region, valid) for number in kept)


def _grain(mask: NDArray[np.bool_], region: ScanRegion, valid: NDArray[np.bool_] | None) -> Grain:
    lines, pixels = mask.shape
    contours = find_contours(np.pad(mask, 1).astype(float), 0.5)  # type: ignore[no-untyped-call]
    outline = max(contours, key=len)[:-1] - 1.0
    x, y = geometry.pixel_to_sample(region, (lines, pixels), *outline.T)
    border = np.zeros(mask.shape, bool)
    border[[0, -1]] = border[:, [0, -1]] = True
    if valid is not None:
        border |= ndimage.binary_dilation(~valid)[:, None]
    area = float(mask.sum()) * region.size[0] / pixels * region.size[1] / lines
    return Grain(np.stack([x, y], axis=1), area, bool((mask & border).any()))
