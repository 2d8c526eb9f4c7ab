"""The Live page on a run: shows it, jumps, and leaves nothing behind."""

import shutil
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from gui_live_parts import frame, network, view
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from ai_afm_gui.live.channels import Choice, Levelling
from ai_afm_gui.live.page import LivePage
from ai_afm_gui.live.tracer import Tracer
from ai_afm_gui.live.views import FourViews
from ai_afm_gui.look.tones import DARK, LIGHT

WAIT = 20_000


@pytest.fixture
def four(qtbot):
    tracer = Tracer(network)
    views = FourViews(DARK, tracer)
    qtbot.addWidget(views)
    views.resize(900, 500)
    views.show()
    yield views
    tracer.close()


def with_lines(views, qtbot):
    def there():
        views.refresh()
        return bool(views.lines)

    views.show_view(view())
    qtbot.waitUntil(there, timeout=WAIT)


def test_all_views_show_the_lines_that_a_thread_has_traced(four, qtbot):
    with_lines(four, qtbot)
    assert len(four.lines) == 1
    four.with_lines = False
    four.refresh()
    assert four.classes == frozenset()


def test_lines_of_an_earlier_look_stay_until_the_newer_ones_are_there(four, qtbot):
    with_lines(four, qtbot)
    before = four.lines
    newer = view()
    four.show_view(newer)
    assert four.lines is before


def test_views_move_together(four):
    four.show_view(view())
    first, *others = four.views
    first.canvas.moved.emit(first.canvas.viewport.zoomed(3.0, 50, 50))
    assert {round(other.canvas.viewport.zoom, 6) for other in others} == {3.0}


def test_a_cut_crosses_the_wall_in_the_view_that_was_picked(four, qtbot):
    with_lines(four, qtbot)
    four.with_cut = True
    four._ends = ((0.0, -400.0), (0.0, 400.0))
    four.refresh()
    QTest.mousePress(four.views[2].canvas, Qt.MouseButton.RightButton)
    found, unit, choice = four.cut()
    assert (unit, choice.channel) == ("rad", "phase")
    assert [round(c.at * 1e9) for c in found.crossings] == [400]


def test_the_value_under_the_mouse_is_told_in_each_view(four):
    made = frame()
    four.show_view(view(made))
    four.views[0].canvas.pointed.emit((-1499.0, -999.0))
    value = made.get("height")[0, 0] * 1e9
    assert four.views[0]._value.text() == f"{value:.3g} nm"
    four.views[0].canvas.pointed.emit(None)
    assert four.views[0]._value.text() == ""


def test_uncertainty_is_laid_over_the_images(four):
    four.show_view(view())
    without = np.array(four.views[0].canvas.grab().toImage().sizeInBytes())
    assert without > 0
    four.with_veil = True
    four.refresh()
    assert four.views[0].canvas._shown.veil.any()
    four.recolour(LIGHT)
    four.refresh()
    assert four.views[0].canvas._shown.veil.any()


def test_pages_do_not_import_torch_and_the_client_not_even_qt():
    code = (
        "import sys, ai_afm_gui.client\n"
        "assert not [m for m in sys.modules if m.startswith(('PyQt', 'PySide', 'qtpy'))]\n"
        "import ai_afm_gui.live.presenter, ai_afm_gui.live.picture, ai_afm_gui.live.log_filter\n"
        "import ai_afm_gui.live.tracer, ai_afm_gui.live.memory\n"
        "assert not [m for m in sys.modules if m.startswith(('PyQt', 'PySide', 'qtpy'))]\n"
        "import ai_afm_gui.live.page\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def page(context, qtbot):
    page = LivePage(context)
    qtbot.addWidget(page)
    page.resize(1180, 710)
    page.show()
    yield page
    page.shut()


def showing(page, qtbot, told):
    def there():
        page.tick()
        return page.state is not None and told(page.state)

    qtbot.waitUntil(there, timeout=WAIT)


def test_a_finished_run_is_shown_whole(page, qtbot, night):
    page.attach(night.path)
    showing(page, qtbot, lambda state: state.view is not None)
    assert page.views.views[0].picture.complete
    assert "Scan" in page._title.text()
    assert page._run.text() == "run: done"
    assert page.log.table.model().rowCount() == len(page.state.log)
    qtbot.waitUntil(lambda: page.tick() or bool(page.views.lines), timeout=WAIT)


def test_a_line_of_the_log_leads_to_its_frame_and_a_button_back(page, qtbot, night):
    page.attach(night.path)
    showing(page, qtbot, lambda state: state.view is not None)
    page.log.want("scan 1: overview")
    page.log.table.activated.emit(page.log.table.model().index(0, 0))
    showing(page, qtbot, lambda state: state.view.number == 1)
    assert page._newest.isVisible()
    assert "Overview" in page.why.text()
    QTest.mouseClick(page._newest, Qt.MouseButton.LeftButton)
    showing(page, qtbot, lambda state: state.view.number != 1)
    assert not page._newest.isVisible()


def test_a_folder_that_is_no_run_is_said_once(page, context, tmp_path):
    said = []
    context.failed.connect(said.append)
    page.attach(tmp_path)
    page.tick()
    page.tick()
    assert said == [f"{tmp_path} is not the folder of a run: it has no config.toml"]


def test_a_run_whose_folder_is_only_being_made_is_shown_when_it_is_there(
    page, context, qtbot, night, tmp_path
):
    said = []
    context.failed.connect(said.append)
    page.attach(tmp_path / "soon")
    page.tick()
    assert page.state is None
    shutil.copytree(night.path, tmp_path / "soon")
    showing(page, qtbot, lambda state: state.view is not None)
    assert not said


def test_another_run_takes_the_place_of_the_first(page, qtbot, night):
    page.attach(night.path)
    showing(page, qtbot, lambda state: state.view is not None)
    page.attach(None)
    page.tick()
    assert page.state is None
    assert page.views.views[0].picture is None
    assert page.log.table.model().rowCount() == 0


def test_what_the_views_show_is_remembered(context, qtbot, night):
    choice = Choice("frequency", levelling=Levelling.ROWS)
    first = LivePage(context)
    qtbot.addWidget(first)
    first.views.views[1].choose(choice)
    first.shut()
    second = LivePage(context)
    qtbot.addWidget(second)
    second.attach(night.path)
    showing(second, qtbot, lambda state: state.view is not None)
    assert second.views.views[1].choice == choice
    second.shut()


def test_the_theme_changes_while_a_run_is_shown(page, context, qtbot, night):
    page.attach(night.path)
    showing(page, qtbot, lambda state: state.view is not None)
    context.dark = False
    page.tick()
    assert page.views.views[0].canvas.tones == LIGHT


def test_nothing_is_cut_at_the_smallest_size(page, qtbot, night):
    page.attach(night.path)
    showing(page, qtbot, lambda state: state.view is not None)
    assert page.minimumSizeHint().width() <= 1180
    assert page.minimumSizeHint().height() <= 710
    for each in page.views.views:
        assert min(each.canvas.width(), each.canvas.height()) >= 150


def test_shutting_ends_every_thread(context, qtbot, night):
    before = set(threading.enumerate())
    page = LivePage(context)
    qtbot.addWidget(page)
    page.attach(night.path)
    showing(page, qtbot, lambda state: state.view is not None)
    page.shut()
    names = ("follow a run", "trace lines", "steer")
    left = {t for t in set(threading.enumerate()) - before if t.name.startswith(names)}
    assert not left


def test_nothing_is_measured_on_a_path_whose_rows_are_sweeps(four):
    four.with_cut = True
    four.show_view(replace(view(), kind="path"))
    assert four.cut() is None
    assert four.lines == ()
    assert not four.views[0].canvas.measured
