"""The stop bar beside the window: one for each run, a process of its own."""

import time

import pytest
from gui_fake_run import live_run

from ai_afm_gui.shell.brake import Brake
from ai_afm_gui.shell.companion import Companion
from ai_afm_gui.stop_bar.app import only_one


@pytest.fixture
def run(tmp_path):
    with live_run(tmp_path / "night") as live:
        yield live.folder.path


def test_a_live_run_gets_one_bar_and_it_closes_with_the_run(run):
    companion = Companion(("--theme", "light"))
    companion.accompany(run)
    bar = companion._bars[run]
    companion.accompany(run)
    companion.open(run)
    assert companion._bars == {run: bar}
    companion.close(run)
    assert bar.poll() is not None


def test_a_second_bar_for_the_same_run_leaves_by_itself(run):
    first = only_one(run)
    assert first.tryLock(0)
    companion = Companion()
    companion.open(run)
    assert companion._bars[run].wait(60) == 0
    first.unlock()


def test_a_bar_that_fails_is_told_once(run, context):
    said = []
    context.failed.connect(said.append)
    companion = Companion(("--theme", "blue"))
    brake = Brake(context, companion, time.monotonic)
    brake.accompany(run)
    companion._bars[run].wait(60)
    brake.tick()
    brake.tick()
    assert len(said) == 1
    assert said[0].startswith("The stop bar of night has ended with code 2.")
