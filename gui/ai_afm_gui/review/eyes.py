"""What a person who knows the truth sees of a sheet at a glance. No Qt.

Coarser than `flywheel.annotator`, by which faults are counted, and a hundred times faster: it only
tells the simulated person which tool is worth its while.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label as numbered

from ai_afm.flywheel.records import Label
from ai_afm.types import ClassCode
from ai_afm_gui.review.centrelines import LINES, Mask, Points

NEAR = 3.0
"""Pixels beside the truth in which a line lies where it should."""
SHORTEST = 6
"""Pixels of a fault that is worth a decision."""
AT_ONCE = 40.0
"""Pixels that one decision mends: a net of boundaries is many lines."""
DRAW, ERASE, RENAME = 4.5, 3.0, 1.5
"""Seconds of one fault, roughly. Where a class is wrong a line of the right one is missing, too."""
_AROUND = np.ones((3, 3), np.uint8)


class Eyes:
    """A person's eyes on a crop whose truth is known.

    Parameters
    ----------
    truth
        (lines, pixels) uint8: 1-px lines of class codes, 255 where nobody can tell.
    """

    def __init__(self, truth: Label) -> None:
        self.codes = tuple(int(c) for c in LINES if (truth == c).any())
        self._truth = truth
        self._of = {code: _away(truth == code) for code in self.codes}
        self._any = _away(truth > 0)

    def effort(self, label: Label, skeleton: Label) -> float:
        """Return about how long it takes to mend all faults one by one, s."""
        asked = self._truth != ClassCode.IGNORE
        seconds = ERASE * _count((skeleton > 0) & (self._any > NEAR) & asked)
        for code in self.codes:
            missing = (self._truth == code) & (_away(label == code) > NEAR)
            seconds += DRAW * _count(missing)
        for code in LINES:
            own = self._of.get(int(code))
            wrong = (skeleton == code) & (self._any <= NEAR) & asked
            seconds += RENAME * _count(wrong if own is None else wrong & (own > NEAR))
        return seconds

    def share_of(self, points: Points, code: int) -> float:
        """Return how much of a line lies on true ones of a class."""
        away = self._of.get(code)
        return 0.0 if away is None else float(np.mean(away[_pixels(points)] <= NEAR))

    def share_false(self, points: Points) -> float:
        """Return how much of a line lies where none is, nor any that nobody can tell."""
        return float(np.mean(self._any[_pixels(points)] > NEAR))


def drawn_along(mask: Mask, points: Points, reach: int) -> float:
    """Return the share of points that have a pixel of a mask within `reach` px."""
    side = 2 * reach + 1
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8))
    return float(np.mean(grown[_pixels(points)] > 0))


def _pixels(points: Points) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows, columns = np.rint(points).astype(np.int64).T
    return rows, columns


def _away(mask: Mask) -> NDArray[np.float32]:
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    off = (~mask).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(off, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def _count(mask: Mask) -> float:
    """Return about how many decisions a mask of 1-px lines takes."""
    pieces, _ = numbered(mask, _AROUND)
    sizes = np.bincount(pieces.ravel())[1:]
    return float(np.maximum(sizes[sizes >= SHORTEST] / AT_ONCE, 1).sum())
