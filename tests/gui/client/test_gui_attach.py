"""Windows come and go while a run writes: it loses no line and its folder is as it was written."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ai_afm.image.scan_layout import read_scan
from ai_afm.store.journal import Journal
from ai_afm_gui.client import Follower, RunReader

RUN = Path(__file__).with_name("gui_live_run.py")
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def hashes(folder):
    """What the run has written; SQLite's shared memory belongs to whoever reads."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    kept = (p for p in files if p.suffix not in {".sqlite-shm", ".sqlite-wal"})
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in kept}


def attach_and_leave(folder):
    """Follow the run until it was seen, as a window does."""
    follower = Follower(folder)
    deadline = time.monotonic() + 30
    while follower.newest() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    seen = follower.newest()
    follower.close()
    assert seen is not None, follower.problem
    return seen


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_run_does_not_notice_windows_that_come_and_go(tmp_path, times):
    folder, acks = tmp_path / "run", tmp_path / "acks.jsonl"
    command = [sys.executable, str(RUN), str(folder), str(acks)]
    child = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (acks.exists() and acks.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    rows = [attach_and_leave(folder).row for _ in range(times)]
    _, said = child.communicate(timeout=100)
    assert child.returncode == 0, said
    assert rows == sorted(rows)
    before = hashes(folder)
    with RunReader(folder) as reader:
        state = reader.poll()
    assert hashes(folder) == before
    told = [json.loads(line) for line in acks.read_text().splitlines()]
    for entry in state.entries:
        passes = sum(line.get("scan") == entry.number for line in told)
        assert read_scan(folder / "scans" / f"{entry.number:06d}.h5").passes == passes
        assert passes == 2 * entry.lines
    with Journal.read(folder / "journal.sqlite") as journal:
        assert journal.verify() == state.row
