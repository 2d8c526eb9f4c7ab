"""What is really painted: lines at any magnification, blank rows, and what the mouse does."""

import numpy as np
import pytest
from gui_live_parts import frame
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QColor, QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from ai_afm.types import ClassCode, Direction
from ai_afm_gui.live.canvas import BAR, Shown
from ai_afm_gui.live.channels import Choice, Levelling, Map
from ai_afm_gui.live.overlay import Line
from ai_afm_gui.live.strokes import Mark, line_layer
from ai_afm_gui.live.view import ChannelView
from ai_afm_gui.live.viewport import Viewport
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.look.tones import DARK

ACROSS = Line(ClassCode.WALL_180, np.array([[-1500.0, 100.0], [1500.0, 100.0]]))
MIDDLE = QPoint(150, 100)


@pytest.fixture
def shown(qtbot):
    """A view of 3 x 2 µm with all its rows, 300 x 200 pixels large."""
    view = ChannelView(DARK)
    qtbot.addWidget(view)
    view.show_frame(frame())
    view.choose(Choice("height", map=Map.GREY))
    view.canvas.setFixedSize(300 + BAR, 200)
    view.show()
    return view


def painted(canvas):
    """(height, width, 3) red, green, blue of the canvas as it is painted."""
    image = canvas.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGBA8888)
    raw = image.constBits()
    size = image.sizeInBytes()
    flat = np.frombuffer(raw.asstring(size) if hasattr(raw, "asstring") else raw, np.uint8)
    return flat.reshape(image.height(), image.width(), 4)[..., :3].astype(int)


def like(pixels, colour, tolerance=60):
    want = np.array(QColor(colour).getRgb()[:3])
    return np.abs(pixels - want).sum(axis=-1) < tolerance


@pytest.mark.parametrize("zoom", [0.25, 1.0, 4.0])
def test_a_line_is_visible_across_the_view_at_any_magnification(shown, zoom):
    shown.show_over(Shown(lines=(ACROSS,)))
    shown.canvas.look_at(Viewport((1, 1), (1, 1), (0.0, 0.0), zoom))
    pixels = painted(shown.canvas)[:, :300]
    coloured = like(pixels, LINES[ClassCode.WALL_180], 90)
    columns = coloured.any(axis=0)
    left = round(150 - 150 * min(zoom, 1.0)) + 3
    assert columns[left : 300 - left].mean() > 0.97
    thick = coloured.sum(axis=0)[left : 300 - left]
    assert 1 <= np.median(thick) <= 3
    dark = pixels.sum(axis=2) < 120
    row = round(np.median(np.nonzero(coloured)[0]))
    assert dark[row - 3 : row + 4, left : 300 - left].any(axis=0).mean() > 0.9


def test_a_grain_boundary_is_a_broken_line_and_a_wall_is_not():
    port = Viewport((3000.0, 2000.0), (300.0, 200.0))

    def drawn(code):
        layer = line_layer([Line(code, ACROSS.points)], port, 1.0)
        rgb = np.stack([layer >> 16 & 255, layer >> 8 & 255, layer & 255], axis=-1).astype(int)
        return like(rgb, LINES[code], 120).any(axis=0)[5:-5].mean()

    assert drawn(ClassCode.WALL_180) == 1.0
    assert 0.3 < drawn(ClassCode.GRAIN_BOUNDARY) < 0.9


def test_rows_that_were_not_scanned_look_unlike_any_value(shown):
    shown.show_frame(frame(rows=20))
    pixels = painted(shown.canvas)
    blank = pixels[115:190, 120:280].reshape(-1, 3)
    ground = like(blank, DARK.panel, 12) | like(blank, DARK.line, 12)
    assert ground.mean() > 0.95
    assert like(blank, DARK.line, 12).mean() > 0.05
    assert not like(pixels[5:95, 60:280], DARK.panel, 12).mean() > 0.2


def test_new_rows_are_painted_when_they_are_pulled(shown):
    made = frame(rows=10)
    full = frame()
    shown.show_frame(made)
    before = painted(shown.canvas)
    for key, image in made.data.items():
        image[10:30] = full.data[key][10:30]
    for direction in Direction:
        made.scanned[direction][10:30] = True
    assert shown.pull()
    changed = np.abs(painted(shown.canvas) - before).sum(axis=2)[:, :300] > 0
    assert changed[60:140].mean() > 0.5
    assert not changed[160:190, 100:].any()


def test_marks_are_painted_where_the_tip_is(shown):
    shown.show_over(Shown(marks=(Mark(0.0, "tip", QColor(DARK.accent), False),)))
    assert like(painted(shown.canvas)[100, 5:290], DARK.accent).mean() > 0.8


def test_the_wheel_magnifies_about_the_mouse_and_a_double_click_shows_all(shown, qtbot):
    canvas = shown.canvas
    place = QPointF(60, 50)
    before = canvas.viewport.to_frame(60, 50)
    none = QPoint()
    turn = QWheelEvent(
        place, canvas.mapToGlobal(place), none, QPoint(0, 360), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    with qtbot.waitSignal(canvas.moved):
        QApplication.sendEvent(canvas, turn)
    assert canvas.viewport.zoom > 1.5
    assert canvas.viewport.to_frame(60, 50) == pytest.approx(before, abs=1e-6)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=MIDDLE)
    assert canvas.viewport.zoom == 1.0


def test_an_end_of_the_cut_is_dragged_and_the_other_one_stays(shown):
    canvas, told = shown.canvas, []
    canvas.cut_moved.connect(told.append)
    canvas.cut_moved.connect(lambda ends: shown.show_over(Shown(cut=ends)))
    shown.show_over(Shown(cut=((-500.0, 0.0), (500.0, 0.0))))
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    QTest.mouseMove(canvas, QPoint(210, 110))
    QTest.mouseMove(canvas, QPoint(230, 140))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(230, 140))
    (ends,) = told[-1:]
    assert ends[0] == (-500.0, 0.0)
    assert ends[1] == pytest.approx((800.0, 400.0))
    assert canvas.viewport.center == (0.0, 0.0)


def test_the_image_is_dragged_where_there_is_no_cut(shown):
    canvas = shown.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=MIDDLE)
    QTest.mouseMove(canvas, MIDDLE + QPoint(20, 0))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=MIDDLE)
    assert canvas.viewport.center == pytest.approx((-200.0, 0.0))


def test_what_was_chosen_stays_for_the_next_frame(shown):
    shown.choose(Choice("phase", Direction.RETRACE, Levelling.ROWS, Map.CIVIDIS))
    shown.show_frame(frame(shape=(30, 50)))
    assert shown.choice == Choice("phase", Direction.RETRACE, Levelling.ROWS, Map.CIVIDIS)


def test_a_view_without_a_frame_says_so_and_paints(shown):
    shown.show_frame(None)
    assert shown.choice is None
    assert painted(shown.canvas).std() > 0
