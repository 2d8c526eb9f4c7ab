"""The page itself: real mouse and key events, offscreen."""

import subprocess
import sys

import numpy as np
import pytest
import review_parts as parts
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QColor, QKeySequence, QShortcut, QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from ai_afm.flywheel.exchange.export import Format
from ai_afm.flywheel.items import State as ItemState
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Window
from ai_afm.flywheel.store import FlywheelStore
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.look.tones import colours
from ai_afm_gui.review import layers
from ai_afm_gui.review.camera import Camera
from ai_afm_gui.review.canvas import Canvas, Sight
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.hand import Hand
from ai_afm_gui.review.key_sheet import KeySheet
from ai_afm_gui.review.keys import Action, Group, bindings
from ai_afm_gui.review.page import ReviewPage
from ai_afm_gui.review.sitting import State

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(context, qtbot, tmp_path):
    context.use_lab(parts.a_lab(tmp_path))
    made = ReviewPage(context)
    qtbot.addWidget(made)
    made.resize(1184, 700)
    made.show()
    made.activateWindow()
    wait(qtbot, made, lambda: made.sitting.state is State.WORKING)
    made.bench.canvas.setFocus()
    yield made
    made.shut()


def wait(qtbot, page, true):
    def ticked():
        page.tick()
        assert true()

    qtbot.waitUntil(ticked, timeout=20_000)


def at(canvas, row, column):
    x, y = canvas.sight.camera.screen((row, column))
    return QPoint(round(x), round(y))


def drag(canvas, *places):
    QTest.mousePress(canvas, LEFT, pos=at(canvas, *places[0]))
    for place in places[1:]:
        QTest.mouseMove(canvas, at(canvas, *place))
    QTest.mouseRelease(canvas, LEFT, pos=at(canvas, *places[-1]))


def drawing(page):
    return page.sitting.crop.drawing


def test_a_drag_of_the_mouse_draws_where_it_goes(page):
    page.do(Action.BRUSH)
    drag(page.bench.canvas, (20, 10), (20, 30), (20, 60))
    label = drawing(page).editor.label
    assert (label[20, 12:58] == drawing(page).code).all()
    assert drawing(page).editor.undos == 1


def test_keys_take_tools_and_classes(page, qtbot):
    canvas = page.bench.canvas
    for key, hand in (
        ("E", Hand.ERASER),
        ("G", Hand.BRIDGE),
        ("X", Hand.CUT),
        ("F", Hand.FILL),
        ("V", Hand.SELECT),
        ("W", Hand.WIRE),
        ("B", Hand.BRUSH),
    ):
        QTest.keyClick(canvas, key)
        assert drawing(page).tool is hand, key
    for key in "12345":
        QTest.keyClick(canvas, key)
        assert drawing(page).code == int(key)
    before = drawing(page).size
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert drawing(page).size > before


def test_all_lines_are_picked_and_renamed_by_keys(page):
    canvas = page.bench.canvas
    QTest.keyClick(canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert drawing(page).tool is Hand.SELECT
    assert len(drawing(page).picked) == len(drawing(page).lines.segments) > 0
    QTest.keyClick(canvas, "3")
    lines = np.unique(drawing(page).editor.label)
    assert set(lines) <= {0, 3, 255}
    QTest.keyClick(canvas, "A")
    assert len(drawing(page).picked) == len(drawing(page).lines.segments)
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert not (drawing(page).editor.label == 3).any()
    assert drawing(page).editor.undos == 2


def test_hints_are_shown_by_key_and_stay_shown_for_the_next_crop(page, qtbot):
    assert not page.bench.panel.hints.isChecked()
    QTest.keyClick(page.bench.canvas, "H")
    assert page.bench.panel.hints.isChecked()
    first = page.sitting.crop
    QTest.keyClick(page.bench.canvas, Qt.Key.Key_Space)
    wait(qtbot, page, lambda: page.sitting.crop not in (None, first))
    assert drawing(page).picking.shows_hints
    page.bench.panel.hints.click()
    assert not drawing(page).picking.shows_hints


def test_a_hint_is_seen_on_the_sheet_while_hints_are_shown(qtbot):
    line = np.where(parts.sheet((70,)) > 0, np.float32(0.3), np.float32(0.0))
    made = Drawing(parts.sheet(), line, parts.AtOnce().submit)
    canvas = Canvas(Sight())
    qtbot.addWidget(canvas)
    canvas.resize(700, 520)
    canvas.use_tones(colours(dark=True))
    canvas.show_crop(Window(0, 0, *parts.SHAPE), made)
    canvas.show_image(layers.grey_image(np.full(parts.SHAPE, 120, np.uint8), QColor("black")))
    canvas.fit()
    plain = canvas.grab().toImage()
    made.show_hints(True)
    canvas.refresh()
    hinted = canvas.grab().toImage()
    y, x = at(canvas, 30, 70).y(), at(canvas, 30, 70).x()
    places = [(x + dx, y + dy) for dx in range(-6, 7) for dy in range(-12, 13)]
    assert any(plain.pixel(*p) != hinted.pixel(*p) for p in places)
    x = at(canvas, 30, 15).x()
    assert all(plain.pixel(x, y + dy) == hinted.pixel(x, y + dy) for dy in range(-12, 13))


def test_undo_and_redo_by_key(page):
    page.do(Action.BRUSH)
    drag(page.bench.canvas, (20, 10), (20, 60))
    held = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(page.bench.canvas, Qt.Key.Key_Z, held)
    assert drawing(page).editor.redos == 1
    QTest.keyClick(page.bench.canvas, Qt.Key.Key_Z, held | Qt.KeyboardModifier.ShiftModifier)
    assert drawing(page).editor.redos == 0


def test_space_accepts_and_the_next_crop_comes(page, qtbot):
    first = page.sitting.crop
    QTest.keyClick(page.bench.canvas, Qt.Key.Key_Space)
    wait(qtbot, page, lambda: page.sitting.crop not in (None, first))
    with FlywheelStore.open(Lab.open(page.sitting.lab)) as store:
        assert ReviewQueue(store).item(first.item.id).state is ItemState.DONE


def test_space_and_drag_moves_the_image_and_accepts_nothing(page):
    canvas, before = page.bench.canvas, page.bench.sight.camera
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    drag(canvas, (20, 20), (40, 40))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert page.bench.sight.camera.x > before.x
    assert page.sitting.state is State.WORKING
    assert drawing(page).strokes == 0


@pytest.mark.parametrize(
    ("key", "state"),
    [("R", ItemState.REJECTED), ("U", ItemState.UNSURE), ("S", ItemState.SKIPPED)],
)
def test_the_other_answers_by_key(page, qtbot, key, state):
    first = page.sitting.crop
    QTest.keyClick(page.bench.canvas, key)
    wait(qtbot, page, lambda: page.sitting.crop not in (None, first))
    with FlywheelStore.open(Lab.open(page.sitting.lab)) as store:
        assert ReviewQueue(store).item(first.item.id).state is state


def test_z_shows_the_image_alone_as_long_as_it_is_held(page):
    canvas = page.bench.canvas
    assert has_line(canvas, LINES[2])
    QTest.keyPress(canvas, Qt.Key.Key_Z)
    assert not has_line(canvas, LINES[2])
    QTest.keyRelease(canvas, Qt.Key.Key_Z)
    assert has_line(canvas, LINES[2])
    QTest.keyClick(canvas, "O")
    assert not has_line(canvas, LINES[2])


def test_shift_and_the_wheel_change_the_opacity_and_the_wheel_alone_zooms(page):
    canvas = page.bench.canvas
    scale = page.bench.sight.camera.scale
    wheel(canvas, -3, Qt.KeyboardModifier.ShiftModifier)
    assert page.bench.sight.opacity == pytest.approx(0.7)
    assert page.bench.panel.opacity.value() == 70
    assert page.bench.sight.camera.scale == scale
    wheel(canvas, 2, Qt.KeyboardModifier.NoModifier)
    assert page.bench.sight.camera.scale > scale


def wheel(canvas, steps, modifier):
    middle = QPointF(canvas.width() / 2, canvas.height() / 2)
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        middle, middle, QPoint(), QPoint(0, 120 * steps), none, modifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_the_next_disagreement_is_brought_to_the_middle(page, qtbot):
    page.do(Action.BRUSH)
    drag(page.bench.canvas, (20, 60), (100, 100))
    QTest.keyClick(page.bench.canvas, "D")
    canvas = page.bench.canvas
    assert canvas.place is not None
    x, y = canvas.sight.camera.screen(canvas.place)
    assert (x, y) == pytest.approx((canvas.width() / 2, canvas.height() / 2), abs=1)


def test_the_lamp_says_saved_only_after_the_disk_did(page, qtbot):
    page.do(Action.BRUSH)
    drag(page.bench.canvas, (20, 10), (20, 60))
    wait(qtbot, page, lambda: page.bench.lamp.word == "All strokes saved (1)")
    assert page.sitting.journal.saved == 1


@pytest.mark.parametrize("seed", range(4))
def test_after_any_gestures_escape_leads_back_and_the_page_goes_on(page, qtbot, seed):
    rng, canvas = np.random.default_rng(seed), page.bench.canvas
    keys = "WBEGXFV12345[]ODCMAH"
    for _ in range(60):
        place = QPoint(*(int(n) for n in rng.integers(-20, 700, 2)))
        modifier = rng.choice([Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
        match int(rng.integers(6)):
            case 0:
                QTest.mousePress(canvas, LEFT, modifier, place)
            case 1:
                QTest.mouseRelease(canvas, LEFT, modifier, place)
            case 2:
                QTest.mouseDClick(canvas, LEFT, modifier, place)
            case 3:
                QTest.keyClick(canvas, keys[int(rng.integers(len(keys)))])
            case _:
                QTest.mouseMove(canvas, place)
        page.tick()
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(50, 50))
    for _ in range(2):
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not drawing(page).busy
    wait(qtbot, page, lambda: page.sitting.saved)
    session = page.sitting.crop.session
    np.testing.assert_array_equal(session.label, drawing(page).editor.label)


def test_without_a_lab_and_with_an_empty_queue_the_page_says_what_to_do(page, qtbot, tmp_path):
    page.context.use_lab(None)
    assert page.message.heading == "No lab yet"
    Lab.make(tmp_path / "new")
    page.context.use_lab(tmp_path / "new")
    wait(qtbot, page, lambda: page.sitting.state is State.EMPTY)
    assert page.message.heading == "Nothing waits"


def test_what_waits_is_exported_and_the_window_says_where(page, qtbot, tmp_path):
    said = []
    page.context.said.connect(said.append)
    page.exchange.export(tmp_path / "out", Format.GEOJSON, queue=True)
    qtbot.waitUntil(lambda: bool(said), timeout=90_000)
    # one of the three is held by the person at the page
    assert len(list((tmp_path / "out").glob("*.geojson"))) == 2
    assert str(tmp_path / "out") in said[0]


def test_a_run_outside_a_lab_is_made_one_by_filling_the_queue(context, qtbot, tmp_path):
    run = parts.factory.a_run(tmp_path / "run", scans=2)
    page = ReviewPage(context)
    qtbot.addWidget(page)
    page.attach(run.path)
    page.message.wanted.emit("fill")
    qtbot.waitUntil(lambda: context.lab == tmp_path / "lab", timeout=90_000)
    wait(qtbot, page, lambda: page.sitting.state is State.WORKING)
    page.shut()


def test_a_run_in_a_lab_brings_its_lab(context, qtbot, tmp_path):
    Lab.make(tmp_path)
    page = ReviewPage(context)
    qtbot.addWidget(page)
    page.attach(tmp_path / "runs" / "monday")
    assert context.lab == tmp_path
    page.shut()


def test_every_key_is_bound_once_and_the_sheet_tells_them_all(page, qtbot):
    table = bindings()
    keys = [key for b in table for key in b.keys]
    assert len(keys) == len(set(keys))
    assert {b.action for b in table} == set(Action)
    assert {b.group for b in table} == set(Group)
    bound = {s.key().toString() for s in page.findChildren(QShortcut)}
    held = {key for b in table if b.held for key in b.keys} | {"Space"}
    assert bound == {QKeySequence(k).toString() for k in keys if k not in held}
    sheet = KeySheet(page)
    qtbot.addWidget(sheet)
    shown = {w.text() for w in sheet.findChildren(type(page.bench.tools.hint))}
    assert {b.words for b in table} <= shown


@pytest.mark.parametrize(
    ("key", "action"),
    {
        "B": Action.BRUSH, "E": Action.ERASER, "W": Action.WIRE, "G": Action.BRIDGE,
        "X": Action.CUT, "F": Action.FILL, "1": Action.CLASS_1, "5": Action.CLASS_5,
        "[": Action.SMALLER, "]": Action.LARGER, "Z": Action.PEEK, "O": Action.OVERLAY,
        "Shift+Wheel": Action.OPACITY, "D": Action.DISAGREEMENT, "Space": Action.ACCEPT,
        "R": Action.REJECT, "U": Action.UNSURE, "S": Action.SKIP, "Ctrl+Z": Action.UNDO,
        "Ctrl+A": Action.PICK_ALL, "A": Action.PICK_ALIKE, "H": Action.HINTS,
        "Ctrl+Shift+Z": Action.REDO, "Esc": Action.ESCAPE, "?": Action.SHEET,
    }.items(),
)  # fmt: skip
def test_the_agreed_keys_do_what_was_agreed(key, action):
    assert [b.action for b in bindings() if key in b.keys] == [action]


@pytest.mark.parametrize("scale", [0.25, 1.0, 4.0])
def test_lines_are_seen_at_any_magnification(qtbot, scale):
    made, _ = parts.drawing(parts.sheet((40,), shape=(120, 160)), columns=(40,))
    canvas = Canvas(Sight())
    qtbot.addWidget(canvas)
    canvas.resize(700, 520)
    canvas.use_tones(colours(dark=True))
    canvas.show_crop(Window(0, 0, 120, 160), made)
    canvas.show_image(layers.grey_image(np.full((120, 160), 120, np.uint8), QColor("black")))
    canvas.sight.camera, canvas.sight.fits = Camera(scale, 10.0, 10.0), False
    canvas.refresh()
    image = canvas.grab().toImage()
    wanted = QColor(LINES[2])
    y = 10 + 60 * scale
    near = [
        image.pixelColor(round(x), round(y))
        for x in np.arange(10 + 40 * scale - 3, 10 + 41 * scale + 3)
    ]
    apart = min(
        abs(c.red() - wanted.red())
        + abs(c.green() - wanted.green())
        + abs(c.blue() - wanted.blue())
        for c in near
    )
    assert apart < 60


def has_line(canvas, colour):
    image = canvas.grab().toImage()
    wanted = QColor(colour).rgb()
    x, y = (round(n) for n in canvas.sight.camera.screen((60.0, 36.0)))
    return any(image.pixel(x + dx, y) == wanted for dx in range(-8, 9))


def test_the_page_loads_no_torch():
    script = (
        "import sys, ai_afm_gui.review.page, ai_afm_gui.review.timing, ai_afm_gui.review.bench\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_modules_that_decide_know_no_qt():
    names = (
        "bench box camera centrelines clicks desk disagreement drawing editor eyes hand hints "
        "journal keys line_tools lining person picking reasons progress shades sitting trace "
        "wire words"
    )
    script = (
        "import sys, importlib\n"
        f"[importlib.import_module('ai_afm_gui.review.' + n) for n in {names.split()}]\n"
        "sys.exit(any(m.split('.')[0] in ('qtpy', 'PyQt6', 'pyqtgraph') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
