"""A wall that is being traced: anchors, the paths between them, and the one to the pointer."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.strokes import Stroke, Tool
from ai_afm_gui.review.line_tools import LINE_WIDTH, Point
from ai_afm_gui.review.wire import LiveWire, course, joined

Submit: TypeAlias = Callable[[Callable[[], Any]], "Future[Any]"]
"""Lets a thread do something."""
CLOSE = 3.0
"""A click within so many pixels of the last anchor ends a trace; of the first one, closes it."""


class Trace:
    """A trace under way.

    A click never waits: while the map of the last anchor is made by a thread, the way to the
    pointer is shown straight, and further anchors are kept until their paths can be found.

    Parameters
    ----------
    wire
        Of the crop; nobody else uses it meanwhile.
    submit
        Lets a thread do something.
    """

    def __init__(self, wire: LiveWire, submit: Submit) -> None:
        self.anchors: list[Point] = []
        self._straight: list[bool] = []
        self._paths: list[NDArray[np.float64]] = []
        self._wire, self._submit = wire, submit
        self._build: Future[Any] | None = None
        self._drawn: NDArray[np.float64] | None = None

    @property
    def settled(self) -> bool:
        """Whether every path between anchors has been found."""
        return len(self._paths) >= len(self.anchors) - 1

    @property
    def is_ready(self) -> bool:
        """Whether the way from the last anchor to the pointer is known."""
        last = self.anchors[-1] if self.anchors else None
        return last is not None and self._build is None and self._wire.built == self._pixel(last)

    def ends_at(self, point: Point) -> bool:
        """Tell whether a click there ends the trace: it is on the last anchor, or the first."""
        near = [float(np.hypot(a[0] - point[0], a[1] - point[1])) <= CLOSE for a in self.anchors]
        return bool(near) and (near[-1] or (len(near) > 2 and near[0]))

    def closes_at(self, point: Point) -> bool:
        """Tell whether a click there closes the trace to a ring."""
        first = self.anchors[0] if len(self.anchors) > 2 else None
        return first is not None and np.hypot(first[0] - point[0], first[1] - point[1]) <= CLOSE

    def add(self, point: Point, *, straight: bool = False) -> None:
        """Put an anchor; it snaps to a line, unless the way to it shall be straight."""
        self.anchors.append(point if straight else self._snapped(point))
        self._straight.append(straight)
        self.advance()

    def close(self) -> None:
        """Lead back to the first anchor."""
        self.anchors.append(self.anchors[0])
        self._straight.append(False)
        self.advance()

    def back(self) -> None:
        """Take the last anchor back."""
        self.anchors.pop()
        self._straight.pop()
        del self._paths[max(len(self.anchors) - 1, 0) :]
        self._drawn = None
        self.advance()

    def advance(self) -> bool:
        """Find what paths can be found by now; return whether anything is new."""
        known = len(self._paths)
        new = self._advance()
        if len(self._paths) != known or not known:
            self._drawn = None
        return new

    def _advance(self) -> bool:
        new = False
        if self._build is not None:
            if not self._build.done():
                return False
            done, self._build = self._build, None
            done.result()
            new = True
        while not self.settled:
            n = len(self._paths)
            if self._straight[n + 1]:
                self._paths.append(np.array(self.anchors[n : n + 2]))
            elif self._wire.built == self._pixel(self.anchors[n]):
                self._paths.append(self._wire.path(self.anchors[n + 1]))
            else:
                self._start(self.anchors[n])
                return new
        if self.anchors and self._wire.built != self._pixel(self.anchors[-1]):
            self._start(self.anchors[-1])
        return new

    def wait(self) -> None:
        """Find all paths, however long it takes."""
        while not self.settled:
            if self._build is not None:
                self._build.result()
            self.advance()

    def drawn(self) -> NDArray[np.float64]:
        """Return the way from the first anchor to the last one that was reached."""
        if self._drawn is None:
            self._drawn = self._joined()
        return self._drawn

    def _joined(self) -> NDArray[np.float64]:
        if not self._paths:
            return np.array(self.anchors[:1], float).reshape(-1, 2)
        if any(self._straight[1:]):
            pieces = [
                path if straight else np.array(course(path, self._wire.ridge))
                for path, straight in zip(self._paths, self._straight[1:], strict=False)
            ]
            return joined(pieces)
        return np.array(course(joined(self._paths), self._wire.ridge))

    def ahead(self, point: Point, *, straight: bool = False) -> NDArray[np.float64]:
        """Return the way from the last anchor to the pointer: straight where no map is ready."""
        if straight or not self.is_ready:
            return np.array([self.anchors[-1], point], float)
        path = self._wire.path(self._snapped(point))
        return np.array(course(path, self._wire.ridge))

    def stroke(self, code: int) -> Stroke | None:
        """Return the traced line, `None` when there is none."""
        if not self._paths:
            return None
        points = tuple((round(float(r), 2), round(float(c), 2)) for r, c in self.drawn())
        return Stroke(Tool.BRUSH, code, LINE_WIDTH, points)

    def _start(self, anchor: Point) -> None:
        self._build = self._submit(lambda: self._wire.build(anchor))

    def _pixel(self, point: Point) -> Point:
        return self._wire.pixel(point)

    def _snapped(self, point: Point) -> Point:
        return self._wire.snapped(point)
