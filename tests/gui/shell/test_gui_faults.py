"""An error that nobody caught is shown and logged, and the window goes on."""

import logging
import threading

import pytest
from qtpy.QtCore import QTimer
from test_gui_window import FakePlace, NoDemo

from ai_afm_gui.shell.faults import Faults
from ai_afm_gui.shell.log import log_to
from ai_afm_gui.window import Window


@pytest.fixture
def faults(context, qtbot):
    taken = Faults(context.failed.emit)
    yield taken
    taken.remove()


@pytest.fixture
def window(context, qtbot):
    made = Window(context, (FakePlace("live"),), demo=NoDemo())
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def log(tmp_path):
    handler = log_to(tmp_path / "deep" / "window.log")
    yield tmp_path / "deep" / "window.log"
    logging.getLogger().removeHandler(handler)
    handler.close()


def breaks():
    raise ValueError("no such channel")


def test_an_exception_in_a_slot_is_shown_and_logged_and_not_fatal(qtbot, window, faults, log):
    QTimer.singleShot(0, breaks)
    qtbot.waitUntil(lambda: window.failures.texts == ("ValueError: no such channel",))
    text = log.read_text()
    assert "Traceback" in text
    assert "in breaks" in text
    window.show_page("live")
    assert window.shown == "live"


def test_a_page_that_fails_at_each_tick_is_counted_and_logged_in_full_once(
    qtbot, window, faults, log
):
    window.show_page("live")
    window.page("live").tick = breaks
    qtbot.waitUntil(lambda: log.exists() and log.read_text().count("again") >= 3)
    assert window.failures.texts == ("ValueError: no such channel",)
    assert log.read_text().count("Traceback") == 1
    window.page("live").tick = lambda: None


def test_an_exception_in_a_thread_is_shown_in_the_window(qtbot, window, faults):
    thread = threading.Thread(target=breaks)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: window.failures.texts == ("ValueError: no such channel",))


def test_the_hooks_are_given_back(context):
    before = threading.excepthook
    Faults(context.failed.emit).remove()
    assert threading.excepthook == before
