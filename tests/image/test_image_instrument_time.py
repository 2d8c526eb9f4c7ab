import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.image.instrument_time import (
    FORCE_CURVE_SECONDS,
    InstrumentTimes,
    move_seconds,
    probe_seconds,
    raster_line_rate,
    raster_seconds,
    raster_shape,
    request_seconds,
    scan_seconds,
)
from ai_afm.types import ProbeKind, ProbeRequest, ScanRegion, ScanRequest, Waveform

TIMES = InstrumentTimes()
REGION = ScanRegion((3e-6, 4e-6), (2e-6, 1e-6))


def test_a_frame_takes_lines_over_line_rate():
    assert scan_seconds(ScanRequest(REGION, (512, 256), 1.0), TIMES) == pytest.approx(512.0)


def test_a_scanner_that_turns_slowly_makes_fast_lines_longer():
    # 50 Hz: 18 ms of line and two turns of 5 ms instead of 1 ms
    assert scan_seconds(ScanRequest(REGION, (100, 256), 50.0), TIMES) == pytest.approx(2.8)


def test_a_move_costs_travel_settling_and_the_command():
    seconds = move_seconds(5e-6, TIMES)
    assert seconds == pytest.approx(5e-6 / 2e-5 + 0.02 + 0.05 * 0.25 + 0.05)
    assert move_seconds(0.0, TIMES) == pytest.approx(0.07)


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
    assert request_seconds(scan, (0.0, 0.0), TIMES) == pytest.approx(10 + move_seconds(5e-6, TIMES))


def test_a_raster_has_the_pixels_of_its_area_and_the_speed_of_the_zoom():
    assert raster_shape(REGION, 5e-9) == (200, 400)
    rate = raster_line_rate(REGION, 500e-9, 1.0)
    assert rate == pytest.approx(0.25)
    assert raster_seconds(REGION, 5e-9, rate, TIMES) == pytest.approx(800.0)
