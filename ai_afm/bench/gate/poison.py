"""Ways in which corrections go wrong: by mistake, by a broken import, or on purpose."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ai_afm.flywheel.records import Label
from ai_afm.types import ClassCode

SHARES = (0.05, 0.1, 0.2, 0.4)
"""Parts of the corrections that are poisoned, by turns."""
SHIFTS_PX = (4.0, 12.0)
"""Least and largest shift of a label."""


class Poison(StrEnum):
    """What was done to a round."""

    CLASSES = "classes exchanged"
    """Domain walls become grain boundaries, boundaries become 180-degree walls."""
    BACKGROUND = "line and background exchanged"
    """Lines are drawn along the middle of what has none, and what has some is left empty."""
    SHIFTED = "shifted"
    """All lines of a label lie 4 to 12 px beside."""
    EMPTIED = "emptied"
    """Nothing is drawn."""
    LEAK = "golden data learned"
    """The labels are right, and what they show is in the golden set."""


_WALLS = (ClassCode.WALL, ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC)


@dataclass(frozen=True, slots=True)
class Dose:
    """What a round is poisoned with, and which part of its corrections."""

    kind: Poison
    share: float

    def count(self, corrections: int) -> int:
        """Return the number of corrections that are poisoned: at least one."""
        return max(round(self.share * corrections), 1)


def poisoned(label: Label, kind: Poison, rng: np.random.Generator) -> Label:
    """Return a label after it was poisoned; a leak leaves it as it is.

    Parameters
    ----------
    label
        (lines, pixels) uint8, lines of any width; 255 stays where it is.
    kind
        How.
    rng
        Draws shifts.
    """
    ways: dict[Poison, Callable[[Label, np.random.Generator], Label]] = {
        Poison.CLASSES: _classes,
        Poison.BACKGROUND: _background,
        Poison.SHIFTED: _shifted,
        Poison.EMPTIED: _emptied,
    }
    way = ways.get(kind)
    if way is None:
        return label
    changed = way(np.where(label == ClassCode.IGNORE, 0, label).astype(np.uint8), rng)
    return np.where(label == ClassCode.IGNORE, label, changed).astype(np.uint8)


def _classes(label: Label, rng: np.random.Generator) -> Label:
    walls, boundary = np.isin(label, _WALLS), label == ClassCode.GRAIN_BOUNDARY
    result = label.copy()
    result[walls] = ClassCode.GRAIN_BOUNDARY
    result[boundary] = ClassCode.WALL_180
    return result


def _emptied(label: Label, rng: np.random.Generator) -> Label:
    return np.zeros_like(label)


def _shifted(label: Label, rng: np.random.Generator) -> Label:
    angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(*SHIFTS_PX)
    rows, pixels = round(distance * np.sin(angle)), round(distance * np.cos(angle))
    lines, width = label.shape
    result = np.zeros_like(label)
    result[max(rows, 0) : lines + min(rows, 0), max(pixels, 0) : width + min(pixels, 0)] = label[
        max(-rows, 0) : lines - max(rows, 0), max(-pixels, 0) : width - max(pixels, 0)
    ]
    return result


def _background(label: Label, rng: np.random.Generator) -> Label:
    """Draw the ridges of the distance to the lines, in the class that they have most of."""
    # what is farthest from all lines: the background's own centre lines
    import cv2

    from ai_afm.segment.metrics import thinned

    line = label > 0
    codes = label[line]
    code = int(np.bincount(codes).argmax()) if codes.size else int(ClassCode.WALL_180)
    if not line.any():
        result = np.zeros_like(label)
        result[label.shape[0] // 3 :: label.shape[0] // 3] = code
        return result
    away = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ridge = thinned(np.asarray(~line & (away > 3)))
    band = cv2.dilate(ridge.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(band & ~line, code, 0).astype(np.uint8)
