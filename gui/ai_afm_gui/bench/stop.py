"""How long it takes from the press in the stop bar until the twin is withdrawn."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ai_afm.errors import StoreError

EVERY = 1.2
"""s between two presses."""
BLOCKED = 5.0
"""s that the main window is blocked for, again and again, while the bar is pressed."""


@contextmanager
def scanning_twin(run: Path, scan_file: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a twin that scans and is looked at, and wait until it does.

    Raises
    ------
    StoreError
        When it does not start.
    """
    command = [sys.executable, "-m", "ai_afm_gui.bench.twin", str(run), str(scan_file)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as twin:
        if not _out(twin).readline():
            raise StoreError(f"the twin of the benchmark has ended with code {twin.wait()}")
        try:
            yield twin
        finally:
            if twin.stdin is not None:
                twin.stdin.close()


def presses(run: Path, twin: "subprocess.Popen[str]", count: int) -> list[float]:
    """Press STOP + WITHDRAW while this process, which has the window, does nothing at all.

    Returns
    -------
    list of float
        s from each press to the end of the withdrawal in the twin.
    """
    command = [sys.executable, "-m", "ai_afm_gui.bench.press", str(run), str(count), str(EVERY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bar:
        while bar.poll() is None:
            time.sleep(BLOCKED)  # in the thread of Qt: the window is blocked
        pressed = [float(line) for line in _out(bar)]
    withdrawn = [float(json.loads(_out(twin).readline())["withdrawn"]) for _ in pressed]
    return [seen - at for at, seen in zip(pressed, withdrawn, strict=True)]


def _out(process: "subprocess.Popen[str]") -> IO[str]:
    assert process.stdout is not None
    return process.stdout
