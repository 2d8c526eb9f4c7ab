"""The stop bar stops: in its own process, whatever the window does."""

import os
import subprocess
import sys
import time

import pytest
from gui_fake_run import FakeRun, live_run
from qtpy.QtCore import Qt

from ai_afm_gui.shell.brake import Brake
from ai_afm_gui.stop_bar.bar import StopBar

PRESSES = """
import sys, time
from pathlib import Path
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication
from ai_afm_gui.stop_bar.bar import StopBar
app = QApplication([])
bar = StopBar(Path(sys.argv[1]))
bar.show()
def press():
    print(time.monotonic(), flush=True)
    bar.withdraw.pressed.emit()
def leave():
    if "withdrawn" in bar._message.text().lower():
        bar.close(); app.quit()
QTimer.singleShot(100, press)
timer = QTimer(); timer.timeout.connect(leave); timer.start(20)
app.exec()
heavy = {"numpy", "h5py", "pyqtgraph", "torch"} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.fixture
def run(tmp_path):
    with live_run(tmp_path / "night 7") as live:
        yield live


@pytest.fixture
def bar(qtbot, run):
    widget = StopBar(run.folder.path)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_the_press_withdraws_at_once(qtbot, run, bar):
    qtbot.mousePress(bar.withdraw, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(run.withdrawn))
    qtbot.waitUntil(lambda: "Tip withdrawn" in bar.presenter.view().message)


def test_the_keys_withdraw(qtbot, run, bar):
    with qtbot.waitActive(bar):
        bar.activateWindow()
    qtbot.keyClick(bar, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(run.withdrawn))


def test_pause_and_stop_are_sent_under_their_names(qtbot, run, bar):
    qtbot.waitUntil(bar.pause.isEnabled)
    qtbot.mousePress(bar.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "obeys between two lines" in bar.presenter.view().message)
    qtbot.mousePress(bar.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bar.presenter.view().message.startswith("Stop, stay: the run obeys"))
    assert [run.server.take().do, run.server.take().do] == ["pause", "stop"]


def test_it_outlives_the_run_and_links_again_when_the_run_goes_on(qtbot, run, bar):
    qtbot.waitUntil(lambda: bar.lamp.word == "linked")
    run.end()
    qtbot.waitUntil(lambda: bar.lamp.word == "run has ended")
    assert not bar.stop.isEnabled()
    assert bar.withdraw.isEnabled()
    run.begin()
    qtbot.waitUntil(lambda: bar.lamp.word == "linked")
    qtbot.mousePress(bar.withdraw, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(run.withdrawn))


def test_a_run_that_nobody_runs_is_said_not_to_be_withdrawn(qtbot, tmp_path):
    old = FakeRun(tmp_path / "old")
    widget = StopBar(old.folder.path)
    qtbot.addWidget(widget)
    qtbot.mousePress(widget.withdraw, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "NOT WITHDRAWN" in widget.presenter.view().message)


def test_it_withdraws_while_the_window_hangs(run):
    bar = subprocess.Popen(
        [sys.executable, "-c", PRESSES, str(run.folder.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    # this process stands for the window: it sleeps; the socket's thread is the run's
    deadline = time.monotonic() + 60
    while not run.withdrawn and time.monotonic() < deadline:
        time.sleep(0.5)
    said, trouble = bar.communicate(timeout=60)
    assert (bar.returncode, trouble) == (0, "")
    assert run.withdrawn[0] > float(said)


def test_the_window_withdraws_on_the_same_way(qtbot, run, context):
    context.attach(run.folder.path)
    said = []
    context.said.connect(said.append)
    brake = Brake(context, None, time.monotonic)
    brake.withdraw()
    qtbot.waitUntil(lambda: bool(brake.tick() or len(said) == 2))
    assert said[1].startswith("Tip withdrawn")
    assert len(run.withdrawn) == 1


def test_without_a_run_the_window_says_that_nothing_was_withdrawn(context):
    failed = []
    context.failed.connect(failed.append)
    Brake(context, None, time.monotonic).withdraw()
    assert failed == ["No run is shown; nothing was withdrawn."]
