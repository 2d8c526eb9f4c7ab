"""Whether drawn lines would fit better a few pixels beside where they were drawn."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from ai_afm.types import FloatImage

FARTHEST = 20
"""Largest shift that is tried, px along each axis."""
NOT_BESIDE = 2.5
"""Shifts up to this, px, are the inaccuracy of a hand."""
ENOUGH = 0.5
"""Share of the drawn lines that has to stay within the window."""
_SHARPNESS = 1.0
"""Standard deviation, px, to which lines are blurred."""


@dataclass(frozen=True, slots=True)
class Shift:
    """The move after which drawn lines lie where a model sees lines.

    Parameters
    ----------
    rows, pixels
        How far the lines lie from where they would fit, px: they were drawn this much too low and
        too far right.
    before, after
        Mean probability of any line along the drawn lines as they are, and moved back.
    """

    rows: int
    pixels: int
    before: float
    after: float

    @property
    def distance(self) -> float:
        """Length of it, px."""
        return float(np.hypot(self.rows, self.pixels))

    @property
    def gain(self) -> float:
        """What it brings, 0 to 1; 0 for one within the inaccuracy of a hand."""
        return max(self.after - self.before, 0.0) if self.distance > NOT_BESIDE else 0.0


def best_shift(drawn: NDArray[np.bool_], line: FloatImage, judged: NDArray[np.bool_]) -> Shift:
    """Return where drawn lines fit best, by cross-correlation with the probability of a line.

    Parameters
    ----------
    drawn
        (lines, pixels) bool: 1-px lines, at least one pixel.
    line
        (lines, pixels) float32: probability of any line, 0 where it is not judged.
    judged
        (lines, pixels) bool: where it is.

    Returns
    -------
    Shift
        The smallest of those that fit about as well as the best one.
    """
    smooth = cv2.GaussianBlur(line, (0, 0), _SHARPNESS)
    total = _correlated(drawn.astype(float), smooth.astype(float))
    count = _correlated(drawn.astype(float), judged.astype(float))
    enough = count >= ENOUGH * drawn.sum()
    mean = np.where(enough, total / np.maximum(count, 1.0), -np.inf)
    rows, pixels = np.mgrid[-FARTHEST : FARTHEST + 1, -FARTHEST : FARTHEST + 1]
    size = np.hypot(rows, pixels)
    fits = mean >= mean.max() - 0.02
    k = int(np.argmin(np.where(fits, size, np.inf)))
    # what fits there lies at + shift, so the lines were drawn at - shift of it
    row, pixel = -int(rows.flat[k]), -int(pixels.flat[k])
    return Shift(row, pixel, float(mean[FARTHEST, FARTHEST]), float(mean.flat[k]))


def _correlated(mask: NDArray[np.float64], image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of an image over a mask moved by each shift up to `FARTHEST`."""
    shape = [fft.next_fast_len(n + 2 * FARTHEST, real=True) for n in mask.shape]
    both = fft.irfft2(np.conj(fft.rfft2(mask, shape)) * fft.rfft2(image, shape), shape)
    around = np.arange(-FARTHEST, FARTHEST + 1)
    return np.asarray(both[np.ix_(around, around)])
