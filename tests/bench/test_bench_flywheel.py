"""The flywheel's benchmark in a very small size: all of it, and again from what it has kept."""

from dataclasses import replace

import numpy as np
import pytest

from ai_afm.bench.flywheel.benchmark import Size, benchmark, frames_to
from ai_afm.bench.flywheel.climb import Round
from ai_afm.bench.flywheel.material import (
    FERROELECTRIC_CERAMIC,
    POLYCRYSTALS,
    ceramic_scene,
    frames_of,
    material_of,
)
from ai_afm.bench.flywheel.models import PLENTY
from ai_afm.bench.flywheel.night import truth_of
from ai_afm.errors import BadInput
from ai_afm.flywheel.painted.scenes import ferroelectric_grains, grains
from ai_afm.flywheel.rounds.learn import RoundSettings

SMALL = Size(
    plenty=replace(PLENTY, steps=1),
    round=RoundSettings(steps=1, batch=2),
    replay_worlds=1,
    replay_crops=2,
    check_worlds=1,
    check_crops=2,
    test=1,
    golden=1,
    plenty_frames=1,
    night=(2, 3),
    counts=(2,),
    by_lot=(3,),
)
ONE_FAMILY = replace(FERROELECTRIC_CERAMIC, others=("stripes",))


def a_round(corrected, f1):
    return Round(corrected, corrected, 10, 20.0, f1, 60.0, {})


@pytest.mark.timeout(300)
def test_the_benchmark_goes_all_the_way_and_goes_on_from_what_it_has_kept(tmp_path):
    told = benchmark(4, tmp_path, SMALL, ONE_FAMILY)
    assert told["f1_start"] > 0.2
    assert [r["corrected_frames"] for r in told["rounds"]] == [2]
    assert told["rounds"][0]["train_s"] > 0
    assert set(told["golden_drop"]) == {"stripes"}
    kept = (tmp_path / "rounds-queue-4.json").read_bytes()
    assert benchmark(4, tmp_path, SMALL, ONE_FAMILY) == told
    assert (tmp_path / "rounds-queue-4.json").read_bytes() == kept


def test_frames_are_counted_straight_between_rounds():
    rounds = [a_round(2, 0.4), a_round(4, 0.6)]
    assert frames_to(0.5, 0.2, rounds) == 3.0
    assert frames_to(0.3, 0.2, rounds) == 1.0
    assert frames_to(0.61, 0.2, rounds) is None
    assert frames_to(0.2, 0.2, rounds) == 0.0


def test_what_is_left_out_is_in_no_training_world():
    assert not any(mix.startswith("grains") or mix == "all" for mix in POLYCRYSTALS.mixes())
    assert sum(POLYCRYSTALS.mixes().values()) == pytest.approx(1)
    scenes = [scene for _, scene in POLYCRYSTALS.scenes()]
    assert grains not in scenes
    assert ferroelectric_grains not in scenes


def test_an_unknown_material_is_refused_with_those_that_there_are():
    with pytest.raises(BadInput, match="ferroelectric-ceramic"):
        material_of("cheese")


def test_the_same_seed_gives_the_same_ceramic():
    one, other = ceramic_scene(5, 1), ceramic_scene(5, 2)
    assert ceramic_scene(5, 1) == one
    assert other.spec != one.spec


def test_a_person_is_told_where_nobody_can_tell():
    exam = frames_of(("stripes",), 3, 1)[0]
    truth = truth_of(exam)
    assert (truth[exam.ignore & ~exam.asked] == 255).all()
    np.testing.assert_array_equal(truth[exam.asked], exam.label[exam.asked])
