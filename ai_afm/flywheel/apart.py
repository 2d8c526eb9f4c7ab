"""Where two models draw lines in one frame: pixels that only one of them calls, crop by crop."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.records import Label, Window
from ai_afm.types import ClassCode

LINES = (
    ClassCode.WALL, ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC, ClassCode.GRAIN_BOUNDARY
)  # fmt: skip
CROP = 128
"""Side of the crops that are counted, px."""
APART = 0.5
"""Share of the line pixels of a crop that only one model calls, from which on it counts."""
FEWEST = 12
"""Such pixels below which a crop does not count: a piece of line is longer."""


@dataclass(frozen=True, slots=True)
class Apart:
    """How far two models disagree about a frame, in pixels.

    Parameters
    ----------
    both, only_first, only_second
        Pixels that both, or only one of them, calls a wall or grain boundary.
    renamed
        Of those that both call so, the ones to which they give different classes.
    crops, crops_apart
        Number of crops with a line in them, and of those on most of whose lines they disagree.
    """

    both: int
    only_first: int
    only_second: int
    renamed: int
    crops: int
    crops_apart: int

    @property
    def share(self) -> float:
        """Share of the line pixels of either that are not the other's; 0 without any line."""
        total = self.both + self.only_first + self.only_second
        return (self.only_first + self.only_second) / total if total else 0.0

    def plus(self, other: "Apart") -> "Apart":
        """Return the sum over both frames."""
        return Apart(
            self.both + other.both,
            self.only_first + other.only_first,
            self.only_second + other.only_second,
            self.renamed + other.renamed,
            self.crops + other.crops,
            self.crops_apart + other.crops_apart,
        )


def one_calls(first: Label, second: Label) -> NDArray[np.bool_]:
    """Return the pixels that only one of two labels (lines, pixels) calls a line, or another."""
    a, b = np.isin(first, LINES), np.isin(second, LINES)
    return np.asarray((a != b) | (a & b & (first != second)))


def compare(first: Label, second: Label) -> Apart:
    """Compare two labels of a frame, each (lines, pixels) uint8.

    Examples
    --------
    >>> walls, nothing = np.zeros((2, 40, 50), np.uint8)
    >>> walls[:, 7] = 2
    >>> compare(walls, nothing).share
    1.0
    """
    a, b = np.isin(first, LINES), np.isin(second, LINES)
    with_lines = apart = 0
    for window in crops_of((first.shape[0], first.shape[1])):
        either = int(window.of(a | b).sum())
        differ = int(window.of(a != b).sum())
        with_lines += either > 0
        apart += differ >= max(FEWEST, APART * either)
    return Apart(
        int((a & b).sum()),
        int((a & ~b).sum()),
        int((b & ~a).sum()),
        int((a & b & (first != second)).sum()),
        with_lines,
        apart,
    )


def crops_of(shape: tuple[int, int]) -> list[Window]:
    """Return the crops that cover a frame of (lines, pixels), those at its ends smaller."""
    lines, pixels = shape
    return [
        Window(top, left, min(CROP, lines - top), min(CROP, pixels - left))
        for top in range(0, lines, CROP)
        for left in range(0, pixels, CROP)
    ]
