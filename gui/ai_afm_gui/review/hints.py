"""What the model half sees: faint lines that are no part of a label until somebody draws them.

No Qt. A hint is a crest of the probability of any line, however low, where nothing is drawn.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from ai_afm.flywheel.records import Label, Window
from ai_afm.types import ClassCode, FloatImage, Segmentation
from ai_afm_gui.review.centrelines import LINES, Centrelines, Mask, Segment

FAINT = 0.08
"""Probability of any line below which a crest is no hint."""
SHORTEST = 7
"""Pixels of a hint, at least: shorter ones are not worth a click."""
_WIDTH = 1.5
"""Standard deviation of the smoothing before curvature is taken, px: that of a band of 4 px."""
_CURVED = 0.004
"""Curvature across a crest, 1/px^2, at least; flat grounds have none, however high they are."""
_BESIDE = 3.0
"""Pixels beside a drawn line in which it is that line which the model sees."""
_JOINED = 2
"""Pixels by which a hint reaches towards the line that it ends at."""


class Hints:
    """The crests in one crop, and what of them is not drawn yet.

    Parameters
    ----------
    line
        (lines, pixels) float32: probability of any line; NaN where nothing was measured.
    codes
        (lines, pixels) uint8: the class that the model gives most, if there is a line.

    Examples
    --------
    >>> line = np.zeros((20, 40), np.float32)
    >>> line[9:12, 5:35] = 0.3
    >>> hints = Hints(line, np.full((20, 40), 4, np.uint8))
    >>> [hint] = hints.beside(np.zeros((20, 40), np.uint8))
    >>> hint.code, hint.points[10].tolist()
    (4, [10.0, 16.0])
    """

    def __init__(self, line: FloatImage, codes: Label) -> None:
        crests = Centrelines.of(np.where(_crest(line), np.uint8(ClassCode.WALL), np.uint8(0)))
        pieces = [crest.points for crest in crests.segments]
        # one after the other, each with a point behind it that belongs to none
        self._last = np.cumsum([len(p) + 1 for p in pieces], dtype=np.int64) - 1
        self._points = np.concatenate([np.zeros((0, 2)), *(np.vstack([p, p[-1:]]) for p in pieces)])
        self._pixels = np.rint(self._points).astype(np.int64)
        self._codes = codes
        self._made: dict[tuple[int, int], Segment] = {}

    def beside(self, label: Label) -> tuple[Segment, ...]:
        """Return what a label, (lines, pixels) uint8, has no line for.

        A hint that was there before is the same object.
        """
        blank = (label == ClassCode.BACKGROUND).astype(np.uint8)
        free = cv2.distanceTransform(blank, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) > _BESIDE
        chosen = free[tuple(self._pixels.T)]
        chosen[self._last] = False
        edges = np.flatnonzero(np.diff(chosen.astype(np.int8), prepend=0))
        starts, ends = edges[::2], edges[1::2]
        long = ends - starts >= SHORTEST
        return tuple(
            self._hint(start, end)
            for start, end in zip(starts[long].tolist(), ends[long].tolist(), strict=True)
        )

    def _hint(self, start: int, end: int) -> Segment:
        """Return a stretch of a crest, a little longer where the crest goes on."""
        made = self._made.get((start, end))
        if made is None:
            crest = int(np.searchsorted(self._last, start))
            first = 0 if crest == 0 else int(self._last[crest - 1]) + 1
            piece = slice(max(start - _JOINED, first), min(end + _JOINED, int(self._last[crest])))
            points, pixels = self._points[piece], self._pixels[piece]
            low, high = pixels.min(axis=0).tolist(), pixels.max(axis=0).tolist()
            bounds = low[0], low[1], high[0], high[1]
            made = Segment(self._code(pixels), points, pixels, 0, (True, True), bounds)
            self._made[start, end] = made
        return made

    def _code(self, pixels: NDArray[np.int64]) -> int:
        """Return the class that the model gives most along a hint."""
        count = np.bincount(self._codes[tuple(pixels.T)], minlength=256)[[int(c) for c in LINES]]
        return int(LINES[int(count.argmax())])


def likeliest(seen: Segmentation, window: Window) -> Label:
    """Return the class that a model gives most to a line at each pixel, (lines, pixels) uint8."""
    shares = [np.nan_to_num(window.of(seen.probability_of(int(code)))) for code in LINES]
    codes = np.array([int(code) for code in LINES], np.uint8)
    return np.asarray(codes[np.argmax(shares, axis=0)], np.uint8)


def _crest(line: FloatImage) -> Mask:
    """Return where the probability is a crest: high enough, and bent down on both sides."""
    known = np.nan_to_num(np.asarray(line, np.float32))
    height = gaussian_filter(known, _WIDTH, mode="nearest")
    rr, rc, cc = (
        gaussian_filter(known, _WIDTH, order=order, mode="nearest")
        for order in ((2, 0), (1, 1), (0, 2))
    )
    across = (rr + cc) / 2 - np.hypot((rr - cc) / 2, rc)
    return np.asarray((across < -_CURVED) & (height > FAINT))
