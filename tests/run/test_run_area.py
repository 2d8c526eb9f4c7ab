"""A run that images an area by a policy: paths, maps, their files, and going on after a kill."""

import json
from dataclasses import replace

import numpy as np
import pytest
from run_parts import PhaseGradient, config, create, service_error, session

from ai_afm.acquire.mapping import draw_map
from ai_afm.acquire.rebuild import rebuild
from ai_afm.cli.dry_run import dry_run
from ai_afm.events import Decided, Faulted, MapDrawn, Observed, RunFinished, SweepRecorded
from ai_afm.image.scan_layout import read_scan
from ai_afm.report.html import render
from ai_afm.report.summary import summarise
from ai_afm.run import run
from ai_afm.store.recover import check_acks, recover
from ai_afm.types import MapRequest, PathRequest, ScanRequest

AREA = {
    "area": {"lines": 96, "pixels": 128, "policy": "follow"},
    "targets": {"count": 1, "lines": 36, "pixels": 40, "ladder_nm": (600.0,)},
    "probe": {"enabled": False},
}
STOCK = {"instrument": {"options": {"world": "stripes", "seed": 2, "instrument": "stock"}}}


def played(monkeypatch, folder, segmenter=None, until=None, events=None):
    happened = []
    with session(monkeypatch, folder, segmenter, events) as opened:
        happening = run(opened)
        for event in happening:
            happened.append(event)
            if until is not None and until(happened):
                happening.close()
                break
    return happened


def requests_of(happened):
    return [e.request for e in happened if isinstance(e, Decided)]


def test_an_area_is_followed_along_paths_and_each_step_ends_in_a_map(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**AREA))
    happened = played(monkeypatch, folder)
    asked = requests_of(happened)
    assert [type(r) for r in asked[:4]] == [PathRequest, MapRequest, PathRequest, MapRequest]
    assert isinstance(asked[-1], ScanRequest)
    assert isinstance(happened[-1], RunFinished)
    maps = [e.observation for e in happened if isinstance(e, Observed) and e.observation.area]
    assert len(maps) == sum(isinstance(e, MapDrawn) for e in happened) >= 2
    covered = [float(m.area.covered.mean()) for m in maps]
    assert covered[0] == 0
    assert 0 < covered[1] <= covered[-1] < 0.8


def test_a_path_is_stored_sweep_by_sweep_with_its_request(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**AREA))
    happened = played(monkeypatch, folder, until=lambda h: isinstance(h[-1], MapDrawn))
    stored = read_scan(folder.path_file(1))
    (request,) = (e.request for e in happened if isinstance(e, Decided) if e.request.role == "area")
    lines = list(stored.lines())
    assert stored.walked.sweeps == request.sweeps
    assert [len(x.channels["height"]) for x in lines] == [s.pixels for s in request.sweeps]
    live = [e.line for e in happened if isinstance(e, SweepRecorded)]
    for told, kept in zip(live, lines, strict=True):
        np.testing.assert_array_equal(told.channels["amplitude"], kept.channels["amplitude"])


@pytest.mark.parametrize("sweeps", [1, 20, 60])
def test_a_killed_path_loses_no_sweep_and_the_run_goes_on_alike(monkeypatch, tmp_path, sweeps):
    folder = create(monkeypatch, tmp_path / "killed", config(**AREA))
    acks = tmp_path / "acks.jsonl"
    first = played(
        monkeypatch,
        folder,
        until=lambda h: sum(isinstance(e, SweepRecorded) for e in h) == sweeps,
        events=acks,
    )
    found = recover(folder.path)
    # the tip may have come to the path's end before the reader of its events was closed
    assert set(found.interrupted_paths) <= {found.paths}
    acked, lost = check_acks(folder.path, acks)
    assert acked >= sweeps
    assert lost == 0
    then = played(monkeypatch, folder)
    assert requests_of(then)[0] == requests_of(first)[-1]
    assert isinstance(then[-1], RunFinished)
    assert then[-1].outcome == "done"


def test_a_run_that_ends_after_a_map_goes_on_from_it(monkeypatch, tmp_path):
    whole = create(monkeypatch, tmp_path / "whole", config(**AREA))
    expected = requests_of(played(monkeypatch, whole))
    folder = create(monkeypatch, tmp_path / "killed", config(**AREA))
    first = played(
        monkeypatch,
        folder,
        until=lambda h: isinstance(h[-1], Observed) and h[-1].observation.area is not None,
    )
    begun = requests_of(first)
    assert begun == expected[: len(begun)]
    assert requests_of(played(monkeypatch, folder))[0] == expected[len(begun)]


def test_an_instrument_without_paths_gets_rectangles(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**AREA, **STOCK))
    asked = requests_of(played(monkeypatch, folder))
    assert not any(isinstance(r, PathRequest) for r in asked)
    area = [r for r in asked if r.role == "area"]
    assert len(area) > 2
    assert all(isinstance(r, ScanRequest) for r in area)


def test_a_map_that_cannot_be_segmented_hands_over_to_the_raster(monkeypatch, tmp_path):
    class Broken(PhaseGradient):
        def glimpse(self, frame, lines, final=False):
            raise service_error("the segmenter process ended with exit code -9")

    folder = create(monkeypatch, tmp_path / "run", config(**AREA))
    happened = played(monkeypatch, folder, Broken())
    assert any(isinstance(e, Faulted) and e.kind == "perception" for e in happened)
    raster = requests_of(happened)[2:]
    assert [r.role for r in raster] == ["raster"]
    assert raster[0].shape[1] == 128


def test_the_report_tells_prediction_time_and_completeness_of_the_area(monkeypatch, tmp_path):
    settings = AREA | {"area": AREA["area"] | {"policy": "targets"}}
    folder = create(monkeypatch, tmp_path / "run", config(**settings))
    played(monkeypatch, folder)
    summary = summarise(folder)
    page = render(folder, summary)
    assert "<h2>Area</h2>" in page
    assert "of raster" in page
    assert "at the pixel size of the map" in page
    assert "Overview: every 4th line" in page.split("<h2>Area</h2>")[1].split("</table>")[0]
    assert "map-" not in page.split("<h2>Area</h2>")[1].split("</section>")[0]
    assert summary.raster_time_s == pytest.approx(96 * 1.0, rel=0.2)
    assert summary.wall_recall > 0.7


def test_a_dry_run_says_what_an_empty_area_would_get():
    told = dry_run(config(**AREA))
    assert told["requests"][0]["sweeps"] == 24
    json.dumps(told)


def test_a_map_that_is_lost_is_drawn_again_from_the_paths(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config(**AREA))
    played(monkeypatch, folder)
    with session(monkeypatch, folder) as opened:
        survey = rebuild(opened.empty_survey(), folder, opened.journal)
        index = max(k for k, o in enumerate(survey.observations) if o.area is not None)
        last, before = survey.observations[index], survey.observations[:index]
        file = folder.map_file(last.number)
        kept = read_scan(file).frame
        file.unlink()
        drawing = draw_map(opened, replace(survey, observations=before), last.request)
        assert isinstance(next(drawing), MapDrawn)
    again = read_scan(file).frame
    assert set(again.data) == set(kept.data)
    for key, image in kept.data.items():
        np.testing.assert_array_equal(again.data[key], image)


def test_with_tracking_an_anchor_frame_tells_of_the_drift_between_long_steps(monkeypatch, tmp_path):
    drifting = {"world": "labyrinth", "seed": 1, "drift_nm_per_s": 0.2}
    settings = AREA | {"tracking": {}, "instrument": {"options": drifting}}
    folder = create(monkeypatch, tmp_path / "run", config(**(settings | {"targets": {"count": 0}})))
    happened = played(monkeypatch, folder)
    seen = [e.observation for e in happened if isinstance(e, Observed)]
    anchors = [o for o in seen if getattr(o.request, "role", None) == "check"]
    assert len(anchors) >= 2
    first, second = (o.notes["track"]["middle"] for o in anchors[:2])
    # the twin's drift swells in the first minutes to at most half as much again
    moved = 0.2e-9 / np.sqrt(2) * (second - first)
    offset = np.array(anchors[1].offset)
    assert (offset < -0.9 * moved).all()
    assert (offset > -1.6 * moved).all()
    later = [o.request for o in seen[seen.index(anchors[1]) :] if isinstance(o.request, MapRequest)]
    begin, end = later[0].shifts[-1]
    assert np.hypot(*begin) > 0.5 * np.hypot(*offset)
    assert np.hypot(*end) >= np.hypot(*begin)
