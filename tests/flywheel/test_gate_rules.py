import gate_factory as factory
import numpy as np
import pytest
from gate_factory import a_crop, but_for, cases_of, lines, looker, nothing

from ai_afm.flywheel.gate import scores
from ai_afm.flywheel.gate.audit import Labelled
from ai_afm.flywheel.gate.findings import Limits
from ai_afm.flywheel.gate.judge import Contest, Evidence, judge
from ai_afm.flywheel.gate.paired import Pair, chance
from ai_afm.flywheel.gate.rules import golden_findings
from ai_afm.flywheel.gate.tally import COLUMNS, INDEX, tally

CROPS = [a_crop(k) for k in range(15)]
EMPTY = [a_crop(100 + k, columns=()) for k in range(4)]
OWN = [a_crop(200 + k, code=3) for k in range(6)]
SIMULATED = cases_of(CROPS) + cases_of(EMPTY, ("simulated", "bare"))
NEW = cases_of(OWN, ("newest corrections",))


def judged(draw, simulated=SIMULATED, own=NEW, labels=(), before=nothing):
    """Judge a candidate against a model that knows all but the newest corrections."""
    every = [*simulated, *own]
    active = looker(every, but_for(lines, before, [c.crop for c in own]))
    evidence = Evidence(simulated, (), own, labels)
    return judge(Contest(active, looker(every, draw)), evidence, Limits())


def refused_by(judgement):
    return {f.rule for f in judgement.refusals}


def test_a_candidate_that_has_learned_and_forgotten_nothing_passes():
    judgement = judged(lines)
    assert judgement.passed
    own = next(f for f in judgement.findings if f.rule == "own material")
    assert own.value == pytest.approx(1.0)


def test_a_candidate_that_draws_nothing_is_refused_outright():
    assert {"empty-mask model", "nothing drawn", "own material"} <= refused_by(judged(nothing))


def test_a_candidate_that_draws_little_where_the_active_model_draws_nothing_passes():
    every = [*SIMULATED, *NEW]
    candidate = looker(every, but_for(nothing, lines, [c.crop for c in NEW] + CROPS[:4]))
    judgement = judge(
        Contest(looker(every, nothing), candidate), Evidence(SIMULATED, (), NEW, ()), Limits()
    )
    told = [f for f in judgement.findings if f.rule == "empty-mask model" and f.value > 0.5]
    assert told
    assert all(f.holds for f in told)
    assert judgement.passed


def test_a_candidate_whose_classes_are_exchanged_is_refused():
    assert "flipped labels" in refused_by(judged(lambda crop: lines(crop, code=4)))


def test_a_candidate_that_has_not_improved_is_refused():
    same = but_for(lines, nothing, OWN)
    assert refused_by(judged(same)) >= {"own material"}


def test_a_candidate_that_draws_lines_on_nothing_is_refused():
    def walls(crop):
        return lines(a_crop(0))

    assert "lines on nothing" in refused_by(judged(but_for(lines, walls, EMPTY)))


@pytest.mark.parametrize(("overlooked", "holds"), [(CROPS[:10], True), ([], False)])
def test_lines_on_nothing_are_weighed_against_lines_that_were_overlooked(overlooked, holds):
    bare = [a_crop(100 + k, columns=()) for k in range(20)]
    every = [*cases_of(CROPS), *cases_of(bare, ("simulated", "bare")), *NEW]
    active = looker(every, but_for(lines, nothing, [*overlooked, *OWN]))
    candidate = looker(every, but_for(lines, lambda crop: lines(a_crop(0)), bare[:5]))
    found = judge(Contest(active, candidate), Evidence(every[:-6], (), NEW, ()), Limits())
    told = next(f for f in found.findings if f.rule == "lines on nothing")
    assert (told.value, told.holds) == (0.25, holds)


def test_a_candidate_that_has_forgotten_a_third_of_a_slice_is_refused():
    found = judged(but_for(lines, nothing, CROPS[:5]))
    assert "golden slice" in refused_by(found)
    fallen = [f.where for f in found.refusals if f.rule == "golden slice"]
    assert "simulated > stripes" in fallen


def test_a_candidate_that_draws_beside_the_lines_is_refused():
    assert not judged(lambda crop: lines(crop, shift=4)).passed


def test_answers_that_are_not_numbers_refuse_a_candidate():
    def broken(crop):
        return np.full_like(lines(crop), np.nan)

    assert refused_by(judged(broken)) == {"finite"}


def test_without_anything_of_the_labs_own_nothing_is_promoted():
    assert refused_by(judged(lines, own=())) == {"own material"}


def test_a_report_is_json_and_says_in_words_what_refused_it():
    told = judged(nothing).as_json()
    assert told["passed"] is False
    assert any("draws nothing" in words for words in told["refused"])
    assert told["findings"][0]["change"]["value"] <= 0


def counts_of(right, drawn=200.0, true=200.0):
    """Counts of cases of which so many pixels are right and found."""
    counts = np.zeros((len(right), len(COLUMNS)))
    for part, values in (("drawn", drawn), ("true", true), ("right", right), ("found", right)):
        counts[:, INDEX[f"line.{part}"]] = values
    return counts


def verdicts(before, after, groups):
    cases = cases_of([CROPS[0]] * len(before), ("top", "slice"), each=len(before) // groups)
    found = golden_findings(cases, (counts_of(before), counts_of(after)), Limits(), seed=1)
    return {f.where: f.holds for f in found if f.rule == "golden slice"}


def test_a_slice_of_few_worlds_that_swings_is_left_to_its_parent():
    before = np.full(4, 150.0)
    after = before + np.array([30.0, -40.0, 20.0, -20.0])
    assert verdicts(before, after, groups=4)["top > slice"] is None


def test_the_widest_slice_is_refused_earlier_than_one_of_its_many_parts():
    before = np.full(16, 150.0)
    after = before + np.tile([8.0, -16.0, 2.0, -10.0], 4)
    found = verdicts(before, after, groups=16)
    assert found["top"] is False
    assert found["top > slice"] is not False


def test_of_many_slices_without_a_difference_the_worst_is_seldom_refused():
    rng = np.random.default_rng(5)
    refused = 0
    for seed in range(40):
        before, after = 150 + rng.normal(0, 15, (2, 96))
        pair = Pair(counts_of(before), counts_of(after), tuple(str(k // 2) for k in range(96)))
        parts = {("t", str(k)): pair.of(np.arange(96) // 8 == k) for k in range(12)}
        expected = chance(parts, scores.f1, seed)
        falls = {p: np.subtract(*map(scores.f1, part.sums())) for p, part in parts.items()}
        refused += any(f > expected.sure * expected.errors[p] for p, f in falls.items())
    assert refused <= 6


def test_a_steady_fall_is_refused_and_a_steady_fall_within_the_limit_is_not():
    before = np.linspace(140, 160, 20)
    assert verdicts(before, before - 5, groups=20)["top > slice"] is False
    assert verdicts(before, before - 1, groups=20)["top > slice"] is True


def test_the_interval_is_wider_for_cases_of_fewer_worlds():
    rng = np.random.default_rng(0)
    worlds = np.repeat(rng.normal(0, 20, 6), 4)
    before, after = np.full(24, 150.0), 150 + worlds
    few = Pair(counts_of(before), counts_of(after), tuple(str(k // 4) for k in range(24)))
    many = Pair(counts_of(before), counts_of(after), tuple(str(k) for k in range(24)))
    errors = [p.drawn(1).change(scores.f1).error for p in (few, many)]
    assert errors[0] > 1.3 * errors[1]


def test_scores_of_a_perfect_drawing_are_perfect():
    cases = cases_of(CROPS[:3])
    sums = tally(looker(cases, lines), cases).sum(axis=0)
    assert scores.f1(sums) == pytest.approx(1.0)
    assert scores.f1(sums, "named line") == pytest.approx(1.0)
    assert scores.centreline_dice(sums) == pytest.approx(1.0)
    assert scores.betti_error(sums) == scores.empty_rate(sums) == scores.crossed_share(sums) == 0


def labelled(crop, revision=7, **more):
    return Labelled(revision, "Ann", crop, held=False, **more)


def test_labels_that_contradict_the_rest_refuse_a_candidate():
    good = [labelled(c.crop, k) for k, c in enumerate(NEW)]
    assert judged(lines, labels=good).passed
    true = a_crop(400)
    empty = a_crop(400, columns=())
    oracle_cases = cases_of([empty])
    every = [*SIMULATED, *NEW]
    draw = but_for(lines, lambda crop: lines(true), [empty])
    candidate = looker([*every, *oracle_cases], draw)
    active = looker(every, but_for(lines, nothing, OWN))
    evidence = Evidence(SIMULATED, (), NEW, [*good, labelled(empty, 99)])
    judgement = judge(Contest(active, candidate), evidence, Limits())
    assert refused_by(judgement) == {"labels"}
    assert "revision 99 of Ann" in judgement.refusals[0].words
    assert factory.SHAPE == empty.label.shape
