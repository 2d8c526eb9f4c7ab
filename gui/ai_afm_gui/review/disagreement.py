"""Where to look next: places where the label and what models see differ most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.records import Label
from ai_afm.survey.skeleton import thin
from ai_afm.types import ClassCode, FloatImage

REACH = 3
"""Pixels up to which two lines are the same."""
SEEN = 0.35
"""Probability from which a line that is not drawn is asked about."""
DOUBTED = 0.6
"""Probability below which a line that is drawn is asked about."""
SHORTEST = 6
"""Pixels of the shortest piece that is worth a look."""
APART = 10.0
"""Pixels between two places that count as two."""


class Why(StrEnum):
    """What differs."""

    NOT_DRAWN = "not drawn"
    DOUBTED = "doubted"
    OTHER_DRAWS = "other draws"
    OTHER_LEAVES_OUT = "other leaves out"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A place to look at: its middle (row, column), how long the piece is (px), and why."""

    point: tuple[float, float]
    length: int
    why: Why
    weight: float


def disagreements(label: Label, line: FloatImage, other: Label | None = None) -> list[Disagreement]:
    """Return the places where a label differs most from what models see, the worst first.

    Parameters
    ----------
    label
        (lines, pixels) uint8, as it is drawn now.
    line
        (lines, pixels) float32: probability of any line.
    other
        What another model, or another person, has drawn.
    """
    drawn = _thin(_is_line(label))
    known = np.nan_to_num(np.asarray(line, np.float32))
    best = np.asarray(cv2.dilate(known, np.ones((3, 3))), np.float32)
    told = label != ClassCode.IGNORE
    ridge = thin(cv2.GaussianBlur(known, (0, 0), 1.0) >= SEEN / 1.5) & (known >= SEEN)
    near = _near(drawn)
    found = [
        *_pieces(ridge & ~near & told, known, Why.NOT_DRAWN),
        *_pieces(drawn & (best < DOUBTED), np.float32(1) - best, Why.DOUBTED),
    ]
    if other is not None:
        theirs = _thin(_is_line(other))
        one = np.ones_like(known)
        found += _pieces(theirs & ~near & told, one, Why.OTHER_DRAWS)
        found += _pieces(drawn & ~_near(theirs), one, Why.OTHER_LEAVES_OUT)
    return _apart(sorted(found, key=lambda d: -d.weight))


def next_of(
    found: Sequence[Disagreement], visited: Sequence[tuple[float, float]]
) -> Disagreement | None:
    """Return the first place that was not visited yet, `None` when all were."""
    for one in found:
        if all(np.hypot(one.point[0] - r, one.point[1] - c) >= APART for r, c in visited):
            return one
    return None


def _pieces(mask: NDArray[np.bool_], weight: FloatImage, why: Why) -> Iterable[Disagreement]:
    count, number, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    weights = np.bincount(number.ravel(), np.where(mask, weight, 0).ravel(), minlength=count)
    for n in range(1, count):
        length = int(stats[n, cv2.CC_STAT_AREA])
        if length >= SHORTEST:
            places = np.argwhere(number == n)
            middle = places[np.hypot(*(places - places.mean(axis=0)).T).argmin()]
            point = float(middle[0]), float(middle[1])
            yield Disagreement(point, length, why, float(weights[n]))


def _apart(found: Iterable[Disagreement]) -> list[Disagreement]:
    kept: list[Disagreement] = []
    for one in found:
        if next_of([one], [d.point for d in kept]) is not None:
            kept.append(one)
    return kept


def _is_line(label: Label) -> NDArray[np.bool_]:
    return np.asarray((label != ClassCode.BACKGROUND) & (label != ClassCode.IGNORE))


def _thin(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return thin(mask) if mask.any() else mask


def _near(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    size = 2 * REACH + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0)
