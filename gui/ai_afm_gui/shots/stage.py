"""The lab that the pictures show: a finished night, corrections, a candidate, a live run."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ai_afm.errors import AfmError, StoreError
from ai_afm.flywheel.lab import Lab
from ai_afm.store.run_folder import RunFolder
from ai_afm_gui.shell.demo import LAST_WORDS, DemoRun

NIGHT = Path(__file__).with_name("night.toml")
STEPS = 20
"""Of a training that is there to be seen, not to be used."""


def prepare(lab: Path, now: datetime) -> DemoRun:
    """Fill a lab, where it is not filled yet, and start a live run in it.

    Raises
    ------
    StoreError
        When the lab cannot be made, or one of the commands fails.
    """
    made = Lab.make(lab)
    night = night_of(lab)
    if not _is_run(night):
        for command in _commands(made, night):
            _run(command)
    return DemoRun(made.path, now)


def night_of(lab: Path) -> Path:
    """Return the finished run in a lab that was prepared."""
    return lab.absolute() / "runs" / "night-1"


def _commands(lab: Lab, night: Path) -> Iterator[tuple[str, ...]]:
    where = ("--lab", str(lab.path))
    yield ("ai_afm", "run", str(NIGHT), "--out", str(night), *where)
    yield ("ai_afm_gui.shots.corrections", str(lab.path), str(night))
    yield ("ai_afm", "dataset", "freeze", "first-night", "--validation", "0", *where)
    yield ("ai_afm", "train", "--steps", str(STEPS), "--while-scanning", *where)


def _run(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        words = f"{done.stdout}\n{done.stderr}".strip()[-LAST_WORDS:]
        raise StoreError(f"the lab of the pictures: {' '.join(command)} failed: {words}")


def _is_run(path: Path) -> bool:
    try:
        RunFolder.open(path)
    except AfmError:
        return False
    return True
