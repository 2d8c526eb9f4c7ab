"""A run on a twin that drifts, creeps and slips: it lands where it meant to, or says so."""

import math
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pytest
from run_parts import PhaseGradient, config, create, session

import ai_afm.microscope.simulated.afm as twin
from ai_afm.control.plugins import open_controller
from ai_afm.events import Observed, RunFinished
from ai_afm.microscope.simulated.scanner import Scanner, ScannerSettings, Wander
from ai_afm.report import drift
from ai_afm.report.story import tell
from ai_afm.report.summary import summarise
from ai_afm.run import run
from ai_afm.survey.survey import Survey
from ai_afm.types import ProbeRequest, Role

PIXEL = 4e-9
JUMP = (160e-9, -120e-9)
WEATHER = ScannerSettings(
    wander=Wander(1e-9 / 60, 5e-9 / 60, 1 / 3600, 105),
    stage_creep=(30e-9, -20e-9),
    stage_rest=600.0,
)
TABLES = {
    "instrument": {"options": {"world": "film", "seed": 105, "extent_nm": 8000}},
    "overview": {"size_nm": (4000, 4000), "lines": 128, "pixels": 128, "line_rate_hz": 2.0},
    "targets": {
        "count": 1,
        "ladder_nm": (1536.0, 512.0),
        "lines": 128,
        "pixels": 128,
        "line_rate_hz": 4.0,
    },
    "probe": {"per_target": 1, "cycles": 2, "steps": 32, "image_lines": 48},
    "tracking": {},
}


@dataclass
class Told:
    """What a run has brought, and the twin's true displacements, which only a test may know."""

    folder: object = None
    surveys: list[Survey] = field(default_factory=list)
    seen: list = field(default_factory=list)
    words: str = ""
    scanner: Scanner | None = None
    instrument: object = None

    def roles(self):
        return [o.request.role for o in self.seen]

    def landings(self):
        """Yield scan, status and true distance (px) of each closest frame from its target."""
        for survey, observation in zip(self.surveys, self.seen, strict=False):
            request, note = observation.request, (observation.notes or {}).get("track")
            if request.role is not Role.ZOOM or request.region.size[0] > 600e-9:
                continue
            wide = next(
                o
                for o in reversed(list(survey.scans(Role.ZOOM)))
                if o.request.region.size[0] > 1e-6
            )
            known = np.asarray(survey.tracker.poses.offset_of(wide.number))
            times = np.array([note["middle"], wide.notes["track"]["middle"]])
            now, then = self.scanner.displacement(times)
            away = np.asarray(note["aimed"]) - known + now - then
            yield observation.number, note["status"], math.hypot(*away) / PIXEL


def drive(monkeypatch, path, weather, most=None, **tables):
    wanted = {k: v for k, v in (TABLES | tables).items() if v is not None}
    told = Told(scanner=Scanner(weather))
    real = twin.opt.imaging_of
    monkeypatch.setattr(twin.opt, "imaging_of", lambda o: replace(real(o), scanner=weather))
    told.folder = create(monkeypatch, path, config(**wanted))
    with session(monkeypatch, told.folder, PhaseGradient()) as opened:
        survey, told.instrument = opened.empty_survey(), opened.capabilities
        with closing(run(opened)) as happening:
            for event in happening:
                if isinstance(event, RunFinished):
                    told.words = event.message
                if isinstance(event, Observed):
                    told.surveys.append(survey)
                    told.seen.append(event.observation)
                    survey = survey.add(event.observation)
                    if len(told.seen) == most:
                        break
        told.surveys.append(survey)
    return told


@pytest.fixture(scope="module")
def slipped(tmp_path_factory):
    """A run in which the stage slips by 200 nm while the first closest frame begins."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        weather = replace(WEATHER, jumps=((97.0, JUMP),), jump_creep=0.03)
        yield drive(monkeypatch, tmp_path_factory.mktemp("slipped") / "run", weather)


def test_a_frame_that_a_slip_has_carried_off_is_noticed_and_taken_again(slipped):
    *early, last = slipped.landings()
    assert early
    for _, status, away in early:
        assert away <= 2.0 or status != "tracking"
    _, status, away = last
    assert status == "tracking"
    assert away <= 2.0
    assert Role.CHECK in slipped.roles()[: slipped.roles().index(Role.BEFORE)]


def test_the_slip_is_measured_and_the_drift_followed(slipped):
    tracker = slipped.surveys[-1].tracker
    (_, size), *more = tracker.track.jumps
    assert not more
    assert math.dist(size, (-JUMP[0], -JUMP[1])) < 20e-9
    first = next(o for o in slipped.seen).notes["track"]["middle"]
    now, then = slipped.scanner.displacement(np.array([tracker.clock, first]))
    assert math.dist(tracker.now.offset, then - now) < 2 * PIXEL


def test_no_probe_begins_unless_the_place_is_sure(slipped):
    probed = [i for i, o in enumerate(slipped.seen) if isinstance(o.request, ProbeRequest)]
    assert probed
    for index in probed:
        assert slipped.surveys[index].tracker.sure


def test_the_survey_of_the_folder_has_the_same_track_and_decides_alike(slipped):
    summary = summarise(slipped.folder)
    live, stored = slipped.surveys[-1], summary.survey
    assert np.array_equal(stored.tracker.track.mean, live.tracker.track.mean)
    assert np.array_equal(stored.tracker.poses.among, live.tracker.poses.among)
    assert stored.drifts == live.drifts
    again = slipped.surveys[0]
    for observation in stored.observations:
        again = again.add(observation)
    controller = open_controller("targets", summary.config, slipped.instrument)
    assert controller.closing_words(again) == controller.closing_words(live) == slipped.words


def test_the_report_tells_the_drift_and_the_slip(slipped):
    section = drift.section(tell(slipped.folder, summarise(slipped.folder)))
    words = " ".join(section["sentences"])
    assert "A jump by" in words
    assert "nm/min (95 %)" in words
    assert "in doubt after scan" in words
    assert len(section["lines"]) == sum(o.notes.get("track") is not None for o in slipped.seen)


def test_without_the_table_no_check_frame_is_taken(monkeypatch, tmp_path):
    told = drive(monkeypatch, tmp_path / "run", WEATHER, probe={"enabled": False}, tracking=None)
    assert told.roles() == [Role.OVERVIEW, Role.ZOOM, Role.ZOOM]
    assert all(away <= 2.0 for _, _, away in told.landings())


def test_an_open_loop_scanner_zooms_by_rungs_that_are_compared(monkeypatch, tmp_path):
    weather = replace(WEATHER, closed_loop=False, hysteresis=0.03, creep=0.01)
    targets = TABLES["targets"] | {"ladder_nm": (512.0,)}
    told = drive(
        monkeypatch, tmp_path / "run", weather, 3, probe={"enabled": False}, targets=targets,
        tracking=None,
    )  # fmt: skip
    sizes = [o.request.region.size[0] for o in told.seen if o.request.role is not Role.CHECK]
    assert all(a <= 4.001 * b for a, b in pairwise(sizes))
    assert sizes[1] == pytest.approx(math.sqrt(4000 * 512) * 1e-9)
    note = told.seen[1].notes["track"]
    assert note["reference"] == 1
    assert note["hysteresis"] == pytest.approx(0.03, abs=0.004)
