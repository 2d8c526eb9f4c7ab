"""Fixed plans: transects, along a wall, stars; geometry that can be checked by hand."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from survey_factory import EVERYWHERE, RANGE, UM, Drawing, config, limits, line, play

from ai_afm import geometry
from ai_afm.config.load import parse_config
from ai_afm.control.plan_names import PlanPlace, read_plan_name
from ai_afm.control.plans import Rules, planned
from ai_afm.control.targets import TargetsController
from ai_afm.errors import ConfigError
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    Consent,
    ConsentLevel,
    ConsentZone,
    Junction,
    ProbeRequest,
    Role,
    ScanRegion,
    Wall,
    WallNetwork,
)

FRAME = ScanRegion((0.0, 0.0), (1.0 * UM, 0.9 * UM))
STRAIGHT = (line(-2.4, 0.1, 2.4, 0.1),)


class Seen:
    """A target that one frame has shown, as far as plans look at it."""

    name, candidate, unknown, frames = "T1", None, None, ()

    def __init__(self, walls, junctions=(), anchor=(0.0, 0.1 * UM), region=FRAME):
        joints = tuple(Junction((x * UM, y * UM), (1, 1, 1)) for x, y in junctions)
        self.anchor, self._network = anchor, WallNetwork(region, tuple(walls), joints)

    def networks(self):
        return [(self._network, (0.0, 0.0))]


def sites(seen, seed=101, consent=None, **probe):
    rules = Rules(config(probe={"plan": "transect"} | probe).probe, consent, seed)
    return planned((seen,), rules)["T1"]


def nm(names):
    return {n.partition("-")[2]: round(1e9 * read_plan_name(n).signed_distance, 1) for n in names}


def gaps(found):
    points = np.array([s.position for s in found])
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    return apart[~np.eye(len(points), dtype=bool)]


def test_a_transect_has_log_spaced_distances_on_both_sides_of_a_straight_wall():
    found = sites(Seen(STRAIGHT))
    places = nm(s.name for s in found)
    right = sorted(-v for v in places.values() if v < 0)
    assert right == sorted(v for v in places.values() if v > 0)
    assert right == [12.0, 22.8, 43.5, 82.8, 157.6, 300.0]
    assert np.diff(np.log(right)) == pytest.approx(math.log(25) / 5, rel=0.01)
    for site in found:
        truly = read_plan_name(site.name).signed_distance
        assert site.position[1] - 0.1 * UM == pytest.approx(truly, abs=1e-12)
        assert site.role is (Role.WALL if truly == 0 else Role.BULK)


def test_where_log_spacing_is_too_close_the_line_is_shifted_along_the_wall():
    found = sites(Seen(STRAIGHT))
    assert len(found) == 13
    assert gaps(found).min() >= 100e-9 * (1 - 1e-9)
    assert max(abs(s.position[0]) for s in found) <= 400e-9
    near = [s for s in found if abs(s.position[1] - 0.1 * UM) < 50e-9]
    assert len({round(s.position[0] * 1e9) for s in near}) == len(near) == 7
    assert any("further along it" in s.reason for s in near)


def test_left_of_a_wall_is_above_it_whichever_way_its_line_was_drawn():
    there, back = sites(Seen(STRAIGHT)), sites(Seen((line(2.4, 0.1, -2.4, 0.1),)))
    for found in (there, back):
        left = [s for s in found if "-L" in s.name]
        assert all(s.position[1] > 0.1 * UM for s in left)
        assert "to the left of the wall" in left[0].reason


def test_the_order_is_random_seeded_and_the_reason_counts_it():
    first, again, other = sites(Seen(STRAIGHT)), sites(Seen(STRAIGHT)), sites(Seen(STRAIGHT), 102)
    assert first == again
    assert {s.name for s in other} == {s.name for s in first}
    assert [s.name for s in other] != [s.name for s in first]
    assert [s.name for s in first] != sorted(s.name for s in first)
    assert "site 5 of 13" in first[4].reason


def test_a_transect_is_cut_where_another_wall_is_nearer():
    walls = (*STRAIGHT, line(-2.4, 0.3, 2.4, 0.3))
    found = sites(Seen(walls))
    places = nm(s.name for s in found)
    assert max(places.values()) == 82.8
    assert min(places.values()) == -300.0
    words = found[0].reason
    assert "left out 157.6, 300 nm on the left (another wall" in words


def test_on_a_bent_wall_the_distance_is_that_to_the_wall():
    angle = np.linspace(-1.2, 1.2, 400)
    ring = np.stack([np.sin(angle), 1 - np.cos(angle)], axis=1) * 0.25 * UM
    found = sites(Seen((Wall(ring, 1, 0.9),), anchor=(0.0, 0.0)), min_spacing_nm=40.0)
    for site in found:
        truly = np.hypot(*(ring - site.position).T).min()
        planned_ = abs(read_plan_name(site.name).signed_distance)
        assert 0.94 * planned_ <= truly + 1e-9
        assert truly <= planned_ + 1e-9
    # the left is the hollow side: nothing there is 300 nm from a circle of 250 nm
    assert "L300" not in nm(s.name for s in found)
    assert "R300" in nm(s.name for s in found)


def test_a_wall_of_another_frame_without_room_leaves_no_sites():
    assert sites(Seen(())) == ()


@given(
    bend=st.floats(-0.3, 0.3),
    tilt=st.floats(-1.5, 1.5),
    spacing=st.floats(20, 150),
    plan=st.sampled_from(["transect", "along"]),
    seed=st.integers(100, 199),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_spacing_is_always_kept_and_sites_lie_where_bias_is_allowed(
    bend, tilt, spacing, plan, seed
):
    x = np.linspace(-0.6, 0.6, 200) * UM
    points = np.stack([x, bend * x**2 / UM], axis=1)
    c, s = math.cos(tilt), math.sin(tilt)
    wall = Wall(points @ np.array([[c, s], [-s, c]]), 1, 0.9)
    zone = ConsentZone(ScanRegion((0.1 * UM, 0.0), (0.7 * UM, 0.5 * UM)), ConsentLevel.BIAS, 9.0, 9)
    found = sites(
        Seen((wall,), anchor=(0.0, 0.0)), seed, Consent((zone,)), plan=plan, min_spacing_nm=spacing
    )
    assert len(found) > 1
    assert gaps(found).min() >= spacing * 1e-9 * (1 - 1e-9)
    at = np.array([s.position for s in found])
    assert geometry.is_inside(zone.region, *at.T).all()
    assert geometry.is_inside(FRAME, *at.T).all()


def test_along_a_wall_sites_lie_on_it_at_even_steps():
    found = sites(Seen(STRAIGHT), plan="along", along_step_nm=150.0)
    x = np.sort([s.position[0] for s in found])
    assert np.diff(x) == pytest.approx(150e-9, abs=1e-12)
    assert [s.position[1] for s in found] == pytest.approx(0.1 * UM * np.ones(len(found)))
    assert {s.role for s in found} == {Role.WALL}
    assert "along the wall at T1: " in found[0].reason
    steps = sorted(read_plan_name(s.name).signed_distance for s in found)
    assert np.diff(steps) == pytest.approx(150e-9)


def test_along_a_closed_wall_no_site_comes_twice():
    angle = np.linspace(0, math.tau, 300, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 0.2 * UM
    seen = Seen((Wall(ring, 1, 0.9, None, closed=True),), anchor=(0.2 * UM, 0.0))
    found = sites(seen, plan="along")
    assert len(found) == 11
    assert gaps(found).min() >= 100e-9 * (1 - 1e-9)


BRANCHES = tuple(line(0, 0, math.cos(a), math.sin(a)) for a in np.radians([10.0, 130.0, 250.0]))


def star(walls, **probe):
    return sites(Seen(walls, ((0.0, 0.0),), (0.0, 0.0)), plan="star", **probe)


def test_a_star_has_sites_on_each_branch_and_in_each_sector_at_the_same_distances():
    found = star(BRANCHES, min_spacing_nm=12.0, transect_sites=4)
    assert len(found) == 4 * 6
    assert gaps(found).min() >= 12e-9 * (1 - 1e-9)
    for site in found:
        place = read_plan_name(site.name)
        assert math.hypot(*site.position) == pytest.approx(place.signed_distance, abs=1.1e-9)
        middle = 10 + 120 * (place.number - 1) + (60 if place.kind == "S" else 0)
        angle = math.degrees(math.atan2(site.position[1], site.position[0]))
        assert (angle - middle + 180) % 360 - 180 == pytest.approx(0, abs=1)
        assert site.role is (Role.BULK if place.kind == "S" else Role.WALL)


def test_next_to_a_junction_chance_says_which_branch_or_sector_gets_the_one_site():
    near = set()
    for seed in range(101, 109):
        found = star(BRANCHES, seed=seed)
        assert gaps(found).min() >= 100e-9 * (1 - 1e-9)
        close = [s.name for s in found if math.hypot(*s.position) < 50e-9]
        assert len(close) == 1
        near.add(close[0])
    assert len(near) > 2
    assert "too close to other sites" in found[0].reason


def test_a_wall_through_a_junction_makes_two_branches():
    found = star((line(-1, 0, 1, 0), line(0, 0, 0, 1)), min_spacing_nm=10.0, transect_sites=2)
    assert {n[:2] for n in nm(s.name for s in found)} == {"B1", "B2", "B3", "S1", "S2", "S3"}


def test_a_star_is_cut_where_another_wall_is_nearer():
    found = star((*BRANCHES, line(0.2, 1, 0.2, -1)), min_spacing_nm=12.0)
    assert "S2r300" in nm(s.name for s in found)
    assert "S1r300" not in nm(s.name for s in found)
    assert "another wall is nearer" in found[0].reason


def test_without_a_junction_there_is_no_star():
    assert sites(Seen(STRAIGHT), plan="star") == ()


@given(
    kind=st.sampled_from("LCRA"),
    tenths=st.integers(0, 99999),
    target=st.sampled_from(["T1", "a-b"]),
)
def test_names_tell_what_they_were_made_of(kind, tenths, target):
    for place in (PlanPlace(target, kind, tenths), PlanPlace(target, "B", tenths, 3)):
        assert read_plan_name(str(place)) == place


@pytest.mark.parametrize("name", ["T1-1W", "T1-2B", "Q7-1WA2", "E3-1LA", "here", None])
def test_other_names_belong_to_no_plan(name):
    assert read_plan_name(name) is None


CROSS = Drawing(
    (line(-2.4, -0.9, 0.5, -0.6), line(0.5, -0.6, 2.4, -0.9), line(0.5, -0.6, 0.8, 2.3)),
    ((0.5, -0.6, (1, 1, 1)),),
)
TABLES = {"targets": {"count": 2, "ladder_nm": (1000,)}}


@pytest.mark.parametrize("plan", ["transect", "along", "star"])
def test_a_plan_is_probed_between_images_that_hold_it_and_resumes_with_the_same_site(plan):
    settings_ = config(**TABLES, probe={"plan": plan})
    survey = Survey(limits(), EVERYWHERE, seed=101)
    played = play(TargetsController(settings_), CROSS, survey)
    probed = {p.target for p in played.probes()}
    assert probed
    assert len({p.site for p in played.probes()}) == len(played.probes())
    for target in probed:
        own = [r for r in played.requests if r.target == target and r.role is not Role.ZOOM]
        assert [own[0].role, own[-1].role] == [Role.BEFORE, Role.AFTER]
        at = np.array([p.position for p in own[1:-1]])
        assert geometry.is_inside(own[0].region, *at.T).all()
        assert own[0].pixel_size[0] <= 300e-9 / 64 * 1.001
    for request, observation in zip(played.requests, played.survey.observations, strict=True):
        assert TargetsController(settings_).propose(survey) == request
        survey = survey.add(observation)


def test_the_image_after_fits_into_the_budget_before_each_probe():
    controller = TargetsController(config(**TABLES, probe={"plan": "transect", "budget_min": 7.0}))
    played = play(controller, CROSS, Survey(limits(), EVERYWHERE, seed=101))
    spent = sum(o.seconds for o in played.survey.probes())
    spent += sum(o.seconds for o in played.survey.scans(Role.BEFORE, Role.AFTER))
    assert spent <= 420
    assert played.roles()[-1] == "after"
    assert "probes' budget" in played.words


def test_a_refused_site_drops_out_and_the_others_stay():
    def refuse(request):
        return "dose" if getattr(request, "site", None) == "T1-R300" else None

    controller = TargetsController(config(**TABLES, probe={"plan": "transect"}))
    played = play(controller, CROSS, Survey(limits(), EVERYWHERE, seed=101), refuse)
    names = {p.site for p in played.probes()}
    assert "T1-R300" not in names
    assert {"T1-L300", "T1-C0"} <= names


@pytest.mark.parametrize(
    ("plan", "words"), [("transect", 'of the plan "transect"'), ("star", "junction to put a star")]
)
def test_without_room_the_words_say_why(plan, words):
    controller = TargetsController(config(**TABLES, probe={"plan": plan}))
    drawing = CROSS if plan == "transect" else Drawing(STRAIGHT)
    played = play(controller, drawing, Survey(limits(), Consent()))
    assert not any(isinstance(r, ProbeRequest) for r in played.requests)
    assert words in played.words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[probe]\ntransect_first_nm = 400", "must be smaller than transect_reach_nm"),
        ("[probe]\nalong_step_nm = 50", "must not be smaller than min_spacing_nm"),
        ('[probe]\nplan = "star"\n[question]\ncompare = "wall"\nwith = "bulk"\neffect = 0.1',
         "places its own sites"),
        ('[probe]\nplan = "spiral"', "plan"),
    ],
    ids=["first", "step", "question", "unknown"],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused(text, words):
    with pytest.raises(ConfigError, match=words):
        parse_config(text)


def test_the_limits_of_the_run_hold():
    narrow = ScanRegion((0.0, 0.0), (5 * UM, 2.6 * UM))
    controller = TargetsController(config(**TABLES, probe={"plan": "along"}, overview={
        "size_nm": (4800, 2500)}))  # fmt: skip
    played = play(controller, CROSS, Survey(limits(narrow), EVERYWHERE, seed=101))
    assert played.probes()
    assert all(geometry.contains(narrow, f.region) for f in played.frames())
    assert geometry.contains(RANGE, narrow)
