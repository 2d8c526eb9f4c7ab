"""The charge verdict: what each test says, and what only all three together may say."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ai_afm.bench.probe.charge import examine, film
from ai_afm.microscope.simulated.loops import ProbeNoise, TipProperties, measure
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.sample import build_world
from ai_afm.microscope.simulated.spec import DomainSpec, ReliefSpec, ResponseSpec, WorldSpec
from ai_afm.microscope.simulated.switching import SwitchingSettings
from ai_afm.survey.intervals import Estimate
from ai_afm.survey.question.charge import (
    TESTS,
    Clue,
    Points,
    Verdict,
    ac_clue,
    read_clue,
    retention_clue,
    verdict,
)
from ai_afm.types import ProbeKind, ProbeRequest, Waveform

LOOP = Waveform(amplitude=10.0, steps=48, cycles=2)
TIP = TipProperties(g_es=1e-12, phase=0.4)


def clues(*points: Points) -> list[Clue]:
    nothing = Estimate(math.nan, -math.inf, math.inf)
    return [Clue(t, p, nothing, t) for t, p in zip(TESTS, points, strict=False)]


def loops(piezo: float, settings: SwitchingSettings, waveforms: list[Waveform]):
    """Loops 400 nm apart on a single domain, or on a film that has none."""
    domains = DomainSpec("irregular", 40e-6, bias=0.9) if piezo else None
    relief, response = ReliefSpec(), ResponseSpec(piezo=piezo, mottle=0.0)
    spec = WorldSpec("film", 3, 8e-6, domains, None, None, relief, response)
    sample, rng = SwitchingSample(build_world(spec), 1, settings), np.random.default_rng(2)
    noise = ProbeNoise(response=3e-14)
    places = [(x, y) for x in np.arange(-3e-6, 3e-6, 4e-7) for y in (-1e-6, 0.0, 1e-6)]
    return [
        measure(sample, ProbeRequest(ProbeKind.HYSTERESIS_LOOP, at, wave), TIP, noise, rng, 1e3 * k)
        for k, (at, wave) in enumerate(zip(places, waveforms, strict=False))
    ]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ((Points.POLARISATION,) * 3, Verdict.CONSISTENT),
        ((Points.POLARISATION,) * 2, Verdict.OPEN),
        ((Points.POLARISATION, Points.POLARISATION, Points.UNCLEAR), Verdict.OPEN),
        ((Points.UNCLEAR, Points.CHARGE, Points.CHARGE), Verdict.CHARGE),
        ((Points.POLARISATION, Points.CHARGE, Points.CHARGE), Verdict.OPEN),
        ((), Verdict.OPEN),
    ],
    ids=["all three", "one missing", "one unclear", "two for charge", "contradiction", "none"],
)
def test_only_three_tests_that_agree_allow_polarisation(points, expected):
    found = verdict(clues(*points))
    assert found.verdict is expected
    assert len(found.missing) == 3 - len(points)
    assert "ferroelectric" not in found.sentence


def test_the_ac_narrows_the_window_of_a_polar_film_by_twice_itself():
    waves = [replace(LOOP, drive=d) for d in (0.5, 1.5, 2.5) for _ in range(4)]
    found = ac_clue(loops(40e-12, SwitchingSettings(ac_share=1.0), waves))
    assert found.points is Points.POLARISATION
    assert found.value.covers(-2.0)


def test_an_ac_that_does_not_help_leaves_the_test_unclear():
    waves = [replace(LOOP, drive=d) for d in (0.5, 1.5, 2.5) for _ in range(4)]
    assert ac_clue(loops(40e-12, SwitchingSettings(), waves)).points is Points.UNCLEAR


def test_two_drives_are_too_few():
    waves = [replace(LOOP, drive=d) for d in (0.5, 1.5) for _ in range(4)]
    found = ac_clue(loops(40e-12, SwitchingSettings(ac_share=1.0), waves))
    assert found.points is Points.UNCLEAR


def test_trapped_charge_needs_no_more_potential_than_the_bias_gave():
    trap = SwitchingSettings(injection=0.8, charge_life=60.0, injection_time=0.02)
    waves = [replace(LOOP, read_bias=v) for v in (-1.0, 0.0, 1.0) for _ in range(4)]
    found = read_clue(loops(0.0, trap, waves))
    assert found.points is Points.CHARGE
    assert found.value.high < 20.0


def test_a_strong_response_needs_more_potential_than_any_bias_gave():
    waves = [replace(LOOP, read_bias=v) for v in (-1.0, 0.0, 1.0) for _ in range(4)]
    settings = SwitchingSettings(injection=0.0, reversible=0.0)
    found = read_clue(loops(40e-12, settings, waves))
    assert found.points is Points.POLARISATION
    # opening over slope: 2 x 40 pm/V over 1 pm/V^2
    assert found.value.covers(80.0)


@pytest.mark.parametrize(
    ("late", "expected"),
    [(0.97, Points.POLARISATION), (0.7, Points.UNCLEAR), (0.1, Points.CHARGE)],
)
def test_what_stays_is_told_from_what_fades(late, expected):
    rng = np.random.default_rng(0)
    early = 2 + 0.3 * rng.standard_normal(6)
    found = retention_clue(early, late * early + 0.02 * rng.standard_normal(6), (10.0, 600.0))
    assert found.points is expected
    assert found.value.covers(late)


def test_no_contrast_or_too_few_pairs_are_unclear():
    assert retention_clue([1.0, -1.0, 0.2, -0.3], [0.0] * 4, (1, 9)).points is Points.UNCLEAR
    assert retention_clue([1.0, math.nan, 1.0], [1.0] * 3, (1, 9)).points is Points.UNCLEAR


def test_a_hysteretic_film_without_polarisation_is_not_called_consistent():
    assert examine(film(105, polarised=False)).verdict is Verdict.CHARGE


def test_a_polar_film_may_be_called_consistent():
    assert examine(film(105, polarised=True)).verdict is Verdict.CONSISTENT
