import math
from dataclasses import replace

import numpy as np
import pytest
from device_samples import PIEZO, Analytic, ideal

from ai_afm.geometry import pixel_grid
from ai_afm.microscope.simulated.electromechanics import ContactMechanics, Electrics, transfer
from ai_afm.microscope.simulated.feedback import FeedbackSettings
from ai_afm.microscope.simulated.imaging import image_frame, random_settings
from ai_afm.microscope.simulated.modes import Detection
from ai_afm.microscope.simulated.noise import QUIET, NoiseSettings
from ai_afm.microscope.simulated.scanner import ScannerSettings
from ai_afm.microscope.simulated.tip import SecondTip, Tip
from ai_afm.types import Direction, Drive, Mode, ScanRegion, ScanRequest, SlowDirection

REGION = ScanRegion((0.1e-6, -0.2e-6), (1.0e-6, 0.6e-6), 0.4)
SHAPE = (70, 100)  # more lines than a block, and neither square nor a power of two
UP, DOWN = SlowDirection.UP, SlowDirection.DOWN


def image(sample, settings, region=REGION, shape=SHAPE, seed=0, **kw):
    request = ScanRequest(region, shape, 1.0, **kw)
    return image_frame(sample, request, settings, np.random.default_rng(seed))


def test_an_ideal_instrument_shows_the_world():
    sample = Analytic()
    frame = image(sample, ideal(), drive=Drive(2.0))
    x, y = pixel_grid(REGION, SHAPE)
    z = sample.piezo(x, y) * 2.0
    assert frame.get("height") == pytest.approx(sample.height(x, y), abs=1e-15)
    assert frame.get("amplitude") == pytest.approx(np.abs(z), abs=1e-16)
    assert (np.abs(frame.get("phase")) > 1.0).tolist() == (z < 0).tolist()
    assert not frame.get("deflection").any()


def test_trace_equals_retrace_for_a_rigid_system():
    frame = image(Analytic(), ideal())
    for channel in frame.channels:
        trace, retrace = (frame.get(channel.name, d) for d in Direction)
        assert (trace == retrace).all(), channel.name


@pytest.mark.parametrize("mode", [Mode.PFM_OFF_RESONANCE, Mode.PFM_SINGLE_FREQUENCY, Mode.PFM_DART])
def test_an_up_scan_equals_a_down_scan_without_drift(mode):
    settings = ideal(detection=Detection(mode=mode), tip=Tip(blunting=0.0))
    down, up = (image(Analytic(), settings, slow_direction=d) for d in (DOWN, UP))
    for channel in down.channels:
        a, b = down.get(channel.name), up.get(channel.name)
        assert b == pytest.approx(a, rel=1e-5, abs=1e-6 * float(np.abs(a).max())), channel.name


def test_two_rotated_frames_show_the_same_place_alike():
    one = image(Analytic(), ideal(), ScanRegion((0, 0), (0.8e-6, 0.8e-6), 0.0), (80, 80))
    turned = image(Analytic(), ideal(), ScanRegion((0, 0), (0.8e-6, 0.8e-6), math.pi / 2), (80, 80))
    # Turning the frame counter-clockwise turns what it shows clockwise.
    for name in ("height", "amplitude"):
        assert turned.get(name) == pytest.approx(np.rot90(one.get(name), -1), abs=1e-15)


@pytest.mark.parametrize("angle", [0.0, 1.1])
def test_the_lever_does_not_turn_with_the_scan(angle):
    # A slope along x detunes a lever along x by the same amount in every frame.
    sample = Analytic(wave=0.0)
    sample.height = lambda x, y: 0.02 * x
    settings = ideal(
        Mode.PFM_SINGLE_FREQUENCY,
        mechanics=ContactMechanics(slope_coupling=-0.5),
        electrics=Electrics(0.0, 0j, 0.0, 0.0, cantilever_angle=0.0),
        detection=Detection(Mode.PFM_SINGLE_FREQUENCY, 347e3, 0.0),
    )
    frame = image(sample, settings, ScanRegion((0.3e-6, 0), (0.1e-6, 0.2e-6), angle), (20, 11))
    expected = np.angle(transfer(347e3, 350e3 * (1 - 0.5 * 0.02), 80.0))
    assert frame.get("phase")[4:-4, 3:-3] == pytest.approx(expected, abs=1e-3)


def test_blocks_leave_no_seams():
    settings = ideal(tip=Tip(radius=30e-9, electric_radius=20e-9, blunting=0.0))
    whole = image(Analytic(), settings, shape=(70, 50))
    region = ScanRegion(REGION.center, (REGION.size[0], REGION.size[1] * 64 / 70), REGION.angle)
    c, s = math.cos(REGION.angle), math.sin(REGION.angle)
    up = REGION.size[1] * 3 / 70  # the first 64 rows lie this much higher than the middle
    first = replace(region, center=(REGION.center[0] - s * up, REGION.center[1] + c * up))
    alone = image(Analytic(), settings, first, (64, 50))
    assert alone.get("height") == pytest.approx(whole.get("height")[:64], abs=1e-14)
    assert alone.get("amplitude") == pytest.approx(whole.get("amplitude")[:64], abs=1e-15)


def test_a_wall_seen_by_a_wide_tip_is_a_dark_line_as_wide_as_the_tip():
    region = ScanRegion((30e-9, 0.0), (200e-9, 40e-9))
    settings = ideal(tip=Tip(radius=0.0, electric_radius=15e-9))
    frame = image(Analytic(wall_width=1e-9), settings, region, (5, 400))
    x = (np.arange(400) + 0.5) / 400 * 200e-9 - 100e-9
    expected = 2 * PIEZO * np.abs([math.erf(v / 15e-9 / math.sqrt(2)) for v in x])
    assert frame.get("amplitude")[2] == pytest.approx(expected, abs=0.02 * 2 * PIEZO)


def test_a_dc_bias_against_the_piezoresponse_turns_the_phase_over():
    settings = ideal(electrics=Electrics(electrostatic=10e-12, background=0j, buckling=0.0))
    region = ScanRegion((0.5e-6, 0.0), (0.2e-6, 0.1e-6))
    below, above = (
        image(Analytic(), settings, region, (3, 8), drive=Drive(1.0, None, bias))
        for bias in (-4.9, -5.1)
    )
    assert np.abs(below.get("phase")) == pytest.approx(0.0, abs=1e-3)
    assert np.abs(above.get("phase")) == pytest.approx(math.pi, abs=1e-3)


def test_the_lock_in_shifts_walls_in_opposite_ways_in_trace_and_retrace():
    region = ScanRegion((30e-9, 0.0), (200e-9, 40e-9))
    settings = ideal(detection=Detection(Mode.PFM_OFF_RESONANCE, 0.0, time_constant=10e-3))
    frame = image(Analytic(wall_width=1e-9), settings, region, (2, 200))
    dark = [int(frame.get("amplitude", d)[1].argmin()) for d in Direction]
    dwell = 0.9 / 2 / 200
    # -1 + 2 (1 - exp(-t / tau)) = 0 at t = tau ln 2
    assert dark[0] - 99.5 == pytest.approx(10e-3 * math.log(2) / dwell, abs=1.5)
    assert 99.5 - dark[1] == pytest.approx(dark[0] - 99.5, abs=1.5)


def test_hysteresis_shifts_trace_and_retrace_against_each_other():
    scanner = ScannerSettings(closed_loop=False, hysteresis=0.03, tilt=(0, 0), bow=0.0)
    region = ScanRegion((30e-9, 0.0), (400e-9, 40e-9))
    frame = image(Analytic(wall_width=1e-9), ideal(scanner=scanner), region, (2, 200))
    dark = [int(frame.get("amplitude", d)[1].argmin()) for d in Direction]
    # The wall in the middle of the line is met 3 % of the line early on the way out, late on the
    # way back.
    assert dark[0] - 99.5 == pytest.approx(-0.03 * 200, abs=1)
    assert dark[1] - 99.5 == pytest.approx(+0.03 * 200, abs=1)


def test_drift_shears_the_image_by_speed_times_time():
    scanner = ScannerSettings(tilt=(0, 0), bow=0.0, drift=(1e-9, 0.0), drift_period=1e9)
    region = ScanRegion((30e-9, 0.0), (200e-9, 60e-9))
    frame = image(Analytic(wall_width=1e-9), ideal(scanner=scanner), region, (60, 200))
    dark = frame.get("amplitude").argmin(axis=1)
    assert dark[0] - dark[59] == pytest.approx(59, abs=1)  # 1 nm/s, 1 line/s, 1 nm a pixel


def test_a_double_tip_shows_each_wall_twice():
    tip = Tip(0.0, 0.0, SecondTip((40e-9, 0.0), 1e-9, 0.4), blunting=0.0)
    region = ScanRegion((0.0, 0.0), (200e-9, 40e-9))
    frame = image(Analytic(wall_width=1e-9, wave=0.0), ideal(tip=tip), region, (2, 200))
    response = frame.get("amplitude")[0] * np.cos(frame.get("phase")[0])
    steps = np.abs(np.diff(response))
    # The second apex, 40 nm ahead, meets the wall 40 pixels before the first does, with 40 % of the
    # step.
    assert steps[:110].argmax() == pytest.approx(89, abs=1)
    assert steps[110:].argmax() + 110 == pytest.approx(129, abs=1)
    assert steps[80:100].sum() / steps[120:140].sum() == pytest.approx(0.4 / 0.6, rel=0.02)


def test_a_response_beyond_full_scale_saturates():
    noise = replace(QUIET, response_limit=40e-12)
    frame = image(Analytic(), ideal(noise=noise), drive=Drive(1.0))
    assert frame.get("amplitude").max() == pytest.approx(40e-12)


def test_phase_offset_and_inversion_wrap_to_plus_minus_pi():
    noise = replace(QUIET, phase_offset=3.0, phase_inverted=True)
    settings = ideal(
        Mode.PFM_SINGLE_FREQUENCY, noise=noise,
        detection=Detection(Mode.PFM_SINGLE_FREQUENCY, 350e3, 0.0),
    )  # fmt: skip
    region = ScanRegion((0.5e-6, 0.0), (0.2e-6, 0.1e-6))
    phase = image(Analytic(), settings, region, (2, 6)).get("phase")
    assert phase == pytest.approx(math.pi / 2 + 3.0 - 2 * math.pi, abs=1e-5)


def test_a_surface_beyond_the_z_range_leaves_its_error_in_the_deflection():
    sample = Analytic(wave=0.0)
    sample.height = lambda x, y: np.where(x > 0.4e-6, 300e-9, 0.0)
    scanner = ScannerSettings(tilt=(0, 0), bow=0.0, z_limit=200e-9)
    frame = image(sample, ideal(scanner=scanner), ScanRegion((0, 0), (1e-6, 0.2e-6)), (3, 50))
    assert frame.get("height").max() == pytest.approx(200e-9)
    assert frame.get("deflection").max() == pytest.approx(100e-9)


def test_tapping_records_the_error_as_amplitude():
    settings = ideal(Mode.TAPPING, feedback=FeedbackSettings(integral=math.inf, setpoint_ratio=0.7))
    frame = image(Analytic(), settings)
    assert [c.name for c in frame.channels] == ["height", "amplitude", "phase"]
    assert frame.get("amplitude") == pytest.approx(0.7 * 20e-9)


def test_scars_run_along_single_lines():
    noise = replace(QUIET, scar_rate=0.5, scar_size=5e-9)
    frame = image(Analytic(wave=0.0), ideal(noise=noise), seed=3)
    scarred = (frame.get("height") != 0).any(axis=1)
    assert 0.1 < scarred.mean() < 0.9


@pytest.mark.parametrize("seed", range(12))
def test_random_instruments_make_finite_images(seed):
    rng = np.random.default_rng(seed)
    settings = random_settings(rng)
    frame = image(Analytic(stiff=0.1), settings, shape=(20, 33), seed=seed)
    for channel in frame.channels:
        for direction in Direction:
            assert np.isfinite(frame.get(channel.name, direction)).all()
    assert np.abs(frame.get("phase")).max() <= math.pi + 1e-6


def test_the_same_seed_makes_the_same_image():
    settings = ideal(noise=NoiseSettings())
    one, two = (image(Analytic(), settings, seed=7).get("amplitude") for _ in range(2))
    assert (one == two).all()
