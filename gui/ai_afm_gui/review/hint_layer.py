"""Hints as pixels: thin and dashed, without a colour of their own."""

import math
from collections.abc import Sequence

import numpy as np
from qtpy.QtCore import QRectF
from qtpy.QtGui import QColor, QPainter

from ai_afm_gui.review.camera import Camera
from ai_afm_gui.review.centrelines import Segment
from ai_afm_gui.review.layers import paint_layer
from ai_afm_gui.review.line_layer import dashed, on_screen, stroke

SHADE, EDGE = QColor(255, 255, 255), QColor(8, 10, 14, 150)
"""No colour of a class: a hint has none until somebody draws it."""
DASH = (5.0, 5.0)
WIDTH, EDGE_WIDTH = 1.5, 3.6


def paint_hints(
    painter: QPainter, hints: Sequence[Segment], camera: Camera, area: QRectF, ratio: float
) -> None:
    """Paint what the model half sees over a part of a view."""
    if not hints:
        return
    moved = camera.moved(-area.left(), -area.top())
    size = math.ceil(area.height() * ratio), math.ceil(area.width() * ratio)
    if min(size) < 1:
        return
    layer = np.zeros((*size, 4), np.uint8)
    pieces = dashed(on_screen([h.points for h in hints], moved, ratio), DASH, ratio)
    stroke(layer, pieces, EDGE, EDGE_WIDTH * ratio)
    stroke(layer, pieces, SHADE, WIDTH * ratio)
    paint_layer(painter, layer, area.topLeft(), ratio)
