"""What is left of a scan when the writing process or the computer dies at any moment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from scan_factory import (
    CHANNELS,
    LINES,
    new_writer,
    row_of,
    scan_lines,
    scan_request,
)

from ai_afm.image.scan_layout import ScanState, read_scan
from ai_afm.store import platform
from ai_afm.store.recover import check_acks, recover
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import Direction

WRITER = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from scan_factory import new_writer, scan_lines, scan_request
request = scan_request(lines=400, pixels=64, line_rate=1000.0)
writer = new_writer(Path(sys.argv[2]), request)
waiting, acked = [], 0
for line in scan_lines(request):
    writer.write(line)
    waiting.append(line)
    while acked < writer.durable_passes:
        gone = waiting[acked]
        acked += 1
        print(json.dumps({"scan": 1, "line": gone.index, "direction": gone.direction}), flush=True)
    if len(waiting) % 5 == 0:
        writer.sync()
"""


def assert_rows_are_true(path, request):
    """Every valid row is the one that was written; the others are not in the frame."""
    stored = read_scan(path)
    for direction in Direction:
        for row in np.flatnonzero(stored.frame.scanned[direction]):
            for i, channel in enumerate(CHANNELS):
                image = stored.frame.data[channel.name, direction]
                np.testing.assert_array_equal(image[row], row_of(request, i, direction, row))
    return stored


def kill_a_writer(folder: Path, rng: np.random.Generator) -> None:
    """Start a writer, kill it a random while after a random report, recover what is left."""
    run = RunFolder.create(folder, "")
    request = scan_request(lines=400, pixels=64, line_rate=1000.0)
    command = [sys.executable, "-c", WRITER, str(Path(__file__).parent), str(run.scans)]
    reported = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(int(rng.integers(1, 300))):
            reported.append(process.stdout.readline())
        for _ in range(int(rng.integers(0, 30_000))):
            pass
        process.send_signal(signal.SIGKILL)
        reported += process.stdout.readlines()
    acks = folder.with_suffix(".jsonl")
    acks.write_text("".join(reported))
    with h5py.File(run.scan_file(1), "r") as file:
        assert file["entry/height_trace/data"].shape == (400, 64)
    lines_acked, lines_lost = check_acks(run.path, acks)
    assert lines_acked == sum(line.endswith("\n") for line in reported) >= 1
    assert lines_lost == 0
    recovery = recover(run.path)
    once = run.scan_file(1).read_bytes(), run.journal_file.read_bytes()
    recover(run.path)
    assert (run.scan_file(1).read_bytes(), run.journal_file.read_bytes()) == once
    assert recovery.passes >= lines_acked
    assert check_acks(run.path, acks) == (lines_acked, 0)
    assert assert_rows_are_true(run.scan_file(1), request).state is ScanState.INTERRUPTED


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_kill_9_loses_no_reported_line(tmp_path):
    rng = np.random.default_rng(1)
    for n in range(4):
        kill_a_writer(tmp_path / str(n), rng)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.timeout(600)
def test_kill_9_at_a_hundred_moments_loses_no_reported_line(tmp_path):
    rng = np.random.default_rng(2)
    for n in range(100):
        kill_a_writer(tmp_path / str(n), rng)


class Recorder:
    """Notes what is written and when it is made durable, as the disk sees it."""

    def __init__(self, monkeypatch):
        self.calls = []
        self._pwrite = platform.pwrite
        self._sync = platform.fdatasync
        monkeypatch.setattr(platform, "pwrite", self.pwrite)
        monkeypatch.setattr(platform, "fdatasync", self.sync)

    def pwrite(self, fd, content, offset):
        self.calls.append(("write", offset, bytes(content)))
        self._pwrite(fd, content, offset)

    def sync(self, fd):
        self._sync(fd)
        self.calls.append(("sync", 0, b""))


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """The empty file, the calls of a whole scan, and (calls so far, passes) after each report."""
    request = scan_request(line_rate=1.0)
    with new_writer(tmp_path, request) as writer:
        empty = writer.path.read_bytes()
        recorder = Recorder(monkeypatch)
        reports = [(0, 0)]
        for line in scan_lines(request):
            writer.write(line)
            reports.append((len(recorder.calls), writer.durable_passes))
        writer.finish(ScanState.COMPLETE)
    monkeypatch.undo()
    return request, empty, recorder.calls, reports


def reported_at(reports, calls):
    return max(passes for done, passes in reports if done <= calls)


def test_a_file_cut_off_at_any_write_holds_all_reported_lines(tmp_path, recorded):
    request, empty, calls, reports = recorded
    content = bytearray(empty)
    path = tmp_path / "cut.h5"
    for n, (kind, offset, written) in enumerate(calls):
        if kind == "write":
            half = len(written) // 2
            content[offset : offset + half] = written[:half]
            path.write_bytes(content)
            assert assert_rows_are_true(path, request).passes >= reported_at(reports, n)
            content[offset : offset + len(written)] = written
        path.write_bytes(content)
        assert assert_rows_are_true(path, request).passes >= reported_at(reports, n + 1)
    assert read_scan(path).state is ScanState.COMPLETE
    assert read_scan(path).passes == 2 * LINES


def power_cut(empty, calls, at, rng):
    """All up to the last sync is there; of what came later each 512-byte sector by chance."""
    synced = max((n + 1 for n, c in enumerate(calls[:at]) if c[0] == "sync"), default=0)
    disk, cache = bytearray(empty), bytearray(empty)
    for n, (_, offset, written) in enumerate(calls[:at]):
        cache[offset : offset + len(written)] = written
        if n < synced:
            disk[offset : offset + len(written)] = written
    for sector in range(0, len(disk), 512):
        if rng.random() < 0.5:
            disk[sector : sector + 512] = cache[sector : sector + 512]
    return bytes(disk)


def check_power_cuts(tmp_path, recorded, count):
    request, empty, calls, reports = recorded
    rng = np.random.default_rng(3)
    path = tmp_path / "cut.h5"
    for _ in range(count):
        at = int(rng.integers(0, len(calls) + 1))
        path.write_bytes(power_cut(empty, calls, at, rng))
        assert assert_rows_are_true(path, request).passes >= reported_at(reports, at)


def test_a_power_cut_loses_no_line_that_was_durable(tmp_path, recorded):
    check_power_cuts(tmp_path, recorded, 60)


@pytest.mark.slow
def test_two_thousand_power_cuts_lose_no_line_that_was_durable(tmp_path, recorded):
    check_power_cuts(tmp_path, recorded, 2000)


def test_without_a_power_cut_simulation_that_bites_the_tests_above_would_prove_nothing(
    tmp_path, recorded
):
    request, empty, calls, _ = recorded
    writes = [c for c in calls if c[0] == "write"]
    path = tmp_path / "cut.h5"
    path.write_bytes(power_cut(empty, writes, len(writes) - 1, np.random.default_rng(4)))
    assert assert_rows_are_true(path, request).passes < 2 * LINES
    assert os.path.getsize(path) == len(empty)
