"""Where a question is asked, and at which sites: from surveys and views made by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from survey_factory import RANGE, UM, limits, line

from ai_afm import geometry
from ai_afm.config import QuestionSettings, RunConfig, resolved
from ai_afm.control import question_checks as checks
from ai_afm.control.costs import Costs
from ai_afm.control.likeness import Likeness
from ai_afm.control.question import next_question
from ai_afm.control.question_plan import next_place, registered, selection, station_facts
from ai_afm.control.question_sites import Room
from ai_afm.errors import ConfigError
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.survey.patch import Scale
from ai_afm.survey.question.gathered import gather
from ai_afm.survey.question.ground import GroundMap
from ai_afm.survey.question.view import DomainView
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    Consent,
    ConsentLevel,
    ConsentZone,
    Observation,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
    WallNetwork,
)

ASKED = {"compare": "wall", "with": "bulk", "effect": 0.2, "units": 5, "field_nm": 800.0}
BIAS = ConsentZone(RANGE, ConsentLevel.BIAS, 9.0, 2)
SPARE = ConsentZone(
    ScanRegion((2 * UM, 2 * UM), (1.5 * UM, 1.2 * UM)), ConsentLevel.SACRIFICIAL, 9.0, 9
)
FIELD = ScanRegion((1 * UM, -0.5 * UM), (0.9 * UM, 0.8 * UM))
COSTS = Costs(InstrumentTimes(), 36000.0)


def config(**question):
    tables = {"probe": {"amplitude_v": 8.0, "cycles": 1}, "question": ASKED | question}
    return resolved(RunConfig.model_validate(tables), RANGE)


def survey(*zones, walls=None, seed=3, seconds=36000.0):
    """A survey after its overview, with two long walls in it."""
    drawn = walls if walls is not None else (line(-3, -2, 3, 1), line(-2.5, 1, 2.5, 2.4))
    request = ScanRequest(RANGE, (64, 80), 1.0, role=Role.OVERVIEW)
    overview = Observation(1, request, 64, WallNetwork(RANGE, tuple(drawn)), seconds=64.0)
    known = Survey(limits(seconds=seconds), Consent(zones or (BIAS,)), seed)
    return known.add(overview)


def view(offset=0.0):
    """A straight wall across `FIELD`, domain A above it."""
    x, y = geometry.pixel_grid(FIELD, (50, 60))
    height = y - FIELD.center[1] - offset
    domains = np.where(np.abs(height) > 1e-8, np.sign(height), 0).astype(np.int8)
    points = np.stack([x[0], np.full(60, FIELD.center[1] + offset)], axis=1)
    return DomainView(FIELD, domains, (points,), Scale(0j, 1 + 0j))


def room(spacing=1.2e-7, allowed=lambda at: True, offset=0.0, **question):
    asked = QuestionSettings.model_validate(ASKED | question)
    return Room(view(offset), asked, spacing, allowed)


@settings(deadline=None, max_examples=25)
@given(
    spacing=st.floats(8e-8, 1.6e-7), domain=st.sampled_from([1, -1]),
    at=st.tuples(st.floats(-3e-7, 3e-7), st.floats(-2e-7, 2e-7)), offset=st.floats(-5e-8, 5e-8),
)  # fmt: skip
def test_a_block_holds_a_wall_and_its_partner_in_the_same_domain(spacing, domain, at, offset):
    free = room(spacing, offset=offset)
    near = FIELD.center[0] + at[0], FIELD.center[1] + at[1]
    spots = [*free.block(near, domain), *free.block(near, -domain)]
    assert spots
    wall = FIELD.center[1] + offset
    for spot in spots:
        height = spot.domain * (spot.at[1] - wall)
        assert height > 0
        if spot.kind == "W":
            assert height == pytest.approx(12e-9, abs=1e-10)
        else:
            assert height >= 9e-8 - 1e-10
        assert geometry.is_inside(FIELD, *spot.at)
    for i, one in enumerate(spots):
        assert all(math.dist(one.at, two.at) >= spacing for two in spots[i + 1 :])


def test_both_domains_are_compared_without_a_wall_site():
    spots = room(compare="domain A", **{"with": "domain B"}).block(FIELD.center, 1)
    assert [(s.kind, s.domain) for s in spots] == [("B", 1), ("B", -1)]


def test_bulk_of_the_other_polarity_is_left_out_where_nobody_wants_it():
    spots = room(both_polarities=False).block(FIELD.center, -1)
    assert [(s.kind, s.domain) for s in spots] == [("W", -1), ("B", -1)]


def on_slopes(slope):
    """A room whose ground has a slope (x, y in m -> rise over run)."""
    x, y = geometry.pixel_grid(FIELD, (30, 36))
    ground = GroundMap(FIELD, None, None, {"slope": slope(x, y)})
    asked = QuestionSettings.model_validate(ASKED)
    return Room(view(), asked, 1.2e-7, lambda at: True, [], Likeness(ground, 0.03, 1e3))


def test_a_partner_stands_on_ground_like_that_of_its_wall_site():
    edge = FIELD.center[0] + 5e-8
    spots = on_slopes(lambda x, y: np.where(x > edge, 0.2, 0.01)).block(FIELD.center, 1)
    assert {s.kind for s in spots} == {"W", "B", "O"}
    assert len({s.at[0] > edge for s in spots}) == 1
    assert all(("slope" in s.like) == (s.kind != "W") for s in spots)


def test_where_no_ground_is_like_that_of_the_wall_there_is_no_block():
    def steeper(x, y):
        return 4e6 * np.abs(y - FIELD.center[1])

    assert on_slopes(steeper).block(FIELD.center, 1) == ()


def test_no_site_lies_where_a_person_has_not_allowed_it():
    right = room(allowed=lambda at: at[0] > FIELD.center[0])
    assert all(s.at[0] > FIELD.center[0] for s in right.block(FIELD.center, 1))
    assert room(allowed=lambda at: False).block(FIELD.center, 1) == ()
    assert room(spacing=2e-6).block(FIELD.center, 1) == ()


def test_a_fresh_site_is_far_from_all_that_was_taken():
    free = room()
    spots = free.block(FIELD.center, 1)
    again = [free.fresh(s.kind, s.domain, s.at) for s in spots]
    places = [s.at for s in (*spots, *again)]
    assert all(math.dist(p, q) >= 1.2e-7 for i, p in enumerate(places) for q in places[i + 1 :])


def test_the_deepest_place_is_in_the_middle_of_its_domain():
    at = room(offset=1e-7).deepest(-1)
    assert at[1] < FIELD.center[1] - 2e-7


def test_places_are_drawn_on_walls_and_the_same_survey_draws_the_same():
    known, asked = survey(), config()
    first = next_place(asked, known, gather(known))
    assert first == next_place(asked, known, gather(known))
    assert (first.name, first.at_random) == ("Q1", True)
    x, y = (v / UM for v in first.at)
    on_first, on_second = abs(y + 2 - (x + 3) / 2), abs(y - 1 - 1.4 * (x + 2.5) / 5)
    assert min(on_first, on_second) < 1e-6
    assert first.at != next_place(asked, survey(seed=4), gather(known)).at


def test_without_walls_or_consent_there_is_no_place():
    assert "no domain wall" in next_place(config(), survey(walls=()), gather(survey()))
    images = survey(ConsentZone(RANGE, ConsentLevel.IMAGE))
    assert "may be probed" in next_place(config(), images, gather(images))
    choice = next_question(config(), images, COSTS)
    assert choice.request is None
    assert "stays open" in choice.reason


def test_a_place_begins_with_an_image_around_it_unless_the_budget_is_too_small():
    known = survey()
    image = next_question(config(), known, COSTS).request
    assert (image.role, image.target) == (Role.BEFORE, "Q1")
    assert image.region.size == pytest.approx((800e-9, 800e-9))
    poor = next_question(config(), survey(seconds=70.0), COSTS)
    assert poor.request is None
    assert "budget" in poor.reason


def test_a_place_that_the_guard_refuses_is_not_asked_for_again():
    known = survey()
    image = next_question(config(), known, COSTS).request
    after = next_question(config(), known.refuse(image, "too fast"), COSTS).request
    assert after.target == "Q2"
    assert after.region.center != image.region.center


def barren(known, image):
    number = sum(1 for _ in known.scans()) + 1
    notes = {"station": {"segment": "x"}, "view": None, "no_view": "one polarity"}
    return known.add(Observation(number, image, image.shape[0], seconds=20.0, notes=notes))


def test_places_without_walls_are_passed_and_after_many_of_them_the_run_gives_up():
    known, seen = survey(), []
    while (image := next_question(config(), known, COSTS).request) is not None:
        seen.append(image.target)
        known = barren(known, image)
    assert seen == [f"Q{k}" for k in range(1, 13)]
    assert "12 places in a row" in next_question(config(), known, COSTS).reason


def test_spare_ground_comes_first_and_is_left_after_three_trials():
    known, seen = survey(BIAS, SPARE), []
    for _ in range(4):
        image = next_question(config(), known, COSTS).request
        seen.append(image.target)
        if image.target.startswith("S"):
            assert geometry.is_inside(SPARE.region, *image.region.center)
        known = barren(known, image)
    assert seen == ["S1", "S2", "S3", "Q1"]
    untouched = next_question(config(calibrate=False), survey(BIAS, SPARE), COSTS).request
    assert untouched.target == "Q1"


def test_checks_vary_one_thing_at_a_time_and_write_dots_first():
    items = checks.items(config(charge_checks=True), survey(), 1)
    assert [i.kind for i in items[:6]] == ["P"] * 6
    assert [i.domain for i in items[:6]] == [1, -1] * 3
    loops = {(i.waveform.drive, i.waveform.read_bias) for i in items[6:]}
    assert loops == {(0.5, 0.0), (1.75, 0.0), (3.0, 0.0), (1.0, -1.0), (1.0, 0.0), (1.0, 1.0)}
    assert all(i.waveform.drive <= 5.0 for i in items)
    pulse = items[0].waveform
    assert pulse.envelope == "step"
    assert pulse.on_time * pulse.steps == pytest.approx(64 / 8 * 0.01)


def test_probes_elsewhere_count_as_pulses_of_their_cell():
    known, asked = survey(ConsentZone(RANGE, ConsentLevel.BIAS, 9.0, 1)), config()
    at = next_place(asked, known, gather(known)).at
    loop = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, at, asked.probe.waveform)
    after = known.add(Observation(1, loop, seconds=1.0))
    assert next_place(asked, after, gather(after)).at != at


def test_the_registration_tells_how_sites_are_selected_and_changes_with_it():
    asked = config()
    words = selection(asked)
    for part in ("20 %", "12 nm beside a wall", "three radii", "8 V", "Seed 0"):
        assert part in words
    assert registered(asked).digest == registered(config()).digest
    for change in ({"effect": 0.21}, {"beside_nm": 10.0}, {"random_share": 0.5}):
        assert registered(config(**change)).digest != registered(asked).digest


@pytest.mark.parametrize(
    "table",
    [
        {"compare": "wall", "with": "domain A", "effect": 0.1},
        {"compare": "wall", "with": "bulk", "effect": 0.1, "on": "wall-jump bias"},
        {"compare": "wall", "with": "bulk", "effect": 0.1, "random_share": 0.1},
        {"compare": "wall", "with": "bulk", "effect": -0.1},
        {"compare": "wall", "with": "bulk", "effect": 0.1, "colour": "red"},
    ],
    ids=["no pair", "nothing jumps in bulk", "too few drawn", "no effect", "unknown key"],
)
def test_a_question_that_makes_no_sense_is_refused(table):
    with pytest.raises(ValueError, match="question"):
        RunConfig.model_validate({"question": table})


def test_a_run_without_a_question_has_none_to_register():
    with pytest.raises(ConfigError, match="no question"):
        registered(RunConfig())


def straight_view(region):
    """A straight wall through the middle of an image, domain A above it."""
    x, y = geometry.pixel_grid(region, (50, 60))
    height = y - region.center[1]
    domains = np.where(np.abs(height) > 1e-8, np.sign(height), 0).astype(np.int8)
    points = np.stack([x[0], np.full(60, region.center[1])], axis=1)
    return DomainView(region, domains, (points,), Scale(0j, 1 + 0j))


GOOD = {
    "onset": 5.0, "step": 0.25, "half": 5.2, "swing": 4e-9, "second": 4e-9, "noise": 3e-11,
    "mixed": False, "reasons": [],
}  # fmt: skip
BAD = GOOD | {"onset": None, "reasons": ["the swing is only 3.1 deviations of a sample"]}
IDLE = GOOD | {"onset": None, "swing": 1e-10, "reasons": ["nothing has switched for good"]}


def seen(known, config, request, readout):
    """Return what a request brings in a world of straight walls."""
    scans, probes = sum(1 for _ in known.scans()), sum(1 for _ in known.probes())
    if isinstance(request, ProbeRequest):
        notes = {"readout": readout(request)}
        return Observation(probes + 1, request, seconds=2.0, notes=notes)
    notes = {}
    if request.role is Role.BEFORE:
        view = straight_view(request.region).notes()
        notes = {"station": dict(station_facts(config, known, request)), "view": view}
    elif request.role is Role.AFTER:
        sites = [p.request.site for p in known.probes() if p.request.target == request.target]
        kinds = {s: "new domain" if "P" in s else "wall moved" for s in sites}
        notes = {"events": [{"site": s, "kind": k, "radius": 3e-8} for s, k in kinds.items()]}
    return Observation(scans + 1, request, request.shape[0], seconds=20.0, notes=notes)


def play(config, known, readout=lambda request: GOOD, refuse=(), most=300):
    """Ask and answer until the question ends; return survey, requests and the last words."""
    requests = []
    for _ in range(most):
        choice = next_question(config, known, COSTS)
        if choice.request is None:
            return known, requests, choice.reason
        if getattr(choice.request, "site", None) in refuse:
            known = known.refuse(choice.request, "dose")
            continue
        requests.append(choice.request)
        known = known.add(seen(known, config, choice.request, readout))
    raise AssertionError("it never ends")


def sites_of(requests):
    return [r.site for r in requests if isinstance(r, ProbeRequest)]


def walls_switch_earlier(request):
    at = 4.0 if request.role is Role.WALL else 5.0
    wobble = 0.25 * (hash(request.position) % 3 - 1)
    return GOOD | {"onset": at + wobble}


def test_a_run_goes_from_place_to_place_until_the_registered_units_are_measured():
    _, requests, words = play(config(early=0.0), survey(), walls_switch_earlier)
    roles = [r.role for r in requests]
    assert roles.count(Role.BEFORE) == roles.count(Role.AFTER) == 5
    assert roles.count(Role.WALL) == 5
    assert roles.count(Role.BULK) == 10
    assert "the registered 5 units" in words
    assert roles[0] is Role.BEFORE
    assert roles[4] is Role.AFTER


def test_a_run_may_stop_before_that_when_the_difference_is_clear():
    def clear(request):
        at = 3.0 if request.role is Role.WALL else 5.0
        return GOOD | {"onset": at + 0.01 * (sum(map(ord, request.site)) % 3)}

    _, requests, words = play(config(units=40, early=0.8), survey(), clear)
    assert "different after" in words
    assert sum(r.role is Role.WALL for r in requests) < 12


def test_a_bad_fit_is_measured_again_once_at_a_fresh_site_of_its_block():
    def first_is_bad(request):
        return BAD if request.site.startswith(("Q1-1W", "Q2-1W")) else GOOD

    known, requests, _ = play(config(early=0.0, random_share=1.0), survey(), first_is_bad)
    sites = sites_of(requests)
    again = [s for s in sites if s.endswith("2") and s.startswith(("Q1", "Q2"))]
    assert len(again) == 2, "once for each, whatever came of it"
    assert sites.index(again[0]) == 3, "at the end of its own block"
    found = gather(known)
    assert len({p.position for p in found.probed}) == len(found.probed)


def test_a_site_that_the_guard_refuses_is_replaced_by_a_fresh_one():
    _, requests, _ = play(config(), survey())
    gone = sites_of(requests)[1]
    _, requests, words = play(config(), survey(), refuse={gone})
    assert gone not in sites_of(requests)
    assert gone + "2" in sites_of(requests)
    assert "never" not in words


def test_the_first_loops_tell_the_polarity_where_no_ground_was_given_away():
    def positive_switches_b(request):
        domain = 1 if request.site.rstrip("2").endswith("A") else -1
        return GOOD if request.waveform.first_polarity == -domain else IDLE

    known, requests, _ = play(config(early=0.0), survey(), positive_switches_b)
    found = gather(known)
    assert found.polarity == -1
    late = [p for p in found.probed if p.index > 0]
    assert all(p.first_polarity * p.name.domain == -1 for p in late)
    assert found.probed[0].first_polarity * found.probed[0].name.domain == 1
    assert len(sites_of(requests)) == 16, "one loop was lost, and measured again"


def test_spare_ground_tells_polarity_and_radius_before_the_first_place():
    known, requests, _ = play(config(early=0.0), survey(BIAS, SPARE))
    assert sites_of(requests)[:2] == ["S1-1LA", "S1-1PA"]
    found = gather(known)
    assert found.dot_radius == 3e-8
    pulse = found.at("S1")[1].request
    assert (pulse.kind, pulse.waveform.envelope) == (ProbeKind.RELAXATION, "step")
    places = [p.position for p in found.probed if p.name.target.startswith("Q")]
    near = [math.dist(p, q) for i, p in enumerate(places) for q in places[i + 1 :]]
    assert min(near) >= 1.1 * 3 * 3e-8 + 8e-9 - 1e-12


def test_checks_write_dots_first_and_look_at_them_last():
    known, requests, _ = play(config(early=0.0, charge_checks=True), survey(BIAS, SPARE))
    targets = [r.target for r in requests]
    assert targets.index("E1") < targets.index("Q1")
    assert (requests[-1].role, requests[-1].target) == (Role.AFTER, "E1")
    found = gather(known)
    dots = [p for p in found.probed if p.name.target.startswith("E") and p.name.kind == "P"]
    loops = [p for p in found.probed if p.name.target.startswith("E") and p.name.kind == "L"]
    assert (len(dots), len(loops)) == (6, 24)
    assert all(p.first_polarity == p.name.domain * found.polarity for p in dots)
    assert found.of("E")[0].late is not None


def test_the_plan_of_a_place_does_not_change_while_it_is_probed():
    known, requests, _ = play(config(early=0.0, blocks=2), survey(), walls_switch_earlier)
    told = survey()
    for request, observation in zip(requests, known.observations[1:], strict=True):
        assert next_question(config(early=0.0, blocks=2), told, COSTS).request == request
        told = told.add(observation)
