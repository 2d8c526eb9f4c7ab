"""Numbers of single lines, followed from line to line: causal; NaN where there is none."""

import numpy as np
from numpy.typing import NDArray

RATE = 0.03
"""Weight of a new line in the exponential means."""
NOISE_FLOOR = 3.0
"""A spread is at least this many times the median line-to-line difference.

White noise of unit spread then has a spread of 2.9, structure of 20 px and more keeps its own: a
flat film's noise is not lifted to the size of grains.
"""
Lines = NDArray[np.float64]


def row_median(image: Lines) -> Lines:
    """Return the median of each line of (lines, pixels), (lines,); NaN where none has a reading."""
    if not np.isnan(image).any():
        return np.asarray(np.median(image, axis=1))
    result = np.full(len(image), np.nan)
    some = ~np.isnan(image).all(axis=1)
    result[some] = np.nanmedian(image[some], axis=1)
    return result


def middle(values: Lines) -> float:
    """Return the median of the finite values, NaN without any."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else float("nan")


def levelled(image: Lines) -> Lines:
    """Remove each line's median from (lines, pixels); a fitted line would tilt grains."""
    return image - row_median(image)[:, None]


def spreads(image: Lines, previous: Lines | None) -> Lines:
    """Return each line's spread, at least its noise floor, in the image's unit; NaN where empty.

    Parameters
    ----------
    image
        (lines, pixels), levelled.
    previous
        (pixels,), the levelled line before; `None` at the start of a frame.
    """
    spread = row_median(np.abs(image))
    before = np.vstack(
        [np.full((1, image.shape[1]), np.nan) if previous is None else previous, image]
    )
    step = row_median(np.abs(np.diff(before, axis=0)))
    return np.fmax(spread, NOISE_FLOOR * step)


def running(values: Lines, start: float, warm: NDArray[np.bool_]) -> Lines:
    """Follow line values with an exponential mean from `start`, held until `warm` and over NaN.

    `values` and `warm` are (lines,); so is what is returned, NaN before any value is known.
    """
    run = np.empty(len(values))
    level = start
    for i, value in enumerate(values):
        if np.isfinite(value):
            if not np.isfinite(level):
                level = float(value)
            elif warm[i]:
                level += RATE * (float(value) - level)
        run[i] = level
    return run
