import json
import math
from dataclasses import replace

import pytest

from ai_afm.bench.revisit.benchmark import benchmark, night
from ai_afm.bench.revisit.night import Instrument, NightSpec, draw_scanner
from ai_afm.types import ScanRegion, ScanRequest

SPEC = NightSpec(12 * 3600.0, 7)


def test_a_night_has_the_jumps_and_the_drift_that_are_asked_for():
    scanner = draw_scanner(SPEC)
    sizes = [math.hypot(*size) for _, size in scanner.jumps]
    assert len(sizes) == 3
    assert all(50e-9 <= size <= 300e-9 for size in sizes)
    assert all(1500 <= when <= SPEC.seconds for when, _ in scanner.jumps)
    assert scanner.closed_loop
    assert not draw_scanner(replace(SPEC, open_loop=True)).closed_loop


def test_the_same_seed_draws_the_same_night():
    assert draw_scanner(SPEC) == draw_scanner(SPEC)
    assert draw_scanner(SPEC) != draw_scanner(replace(SPEC, seed=8))


def test_a_look_knows_its_times_and_a_watcher_can_stop_it():
    instrument = Instrument(replace(SPEC, jumps=0))
    request = ScanRequest(ScanRegion((0.5e-6, 0.2e-6), (0.4e-6, 0.3e-6)), (12, 16), 2.0)
    seen = instrument.look(request)
    assert seen.reached
    assert seen.time == pytest.approx(seen.begun + 3.0, abs=0.1)
    assert instrument.clock.now() == pytest.approx(seen.begun + 6.0, abs=0.2)
    times = []
    stopped = instrument.look(
        request, lambda frame, time: not times.append(time) and len(times) < 4
    )
    assert not stopped.reached
    assert len(times) == 4


@pytest.mark.slow
@pytest.mark.parametrize("open_loop", [False, True])
def test_a_target_is_come_back_to_for_an_hour(open_loop):
    row = night(NightSpec(1.2 * 3600.0, 105, open_loop))
    assert row["arrived"]
    assert row["visits"] >= 5
    assert row["rms_error_px_without_unseen_jumps"] <= 2.0
    assert row["lost"] == row["lost_unnoticed"] == 0
    assert row["replay_identical"]


@pytest.mark.slow
def test_the_benchmark_gives_the_keys_of_its_contract():
    result = benchmark(hours=0.5, seed=105)
    assert {"rms_error_px", "p95_error_px", "lost", "lost_unnoticed", "drift_nm_per_min"} <= set(
        result
    )
    assert set(result["rows"]) == {"closed_loop", "open_loop"}
    json.dumps(result, allow_nan=False)
