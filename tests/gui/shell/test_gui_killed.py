"""The window is killed under a live run: it loses no line, and goes as if nobody had looked."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ai_afm.image.scan_layout import read_scan
from ai_afm.store.journal import Journal

WINDOW = Path(__file__).with_name("gui_killed_window.py")
RUN = Path(__file__).parents[1] / "client" / "gui_live_run.py"
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"}
SECONDS_OF_RUN = 75
"""That the run takes on the instrument's clock."""
EACH = 10.0
"""s for a window to come, at most, on a busy machine."""


def begun(folder, acks, speed):
    command = [sys.executable, str(RUN), str(folder), str(acks), str(speed)]
    run = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (acks.exists() and acks.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    return run


def ended(run):
    _, said = run.communicate(timeout=300)
    assert run.returncode == 0, said


def show_and_kill(folder, settings, chance):
    """Open a window, let it show the run for a moment, and kill it in the middle of its work."""
    command = [sys.executable, str(WINDOW), str(folder), str(settings)]
    window = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    try:
        assert window.stdout.readline() == "shown\n"
        time.sleep(chance.uniform(0.0, 0.2))
        assert window.poll() is None
    finally:
        window.kill()
        window.communicate()


def story(folder):
    """Return the kinds of all rows in their order, without what a person may have said."""
    with Journal.read(folder / "journal.sqlite") as journal:
        journal.verify()
        return [row.kind for row in journal.rows()]


MANY = pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(900)])


@pytest.mark.parametrize("times", [3, MANY])
def test_a_run_does_not_notice_windows_that_are_killed(tmp_path, times):
    folder, acks, alone = tmp_path / "run", tmp_path / "acks.jsonl", tmp_path / "alone"
    run = begun(folder, acks, SECONDS_OF_RUN / (EACH * times))
    chance = random.Random(7)
    for number in range(times):
        assert run.poll() is None, f"the run ended before window {number}"
        show_and_kill(folder, tmp_path / "window.ini", chance)
    assert run.poll() is None
    ended(run)
    ended(begun(alone, tmp_path / "alone.jsonl", 25.0))
    told = [json.loads(line) for line in acks.read_text().splitlines()]
    for path in sorted((folder / "scans").glob("*.h5")):
        passes = sum(line.get("scan") == int(path.stem) for line in told)
        assert read_scan(path).passes == passes > 0
    assert story(folder) == story(alone)
