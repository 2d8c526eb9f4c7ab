"""Counts that add up over frames, and the scores made of them.

F1 of a class counts pixels of the drawn polylines. A pixel that was drawn as a wall of undetermined
type claims no type: where the channels tell the type it is no find of that type ("strict"), where
they do not it is one ("lenient"); the ruled score takes the one or the other for each frame.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_afm.bench.quality.answers import ANY_LINE, Answer, Codes, bands, resolved
from ai_afm.bench.quality.frames import SCORED, Exam, Mask
from ai_afm.segment.metrics import (
    Reliability,
    asked_pixels,
    betti_errors_in_windows,
    class_wise_ece,
    junction_score,
    junctions,
    reliability,
)
from ai_afm.segment.metrics.lines import distance_to
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode

WALLS = (int(ClassCode.WALL_180), int(ClassCode.WALL_FERROELASTIC))
BOUNDARY = int(ClassCode.GRAIN_BOUNDARY)
_ALL = (*WALLS, BOUNDARY)
JUNCTION_TOLERANCE = 4.0
"""Distance at which a junction still counts as found, px."""
EDGE_REACH = 3.0
"""A false wall this close to a grain boundary is one "at a grain edge", px."""
LEAST_SHARE = 0.01
"""A class with a smaller share of the visible line pixels of a subset has no F1 in it."""
ECE_BASE = 10
"""Offset of the key of "any wall" among reliability curves: it is no class of the model."""

Counts = NDArray[np.float64]
"""(classes of `SCORED`, 4): drawn pixels that are right, drawn, true pixels found, true."""


class Rule(StrEnum):
    """What a wall of undetermined type is worth."""

    STRICT = "strict"
    LENIENT = "lenient"
    RULED = "ruled"

    def untyped_counts(self, exam: Exam) -> bool:
        """Whether an undetermined wall is a find of the type that is true."""
        return self is Rule.LENIENT or (self is Rule.RULED and not exam.decidable)


def count(lines: Codes, exam: Exam, tolerance: float, rule: Rule = Rule.RULED,
          rows: Mask | None = None) -> Counts:  # fmt: skip
    """Count right, drawn, found and true pixels of each scored class in a frame.

    Parameters
    ----------
    lines
        (lines, pixels) uint8: drawn lines. `ANY_LINE` counts as whatever class is true there; what
        of it (or of undetermined walls) is wrong is charged to the classes it may be, in
        proportion to their true pixels in the frame.
    exam
        The truth.
    tolerance
        Distance that still counts as found, px.
    rule
        What undetermined walls are worth.
    rows
        (lines,) bool: rows that count; all by default.
    """
    inside = np.ones(lines.shape, np.bool_)
    if rows is not None:
        inside &= rows[:, None]
    near = _Nearness.of(exam, tolerance + 1e-3)
    result = np.zeros((len(SCORED), 4))
    accepted = [np.asarray(lines == code) for code in SCORED]
    for i, own in enumerate(accepted):
        right = own & inside & near.asked[i]
        false = own & inside & ~exam.ignore & ~near.any_true[i]
        result[i, :2] = right.sum(), right.sum() + false.sum()
    loose = ((ClassCode.WALL, WALLS, rule.untyped_counts(exam)), (ANY_LINE, _ALL, True))
    for code, classes, counts in loose:
        own = np.asarray(lines == code)
        if own.any():
            index = [i for i, c in enumerate(SCORED) if c in classes]
            result += _loose(own & inside, exam, near, index, counts)
            accepted = [a | own if counts and i in index else a for i, a in enumerate(accepted)]
    for i, code in enumerate(SCORED):
        true = exam.true(code) & inside
        result[i, 2:] = (true & (distance_to(accepted[i]) <= near.reach)).sum(), true.sum()
    return result


@dataclass(frozen=True, slots=True)
class _Nearness:
    """How far pixels are from the true lines of each scored class, those that are asked and all."""

    reach: float
    distance: NDArray[np.float32]
    asked: NDArray[np.bool_]
    any_true: NDArray[np.bool_]

    @classmethod
    def of(cls, exam: Exam, reach: float) -> "_Nearness":
        distance = np.stack([distance_to(exam.true(code)) for code in SCORED])
        every = np.stack([distance_to(np.asarray(exam.label == code)) for code in SCORED])
        return cls(reach, distance, distance <= reach, every <= reach)


def _loose(own: Mask, exam: Exam, near: _Nearness, index: list[int], counts: bool) -> Counts:
    """Count lines that may be any of the classes at `index`: right and drawn pixels of each."""
    result = np.zeros((len(SCORED), 4))
    distance = near.distance[index]
    matched = own & (distance.min(axis=0) <= near.reach)
    wrong = own & ~exam.ignore & ~matched & ~near.any_true[index].any(axis=0)
    shares = _shares(np.array([exam.true(SCORED[i]).sum() for i in index], float))
    best = distance.argmin(axis=0)
    for k, i in enumerate(index):
        if counts:
            result[i, :2] += (matched & (best == k)).sum()
        result[i, 1] += shares[k] * wrong.sum()
    return result


def _shares(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = weights.sum()
    return weights / total if total else np.full(len(weights), 1 / len(weights))


def f1_by_class(counts: Counts) -> dict[str, float | None]:
    """Return the F1 of each class, `None` where (almost) nothing of it is to be seen."""
    result: dict[str, float | None] = {}
    least = LEAST_SHARE * counts[:, 3].sum()
    for code, (right, drawn, found, true) in zip(SCORED, counts, strict=True):
        precision, recall = right / max(drawn, 1), found / max(true, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-12)
        result[str(int(code))] = float(f1) if true > least else None
    return result


def detail(counts: Counts) -> dict[str, dict[str, float | None]]:
    """Return precision, recall and F1 of each class, and how many true pixels were asked for."""
    f1 = f1_by_class(counts)
    return {
        str(int(code)): {
            "precision": float(right / drawn) if drawn else None,
            "recall": float(found / true) if true else None,
            "f1": f1[str(int(code))],
            "true_pixels": float(true),
        }
        for code, (right, drawn, found, true) in zip(SCORED, counts, strict=True)
    }


def macro_f1(counts: Counts) -> float | None:
    """Return the mean F1 over the classes of which something is to be seen."""
    values = [f1 for f1 in f1_by_class(counts).values() if f1 is not None]
    return float(np.mean(values)) if values else None


@dataclass(frozen=True, slots=True)
class Junctions:
    """Numbers of junctions: drawn and right, drawn, true and found, true; adds up."""

    right: float = 0.0
    drawn: float = 0.0
    found: float = 0.0
    true: float = 0.0

    def __add__(self, other: "Junctions") -> "Junctions":
        """Pool two frames."""
        return Junctions(
            self.right + other.right,
            self.drawn + other.drawn,
            self.found + other.found,
            self.true + other.true,
        )

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; `None` where there is no junction."""
        if not self.true:
            return None
        precision, recall = self.right / max(self.drawn, 1), self.found / self.true
        return 2 * precision * recall / max(precision + recall, 1e-12)


def junction_counts(lines: Codes, exam: Exam) -> Junctions:
    """Compare the junctions of what was drawn with those of the visible truth."""
    drawn, true = resolved(lines > 0), resolved(exam.true(*SCORED))
    score = junction_score(drawn, true, exam.ignore, JUNCTION_TOLERANCE)
    here, there = (_asked(junctions(mask), exam.ignore) for mask in (drawn, true))
    return Junctions((score.precision or 0) * here, here, (score.recall or 0) * there, there)


def _asked(points: NDArray[np.float64], ignore: Mask) -> int:
    rows, columns = np.rint(points).astype(int).T
    return int((~ignore[rows, columns]).sum())


def betti_total(lines: Codes, exam: Exam) -> float:
    """Return the error of pieces and holes, mean over windows of 64 px."""
    return betti_errors_in_windows(
        resolved(lines > 0), resolved(exam.true(*SCORED)), exam.ignore
    ).total


def edge_walls(lines: Codes, exam: Exam) -> Mask:
    """Return pixels drawn as a wall beside a visible grain boundary where no wall is."""
    boundary, walls = exam.true(BOUNDARY), np.isin(exam.label, WALLS)
    false = np.isin(lines, DOMAIN_WALL_CODES) & (distance_to(boundary) <= EDGE_REACH)
    return np.asarray(false & (distance_to(np.asarray(walls)) > EDGE_REACH))


def false_walls_at_edges(lines: Codes, exam: Exam) -> tuple[float, float]:
    """Return pixels of false walls beside grain boundaries, and of visible boundaries."""
    return float(edge_walls(lines, exam).sum()), float(exam.true(BOUNDARY).sum())


def calibration(given: Answer, exam: Exam) -> dict[int, Reliability]:
    """Return the reliability curves of any wall, of each type that is told, and of boundaries."""
    said = given.segmentation
    asked: dict[int, tuple[int, ...]] = {ECE_BASE: tuple(int(c) for c in DOMAIN_WALL_CODES)}
    if exam.decidable:
        asked |= {code: (code,) for code in WALLS if code in said.classes}
    if BOUNDARY in said.classes:
        asked[BOUNDARY] = (BOUNDARY,)
    curves = {}
    for key, codes in asked.items():
        probability, true = said.probability_of(*codes), bands(exam, *codes)
        probability = np.minimum(probability, np.float32(1))  # float32 sums exceed 1 by 1e-7
        curves[key] = reliability(probability, true, asked_pixels(probability, true, exam.ignore))
    return curves


def pooled(curves: Iterable[dict[int, Reliability]]) -> dict[int, Reliability]:
    """Add up the curves of many frames."""
    total: dict[int, Reliability] = {}
    for frame in curves:
        for key, curve in frame.items():
            total[key] = total[key] + curve if key in total else curve
    return total


def ece(curves: dict[int, Reliability]) -> float | None:
    """Return the mean of the classes' calibration errors."""
    return class_wise_ece(curves)


def ece_by_class(curves: dict[int, Reliability]) -> dict[str, Any]:
    """Return each class's calibration error; "wall" is any domain wall."""
    names = {ECE_BASE: "wall"}
    return {names.get(key, str(key)): curve.ece for key, curve in sorted(curves.items())}
