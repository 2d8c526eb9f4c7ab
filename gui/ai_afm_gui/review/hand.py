"""Tools by name, and what has begun with one and is no stroke yet. No Qt."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ai_afm_gui.review.line_tools import Point


class Hand(StrEnum):
    """Tools."""

    SELECT = "select"
    BRUSH = "brush"
    ERASER = "eraser"
    WIRE = "wire"
    BRIDGE = "bridge"
    CUT = "cut"
    FILL = "fill"


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What has begun and is no stroke yet.

    Parameters
    ----------
    fixed, ahead
        (n, 2) float64: the part of a trace that is decided, and the one that follows the pointer.
    sure
        Whether `ahead` is what a click would give.
    anchors
        Points that were clicked.
    ring
        (n, 2) float64: a lasso.
    """

    fixed: NDArray[np.float64] | None = None
    ahead: NDArray[np.float64] | None = None
    sure: bool = True
    anchors: tuple[Point, ...] = ()
    ring: NDArray[np.float64] | None = None
