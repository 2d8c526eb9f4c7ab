"""How fast the sheet answers: real mouse events on a real canvas of 1024 x 1024 pixels.

For `ai-afm bench gui`. An event counts from its beginning until what it changed is painted.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QPointF, Qt
from qtpy.QtGui import QColor, QMouseEvent
from qtpy.QtWidgets import QApplication

from ai_afm.flywheel.records import Window
from ai_afm.flywheel.strokes import Stroke, Tool
from ai_afm_gui.look.tones import colours
from ai_afm_gui.review import layers
from ai_afm_gui.review.canvas import Canvas, Sight
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.hand import Hand

EDGE = 1024
SCREEN = (1180, 900)
STROKES = 500
DRAGS, MOVES = 12, 40
CLICKS = 8
_Event = QMouseEvent.Type


def measure(
    app: QApplication, seed: int = 0, clock: Callable[[], float] = time.perf_counter
) -> dict[str, Any]:
    """Return `brush_ms_p95`, `livewire_move_ms_p95`, `livewire_anchor_ms` and others, ms.

    Parameters
    ----------
    app
        Running.
    seed
        Of what is on the sheet: 500 strokes, of which 100 are walls from edge to edge.
    clock
        s; `time.thread_time` counts what the window's own thread has to do, however busy the
        computer is with other things.
    """
    with ThreadPoolExecutor(2) as minds:
        drawing, line = _drawing(np.random.default_rng(seed), minds)
        canvas = _canvas(drawing, line)
        try:
            brush, release, undo = _brush(app, _Stage(canvas, drawing, clock))
            moves, anchors, presses = _wire(app, _Stage(canvas, drawing, clock))
        finally:
            canvas.close()
            canvas.deleteLater()
    return {
        "brush_ms_median": _ms(np.median(brush)),
        "brush_ms_p95": _ms(np.percentile(brush, 95)),
        "brush_release_ms_p95": _ms(np.percentile(release, 95)),
        "undo_ms_p95": _ms(np.percentile(undo, 95)),
        "livewire_move_ms_p95": _ms(np.percentile(moves, 95)),
        "livewire_press_ms_p95": _ms(np.percentile(presses, 95)),
        "livewire_anchor_ms": _ms(np.median(anchors)),
        "strokes_before": STROKES,
    }


def _drawing(
    rng: np.random.Generator, minds: ThreadPoolExecutor
) -> tuple[Drawing, NDArray[np.float32]]:
    line = np.zeros((EDGE, EDGE), np.float32)
    walls = [_wall(rng) for _ in range(STROKES // 5)]
    for wall in walls:
        rows, columns = np.rint(wall).astype(int).T
        for shift in (-1, 0, 1):
            inside = np.clip(columns + shift, 0, EDGE - 1)
            line[rows, inside] = 0.9
    drawing = Drawing(np.zeros((EDGE, EDGE), np.uint8), line, minds.submit)
    for n in range(STROKES):
        points = walls[n // 5] if n % 5 == 0 else _dab(rng)
        made = Stroke(Tool.BRUSH, 1 + n % 5, 3, tuple(map(tuple, points[::8].tolist())))
        drawing.editor.apply(made)
    # as it is when a crop is opened again
    return Drawing(drawing.editor.label, line, minds.submit), line


def _wall(rng: np.random.Generator) -> NDArray[np.float64]:
    rows = np.arange(EDGE, dtype=float)
    wander = np.cumsum(rng.normal(0, 0.4, EDGE)) + rng.uniform(0, EDGE)
    return np.stack([rows, np.clip(wander, 0, EDGE - 1)], axis=1)


def _dab(rng: np.random.Generator) -> NDArray[np.float64]:
    start, step = rng.uniform(50, EDGE - 50, 2), rng.normal(0, 1, 2)
    along: NDArray[np.float64] = np.arange(40)[:, None] * step / np.hypot(*step)
    return start + along


def _canvas(drawing: Drawing, line: NDArray[np.float32]) -> Canvas:
    canvas = Canvas(Sight())
    canvas.resize(*SCREEN)
    canvas.show()
    canvas.use_tones(colours(dark=True))
    canvas.show_crop(Window(0, 0, EDGE, EDGE), drawing)
    levels = np.asarray(line * 200, np.uint8)
    canvas.show_image(layers.grey_image(levels, QColor("#363d49")))
    canvas.fit()
    canvas.repaint()
    return canvas


@dataclass(frozen=True, slots=True)
class _Stage:
    """A canvas, what is drawn on it, and a clock."""

    canvas: Canvas
    drawing: Drawing
    clock: Callable[[], float]

    def send(self, kind: QMouseEvent.Type, x: float, y: float) -> float:
        """Send a mouse event; return the time until what it changed is painted, s."""
        return self.timed(lambda: _send(self.canvas, kind, x, y))

    def timed(self, do: Callable[[], object]) -> float:
        """Do something, and paint; return the time that takes, s."""
        begun = self.clock()
        do()
        self.canvas.follow()
        self.canvas.repaint()
        return self.clock() - begun


def _brush(app: QApplication, stage: _Stage) -> tuple[list[float], list[float], list[float]]:
    drawing = stage.drawing
    drawing.choose(Hand.BRUSH)
    moves, releases, undos = [], [], []
    for n in range(DRAGS):
        y = 60.0 + 60 * n
        moves.append(stage.send(_Event.MouseButtonPress, 60.0, y))
        for k in range(MOVES):
            moves.append(stage.send(_Event.MouseMove, 60.0 + 24 * k, y + 20 * np.sin(k / 3)))
        releases.append(stage.send(_Event.MouseButtonRelease, 60.0 + 24 * MOVES, y))
        _settle(app, stage)
        undos.append(stage.timed(drawing.undo))
        drawing.redo()
        _settle(app, stage)
    return moves, releases, undos


def _wire(app: QApplication, stage: _Stage) -> tuple[list[float], list[float], list[float]]:
    drawing = stage.drawing
    drawing.choose(Hand.WIRE)
    moves, anchors, presses = [], [], []
    for n in range(CLICKS):
        x, y = 100.0 + 110 * n, 100.0 + 70 * (n % 3)
        begun = time.perf_counter()
        presses.append(stage.send(_Event.MouseButtonPress, x, y))
        stage.send(_Event.MouseButtonRelease, x, y)
        while drawing.trace is not None and not drawing.trace.is_ready:
            drawing.poll()
            time.sleep(0.0005)
        anchors.append(time.perf_counter() - begun)
        moves += [stage.send(_Event.MouseMove, x + 3 * k, y + 5 * k) for k in range(MOVES)]
    drawing.escape()
    _settle(app, stage)
    return moves, anchors, presses


def _send(canvas: Canvas, kind: QMouseEvent.Type, x: float, y: float) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    held = none if kind == _Event.MouseButtonRelease else left
    button = none if kind == _Event.MouseMove else left
    at = QPointF(x, y)
    event = QMouseEvent(kind, at, at, button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


def _settle(app: QApplication, stage: _Stage) -> None:
    """Let the threads come to an end, as between two strokes of a person."""
    while True:
        stage.drawing.poll()
        app.processEvents()
        if stage.drawing.lining.behind is None:
            break
        time.sleep(0.001)
    stage.canvas.follow()
    stage.canvas.repaint()


def _ms(seconds: float | np.floating[Any]) -> float:
    return round(float(seconds) * 1e3, 2)
