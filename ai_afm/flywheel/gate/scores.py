"""Scores from sums of counts, for one sum or for many at once."""

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.gate.tally import INDEX, Counts
from ai_afm.segment.metrics.calibration import BINS

Numbers = NDArray[np.float64]


def column(sums: Counts, name: str) -> Numbers:
    """Return a count of sums (..., columns)."""
    values: Numbers = sums[..., INDEX[name]]
    return values


def f1(sums: Counts, group: str = "line") -> Numbers:
    """Return F1 at 2 px of "line" or another key of `tally.SCORED`; 0 where nothing is right."""
    drawn, right, true, found = (
        column(sums, f"{group}.{part}") for part in ("drawn", "right", "true", "found")
    )
    return _harmonic(right / np.maximum(drawn, 1.0), found / np.maximum(true, 1.0))


def centreline_dice(sums: Counts) -> Numbers:
    """Return the centreline Dice of any line."""
    precision = column(sums, "cl_right") / np.maximum(column(sums, "cl_drawn"), 1.0)
    recall = column(sums, "cl_found") / np.maximum(column(sums, "cl_true"), 1.0)
    return _harmonic(precision, recall)


def betti_error(sums: Counts) -> Numbers:
    """Return the mean difference of pieces and of holes in a window of 64 px."""
    both = column(sums, "betti0") + column(sums, "betti1")
    return both / np.maximum(column(sums, "cases"), 1.0)


def calibration_error(sums: Counts) -> Numbers:
    """Return the expected calibration error of "any line" near lines, true or suspected."""
    count, said, right = (
        sums[..., [INDEX[f"{part}{k}"] for k in range(BINS)]] for part in ("count", "said", "right")
    )
    gap: Numbers = np.abs(said - right).sum(axis=-1)
    error: Numbers = gap / np.maximum(count.sum(axis=-1), 1.0)
    return error


def empty_rate(sums: Counts) -> Numbers:
    """Return the share of crops with lines in which nothing is drawn."""
    return column(sums, "missed_all") / np.maximum(column(sums, "lined"), 1.0)


def litter_rate(sums: Counts) -> Numbers:
    """Return the share of empty crops in which something is drawn."""
    return column(sums, "littered") / np.maximum(column(sums, "blank"), 1.0)


def crossed_share(sums: Counts) -> Numbers:
    """Return the share of drawn pixels on a line whose class is the one theirs is exchanged with.

    Of the pixels that lie on any line.
    """
    return column(sums, "crossed") / np.maximum(column(sums, "line.right"), 1.0)


def _harmonic(a: Numbers, b: Numbers) -> Numbers:
    both: Numbers = 2 * a * b / np.maximum(a + b, 1e-12)
    return both
