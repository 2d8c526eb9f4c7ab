import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from survey_factory import (
    CROSSED,
    EMPTY,
    EVERYWHERE,
    RANGE,
    UM,
    Drawing,
    config,
    limits,
    line,
    play,
)

from ai_afm import geometry
from ai_afm.control.targets import TargetsController
from ai_afm.survey.survey import Survey, Wish
from ai_afm.types import (
    Consent,
    ConsentLevel,
    ConsentZone,
    Observation,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
    WallNetwork,
)

CONFIG = config()
CONTROLLER = TargetsController(CONFIG)
SMALL = TargetsController(config(targets={"count": 2}))
SURVEY = Survey(limits(), EVERYWHERE, seed=7)


@pytest.fixture(scope="module")
def played():
    return play(CONTROLLER, CROSSED, SURVEY)


def positions(played):
    return np.array([p.position for p in played.probes()])


def test_a_run_goes_from_overview_over_closer_frames_to_probes_between_images(played):
    roles = played.roles()
    assert roles[:9] == ["overview"] + ["zoom"] * 8
    rest = roles[9:]
    assert len(rest) == 4 * 6
    for block in (rest[i : i + 6] for i in range(0, len(rest), 6)):
        assert block[0] == "before"
        assert block[-1] == "after"
        assert sorted(block[1:-1]) == ["bulk", "bulk", "wall", "wall"]


def test_each_request_says_why_in_words_with_numbers_and_units(played):
    for request in played.requests:
        assert any(c.isdigit() for c in request.reason)
        assert "nm" in request.reason or "µm" in request.reason
    assert "All is done: 16 probes" in played.words


def test_the_best_kind_of_place_comes_first(played):
    first = played.frames(Role.ZOOM)[0]
    assert first.target == "T1"
    assert math.dist(first.region.center, (0.5 * UM, -0.6 * UM)) < 1e-9
    assert "junction of walls" in first.reason
    assert "weigh 3" in first.reason


def test_kinds_take_turns_when_the_first_is_used_up(played):
    words = [r.reason for r in played.frames(Role.ZOOM) if "frame 1 of" in r.reason]
    assert sum("junction of walls" in w for w in words) == 2
    assert sum("meets a grain boundary" in w for w in words) == 1


def test_targets_keep_their_distance(played):
    centers = {r.target: r.region.center for r in played.frames(Role.ZOOM)}
    points = list(centers.values())
    assert len(points) == 4
    gaps = [math.dist(a, b) for i, a in enumerate(points) for b in points[:i]]
    assert min(gaps) >= CONFIG.targets.min_distance * 0.9


def test_no_site_is_used_twice_and_all_keep_the_spacing(played):
    assert len({p.site for p in played.probes()}) == 16
    points = positions(played)
    gaps = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert gaps[~np.eye(16, dtype=bool)].min() >= CONFIG.probe.min_spacing_nm * 1e-9 * (1 - 1e-9)


def test_wall_sites_lie_on_walls_and_bulk_sites_far_from_all_lines(played):
    on = np.concatenate([w.points for w in CROSSED.walls])
    for probe in played.probes():
        distance = np.hypot(*(on - probe.position).T).min()
        if probe.role is Role.WALL:
            assert distance < 6e-9
        else:
            assert distance >= CONFIG.probe.bulk_distance_nm * 1e-9 - 1e-10


def test_no_wall_lies_between_a_wall_site_and_its_partner(played):
    by_site = {p.site: p for p in played.probes()}
    for site, bulk in by_site.items():
        if not site.endswith("B"):
            continue
        wall = by_site[site[:-1] + "W"]
        t = np.linspace(0.4, 1, 40)[:, None]
        path = np.array(wall.position) * (1 - t) + np.array(bulk.position) * t
        others = np.concatenate([w.points for w in CROSSED.walls])
        assert np.hypot(*(path[:, None] - others[None]).transpose(2, 0, 1)).min() > 10e-9


def test_the_images_hold_all_sites_of_their_target(played):
    for image in played.frames(Role.BEFORE, Role.AFTER):
        points = [p.position for p in played.probes() if p.target == image.target]
        assert geometry.is_inside(image.region, *np.transpose(points)).all()


def test_after_is_the_same_region_as_before(played):
    before = {r.target: r.region for r in played.frames(Role.BEFORE)}
    assert before == {r.target: r.region for r in played.frames(Role.AFTER)}


def test_the_same_survey_brings_the_same_proposal_and_prefixes_replay_the_run(played):
    survey = SURVEY
    for request, observation in zip(played.requests, played.survey.observations, strict=True):
        assert TargetsController(CONFIG).propose(survey) == request
        survey = survey.add(observation)


def test_chance_changes_the_order_of_probes_and_nothing_else(played):
    other = play(CONTROLLER, CROSSED, Survey(limits(), EVERYWHERE, seed=1))
    sites = {p.site: p.position for p in played.probes()}
    assert {p.site: p.position for p in other.probes()} == sites
    assert [p.site for p in other.probes()] != list(sites)


@given(
    seed=st.integers(0, 2**31 - 1),
    length=st.integers(0, 33),
    offset=st.tuples(st.floats(-5e-8, 5e-8), st.floats(-5e-8, 5e-8)),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_survey_brings_the_same_proposal_twice(played, seed, length, offset):
    known = played.survey.observations[:length]
    survey = Survey(limits(), EVERYWHERE, seed, known, offset=offset)
    assert CONTROLLER.propose(survey) == TargetsController(CONFIG).propose(replace(survey))


def test_without_consent_there_are_no_probes_and_the_words_say_why():
    played = play(SMALL, CROSSED, Survey(limits(), Consent()))
    assert not played.probes()
    assert Role.BEFORE not in {r.role for r in played.requests}
    assert "a person has allowed 8 V" in played.words
    assert SMALL.why_no_probes(played.survey) in played.words


def test_a_zone_for_less_bias_than_the_probe_applies_is_no_consent():
    zone = ConsentZone(RANGE, ConsentLevel.SACRIFICIAL, 7.9, 9)
    assert not play(SMALL, CROSSED, Survey(limits(), Consent((zone,)))).probes()


def test_probes_stay_where_a_person_has_allowed_them():
    right = ConsentZone(ScanRegion((1.5 * UM, 0.0), (2.4 * UM, 6 * UM)), ConsentLevel.BIAS, 8.0, 1)
    played = play(SMALL, CROSSED, Survey(limits(), Consent((right,))))
    assert len(played.probes()) >= 4
    assert geometry.is_inside(right.region, *positions(played).T).all()


def test_forbidden_ground_is_not_even_looked_at():
    forbidden = ConsentZone(
        ScanRegion((0.5 * UM, -0.6 * UM), (0.2 * UM, 0.2 * UM)), ConsentLevel.FORBIDDEN
    )
    consent = Consent((*EVERYWHERE.zones, forbidden))
    survey = Survey(limits(), consent)
    # the overview itself would touch it, so it is taken as given
    overview = CROSSED.observe(1, SMALL.propose(survey))
    played = play(SMALL, CROSSED, survey.add(overview))
    assert played.frames(Role.ZOOM)
    for frame in played.frames():
        assert geometry.overlap_area(frame.region, forbidden.region) == 0


def test_probes_above_the_limit_of_bias_are_not_proposed():
    played = play(SMALL, CROSSED, Survey(limits(max_bias=7.0), EVERYWHERE))
    assert not played.probes()
    assert "above the limit of 7 V" in played.words


@pytest.mark.parametrize("seconds", [100.0, 200.0, 400.0, 650.0, 720.0, 790.0])
def test_the_budget_of_the_run_is_never_passed(seconds):
    played = play(SMALL, CROSSED, Survey(limits(seconds=seconds), EVERYWHERE))
    assert played.survey.spent <= seconds
    assert "budget" in played.words
    probed = {p.target for p in played.probes()}
    assert probed == {r.target for r in played.frames(Role.AFTER)}


def test_the_budget_of_the_probes_is_never_passed_and_the_image_after_fits_into_it():
    controller = TargetsController(config(probe={"budget_min": 2.0}))
    played = play(controller, CROSSED, SURVEY)
    spent = sum(o.seconds for o in played.survey.probes())
    spent += sum(o.seconds for o in played.survey.scans(Role.BEFORE, Role.AFTER))
    assert 60 < spent <= 120
    assert played.roles()[-1] == "after"
    assert "probes' budget" in played.words


def test_a_refused_closer_frame_is_not_asked_for_again_and_the_next_best_is_taken():
    asked = []

    def refuse(request):
        if isinstance(request, ScanRequest) and request.role is Role.ZOOM:
            asked.append(request)
            if math.dist(request.region.center, (0.5 * UM, -0.6 * UM)) < 0.1 * UM:
                return "too close to the clamp"
        return None

    played = play(SMALL, CROSSED, SURVEY, refuse)
    near = [r for r in asked if math.dist(r.region.center, (0.5 * UM, -0.6 * UM)) < 0.1 * UM]
    assert len(near) == 1
    assert len({r.target for r in played.frames(Role.ZOOM)}) == 2


def test_a_guard_that_refuses_everything_ends_the_run():
    played = play(CONTROLLER, CROSSED, SURVEY, lambda request: "no")
    assert not played.requests
    assert "refused the overview" in played.words


def test_a_refused_site_is_replaced_by_the_next_pair():
    def refuse(request):
        return "dose" if getattr(request, "site", None) == "T1-1B" else None

    played = play(SMALL, CROSSED, SURVEY, refuse)
    sites = {p.site for p in played.probes() if p.target == "T1"}
    assert {"T1-2W", "T1-2B", "T1-3W", "T1-3B"} <= sites
    assert "T1-1B" not in sites


def test_all_refused_probes_leave_an_end():
    def refuse(request):
        return "no bias today" if isinstance(request, ProbeRequest) else None

    played = play(SMALL, CROSSED, SURVEY, refuse)
    assert not played.probes()


def test_without_an_image_of_the_native_state_nothing_is_probed():
    def refuse(request):
        return "too many passes" if request.role is Role.BEFORE else None

    played = play(SMALL, CROSSED, SURVEY, refuse)
    assert not played.probes()


def test_a_target_near_the_edge_is_framed_inside_the_limits():
    narrow = ScanRegion((0.0, 0.0), (5 * UM, 5 * UM), 0.0)
    corner = Drawing(
        (line(-2.4, 2.3, 2.4, 2.45), line(2.3, 2.44, 2.3, -2.4)), ((2.3, 2.44, (1, 1, 1)),)
    )
    played = play(SMALL, corner, Survey(limits(narrow), EVERYWHERE))
    first = played.frames(Role.ZOOM)[0]
    assert all(geometry.contains(narrow, r.region) for r in played.frames(Role.ZOOM))
    assert geometry.is_inside(first.region, 2.3 * UM, 2.44 * UM)
    assert math.dist(first.region.center, (1.9 * UM, 1.9 * UM)) < 1e-9


def test_an_empty_overview_ends_the_run_with_a_reason():
    played = play(CONTROLLER, EMPTY, SURVEY)
    assert played.roles() == ["overview"]
    assert "nothing to look at" in played.words


def test_a_target_that_turns_out_empty_is_given_up_for_the_next():
    class Ghost(Drawing):
        def network(self, region):
            if max(region.size) < 4 * UM and geometry.is_inside(region, 0.5 * UM, -0.6 * UM):
                return WallNetwork(region, ())
            return Drawing.network(self, region)

    ghost = Ghost(CROSSED.walls, CROSSED.junctions)
    played = play(SMALL, ghost, SURVEY)
    frames = [r for r in played.frames(Role.ZOOM) if r.target == "T1"]
    assert len(frames) == 1
    assert len({r.target for r in played.frames(Role.ZOOM)}) >= 3
    assert not [p for p in played.probes() if p.target == "T1"]


def test_a_closer_frame_is_centred_on_what_the_larger_one_showed():
    class Finer(Drawing):
        def network(self, region):
            shift = 0.06 if max(region.size) > 4 * UM else 0.0
            moved = tuple((x + shift, y, codes) for x, y, codes in self.junctions)
            return Drawing.network(Drawing(self.walls, moved), region)

    played = play(SMALL, Finer(CROSSED.walls, CROSSED.junctions), SURVEY)
    first, second = played.frames(Role.ZOOM)[:2]
    assert first.region.center[0] == pytest.approx(0.56 * UM)
    assert second.region.center == pytest.approx((0.5 * UM, -0.6 * UM))
    assert "moved by 60 nm" in second.reason


def test_drift_moves_the_frames_and_the_sites_with_the_sample():
    step = (12e-9, -7e-9)

    class Drifting(Drawing):
        def observe(self, number, request):
            n = len(offsets)
            here = (n * step[0], n * step[1])
            offsets.append(here)
            if not isinstance(request, ScanRequest):
                seen.append((request, here))
                return Observation(number, request, seconds=4.0)
            still = geometry.shifted(request.region, (-here[0], -here[1]))
            network = Drawing.network(self, still)
            walls = tuple(type(w)(w.points + here, w.code, w.probability) for w in network.walls)
            junctions = tuple(
                type(j)((j.position[0] + here[0], j.position[1] + here[1]), j.codes)
                for j in network.junctions
            )
            moved = WallNetwork(request.region, walls, junctions)
            return Observation(number, request, request.shape[0], moved, seconds=60.0, offset=here)

    offsets, seen = [], []
    played = play(SMALL, Drifting(CROSSED.walls, CROSSED.junctions), SURVEY)
    assert len(played.probes()) == 8
    on = np.concatenate([w.points for w in CROSSED.walls])
    for probe, here in seen:
        if probe.role is Role.WALL:
            still = np.array(probe.position) - here
            # the drift since the image before is not known to the controller
            assert np.hypot(*(on - still).T).min() < 6 * math.hypot(*step)


def test_wishes_come_first_and_once():
    wish = Wish("corner", ScanRegion((2 * UM, 1 * UM), (0.8 * UM, 0.4 * UM), 0.3))
    played = play(SMALL, CROSSED, SURVEY.wish(wish))
    assert played.roles()[0] == "wish"
    assert played.roles().count("wish") == 1
    assert played.requests[0].region == wish.region
    assert played.requests[0].pixel_size == pytest.approx((0.8 * UM / 128,) * 2)


def test_when_perception_has_failed_the_raster_takes_over():
    overview = CROSSED.observe(1, CONTROLLER.propose(SURVEY))
    survey = Survey(limits(), EVERYWHERE, fallback="the segmenter has died").add(overview)
    played = play(CONTROLLER, CROSSED, survey)
    assert set(played.roles()) == {"raster"}
    assert "segmenter has died" in played.words


def test_an_overview_without_segmentation_is_tried_twice_at_most():
    class Blind(Drawing):
        def observe(self, number, request):
            return Observation(number, request, 0, None, finished=False, seconds=1.0)

    played = play(CONTROLLER, Blind(), SURVEY)
    assert played.roles() == ["overview", "overview"]


def test_probing_that_is_switched_off_stays_off():
    played = play(TargetsController(config(probe={"enabled": False})), CROSSED, SURVEY)
    assert not played.probes()
    assert "switched off" in played.words


def test_a_grain_structure_is_probed_at_its_boundaries():
    grains = Drawing(
        tuple(line(0, 0, 2.3 * math.cos(a), 2.3 * math.sin(a), code=4) for a in (0.3, 2.4, 4.4)),
        ((0.0, 0.0, (4, 4, 4)),),
    )
    played = play(CONTROLLER, grains, SURVEY)
    assert "junction of grain boundaries" in played.frames(Role.ZOOM)[0].reason
    assert len(played.probes()) == 4


def test_noted_uncertain_spots_are_looked_at_when_there_is_nothing_better():
    class Doubtful(Drawing):
        def observe(self, number, request):
            seen = Drawing.observe(self, number, request)
            notes = {"uncertain": [[1.0 * UM, 0.5 * UM, 0.45]]} if number == 1 else None
            return type(seen)(
                number, request, seen.lines, seen.network, seconds=seen.seconds, notes=notes
            )

    played = play(CONTROLLER, Doubtful(), SURVEY)
    assert played.frames(Role.ZOOM)[0].region.center == pytest.approx((1.0 * UM, 0.5 * UM))
    assert "not sure" in played.frames(Role.ZOOM)[0].reason


def test_a_kind_that_closer_frames_do_not_confirm_loses_its_rank():
    class Blurred(Drawing):
        """Junctions that only the overview shows: two walls closer than it resolves."""

        def network(self, region):
            sharp = max(region.size) < 4 * UM
            seen = Drawing(self.walls) if sharp else Drawing(self.walls, self.junctions)
            return Drawing.network(seen, region)

    walls = (line(-2.4, 0.0, 2.4, 0.0), line(-2.4, 2.0, 2.4, 2.0), line(-2.4, -2.0, 2.4, -2.0))
    junctions = tuple((x, 0.0, (1, 1, 1)) for x in (-1.8, -0.6, 0.6, 1.8))
    only = TargetsController(config(probe={"enabled": False}))
    played = play(only, Blurred(walls, junctions), SURVEY)
    zooms = played.frames(Role.ZOOM)
    assert "did not confirm it" in zooms[1].reason
    kinds = ["junction" in r.reason for r in zooms if "frame 1 of" in r.reason]
    assert kinds[0]
    assert kinds.count(True) == 2
