"""What the model does not know: the run goes on without it, and a person gets it to see."""

import json
from contextlib import closing
from dataclasses import replace

import pytest
from run_parts import PhaseGradient, config, create, session

from ai_afm.events import Faulted, Observed, QueuedForReview
from ai_afm.report.html import write_report
from ai_afm.report.summary import summarise
from ai_afm.run import run
from ai_afm.store.journal import Journal
from ai_afm.types import ProbeRequest, Role


class UnknownCloseUp(PhaseGradient):
    """Knows every frame but those of a role; as a scan's request tells."""

    def __init__(self, role):
        super().__init__()
        self._role = role

    def glimpse(self, frame, lines, final=False):
        seen = super().glimpse(frame, lines, final)
        foreign = frame.request.role is self._role
        return replace(seen, ood=foreign, ood_score=7.5 if foreign else 0.5)


def drive(opened):
    with closing(run(opened)) as happening:
        return list(happening)


def queue(folder):
    with Journal.read(folder.journal_file) as journal:
        return [row.payload for row in journal.rows("queued_for_review")]


def played(monkeypatch, path, role):
    folder = create(monkeypatch, path / "run", config())
    with session(monkeypatch, folder, UnknownCloseUp(role)) as opened:
        return folder, drive(opened)


@pytest.fixture(scope="module")
def overview(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield played(monkeypatch, tmp_path_factory.mktemp("overview"), Role.OVERVIEW)


@pytest.fixture(scope="module")
def zooms(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield played(monkeypatch, tmp_path_factory.mktemp("zooms"), Role.ZOOM)


def requests(events):
    return [e.observation.request for e in events if isinstance(e, Observed)]


def test_after_an_unknown_overview_the_run_goes_on_by_raster(overview):
    _, events = overview
    assert {r.role for r in requests(events)} == {Role.OVERVIEW, Role.RASTER}
    assert [e.kind for e in events if isinstance(e, Faulted)] == ["perception"]


def test_an_unknown_frame_is_queued_once_with_reason_and_score(overview):
    folder, events = overview
    (event,) = [e for e in events if isinstance(e, QueuedForReview)]
    assert event.scan == 1
    assert event.score == 7.5
    assert "by the raster plan" in event.response
    (row,) = queue(folder)
    assert (row["scan"], row["score"], row["cause"]) == (1, 7.5, "outside")
    assert (folder.segmentations / row["segmentation"]).is_file()
    assert json.loads(json.dumps(row)) == row


def test_unknown_closer_frames_are_queued_and_nothing_is_aimed_by_them(zooms):
    folder, events = zooms
    roles = [r.role for r in requests(events)]
    assert Role.RASTER not in roles
    assert len(queue(folder)) == roles.count(Role.ZOOM) > 0
    assert not any(isinstance(r, ProbeRequest) for r in requests(events))
    assert "elsewhere" in queue(folder)[0]["response"]


def test_the_survey_of_a_resumed_run_knows_nothing_of_unknown_walls(zooms):
    folder, _ = zooms
    survey = summarise(folder).survey
    assert all(o.network is None for o in survey.scans(Role.ZOOM))
    assert any(o.network is not None for o in survey.scans(Role.OVERVIEW))


def test_the_report_lists_what_waits_for_a_person(zooms):
    folder, _ = zooms
    page = write_report(folder, summarise(folder)).read_text(encoding="utf-8")
    assert "for review" in page
    assert "unlike what the model was trained on (score 7.50)" in page
