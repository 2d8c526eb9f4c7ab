"""Scale and bias of each class: found again where they are known, harmless where they are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax

from ai_afm.errors import BadInput
from ai_afm.segment.class_scaling import ClassScaling, fit_class_temperatures


def world(count=6000, scale=(0.5, 1.5, 0.8), bias=(0.6, -0.4, -0.2), seed=1):
    """Draw logits, and targets from the probabilities that scale and bias make of them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (count, len(scale)))
    probability = softmax(logits * scale + bias, axis=1)
    targets = (rng.random((count, 1)) > probability.cumsum(axis=1)).sum(axis=1)
    return logits, np.minimum(targets, len(scale) - 1)


def loss(logits, targets):
    asked = targets >= 0
    return -log_softmax(logits[asked], axis=1)[np.arange(asked.sum()), targets[asked]].mean()


def test_scale_and_bias_are_found_again():
    found = fit_class_temperatures(*world(20000))
    assert found.scale == pytest.approx((0.5, 1.5, 0.8), abs=0.08)
    assert found.bias == pytest.approx((0.6, -0.4, -0.2), abs=0.08)


def test_what_is_not_asked_counts_for_nothing():
    logits, targets = world()
    ignored = np.where(np.arange(len(targets)) % 3 == 0, -1, targets)
    few = ignored >= 0
    assert fit_class_temperatures(logits, ignored) == fit_class_temperatures(
        logits[few], targets[few]
    )


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.floats(0.2, 4.0))
def test_no_common_temperature_fits_better(seed, temperature):
    logits, targets = world(300, seed=seed)
    found = fit_class_temperatures(logits, targets)
    assert loss(found.applied(logits.T).T, targets) <= loss(logits / temperature, targets) + 1e-6


def test_a_class_that_is_never_true_keeps_the_common_temperature():
    logits, targets = world()
    targets = np.where(targets == 1, -1, targets)
    found = fit_class_temperatures(logits, targets)
    assert found.bias[1] == 0.0
    assert found.scale[1] > 0


def test_logits_of_an_image_keep_shape_and_dtype():
    image = np.ones((3, 4, 5), np.float32)
    scaled = ClassScaling((1.0, 2.0, 3.0), (0.0, 0.5, -0.5)).applied(image)
    assert scaled.dtype == np.float32
    assert scaled.shape == image.shape
    assert scaled[:, 1, 2].tolist() == [1.0, 2.5, 2.5]


@pytest.mark.parametrize(
    ("logits", "targets", "words"),
    [
        (np.zeros((4, 3)), np.full(4, -1), "nothing to calibrate"),
        (np.zeros((4, 3)), np.full(4, 3), "none of 3 classes"),
        (np.full((4, 3), np.nan), np.zeros(4, int), "not finite"),
        (np.zeros((4, 3)), np.zeros(5, int), "do not belong together"),
    ],
)
def test_what_cannot_be_fitted_is_refused(logits, targets, words):
    with pytest.raises(BadInput, match=words):
        fit_class_temperatures(logits, targets)
