import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from ai_afm.bench.gate.benchmark import benchmark, planned, summed
from ai_afm.bench.gate.blind import Blinding, with_sight
from ai_afm.bench.gate.material import (
    MATERIALS,
    corrected,
    lined,
    scans,
    truth_of,
)
from ai_afm.bench.gate.poison import SHARES, SHIFTS_PX, Dose, Poison, poisoned
from ai_afm.bench.gate.trial import Outcome, Scale
from ai_afm.flywheel.annotator import Skill
from ai_afm.flywheel.gate.bank import GoldenSettings
from ai_afm.flywheel.gate.cases import Case, recorded
from ai_afm.flywheel.gate.lab import GateSettings
from ai_afm.flywheel.gate.scores import f1
from ai_afm.flywheel.gate.tally import NAMED, Looker, tally
from ai_afm.flywheel.rounds.learn import RoundSettings, network_of
from ai_afm.flywheel.rounds.replay import BankSettings
from ai_afm.segment.metrics.lines import distance_to
from ai_afm.segment.model_file import load_model
from ai_afm.segment.predict import build_network
from ai_afm.segment.unet import folded

TINY = Scale(
    samples=(3, 3, 2),
    golden=2,
    round=RoundSettings(steps=1),
    bank=BankSettings(worlds=1, crops_per_world=2, check_worlds=1, check_crops=1),
    gate=GateSettings(golden=GoldenSettings(worlds=1, crops_per_world=1)),
)
BLINDING = Blinding(RoundSettings(steps=1), worlds=1, others=1, crops=1)


def a_label():
    label = np.zeros((80, 96), np.uint8)
    label[:, 30:33], label[50:53], label[:, 90:] = 2, 4, 255
    return label


def test_what_nobody_can_tell_stays_so_in_a_poisoned_label():
    rng = np.random.default_rng(0)
    for kind in Poison:
        changed = poisoned(a_label(), kind, rng)
        assert np.array_equal(changed == 255, a_label() == 255)


def test_exchanged_classes_leave_no_line_what_it_was():
    changed = poisoned(a_label(), Poison.CLASSES, np.random.default_rng(0))
    lines = (a_label() > 0) & (a_label() < 255)
    assert (changed[lines] > 0).all()
    assert (changed[lines] != a_label()[lines]).all()


@pytest.mark.parametrize("seed", range(6))
def test_a_shifted_label_lies_four_to_twelve_pixels_beside(seed):
    label = np.zeros((80, 96), np.uint8)
    label[40, 48] = 2
    ((row, pixel),) = np.argwhere(poisoned(label, Poison.SHIFTED, np.random.default_rng(seed)))
    distance = np.hypot(row - 40, pixel - 48)
    assert SHIFTS_PX[0] - 1 <= distance <= SHIFTS_PX[1] + 1


def test_an_emptied_label_has_no_line_and_a_background_label_has_others():
    rng = np.random.default_rng(0)
    empty, other = (poisoned(a_label(), k, rng) for k in (Poison.EMPTIED, Poison.BACKGROUND))
    assert set(np.unique(empty)) == {0, 255}
    drawn = (other > 0) & (other < 255)
    assert drawn.any()
    assert (distance_to((a_label() > 0) & (a_label() < 255))[drawn] > 0).all()


def test_at_least_one_label_is_poisoned():
    assert Dose(Poison.EMPTIED, 0.05).count(8) == 1
    assert Dose(Poison.EMPTIED, 0.4).count(30) == 12


def test_rounds_are_as_many_good_ones_and_every_poison_meets_every_share():
    rounds = planned(20, seed=1)
    doses = [t.dose for t in rounds if t.dose is not None]
    assert sum(t.dose is None for t in rounds) == len(doses) == 20
    assert {(d.kind, d.share) for d in doses} == {(k, s) for k in Poison for s in SHARES}


def test_scans_of_a_sample_lie_apart_and_are_named_after_it():
    found = lined(scans(MATERIALS[0], 1, 0, 6))
    assert len({s.frame.measurement.sample for s in found}) == 1
    assert len({s.frame.region.center for s in found}) == len(found)


def test_a_person_corrects_what_a_model_draws():
    model = load_model()
    looker = Looker(build_network(model), model.card.decision)
    # the scan in which there is most to be seen: in others the visible pieces are short
    scan = max(lined(scans(MATERIALS[1], 1, 3, 6)), key=lambda s: (s.crop.visible > 0).sum())
    truth = truth_of(scan.crop)
    careful = replace(Skill(), misses=0.0, wrong_types=0.0, jitter=0.0)
    label = corrected(scan.crop, looker, careful, np.random.default_rng(0))
    asked = (truth > 0) & (truth < 255)
    found = (label > 0) & (label < 255)
    assert np.mean(distance_to(found)[asked] <= 3.5) > 0.9
    assert np.array_equal(label == 255, truth == 255)


def test_a_blinded_model_keeps_part_of_its_sight():
    model = load_model()
    crops = [s.crop for world in (3, 4, 5) for s in lined(scans(MATERIALS[0], 1, world, 4))]
    cases = [Case(c, recorded(c), (), str(n)) for n, c in enumerate(crops)]

    def seen(network):
        counts = tally(Looker(folded(network), model.card.decision), cases)
        return float(f1(counts.sum(axis=0), NAMED))

    blind = network_of(model)
    with torch.no_grad():
        blind.head.bias[0] += 12
    assert seen(blind) == 0
    assert 0.5 <= seen(with_sight(model, blind, crops, 0.5)) / seen(network_of(model)) < 0.95


def test_outcomes_are_counted():
    good, bad = planned(1, 1)[1], planned(1, 1)[0]
    rounds = [
        Outcome(good, 0, 30, True, (), 0.1, 60.0),
        Outcome(bad, 2, 30, False, ("labels", "own material"), -0.1, 60.0),
        Outcome(good, 0, 30, True, ("labels",), 0.1, 60.0, released=1),
    ]
    told = summed(rounds)
    assert (told["poisoned"], told["promoted"]) == (1, 0)
    assert (told["good"], told["good_promoted"], told["good_promoted_at_once"]) == (2, 2, 1)
    assert told["poisoned_refused_by"] == {"labels": 1, "own material": 1}
    json.dumps(told)


@pytest.mark.slow
def test_a_round_goes_all_the_way_through_store_training_gate_and_registry(tmp_path):
    told = benchmark(1, 1, tmp_path, TINY, BLINDING)
    assert (told["poisoned"], told["good"]) == (1, 1)
    # one step teaches nothing: the gate lets neither through
    assert told["promoted"] == told["good_promoted"] == 0
    assert all(r["refused_by"] for r in told["rounds"])
    again = benchmark(1, 1, tmp_path, TINY, BLINDING)
    assert [r["gain"] for r in again["rounds"]] == [r["gain"] for r in told["rounds"]]


@pytest.mark.slow
def test_poisoned_rounds_do_not_get_through_and_good_ones_do(tmp_path):
    told = benchmark(2, 1, tmp_path)
    assert told["promoted"] == 0
    assert told["good_promoted"] == 2
