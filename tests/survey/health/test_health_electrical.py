from dataclasses import replace

import numpy as np
import pytest

from ai_afm.survey.health.check import Check, Verdict
from ai_afm.survey.health.electrical import ReferenceLoops, check_coating, read_loops
from ai_afm.types import Measurement, ProbeKind, ProbeRequest, Spectrum, Waveform

WAVEFORM = Waveform(amplitude=10.0, steps=64, cycles=2)


def loop(coercive=4.0, response=80e-12, seed=0):
    """Return an off-field loop of two cycles, noise 3 %, at some lock-in phase."""
    rng = np.random.default_rng(seed)
    quarter = np.arange(64) / 16
    bias = np.tile(10 * (1 - np.abs((quarter + 1) % 4 - 2)), 2)
    rising = np.gradient(bias) > 0
    real = response * np.tanh((bias - np.where(rising, coercive, -coercive)) / 0.7)
    noise = 0.03 * response * (rng.normal(size=128) + 1j * rng.normal(size=128))
    return Spectrum(
        ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (0.0, 0.0), WAVEFORM),
        np.arange(1.0, 129), np.zeros(128, np.float32),
        ((real + noise) * np.exp(0.8j)).astype(np.complex64), np.zeros(128, bool),
        np.repeat([0, 1], 64).astype(np.int32), bias.astype(np.float32), "m", Measurement(), {},
    )  # fmt: skip


def loops(coercive, response, seed):
    rng = np.random.default_rng([seed, 1])
    spread = np.exp(rng.normal(0, 0.1, 6))
    return read_loops([loop(coercive * s, response, seed + i) for i, s in enumerate(spread)])


GOOD = loops(4.0, 80e-12, 1)


def test_loops_give_response_and_coercive_bias():
    assert GOOD.spots == 6
    assert GOOD.coercive == pytest.approx(4.0, rel=0.1)
    assert GOOD.response == pytest.approx(80e-12, rel=0.05)
    assert 0.01 < GOOD.error < 0.1


def test_fewer_than_three_loops_say_nothing():
    flat = replace(loop(), response=np.ones(128, np.complex64))
    assert read_loops([loop(seed=1), loop(seed=2), flat]) is None


def test_a_worn_coating_is_seen_in_both():
    check = check_coating(GOOD, loops(5.2, 56e-12, 20))
    assert check.score == pytest.approx(1.3 / 0.7 - 1, abs=0.25)
    assert check.verdict is Verdict.SUSPECT


def test_other_spots_of_the_same_domain_are_no_wear():
    assert check_coating(GOOD, loops(4.0, 80e-12, 40)).verdict is Verdict.GOOD


@pytest.mark.parametrize(("score", "words"), [(0.0, "is still sharp"), (9.0, "no longer sharp")])
def test_the_advice_tells_the_coating_from_the_apex(score, words):
    sharpness = Check("geometric_wear", score, 1.0, "")
    assert words in check_coating(GOOD, loops(5.2, 56e-12, 60), sharpness).advice


def test_without_loops_or_with_spots_too_different_nothing_is_said():
    assert check_coating(GOOD, None).verdict is Verdict.CANNOT_TELL
    wild = ReferenceLoops(50e-12, 6.0, 0.4, 3)
    assert check_coating(GOOD, wild).verdict is Verdict.CANNOT_TELL
