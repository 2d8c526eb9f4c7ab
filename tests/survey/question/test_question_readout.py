"""The first half-cycle and the judge, on loops drawn by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ai_afm.survey.question.quality import judge
from ai_afm.survey.question.readout import plateaus, read_native, read_written
from ai_afm.types import Measurement, ProbeKind, ProbeRequest, Spectrum, Waveform

STEPS = 80


def loop(onset=4.0, back=-4.0, native=1.0, polarity=1, noise=0.01, cycles=2, seed=0) -> Spectrum:
    """A place that switches at `onset` V and back at `back` V, read off field at 0.7 rad."""
    wave = Waveform(10.0, STEPS, cycles, first_polarity=polarity)
    one = polarity * 10.0 * (1 - np.abs((np.arange(STEPS) / (STEPS / 4) + 1) % 4 - 2))
    bias = np.tile(one, cycles)
    state, values = native, []
    for v in bias:
        if polarity * v >= onset:
            state = -1.0
        elif polarity * v <= back:
            state = 1.0
        values.append(state)
    rng = np.random.default_rng(seed)
    z = np.array(values) + noise * (rng.standard_normal(len(bias)) * (1 + 0j))
    z = (z + 1j * noise * rng.standard_normal(len(bias))) * np.exp(0.7j) + (0.2 - 0.1j)
    off = np.tile([False, True], len(bias))
    response = np.full(2 * len(bias), np.nan, np.complex64)
    response[off] = z
    return Spectrum(
        request=ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (0.0, 0.0), wave),
        time=np.arange(2.0 * len(bias)),
        bias=np.where(off, 0, np.repeat(bias, 2)).astype(np.float32),
        response=response,
        on_field=~off,
        cycle=np.repeat(np.arange(cycles), 2 * STEPS).astype(np.int32),
        write_bias=np.repeat(bias, 2).astype(np.float32),
        response_unit="m",
        measurement=Measurement(),
        extra={},
    )


@pytest.mark.parametrize("polarity", [1, -1])
def test_the_onset_is_the_first_bias_after_which_the_place_has_switched(polarity):
    read = read_native(loop(onset=4.3, polarity=polarity))
    assert read.onset == pytest.approx(polarity * 4.5)
    assert read.step == pytest.approx(0.5)
    assert read.value("nucleation bias") == pytest.approx(4.5)
    assert math.isnan(read.value("wall-jump bias"))
    assert read.swing == pytest.approx(2.0, rel=0.02)


def test_a_wall_under_the_tip_gives_a_jump_and_no_nucleation():
    read = read_native(loop(onset=1.8, native=0.1))
    assert read.mixed
    assert read.value("wall-jump bias") == pytest.approx(2.0)
    assert math.isnan(read.value("nucleation bias"))


def test_later_cycles_do_not_change_what_the_first_half_cycle_says():
    spectrum = loop(onset=6.0, cycles=3)
    seeded = loop(onset=3.0, cycles=3)
    first = spectrum.cycle == 0
    mixed = replace(spectrum, response=np.where(first, spectrum.response, seeded.response))
    assert read_native(mixed).onset == pytest.approx(6.0)
    written = read_written(mixed)
    assert len(written) == 2
    assert written[0].coercive_plus == pytest.approx(2.75, abs=0.3)


def test_plateaus_are_the_levels_before_between_and_after():
    before, between, after = plateaus(loop())
    assert abs(before - after) < 0.05
    assert abs(between - before) == pytest.approx(2.0, rel=0.02)


def test_a_good_loop_is_good():
    quality = judge(loop())
    assert quality.is_good, quality.reasons
    assert quality.r2 > 0.95
    assert quality.closure < 0.03


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda z, n: np.where(n < 50, z, z * np.exp(0.9j)), "axis"),
        (lambda z, n: np.where(n < 120, z, 0.1 * z), "axis|start"),
        (lambda z, n: z + 3.0 * n / len(n), "start"),
        (lambda z, n: np.where((n > 60) & (n < 100), np.nan, z), "missing"),
        (lambda z, n: np.where(n % 7 == 0, z + 5, z), "missing or off"),
        (lambda z, n: z[0] + 0.01 * np.sin(n), "swing is only"),
    ],
    ids=["phase slip", "lost contact", "drift", "gap", "spikes", "not switched"],
)
def test_a_spoiled_loop_is_bad_and_says_why(spoil, word):
    spectrum = loop(cycles=1)
    n = np.arange(len(spectrum.response))
    z = np.where(spectrum.on_field, spectrum.response[1], spectrum.response)
    z = np.where(spectrum.on_field, np.nan, spoil(z, n))
    reasons = " ".join(judge(replace(spectrum, response=z.astype(np.complex64))).reasons)
    assert any(w in reasons for w in word.split("|")), reasons


def test_a_loop_that_ends_before_it_is_saturated_is_bad():
    assert any("sixth" in text for text in judge(loop(onset=9.6)).reasons)


def test_noise_alone_is_bad():
    spectrum = loop()
    rng = np.random.default_rng(1)
    z = (rng.standard_normal(len(spectrum.time)) + 0j).astype(np.complex64)
    assert not judge(replace(spectrum, response=z)).is_good


def test_an_empty_loop_has_no_onset():
    spectrum = loop()
    nothing = np.full(len(spectrum.response), np.nan, np.complex64)
    assert math.isnan(read_native(replace(spectrum, response=nothing)).onset)
    assert not judge(replace(spectrum, response=nothing)).is_good
