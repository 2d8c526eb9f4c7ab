"""Lines as pixels: by class, equally wide at any magnification, each on a dark edge."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from qtpy.QtGui import QColor

from ai_afm.types import ClassCode
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.review.camera import Camera
from ai_afm_gui.review.centrelines import Segment

EDGE = QColor(8, 10, 14, 215)
"""Under every line on an image, so that it stands out from bright and dark grounds alike."""
WIDTH, EDGE_WIDTH = 2.0, 4.0
DASHES = {ClassCode.GRAIN_BOUNDARY: (11.0, 6.0), ClassCode.TOPOGRAPHY_EDGE: (3.0, 6.0)}
"""Classes whose lines are broken, a second sign beside the colour: pixels of dash and of gap."""
SPACING = 2.5
"""Pixels of the screen between two points of a line, at least."""
NEAR = 2.0
"""Screen pixels of an image pixel from which there is room for a wider edge."""
_SHIFT = 4


def line_layer(
    segments: Sequence[Segment], camera: Camera, size: tuple[int, int], ratio: float
) -> NDArray[np.uint8]:
    """Return lines by class as pixels to be laid over a view, each line on a dark edge.

    They are as wide on the screen at any magnification. (Qt strokes lines a hundred times slower.)

    Parameters
    ----------
    segments
        Lines in the crop.
    camera
        Which part of it is seen, in logical pixels.
    size
        (width, height) of the view, logical pixels.
    ratio
        Pixels of the screen for a logical one.

    Returns
    -------
    NDArray
        (lines, pixels, 4) uint8: blue, green, red, alpha, premultiplied.
    """
    width, height = (max(round(n * ratio), 1) for n in size)
    layer = np.zeros((height, width, 4), np.uint8)
    by_class: dict[int, list[NDArray[np.float64]]] = {}
    for segment in segments:
        by_class.setdefault(segment.code, []).append(segment.points)
    drawn = {code: on_screen(found, camera, ratio) for code, found in by_class.items()}
    more = 1.0 if camera.scale >= NEAR else 0.0
    for pieces in drawn.values():
        stroke(layer, pieces, EDGE, (EDGE_WIDTH + more) * ratio)
    for code, pieces in drawn.items():
        steps = DASHES.get(ClassCode(code))
        whole = pieces if steps is None else dashed(pieces, steps, ratio)
        stroke(layer, whole, QColor(LINES[ClassCode(code)]), WIDTH * ratio)
    return layer


def on_screen(
    pieces: Sequence[NDArray[np.float64]], camera: Camera, ratio: float
) -> list[NDArray[np.float64]]:
    """Return lines on the screen, without points that are closer than `SPACING`; ends stay."""
    ends = np.cumsum([len(p) for p in pieces])
    points = placed(np.concatenate(pieces), camera) * ratio
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    kept = np.diff(np.floor(along / (SPACING * ratio)), prepend=-1.0) > 0
    kept[ends - 1] = True
    kept[np.concatenate([[0], ends[:-1]])] = True
    return np.split(points[kept], np.cumsum(kept)[ends - 1][:-1])


def stroke(
    layer: NDArray[np.uint8], pieces: Sequence[NDArray[np.float64]], colour: QColor, width: float
) -> None:
    """Draw lines into a layer, in place, with a width in its pixels."""
    alpha = colour.alphaF()
    shade = [round(n * alpha) for n in (colour.blue(), colour.green(), colour.red(), 255)]
    fixed = [np.rint(np.clip(p, -9e3, 9e3) * (1 << _SHIFT)).astype(np.int32) for p in pieces]
    cv2.polylines(layer, fixed, False, shade, max(round(width), 1), cv2.LINE_AA, _SHIFT)


def dashed(
    pieces: Sequence[NDArray[np.float64]], steps: tuple[float, float], ratio: float
) -> list[NDArray[np.float64]]:
    """Return lines cut into dashes; `steps` are the lengths of a dash and of a gap."""
    dash, gap = (n * ratio for n in steps)
    found = []
    for points in pieces:
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        starts = np.arange(0, max(along[-1], 0.1), dash + gap)
        cuts = np.sort(np.concatenate([along, starts, np.minimum(starts + dash, along[-1])]))
        whole = np.stack([np.interp(cuts, along, column) for column in points.T], axis=1)
        first = np.searchsorted(cuts, starts)
        behind = np.searchsorted(cuts, np.minimum(starts + dash, along[-1]), "right")
        found += [whole[a:b] for a, b in zip(first, behind, strict=True)]
    return found


def placed(points: NDArray[np.float64], camera: Camera) -> NDArray[np.float64]:
    """Return (row, column) points as (x, y) on the screen."""
    return (points[:, ::-1] + 0.5) * camera.scale + (camera.x, camera.y)
