"""Lines and hints that are picked, and what a class makes of them: one stroke. No Qt."""

from collections.abc import Iterable

import numpy as np

from ai_afm.flywheel.records import Label
from ai_afm.flywheel.strokes import Stroke, Tool, draw_line, runs_of
from ai_afm.types import ClassCode
from ai_afm_gui.review import line_tools
from ai_afm_gui.review.centrelines import LINES, Points, Segment
from ai_afm_gui.review.hints import Hints
from ai_afm_gui.review.line_tools import LINE_WIDTH, Point
from ai_afm_gui.review.lining import Lining


class Picking:
    """What is picked on one sheet.

    Parameters
    ----------
    lining
        The lines that are drawn.
    hints
        What the model half sees.
    """

    def __init__(self, lining: Lining, hints: Hints) -> None:
        self.lines: tuple[Segment, ...] = ()
        self.hints: tuple[Segment, ...] = ()
        self.shows_hints = False
        self._lining, self._hints = lining, hints
        self._known: tuple[int, tuple[Segment, ...]] = (-1, ())

    @property
    def all(self) -> tuple[Segment, ...]:
        """All that is picked."""
        return (*self.lines, *self.hints)

    def shown_hints(self) -> tuple[Segment, ...]:
        """Return the hints beside the lines as they are known; none when they are not shown."""
        if not self.shows_hints:
            return ()
        if self._known[0] != self._lining.count:
            self._known = self._lining.count, self._hints.beside(self._lining.lined)
        return self._known[1]

    def show_hints(self, on: bool) -> None:
        """Show hints or hide them; a hidden one is not picked."""
        self.shows_hints = on
        self.hints = self.hints if on else ()

    def clear(self) -> None:
        """Pick nothing."""
        self.lines, self.hints = (), ()

    def click(self, point: Point, reach: float, *, more: bool) -> None:
        """Pick the line next to a point, else the hint; `more` adds it, or lets it go again."""
        line = self._lining.fresh().nearest(point, reach)
        hint = None if line is not None else nearest(self.shown_hints(), point, reach)
        if not more:
            self.clear()
        if line is not None:
            self.lines = _flipped(self.lines, line)
        elif hint is not None:
            self.hints = _flipped(self.hints, hint)

    def lasso(self, ring: Points, *, more: bool) -> None:
        """Pick the lines of which more than half lies within a ring; no hints."""
        found = line_tools.in_lasso(self._lining.fresh(), ring)
        self._take(found, more=more)

    def piece(self, point: Point, reach: float) -> None:
        """Pick all that hangs together with the line next to a point."""
        one = self._lining.fresh().nearest(point, reach)
        if one is not None:
            self._take(self._lining.lines.piece_of(one), more=False)

    def every(self) -> None:
        """Pick all lines; no hints, which are none yet."""
        self._take(self._lining.fresh().segments, more=False)

    def alike(self, code: int) -> None:
        """Pick all lines of the classes that are picked, of class `code` when nothing is."""
        codes = {s.code for s in self.lines} or {code}
        self._take([s for s in self._lining.fresh().segments if s.code in codes], more=False)

    def shorter(self, length: float, pitch: tuple[float, float]) -> int:
        """Pick all lines shorter than `length`, m; return how many."""
        self._take(self._lining.fresh().shorter(length, pitch), more=False)
        return len(self.lines)

    def likeliest(self) -> int | None:
        """Return the class that the model gives most of the picked hints; `None` without any."""
        if not self.hints:
            return None
        weight = {code: sum(len(s.pixels) for s in self.hints if s.code == code) for code in LINES}
        return int(max(LINES, key=lambda code: weight[code]))

    def stroke(self, label: Label, code: int) -> Stroke | None:
        """Return what gives all that is picked a class, 0 deletes it; `None` if nothing changes.

        A hint is drawn as wide as any other line; to delete one changes nothing.
        """
        mask = self._lining.fresh().pixels_of(label, self.lines)
        if code != ClassCode.BACKGROUND:
            drawn = np.zeros(label.shape, np.uint8)
            for hint in self.hints:
                draw_line(drawn, hint.points, LINE_WIDTH, 1)
            mask |= drawn > 0
        mask &= label != code
        return Stroke(Tool.PIXELS, code, runs=runs_of(mask)) if mask.any() else None

    def _take(self, found: Iterable[Segment], *, more: bool) -> None:
        kept = self.all if more else ()
        self.hints = self.hints if more else ()
        self.lines = (
            *(self.lines if more else ()),
            *(s for s in found if not any(s is k for k in kept)),
        )


def nearest(segments: Iterable[Segment], point: Point, reach: float) -> Segment | None:
    """Return the line nearest to (row, column), `None` when none is within `reach` px."""
    best, least = None, reach
    for segment in segments:
        away = float(np.hypot(*(segment.points - point).T).min())
        if away <= least:
            best, least = segment, away
    return best


def _flipped(kept: tuple[Segment, ...], one: Segment) -> tuple[Segment, ...]:
    without = tuple(s for s in kept if s is not one)
    return without if len(without) < len(kept) else (*kept, one)
