"""The instrument's times are measured once in a run, where the run asks for it."""

from contextlib import closing

import pytest
from run_parts import config, create, session

from ai_afm.events import Decided
from ai_afm.run import run

ASKED = {"instrument": {"calibrate": True}}


def times_of(monkeypatch, folder):
    with session(monkeypatch, folder) as opened:
        with closing(run(opened)) as happening:
            next(e for e in happening if isinstance(e, Decided))
        rows = list(opened.journal.rows("calibrated"))
        return opened.capabilities.times, opened.microscope.capabilities.times, rows


def test_measured_times_are_near_those_of_the_twin_and_kept_for_a_run_that_goes_on(
    monkeypatch, tmp_path
):
    folder = create(monkeypatch, tmp_path / "run", config(**ASKED))
    measured, true, rows = times_of(monkeypatch, folder)
    assert measured.turn_around_min == pytest.approx(true.turn_around_min, rel=0.03)
    assert measured.travel_speed == pytest.approx(true.travel_speed, rel=0.03)
    assert len(rows) == 1
    assert 0 < rows[0].payload["seconds"] < 20
    again, _, rows = times_of(monkeypatch, folder)
    assert again == measured
    assert len(rows) == 1


def test_without_being_asked_and_under_watch_nothing_is_measured(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "plain", config())
    _, _, rows = times_of(monkeypatch, folder)
    assert rows == []
    watching = config(**ASKED, run={"authority": "watch"})
    folder = create(monkeypatch, tmp_path / "watch", watching)
    with session(monkeypatch, folder) as opened:
        assert list(opened.journal.rows("calibrated")) == []
        assert opened.capabilities == opened.microscope.capabilities
