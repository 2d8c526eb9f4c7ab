"""Additions to the switching twin: pinned walls, an AC that helps, charge that the AC releases."""

import math

import numpy as np
import pytest
from switching_worlds import FlatWorld

from ai_afm.microscope.simulated.loops import ProbeNoise, TipProperties, measure
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.relaxation import relaxed
from ai_afm.microscope.simulated.switching import Site, SpotState, SwitchingSettings, advance
from ai_afm.microscope.simulated.switching_films import alike_at_walls, ionic, polar, trapping
from ai_afm.types import ProbeKind, ProbeRequest, Waveform


def onset(settings: SwitchingSettings, drive: float, seed: int, wall: float | None = None) -> float:
    """First bias after which an up domain reads negative."""
    sample = SwitchingSample(FlatWorld(wall=wall), seed, settings)
    wave = Waveform(8.0, 96, 1, drive=drive)
    request = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (0.0, 0.0), wave)
    tip = TipProperties(g_es=0.0)
    loop = measure(sample, request, tip, ProbeNoise(), np.random.default_rng(0), 0.0)
    off = ~loop.on_field
    return float(loop.write_bias[off][np.argmax(loop.response.real[off] < 0)])


def test_the_ac_lowers_the_onset_by_its_share():
    still = [onset(SwitchingSettings(), 2.0, seed) for seed in range(8)]
    helped = [onset(SwitchingSettings(ac_share=0.5), 2.0, seed) for seed in range(8)]
    # a nucleus comes 1 V earlier, but has half of the time to grow to what the tip feels
    assert 0.4 < np.mean(still) - np.mean(helped) < 1.2


def test_an_ac_beyond_the_coercive_bias_leaves_no_loop():
    settings = SwitchingSettings(ac_share=1.0, injection=0.0)
    sample = SwitchingSample(FlatWorld(imprint=0.3), 1, settings)
    wave = Waveform(4.0, 48, 2, drive=8.0)
    request = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (0.0, 0.0), wave)
    tip = TipProperties(g_es=0.0)
    loop = measure(sample, request, tip, ProbeNoise(), np.random.default_rng(0), 0.0)
    off = ~loop.on_field & (loop.cycle == 1)
    # what the imprint prefers is what every reading leaves
    assert len(set(np.sign(loop.response.real[off]))) == 1


def test_a_pinned_native_wall_does_not_move():
    sample = SwitchingSample(FlatWorld(wall=-3e-8), 1, alike_at_walls())
    request = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (0.0, 0.0), Waveform(8.0, 48, 1))
    measure(sample, request, TipProperties(), ProbeNoise(), np.random.default_rng(0), 0.0)
    assert "WallShift" not in {type(i).__name__ for i in sample.history}


def test_beside_a_wall_that_is_alike_the_onset_is_that_of_the_bulk():
    beside = [onset(alike_at_walls(), 1.0, seed, wall=-1.5e-8) for seed in range(12)]
    bulk = [onset(alike_at_walls(), 1.0, 100 + seed) for seed in range(12)]
    spread = math.hypot(np.std(beside), np.std(bulk)) / math.sqrt(12)
    assert abs(np.mean(beside) - np.mean(bulk)) < 3 * spread + 0.05


def test_the_ac_shakes_charge_out_of_its_traps():
    settings = SwitchingSettings(ac_release=2.0, charge_life=10.0, injection=0.0)
    site = Site(3.0, 0.0, False, 1, math.inf)
    for drive, life in ((0.0, 10.0), (2.0, 5.0), (4.0, 2.0)):
        left = relaxed(SpotState(charge=1.0), (0.0, 3.0), site, settings, drive).charge
        assert left == pytest.approx(math.exp(-3.0 / life))


def test_without_a_share_the_ac_changes_nothing():
    site = Site(3.0, 0.0, True, 1, math.inf)
    a = advance(SpotState(), (4.0, 0.1), site, SwitchingSettings(), np.random.default_rng(1))
    b = advance(SpotState(), (4.0, 0.1), site, SwitchingSettings(), np.random.default_rng(1), 5.0)
    assert a == b


@pytest.mark.parametrize("draw", [polar, trapping, ionic])
def test_drawn_films_stay_within_physics(draw):
    for seed in range(20):
        settings = draw(np.random.default_rng(seed))
        assert 0 <= settings.injection <= 1
        assert settings.charge_life > 0
        assert 0 <= settings.ac_share <= 1
