"""Registered questions and their answers, on readings made by hand or at random."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput, ConfigError
from ai_afm.survey.question import sequence
from ai_afm.survey.question.answer import Decision, answer, may_stop
from ai_afm.survey.question.interval import cluster_bootstrap, hedges_g
from ai_afm.survey.question.places import draw_along, place_on
from ai_afm.survey.question.population import Drawn, chance_of, population_mean
from ai_afm.survey.question.registration import Question, Reading
from ai_afm.survey.question.units import replicates
from ai_afm.types import ClassCode, Wall

ASKED = Question("wall", "bulk", "nucleation bias", effect=0.3, units=20)


def pair(unit: int, wall: float, bulk: float, block: int = 0, **more) -> list[Reading]:
    """A wall and a bulk reading of one segment, probed one after the other."""
    name, index = f"{unit}-{block}", 10 * unit + 2 * block
    return [
        Reading(f"{name}W", "wall", f"segment {unit}", name, index, wall, **more),
        Reading(f"{name}B", "bulk", f"segment {unit}", name, index + 1, bulk, **more),
    ]


def nights(shift: float, spread: float, units: int, seed: int) -> list[Reading]:
    rng = np.random.default_rng(seed)
    return [
        r
        for unit in range(units)
        for r in pair(unit, 5 + shift + spread * rng.standard_normal(), 5.0)
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": "colour"},
        {"with_": "wall"},
        {"effect": 0.0},
        {"effect": math.nan},
        {"alpha": 0.6},
        {"units": 3},
    ],
    ids=str,
)
def test_a_question_without_sense_is_refused(wrong):
    fields = {"compare": "wall", "with_": "bulk", "on": "nucleation bias", "effect": 0.1} | wrong
    with pytest.raises(ConfigError):
        Question(**fields)


def test_a_question_has_one_digest_and_any_change_another():
    again = Question("wall", "bulk", "nucleation bias", effect=0.3, units=20)
    assert again.digest == ASKED.digest
    assert Question("wall", "bulk", "nucleation bias", 0.31, units=20).digest != ASKED.digest


def test_sites_of_one_segment_are_one_replicate():
    rows = [r for block in range(4) for r in pair(0, 4.0 + block, 5.0, block)]
    found = replicates(ASKED, rows)
    assert len(found.units) == 1
    assert found.units[0].sites == (4, 4)
    assert found.units[0].difference == pytest.approx(0.5)


def test_segments_that_share_a_block_are_one_replicate():
    rows = [
        Reading("a", "wall", "segment 1", "b1", 0, 4.0),
        Reading("b", "bulk", "domain 7", "b1", 1, 5.0),
        Reading("c", "wall", "segment 2", "b2", 2, 4.5),
        Reading("d", "bulk", "domain 7", "b2", 3, 5.0),
    ]
    assert [u.clusters for u in replicates(ASKED, rows).units] == [
        ("domain 7", "segment 1", "segment 2")
    ]


def test_a_tip_that_wears_does_not_make_an_effect():
    rng = np.random.default_rng(1)
    rows = []
    for unit in range(20):
        for site in pair(unit, 5.0, 5.0):
            # the wall comes first in three of four blocks: the wear is confounded in part
            index = site.index if rng.random() < 0.25 else 4 * unit + (site.arm == "bulk")
            rows.append(
                Reading(site.site, site.arm, site.cluster, site.block, index, 5 + 0.1 * index)
            )
    found = replicates(ASKED, rows)
    assert found.slope == pytest.approx(0.1)
    assert np.abs(found.differences).max() < 1e-9


def test_an_exclusion_keeps_its_reason_and_its_partner_is_not_used_alone():
    rows = [*nights(0.0, 0.1, 6, 1), *pair(9, math.nan, 5.0), *pair(10, 4.0, 5.0, excluded="slip")]
    given = answer(ASKED, rows, np.random.default_rng(0))
    assert given.units == 6
    assert {site: why for site, _, why in given.excluded} == {
        "9-0W": "no value could be read",
        "9-0B": "its unit has no usable site of the other arm",
        "10-0W": "slip",
        "10-0B": "slip",
    }


def test_a_large_effect_stops_early_and_is_called_different():
    rows = nights(-1.0, 0.2, 20, 2)
    given = answer(ASKED, rows, np.random.default_rng(0))
    assert given.decision is Decision.DIFFERENT
    assert given.stopped_early
    assert given.effect.covers(-1.0)
    assert not given.effect.covers(0.0)
    assert "different after" in str(may_stop(ASKED, nights(-1.0, 0.2, 12, 2)))
    assert "ferroelectric" not in given.sentence


def test_no_effect_is_equivalent_only_when_the_interval_says_so():
    precise = answer(ASKED, nights(0.0, 0.1, 20, 3), np.random.default_rng(0))
    vague = answer(ASKED, nights(0.0, 2.0, 20, 3), np.random.default_rng(0))
    assert precise.decision is Decision.EQUIVALENT
    assert vague.decision is Decision.UNDECIDED
    assert may_stop(ASKED, nights(0.0, 2.0, 19, 3)) is None
    assert "registered" in str(may_stop(ASKED, nights(0.0, 2.0, 20, 3)))


def test_units_beyond_the_registered_number_are_no_second_chance():
    few = answer(ASKED, nights(0.1, 1.0, 20, 4), np.random.default_rng(0))
    more = answer(ASKED, nights(0.1, 1.0, 33, 4), np.random.default_rng(0))
    assert more.units == few.units == 20
    assert more.effect.value == pytest.approx(few.effect.value, abs=0.02)


def test_nothing_measured_is_undecided():
    given = answer(ASKED, [], np.random.default_rng(0))
    assert given.decision is Decision.UNDECIDED
    assert "no unit" in given.sentence


def test_arms_that_lose_sites_unevenly_are_told():
    rows = []
    for unit in range(20):
        rows += pair(unit, math.nan if unit % 2 else 5.0, 5.0)
    given = answer(ASKED, rows, np.random.default_rng(0))
    assert any("unevenly" in text for text in given.warnings)
    assert any("at random" in text for text in given.warnings)


@settings(max_examples=30, deadline=None)
def log_evidence(x, mixture):
    """Return ln of the e-value of independent differences against the mean 0, by its definition."""
    n = len(x)
    ratio = n * x.mean() ** 2 / x.var(ddof=1) / (n - 1)
    grown = 1 + n * mixture
    return n / 2 * math.log((1 + ratio) / (1 + ratio / grown)) - math.log(grown) / 2


@given(st.integers(3, 60), st.floats(1e-3, 0.2), st.floats(0.01, 10.0))
def test_the_bound_is_where_the_evidence_reaches_one_over_alpha(n, alpha, mixture):
    bound = sequence.t_bound(n, alpha, mixture)
    if math.isinf(bound):
        return
    x = np.linspace(-1, 1, n)
    x = (x - x.mean()) / x.std(ddof=1)
    shift = bound / math.sqrt(n)
    assert log_evidence(x + shift, mixture) == pytest.approx(-math.log(alpha))
    assert sequence.interval(x + shift, alpha, mixture).low == pytest.approx(0.0, abs=1e-9)


def test_a_sequence_seldom_excludes_the_truth_at_any_of_its_looks():
    rng, wrong, mixture = np.random.default_rng(5), 0, sequence.best_mixture(20, 0.05)
    for _ in range(300):
        x = rng.standard_normal(60)
        looks = (sequence.interval(x[:n], 0.05, mixture) for n in range(2, len(x) + 1))
        wrong += not all(look.covers(0.0) for look in looks)
    # a t-test at every look is wrong in a quarter of such runs
    assert wrong / 300 <= 0.05


def test_the_bootstrap_interval_holds_a_skewed_mean_as_often_as_it_says():
    rng, held = np.random.default_rng(6), 0
    for _ in range(300):
        x = rng.gamma(4.0, size=12) - 4.0
        held += cluster_bootstrap(x, 0.95, rng, repeats=299).covers(0.0)
    assert 0.92 <= held / 300 <= 0.98


def test_four_units_make_no_interval():
    found = cluster_bootstrap([1.0, 2.0, 3.0, 4.0], 0.95, np.random.default_rng(0))
    assert (found.value, found.low, found.high) == (2.5, -math.inf, math.inf)


def test_hedges_g_is_the_difference_in_standard_deviations():
    rng = np.random.default_rng(7)
    means = rng.normal([0.5, 0.0], 1.0, (4000, 2))
    found = hedges_g(means, 0.95)
    assert found.g.value == pytest.approx(0.5, abs=0.05)
    assert found.g.covers(found.g.value)


def test_a_random_arm_undoes_the_choice_of_critical_places():
    # A tenth of the walls is critical (value 2) and all of it is probed; of the rest (value 1)
    # one in ten is drawn.
    rng = np.random.default_rng(8)
    drawn = [Drawn(2 + 0.1 * rng.standard_normal(), 1.0, f"c{k}") for k in range(30)]
    drawn += [Drawn(1 + 0.1 * rng.standard_normal(), 0.1, f"r{k}") for k in range(27)]
    found = population_mean(drawn)
    assert found.covers(1.1)
    assert np.mean([d.value for d in drawn]) > 1.4 > found.high


def test_the_chance_of_a_place_grows_with_its_length_and_the_draws():
    assert chance_of(0.1, 1, False) == pytest.approx(0.1)
    assert chance_of(0.1, 10, False) == pytest.approx(1 - 0.9**10)
    assert chance_of(0.1, 0, True) == 1.0
    with pytest.raises(BadInput):
        population_mean([Drawn(1.0, 0.0, "a")])


def line(*points: tuple[float, float], closed: bool = False) -> Wall:
    return Wall(np.array(points, float), ClassCode.WALL_180, closed=closed)


def test_places_are_drawn_in_proportion_to_length():
    walls = [line((0, 0), (1e-6, 0)), line((0, 1e-6), (3e-6, 1e-6))]
    drawn = draw_along(walls, 400, np.random.default_rng(9))
    assert np.mean([p.wall for p in drawn]) == pytest.approx(0.75, abs=0.07)
    assert {p.segment for p in drawn} == {
        "wall 1 part 1",
        "wall 2 part 1",
        "wall 2 part 2",
        "wall 2 part 3",
    }
    assert all(p.length_share == pytest.approx(0.25) for p in drawn)
    assert all(p.position[1] == 1e-6 * p.wall for p in drawn)


def test_a_place_on_a_closed_wall_may_lie_on_its_last_side():
    square = line((0, 0), (1e-6, 0), (1e-6, 1e-6), (0, 1e-6), closed=True)
    place = place_on([square], 0, 3.5e-6)
    assert place.position == (pytest.approx(0.0), pytest.approx(0.5e-6))
    assert place.segment == "wall 1 part 4"


def test_no_walls_no_places():
    with pytest.raises(BadInput, match="no wall"):
        draw_along([], 3, np.random.default_rng(0))
