"""The probing benchmark in small, and its generator tied to the twin."""

import json

import numpy as np
import pytest

from ai_afm.bench.probe import blind, coverage
from ai_afm.bench.probe.bad_fits import measure
from ai_afm.bench.probe.benchmark import QUESTION, benchmark
from ai_afm.bench.probe.setting import Setting
from ai_afm.bench.probe.station import Build
from ai_afm.bench.probe.trial import ask
from ai_afm.microscope.simulated.switching_films import alike_at_walls
from ai_afm.survey.question.answer import Decision
from ai_afm.survey.question.registration import Question
from ai_afm.survey.question.units import replicates

KEYS = {
    "null_false_positive",
    "power",
    "ci_coverage",
    "events_valid_per_night",
    "events_total",
    "events_raster_night",
    "events_naive_night",
    "dot_overlap",
    "charge_false_switchable",
    "bad_fit_detected",
    "fit_ms",
    "bias_zero_before_lift",
}


@pytest.fixture(scope="module")
def outcome():
    return ask(Question("wall", "bulk", "nucleation bias", 0.01, units=8), Build(150, ALIKE))


ALIKE = alike_at_walls()


def test_a_trial_keeps_the_rules_and_reads_only_the_native_state(outcome):
    assert outcome.answer.units == 8
    assert outcome.night.overlaps == 0
    assert outcome.station.quiet == outcome.station.looked > 0
    assert outcome.answer.decision is not Decision.EQUIVALENT
    first = [r.arm for r in outcome.night.readings[::2]]
    assert set(first) == {"wall", "bulk"}


def test_the_generator_scatters_as_the_twin_does(outcome):
    rng, question = np.random.default_rng(1), outcome.answer.question
    design = coverage.Design(400, (2, 2), 0.0, 0.0)
    drawn = replicates(QUESTION, coverage.readings(design, coverage.Scatter(effect=0.0), rng))
    twin = replicates(question, outcome.night.readings)
    # 8 units of the twin know their own scatter to a quarter
    assert twin.differences.std(ddof=1) == pytest.approx(drawn.differences.std(), rel=0.6)
    means = np.array([u.means for u in twin.units])
    assert means.mean() == pytest.approx(coverage.Scatter().middle, abs=1.0)


def test_a_spoiled_loop_is_noticed_and_a_clean_one_is_not():
    found = measure(151, 6)
    assert found.caught >= 0.9 * found.misled
    assert found.refused <= 1


def test_a_night_of_blind_loops_is_disturbed_by_its_own_dots(monkeypatch):
    monkeypatch.setattr(blind, "HOURS", 0.5)
    setting = Setting(152)
    naive, thinned = blind.naive(setting, 4e-8), blind.thinned(setting, 4e-8)
    assert thinned.valid > naive.valid
    assert thinned.overlaps == 0


@pytest.mark.slow
def test_the_benchmark_keeps_its_contract():
    result = benchmark(worlds=2, seed=153, night_hours=0.05)
    assert set(result) >= KEYS
    assert json.loads(json.dumps(result)) is not None
    assert result["dot_overlap"] == 0
    assert result["bias_zero_before_lift"] == 1.0
    assert result["events_valid_per_night"] > result["events_naive_night"]
