"""`targets` with a drive check and frames scanned twice, from the ladder to the last probe."""

from contextlib import closing

import pytest
from run_parts import config, create, session

from ai_afm import geometry
from ai_afm.acquire.rebuild import stored_observation
from ai_afm.control.plan_native import native_consent, written
from ai_afm.errors import ConfigError
from ai_afm.events import Observed, RunFinished
from ai_afm.report.pages import environment
from ai_afm.report.sequences import section
from ai_afm.report.story import tell
from ai_afm.report.summary import summarise
from ai_afm.run import run
from ai_afm.service.replay.ask import ask_again
from ai_afm.service.replay.told import read_run
from ai_afm.store.journal import Journal
from ai_afm.types import ProbeRequest, ScanRequest, WriteRequest

EVERYWHERE = {"size_nm": (6000, 6000), "level": "bias", "max_bias_v": 10, "max_pulses": 4}
SPARE = {
    "center_nm": (900, 0), "size_nm": (1300, 1300), "level": "sacrificial", "max_bias_v": 10,
    "max_pulses": 9,
}  # fmt: skip
LADDER = ["ladder pole", "ladder before", "ladder write", "ladder after"]


def settings(drive_v=1.0):
    """The ladder lies inside the overview: its dots are walls of the frames that follow."""
    return config(
        instrument={"options": {"world": "labyrinth", "seed": 103, "extent_nm": 6000.0}},
        imaging={"drive_v": drive_v},
        overview={"size_nm": (3000, 2400), "lines": 72, "pixels": 84},
        targets={"count": 4, "ladder_nm": (800.0,), "lines": 44, "pixels": 50},
        probe={"per_target": 1, "cycles": 2, "steps": 32, "image_lines": 20},
        consent={"zones": [EVERYWHERE, SPARE]},
        sequence={
            "check_drive": True,
            "reimage_every": 2,
            "ladder": {
                "center_nm": (900, 0), "bias_v": (2.0, 5.0, 8.0), "repeats": 1, "ms": 1000,
                "pole_v": 9.0, "pixel_nm": 8.0, "margin_nm": 150,
            },
        },
    )  # fmt: skip


def drive(monkeypatch, folder, until=None):
    events = []
    with session(monkeypatch, folder) as opened, closing(run(opened)) as happening:
        for event in happening:
            events.append(event)
            if until is not None and until(event):
                break
        return events, opened.empty_survey()


def is_second(event):
    """Tell whether a frame was just scanned for the second time."""
    target = getattr(getattr(event, "observation", None), "request", None)
    return isinstance(event, Observed) and str(getattr(target, "target", "")).startswith("again")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that is ended after the first frame that is scanned twice, and taken up again."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = create(monkeypatch, tmp_path_factory.mktemp("checked") / "run", settings())
        drive(monkeypatch, folder, until=is_second)
        events, empty = drive(monkeypatch, folder)
    told = list(ask_again(read_run(folder), lambda payload: stored_observation(folder, payload)))
    return folder, events, empty, told


def requests(folder):
    return [o.request for o in summarise(folder).survey.observations]


def test_the_ladder_comes_first_then_the_targets_and_each_step_once(whole):
    folder, events, _, _ = whole
    assert isinstance(events[-1], RunFinished)
    assert events[-1].message.startswith("Imaging is done. All is done")
    done = requests(folder)
    assert [r.target for r in done[:4]] == LADDER
    roles = [r.role.value for r in done[4:] if isinstance(r, ScanRequest)]
    assert roles[0] == "overview"
    assert {"zoom", "before", "after"} <= set(roles)
    with Journal.read(folder.journal_file) as journal:
        assert len(journal.rows("write_started")) == sum(isinstance(r, WriteRequest) for r in done)


def test_every_second_frame_of_the_run_is_scanned_twice_on_the_same_ground(whole):
    done = [r for r in requests(whole[0]) if isinstance(r, ScanRequest)]
    seen = [(n, r) for n, r in enumerate(done, start=1) if r.role.value in ("overview", "zoom")]
    again = {r.target: r for r in done if str(r.target).startswith("again")}
    assert list(again) == [f"again {n}" for n, _ in seen[1::2]]
    for number, first in seen[1::2]:
        second = again[f"again {number}"]
        assert (second.region.size, second.shape) == (first.region.size, first.shape)


def test_nothing_is_probed_on_ground_that_the_run_has_written(whole):
    folder, _, _, _ = whole
    survey = summarise(folder).survey
    regions = written(survey)
    assert len(regions) == 2
    probes = [o.request for o in survey.probes() if isinstance(o.request, ProbeRequest)]
    assert probes
    for probe in probes:
        assert not any(bool(geometry.is_inside(r, *probe.position)) for r in regions)
    zones = native_consent(survey).zones
    assert [z.level.value for z in zones[-2:]] == ["image", "image"]


def test_the_decisions_are_the_same_when_they_are_taken_again(whole):
    for answer in whole[3]:
        assert answer.identical, answer.difference()


def test_the_report_says_what_the_ladder_found_and_how_far_imaging_moves_walls(whole):
    folder = whole[0]
    told = section(tell(folder, summarise(folder)))
    page = environment().get_template("sequence.html.j2").render(sequence=told)
    assert "ladder" in page
    assert "again" in page or "twice" in page or "image" in page


def test_a_drive_above_half_of_the_threshold_ends_the_run_before_its_overview(
    monkeypatch, tmp_path
):
    folder = create(monkeypatch, tmp_path / "run", settings(drive_v=4.9))
    with pytest.raises(ConfigError, match=r"the drive of 4\.9 V is more than half of"):
        drive(monkeypatch, folder)
    assert [r.target for r in requests(folder)] == LADDER
