"""Another model in a live run: looks from the next line on, is written down, and stays."""

from contextlib import closing, contextmanager
from dataclasses import replace

import numpy as np
import pytest
from run_parts import PhaseGradient, config

import ai_afm.service.session as service
from ai_afm.acquire.rebuild import stored_observation
from ai_afm.acquire.session import Command
from ai_afm.errors import ModelError
from ai_afm.events import Commanded, Glimpsed, LineScanned, Observed, ScanStarted
from ai_afm.image.scan_layout import read_scan
from ai_afm.run import run
from ai_afm.segment.base import Loaded
from ai_afm.service.replay.ask import ask_again
from ai_afm.service.replay.told import read_run
from ai_afm.store.journal import Journal
from ai_afm.store.looking import NOT_SWAPPED, SWAPPED, last_eyes
from ai_afm.testing.glimpses import InProcessGlimpses
from ai_afm.types import Direction

SMALL = {
    "overview": {"lines": 64, "pixels": 72},
    "targets": {"count": 1, "lines": 32, "pixels": 36},
    "probe": {"enabled": False},
}
OLD, NEW = "phase-gradient@0", "phase-gradient@1"


def seen_once(event):
    return isinstance(event, Observed)


class Newer(PhaseGradient):
    """The next version of it."""

    model = spec = NEW
    model_sha256 = "1" * 64


class Slow(InProcessGlimpses):
    """Needs a while, counted in questions, to load a model; the scan is not told to wait."""

    questions = 0

    def loaded(self, timeout=0.0):
        self.questions += 1
        return super().loaded() if self.questions % 5 == 0 else None


@contextmanager
def session(monkeypatch, folder, kind=InProcessGlimpses):
    """Open a session that has both models, the one that is asked for looking."""

    def in_process(model, threads, out, models):
        known = {m.model: m for m in (PhaseGradient(), Newer())}
        return kind(known[model or OLD], out, known)

    monkeypatch.setattr(service, "SegmenterProcess", in_process)
    with service.open_session(folder, None, None) as opened:
        yield opened


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(service, "load_model", lambda name, search: PhaseGradient())
    return service.create_run(tmp_path / "run", config(**SMALL))


@pytest.fixture(scope="module")
def swapped(tmp_path_factory):
    """A whole run in which another model took over at row 36 of the first scan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "load_model", lambda name, search: PhaseGradient())
        made = service.create_run(tmp_path_factory.mktemp("swap") / "run", config(**SMALL))
        return made, *drive(patch, made, at_row(1, 36))


class Person:
    """Says one thing when something happens, and hears what has become of it."""

    def __init__(self, opened, when, **args):
        self.said, self._opened, self._when = [], opened, when
        self._command = Command("model", args, self.said.append)

    def watch(self, event):
        if self._when is not None and self._when(event):
            self._when = None
            self._opened.steering._commands.put(self._command)


def at_row(scan, row):
    def when(event):
        return (
            isinstance(event, LineScanned)
            and (event.scan, event.line.index) == (scan, row)
            and event.line.direction == Direction.RETRACE
        )

    return when


def drive(monkeypatch, folder, when, name=NEW, kind=InProcessGlimpses, until=None):
    """Run with a person who asks for a model; return the events and what was answered."""
    with session(monkeypatch, folder, kind) as opened:
        person = Person(opened, when, name=name, reason="finds nothing")
        events = []
        with closing(run(opened)) as happening:
            for event in happening:
                events.append(event)
                person.watch(event)
                if until is not None and until(event):
                    break
    return events, person.said


def rows(folder, kind):
    with Journal.read(folder.journal_file) as journal:
        journal.verify()
        return [row.payload for row in journal.rows(kind)]


def models(events, scan):
    return [e.segmentation.model for e in events if isinstance(e, Glimpsed) and e.scan == scan]


def test_the_next_glimpse_names_the_new_model_and_no_line_is_lost(swapped):
    folder, events, said = swapped
    scan = [e for e in events if isinstance(e, LineScanned) and e.scan == 1]
    assert len(scan) == 2 * 64
    assert read_scan(folder.scan_file(1)).state == "complete"
    asked = next(i for i, e in enumerate(events) if isinstance(e, Commanded))
    assert set(models(events[:asked], 1)) == {OLD}
    after = [e for e in events[asked:] if isinstance(e, Glimpsed)]
    assert {e.segmentation.model for e in after} == {NEW}
    assert said == [f"{NEW} looks from line {after[0].lines} of scan 1 on"]
    assert events[-1].outcome == "done"


def test_the_new_model_looks_at_once_and_at_every_row_that_has_come(swapped):
    _, events, _ = swapped
    glimpses = [e for e in events if isinstance(e, Glimpsed) and e.scan == 1]
    first = next(e for e in glimpses if e.segmentation.model == NEW)
    assert 37 <= first.lines < 48, "the next one was due at 48"
    assert np.isfinite(first.segmentation.probability[0, : first.lines]).all()


def test_the_journal_tells_which_model_looked_from_where_on(swapped):
    folder, _, _ = swapped
    (row,) = rows(folder, SWAPPED)
    assert (row["model"], row["before"], row["reason"]) == (NEW, OLD, "finds nothing")
    assert (row["model_sha256"], row["before_sha256"]) == ("1" * 64, "0" * 64)
    assert row["scan"] == 1
    assert 37 <= row["rows"] < 48
    assert [r["do"] for r in rows(folder, "command")] == ["model"]
    named = [r["model"]["name"] for r in rows(folder, "decision")]
    assert named[0] == OLD
    assert set(named[1:]) == {NEW}


def test_a_run_that_goes_on_looks_with_the_model_that_it_was_left_with(monkeypatch, folder):
    drive(monkeypatch, folder, at_row(1, 20), until=at_row(1, 50))
    with Journal.read(folder.journal_file) as journal:
        assert last_eyes(journal).model == NEW
    events, _ = drive(monkeypatch, folder, None, until=seen_once)
    assert {e.segmentation.model for e in events if isinstance(e, Glimpsed)} == {NEW}
    assert [r["model"] for r in rows(folder, "run_started")] == [OLD, NEW]


def test_what_was_said_of_finished_scans_stays_and_the_run_replays(monkeypatch, folder):
    events, _ = drive(monkeypatch, folder, lambda e: isinstance(e, ScanStarted) and e.scan == 2)
    files = {r["notes"]["segmentation"] for r in rows(folder, "observed")}
    assert files == {"000001-" + 12 * "0" + ".h5", "000002-" + 12 * "1" + ".h5"}
    assert models(events, 2)[-1] == NEW
    told = read_run(folder)
    answers = list(ask_again(told, lambda payload: stored_observation(folder, payload)))
    assert len(answers) == 3
    assert all(answer.identical for answer in answers)


def test_a_model_that_is_not_there_changes_nothing(monkeypatch, folder):
    events, said = drive(monkeypatch, folder, at_row(1, 40), name="nobody@1", until=seen_once)
    assert said == [f"refused: no model 'nobody@1'; {OLD} goes on"]
    assert rows(folder, SWAPPED) == []
    assert [r["model"] for r in rows(folder, NOT_SWAPPED)] == ["nobody@1"]
    assert models(events, 1)[-1] == OLD


@pytest.mark.parametrize(
    ("name", "problem"),
    [(OLD, "looks already"), (7, "by its name"), (None, "by its name")],
    ids=["the same", "a number", "nothing"],
)
def test_what_names_no_other_model_is_refused_at_once(monkeypatch, folder, name, problem):
    _, said = drive(monkeypatch, folder, at_row(1, 5), name=name, until=at_row(1, 9))
    assert len(said) == 1
    assert said[0].startswith("refused: ")
    assert problem in said[0]


def test_the_scan_goes_on_while_a_model_is_loaded_without_glimpses(monkeypatch, folder):
    """On a clock that is real nothing waits: lines come, and what is asked for is the new one's."""
    with session(monkeypatch, folder, Slow) as lockstep:
        opened = replace(lockstep, lockstep=False)
        person = Person(opened, at_row(1, 33), name=NEW)
        events = []
        with closing(run(opened)) as happening:
            for event in happening:
                events.append(event)
                person.watch(event)
                if seen_once(event):
                    break
    told = [i for i, e in enumerate(events) if isinstance(e, Commanded)]
    assert len(told) == 2, "it is being loaded; it looks"
    between = events[told[0] : told[1]]
    assert any(isinstance(e, LineScanned) for e in between)
    assert not any(isinstance(e, Glimpsed) for e in between)
    assert set(models(events[told[1] :], 1)) == {NEW}


def test_a_model_asked_for_at_the_last_line_makes_the_final_look(monkeypatch, folder):
    events, said = drive(monkeypatch, folder, at_row(1, 63), until=seen_once)
    assert models(events, 1)[-1] == NEW
    assert len(said) == 1


def test_two_wishes_are_carried_out_one_after_the_other(monkeypatch, folder):
    with session(monkeypatch, folder) as opened:
        said = []
        for name in (NEW, OLD):
            opened.steering._commands.put(Command("model", {"name": name}, said.append))
        with closing(run(opened)) as happening:
            for event in happening:
                if isinstance(event, ScanStarted):
                    break
        assert opened.glimpses.model == OLD
    assert [text.split()[0] for text in said] == [NEW, OLD]
    assert [(r["model"], r["scan"]) for r in rows(folder, SWAPPED)] == [(NEW, None), (OLD, None)]


def test_a_segmenter_that_dies_of_a_model_is_a_refusal(monkeypatch, folder):
    class Dying(InProcessGlimpses):
        def load(self, model):
            raise ModelError("the segmenter process does not listen")

        def loaded(self, timeout=0.0):
            return Loaded("never")

    events, said = drive(monkeypatch, folder, at_row(1, 40), kind=Dying, until=seen_once)
    assert said == [f"refused: the segmenter process does not listen; {OLD} goes on"]
    assert models(events, 1)[-1] == OLD
