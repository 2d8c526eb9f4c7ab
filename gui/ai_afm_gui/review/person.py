"""A simulated person with the real tools, and what that takes by the keystroke-level model. No Qt.

S. K. Card, T. P. Moran, A. Newell, The keystroke-level model for user performance time with
interactive systems, Communications of the ACM 23, 396 (1980), doi:10.1145/358886.358895. It tells
how long people who know a program take for what they do without errors, not how long they look for
faults: `MENTAL` stands for each decision.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from ai_afm.flywheel.records import Label
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.hand import Hand
from ai_afm_gui.review.wire import LiveWire, Points, course

KEY = 0.20
"""K: a key, s; an average skilled typist."""
POINT = 1.10
"""P: pointing with the mouse, s."""
BUTTON = 0.10
"""B: pressing or letting go a button of the mouse, s."""
MENTAL = 1.35
"""M: a decision, s. One for each crop and one for each fault."""
FIRST, EACH_CM = 0.90, 0.16
"""D: drawing with the mouse, s for each straight part and for each cm; a crop is 15 cm wide."""
SCREEN_CM = 15.0
FOLLOWS = 2.0
"""Pixels beside the wall from which a person sees that the preview has left it."""
STEP = 10
"""Pixels between two clicks, at least."""
SPECK = 12.0
"""Pixels of the shortest line that is looked at by itself; shorter ones go all at once."""


@dataclass(slots=True)
class Person:
    """Corrects one crop with the tools; counts what the hands do.

    Parameters
    ----------
    made
        The drawing.
    seconds, gestures
        So far.
    """

    made: Drawing
    seconds: float = MENTAL
    gestures: int = 0

    def sweep(self, truth: Label) -> None:
        """Delete all lines shorter than `SPECK` at once, where that does more good than harm."""
        lines = self.made.lines.shorter(SPECK, (1.0, 1.0))
        near = np.array([_is_near(truth, s.points) for s in lines])
        if len(lines) < 2 or near.mean() > 0.3:
            return
        self._decide()
        # the button of the panel, and Delete
        self.seconds += POINT + 2 * BUTTON
        self._key()
        self.made.pick_shorter(SPECK, (1.0, 1.0))
        self.made.delete()

    def erase(self, wall: Points) -> None:
        """Delete a false line: the whole of it by picking, a part with the eraser."""
        self._decide()
        middle = at(wall[len(wall) // 2])
        segment = self.made.lines.nearest(middle, FOLLOWS + 1)
        if segment is not None and _share_within(segment.points, wall) > 0.8:
            self._take(Hand.SELECT)
            self._click(middle)
            self._key()
            self.made.delete()
            return
        self._take(Hand.ERASER)
        self._drag(wall)

    def draw(self, wall: Points, code: int) -> None:
        """Draw a missing line: bridge the gap that it fills, else trace it."""
        self._decide()
        ends = [self._is_end(wall[0]), self._is_end(wall[-1])]
        middle = at(wall[len(wall) // 2])
        if all(ends) and np.hypot(*(wall[0] - wall[-1])) < 40:
            self._take(Hand.BRIDGE)
            self._class(code)
            before = self.made.strokes
            self._click(middle)
            if self.made.strokes > before and self._is_drawn(wall):
                return
            if self.made.strokes > before:
                self._key()
                self.made.undo()
        self._take(Hand.WIRE)
        self._class(code)
        self._follow(wall)

    def rename(self, wall: Points, code: int) -> None:
        """Give a line another class: the whole of it by picking, a part by tracing it anew."""
        self._decide()
        middle = at(wall[len(wall) // 2])
        segment = self.made.lines.nearest(middle, FOLLOWS + 1)
        if segment is not None and _share_within(segment.points, wall) > 0.8:
            self._take(Hand.SELECT)
            self._click(middle)
            self._key()
            self.made.choose_class(code)
            return
        self._take(Hand.WIRE)
        self._class(code)
        self._follow(wall)

    def _follow(self, wall: Points) -> None:
        for place in plan(self.made.wire, wall, None):
            self._click(at(wall[place]), release=False)
        self.seconds += 2 * BUTTON  # the last click is a double one
        self.made.finish()
        self.made.poll()
        self.made.poll()

    def _drag(self, wall: Points) -> None:
        pixels = np.hypot(*np.diff(wall, axis=0).T).sum()
        cm = SCREEN_CM * pixels / max(self.made.editor.shape)
        self.seconds += POINT + 2 * BUTTON + FIRST + EACH_CM * cm
        self.made.press(at(wall[0]))
        for point in wall:
            self.made.move(at(point))
        self.made.release(at(wall[-1]))
        self.made.poll()
        self.made.poll()

    def _click(self, point: tuple[float, float], *, release: bool = True) -> None:
        self.seconds += POINT + 2 * BUTTON
        self.made.press(point)
        if release:
            self.made.release(point)
        self.made.poll()
        self.made.poll()

    def _decide(self) -> None:
        self.seconds += MENTAL
        self.gestures += 1

    def _take(self, hand: Hand) -> None:
        if self.made.tool is not hand:
            self._key()
            self.made.choose(hand)

    def _class(self, code: int) -> None:
        if self.made.code != code:
            self._key()
            self.made.choose_class(code)

    def _key(self) -> None:
        self.seconds += KEY

    def _is_end(self, point: Points) -> bool:
        return any(np.hypot(*(end - point)) <= 5 for _, end in self.made.lines.ends())

    def _is_drawn(self, wall: Points) -> bool:
        rows, columns = np.rint(wall).astype(int).T
        label = self.made.editor.label
        around = [
            label[max(r - 2, 0) : r + 3, max(c - 2, 0) : c + 3].any()
            for r, c in zip(rows, columns, strict=True)
        ]
        return bool(np.mean(around) > 0.9)


def plan(wire: LiveWire, wall: Points, most: int | None) -> list[int]:
    """Return at which places of a wall a person clicks: both ends, and where else it is needed.

    Where the path between two clicks leaves the wall, the next one is put there, as far from it as
    it comes.
    """
    places = [0, len(wall) - 1]
    while most is None or len(places) < most:
        worst, where = FOLLOWS, None
        for start, end in pairwise(places):
            piece = wall[start : end + 1]
            wire.build(wire.snapped(at(piece[0])))
            path = np.array(course(wire.path(wire.snapped(at(piece[-1]))), wire.ridge))
            away = np.asarray(cKDTree(dense(path)).query(piece)[0])
            if away.max() > worst and end - start > STEP:
                worst, where = float(away.max()), start + int(away.argmax())
        if where is None or where in places:
            return places
        places = sorted([*places, where])
    return places


def dense(points: Points) -> Points:
    """Return a line with a point every half pixel."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    places = np.linspace(0, along[-1], max(int(2 * along[-1]), 2))
    return np.stack([np.interp(places, along, column) for column in points.T], axis=1)


def _is_near(truth: Label, points: Points) -> bool:
    """Tell whether a line lies mostly on true ones, or where nobody can tell."""
    rows, columns = np.rint(points).astype(int).T
    around = [truth[max(r - 3, 0) : r + 4, max(c - 3, 0) : c + 4].any()
              for r, c in zip(rows, columns, strict=True)]  # fmt: skip
    return bool(np.mean(around) > 0.5)


def _share_within(points: Points, course: Points) -> float:
    return float(np.mean(cKDTree(dense(course)).query(points)[0] <= FOLLOWS + 1))


def at(point: Points) -> tuple[float, float]:
    """Return a place as gestures take it."""
    return float(point[0]), float(point[1])
