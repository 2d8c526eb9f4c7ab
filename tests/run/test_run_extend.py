"""A wall that leaves its frame is followed in a run on the twin, also after a kill."""

import pytest
from run_parts import config, create, session
from test_same_decisions import Scripted, drive, same_decisions

from ai_afm import geometry
from ai_afm.events import LineScanned, Observed, RunFinished, ScanStarted
from ai_afm.report.summary import summarise
from ai_afm.report.tables import decision_lines
from ai_afm.types import Role

SETTINGS = {
    "overview": {"lines": 40, "pixels": 48},
    "targets": {"count": 1, "lines": 36, "pixels": 40, "extend": 2},
    "probe": {"enabled": False},
}
NOBODY = Scripted(asked=True)
"""A person who asks for nothing."""


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A run that follows the wall of its target: folder, events, live surveys."""
    heard = []
    with pytest.MonkeyPatch.context() as monkeypatch:
        path = tmp_path_factory.mktemp("extend") / "run"
        folder = create(monkeypatch, path, config(**SETTINGS))
        with session(monkeypatch, folder) as opened:
            events = drive(opened, heard, person=NOBODY)
    return folder, events, heard


def scans(events):
    return [e.observation for e in events if isinstance(e, Observed)]


def test_the_wall_is_followed_where_it_leaves_the_frame(followed):
    seen = scans(followed[1])
    assert seen[0].request.role is Role.OVERVIEW
    zoom, *more = seen[1:3]
    assert zoom.request.role is Role.ZOOM
    beside = [o for o in seen if o.request.role is Role.FOLLOW]
    assert beside[0] is more[0]
    assert len(beside) == 2
    for observation in beside:
        request = observation.request
        assert request.pixel_size == pytest.approx(zoom.request.pixel_size)
        assert request.target == "T1"
        assert observation.finished
        assert observation.network.walls
    shared = geometry.overlap_area(zoom.request.region, more[0].request.region)
    assert 0 < shared < 0.3 * (800e-9) ** 2


def test_the_neighbour_shows_the_wall_that_it_was_made_for(followed):
    """Its walls come within a pixel or two of the edge that both frames share."""
    zoom, first = (next(o for o in scans(followed[1]) if o.request.role is r)
                   for r in (Role.ZOOM, Role.FOLLOW))  # fmt: skip
    common = [
        point
        for wall in first.network.walls
        for point in wall.points
        if geometry.is_inside(zoom.request.region, *point)
    ]
    assert common, "the wall runs on from the overlap"


def test_the_report_tells_the_decisions_and_why(followed):
    folder, _, _ = followed
    lines = decision_lines(summarise(folder).rows)
    told = [line.reason for line in lines if "leaves frame" in line.reason]
    assert len(told) == 2
    assert "neighbouring frame 1 of at most 2" in told[0]


def test_the_replay_decides_alike(followed):
    folder, events, heard = followed
    assert isinstance(events[-1], RunFinished)
    replayed = same_decisions(folder, heard)
    roles = [r.request.role for r in replayed if r.request is not None]
    assert roles.count(Role.FOLLOW) == 2


def first_neighbour(event):
    return isinstance(event, ScanStarted) and event.request.role is Role.FOLLOW


class InNeighbour:
    """True at a line of the first neighbouring frame."""

    def __init__(self):
        self._there = False

    def __call__(self, event):
        self._there = self._there or first_neighbour(event)
        return self._there and isinstance(event, LineScanned) and event.line.index == 12


MOMENTS = {
    "in the frame": InNeighbour,
    "seen": lambda: lambda e: isinstance(e, Observed) and e.observation.request.role is Role.FOLLOW,
}


def test_after_a_kill_the_wall_is_followed_on(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**SETTINGS))
    heard, events = [], []
    for moment in MOMENTS.values():
        with session(monkeypatch, folder) as opened:
            events += drive(opened, heard, moment(), person=NOBODY)
    with session(monkeypatch, folder) as opened:
        events += drive(opened, heard, person=NOBODY)
    assert events[-1].outcome == "done"
    beside = [o for o in scans(events) if o.request.role is Role.FOLLOW]
    assert len(beside) == 2
    same_decisions(folder, heard)
