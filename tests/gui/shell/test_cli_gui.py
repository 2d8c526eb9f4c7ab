"""`ai-afm gui`: the verb starts another program and gives its exit code back."""

import json
import sys
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from ai_afm.cli import gui
from ai_afm.cli.app import app
from ai_afm.errors import ConfigError


class FakeWindow:
    """Takes the place of the process."""

    started = None
    interrupts = 0

    def __init__(self, command):
        FakeWindow.started = command

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def wait(self):
        if FakeWindow.interrupts:
            FakeWindow.interrupts -= 1
            raise KeyboardInterrupt
        return 3


@pytest.fixture(autouse=True)
def window(monkeypatch):
    monkeypatch.setattr(gui.subprocess, "Popen", FakeWindow)


def test_the_flags_are_passed_on_and_the_exit_code_comes_back():
    done = CliRunner().invoke(
        app, ["gui", "RUN", "--lab", "LAB", "--demo", "--theme", "light", "--stop-bar", "RUN2"]
    )
    assert done.exit_code == 3
    assert FakeWindow.started == [
        *(sys.executable, "-m", "ai_afm_gui", "RUN", "--lab", "LAB", "--theme", "light"),
        *("--stop-bar", "RUN2", "--size", "1280x800", "--demo"),
    ]


def test_ctrl_c_is_left_to_the_window():
    FakeWindow.interrupts = 1
    assert gui.start([]) == 3


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(gui, "find_spec", lambda name: None if name == "pyqtgraph" else object())
    with pytest.raises(ConfigError, match="pyqtgraph; install it with `pip install ai-afm"):
        gui.start([])


def test_figures_come_from_a_program_of_its_own(monkeypatch):
    asked = []

    def run(command, **_):
        asked[:] = command
        return SimpleNamespace(returncode=0, stdout='a word\n{"stop_ms_p95": 80.5}\n')

    monkeypatch.setattr(gui.subprocess, "run", run)
    done = CliRunner().invoke(app, ["bench", "gui", "--lines", "512", "--json"])
    assert json.loads(done.stdout) == {"stop_ms_p95": 80.5}
    assert asked == [sys.executable, "-m", "ai_afm_gui.bench", "--lines", "512"]


def test_a_benchmark_that_fails_is_an_error(monkeypatch):
    failed = SimpleNamespace(returncode=1, stdout="")
    monkeypatch.setattr(gui.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(ConfigError, match="ended with code 1"):
        gui.measured(0, None, False)
