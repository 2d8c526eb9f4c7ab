"""The loop on the twin: order of things, safe ends, resume, faults, authority, steering."""

import json
import threading
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from run_parts import PhaseGradient, config, create, session

from ai_afm.acquire.session import Command
from ai_afm.errors import InstrumentError, LinkLost, SafetyStop
from ai_afm.events import (
    Commanded,
    Decided,
    Faulted,
    LineScanned,
    Observed,
    ProbeStarted,
    Refused,
    RunFinished,
    RunStarted,
    ScanStarted,
)
from ai_afm.image.scan_layout import read_scan
from ai_afm.microscope.base import TipState
from ai_afm.report.summary import summarise
from ai_afm.run import run
from ai_afm.service.steering import ask
from ai_afm.store.journal import Journal
from ai_afm.types import ProbeRequest, Role


def drive(opened, until=None, most=None):
    """Iterate a run; close it after the event for which `until` is true."""
    events = []
    with closing(run(opened)) as happening:
        for event in happening:
            events.append(event)
            if (until is not None and until(event)) or len(events) == most:
                break
    return events


def observed(events):
    return [e.observation.request for e in events if isinstance(e, Observed)]


def rows(folder):
    with Journal.read(folder.journal_file) as journal:
        journal.verify()
        return list(journal.rows())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished run: its folder and events, with the state of the instrument at the end."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = create(monkeypatch, tmp_path_factory.mktemp("whole") / "run", config())
        with session(monkeypatch, folder) as opened:
            events = drive(opened)
            state = opened.microscope.state()
    return folder, events, state


def test_a_run_looks_closer_then_probes_then_ends_with_the_tip_parked(whole):
    folder, events, state = whole
    roles = [r.role for r in observed(events)]
    assert roles[0] == Role.OVERVIEW
    assert roles.count(Role.ZOOM) == 2
    first_probe = min(i for i, r in enumerate(observed(events)) if isinstance(r, ProbeRequest))
    assert all(r != Role.ZOOM for r in roles[first_probe:])
    assert {Role.WALL, Role.BULK, Role.BEFORE, Role.AFTER} <= set(roles)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].outcome == "done"
    assert (state.bias, state.drive) == (0.0, 0.0)
    assert state.tip == TipState.PARKED
    assert read_scan(folder.scan_file(1)).state == "complete"


def test_a_decision_is_in_the_journal_before_anything_moves(whole):
    folder, events, _ = whole
    kinds = [r.kind for r in rows(folder)]
    for kind in ("scan_started", "probe_started"):
        begun = [i for i, k in enumerate(kinds) if k == kind]
        assert begun
        for i in begun:
            assert "decision" in kinds[max(0, i - 2) : i]
    for event in events:
        if isinstance(event, Decided):
            assert len(event.reason) > 20


def test_no_site_is_probed_twice(whole):
    _, events, _ = whole
    sites = [r.position for r in observed(events) if isinstance(r, ProbeRequest)]
    assert len(sites) == len(set(sites)) > 0


@pytest.mark.parametrize(
    "moment",
    [
        lambda e: isinstance(e, RunStarted),
        lambda e: isinstance(e, LineScanned) and e.line.index == 20,
        lambda e: isinstance(e, ScanStarted) and e.scan == 2,
        lambda e: isinstance(e, ProbeStarted),
    ],
    ids=["start", "mid-line", "second scan", "before a probe"],
)
def test_closing_the_run_parks_and_resume_finishes_it(monkeypatch, tmp_path, moment):
    folder = create(monkeypatch, tmp_path / "run", config())
    with session(monkeypatch, folder) as opened:
        before = drive(opened, until=moment)
        state = opened.microscope.state()
        assert (state.bias, state.drive) == (0.0, 0.0)
        assert state.tip == TipState.PARKED
    assert rows(folder)[-1].kind == "run_finished"
    with session(monkeypatch, folder) as opened:
        after = drive(opened)
    assert after[-1].outcome == "done"
    requests = observed(before) + observed(after)
    assert sum(r.role == Role.OVERVIEW for r in requests) == 1
    assert sum(r.role == Role.ZOOM for r in requests) == 2
    begun = [e.request.position for e in before + after if isinstance(e, ProbeStarted)]
    assert len(begun) == len(set(begun)), "a site whose probe broke off must not be used again"


def test_the_survey_rebuilt_from_the_folder_is_the_one_that_decided(whole):
    folder, events, _ = whole
    live = [e.observation for e in events if isinstance(e, Observed)]
    survey = summarise(folder).survey
    assert len(survey.observations) == len(live)
    for stored, seen in zip(survey.observations, live, strict=True):
        assert stored.request == seen.request
        assert (stored.seconds, stored.offset) == (seen.seconds, seen.offset)
        if seen.network is not None:
            pairs = zip(stored.network.walls, seen.network.walls, strict=True)
            assert all(np.array_equal(a.points, b.points) for a, b in pairs)


def test_an_unattended_run_goes_on_after_a_lost_line_and_ends_after_three(monkeypatch, tmp_path):
    faults = {"options": {"world": "labyrinth", "seed": 1, "faults": ("link_lost@1:10",)}}
    folder = create(monkeypatch, tmp_path / "run", config(instrument=faults))
    with session(monkeypatch, folder) as opened:
        events = drive(opened)
    assert any(isinstance(e, Faulted) and e.kind == "LinkLost" for e in events)
    stored = read_scan(folder.scan_file(1))
    assert stored.state == "aborted"
    assert 0 < stored.passes < 2 * 64
    assert isinstance(events[-1], RunFinished)


def test_a_segmenter_that_fails_once_costs_its_glimpses_of_one_scan(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(targets={"count": 1}))
    with session(monkeypatch, folder, PhaseGradient(fail_at=2)) as opened:
        events = drive(opened)
    assert [e.kind for e in events if isinstance(e, Faulted)] == ["segmenter"]
    assert events[-1].outcome == "done"
    assert [r.role for r in observed(events)].count(Role.ZOOM) == 1
    assert read_scan(folder.scan_file(1)).state == "complete"


def test_an_overview_unlike_anything_known_leaves_the_raster_plan(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config())
    with session(monkeypatch, folder, PhaseGradient(ood=True)) as opened:
        events = drive(opened)
    assert any(isinstance(e, Faulted) and e.kind == "perception" for e in events)
    roles = {r.role for r in observed(events)}
    assert Role.RASTER in roles
    assert Role.ZOOM not in roles


def test_outside_consent_nothing_is_probed_and_it_is_said(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(consent={"zones": []}))
    with session(monkeypatch, folder) as opened:
        events = drive(opened)
    assert not any(isinstance(e, ProbeStarted | Refused) for e in events)
    assert "allowed 8 V" in events[-1].message


def test_a_person_steers_through_the_socket(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(run={"authority": "advise"}))
    with session(monkeypatch, folder) as opened:
        address = folder.steering_file
        events = []

        def work():
            events.extend(drive(opened))

        thread = threading.Thread(target=work)
        thread.start()
        assert ask(address, "limits", {"max_bias_v": 3.0}) is not None
        ask(address, "approve", {})
        with pytest.raises(InstrumentError, match="unknown command"):
            ask(address, "dance", {})
        ask(address, "stop", {})
        thread.join(20.0)
        assert not thread.is_alive()
        assert opened.microscope.limits.max_bias == 3.0
    assert events[-1].outcome == "stopped"
    assert [e.do for e in events if isinstance(e, Commanded)] == ["limits", "approve", "stop"]
    with session(monkeypatch, folder) as again:
        assert again.microscope.limits.max_bias == 3.0, "limits narrowed live hold after resume"
    assert not address.exists()


def test_a_wrong_token_steers_nothing(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config())
    with session(monkeypatch, folder):
        address = json.loads(folder.steering_file.read_text())
        assert folder.steering_file.stat().st_mode & 0o077 == 0
        forged = tmp_path / "forged.json"
        forged.write_text(json.dumps(address | {"token": "0" * 32}))
        with pytest.raises(InstrumentError, match="wrong token"):
            ask(forged, "stop", {})
    with pytest.raises(LinkLost):
        ask(folder.steering_file, "status", {})


def test_each_durable_line_is_acknowledged(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(targets={"count": 0}))
    acks = tmp_path / "acks.jsonl"
    with session(monkeypatch, folder, events=acks) as opened:
        drive(opened)
    records = [json.loads(line) for line in acks.read_text().splitlines()]
    assert len(records) == 2 * 64
    assert {r["direction"] for r in records} == {"trace", "retrace"}


def test_a_site_whose_probe_failed_is_never_probed_again(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config())
    with session(monkeypatch, folder) as opened:
        inner, calls = opened.microscope._inner, []
        probe = inner.probe

        def once_broken(request):
            calls.append(request)
            if len(calls) == 1:
                raise LinkLost("no answer from the instrument")
            return probe(request)

        monkeypatch.setattr(inner, "probe", once_broken)
        events = drive(opened)
    assert any(isinstance(e, Faulted) and e.kind == "LinkLost" for e in events)
    assert len(calls) > 1
    assert len({request.position for request in calls}) == len(calls)


class Waiting:
    """Commands that wait to be heard."""

    def __init__(self):
        self.commands = []

    def take(self):
        return self.commands.pop(0) if self.commands else None

    def publish(self, status):
        """Nobody looks."""


def test_who_has_withdrawn_is_written_down_though_the_run_has_ended_by_it(monkeypatch, tmp_path):
    folder, answers = create(monkeypatch, tmp_path / "run", config()), []
    with session(monkeypatch, folder) as opened:
        steering = Waiting()
        happening = run(replace(opened, steering=steering))
        assert any(isinstance(event, Decided) for event in happening)
        # the socket withdraws at once: the next move is refused before it is heard
        opened.microscope.withdraw()
        asked = Command("withdraw", {"person": "Ann"}, answers.append)
        steering.commands += [asked, Command("pause", {}, answers.append)]
        with pytest.raises(SafetyStop):
            list(happening)
    with Journal.read(folder.journal_file) as journal:
        rows = journal.rows()
    said = [row for row in rows if row.kind == "command"]
    assert [(row.payload["do"], row.actor) for row in said] == [
        ("withdraw", "person"), ("pause", "person"),
    ]  # fmt: skip
    assert said[0].payload["args"] == {"person": "Ann"}
    assert answers == [row.payload["detail"] for row in said]
    assert answers[0].startswith("withdrawn; latched")
    assert answers[1].endswith("the run has ended")
    assert rows[-1].kind == "run_finished"
