"""A round as a function of crops: what is drawn, what is kept of the parent, what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import round_factory as factory
import torch
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.flywheel.rounds.course import Unwatched
from ai_afm.flywheel.rounds.draws import NEW_SHARE, PERSON_SHARE, draw_weights, people
from ai_afm.flywheel.rounds.learn import RoundSettings, learn
from ai_afm.segment.model_file import load_model
from ai_afm.segment.predict import weights_of

SHAPE = (24, 40)
OWN = factory.drawn(1, 0, 3, SHAPE)
OTHERS = factory.drawn(2, 0, 4, SHAPE) + factory.blank(2, 0, 2, SHAPE)
QUICK = replace(factory.QUICK, steps=3)


class Tells(Unwatched):
    """Remembers the batches' losses and the weights at the end."""

    def __init__(self):
        self.losses, self.end = [], None

    def tell(self, report):
        self.losses.append(report.loss)

    def keep(self, snapshot):
        self.end = snapshot.weights


def values(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


def test_the_same_arguments_give_the_same_weights_and_the_parent_stays():
    parent = factory.network()
    before = values(parent)
    first, second = (learn(QUICK, parent, OWN, OTHERS) for _ in range(2))
    assert equal(values(first), values(second))
    assert equal(values(parent), before)
    assert not first.training
    other = learn(replace(QUICK, seed=4), parent, OWN, OTHERS)
    assert not equal(values(other), values(first))


def test_a_model_of_the_disk_is_as_good_a_parent_as_its_network(tmp_path):
    factory.with_parent(tmp_path)
    model = load_model(factory.PARENT, [tmp_path])
    network = factory.network()
    network.load_state_dict(weights_of(model))
    one, other = (learn(QUICK, parent, OWN, OTHERS) for parent in (model, network))
    assert equal(values(one), values(other))


def test_batch_norm_keeps_the_parents_statistics_unless_it_may_learn():
    parent = factory.network()
    before = {n: v.clone() for n, v in parent.named_buffers()}
    kept, moved = (
        dict(learn(replace(QUICK, frozen_norm=f), parent, OWN, OTHERS).named_buffers())
        for f in (True, False)
    )
    assert all(torch.equal(kept[name], value) for name, value in before.items())
    assert not all(torch.equal(moved[name], value) for name, value in before.items())


def test_the_head_learns_faster_than_the_rest_by_its_factor():
    parent = factory.network()
    start = values(parent)
    steps = [replace(QUICK, steps=1, head=factor) for factor in (1.0, 3.0)]
    slow, fast = (values(learn(settings, parent, OWN, OTHERS)) for settings in steps)

    def moved(weights, name):
        return float((weights[name] - start[name]).abs().mean())

    assert moved(fast, "head.weight") == pytest.approx(3 * moved(slow, "head.weight"), rel=0.02)
    name = "down.0.conv1.weight"
    assert moved(fast, name) == pytest.approx(moved(slow, name), rel=1e-5)


def test_what_was_learned_is_what_comes_out():
    watch = Tells()
    network = learn(QUICK, factory.network(), OWN, OTHERS, watch)
    assert equal(values(network), dict(watch.end))


def test_a_crop_of_no_weight_is_never_drawn():
    unreadable = replace(OWN[0], channels={})
    crops, weights = [OWN[0], unreadable, OWN[2]], [1.0, 0.0, 2.0]
    learn(replace(QUICK, steps=6), factory.network(), crops, OTHERS, weights=weights)
    with pytest.raises(KeyError):
        learn(replace(QUICK, steps=6), factory.network(), crops, OTHERS)


def test_without_replay_all_of_a_batch_is_corrected():
    network = learn(QUICK, factory.network(), OWN, [])
    assert all(torch.isfinite(v).all() for v in network.state_dict().values())


def test_crops_of_several_shapes_go_into_one_batch():
    larger = factory.drawn(3, 0, 2, (32, 56))
    learn(QUICK, factory.network(), OWN, larger)


def test_distillation_keeps_the_answers_on_replayed_crops_near_the_parents():
    parent = factory.network()
    course = replace(QUICK, steps=12, learning_rate=1e-2, dtype="float32")
    planes = torch.randn(2, 7, 24, 40, generator=torch.Generator().manual_seed(1))
    gaps = []
    for distil in (0.0, 20.0):
        network = learn(replace(course, distil=distil), parent, OWN, OTHERS)
        with torch.no_grad():
            gap = network(planes).softmax(1) - parent.eval()(planes).softmax(1)
        gaps.append(float(gap.abs().mean()))
    assert gaps[1] < 0.8 * gaps[0]


def test_float32_and_bfloat16_differ_little():
    one, other = (
        values(learn(replace(QUICK, dtype=d, learning_rate=5e-4), factory.network(), OWN, OTHERS))
        for d in ("float32", "bfloat16")
    )
    name = "down.0.conv1.weight"
    assert not torch.equal(one[name], other[name])
    assert torch.allclose(one[name], other[name], atol=3e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps": 0}, "steps"),
        ({"corrected": 9}, "do not fit"),
        ({"learning_rate": float("nan")}, "learning rate"),
        ({"dtype": "int8"}, "number format"),
        ({"seed": -1}, "negative"),
        ({"distil": -1.0}, "distil"),
    ],
)
def test_settings_that_make_no_sense_are_refused(change, said):
    with pytest.raises(BadInput, match=said):
        learn(replace(RoundSettings(), **change), factory.network(), OWN, OTHERS)


@pytest.mark.parametrize("weights", [[1.0], [0.0, 0.0, 0.0], [1.0, -1.0, 1.0], [float("nan")] * 3])
def test_weights_that_make_no_sense_are_refused(weights):
    with pytest.raises(BadInput, match="weights"):
        learn(QUICK, factory.network(), OWN, OTHERS, weights=weights)


def test_a_round_without_corrections_is_refused():
    with pytest.raises(BadInput, match="at least one"):
        learn(QUICK, factory.network(), [], OTHERS)


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["Ann", "Bob", "Cem"])),
        min_size=1, max_size=30,
    ),
    st.frozensets(st.integers(0, 9)),
)  # fmt: skip
def test_new_corrections_get_half_and_no_person_more_than_half(drawn, learned):
    revisions, annotators = zip(*drawn, strict=True)
    weights = np.array(draw_weights(revisions, annotators, learned))
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()
    shares = people(annotators, weights)
    assert len(shares) == 1 or max(shares.values()) <= PERSON_SHARE + 1e-9
    new = np.array([r not in learned for r in revisions])
    if len(shares) == 1 and new.any():
        assert weights[new].sum() >= NEW_SHARE - 1e-9


def test_one_persons_many_corrections_count_half():
    weights = draw_weights([*range(9), 9], ["Ann"] * 9 + ["Bob"], ())
    assert weights == pytest.approx([0.5 / 9] * 9 + [0.5])
