"""Bringing the folder of a dead run into order."""

import errno
import hashlib
import json
import shutil
from contextlib import suppress

import pytest
from scan_factory import LINES, new_writer, scan_lines, scan_request, write_scan

from ai_afm.errors import BadInput, StoreError
from ai_afm.image import redo_log
from ai_afm.image.scan_layout import ScanState, read_scan
from ai_afm.store import platform
from ai_afm.store.journal import Journal
from ai_afm.store.recover import check_acks, recover
from ai_afm.store.run_folder import RunFolder


@pytest.fixture
def run(tmp_path):
    """Scan 1 is complete, scan 2 broke off after 5 passes, scan 3 was just being made."""
    folder = RunFolder.create(tmp_path / "run", "")
    with new_writer(folder.scans, scan_request(), number=1) as writer:
        for line in scan_lines(scan_request()):
            writer.write(line)
        writer.finish(ScanState.COMPLETE)
    write_scan(folder.scans, scan_request(), passes=5, number=2)
    (folder.scans / "000003.h5.tmp").write_bytes(b"half")
    (folder.probes / "000001.h5.tmp").write_bytes(b"half")
    with Journal.open(folder.journal_file) as journal:
        journal.append("decision", {"scan": 2})
    return folder


def fingerprint(folder):
    files = [p for p in sorted(folder.path.rglob("*")) if p.is_file()]
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_a_scan_that_broke_off_is_marked_and_journalled(run):
    found = recover(run.path)
    assert (found.scans, found.passes) == (2, 2 * LINES + 5)
    assert found.interrupted == found.newly_interrupted == (2,)
    assert found.removed == ("000001.h5.tmp", "000003.h5.tmp")
    assert found.damaged == ()
    assert read_scan(run.scan_file(2)).state is ScanState.INTERRUPTED
    assert read_scan(run.scan_file(1)).state is ScanState.COMPLETE
    with Journal.read(run.journal_file) as journal:
        rows = journal.rows("interrupted")
    assert [r.payload for r in rows] == [{"scan": 2, "rows": {"trace": 3, "retrace": 2}}]
    assert not list(run.path.rglob("*.tmp"))


def test_recovering_twice_leaves_the_same_bytes(run):
    recover(run.path)
    once = fingerprint(run)
    again = recover(run.path)
    assert fingerprint(run) == once
    assert (again.interrupted, again.newly_interrupted) == ((2,), ())


def test_a_recovery_that_died_between_its_steps_is_finished_by_the_next(run, monkeypatch):
    def fails(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(Journal, "append", fails)
    with pytest.raises(KeyboardInterrupt):
        recover(run.path)
    monkeypatch.undo()
    recover(run.path)
    recover(run.path)
    with Journal.read(run.journal_file) as journal:
        assert len(journal.rows("interrupted")) == 1


def test_writes_that_were_kept_beside_a_locked_file_are_moved_into_it(run, monkeypatch):
    original = platform.pwrite
    with new_writer(run.scans, scan_request(), number=4) as writer:
        scan_fd = writer._fd

        def locked(fd, content, offset):
            if fd == scan_fd:
                raise PermissionError(errno.EACCES, "locked")
            original(fd, content, offset)

        monkeypatch.setattr(platform, "pwrite", locked)
        for _, line in zip(range(3), scan_lines(scan_request()), strict=False):
            writer.write(line)
    monkeypatch.undo()
    log = redo_log.log_path(run.scan_file(4))
    log.write_bytes(log.read_bytes() + b"torn")
    found = recover(run.path)
    assert found.spilled == 9  # three passes: two channels and a record each
    assert not log.exists()
    assert read_scan(run.scan_file(4)).passes == 3


def test_a_run_that_is_running_is_not_touched(run):
    before = fingerprint(run)
    with run.lock(), pytest.raises(StoreError, match="in use"):
        recover(run.path)
    after = fingerprint(run)
    assert {k: after[k] for k in before} == before


def test_a_damaged_scan_is_reported_and_left_as_it_is(run):
    whole = run.scan_file(1).read_bytes()
    run.scan_file(1).write_bytes(whole[: len(whole) // 2])
    found = recover(run.path)
    assert [name for name, _ in found.damaged] == ["000001.h5"]
    assert found.scans == 1
    assert run.scan_file(1).stat().st_size == len(whole) // 2


def test_a_changed_journal_is_not_trusted(run):
    journal = Journal.open(run.journal_file)
    journal._connection.execute("UPDATE journal SET payload = '{}'")
    journal.close()
    with pytest.raises(StoreError, match="not as it was written"):
        recover(run.path)


@pytest.mark.parametrize("at", range(6))
def test_a_disk_that_fails_in_a_recovery_does_no_harm(run, monkeypatch, tmp_path, at):
    calls = iter(range(100))
    original = platform.pwrite

    def failing(fd, content, offset):
        if next(calls) == at:
            raise OSError(errno.EIO, "Input/output error")
        original(fd, content, offset)

    monkeypatch.setattr(platform, "pwrite", failing)
    with suppress(StoreError):
        recover(run.path)
    monkeypatch.undo()
    assert recover(run.path).passes == 2 * LINES + 5


def acks(run, tmp_path, lines, tail=""):
    path = tmp_path / "acks.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + tail)
    return check_acks(run.path, path)


def ack(scan, line, direction):
    return {"event": "line", "scan": scan, "line": line, "direction": direction}


def test_reported_lines_that_are_there_count_as_kept(run, tmp_path):
    reported = [ack(2, r, d) for r in range(2) for d in ("trace", "retrace")]
    assert acks(run, tmp_path, [{"event": "start"}, *reported]) == (4, 0)


def test_reported_lines_that_are_missing_count_as_lost(run, tmp_path):
    missing = [ack(2, 3, "trace"), ack(2, 99, "trace"), ack(9, 0, "retrace")]
    assert acks(run, tmp_path, [ack(1, 6, "retrace"), *missing]) == (4, 3)


def test_a_torn_last_report_was_never_made(run, tmp_path):
    assert acks(run, tmp_path, [ack(1, 0, "trace")], tail='{"scan": 2, "li') == (1, 0)


@pytest.mark.parametrize("tail", ["{}x\n", '{"scan": 1, "line": 0}\n', "[1]\n3\n"])
def test_a_file_of_something_else_is_refused(run, tmp_path, tail):
    with pytest.raises(BadInput, match="not a file of reported lines"):
        acks(run, tmp_path, [], tail=tail)
    with pytest.raises(BadInput):
        check_acks(run.path, tmp_path / "absent.jsonl")


def test_a_copied_run_recovers_like_the_original(run, tmp_path):
    shutil.copytree(run.path, tmp_path / "copy")
    assert recover(tmp_path / "copy").passes == recover(run.path).passes
