"""F1 of the lines that a model's labels draw, at 2 px, against what is to be seen.

The network's own labels count, thinned: what names the lines of the shipped model by their
surroundings has seen every material, so it would hide what the base model does not know.
"""

from collections.abc import Sequence

import numpy as np

from ai_afm.bench.quality.frames import Exam
from ai_afm.bench.quality.scores import Counts, count, macro_f1
from ai_afm.flywheel.calibrate import MIN_PIXELS
from ai_afm.segment.decide import DRAWN_CODES
from ai_afm.segment.metrics import coded
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.predict import UnetSegmenter, segment_frame
from ai_afm.types import Segmentation

TOLERANCE = 2.0
"""Distance at which a line still counts as found, px."""


def answers_of(model: LoadedModel, exams: Sequence[Exam]) -> list[Segmentation]:
    """Let a model look at frames."""
    segmenter = UnetSegmenter(model)
    return [segment_frame(exam.frame, segmenter) for exam in exams]


def counts_of(answers: Sequence[Segmentation], exams: Sequence[Exam]) -> dict[str, Counts]:
    """Return the counts of all frames of each family together."""
    total: dict[str, Counts] = {}
    for answer, exam in zip(answers, exams, strict=True):
        family = exam.scene.family
        counts = count(coded(answer.label, DRAWN_CODES, MIN_PIXELS), exam, TOLERANCE)
        total[family] = total[family] + counts if family in total else counts
    return total


def pooled_f1(counts: dict[str, Counts]) -> float:
    """Return the macro F1 of all families together, 0 where nothing is to be seen."""
    return macro_f1(np.sum(list(counts.values()), axis=0)) or 0.0
