"""What a lab learns from a run while it goes on, in a process that no scan waits for."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ai_afm.config.flywheel import FlywheelSettings
from ai_afm.errors import AfmError
from ai_afm.flywheel.database import Database
from ai_afm.flywheel.lab import MARKER, Lab
from ai_afm.service.lab import find_lab
from ai_afm.service.runs import note_run
from ai_afm.store.run_folder import RunFolder

log = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds that a run which has ended waits for its last scans to get into the queue."""


def lab_of(named: Path | None) -> Lab | None:
    """Return the lab of a run, `None` where there is none: a folder with models alone is none."""
    found = find_lab(named)
    return Lab(found) if found is not None and (found / MARKER).is_file() else None


@contextmanager
def looked_on(folder: RunFolder, settings: FlywheelSettings, lab: Lab | None) -> Iterator[None]:
    """While the block runs, let a process fill the review queue and shadow models look.

    It reads the run's folder only, and nothing that fails there touches the run: a line in
    `flywheel.log` of the run says so. What a killed run has left undone it finishes by itself.

    Parameters
    ----------
    folder
        Of the run.
    settings
        What is to be done.
    lab
        Outside a lab nothing is done and nothing made.
    """
    child = None if lab is None else _started(folder, settings, lab)
    try:
        yield
    except BaseException:
        if child is not None:
            _left(child, 0.0)  # whoever stops a run does not wait for its lab
        raise
    if child is not None:
        _left(child, PATIENCE)


def _started(
    folder: RunFolder, settings: FlywheelSettings, lab: Lab
) -> "subprocess.Popen[bytes] | None":
    try:
        database = Database(lab.database)
        try:
            note_run(database, folder.path)
        finally:
            database.close()
        works = [f"--{w}" for w in ("fill", "shadow") if getattr(settings, w)]
        if not works:
            return None
        command = [sys.executable, "-m", "ai_afm.service.onlooker", *works]
        with folder.flywheel_log.open("ab") as errors:
            return subprocess.Popen(
                [*command, str(folder.path), str(lab.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                # Ctrl-C is for the run: what has been scanned still gets into the queue
                start_new_session=True,
                creationflags=_BELOW_ALL,
            )
    except (AfmError, OSError) as exc:
        log.warning("the lab %s does not learn from this run: %s", lab.path, exc)
        return None


def _left(child: "subprocess.Popen[bytes]", patience: float) -> None:
    """Tell the process that the run has ended, and wait a while until the queue is filled.

    It closes its stdout then; what shadow models still look at, they look at alone.
    """
    assert child.stdin is not None
    child.stdin.close()
    filled = threading.Event()
    threading.Thread(target=_followed, args=(child, filled), daemon=True).start()
    if not filled.wait(patience) and patience:
        log.warning("the review queue is still being filled; process %d goes on", child.pid)


def _followed(child: "subprocess.Popen[bytes]", filled: threading.Event) -> None:
    """Say when the queue is filled, and clean up when the process has ended."""
    assert child.stdout is not None
    with child.stdout as stream:
        stream.read()
    filled.set()
    child.wait()


def _below_all() -> int:
    """Return the flags of a process that only gets what others leave; elsewhere it does so itself.

    On Windows it also is a process group of its own: Ctrl-C does not reach it.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.IDLE_PRIORITY_CLASS | subprocess.CREATE_NEW_PROCESS_GROUP
    return flags


_BELOW_ALL = _below_all()
