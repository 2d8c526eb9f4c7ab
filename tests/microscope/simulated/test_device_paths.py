"""Paths of the twin: the same physics as its frames, at the time that the cost model says."""

import math
from dataclasses import replace

import numpy as np
import pytest
from device_samples import Analytic, ideal
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import InstrumentError, LinkLost, SafetyStop
from ai_afm.geometry import (
    last_point,
    pixel_grid,
    pixel_to_sample,
    row_sweep,
    sample_ends,
    sweep_points,
)
from ai_afm.image.instrument_time import path_seconds, request_seconds
from ai_afm.microscope.simulated.afm import SimulatedAfm, open_simulated
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.microscope.simulated.faults import parse_fault
from ai_afm.microscope.simulated.modes import Detection
from ai_afm.microscope.simulated.noise import QUIET, NoiseSettings
from ai_afm.microscope.simulated.scanner import ScannerSettings
from ai_afm.microscope.simulated.settings import DeviceSettings, ImagingSettings
from ai_afm.microscope.simulated.tip import SecondTip, Tip
from ai_afm.types import (
    Direction,
    Drive,
    Mode,
    PathRequest,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    Sweep,
    Waveform,
)

REGION = ScanRegion((0.2e-6, -0.1e-6), (512e-9, 192e-9), 0.3)
SHAPE = (24, 64)
FRAME = ScanRequest(REGION, SHAPE, 1.0, drive=Drive(1.5))
SPEED = FRAME.tip_speed


def device(*faults, imaging=None, sample=None, clock=None, **changes):
    chosen = {"faults": tuple(map(parse_fault, faults)), "imaging": imaging or ideal()} | changes
    return SimulatedAfm(sample or Analytic(), DeviceSettings(**chosen), clock or InstantClock())


def zigzag(columns=(20, 29), rows=range(24), **changes):
    """Return sweeps over a band of the frame's pixels."""
    sweeps = tuple(row_sweep(REGION, SHAPE, row, columns, SPEED) for row in rows)
    return PathRequest(sweeps, drive=FRAME.drive, **changes)


def band(lines, name, first=20, last=29):
    """Return trace and retrace of a band of a frame: (2, 24, pixels)."""
    image = np.empty((2, SHAPE[0], last - first + 1))
    for line in lines:
        image[int(line.direction == "retrace"), line.index] = line.channels[name][first : last + 1]
    return image


def swept(lines, name):
    image = {(line.direction, line.index): line.channels[name] for line in lines}
    return np.array([[image[d, i] for i in range(SHAPE[0])] for d in Direction])


# The same picture as a frame


@pytest.mark.parametrize(
    "imaging",
    [
        pytest.param(ideal(), id="ideal"),
        pytest.param(ideal(tip=Tip(20e-9, 8e-9, blunting=0.0)), id="round tip"),
        pytest.param(ideal(tip=Tip(20e-9, 8e-9, SecondTip(), blunting=0.0)), id="double tip"),
        pytest.param(ImagingSettings(noise=QUIET, detection=Detection(
            Mode.PFM_SINGLE_FREQUENCY, 347e3)), id="single frequency"),
        pytest.param(ImagingSettings(noise=QUIET, detection=Detection(
            Mode.PFM_OFF_RESONANCE, 30e3)), id="off resonance"),
        pytest.param(ImagingSettings(noise=QUIET, detection=Detection(Mode.TAPPING)), id="tapping"),
    ],
)  # fmt: skip
def test_sweeps_on_a_pixel_grid_show_what_the_frame_shows(imaging):
    frame = list(device(imaging=imaging).scan(FRAME))
    path = list(device(imaging=imaging).path(zigzag()))
    for name in frame[0].channels:
        whole, part = band(frame, name), swept(path, name)
        # What a loop remembers of the pixels beside the band is all that may differ.
        scale = np.abs(whole).max() + 1e-15
        assert np.abs(whole - part).max() < 5e-3 * scale, name


def test_dart_shows_the_same_as_soon_as_its_loop_has_come_from_the_turn():
    imaging = ImagingSettings(noise=QUIET)
    frame = list(device(imaging=imaging).scan(FRAME))
    path = list(device(imaging=imaging).path(zigzag(columns=(8, 40))))
    whole, part = band(frame, "amplitude", 8, 40), swept(path, "amplitude")
    near = np.abs(whole - part) < 0.02 * np.median(whole)
    assert near.mean() > 0.97
    assert near[0, :, 8:].all()  # the trace runs to the right, the retrace to the left
    assert near[1, :, :-8].all()


def test_the_noise_of_short_sweeps_is_that_of_long_lines():
    noise = replace(QUIET, height=0.1e-9, height_pink=0.3e-9, shot=5e-12)
    imaging = ideal(noise=noise)
    flat = Analytic(wave=0.0, wall=-1e-3)
    frame = list(device(imaging=imaging, sample=flat).scan(replace(FRAME, shape=(200, 64))))
    many = PathRequest(zigzag().sweeps * 12, drive=FRAME.drive)
    path = list(device(imaging=imaging, sample=flat).path(many))
    for name in ("height", "amplitude"):
        a, b = (np.concatenate([k.channels[name] for k in lines]) for lines in (frame, path))
        assert b.std() == pytest.approx(a.std(), rel=0.25), name


def test_slanted_sweeps_on_no_common_grid_show_the_world():
    sample = Analytic(wall_width=12e-9)
    angles = np.linspace(0.2, 1.1, 40)
    sweeps = []
    for k, angle in enumerate(angles.tolist()):
        x, y, dx, dy = 30e-9, 3e-9 * k, 20e-9 * math.cos(angle), 20e-9 * math.sin(angle)
        sweeps.append(Sweep((x - dx, y - dy), (x + dx, y + dy), SPEED, 7 + k % 3))
    lines = list(device(sample=sample).path(PathRequest(tuple(sweeps), drive=Drive(1.0))))
    assert [line.channels["height"].size for line in lines[::2]] == [7 + k % 3 for k in range(40)]
    for line in lines:
        x, y = sweep_points(sweeps[line.index])
        signed = line.channels["amplitude"] * np.where(line.channels["phase"] > 1, -1, 1)
        assert signed == pytest.approx(sample.piezo(x, y), abs=0.03 * 50e-12)
        assert line.channels["height"] == pytest.approx(sample.height(x, y), abs=2e-12)


def test_columns_are_the_frame_turned():
    sample = Analytic()
    sweeps = []
    for column in range(30, 40):
        (x0, x1), (y0, y1) = pixel_to_sample(REGION, SHAPE, [2.5, 20.5], [column, column])
        sweeps.append(Sweep((float(x0), float(y0)), (float(x1), float(y1)), SPEED, 18))
    lines = list(device(sample=sample).path(PathRequest(tuple(sweeps))))
    x, y = pixel_grid(REGION, SHAPE)
    for line in lines:
        expected = sample.height(x, y)[3:21, 30 + line.index]
        assert line.channels["height"] == pytest.approx(expected, abs=1e-15)


def test_trace_and_retrace_of_a_rigid_system_are_equal():
    lines = list(device().path(zigzag()))
    for trace, retrace in zip(lines[::2], lines[1::2], strict=True):
        assert (trace.start, trace.end) == (retrace.start, retrace.end)
        assert (trace.channels["height"] == retrace.channels["height"]).all()


def test_each_line_lies_where_its_sweep_was_asked():
    path = zigzag(both_ways=False)
    lines = list(device().path(path))
    assert [line.index for line in lines] == list(range(24))
    assert {line.direction for line in lines} == {Direction.TRACE}
    for line, sweep in zip(lines, path.sweeps, strict=True):
        assert (line.start, line.end) == sample_ends(sweep)


def test_a_faster_sweep_lags_more():
    # The lock-in is late by its time constant, so a wall appears ahead of its place.
    imaging = ideal(detection=Detection(Mode.PFM_OFF_RESONANCE, 0.0, time_constant=2e-3))
    sample = Analytic(wall_width=1e-9)
    darkest = []
    for speed in (1e-6, 4e-6):
        sweep = Sweep((-70e-9, 0.0), (130e-9, 0.0), speed, 200)
        line = next(device(imaging=imaging, sample=sample).path(PathRequest((sweep,))))
        darkest.append(int(line.channels["amplitude"].argmin()) - 100)
    # -1 + 2 (1 - exp(-t / tau)) = 0 at t = tau ln 2; 1 nm a sample
    assert darkest == pytest.approx([1.39, 5.5], abs=1.1)


def test_hysteresis_of_an_open_loop_pulls_trace_and_retrace_apart():
    scanner = ScannerSettings(closed_loop=False, hysteresis=0.03, creep=0.0, tilt=(0, 0), bow=0.0)
    sample = Analytic(wall=0.0, wall_width=1e-9)
    sweep = Sweep((-100e-9, 0.0), (100e-9, 0.0), 1e-6, 200)
    lines = list(device(imaging=ideal(scanner=scanner), sample=sample).path(PathRequest((sweep,))))
    dark = [int(line.channels["amplitude"].argmin()) for line in lines]
    assert dark[1] - dark[0] == pytest.approx(2 * 0.03 * 200, abs=2)


def test_a_drifting_sample_is_seen_where_it_is():
    scanner = ScannerSettings(tilt=(0, 0), bow=0.0, drift=(1e-9, 0.0), drift_period=1e9)
    sample = Analytic(wall=0.0, wall_width=1e-9)
    sweeps = tuple(Sweep((-50e-9, 0.0), (50e-9, 0.0), 1e-7, 100) for _ in range(30))
    afm = device(imaging=ideal(scanner=scanner), sample=sample)
    first, *_, last = list(afm.path(PathRequest(sweeps, both_ways=False)))
    moved = int(last.channels["amplitude"].argmin()) - int(first.channels["amplitude"].argmin())
    assert moved == pytest.approx(-1e-9 * (last.time - first.time) / 1e-9, abs=2)


# Time


points = st.tuples(st.floats(-4e-6, 4e-6), st.floats(-4e-6, 4e-6))
sweeps = st.builds(
    lambda a, angle, length, speed, pixels: Sweep(
        a, (a[0] + length * math.cos(angle), a[1] + length * math.sin(angle)), speed, pixels
    ),
    points, st.floats(-3.1, 3.1), st.floats(5e-9, 2e-6), st.floats(2e-7, 2e-5), st.integers(1, 60),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(sweeps, min_size=1, max_size=8), st.booleans())
def test_the_clock_agrees_with_the_cost_model(parts, both_ways):
    afm = device()
    request = PathRequest(tuple(parts), both_ways=both_ways)
    lines = list(afm.path(request))
    took = afm.state().time
    assert took == pytest.approx(request_seconds(request, (0.0, 0.0), afm.capabilities.times))
    assert len(lines) == len(parts) * (2 if both_ways else 1)
    assert lines[-1].time <= took * (1 + 1e-12)
    assert afm.state().position == pytest.approx(last_point(request), abs=1e-6)


def test_frames_and_paths_one_after_the_other_take_the_time_of_the_cost_model():
    for instrument in ("path", "stock"):
        afm = open_simulated({"instrument": instrument, "extent_nm": 4000.0}, InstantClock())
        times, at = afm.capabilities.times, (0.0, 0.0)
        frames = [
            replace(FRAME, shape=(n, 12), line_rate=rate, slow_direction=way)
            for n, rate, way in ((3, 1.0, "down"), (4, 30.0, "up"), (1, 10.0, "down"))
        ]
        requests = [*frames, zigzag(), frames[0]] if instrument == "path" else frames  # fmt: skip
        for request in requests:
            before = afm.state().time
            is_path = isinstance(request, PathRequest)
            list(afm.path(request) if is_path else afm.scan(request))
            expected = request_seconds(request, at, times)
            assert afm.state().time - before == pytest.approx(expected, rel=0.02)
            at = last_point(request)


@pytest.mark.parametrize(
    "probe",
    [
        ProbeRequest(ProbeKind.HYSTERESIS_LOOP, (1e-7, 0.0), Waveform(6.0, 16, 2, 0.01, 0.01)),
        ProbeRequest(ProbeKind.FORCE_CURVE, (1e-7, 0.0), indentation=1e-8),
    ],
    ids=lambda probe: str(probe.kind),
)
def test_a_probe_takes_the_time_of_the_cost_model(probe):
    afm = open_simulated({"extent_nm": 2000.0}, InstantClock())
    afm.probe(probe)
    expected = request_seconds(probe, (0.0, 0.0), afm.capabilities.times)
    assert afm.state().time == pytest.approx(expected, rel=0.02)


def test_a_stock_instrument_takes_no_paths_and_is_slow():
    afm = open_simulated({"instrument": "stock", "extent_nm": 4000.0}, InstantClock())
    can = afm.capabilities
    assert (can.paths, can.variable_speed) == (False, False)
    assert (can.turn_around_min, can.command_latency, can.settle) == (0.02, 1.0, 0.05)
    with pytest.raises(InstrumentError, match="PathRequest"):
        afm.path(zigzag())
    frame = replace(FRAME, shape=(2, 12))
    list(afm.scan(frame))
    assert afm.state().time >= 1.0 + 2.0


# Stopping, faults, memory


def test_stop_ends_the_path_after_the_pass_under_way_and_leaves_no_bias():
    afm = device()
    lines = afm.path(replace(zigzag(), drive=Drive(1.5, None, 0.5)))
    next(lines)
    assert (afm.state().bias, afm.state().drive, afm.state().scanning) == (0.5, 1.5, True)
    afm.stop()
    assert list(lines) == []
    assert (afm.state().bias, afm.state().drive, afm.state().scanning) == (0.0, 0.0, False)


def test_only_the_sweeps_that_were_made_are_remembered():
    sample = Analytic()
    afm = device(sample=sample)
    lines = afm.path(zigzag())
    for _ in range(7):
        next(lines)
    lines.close()
    [(x, y, bias, drive, seconds)] = sample.exposed
    assert x.shape == (4, 10)
    grid = pixel_grid(REGION, SHAPE)
    assert x == pytest.approx(grid[0][:4, 20:30])
    assert y == pytest.approx(grid[1][:4, 20:30])
    step = REGION.size[0] / 64
    assert (bias, drive, seconds) == (0.0, 1.5, pytest.approx(2 * step / SPEED))


def test_sweeps_of_different_length_and_speed_are_remembered_one_by_one():
    sample = Analytic()
    parts = (Sweep((0, 0), (9e-8, 0), 1e-6, 9), Sweep((0, 1e-8), (4e-8, 1e-8), 2e-6, 4),
             Sweep((0, 2e-8), (9e-8, 2e-8), 1e-6, 9))  # fmt: skip
    list(device(sample=sample).path(PathRequest(parts, drive=Drive(1.0))))
    found = sorted((x.shape, round(s * 1e3)) for x, _, _, _, s in sample.exposed)
    assert found == [((1, 4), 10), ((2, 9), 20)]


def test_a_path_wears_the_tip_by_its_passes_turns_and_steps():
    imaging = ideal(tip=replace(ideal().tip, radius=10e-9, blunting=2.0, load=50e-9))
    far = PathRequest((Sweep((0, 0), (9e-8, 0), 1e-6, 9), Sweep((0, 3e-6), (9e-8, 3e-6), 1e-6, 9)))
    lifted, dragged = (device(imaging=imaging, lifts_to_move=lifts) for lifts in (True, False))
    for afm in (lifted, dragged):
        list(afm.path(far))
    assert lifted.measurement().contact_path == pytest.approx(4 * 9e-8 / 0.9)
    assert dragged.measurement().contact_path == pytest.approx(4 * 9e-8 / 0.9 + 3e-6)


def test_a_bias_writes_along_a_path_and_the_next_one_sees_it():
    afm = open_simulated(
        {"world": "film", "extent_nm": 3000.0, "noise": 0.0, "mode": "off_resonance"},
        InstantClock(),
    )
    rows = tuple(Sweep((-2e-7, y), (2e-7, y), 1e-6, 40) for y in np.arange(-6e-8, 6e-8, 1e-8))
    look = PathRequest(rows, drive=Drive(1.0))
    before = np.array([k.channels["phase"] for k in afm.path(look)])
    list(afm.path(replace(look, drive=Drive(0.0, None, -9.0))))
    after = np.array([k.channels["phase"] for k in afm.path(look)])
    assert (np.abs(np.angle(np.exp(1j * (after - before)))) > 2).any()


def test_faults_touch_only_their_sweeps():
    clean = list(device().path(zigzag()))
    lines = list(device("nan_line@1:5x2", "tip_change@1:12=2").path(zigzag()))
    bad = [line.index for line in lines[::2] if np.isnan(line.channels["height"]).all()]
    assert bad == [5, 6]
    pairs = [(k.channels["amplitude"], c.channels["amplitude"])
             for k, c in zip(lines, clean, strict=True) if k.index not in bad]  # fmt: skip
    ratio = [float(np.median(worn / new)) for worn, new in pairs]
    assert ratio == pytest.approx([1.0] * 20 + [0.8] * 24)


def test_a_lost_link_ends_the_path():
    clock = InstantClock()
    afm = device("link_lost@1:3=60", clock=clock)
    with pytest.raises(LinkLost):
        list(afm.path(zigzag()))
    clock.sleep(61.0)
    afm.stop()
    assert afm.state().bias == 0.0


def test_a_withdrawn_tip_follows_no_path():
    afm = device()
    afm.withdraw()
    with pytest.raises(SafetyStop, match="clear"):
        afm.path(zigzag())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"sweeps": ()}, id="nothing"),
        pytest.param({"sweeps": (Sweep((0, 0), (2e-5, 0), 1e-6, 9),)}, id="outside"),
        pytest.param({"sweeps": (Sweep((0, 0), (0, 0), 1e-6, 9),)}, id="no length"),
        pytest.param({"sweeps": (Sweep((0, 0), (1e-6, 0), math.nan, 9),)}, id="no speed"),
        pytest.param({"sweeps": (Sweep((0, 0), (1e-6, 0), 1e-6, 0),)}, id="no pixels"),
        pytest.param({"travel_speed": 0.0}, id="no travel"),
        pytest.param({"channels": ("colour",)}, id="unknown channel"),
        pytest.param({"drive": Drive(1.0, None, 10.5)}, id="too much bias"),
    ],
)
def test_a_path_that_the_instrument_cannot_do_is_refused_before_anything_moves(change):
    afm = device()
    with pytest.raises(InstrumentError):
        afm.path(replace(zigzag(), **change))
    assert afm.state().time == 0.0


@pytest.mark.parametrize("mode", ["dart", "single_frequency", "off_resonance", "tapping"])
def test_every_mode_follows_a_path_in_a_real_world(mode):
    afm = open_simulated(
        {"extent_nm": 4000.0, "world": "stripes", "mode": mode, "scanner": "open",
         "drift_nm_per_s": 0.1}, InstantClock(),
    )  # fmt: skip
    long = Sweep((-1e-6, -1e-6), (1e-6, 1.1e-6), 5e-6, 50)
    request = replace(zigzag(), sweeps=(*zigzag().sweeps, long))
    lines = list(afm.path(request))
    assert len(lines) == 50
    for line in lines:
        assert all(np.isfinite(v).all() for v in line.channels.values())
        assert {v.dtype for v in line.channels.values()} == {np.dtype(np.float32)}
    assert path_seconds(request, afm.capabilities.times) < afm.state().time


def test_two_sessions_follow_a_path_with_the_same_noise():
    one, two = (device(imaging=ideal(noise=NoiseSettings())) for _ in range(2))
    a, b = (np.concatenate([k.channels["height"] for k in d.path(zigzag())]) for d in (one, two))
    assert (a == b).all()
