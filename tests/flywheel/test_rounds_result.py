"""What comes out of a round: a temperature that follows the network, and scores of both models."""

from dataclasses import replace

import numpy as np
import pytest
import round_factory as factory
import torch

from ai_afm.flywheel.rounds.learn import RoundSettings, learn, network_of
from ai_afm.flywheel.rounds.result import Checks, judged
from ai_afm.segment.model_file import NETWORK, load_model

CHECKS = Checks(factory.drawn(8, 0, 4, (32, 48)), ())
A_LITTLE = RoundSettings(
    steps=200, batch=2, learning_rate=0.01, distil=0.0, frozen_norm=False, dtype="float32"
)


@pytest.fixture
def parent(tmp_path):
    """A model that knows a little: of a network as drawn every temperature is too low."""
    factory.with_parent(tmp_path)
    drawn = load_model(factory.PARENT, [tmp_path])
    network = learn(A_LITTLE, drawn, factory.drawn(9, 1, 6, (32, 48)), ())
    weights = {NETWORK + n: v.numpy() for n, v in network.state_dict().items()}
    return replace(drawn, arrays=drawn.arrays | weights)


def test_an_unchanged_network_has_its_parents_temperature_and_scores(parent):
    decision, scores, before = judged(network_of(parent).eval(), parent, CHECKS, 1)
    assert decision == parent.card.decision
    assert scores == before


def test_a_network_that_is_surer_gets_a_higher_temperature(parent):
    surer = network_of(parent).eval()
    with torch.no_grad():
        surer.head.weight *= 1.3
        surer.head.bias *= 1.3
    decision, scores, before = judged(surer, parent, CHECKS, 1)
    own = parent.card.decision.temperature
    # temperatures are tried in steps of 7 %
    assert decision.temperature == pytest.approx(1.3 * own, rel=0.08)
    likelihood = "negative_log_likelihood"
    assert scores[likelihood] == pytest.approx(before[likelihood], abs=0.02)


def test_scores_of_corrections_are_told_apart(parent):
    own = Checks(CHECKS.simulated, factory.drawn(9, 0, 2, (32, 48)))
    _, scores, _ = judged(network_of(parent).eval(), parent, own, 1)
    plain = {name for name in scores if not name.startswith("corrected_")}
    assert {f"corrected_{name}" for name in plain} | plain == set(scores)
    assert all(np.isfinite(value) for value in scores.values())
