"""The figures of one play, and of many: time against raster and oracle, and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ai_afm.control.area import plan
from ai_afm.control.area.follow import along
from ai_afm.control.area.state import Ground, Mask, Settings
from ai_afm.control.area.verify import completeness
from ai_afm.segment.metrics import line_score, thinned
from ai_afm.types import FloatImage

TOLERANCE = 2
"""Distance at which a wall counts as found, px."""
MIN_PIXELS = 12
"""Pieces of lines that are dropped, px, as everywhere."""
ORACLE_HALF_WIDTH = 2.0
"""An oracle knows the walls and scans so far to each side, px."""
LINE = (0.10, 2.75)
"""The goal for the time ratio below 10 %: offset and slope over c."""
SPARSE = (0.008, 0.085)
"""Densities that the mean over sparse samples is about: 1 to 8 %, as they came out."""
EFFICIENCY = {"c<2": (0.0, 0.02), "2-5": (0.02, 0.05), "5-20": (0.05, 0.20)}


@dataclass(frozen=True, slots=True)
class Truth:
    """What a sample truly has.

    Parameters
    ----------
    lines, ignore
        (lines, pixels) bool: walls, 1 px, and where nothing is scored.
    c
        Share of the frame within 2 px of a wall.
    """

    lines: Mask
    ignore: Mask
    c: float


def found(seen: FloatImage, covered: Mask, truth: Truth) -> tuple[float | None, float | None]:
    """Return recall and precision of the lines seen where the tip was slow; `None` of nothing."""
    drawn = thinned(seen > 0.5, MIN_PIXELS) & covered
    score = line_score(drawn, truth.lines, truth.ignore, TOLERANCE)
    return score.recall, score.precision


def oracle_seconds(truth: Truth, settings: Settings) -> float:
    """Return the time (s) of one who knows the walls: 5 px wide strips, planned like ours."""
    mask = along(truth.lines, ORACLE_HALF_WIDTH)
    return plan.seconds_for(plan.requests_for(mask, settings, None, plan.Asked("")), settings, None)


def figures(ground: Ground, truth: Truth, oracle: float) -> dict[str, object]:
    """Return the figures of one policy on one sample; see `ai-afm bench policy`."""
    raster = ground.settings.raster_time
    assert ground.seen is not None
    recall, precision = found(ground.seen, ground.covered, truth)
    ratio = ground.spent / raster
    said = next((s.prediction for s in ground.steps if s.prediction is not None), None)
    family = next((s.family for s in reversed(ground.steps) if s.family is not None), None)
    verified = completeness(ground) if ground.known else None
    shown = verified if verified is not None and verified.found else None
    return {
        "recall": recall,
        "precision": precision,
        "time_s": ground.spent,
        "ratio": ratio,
        "oracle_efficiency": oracle / ground.spent,
        "predicted_ratio": None if said is None else said.ratio,
        "predicted_ci": None if said is None else [said.low, said.high],
        "covered": None if said is None else said.low <= ratio <= said.high,
        "family": family,
        "completeness": None if shown is None else shown.share,
        "completeness_low": None if shown is None else shown.low,
    }


def summary(worlds: Sequence[Mapping[str, Any]], name: str) -> dict[str, object]:
    """Return the figures of one policy over all samples."""
    cs = np.array([w["c"] for w in worlds], float)
    rows = [w["policies"][name] for w in worlds]
    column = {k: np.array([r[k] for r in rows], float) for k in
              ("recall", "precision", "ratio", "oracle_efficiency")}  # fmt: skip
    by_raster = np.array([w["raster_recall"] for w in worlds], float)
    by_raster[by_raster == 0] = np.nan
    of_raster = column["recall"] / by_raster
    sparse = (cs >= SPARSE[0]) & (cs <= SPARSE[1])
    below = cs < 0.10
    excess = column["ratio"] - (LINE[0] + LINE[1] * cs)
    covered = [r["covered"] for r in rows if r["covered"] is not None]
    some = cs >= 0.02
    return {
        "sparse_mean_ratio": _mean(column["ratio"][sparse]),
        "excess_over_line": float(excess[below].max()) if below.any() else None,
        "recall_min": _least(column["recall"]),
        "recall_mean": _mean(column["recall"]),
        "recall_of_raster_min": _least(of_raster),
        "recall_of_raster_mean": _mean(of_raster),
        "precision_mean": _mean(column["precision"][some]),
        "efficiency": {
            key: _mean(column["oracle_efficiency"][(cs >= low) & (cs < high)])
            for key, (low, high) in EFFICIENCY.items()
        },
        "worst_ratio": float(column["ratio"].max()),
        "ci_coverage": float(np.mean(covered)) if covered else None,
    }


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _least(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.min()) if len(known) else None
