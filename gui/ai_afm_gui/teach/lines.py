"""Lines of one pixel as straight pieces between neighbours, so that they are drawn as vectors."""

import numpy as np
from numpy.typing import NDArray

from ai_afm.types import ClassCode

Pieces = NDArray[np.float64]
"""(n, 4): x and y of the two ends, in pixels from the upper left corner of the image."""


def pieces_of(codes: NDArray[np.uint8]) -> dict[ClassCode, Pieces]:
    """Return the pieces of the lines of each class; a pixel by itself becomes a short dash.

    Parameters
    ----------
    codes
        (lines, pixels) class codes, lines of about one pixel.

    Examples
    --------
    >>> codes = np.zeros((3, 5), np.uint8)
    >>> codes[1, 1:3] = 2
    >>> pieces_of(codes)[ClassCode.WALL_180].tolist()
    [[1.5, 1.5, 2.5, 1.5]]
    """
    found = np.unique(codes[(codes > 0) & (codes != ClassCode.IGNORE)])
    return {ClassCode(int(code)): _pieces(codes == code) for code in found}


def _pieces(mask: NDArray[np.bool_]) -> Pieces:
    low, high, every = slice(None, -1), slice(1, None), slice(None)
    corner = mask[low, low], mask[low, high], mask[high, low], mask[high, high]
    links = (
        (mask[low] & mask[high], (0, 0), (1, 0)),
        (mask[every, low] & mask[every, high], (0, 0), (0, 1)),
        # corners are linked where nothing beside them links them
        (corner[0] & corner[3] & ~corner[1] & ~corner[2], (0, 0), (1, 1)),
        (corner[1] & corner[2] & ~corner[0] & ~corner[3], (0, 1), (1, 0)),
    )
    parts = [_linked(linked, one, other) for linked, one, other in links]
    parts.append(_alone(mask))
    return np.concatenate(parts)


def _linked(linked: NDArray[np.bool_], one: tuple[int, int], other: tuple[int, int]) -> Pieces:
    line, pixel = np.nonzero(linked)
    ends = (pixel + one[1], line + one[0], pixel + other[1], line + other[0])
    return np.stack(ends, axis=1).astype(np.float64) + 0.5


def _alone(mask: NDArray[np.bool_]) -> Pieces:
    """Return a dash for each pixel without a neighbour."""
    padded = np.pad(mask, 1)
    around = sum(
        padded[1 + i : 1 + i + mask.shape[0], 1 + j : 1 + j + mask.shape[1]].astype(np.uint8)
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if (i, j) != (0, 0)
    )
    line, pixel = np.nonzero(mask & (np.asarray(around) == 0))
    return np.stack([pixel + 0.2, line + 0.5, pixel + 0.8, line + 0.5], axis=1).astype(np.float64)
