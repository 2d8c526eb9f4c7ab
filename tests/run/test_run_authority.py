"""Authority in a live run: less is taken at once, more needs a name; moves wait for a person."""

import threading
from contextlib import contextmanager
from functools import partial

import pytest
from run_parts import config, create, go_on, of, session

from ai_afm.acquire.rebuild import stored_observation
from ai_afm.config import parse_config
from ai_afm.errors import InstrumentError
from ai_afm.events import (
    AuthorityChanged,
    Awaited,
    Commanded,
    Decided,
    Refused,
    RunFinished,
    ScanStarted,
)
from ai_afm.run import run
from ai_afm.service.replay.ask import Other, ask_again, ask_other
from ai_afm.service.replay.told import changed, read_run
from ai_afm.service.steering import ask
from ai_afm.types import Authority, ConsentLevel, Role

WAIT = 60.0


class Live:
    """A run that goes on in its own thread, and what a person says to it."""

    def __init__(self, opened):
        self.opened, self.events = opened, []
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._work)

    def _work(self):
        for event in run(self.opened):
            with self.changed:
                self.events.append(event)
                self.changed.notify_all()

    def until(self, told):
        """Wait for an event."""
        with self.changed:
            assert self.changed.wait_for(lambda: any(map(told, self.events)), WAIT), self.events
            return next(e for e in reversed(self.events) if told(e))

    def decided(self, count):
        """Wait for so many decisions and return them."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(of(Decided, self.events)) >= count, WAIT)
            return of(Decided, self.events)[:count]

    def say(self, do, wait=WAIT, **args):
        return ask(self.opened.folder.steering_file, do, args, wait=wait)


@contextmanager
def live(monkeypatch, folder):
    with session(monkeypatch, folder) as opened:
        going = Live(opened)
        going.thread.start()
        try:
            yield going
        finally:
            if going.thread.is_alive():
                going.say("stop", wait=0)
            going.thread.join(WAIT)
            assert not going.thread.is_alive()


@pytest.fixture
def advised(monkeypatch, tmp_path):
    """A run that waits for a person before its first move."""
    folder = create(monkeypatch, tmp_path / "run", config(run={"authority": "advise"}))
    with live(monkeypatch, folder) as going:
        going.row = going.until(lambda e: isinstance(e, Awaited)).sequence
        yield going


def test_a_move_waits_until_it_is_approved(advised):
    assert not of(ScanStarted, advised.events)
    assert advised.say("approve", decision=advised.row) == "approved"
    advised.until(lambda e: isinstance(e, ScanStarted))


def test_a_move_that_is_no_longer_proposed_cannot_be_approved(advised):
    with pytest.raises(InstrumentError, match="another move is proposed"):
        advised.say("approve", decision=advised.row + 1)
    assert not of(ScanStarted, advised.events)


def test_a_declined_move_is_not_made_and_not_proposed_again(advised):
    assert "looks for another" in advised.say("decline", decision=advised.row, why="too large")
    refused = advised.until(lambda e: isinstance(e, Refused))
    assert refused.message == "a person declined it: too large"
    end = advised.until(lambda e: isinstance(e, RunFinished))
    assert end.outcome == "done"
    assert not of(ScanStarted, advised.events)


def test_a_paused_run_does_not_move_when_it_is_approved(advised):
    advised.say("pause")
    advised.say("approve")
    assert advised.say("status")  # the socket answers; the run has obeyed both
    assert not of(ScanStarted, advised.events)
    advised.say("resume")
    advised.until(lambda e: isinstance(e, ScanStarted))


def test_more_authority_needs_a_name_and_then_moves_by_itself(advised):
    with pytest.raises(InstrumentError, match="only a person"):
        advised.say("authority", to="unattended")
    assert "moves by itself" in advised.say("authority", to="unattended", person="Ann")
    advised.until(lambda e: isinstance(e, ScanStarted))


@pytest.mark.parametrize(
    ("args", "why"),
    [({"to": "full"}, "no authority"), ({}, "no authority"), ({"to": "watch", "x": 1}, "changed")],
)
def test_an_authority_that_is_none_is_refused(advised, args, why):
    with pytest.raises(InstrumentError, match=why):
        advised.say("authority", **args)


def test_a_run_told_to_watch_waits_and_a_resumed_one_still_does(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(run={"authority": "advise"}))
    with live(monkeypatch, folder) as going:
        going.until(lambda e: isinstance(e, Awaited))
        going.say("authority", to="watch")
        going.until(lambda e: e == Awaited(None))
    assert not of(ScanStarted, going.events)
    assert going.events[-1].outcome == "stopped"
    with live(monkeypatch, folder) as again:
        assert again.until(lambda e: isinstance(e, AuthorityChanged)).authority is Authority.WATCH
        again.say("authority", to="supervised", person="Ann")
        again.until(lambda e: isinstance(e, ScanStarted))


def test_a_run_that_begins_by_watching_waits_and_moves_once_a_person_lets_it(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(run={"authority": "watch"}))
    with live(monkeypatch, folder) as going:
        going.until(lambda e: isinstance(e, AuthorityChanged))
        assert going.say("wish", center_nm=(0, 0), size_nm=(500, 500)).endswith("is queued")
        assert not of(Decided, going.events)
        assert "waits" in going.say("authority", to="advise", person="Ann")
        going.until(lambda e: isinstance(e, Awaited))
        assert not of(ScanStarted, going.events)
        going.say("authority", to="supervised", person="Ann")
        first = going.until(lambda e: isinstance(e, ScanStarted))
    assert first.request.role is Role.WISH
    told = read_run(folder)
    look = partial(stored_observation, folder)
    assert all(answer.identical for answer in ask_again(told, look))


def test_a_run_that_only_watches_ends_when_it_is_stopped(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(run={"authority": "watch"}))
    with live(monkeypatch, folder) as going:
        going.until(lambda e: isinstance(e, AuthorityChanged))
        going.say("stop")
        end = going.until(lambda e: isinstance(e, RunFinished))
    assert end.outcome == "stopped"
    assert not of(Decided, going.events)
    assert list(ask_again(read_run(folder), partial(stored_observation, folder))) == []


def test_nothing_waits_where_no_person_is_asked(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(targets={"count": 0}))
    events = go_on(monkeypatch, folder)
    assert not of(Awaited, events)


def test_a_wish_outside_the_scanner_is_refused_at_once_in_the_guards_words(advised):
    with pytest.raises(InstrumentError, match=r"the frame reaches .* beyond the region"):
        advised.say("wish", center_nm=[1e6, 0.0], size_nm=[500.0, 300.0])
    assert not list(advised.opened.journal.rows("wish"))


def test_forbidden_ground_is_refused_from_then_on_also_after_a_resume(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(run={"authority": "advise"}))
    place = {"center_nm": [100.0, 0.0], "size_nm": [400.0, 300.0], "angle_deg": 20.0}
    with live(monkeypatch, folder) as going:
        going.until(lambda e: isinstance(e, Awaited))
        assert "forbidden" in going.say("forbid", **place)
        with pytest.raises(InstrumentError, match="touches a forbidden zone"):
            going.say("wish", center_nm=[100.0, 0.0], size_nm=[200.0, 150.0])
        again = going.decided(2)[1]
        going.until(lambda e: e == Awaited(again.sequence))
        going.say("approve", decision=again.sequence)
        assert "forbidden zone" in going.until(lambda e: isinstance(e, Refused)).message
        assert not of(ScanStarted, going.events)
    with session(monkeypatch, folder) as again:
        assert again.microscope.consent.zones[-1].level is ConsentLevel.FORBIDDEN
        assert again.empty_survey().consent == parse_config(folder.config_toml()).consent.consent


def test_a_run_whose_ground_was_forbidden_is_told_again_alike(monkeypatch, tmp_path):
    folder = create(
        monkeypatch, tmp_path / "run", config(run={"authority": "advise"}, targets={"count": 0})
    )
    with live(monkeypatch, folder) as going:
        going.until(lambda e: isinstance(e, Awaited))
        going.say("forbid", center_nm=[5000.0, 0.0], size_nm=[100.0, 90.0])
        going.say("authority", to="unattended", person="Ann")
        going.until(lambda e: isinstance(e, RunFinished))
        consent = going.opened.microscope.consent
    told, look = read_run(folder), partial(stored_observation, folder)
    answers = list(ask_again(told, look))
    assert len(answers) == 3, "before the ground was forbidden, after that, and nothing more"
    assert all(answer.identical for answer in answers)
    assert answers[0].survey.consent != consent
    assert answers[-1].survey.consent == consent
    other = Other(changed(told.config, ["targets.count=1", "consent.zones=[]"]), look)
    others = [answer.survey.consent.zones for _, answer in ask_other(told, look, other)]
    assert others[0] == ()
    assert others[-1] == consent.zones[-1:], "another run would not have entered it either"


def test_forbidden_ground_without_a_size_is_refused(advised):
    with pytest.raises(InstrumentError, match="size_nm"):
        advised.say("forbid", center_nm=[0.0, 0.0])


def test_every_command_is_a_row_of_the_journal(advised):
    advised.say("authority", to="watch")
    with pytest.raises(InstrumentError):
        advised.say("approve")
    rows = [r.payload for r in advised.opened.journal.rows("command")]
    assert [r["do"] for r in rows] == ["authority", "approve"]
    assert rows[1]["detail"] == "refused: no move waits for a person"
    assert len(of(Commanded, advised.events)) == 2
