import math

import numpy as np
import pytest

from ai_afm.bench.health import broken
from ai_afm.bench.health.benchmark import DETECTORS, benchmark
from ai_afm.bench.health.live import FAULTY_LINES, ONSET, live_trials
from ai_afm.bench.health.probing import probe_trials
from ai_afm.bench.health.regular import patch_trials
from ai_afm.bench.health.worlds import KINDS, draw_bench
from ai_afm.types import Direction, Mode


@pytest.fixture(scope="module")
def benches():
    return [draw_bench(190, number) for number in range(len(KINDS))]


def test_all_kinds_and_modes_take_turns(benches):
    assert {b.kind for b in benches} == set(KINDS)
    assert {b.mode for b in benches} == {
        Mode.PFM_DART, Mode.PFM_SINGLE_FREQUENCY, Mode.PFM_OFF_RESONANCE, Mode.TAPPING
    }  # fmt: skip


def test_the_same_seed_and_number_scan_the_same_frame():
    first, second = (draw_bench(190, 3).frame((16, 40), 2) for _ in range(2))
    np.testing.assert_array_equal(
        first.data["height", Direction.TRACE], second.data["height", Direction.TRACE]
    )


def test_a_healthy_bench_has_one_apex_and_steady_drifts(benches):
    for settings in (bench.settings for bench in benches):
        assert settings.tip.second is None
        assert settings.scanner.closed_loop
        assert settings.noise.gain_drift <= 0.05
        assert settings.noise.resonance_drift * settings.mechanics.quality <= 0.1 + 1e-12


def test_a_fault_sets_in_at_its_line_and_not_before():
    bench = draw_bench(190, 0)
    healthy, other = (bench.frame((20, 40), 1), bench.frame((20, 40), 1, broken.ringing(bench)))
    image = broken.from_line(healthy, other, 8).data["height", Direction.TRACE]
    np.testing.assert_array_equal(image[:8], healthy.data["height", Direction.TRACE][:8])
    assert not np.allclose(image[8:], healthy.data["height", Direction.TRACE][8:], atol=1e-10)


def test_the_worn_coating_has_the_severity_of_the_issue():
    bench = draw_bench(190, 0)
    worn, new = broken.worn_coating(bench).tip, bench.settings.tip
    assert worn.gain / new.gain == pytest.approx(0.7)
    assert 1 / worn.bias_share == pytest.approx(1.3)
    assert worn.worn_radius == new.worn_radius


def test_a_live_fault_is_found_within_a_few_blocks():
    trials = live_trials(draw_bench(190, 1), 1)
    contact = trials["lost_contact"]
    assert contact.alarms == 0
    assert contact.delays[0] <= 64
    assert min(contact.faulty) > 0.9
    assert len(contact.faulty) == (FAULTY_LINES - ONSET) // 16
    assert set(trials) <= set(DETECTORS)


def test_regular_checks_tell_the_broken_from_the_healthy():
    number = KINDS.index("irregular")
    bench = draw_bench(190, number)
    trials = patch_trials(bench) | probe_trials(bench)
    assert max(trials["load_drift"].healthy) < trials["load_drift"].faulty[0]
    coating = trials["electrical_wear"]
    assert max(coating.healthy) < coating.faulty[0]
    copies = trials["double_tip"]
    assert all(math.isnan(h) or h < copies.faulty[0] for h in copies.healthy)


def test_the_benchmark_keeps_its_contract_and_repeats_itself():
    first, second = (benchmark(seed=190, worlds=1) for _ in range(2))
    assert first["night_hours"] == 8
    assert set(first["detectors"]) == set(DETECTORS)
    for found in first["detectors"].values():
        assert {"auroc", "false_alarms_per_night", "delay_lines", "worlds"} <= set(found)
    assert repr(first) == repr(second)


@pytest.mark.slow
def test_every_detector_reaches_its_goal():
    for name, found in benchmark(seed=191, worlds=120)["detectors"].items():
        assert found["auroc"] >= 0.95, name
        assert found["false_alarms_per_night"] <= 1, name
