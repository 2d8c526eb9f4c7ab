"""Early stops are decided again from the folder: live, replayed and after resume alike."""

from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from run_parts import config, create, session
from test_same_decisions import Listening, Moody

from ai_afm.acquire.rebuild import stored_observation
from ai_afm.events import Glimpsed, Observed, PathStopped, RunFinished, ScanStopped
from ai_afm.run import run
from ai_afm.service.replay.stops import ask_stops
from ai_afm.service.replay.told import changed, read_run
from ai_afm.store.journal import Journal
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.types import PathRequest, Role

SMALL = {
    "overview": {"lines": 40, "pixels": 48},
    "targets": {"count": 2, "lines": 36, "pixels": 40},
    "probe": {"enabled": False},
}


def go_on(monkeypatch, folder, segmenter=None, until=None, wrap=lambda opened: opened):
    events = []
    with session(monkeypatch, folder, segmenter) as opened, closing(run(wrap(opened))) as going:
        for event in going:
            events.append(event)
            if until is not None and until(event):
                break
    return events


def asked(folder, *wishes):
    told = read_run(folder)
    settings = changed(told.config, wishes) if wishes else told.config
    return list(ask_stops(told, partial(stored_observation, folder), settings))


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A run whose first target shows nothing: its frame is stopped by the controller."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = create(monkeypatch, tmp_path_factory.mktemp("empty") / "run", config(**SMALL))
        events = go_on(monkeypatch, folder, Moody())
    return folder, events


def test_a_stop_by_the_controller_is_decided_again_alike(empty):
    folder, events = empty
    (stopped,) = [e for e in events if isinstance(e, ScanStopped)]
    answers = asked(folder)
    assert all(a.same for a in answers), [a.difference() for a in answers]
    (answer,) = [a for a in answers if a.recorded is not None]
    assert answer.number == stopped.scan
    assert answer.again.rows == stopped.lines
    assert answer.again.reason == stopped.reason
    assert len(answers) == sum(isinstance(e, Observed) for e in events)


def test_what_the_frame_was_stopped_for_is_kept_to_the_last_bit(empty):
    folder, events = empty
    at = next(i for i, e in enumerate(events) if isinstance(e, ScanStopped))
    seen = next(e for e in reversed(events[:at]) if isinstance(e, Glimpsed)).segmentation
    with Journal.read(folder.journal_file) as journal:
        (row,) = journal.rows("scan_stopped")
    kept = read_segmentation(folder.segmentations / row.payload["file"])
    assert np.array_equal(kept.segmentation.probability, seen.probability, equal_nan=True)
    assert np.array_equal(kept.segmentation.label, seen.label)
    assert kept.segmentation.settled == seen.settled
    assert (kept.provenance.lines, kept.provenance.final) == (row.payload["rows"], False)


def test_the_lines_before_the_stop_are_kept_and_used(empty):
    _, events = empty
    scan = next(e.scan for e in events if isinstance(e, ScanStopped))
    seen = [e.observation for e in events if isinstance(e, Observed)]
    cut = next(o for o in seen if o.number == scan)
    assert not cut.finished
    assert cut.lines >= 18
    assert cut.network is not None


def test_another_share_of_lines_would_have_ended_it_elsewhere(empty):
    folder, _ = empty
    (other,) = [a for a in asked(folder, "stop.empty_after=1.0") if not a.same]
    assert other.again is None
    assert "goes on to its end instead of: ends after 32 rows (controller" in other.difference()
    early = [a for a in asked(folder, "stop.empty_after=0.4") if a.recorded is not None]
    assert early[0].again.rows == 16


def test_a_raster_would_have_stopped_nothing(empty):
    answers = asked(empty[0], "controller=raster")
    assert all(a.again is None for a in answers)


def test_a_controller_that_looks_at_the_glimpse_itself_is_asked_about_its_stops(
    monkeypatch, tmp_path
):
    """`Listening` has no figures: what it stopped for is decided from the stored segmentation."""

    def wrap(opened):
        return replace(opened, controller=Listening(opened.controller, []))

    folder = create(monkeypatch, tmp_path / "run", config(**SMALL))
    go_on(monkeypatch, folder, Moody(), lambda e: isinstance(e, ScanStopped), wrap)
    with Journal.read(folder.journal_file) as journal:
        assert all("shows" not in row.payload for row in journal.rows("glimpse"))
    (answer,) = [a for a in asked(folder) if a.recorded is not None]
    assert answer.same


LOST = {
    "instrument": {
        "options": {"world": "labyrinth", "seed": 1, "faults": ("lost_contact@2:20x60",)}
    },
    "targets": {"count": 1},
    "probe": {"enabled": False},
}


def test_a_stop_for_the_instruments_health_is_decided_again_after_a_kill_too(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**LOST))
    events = go_on(
        monkeypatch, folder, until=lambda e: isinstance(e, Observed) and not e.observation.finished
    )
    stopped = next(e for e in events if isinstance(e, ScanStopped))
    before = asked(folder)
    events = go_on(monkeypatch, folder)
    assert isinstance(events[-1], RunFinished)
    answers = asked(folder)
    assert all(a.same for a in answers), [a.difference() for a in answers]
    assert answers[: len(before)] == before
    # the fault is tied to the second scan of a session, so it comes back after the kill
    answer, *_ = [a for a in answers if a.recorded is not None]
    assert (answer.number, answer.again.rows) == (stopped.scan, 48)
    assert answer.again.reason == stopped.reason
    assert answer.again.by == "health"
    unwatched = asked(folder, "health.stop_bad_frames=false")
    assert all(a.again is None for a in unwatched)


AREA = {
    "instrument": {
        "options": {"world": "labyrinth", "seed": 1, "faults": ("lost_contact@1:20x40",)}
    },
    "area": {"lines": 256, "pixels": 264, "policy": "follow"},
    "targets": {"count": 0},
    "probe": {"enabled": False},
}


def test_a_stop_of_a_path_is_decided_again_from_its_sweeps(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**AREA))
    over = 0

    def twice(event):
        nonlocal over
        over += isinstance(event, Observed) and isinstance(event.observation.request, PathRequest)
        return over == 2

    events = go_on(monkeypatch, folder, until=twice)
    (stopped,) = [e for e in events if isinstance(e, PathStopped)]
    first, again = asked(folder)
    assert first.same
    assert (first.kind, first.number, first.again.rows) == ("path", stopped.path, 48)
    assert again.same
    assert again.again is None


def test_a_stop_that_nobody_wrote_down_how_is_not_asked_about(empty):
    folder, _ = empty
    told = read_run(folder)
    rows = tuple(
        replace(row, payload={k: v for k, v in row.payload.items() if k not in ("by", "rows")})
        if row.kind == "scan_stopped"
        else row
        for row in told.rows
    )
    look = partial(stored_observation, folder)
    answers = list(ask_stops(replace(told, rows=rows), look, told.config))
    assert all(a.recorded is None for a in answers)
    assert {a.number for a in answers} < {a.number for a in asked(folder)}


def test_roles_that_end_early_include_the_frames_beside_a_target():
    assert Role.FOLLOW in config().stop.roles
