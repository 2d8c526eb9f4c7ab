"""Decisions are the same in the live run, replayed from its folder, and after any kill."""

import dataclasses
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from run_parts import PhaseGradient, config, create, service_error, session

from ai_afm.acquire.rebuild import stored_observation
from ai_afm.acquire.session import Command
from ai_afm.control.base import Controller
from ai_afm.events import (
    Commanded,
    Decided,
    Faulted,
    Glimpsed,
    LineScanned,
    MapDrawn,
    Observed,
    ProbeStarted,
    QueuedForReview,
    Refused,
    RunFinished,
    RunStarted,
    ScanStarted,
    ScanStopped,
    SweepRecorded,
)
from ai_afm.run import run
from ai_afm.service.replay.ask import ask_again
from ai_afm.service.replay.told import decisions, read_run

ALLOWED = {"size_nm": (20000, 20000), "level": "bias", "max_bias_v": 10, "max_pulses": 4}
EVENTFUL = {
    "consent": {"zones": [ALLOWED]},
    "overview": {"lines": 40, "pixels": 48},
    "targets": {"count": 2, "lines": 36, "pixels": 40},
    "probe": {"image_lines": 16},
}
WISHES = (
    ("wish", {"name": "here", "center_nm": [300, 200], "size_nm": [500, 400]}),
    ("wish", {"name": "forbidden", "center_nm": [-2500, 900], "size_nm": [200, 200]}),
    ("forbid", {"center_nm": [-2500, 900], "size_nm": [300, 300]}),
)


@dataclass
class Scripted:
    """A steering socket whose person asks for two places, and forbids one of them after all."""

    waiting: list = field(default_factory=list)
    asked: bool = False

    def ask(self):
        if not self.asked:
            self.waiting += [Command(do, args) for do, args in WISHES]
            self.asked = True

    def take(self):
        return self.waiting.pop(0) if self.waiting else None

    def publish(self, status):
        """Nobody looks."""


@dataclass(frozen=True)
class Listening:
    """A controller that keeps every survey it was asked about, as it was live."""

    inner: Controller
    heard: list

    @property
    def name(self):
        return self.inner.name

    def propose(self, survey):
        self.heard.append(survey)
        return self.inner.propose(survey)

    def enough(self, request, glimpse):
        return self.inner.enough(request, glimpse)

    def closing_words(self, survey):
        return self.inner.closing_words(survey)


class Moody(PhaseGradient):
    """Sees nothing in the first target, breaks once in a glimpse, and, told so, at a scan's end."""

    def __init__(self, breaks_at=()):
        super().__init__()
        self._frame, self._broken, self._breaks_at = None, False, breaks_at

    def begin(self, frame):
        self._frame = frame.request

    def glimpse(self, frame, lines, final=False):
        if not final and self._frame.target == "T2" and not self._broken:
            self._broken = True
            raise service_error("the segmenter process ended with exit code -9")
        if final and self._frame.target in self._breaks_at:
            raise service_error("the segmenter process ended with exit code -9")
        said = super().glimpse(frame, lines, final)
        if self._frame.target != "T1":
            return said
        probability = np.where(np.isnan(said.probability), np.nan, [[[1.0]], [[0.0]]])
        label = np.where(said.label == 255, 255, 0).astype(np.uint8)
        return replace(said, probability=probability.astype(np.float32), label=label)


def drive(opened, heard, until=None, how="close", person=None):
    """Iterate a run whose person makes two wishes, once; end it as told after an event."""
    person = person or Scripted()
    listening = replace(opened, steering=person, controller=Listening(opened.controller, heard))
    happening, events = run(listening), []
    try:
        for event in happening:
            events.append(event)
            if isinstance(event, LineScanned) and event.line.index == 25:
                person.ask()
            if until is not None and until(event):
                break
        if until is not None and how == "interrupt":
            with suppress(KeyboardInterrupt):
                happening.throw(KeyboardInterrupt())
    finally:
        happening.close()
    return events


def alike(a, b):
    """Tell whether two values are the same to the last bit, arrays inside them included."""
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if dataclasses.is_dataclass(a):
        names = [f.name for f in dataclasses.fields(a) if f.compare]
        return type(a) is type(b) and all(alike(getattr(a, n), getattr(b, n)) for n in names)
    if isinstance(a, Mapping):
        return a.keys() == b.keys() and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(alike(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b) or repr(a) == repr(b) == "nan"


def same_decisions(folder, heard):
    """Check a folder against the surveys that its controllers were asked about, one by one."""
    told = read_run(folder)

    def look(payload):
        return stored_observation(folder, payload)

    replayed = list(decisions(told.survey(told.config), told.rows, look))
    # `closing_words` of the last decision asks no more, and a run that only ends has no row
    assert len(replayed) == len(heard)
    for recorded, live in zip(replayed, heard, strict=True):
        assert alike(recorded.survey, live), recorded.reason
    for answer in ask_again(told, look):
        assert answer.identical, answer.difference()
    return replayed


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An eventful run from beginning to end: folder, events, live surveys."""
    heard = []
    with pytest.MonkeyPatch.context() as monkeypatch:
        path = tmp_path_factory.mktemp("same") / "run"
        folder = create(monkeypatch, path, config(**EVENTFUL))
        with session(monkeypatch, folder, Moody()) as opened:
            events = drive(opened, heard)
    return folder, events, heard


def test_the_run_has_all_that_can_make_a_difference(whole):
    _, events, _ = whole
    assert isinstance(events[-1], RunFinished)
    assert events[-1].outcome == "done"
    for kind in (Commanded, Refused, ScanStopped, Faulted, ProbeStarted):
        assert any(isinstance(e, kind) for e in events), kind.__name__


def test_a_replay_decides_as_the_live_run_did(whole):
    folder, events, heard = whole
    replayed = same_decisions(folder, heard)
    assert sum(isinstance(e, Decided) for e in events) == len(replayed) - 1
    assert replayed[-1].request is None


PROBED = ("wall", "bulk")
MOMENTS = (
    ("started", lambda e: isinstance(e, RunStarted)),
    ("decided", lambda e: isinstance(e, Decided)),
    ("scan begun", lambda e: isinstance(e, ScanStarted)),
    ("in a frame", lambda e: isinstance(e, LineScanned) and e.line.index == 21),
    ("wish made", lambda e: isinstance(e, Commanded)),
    ("glimpse", lambda e: isinstance(e, Glimpsed)),
    ("observed", lambda e: isinstance(e, Observed)),
    ("refused", lambda e: isinstance(e, Refused)),
    ("stopped by a glimpse", lambda e: isinstance(e, ScanStopped)),
    ("segmenter fault", lambda e: isinstance(e, Faulted)),
    ("second target seen", lambda e: isinstance(e, Observed)),
    ("probed", lambda e: isinstance(e, Observed) and e.observation.request.role in PROBED),
    ("probe begun", lambda e: isinstance(e, ProbeStarted)),
    ("the end", lambda e: isinstance(e, RunFinished)),
)  # fmt: skip


def test_a_run_that_is_killed_at_every_kind_of_moment_decides_as_its_replay(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**EVENTFUL))
    heard, seen, person = [], Moody(), Scripted()
    for number, (name, moment) in enumerate(MOMENTS):
        with session(monkeypatch, folder, seen) as opened:
            events = drive(opened, heard, moment, ("close", "interrupt")[number % 2], person)
            state = opened.microscope.state()
        assert moment(events[-1]), name
    same_decisions(folder, heard)
    # frames of 40 lines at 1 Hz and short probes: the clock has gone on, not begun to count twice
    assert state.time < 45 * len(folder.scan_numbers()) + 60


def test_after_a_kill_comes_what_comes_in_the_run_that_was_not_killed(monkeypatch, tmp_path, whole):
    _, events, _ = whole
    decided = [e.request for e in events if isinstance(e, Decided)]
    folder = create(monkeypatch, tmp_path / "run", config(**EVENTFUL))
    seen, person = Moody(), Scripted()
    for request in decided[:5]:
        with session(monkeypatch, folder, seen) as opened:
            part = drive(opened, [], lambda e: isinstance(e, Observed | Refused), person=person)
        (mine,) = [e.request for e in part if isinstance(e, Decided)]
        assert (mine.role, mine.target, mine.shape) == (request.role, request.target, request.shape)
        # the noise of a twin that is opened anew is another one, and so is what is measured
        assert math.dist(mine.region.center, request.region.center) < 0.1 * mine.region.size[0]


@pytest.mark.parametrize(
    ("moment", "target"),
    [
        (Observed, None),
        pytest.param(Observed, "T3", marks=pytest.mark.slow),
        pytest.param(Faulted, "T3", marks=pytest.mark.slow),
    ],
)
def test_without_a_segmentation_the_raster_follows_also_after_a_kill(
    monkeypatch, tmp_path, moment, target
):
    folder = create(monkeypatch, tmp_path / "run", config(**EVENTFUL))
    heard = []

    def until(event):
        if moment is Faulted:
            return isinstance(event, Faulted) and "no segmentation" in event.response
        return isinstance(event, Observed) and event.observation.network is None

    with session(monkeypatch, folder, Moody((target,))) as opened:
        drive(opened, heard, until)
    with session(monkeypatch, folder, Moody()) as opened:
        # the scan that was cut off before its row was written is made once more
        events = drive(opened, heard, lambda e: isinstance(e, Decided))
    assert (events[-1].request.role in {"raster", "wish"}) is (moment is Observed)
    same_decisions(folder, heard)


@pytest.mark.parametrize("moment", [Observed, QueuedForReview])
def test_after_an_unknown_overview_the_raster_follows_also_after_a_kill(
    monkeypatch, tmp_path, moment
):
    folder = create(monkeypatch, tmp_path / "run", config(**EVENTFUL))
    heard = []
    with session(monkeypatch, folder, PhaseGradient(ood=True)) as opened:
        drive(opened, heard, lambda e: isinstance(e, moment))
    with session(monkeypatch, folder, PhaseGradient(ood=True)) as opened:
        events = drive(opened, heard, lambda e: isinstance(e, Decided))
    assert events[-1].request.role in {"raster", "wish"}
    assert heard[-1].fallback is not None
    same_decisions(folder, heard)


AREA = {
    "area": {"lines": 72, "pixels": 96, "policy": "follow"},
    "targets": {"count": 1, "lines": 32, "pixels": 36, "ladder_nm": (600.0,)},
    "probe": {"enabled": False},
}
IN_AN_AREA = (
    ("in a path", lambda e: isinstance(e, SweepRecorded) and e.line.index == 9),
    ("path walked", lambda e: isinstance(e, Observed)),
    ("map drawn", lambda e: isinstance(e, MapDrawn)),
    ("map seen", lambda e: isinstance(e, Observed)),
    ("along the walls", lambda e: isinstance(e, SweepRecorded) and e.line.index == 5),
    ("the end", lambda e: isinstance(e, RunFinished)),
)


def test_paths_and_maps_of_an_area_are_decided_alike_after_any_kill(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**AREA))
    heard = []
    for name, moment in IN_AN_AREA:
        with session(monkeypatch, folder) as opened:
            events = drive(opened, heard, moment)
        assert moment(events[-1]), name
    replayed = same_decisions(folder, heard)
    kinds = {type(r.request).__name__ for r in replayed}
    assert {"PathRequest", "MapRequest", "ScanRequest"} <= kinds
