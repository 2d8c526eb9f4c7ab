"""One frame of the benchmark, looked at by a model and by log-sato, and counted."""

from dataclasses import dataclass

import numpy as np

from ai_afm.bench.quality import scores
from ai_afm.bench.quality.answers import Answer, answer, log_sato_lines, resolved
from ai_afm.bench.quality.frames import SCORED, Exam
from ai_afm.bench.quality.scores import Counts, Rule
from ai_afm.segment.base import Segmenter
from ai_afm.segment.metrics import Confusion, Reliability, line_length, type_confusion

CONFUSION_REACH = 3.0


@dataclass(frozen=True, slots=True)
class Look:
    """What one frame adds to the sums."""

    exam: Exam
    given: Answer
    counts: dict[str, Counts]
    sato: Counts
    confusion: Confusion
    junctions: scores.Junctions
    betti: tuple[float, float]
    edges: tuple[float, float]
    lengths: tuple[float, float]
    curves: dict[int, Reliability]


def look(segmenter: Segmenter, exam: Exam) -> Look:
    """Let a model and log-sato answer one question, and count."""
    given, sato = answer(segmenter, exam.frame), log_sato_lines(exam)
    lines, true = given.lines, exam.true(*SCORED)
    counts = {rule.value: scores.count(lines, exam, 2, rule) for rule in Rule}
    counts["1px"] = scores.count(lines, exam, 1)
    apart = np.where(scores.edge_walls(lines, exam), 0, lines).astype(np.uint8)
    counts["apart"] = scores.count(apart, exam, 2) if exam.near_resonance else counts["ruled"]
    label = np.where(exam.asked | ~np.isin(exam.label, SCORED), exam.label, 0).astype(np.uint8)
    lengths = [line_length(resolved(m), exam.ignore) for m in (lines > 0, true)]
    return Look(
        exam,
        given,
        counts,
        scores.count(sato, exam, 2),
        type_confusion(lines, label, exam.ignore, CONFUSION_REACH),
        scores.junction_counts(lines, exam),
        (scores.betti_total(lines, exam), scores.betti_total(sato, exam)),
        scores.false_walls_at_edges(lines, exam),
        (lengths[0], lengths[1]),
        scores.calibration(given, exam),
    )
