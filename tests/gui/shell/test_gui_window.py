"""The window: pages on demand, ticks for the one that is shown, messages that stay."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from qtpy.QtCore import QByteArray, Qt
from qtpy.QtGui import QAction, QPalette
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLabel, QMessageBox, QVBoxLayout

from ai_afm_gui.look.tones import DARK, LIGHT
from ai_afm_gui.page import Page
from ai_afm_gui.shell.memory import Memory
from ai_afm_gui.window import Window


class FakePage(Page):
    """Counts what it is told."""

    def __init__(self, context):
        super().__init__(context)
        self.runs, self.ticks, self.closed = [], 0, 0
        QVBoxLayout(self).addWidget(QLabel("page"))
        self.addAction(QAction("Export...", self))

    def attach(self, run):
        self.runs.append(run)

    def tick(self):
        self.ticks += 1

    def shut(self):
        self.closed += 1


@dataclass
class FakePlace:
    """A page that needs no module."""

    name: str
    made: list = field(default_factory=list)

    def open(self, context):
        self.made.append(FakePage(context))
        return self.made[-1]


class NoDemo:
    """Stands for the keeper of the demo; says whether the window may close."""

    run = None

    def __init__(self):
        self.may = True
        self.waiting = self
        self.started = 0

    def connect(self, _slot):
        pass

    def start(self):
        self.started += 1

    def tick(self):
        pass

    def may_close(self, _parent):
        return self.may


@pytest.fixture
def places():
    return (FakePlace("live"), FakePlace("review"))


@pytest.fixture
def window(context, places, qtbot):
    made = Window(context, places, demo=NoDemo())
    qtbot.addWidget(made)
    made.show()
    made.begin()
    return made


@pytest.fixture
def look(qapp):
    yield
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())


def test_a_language_is_said_to_come_with_the_next_start_also_in_itself(window, monkeypatch):
    said = []
    monkeypatch.setattr(QMessageBox, "information", lambda *words: said.append(words[-1]))
    languages = [a for a in window.menu_bar.findChildren(QAction) if a.text() == "繁體中文"]
    languages[0].trigger()
    own, here = said[0].split("\n\n")
    assert here == "The window speaks 繁體中文 from its next start."
    assert "繁體中文" in own
    assert "The window" not in own
    assert window.memory.language == "zh_TW"


def test_without_a_run_one_click_opens_the_demo(window, qtbot):
    assert window.shown is None
    qtbot.mouseClick(window.welcome.demo, Qt.MouseButton.LeftButton)
    assert window.demo.started == 1


def test_a_run_opens_the_first_page_and_no_other(window, places, context):
    context.attach(Path("/nights/7"))
    assert window.shown == "live"
    assert [len(place.made) for place in places] == [1, 0]
    assert places[0].made[0].runs == [Path("/nights/7")]


def test_only_the_page_that_is_shown_ticks(window, places, context, qtbot):
    context.attach(Path("/nights/7"))
    window.show_page("review")
    before = places[0].made[0].ticks
    qtbot.waitUntil(lambda: places[1].made[0].ticks > 2)
    assert places[0].made[0].ticks == before


def test_another_run_is_told_to_all_pages(window, places, context):
    window.show_page("live")
    window.show_page("review")
    context.attach(Path("/nights/8"))
    assert [place.made[0].runs for place in places] == [[None, Path("/nights/8")]] * 2


def test_a_page_may_ask_for_another(window, context):
    context.page_wanted.emit("review")
    assert window.shown == "review"


def test_a_page_that_is_not_there_is_said_and_nothing_else_happens(window, context):
    window.show_page("live")
    context.page_wanted.emit("kitchen")
    assert window.shown == "live"
    assert window.failures.texts == ("There is no page kitchen.",)


def test_the_actions_of_a_page_are_in_the_menu_while_it_is_shown(window):
    menus = {entry.text(): entry for entry in window.menu_bar.actions()}
    assert not menus["&Page"].isVisible()
    window.show_page("live")
    assert menus["&Page"].isVisible()
    assert [action.text() for action in menus["&Page"].menu().actions()] == ["Export..."]


def test_a_failure_stays_until_it_is_read_and_repetitions_are_counted(window, context):
    for text in ("disk full", "disk full", "link lost"):
        context.failed.emit(text)
    assert window.failures.isVisible()
    assert window.failures.texts == ("disk full", "link lost")
    window.failures.read()
    assert window.failures.texts == ("link lost",)
    window.failures.read()
    assert not window.failures.isVisible()


def test_what_is_said_stands_in_the_strip_for_a_while(window, context):
    context.said.emit("Tip withdrawn")
    assert window.header.middle == "Tip withdrawn"
    window.header._quiet.timeout.emit()
    assert window.header.middle == ""


def test_page_theme_and_place_are_remembered(window, context, places, qtbot, look):
    window.show_page("review")
    window.use_dark(False)
    window.close()
    context.run = Path("/nights/7")
    again = Window(context, places, demo=NoDemo())
    qtbot.addWidget(again)
    again.begin()
    assert again.shown == "review"
    memory = Memory(context.settings)
    assert not memory.dark
    assert again.restoreGeometry(QByteArray(memory.geometry))


def test_the_theme_changes_while_the_window_is_open(window, look):
    window.use_dark(False)
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == LIGHT.window
    window.use_dark(True)
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == DARK.window


def test_closing_ends_what_the_pages_started(window, places):
    window.show_page("live")
    window.close()
    assert places[0].made[0].closed == 1


def test_a_person_may_change_their_mind_about_closing(window, places):
    window.show_page("live")
    window.demo.may = False
    window.close()
    assert window.isVisible()
    assert places[0].made[0].closed == 0
    window.demo.may = True


def test_recent_runs_are_listed_once_each_the_last_one_first(window, context):
    for name in ("1", "2", "1"):
        context.attach(Path("/nights").absolute() / name)
    assert [run.name for run in window.memory.runs] == ["1", "2"]


def test_esc_twice_withdraws_on_the_live_page_only(window, qtbot, context):
    pressed = []
    window._esc._act = lambda: pressed.append(window.shown)
    with qtbot.waitActive(window):
        window.activateWindow()
    for page in ("review", "live"):
        window.show_page(page)
        for _ in range(2):
            QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert pressed == ["live"]


def test_esc_twice_slowly_does_nothing(window, qtbot):
    pressed, times = [], iter([0.0, 0.7, 1.5])
    window._esc._act = lambda: pressed.append(1)
    window._esc._clock = lambda: next(times)
    window.show_page("live")
    with qtbot.waitActive(window):
        window.activateWindow()
    for _ in range(3):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert not pressed


def test_ctrl_dot_withdraws_on_every_page(window, qtbot, context):
    failed = []
    context.failed.connect(failed.append)
    window.show_page("review")
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert failed == ["No run is shown; nothing was withdrawn."]
