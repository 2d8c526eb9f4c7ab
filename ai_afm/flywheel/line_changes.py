"""How much line a correction has drawn, erased and renamed."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.datasets.learning import one_pixel_lines
from ai_afm.flywheel.records import Label
from ai_afm.types import ClassCode

REACH = 2
"""Pixels that a line may be moved by and still be the same line, as for F1."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LineChange:
    """What corrections have done to the lines of one class, m.

    Parameters
    ----------
    code
        The class.
    drawn
        Where no line was.
    erased
        Where no line is now.
    renamed
        Lines of another class that have this one now.
    left_open
        Lines where the person says that nobody can tell.
    """

    code: ClassCode
    drawn: float
    erased: float
    renamed: float
    left_open: float

    @property
    def corrected(self) -> float:
        """All that was drawn, erased or renamed."""
        return self.drawn + self.erased + self.renamed


def line_changes(before: Label, after: Label, pixel: tuple[float, float]) -> list[LineChange]:
    """Return what has changed between two labels.

    Lines are compared as lines of one pixel; what was moved by up to `REACH` px is not changed.

    Parameters
    ----------
    before, after
        (lines, pixels) uint8, lines of any width.
    pixel
        Distance between lines, and between pixels of a line, m.

    Returns
    -------
    list of LineChange
        The classes of which something has changed, ascending.

    Examples
    --------
    >>> before, after = np.zeros((12, 20), np.uint8), np.zeros((12, 20), np.uint8)
    >>> after[:, 9] = 2
    >>> [change] = line_changes(before, after, (1e-9, 1e-9))
    >>> change.code.name, round(change.drawn / 1e-9)
    ('WALL_180', 11)
    """
    old, new = one_pixel_lines(before), one_pixel_lines(after)
    long_ago, long_now = lengths(old > 0, pixel), lengths(new > 0, pixel)
    was, there = _near(old > 0), _near(new > 0)
    unsure = after == ClassCode.IGNORE
    found = []
    for code in sorted(set(np.unique(old)) | set(np.unique(new)) - {0}):
        lost, mine = (old == code) & ~there, new == code
        change = LineChange(
            ClassCode(int(code)),
            drawn=float(long_now[mine & ~was].sum()),
            erased=float(long_ago[lost & ~unsure].sum()),
            renamed=float(long_now[mine & was & ~_near(old == code)].sum()),
            left_open=float(long_ago[lost & unsure].sum()),
        )
        if code and change.corrected + change.left_open > 0:
            found.append(change)
    return found


def together(changes: Iterable[LineChange]) -> tuple[LineChange, ...]:
    """Return the sums of each class, ascending."""
    found: dict[ClassCode, LineChange] = {}
    for c in changes:
        known = found.get(c.code, LineChange(c.code, 0.0, 0.0, 0.0, 0.0))
        found[c.code] = LineChange(
            c.code,
            known.drawn + c.drawn,
            known.erased + c.erased,
            known.renamed + c.renamed,
            known.left_open + c.left_open,
        )
    return tuple(found[code] for code in sorted(found))


def lengths(mask: Mask, pixel: tuple[float, float]) -> NDArray[np.float64]:
    """Return the length of line in each pixel: half the way to each neighbour on the line.

    Parameters
    ----------
    mask
        (lines, pixels) bool, lines of one pixel.
    pixel
        Distance between lines, and between pixels of a line, m.

    Returns
    -------
    length
        (lines, pixels) float64, m. The sum of a line is its length from the first centre to the
        last; a pixel by itself has none.
    """
    height, width = pixel
    across = float(np.hypot(height, width))
    low, high, every = slice(None, -1), slice(1, None), slice(None)
    corner = mask[low, low], mask[low, high], mask[high, low], mask[high, high]
    links = (
        ((low, every), (high, every), mask[low] & mask[high], height),
        ((every, low), (every, high), mask[:, low] & mask[:, high], width),
        # two pixels that touch at a corner are linked where nothing beside them links them
        ((low, low), (high, high), corner[0] & corner[3] & ~corner[1] & ~corner[2], across),
        ((low, high), (high, low), corner[1] & corner[2] & ~corner[0] & ~corner[3], across),
    )
    result = np.zeros(mask.shape)
    for one, other, linked, length in links:
        result[one] += linked * (length / 2)
        result[other] += linked * (length / 2)
    return result


def _near(mask: Mask) -> Mask:
    """Return what lies within `REACH` px of a mask."""
    steps = np.arange(-REACH, REACH + 1)
    disc = (np.square(steps)[:, None] + np.square(steps) <= REACH**2).astype(np.uint8)
    return cv2.dilate(mask.astype(np.uint8), disc) > 0
