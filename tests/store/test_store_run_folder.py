"""The folder of a run: made once, locked by one process."""

import errno
import subprocess
import sys

import pytest
from scan_factory import scan_request, write_scan

from ai_afm.errors import StoreError
from ai_afm.store import platform
from ai_afm.store.journal import Journal
from ai_afm.store.platform import FolderLock
from ai_afm.store.run_folder import RunFolder


def test_a_new_run_has_its_configuration_and_an_empty_journal(tmp_path):
    folder = RunFolder.create(tmp_path / "new" / "run", "[scan]\nsize_nm = 500\n")
    assert RunFolder.open(folder.path) == folder
    assert folder.config_toml() == "[scan]\nsize_nm = 500\n"
    assert (folder.scan_numbers(), folder.next_scan_number(), folder.next_probe_number()) == (
        [],
        1,
        1,
    )
    with Journal.read(folder.journal_file) as journal:
        assert journal.rows() == []


def test_an_empty_folder_may_become_a_run(tmp_path):
    assert RunFolder.create(tmp_path, "").scans.is_dir()


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(StoreError, match="not empty"):
        RunFolder.create(tmp_path, "")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(StoreError, match="not empty"):
        RunFolder.create(tmp_path / "thesis.txt", "")


def test_a_folder_that_is_no_run_cannot_be_opened(tmp_path):
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(StoreError, match="not the folder of a run"):
            RunFolder.open(path)


def test_numbers_go_on_after_the_largest(tmp_path):
    folder = RunFolder.create(tmp_path, "")
    write_scan(folder.scans, scan_request(), passes=1, number=2)
    (folder.scans / "000007.h5.tmp").touch()
    (folder.scans / "notes.h5").touch()
    assert folder.scan_numbers() == [2]
    assert folder.next_scan_number() == 3
    assert folder.scan_file(2).exists()
    assert folder.segmentation_file(2, "0123456789abcdef").name == "000002-0123456789ab.h5"


def test_only_one_holder_at_a_time(tmp_path):
    folder = RunFolder.create(tmp_path, "")
    assert not folder.is_running
    with folder.lock():
        assert folder.is_running
        with pytest.raises(StoreError, match="in use by another process"):
            folder.lock()
    assert not folder.is_running


def test_the_lock_of_a_killed_process_is_free_again(tmp_path):
    folder = RunFolder.create(tmp_path, "")
    script = (
        "import sys; from pathlib import Path; from ai_afm.store.run_folder import RunFolder\n"
        "lock = RunFolder.open(Path(sys.argv[1])).lock(); print('held', flush=True)\n"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match="in use"):
            folder.lock()
        process.kill()
        process.wait()
    with folder.lock():
        assert FolderLock.is_held(folder.lock_file)


def test_a_run_begins_at_any_time_though_others_ask_a_thousand_times_who_runs(tmp_path):
    folder = RunFolder.create(tmp_path, "")
    folder.lock().release()
    script = (
        "import sys; from pathlib import Path; from ai_afm.store.platform import FolderLock\n"
        "print('asks', flush=True)\n"
        "for _ in range(1000): FolderLock.is_held(Path(sys.argv[1]))\n"
    )
    command = [sys.executable, "-c", script, str(folder.lock_file)]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == "asks\n"
        while process.poll() is None:
            folder.lock().release()
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="seen where the query is known to work")
def test_asking_who_runs_takes_no_lock(tmp_path, monkeypatch):
    folder = RunFolder.create(tmp_path, "")
    folder.lock().release()
    monkeypatch.setattr(platform, "_lock", lambda fd: pytest.fail("it took the lock"))
    assert not folder.is_running


def test_asking_who_runs_makes_no_file_and_needs_no_right_to_write(tmp_path):
    folder = RunFolder.create(tmp_path, "")
    assert not FolderLock.is_held(folder.lock_file)
    assert not folder.lock_file.exists()
    with folder.lock():
        folder.lock_file.chmod(0o444)
        assert FolderLock.is_held(folder.lock_file)
    assert not FolderLock.is_held(folder.lock_file)


@pytest.mark.skipif(sys.platform != "linux", reason="others have no such lock to be asked about")
def test_where_the_system_cannot_be_asked_the_lock_still_tells(tmp_path, monkeypatch):
    folder = RunFolder.create(tmp_path, "")

    def not_there(fd):
        raise OSError(errno.EINVAL, "no such lock here")

    monkeypatch.setattr(platform, "_is_locked", not_there)
    with folder.lock():
        assert folder.is_running
    assert not folder.is_running
