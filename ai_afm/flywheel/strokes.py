"""What a person draws, stroke by stroke, and the label that comes of it.

A stroke is a JSON object. Taking one back is a stroke as well, so a list of strokes only grows.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.flywheel.records import Label
from ai_afm.types import ClassCode

MAX_POINTS = 10_000
"""Most points of a stroke."""
MAX_WIDTH = 64
"""Widest brush, px."""
MAX_RUNS = 200_000
"""Most runs of pixels of a stroke."""
REACH = 10_000.0
"""Largest pixel coordinate, either sign: a stroke may leave its window."""


class Tool(StrEnum):
    """What a stroke does."""

    BRUSH = "brush"
    FILL = "fill"
    PIXELS = "pixels"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke.

    Parameters
    ----------
    tool
        `BRUSH` draws a line through the points, `FILL` the area that they enclose, `PIXELS` exactly
        the pixels of its runs: a whole line of another class, lines that are deleted, an area that
        lines enclose. `UNDO` takes back the last stroke that is not taken back, `REDO` brings back
        the one that was taken back last; with nothing to take or bring back they change nothing.
    code
        Class that is drawn; 0 rubs out.
    width
        Of the brush, px.
    points
        (row, column) in the window, 0 is the centre of the first pixel.
    runs
        (row, first column, number of pixels), all of them in the window.

    Examples
    --------
    >>> stroke = Stroke(Tool.BRUSH, 2, 1, ((1.0, 0.0), (1.0, 3.0)))
    >>> paint(np.zeros((3, 5), np.uint8), [stroke]).tolist()[1]
    [2, 2, 2, 2, 0]
    """

    tool: Tool
    code: int = 0
    width: int = 1
    points: tuple[tuple[float, float], ...] = ()
    runs: tuple[tuple[int, int, int], ...] = ()


def encode(stroke: Stroke) -> dict[str, Any]:
    """Return a stroke as a JSON object."""
    if stroke.tool in (Tool.UNDO, Tool.REDO):
        return {"tool": stroke.tool.value}
    if stroke.tool is Tool.PIXELS:
        runs = [list(run) for run in stroke.runs]
        return {"tool": stroke.tool.value, "code": int(stroke.code), "runs": runs}
    return {
        "tool": stroke.tool.value,
        "code": int(stroke.code),
        "width_px": stroke.width,
        "points": [list(point) for point in stroke.points],
    }


def decode(stored: Any) -> Stroke:
    """Return the stroke in a JSON object.

    Raises
    ------
    BadInput
        When a key is missing or unknown, the class is none, or a number is out of bounds.
    """
    if not isinstance(stored, Mapping):
        raise BadInput("a stroke is a JSON object")
    tool = stored.get("tool")
    if tool not in list(Tool):
        raise BadInput(f"unknown tool {str(tool)[:40]!r}; known: {', '.join(Tool)}")
    if tool in (Tool.UNDO, Tool.REDO):
        _check_keys(stored, {"tool"})
        return Stroke(Tool(tool))
    shape = {"runs"} if tool == Tool.PIXELS else {"width_px", "points"}
    _check_keys(stored, {"tool", "code"} | shape)
    code = stored["code"]
    if type(code) is not int or code not in list(ClassCode):
        raise BadInput(f"a stroke has the unknown class {str(code)[:40]}")
    if tool == Tool.PIXELS:
        return Stroke(Tool(tool), code, runs=_runs(stored["runs"]))
    width = stored["width_px"]
    if type(width) is not int or not 1 <= width <= MAX_WIDTH:
        raise BadInput(f"a brush is 1 to {MAX_WIDTH} px wide, not {str(width)[:40]}")
    return Stroke(Tool(tool), code, width, _points(stored["points"]))


def _check_keys(stored: Mapping[str, Any], keys: set[str]) -> None:
    if set(stored) != keys:
        raise BadInput(f"a stroke {stored['tool']} has the keys {', '.join(sorted(keys))}")


def _points(stored: Any) -> tuple[tuple[float, float], ...]:
    if not isinstance(stored, Sequence) or not 1 <= len(stored) <= MAX_POINTS:
        raise BadInput(f"a stroke has 1 to {MAX_POINTS} points")
    points = []
    for point in stored:
        sound = isinstance(point, Sequence) and len(point) == 2 and all(map(_is_place, point))
        if not sound:
            raise BadInput("a point of a stroke is (row, column) in px, both finite")
        points.append((float(point[0]), float(point[1])))
    return tuple(points)


def _runs(stored: Any) -> tuple[tuple[int, int, int], ...]:
    if not isinstance(stored, Sequence) or not 1 <= len(stored) <= MAX_RUNS:
        raise BadInput(f"a stroke of pixels has 1 to {MAX_RUNS} runs")
    runs = []
    for run in stored:
        sound = isinstance(run, Sequence) and len(run) == 3 and all(type(n) is int for n in run)
        if not (sound and min(run) >= 0 and max(run) <= REACH and run[2] > 0):
            raise BadInput("a run is (row, first column, number of pixels), none of them negative")
        runs.append((run[0], run[1], run[2]))
    return tuple(runs)


def _is_place(number: Any) -> bool:
    return type(number) in (int, float) and math.isfinite(number) and abs(number) <= REACH


def effective(strokes: Iterable[Stroke]) -> list[Stroke]:
    """Return the strokes that count once all undo and redo are done."""
    kept: list[Stroke] = []
    taken_back: list[Stroke] = []
    for stroke in strokes:
        if stroke.tool is Tool.UNDO:
            if kept:
                taken_back.append(kept.pop())
        elif stroke.tool is Tool.REDO:
            if taken_back:
                kept.append(taken_back.pop())
        else:
            kept.append(stroke)
            taken_back.clear()
    return kept


def paint(before: Label, strokes: Iterable[Stroke]) -> Label:
    """Return the label after strokes.

    Parameters
    ----------
    before
        (lines, pixels) uint8; not changed.
    strokes
        In their order.

    Returns
    -------
    Label
        A new array.
    """
    label: Label = np.array(before, np.uint8, order="C")
    for stroke in effective(strokes):
        draw(label, stroke)
    return label


def runs_of(mask: NDArray[np.bool_]) -> tuple[tuple[int, int, int], ...]:
    """Return the runs of pixels of a mask, (lines, pixels) bool, for a stroke `PIXELS`.

    Examples
    --------
    >>> runs_of(np.array([[0, 1, 1, 0], [1, 0, 0, 1]], bool))
    ((0, 1, 2), (1, 0, 1), (1, 3, 1))
    """
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, first = np.nonzero(edges == 1)
    _, behind = np.nonzero(edges == -1)
    found = np.stack([rows, first, behind - first], axis=1).tolist()
    return tuple((row, column, count) for row, column, count in found)


_SHIFT = 4
"""Bits behind the point of the coordinates that areas are filled with: sixteenths of a pixel."""


def draw(label: Label, stroke: Stroke) -> None:
    """Draw one brush line, filled area or set of pixels into a label, in place."""
    if stroke.tool is Tool.PIXELS:
        for row, first, count in stroke.runs:
            # what lies beyond the window is left out, as for the other tools
            label[row : row + 1, first : first + count] = stroke.code
        return
    points = np.asarray(stroke.points, float)
    if stroke.tool is Tool.BRUSH:
        draw_line(label, points, stroke.width, stroke.code)
        return
    fixed = np.rint(points[:, ::-1] * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)
    cv2.fillPoly(label, [fixed], int(stroke.code), cv2.LINE_8, _SHIFT)


def draw_line(label: Label, points: NDArray[np.float64], width: int, code: int) -> None:
    """Draw a line with round ends into a label, in place.

    Every pixel whose centre lies within half the width of the line belongs to it, and those that
    its points lie in. (OpenCV's thick lines are up to 2 px wider than they are told to be.)

    Parameters
    ----------
    label
        (lines, pixels) uint8.
    points
        (n, 2) float64, (row, column).
    width, code
        px, and class.
    """
    shape = np.array(label.shape)
    nearest = np.rint(points).astype(np.int64)
    inside = ((nearest >= 0) & (nearest < shape)).all(axis=1)
    label[tuple(nearest[inside].T)] = code
    ends = points[1:] if len(points) > 1 else points
    for a, b in zip(points, ends, strict=False):
        low = np.clip(np.ceil(np.minimum(a, b) - width / 2), 0, shape).astype(int)
        high = np.clip(np.floor(np.maximum(a, b) + width / 2) + 1, 0, shape).astype(int)
        if (low >= high).any():
            continue
        box = np.moveaxis(np.mgrid[low[0] : high[0], low[1] : high[1]], 0, -1) - a
        along = b - a
        share = np.clip(box @ along / max(float(along @ along), 1e-12), 0, 1)
        away = np.square(box - share[..., None] * along).sum(axis=-1)
        # the last digits of a line half-way between two rows must not decide
        label[low[0] : high[0], low[1] : high[1]][away <= width**2 / 4 + 1e-9] = code
