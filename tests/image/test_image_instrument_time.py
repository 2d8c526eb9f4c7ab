import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.geometry import row_sweep
from ai_afm.image.instrument_time import (
    FORCE_CURVE_SECONDS,
    InstrumentTimes,
    move_seconds,
    path_schedule,
    path_seconds,
    probe_seconds,
    raster_line_rate,
    raster_seconds,
    raster_shape,
    request_seconds,
    scan_seconds,
)
from ai_afm.types import (
    PathRequest,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    Sweep,
    Waveform,
)

TIMES = InstrumentTimes()
REGION = ScanRegion((3e-6, 4e-6), (2e-6, 1e-6))


def test_a_frame_takes_lines_over_line_rate():
    assert scan_seconds(ScanRequest(REGION, (512, 256), 1.0), TIMES) == pytest.approx(512.0)


def test_a_scanner_that_turns_slowly_makes_fast_lines_longer():
    # 50 Hz: 18 ms of line and two turns of 5 ms instead of 1 ms
    assert scan_seconds(ScanRequest(REGION, (100, 256), 50.0), TIMES) == pytest.approx(2.8)


def test_a_move_costs_travel_settling_recovery_and_the_command():
    seconds = move_seconds(5e-6, TIMES)
    assert seconds == pytest.approx(5e-6 / 2e-5 + 0.02 + 0.05 * 0.25 + 0.05 + 0.005)
    assert move_seconds(0.0, TIMES) == pytest.approx(0.075)


@given(a=st.floats(0, 1e-4), b=st.floats(0, 1e-4))
def test_a_longer_move_never_costs_less(a, b):
    near, far = sorted((a, b))
    assert move_seconds(near, TIMES) <= move_seconds(far, TIMES)


def test_a_loop_takes_its_waveform_and_the_command():
    loop = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (0.0, 0.0), Waveform(8.0, 64, 3, 0.01, 0.02))
    assert probe_seconds(loop, TIMES) == pytest.approx(3 * 64 * 0.03 + 0.05)
    force = ProbeRequest(ProbeKind.FORCE_CURVE, (0.0, 0.0), indentation=1e-8)
    assert probe_seconds(force, TIMES) == pytest.approx(FORCE_CURVE_SECONDS + 0.05)


def test_a_request_includes_the_move_to_it_where_the_start_is_known():
    scan = ScanRequest(REGION, (10, 20), 1.0)
    assert request_seconds(scan, None, TIMES) == pytest.approx(10.0)
    # The first pixel lies half a frame, but for half a pixel, to the left and above the centre.
    distance = math.hypot(3e-6 - 0.95e-6, 4e-6 + 0.45e-6)
    expected = 10 + move_seconds(distance, TIMES)
    assert request_seconds(scan, (0.0, 0.0), TIMES) == pytest.approx(expected)


def test_a_raster_has_the_pixels_of_its_area_and_the_speed_of_the_zoom():
    assert raster_shape(REGION, 5e-9) == (200, 400)
    rate = raster_line_rate(REGION, 500e-9, 1.0)
    assert rate == pytest.approx(0.25)
    assert raster_seconds(REGION, 5e-9, rate, TIMES) == pytest.approx(800.0)


# Paths

UM = 1e-6


def row(x0, x1, y, speed=1e-6, pixels=9):
    return Sweep((x0, y), (x1, y), speed, pixels)


def test_a_sweep_there_and_back_takes_two_passes_and_two_turns():
    # 40 nm at 1 um/s: 40 ms a pass, turned within the scanner's shortest time
    alone = PathRequest((row(0.0, 40e-9, 0.0),))
    assert path_seconds(alone, TIMES) == pytest.approx(2 * (0.04 + 0.005))
    # 900 nm: 0.9 s, and a ninth of it for the turn
    long = PathRequest((row(0.0, 900e-9, 0.0),))
    assert path_seconds(long, TIMES) == pytest.approx(2 * (0.9 + 0.1))


def test_a_path_over_all_rows_takes_as_long_as_the_frame():
    frame = ScanRequest(ScanRegion((0.0, 0.0), (2e-6, 1e-6)), (64, 128), 1.0)
    rows = [row_sweep(frame.region, frame.shape, i, (0, 127), frame.tip_speed) for i in range(64)]
    assert path_seconds(PathRequest(tuple(rows)), TIMES) == pytest.approx(
        scan_seconds(frame, TIMES)
    )


def test_one_pixel_of_a_zig_zag_costs_two_crossings_and_two_shortest_turns():
    # policy.md: 2 (2a / v + t_min) with 2a = 8 px of 4 nm at 4 um/s
    zigzag = tuple(row(0.0, 32e-9, 4e-9 * i, 4e-6, 8) for i in range(100))
    assert path_seconds(PathRequest(zigzag), TIMES) == pytest.approx(100 * 2 * (0.008 + 0.005))


def test_a_far_step_between_sweeps_is_a_move_without_a_command():
    far = PathRequest((row(0.0, 40e-9, 0.0), row(0.0, 40e-9, 4e-6)))
    schedule = path_schedule(far, TIMES)
    assert schedule.moved.tolist() == [True, False]
    move = 4e-6 / 2e-5 + 0.02 + 0.05 * 0.2 + 0.005
    assert schedule.links.tolist() == pytest.approx([0.005 + move, 0.005])
    slow = path_schedule(replace(far, travel_speed=5e-6), TIMES)
    assert slow.links[0] - schedule.links[0] == pytest.approx(4e-6 / 5e-6 - 4e-6 / 2e-5)


def test_a_line_of_variable_speed_turns_only_at_its_ends():
    out = (
        row(0.0, UM, 0.0, 1e-5),
        row(UM, 1.04 * UM, 0.0, 1e-6),
        row(1.04 * UM, 2 * UM, 0.0, 1e-5),
    )
    line = PathRequest(out, both_ways=False)
    passes = 0.1 + 0.04 + 0.096
    turn = 0.096 / 9
    assert path_seconds(line, TIMES) == pytest.approx(passes + 2 * 0.003 + turn)


def test_a_serpentine_of_single_passes_turns_once_a_line():
    lines = (row(0.0, 900e-9, 0.0), row(900e-9, 0.0, 20e-9), row(0.0, 900e-9, 40e-9))
    assert path_seconds(PathRequest(lines, both_ways=False), TIMES) == pytest.approx(
        3 * (0.9 + 0.1)
    )


def test_a_request_for_a_path_includes_the_move_to_its_first_sweep():
    path = PathRequest((row(3e-6, 3.1e-6, 4e-6),))
    expected = path_seconds(path, TIMES) + move_seconds(5e-6, TIMES)
    assert request_seconds(path, (0.0, 0.0), TIMES) == pytest.approx(expected)


points = st.tuples(st.floats(-5e-6, 5e-6), st.floats(-5e-6, 5e-6))
sweeps = st.builds(Sweep, points, points, st.floats(1e-7, 2e-5), st.integers(1, 50))


@given(st.lists(sweeps, min_size=2, max_size=6), st.booleans())
def test_a_path_never_takes_longer_than_its_parts_with_moves_between(parts, both_ways):
    whole = PathRequest(tuple(parts), both_ways=both_ways)
    ends = [p.start if both_ways else p.end for p in parts]
    # Settling, recovery and a change of speed are the most that a way between sweeps can add.
    apart = sum(path_seconds(replace(whole, sweeps=(p,)), TIMES) for p in parts)
    for end, after in zip(ends, parts[1:], strict=False):
        apart += move_seconds(math.dist(end, after.start), TIMES) + TIMES.speed_change
    assert path_seconds(whole, TIMES) <= apart * (1 + 1e-12)


@given(st.lists(sweeps, min_size=1, max_size=6), st.booleans())
def test_the_durations_of_sweeps_add_up_to_the_path(parts, both_ways):
    request = PathRequest(tuple(parts), both_ways=both_ways)
    schedule = path_schedule(request, TIMES)
    assert schedule.durations.shape == (len(parts),)
    assert (schedule.durations >= schedule.passes).all()
    assert schedule.durations.sum() == pytest.approx(path_seconds(request, TIMES))
