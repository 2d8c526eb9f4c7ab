"""The label of one crop under a person's hand: strokes, undo and redo, and nothing else.

What is drawn is what `ai_afm.flywheel.strokes.paint` makes of the same strokes. Taking a stroke
back exchanges the pixels of its box, so it costs the same after one stroke and after a thousand.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.flywheel.records import Label
from ai_afm.flywheel.strokes import MAX_POINTS, Stroke, Tool, draw, draw_line
from ai_afm_gui.review.box import Box

UNDO, REDO = Stroke(Tool.UNDO), Stroke(Tool.REDO)


@dataclass(frozen=True, slots=True, eq=False)
class _Delta:
    """The pixels of a box as they are when a stroke is not there (or, taken back, when it is)."""

    box: Box
    pixels: Label


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    """A brush line that is being drawn."""

    stroke: Stroke
    before: Label
    box: Box | None


class Editor:
    """A label that is drawn on.

    Parameters
    ----------
    before
        (lines, pixels) uint8 class codes that the correction begins with; not changed.
    strokes
        What was drawn before, as it was journaled.

    Examples
    --------
    >>> editor = Editor(np.zeros((3, 5), np.uint8))
    >>> editor.apply(Stroke(Tool.BRUSH, 2, 1, ((1.0, 0.0), (1.0, 3.0))))
    Box(top=0, left=0, bottom=3, right=5)
    >>> editor.label[1].tolist(), editor.undo() is not None, editor.label.any().item()
    ([2, 2, 2, 2, 0], True, False)
    """

    def __init__(self, before: Label, strokes: Iterable[Stroke] = ()) -> None:
        self.before = before
        self.label: Label = np.array(before, np.uint8, order="C")
        self._done: list[_Delta] = []
        self._taken_back: list[_Delta] = []
        self._open: _Open | None = None
        for stroke in strokes:
            self.replay(stroke)

    @property
    def shape(self) -> tuple[int, int]:
        """(lines, pixels)."""
        return self.label.shape[0], self.label.shape[1]

    @property
    def undos(self) -> int:
        """How many strokes can be taken back."""
        return len(self._done)

    @property
    def redos(self) -> int:
        """How many strokes can be brought back."""
        return len(self._taken_back)

    @property
    def drawing(self) -> bool:
        """Whether a brush line has begun and not ended."""
        return self._open is not None

    @property
    def changed(self) -> bool:
        """Whether the label is another one than at the beginning."""
        return not np.array_equal(self.before, self.label)

    def replay(self, stroke: Stroke) -> None:
        """Do what a journaled stroke did, also where it changed nothing."""
        if stroke.tool is Tool.UNDO:
            self.undo()
        elif stroke.tool is Tool.REDO:
            self.redo()
        elif self.apply(stroke) is None:
            self._done.append(_Delta(Box(0, 0, 0, 0), self.label[:0, :0].copy()))
            self._taken_back.clear()

    def apply(self, stroke: Stroke) -> Box | None:
        """Draw a whole stroke; return what it may have changed, `None` when nothing is new."""
        box = box_of(stroke, self.shape)
        if box is None:
            return None
        before = self.label[box.slices].copy()
        draw(self.label, stroke)
        return self._keep(box, before)

    def _keep(self, box: Box, before: Label) -> Box | None:
        if np.array_equal(before, self.label[box.slices]):
            return None
        self._done.append(_Delta(box, before))
        self._taken_back.clear()
        return box

    def begin(self, code: int, width: int, point: tuple[float, float]) -> Box | None:
        """Begin a brush line; return what it changes."""
        stroke = Stroke(Tool.BRUSH, code, width)
        self._open = _Open(stroke, self.label.copy(), None)
        return self.extend(point)

    def extend(self, point: tuple[float, float]) -> Box | None:
        """Draw on to a point; return what that changes."""
        if self._open is None:
            return None
        stroke = self._open.stroke
        point = _rounded(point)
        if (stroke.points and stroke.points[-1] == point) or self.is_full:
            return None
        piece = np.array([*stroke.points[-1:], point], float)
        draw_line(self.label, piece, stroke.width, stroke.code)
        box = Box.around(piece, stroke.width / 2 + 1, self.shape)
        self._open = replace(
            self._open,
            stroke=replace(stroke, points=(*stroke.points, point)),
            box=self._open.box if box is None else box.united(self._open.box),
        )
        return box

    @property
    def is_full(self) -> bool:
        """Whether the brush line has as many points as a stroke may have."""
        return self._open is not None and len(self._open.stroke.points) >= MAX_POINTS

    def finish(self) -> Stroke | None:
        """End the brush line; return the stroke, `None` when it has changed nothing."""
        drawn, self._open = self._open, None
        if drawn is None or drawn.box is None:
            return None
        before = drawn.before[drawn.box.slices].copy()
        return None if self._keep(drawn.box, before) is None else drawn.stroke

    def cancel(self) -> Box | None:
        """Give the brush line up; return what that changes."""
        drawn, self._open = self._open, None
        if drawn is None or drawn.box is None:
            return None
        self.label[drawn.box.slices] = drawn.before[drawn.box.slices]
        return drawn.box

    def undo(self) -> Box | None:
        """Take the last stroke back; return what changes, `None` when there is none."""
        return self._exchange(self._done, self._taken_back)

    def redo(self) -> Box | None:
        """Bring back what was taken back last; return what changes, `None` when there is none."""
        return self._exchange(self._taken_back, self._done)

    def _exchange(self, source: list[_Delta], target: list[_Delta]) -> Box | None:
        if not source or self._open is not None:
            return None
        delta = source.pop()
        now = self.label[delta.box.slices].copy()
        self.label[delta.box.slices] = delta.pixels
        target.append(_Delta(delta.box, now))
        return delta.box


def box_of(stroke: Stroke, shape: tuple[int, int]) -> Box | None:
    """Return the pixels that a stroke may change, `None` when it is outside or draws nothing."""
    if stroke.tool is Tool.PIXELS:
        runs = np.array(stroke.runs, float).reshape(-1, 3)
        ends = np.vstack([runs[:, :2], runs[:, :2] + np.c_[np.zeros(len(runs)), runs[:, 2] - 1]])
        return Box.around(ends, 0, shape) if len(runs) else None
    if stroke.tool not in (Tool.BRUSH, Tool.FILL) or not stroke.points:
        return None
    reach = stroke.width / 2 + 1 if stroke.tool is Tool.BRUSH else 1
    return Box.around(np.array(stroke.points, float), reach, shape)


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    """Return a point as it is journaled; a hundredth of a pixel is finer than any hand."""
    return round(float(point[0]), 2), round(float(point[1]), 2)
