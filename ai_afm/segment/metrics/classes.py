"""How well a segmentation names what it draws, where the truth names it too."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.segment.metrics.calibration import class_reliability, class_wise_ece
from ai_afm.segment.metrics.chains import Mask
from ai_afm.segment.metrics.confusion import LINE_CODES, coded_lines, type_confusion
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Segmentation

TOLERANCE = 2.0
"""Distance up to which a drawn line stands for the true one, px."""


def class_scores(
    segmentation: Segmentation, codes: NDArray[np.uint8], ignore: Mask, min_pixels: int
) -> dict[str, Any]:
    """Return the per-type confusion of lines and the calibration of each class.

    Parameters
    ----------
    segmentation
        What a model said about the whole frame.
    codes
        (lines, pixels) uint8: the true class code on 1-px lines, 0 elsewhere.
    ignore
        (lines, pixels) bool: pixels that count neither for nor against.
    min_pixels
        Pieces of the drawn mask with fewer pixels are dropped.

    Returns
    -------
    dict
        `confusion`, see `Confusion.rows`; `wall_vs_boundary_confusion`; `ece`, the mean over the
        model's line classes; `ece_by_class`, by class code, and of "wall": a domain wall of
        whatever type. Where the channels cannot tell the type, a wall that is rightly given as
        undetermined (1) still counts as an error of 1 and of its true type: there "wall" is fair.
    """
    drawn = coded_lines(segmentation.label, LINE_CODES, min_pixels)
    lines = np.where(np.isin(codes, LINE_CODES), codes, 0).astype(np.uint8)
    confusion = type_confusion(drawn, lines, ignore, TOLERANCE)
    truth = _known(banded(lines), segmentation.classes)
    curves = class_reliability(segmentation.probability, segmentation.classes, truth, ignore)
    walls = np.isin(lines, DOMAIN_WALL_CODES).astype(np.uint8)
    wall = segmentation.probability_of(*DOMAIN_WALL_CODES)
    either = class_reliability(wall[None], (1,), banded(walls), ignore)
    return {
        "confusion": confusion.rows(),
        "wall_vs_boundary_confusion": confusion.wall_vs_boundary(),
        "ece": class_wise_ece(curves),
        "ece_by_class": {str(code): curve.ece for code, curve in curves.items()}
        | {"wall": either[1].ece},
    }


def banded(lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Widen coded 1-px lines to the 3-px bands that probabilities are trained on.

    Where bands of two classes meet, the higher code stands; the line itself is never painted over.
    """
    wide = np.asarray(cv2.dilate(lines, np.ones((3, 3), np.uint8)), np.uint8)
    return np.where(lines > 0, lines, wide)


def _known(truth: NDArray[np.uint8], classes: tuple[int, ...]) -> NDArray[np.uint8]:
    """Name walls whose type the model does not know as it would: walls of undetermined type."""
    unknown = [
        code for code in (ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC) if code not in classes
    ]
    return np.where(np.isin(truth, unknown), ClassCode.WALL, truth).astype(np.uint8)
