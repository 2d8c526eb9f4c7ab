"""Setting up a run without Qt: the draft, its purpose, zones, permission, plan, and its start."""

import io
import json
import math
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.config import RunConfig, load_config, parse_config
from ai_afm.errors import ConfigError
from ai_afm.types import ScanRegion
from ai_afm_gui.steer.canvas_model import Kind
from ai_afm_gui.steer.limits import ROWS
from ai_afm_gui.steer.setup.draft import Draft, default_of, read_draft
from ai_afm_gui.steer.setup.dry import parse_dry_run, picture
from ai_afm_gui.steer.setup.launch import apart, command, new_folder, start
from ai_afm_gui.steer.setup.options import lines_of, options_of
from ai_afm_gui.steer.setup.permission import permission, zones
from ai_afm_gui.steer.setup.plan import OPTIONS, OVERVIEW, Obstacle, Plan
from ai_afm_gui.steer.setup.purpose import MEASURED, Purpose, predicted, purpose_of, with_purpose
from ai_afm_gui.steer.setup.zones import change_zone, overview_region, put_zone, region_of

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.toml"))
PLACE = ScanRegion((1e-6, -5e-7), (2e-6, 1e-6), math.radians(30))
TOLD = {
    "instrument": "twin",
    "channels": ["height", "phase"],
    "range": {"center_m": [0, 0], "size_m": [2e-5, 2e-5], "angle_rad": 0},
    "allowed": {"center_m": [0, 0], "size_m": [1e-5, 1e-5], "angle_rad": 0},
    "overview": {"center_m": [0, 0], "size_m": [4e-6, 3e-6], "angle_rad": 0},
    "predicted_s": 160.0,
    "closer_s": None,
    "raster_s": 8000.0,
    "closing_words": "done",
    "requests": [
        {"reason": "a", "seconds": 160.0, "legal": True, "verdict": "",
         "center_m": [0, 0], "size_m": [4e-6, 3e-6], "angle_rad": 0.1},
        {"reason": "b", "seconds": 1.0, "legal": False, "verdict": "too far",
         "center_m": [9, 0], "size_m": [4e-6, 3e-6], "angle_rad": 0},
        {"reason": "c", "seconds": 1.0, "legal": True, "verdict": ""},
    ],
}  # fmt: skip
DRY = parse_dry_run(json.dumps(TOLD))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_every_example_is_opened_and_written_back_alike(file):
    draft = read_draft(file)
    assert draft.problems() == {}
    assert parse_config(draft.text()) == load_config(file)


positive = st.floats(0.001, 1e6)
drafts = st.fixed_dictionaries(
    {},
    optional={
        "run.sample": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        "run.budget_min": positive,
        "run.authority": st.sampled_from(["watch", "advise", "supervised", "unattended"]),
        "run.seed": st.integers(0, 2**31 - 1),
        "overview.size_nm": st.lists(positive, min_size=2, max_size=2),
        "overview.lines": st.integers(16, 4096),
        "targets.ladder_nm": st.lists(positive, min_size=1, max_size=3),
        "imaging.setpoint_v": st.floats(-5, 5),
        "imaging.channels": st.lists(st.sampled_from(["height", "phase"]), min_size=1),
        "area.policy": st.sampled_from(sorted(MEASURED)),
        "limits.max_bias_v": st.floats(0, 10),
        "instrument.options": st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
            st.integers(-5, 5) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
            | st.booleans() | st.lists(st.integers(0, 3), max_size=2), max_size=3,
        ),
    },
)  # fmt: skip


@settings(max_examples=60)
@given(values=drafts)
def test_what_the_wizard_writes_is_what_the_command_line_reads(values):
    draft = Draft()
    for key, value in values.items():
        draft = draft.put(key, value)
    assert draft.problems() == {}
    assert parse_config(draft.text()) == draft.config()
    for key, value in values.items():
        assert draft.get(key) == value


@given(options=st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True),
       st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
       | st.floats(allow_nan=False, allow_infinity=False), max_size=4))  # fmt: skip
def test_options_survive_as_lines(options):
    assert options_of(lines_of(options)) == options


def test_each_error_is_known_by_its_key_in_the_words_of_the_command_line():
    draft = Draft().put("targets.count", -1).put("run.budget_min", "long").put("probe.stops", 3)
    problems = draft.put("overview.size_nm", [0.0, 1.0]).problems()
    assert set(problems) == {"targets.count", "run.budget_min", "probe.stops", "overview.size_nm"}
    assert "greater than or equal to 0" in problems["targets.count"]
    assert "unknown key" in problems["probe.stops"]
    with pytest.raises(ConfigError, match=r"targets\.count"):
        draft.text()


def test_a_key_that_is_taken_out_has_its_default_again():
    draft = Draft().put("area.policy", "follow")
    assert draft.config().area.policy == "follow"
    assert draft.put("area", None).config() == RunConfig()
    assert default_of("targets.count") == 4
    assert default_of("area.policy") is None


def test_a_file_that_is_no_toml_is_an_error(tmp_path):
    (tmp_path / "a.toml").write_text("[run", encoding="utf-8")
    for name in ("a.toml", "missing.toml"):
        with pytest.raises(ConfigError):
            read_draft(tmp_path / name)


@pytest.mark.parametrize("before", list(Purpose))
@pytest.mark.parametrize("wanted", [p for p in Purpose if p is not Purpose.FILE])
def test_every_purpose_leads_to_a_plan_that_can_be(before, wanted):
    drafts = {Purpose.FILE: Draft().put("run.controller", "sequence").put("sequence", {})}
    draft = drafts.get(before) or with_purpose(Draft(), before)
    changed = with_purpose(draft, wanted)
    assert purpose_of(changed) is wanted
    assert changed.problems() == {}


def test_the_purposes_of_the_examples_are_seen():
    seen = {file.stem: purpose_of(read_draft(file)) for file in EXAMPLES}
    assert seen["twin"] is Purpose.PROBE
    assert seen["area"] is Purpose.AREA
    assert seen["question"] is Purpose.QUESTION
    assert seen["timelapse"] is Purpose.FILE


def test_every_policy_has_a_measured_saving():
    known = type(Draft().put("area", {}).config().area).model_fields["policy"].annotation
    assert set(MEASURED) == set(known.__args__)
    assert predicted("raster", 100.0) == (100.0, 0.0)
    assert predicted("targets", 1000.0)[0] == pytest.approx(149.0)


def test_a_painted_zone_is_in_the_file_and_on_the_map():
    draft = put_zone(Draft(), 0, PLACE, "bias")
    zone = draft.config().consent.consent.zones[0]
    assert zone.region.center == pytest.approx(PLACE.center)
    assert zone.region.angle == pytest.approx(PLACE.angle)
    assert (zone.max_bias, zone.max_pulses) == (8.0, 2)
    assert [s.kind for s in picture(None, draft.config()).ground] == [Kind.BIAS]


def test_a_zone_that_becomes_forbidden_allows_no_volts_any_more():
    draft = change_zone(put_zone(Draft(), 0, PLACE, "bias"), 0, "level", "forbidden")
    assert "max_bias_v" not in zones(draft)[0]
    again = change_zone(draft, 0, "level", "sacrificial")
    assert zones(again)[0]["max_bias_v"] == 8.0
    assert zones(change_zone(again, 0, "", None)) == []
    assert change_zone(again, 5, "level", "image") is again


@given(centre=st.tuples(st.floats(-1e-5, 1e-5), st.floats(-1e-5, 1e-5)),
       size=st.tuples(st.floats(1e-8, 1e-5), st.floats(1e-8, 1e-5)),
       angle=st.floats(-3, 3))  # fmt: skip
def test_a_rectangle_survives_the_file_to_a_nanometre(centre, size, angle):
    region = region_of(zones(put_zone(Draft(), 0, ScanRegion(centre, size, angle)))[0])
    assert region.center == pytest.approx(centre, abs=0.51e-9)
    assert region.size == pytest.approx(size, abs=0.51e-9)
    assert region.angle == pytest.approx(angle, abs=1e-3)


def test_the_first_look_is_drawn_into_the_file():
    plan = Plan()
    assert plan.take(OVERVIEW) is None
    plan.drag(PLACE)
    assert overview_region(plan.draft).size == pytest.approx(PLACE.size)
    assert plan.draft.get("overview.center_nm") == [1000.0, -500.0]


def test_painting_makes_one_zone_however_long_it_is_dragged():
    plan = Plan()
    plan.paint("forbidden")
    for step in (1.0, 1.5, 2.0):
        plan.drag(ScanRegion((0.0, 0.0), (step * 1e-6, 1e-6)))
    assert plan.painted() == 0
    assert plan.painted() is None
    assert [z["level"] for z in zones(plan.draft)] == ["forbidden"]
    plan.drag(ScanRegion((1e-6, 0.0), (2e-6, 1e-6)))
    assert len(zones(plan.draft)) == 1
    plan.drag(None)
    assert plan.hand is None


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.key)
def test_a_wider_limit_needs_a_name_and_a_narrower_one_does_not(row):
    key = f"limits.{row.key}"
    usual = default_of(key)
    assert permission(Draft().put(key, usual * 2), Draft()).wider == (row.key,)
    assert not permission(Draft().put(key, usual / 2), Draft()).needed
    opened = Draft().put(key, usual / 2)
    assert permission(Draft().put(key, usual), opened).wider == (row.key,)


def test_new_voltages_and_a_night_alone_need_a_name():
    opened = put_zone(Draft(), 0, PLACE, "bias")
    assert not permission(opened, opened).needed
    assert permission(put_zone(opened, 1, PLACE, "sacrificial"), opened).biased == 1
    assert permission(change_zone(opened, 0, "max_bias_v", 9.0), opened).biased == 1
    assert not permission(put_zone(opened, 1, PLACE, "forbidden"), opened).needed
    assert permission(Draft().put("run.authority", "unattended"), Draft()).unattended
    assert permission(Draft().put("limits.allow_unlimited_current", True), Draft()).needed


def test_a_plan_is_started_only_when_nothing_is_in_the_way(tmp_path):
    plan, free = Plan(), str(tmp_path / "new")
    assert plan.obstacle("", free, busy=True) is Obstacle.BUSY
    assert plan.obstacle("", free, busy=False) is Obstacle.UNCHECKED
    plan.refused("no such adapter")
    assert plan.obstacle("", free, busy=False) is Obstacle.REFUSED
    plan.told(DRY)
    assert plan.obstacle("", free, busy=False) is None
    assert plan.obstacle("", str(tmp_path), busy=False) is Obstacle.FOLDER
    assert plan.obstacle("", " ", busy=False) is Obstacle.FOLDER
    plan.put("run.authority", "unattended")
    assert plan.obstacle(" ", free, busy=False) is Obstacle.NAME
    assert plan.obstacle("Ann", free, busy=False) is None
    assert tomllib.loads(plan.signed("Ann "))["run"]["operator"] == "Ann"
    plan.put("run.budget_min", -1)
    assert plan.obstacle("Ann", free, busy=False) is Obstacle.WRONG


def test_only_what_has_changed_is_checked_again():
    plan = Plan()
    assert plan.to_check() == Draft().text()
    assert plan.to_check() is None
    plan.put("targets.count", -3)
    assert plan.to_check() is None
    plan.put("targets.count", 4)
    assert plan.to_check() is not None


def test_options_that_are_no_toml_are_said_and_the_last_good_ones_stay():
    plan = Plan()
    plan.put(OPTIONS, 'world = "film"')
    plan.put(OPTIONS, "world = film and more")
    assert "KEY = VALUE" in plan.problems()[OPTIONS]
    assert plan.draft.get("instrument.options") == {"world": "film"}
    plan.put(OPTIONS, "")
    assert plan.problems() == {}


def test_a_dry_run_is_read_and_its_refusals_are_on_the_map():
    assert [move.refusal for move in DRY.refusals] == ["too far"]
    shown = picture(DRY, RunConfig())
    assert [s.kind for s in shown.ground] == [Kind.RANGE, Kind.ALLOWED]
    assert [(s.kind, s.label) for s in shown.coming] == [(Kind.NEXT, "1"), (Kind.REFUSED, "2")]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"requests": [{}]}'])
def test_what_is_no_dry_run_is_an_error(text):
    with pytest.raises(ValueError, match=r"unexpected|Expecting"):
        parse_dry_run(text)


def test_a_new_folder_is_free_and_named_after_day_and_sample(tmp_path):
    now = datetime(2026, 3, 1, 22, 5, tzinfo=UTC)
    first = new_folder(tmp_path, "PZT film, 20 nm / SRO", now)
    assert first.name == "20260301-2205-pzt-film-20-nm-sro"
    first.mkdir()
    assert new_folder(tmp_path, "PZT film, 20 nm / SRO", now).name == f"{first.name}-2"


def test_a_run_is_started_apart_from_the_window_on_every_system(tmp_path):
    calls = []

    class Process(io.BytesIO):
        def poll(self):
            return None

    def run(line, **options):
        calls.append((line, options))
        return Process()

    launch = start("[run]\n", tmp_path / "runs" / "a", tmp_path, run)
    line, options = calls[0]
    assert line == command(tmp_path / "runs" / "a.toml", tmp_path / "runs" / "a", tmp_path)
    assert line[:3] == [sys.executable, "-m", "ai_afm"]
    assert options.items() >= apart(sys.platform).items()
    assert launch.failed() is None
    assert not launch.ready
    assert apart("win32")["creationflags"] & subprocess.__dict__.get("DETACHED_PROCESS", 8)
    assert apart("linux") == {"start_new_session": True}


def test_a_run_that_does_not_start_says_why(tmp_path):
    launch = start("[run]\nbudget = 3\n", tmp_path / "a", None)
    assert launch.process.wait(60) == 3
    assert "unknown key 'run.budget'" in launch.failed()
