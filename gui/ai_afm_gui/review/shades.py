"""Channels as grey levels for the screen; what is stored stays as it is. No Qt."""

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.records import Window
from ai_afm.types import FloatImage

BLANK = 255
"""Level of pixels that nobody has measured; all others are 0 to 254."""
SHARE = (0.5, 99.5)
"""Percentiles that become black and white."""


def shaded(name: str, image: FloatImage, window: Window) -> NDArray[np.uint8]:
    """Return a channel as levels 0 to 254, `BLANK` where it is NaN, (lines, pixels) uint8.

    Parameters
    ----------
    name
        Of the channel: a height is levelled line by line, a phase is turned so that its cut lies
        where the fewest pixels are.
    image
        (lines, pixels) of the whole frame.
    window
        Whose contrast counts.
    """
    known = np.isfinite(image)
    shown = _levelled(name, np.where(known, image, np.nan).astype(np.float32))
    own = window.of(shown)
    own = own[np.isfinite(own)]
    levels = np.full(image.shape, BLANK, np.uint8)
    if own.size:
        low, high = np.percentile(own, SHARE)
        scaled = (shown - low) * (254 / max(float(high - low), 1e-30))
        levels[known] = np.clip(scaled[known], 0, 254).astype(np.uint8)
    return levels


def _levelled(name: str, image: FloatImage) -> FloatImage:
    if name == "height":
        rows = np.isfinite(image).any(axis=1)
        level = image.copy()
        level[rows] -= np.nanmedian(image[rows], axis=1, keepdims=True)
        return level
    if name == "phase":
        return _turned(image)
    return image


def _turned(phase: FloatImage) -> FloatImage:
    """Return a phase, rad, cut where it hardly ever is: no false edge runs through the image."""
    known = phase[np.isfinite(phase)]
    if not known.size:
        return phase
    count, edges = np.histogram(np.mod(known, 2 * np.pi), 72, (0, 2 * np.pi))
    wide = np.convolve(np.concatenate([count[-2:], count, count[:2]]), np.ones(5), "valid")
    cut = float(edges[int(wide.argmin())] + np.pi / 72)
    return np.asarray(np.mod(phase - cut, 2 * np.pi), np.float32)
