"""What a segmentation is worth: lines, topology, classes, calibration.

Masks are (lines, pixels) bool, lines 1 px wide unless said, distances in pixels.
"""

from ai_afm.segment.metrics.calibration import (
    Reliability,
    asked_pixels,
    auroc,
    class_reliability,
    class_wise_ece,
    reliability,
)
from ai_afm.segment.metrics.confusion import Confusion, coded_lines, type_confusion
from ai_afm.segment.metrics.lines import (
    LineScore,
    cl_dice,
    coded,
    density_error,
    joined,
    length_density,
    line_length,
    line_score,
    near_share,
    random_lines,
    thinned,
)
from ai_afm.segment.metrics.topology import (
    BettiError,
    betti,
    betti_errors,
    betti_errors_in_windows,
    junction_score,
    junctions,
)

__all__ = [
    "BettiError",
    "Confusion",
    "LineScore",
    "Reliability",
    "asked_pixels",
    "auroc",
    "betti",
    "betti_errors",
    "betti_errors_in_windows",
    "cl_dice",
    "class_reliability",
    "class_wise_ece",
    "coded",
    "coded_lines",
    "density_error",
    "joined",
    "junction_score",
    "junctions",
    "length_density",
    "line_length",
    "line_score",
    "near_share",
    "random_lines",
    "reliability",
    "thinned",
    "type_confusion",
]
