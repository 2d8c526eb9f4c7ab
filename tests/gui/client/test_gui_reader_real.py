"""The reader against a real run on the twin, in small."""

import pytest
from gui_run_parts import MODEL, real_run

from ai_afm.store.journal import Journal
from ai_afm.types import Role
from ai_afm_gui.client import Follower, Phase, RunReader


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return real_run(monkeypatch, tmp_path / "night")


def test_a_finished_run_is_told_as_its_folder_has_it(folder):
    with RunReader(folder.path) as reader:
        state = reader.poll()
    assert state.phase is Phase.ENDED
    assert [e.number for e in state.entries if e.kind == "scan"] == folder.scan_numbers()
    assert [e.role for e in state.entries][:2] == [Role.OVERVIEW, Role.ZOOM]
    assert all(e.finished and e.segmentation and e.region for e in state.entries)
    with Journal.read(folder.journal_file) as journal:
        reasons = [r.payload["reason"] for r in journal.rows("decision")]
    assert [d.reason for d in state.decisions] == reasons
    zoom = next(d for d in state.decisions if d.score is not None)
    assert zoom.parts[0][0] == "weight of its kind"
    assert state.model == MODEL
    assert state.facts.range.size == (2e-5, 2e-5)
    assert state.drift is not None
    assert not state.notes


def test_the_newest_frame_is_shown_with_what_the_model_saw(folder):
    with RunReader(folder.path) as reader:
        view = reader.poll().view
    assert (view.number, view.rows) == (folder.scan_numbers()[-1], 24)
    assert (view.seen.lines, view.seen.final) == (24, True)


def test_a_follower_reads_in_a_thread_of_its_own(folder, qtbot):
    follower = Follower(folder.path)
    try:
        qtbot.waitUntil(lambda: follower.newest() is not None, timeout=10_000)
        follower.show("scan", 1)
        qtbot.waitUntil(lambda: follower.newest().view.number == 1, timeout=10_000)
    finally:
        follower.close()
    assert follower.problem == ""


def test_a_run_whose_configuration_cannot_be_read_is_a_problem_and_no_end(folder, qtbot):
    folder.config_file.write_text("[run]\nseeed = 1\n")
    follower = Follower(folder.path)
    try:
        qtbot.waitUntil(lambda: follower.problem != "", timeout=10_000)
    finally:
        follower.close()
    assert "unknown key 'run.seeed'" in follower.problem
