"""How much of its parent a round keeps: as little as leaves other materials as they were."""

from dataclasses import replace

import numpy as np
import pytest
import round_factory as factory
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.flywheel.rounds.held import KEEPS, blended, held, kinds_of
from ai_afm.flywheel.rounds.learn import RoundSettings, learn, network_of
from ai_afm.segment.model_file import NETWORK, load_model

SHAPE = (48, 64)
CHECKS = factory.drawn(8, 0, 14, SHAPE)
LEARN = RoundSettings(
    steps=150, batch=3, learning_rate=0.01, distil=0.0, frozen_norm=False, dtype="float32"
)


def values(network):
    return network.state_dict()


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    """A model that finds walls."""
    root = tmp_path_factory.mktemp("models")
    factory.with_parent(root)
    drawn = load_model(factory.PARENT, [root])
    network = learn(LEARN, drawn, factory.drawn(9, 1, 8, SHAPE), ())
    weights = {NETWORK + n: v.numpy() for n, v in network.state_dict().items()}
    return replace(drawn, arrays=drawn.arrays | weights)


def blinded(parent, share):
    """The parent with a last layer that hardly says anything but background."""
    network = network_of(parent).eval()
    with torch.no_grad():
        network.head.bias[0] += share
    return network


def test_a_network_that_has_lost_nothing_keeps_nothing_of_its_parent(parent):
    kept = held(parent, network_of(parent).eval(), CHECKS)
    assert kept.keep == 0.0
    assert set(kept.losses.values()) == {0.0}


def test_a_network_that_has_lost_lines_keeps_more_of_its_parent(parent):
    kept = held(parent, blinded(parent, 60.0), CHECKS)
    assert kept.keep == KEEPS[-1]
    assert max(kept.losses.values()) > 0.01


def test_what_is_kept_is_the_least_that_is_enough(parent):
    # what is enough differs with the computer that the parent was trained on
    lost = next(
        net for s in (0.5, 1.0, 2.0, 4.0)
        if 0 < held(parent, net := blinded(parent, s), CHECKS).keep < KEEPS[-1]
    )  # fmt: skip
    kept = held(parent, lost, CHECKS)
    assert max(kept.losses.values()) <= 0.01
    start = network_of(parent)
    mixed = blended(start, lost, kept.keep)
    assert torch.equal(mixed.head.bias, kept.network.head.bias)
    assert held(parent, mixed, CHECKS).keep == 0.0
    less = [blended(start, lost, k) for k in KEEPS if k < kept.keep]
    assert all(held(parent, net, CHECKS).keep > 0 for net in less)


def test_without_anything_to_check_on_all_that_was_learned_stays(parent):
    learned = blinded(parent, 1.0)
    kept = held(parent, learned, ())
    assert (kept.network is learned, kept.keep, kept.losses) == (True, 0.0, {})


def test_running_statistics_are_mixed_like_weights():
    one, other = factory.network(1), factory.network(2)
    name = "down.0.norm1.running_var"
    with torch.no_grad():
        one.get_submodule("down.0.norm1").running_var *= 3.0
    mixed = values(blended(one, other, 0.25))[name]
    assert torch.allclose(mixed, 0.25 * values(one)[name] + 0.75 * values(other)[name])


@given(st.floats(0, 1))
@settings(max_examples=10, deadline=None)
def test_a_blend_lies_between(keep):
    one, other = factory.network(1), factory.network(2)
    mixed = values(blended(one, other, keep))["head.weight"]
    low, high = (
        f(values(one)["head.weight"], values(other)["head.weight"])
        for f in (torch.minimum, torch.maximum)
    )
    assert (mixed >= low - 1e-6).all()
    assert (mixed <= high + 1e-6).all()


def test_crops_belong_to_the_class_that_most_of_their_lines_have():
    crop = CHECKS[0]

    def with_lines(first, second):
        label = np.zeros((128, 128), np.uint8)
        label[:4], label[10:11] = first, second
        return replace(crop, label=label)

    checks = [with_lines(3, 4)] * 12 + [with_lines(4, 3)] * 11 + [with_lines(2, 2), crop]
    kinds = kinds_of(checks)
    assert set(kinds) == {"all", "wall_ferroelastic"}
    assert kinds["wall_ferroelastic"].tolist() == [True] * 12 + [False] * 13
