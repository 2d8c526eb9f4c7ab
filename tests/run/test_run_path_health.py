"""Instrument health along the paths of an area: told, stopped, repeated, and left off the map."""

import numpy as np
import pytest
from run_parts import config, create, go_on, of, session
from test_same_decisions import Scripted, same_decisions
from test_same_decisions import drive as drive_listening

from ai_afm.events import (
    Decided,
    Doubted,
    MapDrawn,
    Observed,
    PathStopped,
    RunFinished,
    SweepRecorded,
)
from ai_afm.image.scan_layout import read_scan
from ai_afm.report.health import section
from ai_afm.report.story import tell
from ai_afm.report.summary import summarise
from ai_afm.report.tables import happenings
from ai_afm.store.journal import Journal
from ai_afm.types import MapRequest, PathRequest, ScanRequest

AREA = {
    "area": {"lines": 256, "pixels": 264, "policy": "follow"},
    "targets": {"count": 0},
    "probe": {"enabled": False},
}
"""The first look is a path of 64 sweeps one way, 66 samples each: the detectors look every 16."""


def drive(monkeypatch, path, faults=(), until=None, **tables):
    options = {"world": "labyrinth", "seed": 1, "faults": tuple(faults)}
    settings = config(**AREA | {"instrument": {"options": options}} | tables)
    folder = create(monkeypatch, path / "run", settings)
    return folder, go_on(monkeypatch, folder, until)


def observed(events, kind):
    found = (e.observation for e in of(Observed, events))
    return [o for o in found if isinstance(o.request, kind)]


def map_seen(event):
    return isinstance(event, Observed) and isinstance(event.observation.request, MapRequest)


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    """An unattended run that loses contact at sweep 20 of its first path, for 40 sweeps."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder, events = drive(
            monkeypatch, tmp_path_factory.mktemp("lost"), ["lost_contact@1:20x40"], map_seen
        )
    return folder, events


def test_a_path_without_contact_is_told_and_stopped(lost):
    begun = [e for e in of(Doubted, lost[1]) if not e.over]
    assert "lost_contact" in {e.detector for e in begun}
    assert {(e.path, e.lines) for e in begun} == {(1, 48)}
    (stopped,) = of(PathStopped, lost[1])
    assert (stopped.path, stopped.sweeps) == (1, 48)
    assert any(kind == "stopped early" for _, kind, _ in happenings(summarise(lost[0]).rows))


def test_the_sweeps_that_are_not_vouched_for_are_made_once_more(lost):
    first, again = observed(lost[1], PathRequest)
    assert not first.finished
    assert first.notes["bad_from"] == 16
    assert again.notes["again_of"] == 1
    assert again.request.sweeps == first.request.sweeps[16:]
    assert again.request.target == first.request.target
    assert again.finished
    assert "doubts" not in again.notes
    assert "once more: from sweep 16" in of(Decided, lost[1])[1].reason


def test_a_good_look_at_the_repeat_ends_the_doubt(lost):
    over = {(e.detector, e.path, e.lines) for e in of(Doubted, lost[1]) if e.over}
    assert ("lost_contact", 2, 16) in over


def test_the_map_is_drawn_without_the_bad_sweeps_and_in_place(lost, monkeypatch, tmp_path):
    folder, events = lost
    healthy, _ = drive(monkeypatch, tmp_path, (), lambda e: isinstance(e, MapDrawn))
    mine, other = (read_scan(f.map_file(1)).frame.get("height") for f in (folder, healthy))
    assert np.isfinite(mine).all()
    relief = np.median(other, axis=1, keepdims=True)
    apart = np.abs(mine - other - (np.median(mine, axis=1, keepdims=True) - relief))
    assert np.median(apart) < 0.3 * (other - relief).std(), "as a healthy tip drew it"
    assert "doubts" not in observed(events, MapRequest)[0].notes


def test_the_report_names_the_paths_that_are_in_doubt(lost):
    told = section(tell(lost[0], summarise(lost[0])))
    line = next(d for d in told["doubts"] if d.what == "signals at full scale")
    assert line.data == "path 1"
    assert (line.good_until, line.over) == ("path 1, sweep 16", "the start of path 2")


def test_what_the_survey_is_rebuilt_from_holds_the_doubts(lost):
    live = [o.notes for o in observed(lost[1], PathRequest)]
    stored = summarise(lost[0]).survey.observations
    assert [o.notes for o in stored if isinstance(o.request, PathRequest)] == live


def test_as_bad_once_more_ends_the_run(monkeypatch, tmp_path):
    faults = ["lost_contact@1:20x99", "lost_contact@2:0x99"]
    _, events = drive(monkeypatch, tmp_path, faults)
    assert len(observed(events, PathRequest)) == 2
    (finished,) = of(RunFinished, events)
    assert "path 2 repeats what was bad in path 1, and is as bad" in finished.message


def test_a_healthy_path_is_vouched_for_to_its_last_sweep(monkeypatch, tmp_path):
    folder, events = drive(monkeypatch, tmp_path, (), map_seen)
    assert not of(Doubted, events)
    (path,) = observed(events, PathRequest)
    assert path.notes["good"] == dict.fromkeys(("saturation", "lost_contact", "lost_tracking"), 64)
    assert path.notes["after_scan"] == 0
    with Journal.read(folder.journal_file) as journal:
        assert not list(journal.rows("health"))


def test_a_person_at_hand_is_told_and_the_map_says_whose_data_are_in_doubt(monkeypatch, tmp_path):
    _, events = drive(
        monkeypatch, tmp_path, ["saturate@1:16x32"], map_seen, run={"authority": "supervised"}
    )
    assert not of(PathStopped, events)
    assert len(of(Doubted, events)) == 2
    (path,) = observed(events, PathRequest)
    assert path.finished
    assert path.notes["doubts"] == ["saturation"]
    assert observed(events, MapRequest)[0].notes["doubts"] == ["saturation"]


def test_a_doubt_of_a_path_outlives_the_end_of_the_program(monkeypatch, tmp_path):
    folder, events = drive(
        monkeypatch, tmp_path, ["saturate@1:16x99"], lambda e: isinstance(e, Observed)
    )
    assert len(of(Doubted, events)) == 1
    later = go_on(monkeypatch, folder, lambda e: isinstance(e, Observed))
    ended = of(Doubted, later)[0]
    assert (ended.detector, ended.over, ended.path, ended.lines) == ("saturation", True, 2, 16)
    assert observed(later, PathRequest)[0].notes["again_of"] == 1


def test_of_an_area_without_paths_the_rest_of_a_bad_frame_lies_in_place_on_the_map(
    monkeypatch, tmp_path
):
    options = {"world": "labyrinth", "seed": 1, "instrument": "stock"}
    faults = {"faults": ("lost_contact@1:20x40",)}
    _, events = drive(monkeypatch, tmp_path, (), map_seen, instrument={"options": options | faults})
    first, again = observed(events, ScanRequest)
    assert first.notes["bad_from"] == 16
    assert (again.notes["again_of"], again.request.shape[0]) == (1, 56)
    (seen,) = observed(events, MapRequest)
    assert seen.request.shifts == (((0.0, 0.0), (0.0, 0.0)),) * 2


def test_a_bad_path_is_decided_alike_in_replay_and_after_a_kill(monkeypatch, tmp_path):
    options = {"world": "labyrinth", "seed": 1, "faults": ("lost_contact@1:20x40",)}
    folder = create(monkeypatch, tmp_path / "run", config(**AREA, instrument={"options": options}))
    heard, nobody = [], Scripted(asked=True)
    for moment in (
        lambda e: isinstance(e, Observed) and not e.observation.finished,
        lambda e: isinstance(e, SweepRecorded) and e.line.index == 10,
        map_seen,
    ):
        with session(monkeypatch, folder) as opened:
            events = drive_listening(opened, heard, moment, person=nobody)
        assert moment(events[-1])
    replayed = same_decisions(folder, heard)
    assert any("once more" in recorded.reason for recorded in replayed)
