"""Whether a model's doubts can be trusted: calibration, the unknown, types, partial frames."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ai_afm.bench.quality import scores
from ai_afm.bench.quality.answers import answer, settled_rows, withheld
from ai_afm.bench.quality.frames import SCORED, Exam, pose
from ai_afm.bench.quality.look import Look
from ai_afm.bench.quality.outside import PATTERNS, outside_frames, real_frames
from ai_afm.bench.quality.scores import Counts
from ai_afm.bench.quality.shifts import SHIFTS, shifted
from ai_afm.bench.quality.worlds import Scene
from ai_afm.segment.base import Segmenter
from ai_afm.segment.metrics import auroc
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode

SHIFT_EVERY = 3
"""One world in so many is looked at under each shift."""
PARTIAL_SHARE, PARTIAL_LINES = 0.6, 144
"""A partial frame has that share of its lines; frames with fewer lines have too few settled."""


def calibration_scores(
    segmenter: Segmenter, scenes: Sequence[Scene], looks: Sequence[Look]
) -> dict[str, Any]:
    """Return calibration errors in domain, by class, and under each shift."""
    curves = scores.pooled(a.curves for a in looks)
    by_shift: dict[str, float | None] = {}
    for number, name in enumerate(SHIFTS):
        chosen = [s for n, s in enumerate(scenes) if n % SHIFT_EVERY == number % SHIFT_EVERY]
        moved = [shifted(scene, name) for scene in chosen]
        exams = [pose(scene) for scene in moved if scene is not None]
        found = scores.pooled(
            scores.calibration(answer(segmenter, exam.frame), exam) for exam in exams
        )
        by_shift[name] = scores.ece(found)
    return {
        "ece": scores.ece(curves),
        "ece_by_class": scores.ece_by_class(curves),
        "ece_shifted": by_shift,
    }


def outside_scores(
    segmenter: Segmenter, seed: int, looks: Sequence[Look], folder: Path | None
) -> dict[str, Any]:
    """Compare how far outside test frames, unseen patterns and real files are said to lie."""
    inside = [a.given.segmentation.ood_score for a in looks]
    painted = outside_frames(seed, max(len(PATTERNS), 2 * len(looks) // 3))
    real, unread = ([], []) if folder is None else real_frames(folder)
    said = {
        kind: [answer(segmenter, frame).segmentation for _, frame in frames]
        for kind, frames in (("painted", painted), ("real", real))
    }
    distance = {kind: [s.ood_score for s in found] for kind, found in said.items()}
    return {
        "ood_auroc": _auroc(inside, distance["painted"] + distance["real"]),
        "ood_auroc_painted": _auroc(inside, distance["painted"]),
        "ood_auroc_real": _auroc(inside, distance["real"]),
        "ood_flagged": {
            "inside": _share([a.given.segmentation.ood for a in looks]),
            **{kind: _share([s.ood for s in found]) for kind, found in said.items()},
        },
        "ood_outside": {
            "painted": list(PATTERNS),
            "real": [name for name, _ in real],
            "real_unread": unread,
        },
    }


def _auroc(inside: Sequence[float | None], outside: Sequence[float | None]) -> float | None:
    here, there = ([s for s in side if s is not None] for side in (inside, outside))
    return auroc(here, there) if here and there else None


def _share(flags: Sequence[bool]) -> float | None:
    return float(np.mean(flags)) if flags else None


def type_scores(segmenter: Segmenter, exams: Sequence[Exam]) -> dict[str, Any]:
    """Return the share of wall segments that get a type which the channels left cannot tell."""
    polar = [e for e in exams if e.decidable and e.true(*DOMAIN_WALL_CODES).any()]
    cases = {
        "phase": (("phase",), (ClassCode.WALL_180,)),
        "height_and_phase": (
            ("height", "phase"),
            (ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC),
        ),
    }
    named, total, detail = 0, 0, {}
    for case, (names, codes) in cases.items():
        networks = [answer(segmenter, withheld(exam, names)).network for exam in polar]
        walls = [w.code for n in networks for w in n.walls if w.code in DOMAIN_WALL_CODES]
        wrong = sum(code in codes for code in walls)
        detail[case] = wrong / len(walls) if walls else None
        named, total = named + wrong, total + len(walls)
    return {
        "typed_when_withheld": named / total if total else None,
        "typed_when_withheld_by_case": detail,
    }


def partial_gap(segmenter: Segmenter, looks: Sequence[Look]) -> float | None:
    """Return by how much F1 on settled rows of a partial frame differs from the full frame's."""
    partial: Counts = np.zeros((len(SCORED), 4))
    full = partial.copy()
    for a in looks:
        lines = a.exam.frame.shape[0]
        if lines < PARTIAL_LINES:
            continue
        early = answer(segmenter, a.exam.frame, int(PARTIAL_SHARE * lines))
        rows = settled_rows(early)
        partial += scores.count(early.lines, a.exam, 2, rows=rows)
        full += scores.count(a.given.lines, a.exam, 2, rows=rows)
    early_f1, late_f1 = scores.macro_f1(partial), scores.macro_f1(full)
    return abs(late_f1 - early_f1) if early_f1 is not None and late_f1 is not None else None
