"""The journal: committed, chained, readable beside its writer."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ai_afm.errors import StoreError
from ai_afm.store.journal import Journal


@pytest.fixture
def journal(tmp_path):
    clock = iter(range(100))
    with Journal.create(
        tmp_path / "journal.sqlite",
        wall=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        monotonic=lambda: float(next(clock)),
    ) as journal:
        yield journal


def test_rows_come_back_in_order_with_their_payload(journal):
    journal.append("decision", {"reason": "µ wall", "x": 0.1})
    journal.append("fault", {"kind": "link"}, actor="person")
    first, second = journal.rows()
    assert (first.sequence, first.kind, first.payload) == (
        1,
        "decision",
        {"reason": "µ wall", "x": 0.1},
    )
    assert (first.wall, first.monotonic, first.actor) == ("2026-01-02T03:04:05+00:00", 0.0, "run")
    assert (second.sequence, second.actor, second.previous) == (2, "person", first.hash)


def test_rows_can_be_chosen_by_kind_and_by_where_to_begin(journal):
    for n in range(4):
        journal.append("odd" if n % 2 else "even", {"n": n})
    assert [r.payload["n"] for r in journal.rows("odd")] == [1, 3]
    assert [r.payload["n"] for r in journal.rows("even", after=1)] == [2]


def test_a_payload_that_json_cannot_hold_is_refused_and_nothing_is_stored(journal):
    for payload in ({"x": float("nan")}, {"x": {1, 2}}):
        with pytest.raises(StoreError, match="plain JSON"):
            journal.append("probe", payload)
    assert journal.last_sequence == 0


def test_a_reader_beside_the_writer_sees_each_row_at_once(journal):
    journal.append("a", {})
    with Journal.read(journal.path) as reader:
        assert reader.last_sequence == 1
        journal.append("b", {})
        assert [r.kind for r in reader.rows()] == ["a", "b"]
        with pytest.raises(StoreError, match="readonly"):
            reader.append("c", {})


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET payload = '{\"x\": 2}' WHERE sequence = 2",
        "UPDATE journal SET wall = '2020' WHERE sequence = 1",
        "UPDATE journal SET kind = 'other' WHERE sequence = 3",
        "DELETE FROM journal WHERE sequence = 2",
        "DELETE FROM journal WHERE sequence = 1",
        "UPDATE journal SET hash = previous WHERE sequence = 3",
    ],
)
def test_a_later_change_is_found(journal, change):
    for n in range(3):
        journal.append("decision", {"x": n})
    assert journal.verify() == 3
    connection = sqlite3.connect(journal.path)
    with connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(StoreError, match="not as it was written"):
        journal.verify()


def test_a_journal_goes_on_after_reopening(journal):
    journal.append("a", {})
    journal.close()
    with Journal.open(journal.path) as again:
        assert again.append("b", {}) == 2
        assert again.verify() == 2


def test_a_missing_or_foreign_file_is_no_journal(tmp_path):
    for opener in (Journal.open, Journal.read):
        with pytest.raises(StoreError, match="no such journal"):
            opener(tmp_path / "journal.sqlite")
    (tmp_path / "journal.sqlite").write_bytes(b"not a database" * 100)
    for opener in (Journal.open, Journal.read):
        with pytest.raises(StoreError, match="not a database"):
            opener(tmp_path / "journal.sqlite")


def test_an_existing_journal_is_never_started_again(journal):
    with pytest.raises(StoreError, match="exists already"):
        Journal.create(journal.path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_kill_9_loses_no_row_that_append_returned(tmp_path):
    path = tmp_path / "journal.sqlite"
    script = (
        "import sys; from pathlib import Path; from ai_afm.store.journal import Journal\n"
        "journal = Journal.create(Path(sys.argv[1]))\n"
        "while True: print(journal.append('decision', {'text': 'x' * 300}), flush=True)"
    )
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(40):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        last = [line for line in process.stdout.readlines() if line.endswith("\n")]
    reported = int(last[-1]) if last else 40
    with Journal.open(path) as journal:
        assert journal.verify() >= reported


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs folder permissions")
def test_a_copy_on_a_read_only_disk_can_be_read(tmp_path, journal):
    journal.append("a", {"n": 1})
    journal.close()
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copy(journal.path, folder)
    folder.chmod(0o500)
    try:
        with Journal.read(folder / "journal.sqlite") as reader:
            assert json.dumps(dict(reader.rows()[0].payload)) == '{"n": 1}'
    finally:
        folder.chmod(0o700)
