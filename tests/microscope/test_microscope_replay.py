"""A stored scan can be scanned again, anywhere inside it and nowhere else."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput, ConfigError, InstrumentError, OutOfRange, SafetyStop
from ai_afm.geometry import (
    pixel_grid,
    row_sweep,
    sample_ends,
    sample_to_pixel,
    sweep_points,
)
from ai_afm.image.assemble import Assembler
from ai_afm.image.instrument_time import request_seconds
from ai_afm.image.readers import read_file
from ai_afm.image.resample import Resampler, bilinear
from ai_afm.microscope.base import Feedback, TipState
from ai_afm.microscope.replay import ReplayMicroscope, ReplaySettings, open_replay
from ai_afm.microscope.simulated.clock import InstantClock
from ai_afm.types import (
    Channel,
    Direction,
    Drive,
    Frame,
    LineFlag,
    Measurement,
    Mode,
    PathRequest,
    ProbeKind,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    SlowDirection,
    Sweep,
)

LINES, PIXELS = 30, 40
REGION = ScanRegion((1e-6, -2e-6), (4e-6, 6e-6), 0.3)


def stored(angle: float = 0.3, retrace: bool = True) -> Frame:
    region = replace(REGION, angle=angle)
    x, y = pixel_grid(region, (LINES, PIXELS))
    height = (x * 0.02 + y * 0.01).astype(np.float32)
    _, column = np.mgrid[:LINES, :PIXELS]
    phase = np.where(column < 17, 3.0, -3.0).astype(np.float32)
    amplitude = np.full((LINES, PIXELS), 2e-10, np.float32)
    data = {
        ("height", Direction.TRACE): height,
        ("amplitude", Direction.TRACE): amplitude,
        ("phase", Direction.TRACE): phase,
    }
    if retrace:
        data["height", Direction.RETRACE] = height + np.float32(1e-9)
    return Frame(
        ScanRequest(region, (LINES, PIXELS), 1.0, reason="scan.h5"),
        data,
        (Channel("height", "m"), Channel("amplitude", "m"), Channel("phase", "rad")),
        {Direction.TRACE: np.ones(LINES, bool)},
        Measurement(mode=Mode.PFM_DART),
    )


def replayed(microscope: ReplayMicroscope, request: ScanRequest) -> Frame:
    accepted = microscope.accept(request)
    assembler = Assembler(accepted, microscope.capabilities.channels, microscope.measurement())
    for line in microscope.scan(request):
        assembler.add(line)
    return assembler.frame


def microscope(frame: Frame | None = None, **options: object) -> ReplayMicroscope:
    return ReplayMicroscope(
        stored() if frame is None else frame,
        ReplaySettings(**options),  # type: ignore[arg-type]
        InstantClock(),
    )


def test_the_stored_frame_scanned_again_is_the_stored_frame() -> None:
    original = stored()
    again = replayed(microscope(), ScanRequest(original.region, original.shape, 1.0))
    for name in ("height", "amplitude", "phase"):
        np.testing.assert_allclose(again.get(name), original.get(name), rtol=1e-5)
    np.testing.assert_allclose(
        again.get("height", Direction.RETRACE), original.get("height", Direction.RETRACE), rtol=1e-5
    )


def test_up_and_down_scans_give_the_same_image_in_opposite_order() -> None:
    request = ScanRequest(replace(REGION, size=(2e-6, 2e-6)), (8, 11), 2.0)
    down = replayed(microscope(), request)
    up = replace(request, slow_direction=SlowDirection.UP)
    np.testing.assert_array_equal(replayed(microscope(), up).get("height"), down.get("height"))
    order = [line.index for line in microscope().scan(up) if line.direction == "trace"]
    assert order == list(range(7, -1, -1))


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-0.4e-6, 0.4e-6), st.floats(-0.4e-6, 0.4e-6), st.floats(-math.pi, math.pi),
    st.floats(0.2e-6, 1.2e-6), st.floats(0.2e-6, 1.2e-6),
)  # fmt: skip
def test_a_plane_is_found_where_it_is_in_any_rotated_region(
    dx: float, dy: float, angle: float, width: float, height: float
) -> None:
    center = (REGION.center[0] + dx, REGION.center[1] + dy)
    request = ScanRequest(ScanRegion(center, (width, height), angle), (5, 9), 1.0)
    x, y = pixel_grid(request.region, request.shape)
    found = replayed(microscope(), request).get("height")
    np.testing.assert_allclose(found, x * 0.02 + y * 0.01, atol=2e-14)


def test_the_phase_is_never_averaged_as_a_number() -> None:
    # Between 3 and -3 rad lies pi, not 0, and the amplitude shrinks by cos of half the difference.
    frame = stored(angle=0.0)
    y = frame.region.center[1]
    x = frame.region.center[0] + (17 / PIXELS - 0.5) * frame.region.size[0]
    line = next(microscope(frame).scan(ScanRequest(ScanRegion((x, y), (1e-9, 1e-9)), (1, 1), 1.0)))
    assert abs(line.channels["phase"][0]) == pytest.approx(math.pi, abs=1e-5)
    assert line.channels["amplitude"][0] == pytest.approx(2e-10 * math.cos(math.pi - 3.0), rel=1e-5)


def test_a_frame_with_one_direction_serves_both() -> None:
    again = replayed(microscope(stored(retrace=False)), ScanRequest(REGION, (6, 7), 1.0))
    np.testing.assert_array_equal(
        again.get("height", Direction.RETRACE), again.get("height", Direction.TRACE)
    )


def test_what_was_not_scanned_stays_unknown() -> None:
    frame = stored(angle=0.0)
    image = frame.get("height").copy()
    image[20:] = np.nan
    frame = replace(frame, data=dict(frame.data) | {("height", Direction.TRACE): image})
    again = replayed(microscope(frame), ScanRequest(frame.region, frame.shape, 1.0))
    np.testing.assert_array_equal(np.isnan(again.get("height")), np.isnan(image))
    lines = list(microscope(frame).scan(ScanRequest(frame.region, frame.shape, 1.0)))
    assert {line.flags for line in lines if line.index > 20 and line.direction == "trace"} == {
        LineFlag.NON_FINITE
    }


@pytest.mark.parametrize(
    "region",
    [
        replace(REGION, center=(2e-6, -2e-6)),
        replace(REGION, size=(4.01e-6, 6e-6)),
        replace(REGION, angle=0.31),
    ],
    ids=["moved", "larger", "turned"],
)
def test_a_region_outside_the_stored_frame_is_refused(region: ScanRegion) -> None:
    with pytest.raises(OutOfRange, match="outside the stored frame"):
        microscope().accept(ScanRequest(region, (4, 5), 1.0))


def test_what_an_image_cannot_know_is_refused() -> None:
    device = microscope()
    probe = ProbeRequest(ProbeKind.FORCE_CURVE, REGION.center, indentation=1e-9)
    assert not device.capabilities.probes
    with pytest.raises(InstrumentError, match="does not know"):
        device.probe(probe)
    with pytest.raises(InstrumentError):
        device.accept(probe)
    with pytest.raises(OutOfRange, match="no sweeps"):
        device.accept(PathRequest(()))
    small = ScanRequest(replace(REGION, size=(1e-6, 1e-6)), (4, 5), 1.0)
    with pytest.raises(InstrumentError, match="V DC"):
        device.accept(replace(small, drive=Drive(1.0, None, 2.0)))
    with pytest.raises(InstrumentError, match="no channel current"):
        device.accept(replace(small, channels=("current",)))
    with pytest.raises(InstrumentError, match="line rate"):
        device.accept(replace(small, line_rate=float("nan")))


def test_drive_and_setpoint_are_left_as_they_were_stored() -> None:
    accepted = microscope().accept(
        ScanRequest(REGION, (4, 5), 1.0, drive=Drive(3.0), setpoint=0.5, channels=("height",))
    )
    assert (accepted.drive, accepted.setpoint) == (None, None)
    (line, *_) = microscope().scan(accepted)
    assert list(line.channels) == ["height"]


def test_drift_moves_what_the_tip_finds() -> None:
    frame = stored(angle=0.0)
    device = microscope(frame, drift=(5e-9, 0.0))
    region = replace(frame.region, size=(1e-6, 1e-6))
    line = list(device.scan(ScanRequest(region, (10, 12), 1.0)))[-1]
    x = np.linspace(line.start[0], line.end[0], 12)
    expected = x * 0.02 + line.start[1] * 0.01 + 1e-9
    shift = (expected - line.channels["height"]) / 0.02
    # The retrace runs from right to left, so the right end was read half a line earlier.
    done = 1 - (np.arange(12) + 0.5) / 12
    np.testing.assert_allclose(shift, 5e-9 * (line.time - 0.5 + 0.5 * done), rtol=1e-3)


def test_noise_has_the_size_that_was_asked_for_and_repeats_with_the_seed() -> None:
    request = ScanRequest(replace(REGION, size=(1e-6, 1e-6)), (40, 50), 1.0)
    clean = replayed(microscope(), request)
    noisy = replayed(microscope(noise=0.1, seed=7), request)
    rest = noisy.get("height") - clean.get("height")
    assert rest.std() == pytest.approx(0.1 * stored().get("height").std(), rel=0.1)
    twice = replayed(microscope(noise=0.1, seed=7), request)
    np.testing.assert_array_equal(twice.get("height"), noisy.get("height"))
    assert not np.array_equal(noisy.get("phase"), clean.get("phase"))


def test_a_line_takes_its_time_and_a_move_too() -> None:
    clock = InstantClock()
    device = ReplayMicroscope(stored(), ReplaySettings(), clock)
    list(device.scan(ScanRequest(replace(REGION, size=(1e-6, 1e-6)), (10, 5), 2.0)))
    moved = clock.now() - 10 / 2.0
    assert 0.05 < moved < 0.3


def test_stop_ends_a_scan_and_withdraw_is_latched() -> None:
    device = microscope()
    request = ScanRequest(REGION, (10, 5), 1.0)
    lines = device.scan(request)
    next(lines)
    assert device.state().scanning
    device.stop()
    assert list(lines) == []
    assert not device.state().scanning
    device.withdraw()
    device.park()
    assert device.state().tip is TipState.WITHDRAWN
    with pytest.raises(SafetyStop):
        device.scan(request)
    device.clear()
    next(device.scan(request))
    assert device.state().tip is TipState.ENGAGED


def test_the_order_of_making_safe_follows_the_stored_mode() -> None:
    modes = {Mode.STM: Feedback.CURRENT, Mode.TAPPING: Feedback.TAPPING}
    for mode, feedback in modes.items():
        frame = replace(stored(), measurement=Measurement(mode=mode))
        assert microscope(frame).capabilities.feedback is feedback


def test_a_scan_of_unknown_size_cannot_be_a_sample() -> None:
    frame = stored()
    lost = replace(frame.request, region=replace(REGION, size=(math.nan, math.nan)))
    with pytest.raises(BadInput, match="how large"):
        microscope(replace(frame, request=lost))


def test_options_are_checked(tmp_path: Path) -> None:
    for options in ({}, {"file": "a", "speed": 1}, {"file": "a", "noise": -1}):
        with pytest.raises(ConfigError):
            open_replay(options, InstantClock())
    with pytest.raises(BadInput):
        open_replay({"file": str(tmp_path / "nothing.h5")}, InstantClock())


def test_a_neighbour_without_weight_takes_no_part() -> None:
    image = np.array([[[1.0, np.nan, 3.0], [4.0, 5.0, 6.0]]])
    row, column = np.array([0.0, 0.0, 1.0, 0.5, 1.6]), np.array([0.0, 0.5, 1.0, 2.0, 1.0])
    np.testing.assert_array_equal(bilinear(image, row, column)[0], [1.0, np.nan, 5.0, 4.5, np.nan])


def test_a_phase_without_amplitude_is_a_unit_vector() -> None:
    images = {"phase": np.array([[3.0, -3.0]], np.float32)}
    resampler = Resampler(images, frozenset({"phase"}))
    found = resampler.channels(resampler.sample(np.array([0.0]), np.array([0.5])))
    assert abs(found["phase"][0]) == pytest.approx(math.pi, abs=1e-5)


def test_a_real_scan_is_replayed_where_its_header_places_it(real_data: Path) -> None:
    path = real_data / "PTO_Funakubo0007.h5"
    frame = read_file(path)
    device = open_replay({"file": path}, InstantClock())
    region = replace(frame.region, size=(0.3e-6, 0.2e-6), angle=0.4)
    again = replayed(device, ScanRequest(region, (20, 33), 1.0))
    x, y = pixel_grid(region, again.shape)
    row, column = sample_to_pixel(frame.region, frame.shape, x, y)
    nearest = frame.get("height", Direction.RETRACE)[
        np.rint(row).astype(int), np.rint(column).astype(int)
    ]
    # The surface has steps, but most of it is smooth from one stored pixel to the next.
    assert np.corrcoef(nearest.ravel(), again.get("height").ravel())[0, 1] > 0.98
    assert dict(device.measurement().extra)["replay"].startswith("of PTO_Funakubo0007.h5")


# Paths


def band(frame: Frame, columns: tuple[int, int], speed: float = 4e-6) -> PathRequest:
    rows = range(2, 27)
    return PathRequest(tuple(row_sweep(frame.region, frame.shape, r, columns, speed) for r in rows))


def test_a_path_over_stored_pixels_brings_these_pixels() -> None:
    frame = stored()
    for line in microscope(frame).path(band(frame, (9, 21))):
        for name in ("height", "amplitude", "phase"):
            image = frame.get(name, line.direction)
            image = frame.get(name) if image is None else image
            expected = image[2 + line.index, 9:22]
            np.testing.assert_allclose(line.channels[name], expected, rtol=1e-4)


def test_a_path_that_goes_to_the_left_brings_them_in_its_own_order() -> None:
    frame = stored()
    lines = list(microscope(frame).path(replace(band(frame, (21, 9)), both_ways=False)))
    expected = frame.get("height")[2, 21:8:-1]
    np.testing.assert_allclose(lines[0].channels["height"], expected, rtol=1e-4)
    assert (lines[0].start, lines[0].end) == sample_ends(band(frame, (21, 9)).sweeps[0])
    assert [line.index for line in lines] == list(range(25))


@settings(max_examples=25, deadline=None)
@given(st.lists(
    st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-3.1, 3.1), st.integers(1, 30)),
    min_size=1, max_size=6,
), st.booleans())  # fmt: skip
def test_the_clock_of_a_replayed_path_is_that_of_the_cost_model(
    parts: list[tuple[float, float, float, int]], both_ways: bool
) -> None:
    sweeps = []
    for x, y, angle, pixels in parts:
        start = (REGION.center[0] + x * 1e-6, REGION.center[1] + y * 1e-6)
        end = (start[0] + 4e-7 * math.cos(angle), start[1] + 4e-7 * math.sin(angle))
        sweeps.append(Sweep(start, end, 2e-6, pixels))
    device = microscope()
    path = PathRequest(tuple(sweeps), both_ways=both_ways)
    lines = list(device.path(path))
    expected = request_seconds(path, REGION.center, device.capabilities.times)
    assert device.state().time == pytest.approx(expected)
    assert [line.channels["height"].size for line in lines[:: 2 if both_ways else 1]] == [
        s.pixels for s in sweeps
    ]
    for line in lines:
        x, y = sweep_points(sweeps[line.index])
        extra = 1e-9 if line.direction is Direction.RETRACE else 0.0
        np.testing.assert_allclose(line.channels["height"], x * 0.02 + y * 0.01 + extra, atol=2e-14)


def test_a_path_drifts_and_has_noise_like_a_frame() -> None:
    frame = stored()
    quiet, noisy = microscope(frame), microscope(frame, noise=0.1, drift=(1e-8, 0.0), seed=2)
    still = [line.channels["height"] for line in quiet.path(band(frame, (9, 21)))]
    shifted = [line.channels["height"] for line in noisy.path(band(frame, (9, 21)))]
    once_more = microscope(frame, noise=0.1, drift=(1e-8, 0.0), seed=2)
    again = [line.channels["height"] for line in once_more.path(band(frame, (9, 21)))]
    assert not np.allclose(still, shifted, rtol=1e-4)
    np.testing.assert_array_equal(shifted, again)


def test_a_stopped_path_ends_after_its_pass() -> None:
    frame = stored()
    device = microscope(frame)
    lines = device.path(band(frame, (9, 21)))
    next(lines)
    device.stop()
    assert list(lines) == []
    assert not device.state().scanning


@pytest.mark.parametrize(
    "sweep",
    [
        pytest.param(Sweep((0.0, 0.0), (1e-5, 0.0), 1e-6, 9), id="outside"),
        pytest.param(Sweep((1e-6, -2e-6), (1e-6, -2e-6), 1e-6, 9), id="no length"),
        pytest.param(Sweep((1e-6, -2e-6), (1.1e-6, -2e-6), math.inf, 9), id="no speed"),
        pytest.param(Sweep((1e-6, -2e-6), (1.1e-6, -2e-6), 1e-6, 0), id="no pixels"),
    ],
)
def test_a_path_that_cannot_be_replayed_is_refused(sweep: Sweep) -> None:
    with pytest.raises((OutOfRange, InstrumentError)):
        microscope().path(PathRequest((sweep,)))
