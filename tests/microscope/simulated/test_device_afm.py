import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from device_samples import Analytic, ideal

from ai_afm.errors import ConfigError, InstrumentError, LinkLost, SafetyStop, ScanTimeout
from ai_afm.geometry import line_ends, pixel_grid
from ai_afm.microscope.base import Feedback, TipState
from ai_afm.microscope.simulated.afm import SimulatedAfm, open_simulated
from ai_afm.microscope.simulated.clock import AcceleratedClock, InstantClock, RealClock
from ai_afm.microscope.simulated.faults import parse_fault
from ai_afm.microscope.simulated.modes import Detection
from ai_afm.microscope.simulated.noise import NoiseSettings
from ai_afm.microscope.simulated.scanner import ScannerSettings
from ai_afm.microscope.simulated.settings import DeviceSettings
from ai_afm.types import (
    Direction,
    Drive,
    LineFlag,
    Mode,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    SlowDirection,
    Waveform,
)

REGION = ScanRegion((1e-6, -2e-6), (1.0e-6, 0.6e-6), 0.3)
REQUEST = ScanRequest(REGION, (6, 10), 2.0, drive=Drive(1.5, None, 0.5))
QUICK = {"extent_nm": 4000.0, "world": "stripes"}


def device(*faults, imaging=None, sample=None, clock=None, **settings):
    settings = {"faults": tuple(map(parse_fault, faults)), "imaging": imaging or ideal()} | settings
    return SimulatedAfm(sample or Analytic(), DeviceSettings(**settings), clock or InstantClock())


def loop_request(x=0.0, y=0.0, amplitude=6.0):
    waveform = Waveform(amplitude, steps=16, cycles=2, on_time=1e-3, off_time=1e-3)
    return ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (x, y), waveform)


# What a scan yields


def test_each_line_arrives_as_trace_and_retrace_from_the_top():
    lines = list(device().scan(REQUEST))
    assert [(line.index, line.direction) for line in lines] == [
        (i, d) for i in range(6) for d in (Direction.TRACE, Direction.RETRACE)
    ]
    assert {name: v.shape for name, v in lines[0].channels.items()} == dict.fromkeys(
        ("height", "amplitude", "phase", "deflection"), (10,)
    )


def test_an_upward_scan_begins_at_the_bottom():
    lines = list(device().scan(replace(REQUEST, slow_direction=SlowDirection.UP)))
    assert [line.index for line in lines[::2]] == [5, 4, 3, 2, 1, 0]
    assert (lines[0].start, lines[0].end) == line_ends(REGION, (6, 10), 5)


def test_an_ideal_instrument_shows_the_world():
    sample = Analytic()
    x, y = pixel_grid(REGION, (6, 10))
    for line in device(sample=sample).scan(REQUEST):
        truth = sample.height(x, y)[line.index]
        assert line.channels["height"] == pytest.approx(truth, abs=1e-15)


def test_lines_carry_where_the_instrument_believes_to_be_while_the_sample_drifts():
    scanner = ScannerSettings(tilt=(0, 0), bow=0.0, drift=(2e-9, 0.0), drift_period=1e9)
    afm = device(imaging=ideal(scanner=scanner))
    lines = list(afm.scan(REQUEST))
    assert (lines[-1].start, lines[-1].end) == line_ends(REGION, (6, 10), 5)
    now = afm.state().time
    assert afm.true_position((0.0, 0.0)) == (pytest.approx(2e-9 * now), 0.0)


def test_only_the_wanted_channels_come():
    lines = list(device().scan(replace(REQUEST, channels=("phase", "height"))))
    assert set(lines[0].channels) == {"phase", "height"}


def test_dart_also_records_the_frequency():
    afm = device(imaging=ideal(detection=Detection(Mode.PFM_DART, 350e3, 0.0)))
    line = next(afm.scan(REQUEST))
    assert line.channels["frequency"] == pytest.approx(350e3, rel=1e-3)
    assert afm.measurement().drive_frequencies == (347.5e3, 352.5e3)
    assert [c.name for c in afm.capabilities.channels] == list(
        dict.fromkeys(["height", "amplitude", "phase", "deflection", *line.channels])
    )


def test_two_scans_of_a_session_have_different_noise_and_two_sessions_the_same():
    noisy = ideal(noise=NoiseSettings())
    one, two = device(imaging=noisy), device(imaging=noisy)
    first, again = (next(afm.scan(REQUEST)).channels["height"] for afm in (one, two))
    second = next(one.scan(REQUEST)).channels["height"]
    assert (first == again).all()
    assert not (first == second).any()


# Time


def test_the_clock_passes_the_time_of_travel_and_lines():
    clock = InstantClock()
    afm = device(clock=clock)
    lines = list(afm.scan(REQUEST))
    can = afm.capabilities
    distance = np.hypot(*line_ends(REGION, (6, 10), 0)[0])
    travel = can.command_latency + distance / can.travel_speed + can.settle + can.recovery
    travel += can.settle_per_range * distance / can.scanner_range.size[0]
    assert lines[0].time == pytest.approx(travel + 0.25)
    assert clock.now() == pytest.approx(travel + 6 / 2.0)


def test_fast_lines_are_bound_by_the_shortest_turn():
    clock = InstantClock()
    afm = device(clock=clock)
    lines = list(afm.scan(replace(REQUEST, line_rate=50.0)))
    # 0.9 / (2 x 50 Hz) + 5 ms a pass instead of 0.01 s
    assert np.diff([line.time for line in lines]) == pytest.approx(0.009 + 0.005)


def test_an_accelerated_clock_paces_the_lines():
    clock = AcceleratedClock(200.0)
    times = [line.time for line in device(clock=clock).scan(REQUEST)]
    assert np.diff(times).min() >= 0.25 - 1e-9


# Bias


def test_bias_and_drive_are_on_only_while_scanning():
    afm = device()
    lines = afm.scan(REQUEST)
    assert (afm.state().bias, afm.state().drive) == (0.0, 0.0)
    next(lines)
    state = afm.state()
    assert (state.bias, state.drive, state.scanning, state.tip) == (
        0.5,
        1.5,
        True,
        TipState.ENGAGED,
    )
    list(lines)
    state = afm.state()
    assert (state.bias, state.drive, state.scanning) == (0.0, 0.0, False)


def test_closing_the_iterator_stops_the_scan_and_leaves_no_bias():
    sample = Analytic()
    afm = device(sample=sample)
    lines = afm.scan(REQUEST)
    for _ in range(3):
        next(lines)
    lines.close()
    assert (afm.state().bias, afm.state().drive) == (0.0, 0.0)
    assert [x.shape for x, *_ in sample.exposed] == [(2, 10)]  # only what was scanned is remembered


def test_the_bias_outlives_a_killed_process_and_stop_takes_it_off(tmp_path):
    file = tmp_path / "bias.json"
    afm = device(bias_file=file)
    lines = afm.scan(REQUEST)
    next(lines)
    again = device(bias_file=file)  # another process opens the same instrument
    assert (again.state().bias, again.state().drive) == (0.5, 1.5)
    again.stop()
    assert json.loads(file.read_text()) == {"bias": 0.0, "drive": 0.0}
    lines.close()


def test_a_stuck_bias_source_is_found_by_reading_back_and_the_tip_is_not_lifted():
    afm = device("bias_stuck@1:2")
    with pytest.raises(SafetyStop, match=r"0\.5 V DC"):
        list(afm.scan(REQUEST))
    with pytest.raises(SafetyStop):
        afm.withdraw()
    assert afm.state().tip is TipState.ENGAGED
    with pytest.raises(SafetyStop):
        afm.scan(REQUEST)


# Stop, park, withdraw


def test_stop_from_another_thread_ends_the_scan_after_the_pass():
    afm = device()
    lines = afm.scan(REQUEST)
    next(lines)
    thread = threading.Thread(target=afm.stop)
    thread.start()
    thread.join()
    assert list(lines) == []
    assert afm.state().tip is TipState.ENGAGED


def test_stop_need_not_wait_for_the_end_of_a_slow_pass():
    afm = device(clock=RealClock())
    lines = afm.scan(replace(REQUEST, region=ScanRegion((0, 0), (1e-7, 1e-7)), line_rate=0.01))
    timer = threading.Timer(0.05, afm.stop)
    begin = time.monotonic()
    timer.start()
    assert list(lines) == []
    timer.join()
    assert time.monotonic() - begin < 5.0  # a pass lasts 50 s


def test_a_parked_tip_can_scan_again():
    afm = device()
    list(afm.scan(REQUEST))
    afm.park()
    assert afm.state().tip is TipState.PARKED
    assert len(list(afm.scan(REQUEST))) == 12


def test_withdraw_is_latched_until_a_person_clears_it():
    afm = device()
    lines = afm.scan(REQUEST)
    next(lines)
    afm.withdraw()
    assert list(lines) == []
    afm.park()
    assert afm.state().tip is TipState.WITHDRAWN
    with pytest.raises(SafetyStop, match="clear"):
        afm.scan(REQUEST)
    afm.clear()
    assert len(list(afm.scan(REQUEST))) == 12


# Refusals


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"region": ScanRegion((9.6e-6, 0), (1e-6, 1e-6), 0.1)}, id="outside"),
        pytest.param({"line_rate": 101.0}, id="too fast"),
        pytest.param({"line_rate": float("nan")}, id="no rate"),
        pytest.param({"shape": (6, 5000)}, id="too many pixels"),
        pytest.param({"shape": (0, 10)}, id="no lines"),
        pytest.param({"channels": ("height", "colour")}, id="unknown channel"),
        pytest.param({"drive": Drive(1.0, None, -10.5)}, id="too much bias"),
    ],
)
def test_what_the_instrument_cannot_do_is_refused_before_anything_moves(change):
    clock = InstantClock()
    afm = device(clock=clock)
    with pytest.raises(InstrumentError):
        afm.scan(replace(REQUEST, **change))
    assert clock.now() == 0.0


def test_a_request_is_accepted_as_it_is_unless_the_controller_rounds_pixels():
    assert device().accept(REQUEST) == REQUEST
    assert device(pixel_multiple=16).accept(REQUEST).shape == (6, 16)


# Faults


def test_a_lost_link_is_an_error_and_answers_again_later():
    clock = InstantClock()
    afm = device("link_lost@1:3=60", clock=clock)
    with pytest.raises(LinkLost):
        list(afm.scan(REQUEST))
    with pytest.raises(LinkLost):
        afm.state()
    clock.sleep(61.0)
    assert afm.state().bias == 0.5  # nobody could take it off
    afm.stop()
    assert afm.state().bias == 0.0


def test_a_stall_longer_than_the_time_out_ends_the_scan_with_the_bias_off():
    afm = device("line_stall@1:2=100", line_timeout=5.0)
    lines = []
    with pytest.raises(ScanTimeout, match="5 s"):
        lines.extend(iter_until_error(afm.scan(REQUEST), lines))
    assert len(lines) == 4
    assert afm.state().bias == 0.0


def iter_until_error(source, lines):
    for line in source:
        lines.append(line)
    return []


def test_a_short_stall_only_takes_time():
    times = [line.time for line in device("line_stall@1:2=3").scan(REQUEST)]
    assert np.diff(times).max() == pytest.approx(0.25 + 3.0)


def test_faults_touch_only_their_lines():
    lines = list(device("nan_line@1:2x2", "saturate@1:5").scan(REQUEST))
    bad = [line.index for line in lines[::2] if np.isnan(line.channels["height"]).all()]
    assert bad == [2, 3]
    assert [line.index for line in lines[::2] if line.flags & LineFlag.SATURATED] == [5]


def test_a_fault_at_a_time_happens_once_in_the_line_under_way():
    lines = list(device("nan_line@1.6s").scan(REQUEST))
    bad = [line for line in lines if np.isnan(line.channels["height"]).all()]
    assert [line.direction for line in bad] == [Direction.TRACE, Direction.RETRACE]
    assert bad[0].time - 0.25 <= 1.6 < bad[1].time


def test_a_frozen_channel_repeats_its_last_line():
    noisy = ideal(noise=NoiseSettings())
    lines = list(device("frozen_channel@1:3x2", imaging=noisy).scan(REQUEST))[::2]
    amplitude = [line.channels["amplitude"] for line in lines]
    assert (amplitude[3] == amplitude[2]).all()
    assert (amplitude[4] == amplitude[2]).all()
    assert not (amplitude[5] == amplitude[2]).all()


def test_a_tip_change_steps_height_and_response_from_its_line_on():
    kind = ideal(tip=replace(ideal().tip, radius=20e-9))
    clean, changed = list(device(imaging=kind).scan(REQUEST)), list(
        device("tip_change@1:3=2", imaging=kind).scan(REQUEST)
    )  # fmt: skip
    ratio = [
        np.median(b.channels["amplitude"] / a.channels["amplitude"])
        for a, b in zip(clean, changed, strict=True)
    ]
    assert ratio == pytest.approx([1.0] * 6 + [0.8] * 6)
    step = changed[6].channels["height"] - clean[6].channels["height"]
    assert step.min() >= 0.99 * 2e-9


def test_a_drift_jump_moves_the_truth():
    afm = device("drift_jump@1:2=40e-9")
    list(afm.scan(REQUEST))
    assert np.hypot(*afm.true_position((0.0, 0.0))) == pytest.approx(40e-9)


# Wear and memory


def test_scanning_wears_the_tip():
    imaging = ideal(tip=replace(ideal().tip, radius=10e-9, blunting=2.0, load=50e-9))
    afm = device(imaging=imaging)
    list(afm.scan(REQUEST))
    assert afm.measurement().contact_path == pytest.approx(12 * 1e-6 / 0.9)


def test_what_was_scanned_is_remembered_where_the_tip_truly_was():
    sample = Analytic()
    afm = device(sample=sample, clock=InstantClock())
    list(afm.scan(REQUEST))
    [(x, y, bias, drive, seconds)] = sample.exposed
    assert (x, y) == (
        pytest.approx(pixel_grid(REGION, (6, 10))[0]),
        pytest.approx(pixel_grid(REGION, (6, 10))[1]),
    )
    assert (bias, drive) == (0.5, 1.5)
    assert seconds == pytest.approx(2 * 0.9 / (2 * 10 * 2.0))


def test_the_history_of_the_sample_outlives_the_session(tmp_path):
    options = QUICK | {
        "memory_file": str(tmp_path / "memory.json"),
        "mode": "off_resonance",
        "noise": 0.0,
    }
    afm = open_simulated(options, InstantClock())
    afm.probe(loop_request())
    ended = afm.state().time
    again = open_simulated(options, InstantClock())
    assert again.state().time == pytest.approx(ended)
    assert again.sample.to_json() == afm.sample.to_json()


# Probes


def test_a_probe_comes_back_with_its_request_and_leaves_no_bias():
    afm = open_simulated(QUICK, clock := InstantClock())
    before = clock.now()
    spectrum = afm.probe(request := loop_request(0.2e-6, 0.1e-6))
    assert spectrum.request == request
    assert len(spectrum.response) == 2 * 2 * 16
    assert np.isfinite(spectrum.response).all()
    assert clock.now() - before > request.waveform.duration
    assert (afm.state().bias, afm.state().drive) == (0.0, 0.0)


def test_a_probe_that_fails_leaves_no_bias():
    afm = device()  # the analytic sample has no dynamics
    with pytest.raises(InstrumentError, match="cannot be probed"):
        afm.probe(loop_request())
    assert (afm.state().bias, afm.state().drive) == (0.0, 0.0)


@pytest.mark.parametrize("change", [{"x": 11e-6}, {"amplitude": 10.5}])
def test_a_probe_that_the_instrument_cannot_do_is_refused(change):
    with pytest.raises(InstrumentError):
        device().accept(loop_request(**change))


# Options


def test_an_unknown_option_is_a_config_error():
    with pytest.raises(ConfigError, match="wurld"):
        open_simulated({"wurld": "film"}, InstantClock())


@pytest.mark.parametrize(
    "options",
    [
        {"world": "moon"},
        {"mode": "guess"},
        {"faults": ["sneeze@1"]},
        {"seed": -1},
        {"noise": "nan"},
    ],
)
def test_a_wrong_value_is_a_config_error(options):
    with pytest.raises(ConfigError):
        open_simulated(QUICK | options, InstantClock())


@pytest.mark.parametrize("mode", ["dart", "single_frequency", "off_resonance", "tapping"])
def test_every_mode_scans_a_real_world(mode):
    afm = open_simulated(
        QUICK | {"mode": mode, "scanner": "open", "drift_nm_per_s": 0.1}, InstantClock()
    )
    lines = list(afm.scan(ScanRequest(ScanRegion((0, 0), (2e-6, 1e-6)), (5, 24), 1.0)))
    assert len(lines) == 10
    for line in lines:
        assert {v.dtype for v in line.channels.values()} == {np.dtype(np.float32)}
        assert all(np.isfinite(v).all() for v in line.channels.values())
    assert afm.capabilities.feedback is (
        Feedback.TAPPING if mode == "tapping" else Feedback.CONTACT
    )
