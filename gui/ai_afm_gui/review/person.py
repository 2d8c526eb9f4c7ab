"""A simulated person with the real tools, and what that takes by the keystroke-level model. No Qt.

S. K. Card, T. P. Moran, A. Newell, The keystroke-level model for user performance time with
interactive systems, Communications of the ACM 23, 396 (1980), doi:10.1145/358886.358895. It tells
how long people who know a program take for what they do without errors, not how long they look for
faults: `MENTAL` stands for each decision.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ai_afm.flywheel.records import Label
from ai_afm_gui.review import line_tools
from ai_afm_gui.review.centrelines import LINES, Segment
from ai_afm_gui.review.clicks import FOLLOWS, at, corners_of, dense, plan_of
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.eyes import Eyes, drawn_along
from ai_afm_gui.review.hand import Hand
from ai_afm_gui.review.picking import nearest
from ai_afm_gui.review.wire import Points

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
SPECK = 12.0
"""Pixels of the shortest line that is looked at by itself; shorter ones go all at once."""


@dataclass(slots=True)
class Person:
    """Corrects one crop with the tools; counts what the hands do.

    Parameters
    ----------
    made
        The drawing.
    eyes
        What is seen of the faults.
    seconds, gestures
        So far.
    """

    made: Drawing
    eyes: Eyes
    seconds: float = MENTAL
    gestures: int = 0

    def sweep(self) -> None:
        """Rename or delete many lines at once, as long as that is quicker than one by one."""
        while True:
            label, skeleton = self.made.editor.label, self.made.lining.fresh().skeleton
            now = self.eyes.effort(label, skeleton)
            plans = self._plans()
            found = [
                (now - self.eyes.effort(after[label], after[skeleton]) - cost, n)
                for n, (cost, after, _, _) in enumerate(plans)
            ]
            if not found or max(found)[0] <= 0:
                break
            _, _, group, code = plans[max(found)[1]]
            self._decide()
            self._pick_group(group)
            self._key()
            if code:
                self.made.choose_class(code)
            else:
                self.made.delete()
        self._sweep_short()

    def _plans(self) -> list[tuple[float, Label, int | None, int]]:
        """Return what a key can do to many lines: its cost, the class of each class then, what.

        What is all lines (`None`) or those of a class, and the class that they get.
        """
        drawn = [c for c in map(int, LINES) if (self.made.lines.of_class.get(c) or ())]
        plans: list[tuple[float, Label, int | None, int]] = []
        for code in (0, *self.eyes.codes):
            if code:
                plans.append((MENTAL + 3 * KEY, _mapped(drawn, code), None, code))
            plans += [
                (MENTAL + 3 * KEY + POINT + 2 * BUTTON, _mapped([one], code), one, code)
                for one in drawn
                if one != code
            ]
        return plans

    def _pick_group(self, code: int | None) -> None:
        """Pick all lines, or those of a class: by a click on one of them, unless it is chosen."""
        if code is None:
            self.seconds += 2 * KEY
            self.made.pick_all()
            return
        if self.made.code != code:
            self._take(Hand.SELECT)
            longest = max(self.made.lines.of_class[code], key=lambda s: len(s.points))
            self._click(at(longest.points[len(longest.points) // 2]))
        self._key()
        self.made.pick_alike()

    def _sweep_short(self) -> None:
        """Delete all lines shorter than `SPECK` at once, where that does more good than harm."""
        lines = self.made.lining.fresh().shorter(SPECK, (1.0, 1.0))
        false = [self.eyes.share_false(s.points) > 0.5 for s in lines]
        if len(lines) < 2 or np.mean(false) < 0.7:
            return
        self._decide()
        # the button of the panel, and Delete
        self.seconds += POINT + 2 * BUTTON
        self._key()
        self.made.pick_shorter(SPECK, (1.0, 1.0))
        self.made.delete()

    def erase(self, wall: Points) -> None:
        """Delete a false line: the whole of it by picking, a part with the eraser."""
        if drawn_along(self.made.editor.label > 0, wall, 1) < 0.5:
            return
        self._decide()
        line = self._line_at(wall)
        if line is not None and self.eyes.share_false(line.points) > 0.7:
            self._take(Hand.SELECT)
            self._click(_middle(line.points))
            self._key()
            self.made.delete()
            return
        self._take(Hand.ERASER)
        if np.max(np.hypot(*(wall - _middle(wall)).T)) < self.made.size / 2:
            self._click(_middle(wall))
        else:
            self._drag(wall)

    def draw(self, wall: Points, code: int) -> None:
        """Draw a missing line: by its hint, by bridging the gap that it fills, else trace it."""
        if drawn_along(self.made.editor.label == code, wall, 3) > 0.7:
            return
        self._decide()
        if self._renames_line(wall, code) or self._draws_hint(wall, code):
            return
        if self._bridges(wall, code):
            return
        others = (self.made.editor.label > 0) & (self.made.editor.label != code)
        corners = corners_of(wall)
        if len(corners) == 2 and drawn_along(others, wall, 2) < 0.3 and self._dashes(corners, code):
            return
        self._take(Hand.WIRE)
        self._class(code)
        self._follow(wall)

    def rename(self, wall: Points, code: int) -> None:
        """Give a line another class: the whole of it by picking, a part by tracing it anew."""
        if drawn_along(self.made.editor.label == code, wall, 1) > 0.7:
            return
        self._decide()
        if self._renames_line(wall, code):
            return
        self._take(Hand.WIRE)
        self._class(code)
        self._follow(wall)

    def _line_at(self, wall: Points) -> Segment | None:
        return self.made.lining.fresh().nearest(_middle(wall), FOLLOWS + 1)

    def _renames_line(self, wall: Points, code: int) -> bool:
        """Rename the line that is drawn there, where all of it has the wrong class."""
        line = self._line_at(wall)
        if line is None or line.code == code or self.eyes.share_of(line.points, code) < 0.8:
            return False
        if _share_within(line.points, wall) * len(line.points) < 0.5 * len(wall):
            return False
        self._take(Hand.SELECT)
        self._click(_middle(line.points))
        self._key()
        self.made.choose_class(code)
        return True

    def _draws_hint(self, wall: Points, code: int) -> bool:
        """Pick the hint that lies on a missing line, and draw it."""
        self.made.lining.fresh()
        hint = nearest(self.made.picking.shown_hints(), _middle(wall), FOLLOWS + 1)
        if hint is None or _share_within(wall, hint.points) < 0.7:
            return False
        if self.eyes.share_of(hint.points, code) < 0.8:
            return False
        self._take(Hand.SELECT)
        self._click(_middle(hint.points))
        if not self.made.picking.hints:
            # a line lay nearer
            return False
        self._key()
        if self.made.picking.likeliest() == code:
            self.made.confirm()
        else:
            self.made.choose_class(code)
        return True

    def _bridges(self, wall: Points, code: int) -> bool:
        """Click into a gap, where the sheet shows beforehand that this draws the missing line."""
        lines, middle = self.made.lining.fresh(), _middle(wall)
        if np.hypot(*(wall[0] - wall[-1])) > line_tools.GAP:
            return False
        shown = line_tools.bridge(lines, self.made.wire.ridge, middle, middle, code)
        if shown is None or shown.code != code:
            return False
        way = dense(np.array(shown.points))
        if _share_within(wall, way) < 0.9 or self.eyes.share_of(way, code) < 0.9:
            return False
        self._take(Hand.BRIDGE)
        self._class(code)
        self._click(middle)
        return True

    def _dashes(self, ends: Points, code: int) -> bool:
        """Draw a short straight piece with the brush, where that is quicker than two clicks."""
        if self._drag_seconds(ends) > 2 * (POINT + 2 * BUTTON) + 2 * BUTTON + KEY:
            return False
        self._take(Hand.BRUSH)
        self._class(code)
        self._drag(ends)
        return True

    def _follow(self, wall: Points) -> None:
        """Trace along a wall; straight, with Shift, where the wire would not follow it."""
        places, follows = plan_of(self.made.wire, wall, len(wall))
        corners = corners_of(wall)
        straight = not follows or len(corners) < len(places)
        if straight:
            self._key()  # Shift, held
        for point in corners if straight else wall[places]:
            self._click(at(point), release=False, shift=straight)
        self.seconds += 2 * BUTTON  # the last click is a double one
        self.made.finish()
        self.made.poll()
        self.made.poll()

    def _drag(self, wall: Points) -> None:
        self.seconds += self._drag_seconds(wall)
        self.made.press(at(wall[0]))
        for point in wall:
            self.made.move(at(point))
        self.made.release(at(wall[-1]))
        self.made.poll()
        self.made.poll()

    def _drag_seconds(self, wall: Points) -> float:
        pixels = np.hypot(*np.diff(wall, axis=0).T).sum()
        cm = SCREEN_CM * pixels / max(self.made.editor.shape)
        return float(POINT + 2 * BUTTON + FIRST + EACH_CM * cm)

    def _click(
        self, point: tuple[float, float], *, release: bool = True, shift: bool = False
    ) -> None:
        self.seconds += POINT + 2 * BUTTON
        self.made.press(point, shift=shift)
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


def _mapped(codes: Iterable[int], code: int) -> Label:
    """Return what becomes of each class when lines of some get another one."""
    after = np.arange(256, dtype=np.uint8)
    after[list(codes)] = code
    return after


def _middle(points: Points) -> tuple[float, float]:
    return at(points[len(points) // 2])


def _share_within(points: Points, course: Points) -> float:
    return float(np.mean(cKDTree(dense(course)).query(points)[0] <= FOLLOWS + 1))
