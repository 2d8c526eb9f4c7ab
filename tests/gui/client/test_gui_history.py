"""A long journal: the newest rows are told at once, the history behind them soon after."""

import pytest
from gui_run_parts import Author, request

from ai_afm.types import Authority
from ai_afm_gui.client import RunReader, history


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A run of 60 scans, of which a reader takes the last rows first."""
    monkeypatch.setattr(history, "AT_ONCE", 50)
    monkeypatch.setattr(history, "TAIL", 20)
    author = Author(tmp_path / "run")
    author.begin()
    author.command("authority", "authority is supervised", to="supervised")
    for number in range(1, 61):
        asked = request()
        author.decide(asked)
        author.row("scan_started", scan=number, role=asked.role, target=None)
    author.close()
    return author.folder


def test_the_newest_is_told_at_once_and_the_rest_soon(folder, qtbot):
    with RunReader(folder.path) as reader:
        first = reader.poll()
        assert not first.whole
        assert first.entries[-1].number == 60
        assert len(first.entries) == 10
        assert first.eta.run_most is None
        qtbot.waitUntil(lambda: reader.poll().whole, timeout=20_000)
        assert [e.number for e in reader.poll().entries] == list(range(1, 61))


def test_what_a_person_has_said_long_ago_still_counts_at_once(folder):
    with RunReader(folder.path) as reader:
        first = reader.poll()
    assert first.authority is Authority.SUPERVISED
    assert first.facts.started is not None


def test_rows_that_come_meanwhile_are_in_the_history_too(folder, qtbot):
    author_again = history.Journal.open(folder.journal_file)
    with author_again, RunReader(folder.path) as reader:
        reader.poll()
        author_again.append("run_finished", {"outcome": "done", "message": "all is done"})
        qtbot.waitUntil(lambda: reader.poll().whole, timeout=20_000)
        assert reader.poll().outcome == "done: all is done"


def test_a_short_run_is_told_as_a_whole(tmp_path):
    author = Author(tmp_path / "run")
    author.begin()
    with RunReader(author.folder.path) as reader:
        assert reader.poll().whole
    author.close()
