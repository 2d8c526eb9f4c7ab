"""Levelling of topography for display: tilt of the sample and offsets of the lines go away.

Only for showing: networks and stored data never see it. NaN stays NaN, and no value is invented:
every function subtracts a constant per line or a plane from what was measured. All are idempotent.
"""

import numpy as np
from numpy.typing import NDArray

from ai_afm.types import FloatImage

_ROUNDS = 20
_CUT = 2.5  # robust standard deviations: pixels beyond it (particles, holes) do not bend the plane
_MAD_TO_SIGMA = 1.4826  # of a normal distribution


def level_lines(image: FloatImage) -> FloatImage:
    """Subtract from each line its median.

    Parameters
    ----------
    image
        (lines, pixels), any unit, NaN where nothing was scanned.

    Returns
    -------
    (lines, pixels) float32
        Each line has the median 0; a line without a reading stays NaN.

    Examples
    --------
    >>> level_lines(np.array([[1.0, 2.0, 3.0], [5.0, 7.0, 6.0]], np.float32)).tolist()
    [[-1.0, 0.0, 1.0], [-1.0, 1.0, 0.0]]
    """
    values = image.astype(np.float64)
    has_reading = ~np.isnan(values).all(axis=1)
    levelled = values.copy()
    levelled[has_reading] -= np.nanmedian(values[has_reading], axis=1, keepdims=True)
    return levelled.astype(np.float32)


def level_plane(image: FloatImage) -> FloatImage:
    """Subtract the plane that fits all readings best (least squares).

    Parameters
    ----------
    image
        (lines, pixels), any unit, NaN where nothing was scanned.

    Returns
    -------
    (lines, pixels) float32
    """
    values = image.astype(np.float64)
    return _without_plane(values, np.isfinite(values))


def level_plane_robust(image: FloatImage) -> FloatImage:
    """Subtract the plane that fits the flat part of the surface, whatever stands out of it.

    The fit is repeated without the pixels that lie more than 2.5 robust standard deviations from
    the plane, until the same pixels are left out twice.

    Parameters
    ----------
    image
        (lines, pixels), any unit, NaN where nothing was scanned.

    Returns
    -------
    (lines, pixels) float32
    """
    values = image.astype(np.float64)
    finite = np.isfinite(values)
    used = finite
    for _ in range(_ROUNDS):
        rest = _without_plane(values, used).astype(np.float64)
        middle = np.median(rest[used]) if used.any() else 0.0
        spread = _MAD_TO_SIGMA * np.median(np.abs(rest[used] - middle)) if used.any() else 0.0
        kept = finite & (np.abs(rest - middle) <= _CUT * spread) if spread > 0 else used
        if (kept == used).all():
            break
        used = kept
    return _without_plane(values, used)


def for_display(image: FloatImage) -> FloatImage:
    """Level a height image as people expect to see it: robust plane and line medians.

    The two disturb each other a little (medians of lines are no plane), so they alternate until
    nothing changes by more than a thousandth of the image's spread.

    Parameters
    ----------
    image
        (lines, pixels), m, NaN where nothing was scanned.

    Returns
    -------
    (lines, pixels) float32, m
    """
    levelled = level_lines(level_plane_robust(image))
    for _ in range(_ROUNDS):
        again = level_lines(level_plane_robust(levelled))
        change = np.abs(again - levelled)[np.isfinite(levelled)]
        levelled = again
        if not change.size or change.max() <= 1e-3 * np.nanstd(again):
            break
    return levelled


def _without_plane(values: NDArray[np.float64], used: NDArray[np.bool_]) -> FloatImage:
    lines, pixels = values.shape
    y, x = np.mgrid[:lines, :pixels]
    terms = np.stack([x / pixels - 0.5, y / lines - 0.5, np.ones(values.shape)], axis=-1)
    if used.sum() < 3:
        return values.astype(np.float32)
    # Offsets far from 0 would cost digits in the fit: take them off first.
    offset = np.median(values[used])
    plane, *_ = np.linalg.lstsq(terms[used], values[used] - offset, rcond=None)
    rest: FloatImage = (values - offset - terms @ plane).astype(np.float32)
    return rest
