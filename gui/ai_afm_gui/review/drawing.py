"""One crop under a person's hand: tools, gestures and what is to be shown. No Qt.

Points are (row, column) in the crop, px; 0 is the centre of the first pixel. Whatever changes the
label is one stroke, given to `on_stroke` once it is done; that of taking one back, too.
"""

from collections.abc import Callable, Iterable

import numpy as np

from ai_afm.flywheel.records import Label
from ai_afm.flywheel.strokes import MAX_WIDTH, Stroke
from ai_afm.types import ClassCode, FloatImage
from ai_afm_gui.review import line_tools
from ai_afm_gui.review.box import Box
from ai_afm_gui.review.centrelines import LINES, Centrelines, Segment
from ai_afm_gui.review.editor import REDO, UNDO, Editor
from ai_afm_gui.review.hand import Hand, Preview
from ai_afm_gui.review.hints import Hints
from ai_afm_gui.review.line_tools import LINE_WIDTH, Point
from ai_afm_gui.review.lining import Lining
from ai_afm_gui.review.picking import Picking
from ai_afm_gui.review.trace import Submit, Trace
from ai_afm_gui.review.wire import LiveWire

PICK = 6.0
"""Pixels beside a line in which a click still means it, at least."""
CLICK = 2.0
"""A drag that stays within so many pixels is a click."""


class Drawing:
    """The drawing of one crop.

    Parameters
    ----------
    before
        (lines, pixels) uint8: the label that the correction began with.
    line
        (lines, pixels) float32: probability of any line.
    submit
        Lets a thread do something; at once, in a test.
    strokes
        What was journaled before.
    codes
        (lines, pixels) uint8: the class that the model gives most to a line there; `None` where
        nobody knows, then hints have the commonest class of the label.
    """

    def __init__(
        self,
        before: Label,
        line: FloatImage,
        submit: Submit,
        strokes: Iterable[Stroke] = (),
        codes: Label | None = None,
    ) -> None:
        self.editor = Editor(before, strokes)
        self.wire = LiveWire(line)
        self.lining = Lining(self.editor.label, submit)
        self.on_stroke: Callable[[Stroke], None] = lambda stroke: None
        self.tool, self.code = Hand.WIRE, _commonest(self.editor.label)
        self.sizes = {Hand.BRUSH: LINE_WIDTH, Hand.ERASER: 3 * LINE_WIDTH}
        self.fill_code = int(ClassCode.IGNORE)
        if codes is None:
            codes = np.full(before.shape, self.code, np.uint8)
        self.picking = Picking(self.lining, Hints(line, codes))
        self.trace: Trace | None = None
        self.strokes = 0
        self.drawn = self.moved = 0
        self._submit = submit
        self._drag: list[Point] | None = None
        self._last: Point | None = None
        self._pointer: Point = (0.0, 0.0)
        self._shift = False

    @property
    def picked(self) -> tuple[Segment, ...]:
        """Lines and hints that are picked."""
        return self.picking.all

    @property
    def size(self) -> int:
        """Width of what the tool draws, px."""
        return self.sizes.get(self.tool, LINE_WIDTH)

    @property
    def busy(self) -> bool:
        """Whether a gesture has begun and not ended."""
        return self._drag is not None or self.trace is not None or self.editor.drawing

    @property
    def lines(self) -> Centrelines:
        """Middle lines, as they are known."""
        return self.lining.lines

    @property
    def version(self) -> tuple[int, int, int]:
        """Another one whenever something is to be painted anew."""
        return self.drawn, self.lining.count, self.moved

    def press(self, point: Point, *, shift: bool = False) -> None:
        """Begin, or place an anchor; a stroke whose end was never seen ends here."""
        self._pointer, self._shift = point, shift
        self._drag = None
        if self.editor.drawing:
            self._end_brush()
        match self.tool:
            case Hand.BRUSH | Hand.ERASER if shift and self._last is not None:
                self._commit(line_tools.straight(self._last, point, self._code, self.size))
                self._last = point
            case Hand.BRUSH | Hand.ERASER:
                self._touch(self.editor.begin(self._code, self.size, point))
                self._last = point
            case Hand.WIRE:
                self._anchor(point, straight=shift)
            case Hand.FILL:
                self._commit(line_tools.fill(self.editor.label, point, self.fill_code))
            case Hand.SELECT | Hand.BRIDGE | Hand.CUT:
                self._drag = [point]
        self.moved += 1

    def move(self, point: Point, *, shift: bool = False) -> None:
        """Go on to a point."""
        self._pointer, self._shift = point, shift
        if self.editor.drawing:
            if self.editor.is_full:
                self._end_brush()
                self._touch(self.editor.begin(self._code, self.size, point))
            self._touch(self.editor.extend(point))
            self._last = point
        elif self._drag is not None:
            self._drag.append(point)
        self.moved += 1

    def release(self, point: Point, *, shift: bool = False, reach: float = PICK) -> None:
        """End a drag."""
        if self.editor.drawing:
            self._touch(self.editor.extend(point))
            self._end_brush()
        elif self._drag is not None:
            drag, self._drag = [*self._drag, point], None
            self._dragged(drag, shift=shift, reach=reach)
        self.moved += 1

    def _dragged(self, drag: list[Point], *, shift: bool, reach: float) -> None:
        start, end = drag[0], drag[-1]
        if self.tool is Hand.CUT:
            self._commit(line_tools.cut(self.editor.label, start, end))
        elif self.tool is Hand.BRIDGE:
            self._commit(
                line_tools.bridge(self.lining.fresh(), self.wire.ridge, start, end, self.code)
            )
        else:
            span = max(np.hypot(p[0] - start[0], p[1] - start[1]) for p in drag)
            if span <= CLICK:
                self.picking.click(start, reach, more=shift)
            else:
                self.picking.lasso(np.array(drag, float), more=shift)

    def double(self, point: Point) -> None:
        """Finish a trace; pick all that hangs together with a line."""
        if self.trace is not None:
            self.finish()
        elif self.tool is Hand.SELECT:
            self.picking.piece(point, PICK)
            self.moved += 1

    def _anchor(self, point: Point, *, straight: bool) -> None:
        if self.trace is None:
            self.trace = Trace(self.wire, self._submit)
        elif self.trace.closes_at(point):
            self.trace.close()
            self.finish()
            return
        elif self.trace.ends_at(point):
            self.finish()
            return
        self.trace.add(point, straight=straight)

    def finish(self) -> None:
        """End a trace where it is; what was clicked stays."""
        if self.trace is None:
            return
        trace, self.trace = self.trace, None
        trace.wait()
        stroke = trace.stroke(self.code)
        if stroke is not None:
            self._commit(line_tools.along(self.editor.label, self.lining.fresh(), stroke))
        self.moved += 1

    def confirm(self) -> None:
        """Finish a trace; else draw the hints that are picked, as what the model takes them for."""
        code = self.picking.likeliest()
        if self.trace is not None:
            self.finish()
        elif code is not None:
            self.picking.lines = ()
            self._rename(code)
        self.moved += 1

    def escape(self) -> bool:
        """Give up what has begun, else what is picked; return whether there was anything."""
        had = self.busy or bool(self.picked)
        if self.busy:
            self.trace, self._drag = None, None
            self._touch(self.editor.cancel())
        else:
            self.picking.clear()
        self.moved += 1
        return had

    def settle(self) -> None:
        """Finish a trace, and end everything else that has begun: an answer follows."""
        self.finish()
        if self.editor.drawing:
            self._end_brush()
        self._drag = None

    def choose(self, tool: Hand) -> None:
        """Take another tool; a trace is finished, what else has begun is given up."""
        self.finish()
        if self.busy:
            self.escape()
        self.tool = tool
        if tool is not Hand.SELECT:
            self.picking.clear()
        self.moved += 1

    def choose_class(self, code: int) -> None:
        """Take another class; what is picked gets it."""
        if self.tool is Hand.FILL:
            self.fill_code = code
        elif code in {int(c) for c in LINES} or self.tool is Hand.BRUSH:
            self.code = code
        if self.picked:
            self._rename(code)
        self.moved += 1

    def delete(self) -> None:
        """Delete what is picked, or take the last anchor back."""
        if self.trace is not None:
            self._one_anchor_back(self.trace)
        elif self.picked:
            self._rename(int(ClassCode.BACKGROUND))
        self.moved += 1

    def pick_shorter(self, length: float, pitch: tuple[float, float]) -> int:
        """Pick all lines that are shorter than `length`, m; return how many."""
        self.choose(Hand.SELECT)
        return self.picking.shorter(length, pitch)

    def pick_all(self) -> int:
        """Pick all lines; return how many."""
        self.choose(Hand.SELECT)
        self.picking.every()
        return len(self.picked)

    def pick_alike(self) -> int:
        """Pick all lines of the classes that are picked, or of the chosen one; return how many."""
        self.choose(Hand.SELECT)
        self.picking.alike(self.code)
        return len(self.picked)

    def show_hints(self, on: bool) -> None:
        """Show what the model half sees, or hide it."""
        self.picking.show_hints(on)
        self.moved += 1

    def resize(self, steps: int) -> None:
        """Make the brush or the eraser larger or smaller, by a fifth each step."""
        if self.tool in self.sizes:
            size = self.sizes[self.tool]
            for _ in range(abs(steps)):
                grown = max(size + 1, round(size * 1.2)), min(size - 1, round(size / 1.2))
                size = grown[0] if steps > 0 else grown[1]
            self.sizes[self.tool] = min(max(size, 1), MAX_WIDTH)
        self.moved += 1

    def undo(self) -> None:
        """Take the last stroke back, or the last anchor; tool and class stay."""
        if self.trace is not None:
            self._one_anchor_back(self.trace)
        elif self.busy:
            self.escape()
        else:
            self._history(self.editor.undo(), UNDO)

    def redo(self) -> None:
        """Bring back what was taken back last."""
        if not self.busy:
            self._history(self.editor.redo(), REDO)

    def poll(self) -> None:
        """Take over what threads have done, and give them what is to be done; cheap."""
        if self.trace is not None and self.trace.advance():
            self.moved += 1
        self.lining.poll(drawing=self.editor.drawing)

    def preview(self) -> Preview:
        """Return what has begun and is no stroke yet."""
        if self.trace is not None and self.trace.anchors:
            ahead = self.trace.ahead(self._pointer, straight=self._shift)
            anchors = tuple(self.trace.anchors)
            sure = self._shift or self.trace.is_ready
            return Preview(self.trace.drawn(), ahead, sure, anchors)
        if self._drag is not None and self.tool is Hand.SELECT:
            return Preview(ring=np.array(self._drag, float))
        if self._drag is not None:
            return Preview(ahead=np.array([self._drag[0], self._drag[-1]], float))
        return Preview()

    @property
    def _code(self) -> int:
        return int(ClassCode.BACKGROUND) if self.tool is Hand.ERASER else self.code

    def _one_anchor_back(self, trace: Trace) -> None:
        if len(trace.anchors) <= 1:
            self.trace = None
        else:
            trace.back()
        self.moved += 1

    def _rename(self, code: int) -> None:
        self._commit(self.picking.stroke(self.editor.label, code))
        self.picking.clear()

    def _commit(self, stroke: Stroke | None) -> None:
        box = None if stroke is None else self.editor.apply(stroke)
        if stroke is not None and box is not None:
            self._touch(box)
            self._done(stroke)

    def _end_brush(self) -> None:
        stroke = self.editor.finish()
        if stroke is not None:
            self._done(stroke)

    def _history(self, box: Box | None, stroke: Stroke) -> None:
        if box is not None:
            self.picking.clear()
            self._touch(box)
            self._done(stroke)

    def _done(self, stroke: Stroke) -> None:
        self.strokes += 1
        self.on_stroke(stroke)

    def _touch(self, box: Box | None) -> None:
        if box is not None:
            self.lining.touch(box)
            self.drawn += 1


def _commonest(label: Label) -> int:
    """Return the class of most lines in a label; that of 180-degree walls where there is none."""
    counts = np.bincount(label.ravel(), minlength=256)[[int(c) for c in LINES]]
    return int(LINES[int(counts.argmax())]) if counts.any() else int(ClassCode.WALL_180)
