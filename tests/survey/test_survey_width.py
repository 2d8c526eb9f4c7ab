import math
from dataclasses import replace

import numpy as np
import pytest
from ideal_walls import ideal

from ai_afm import geometry
from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.recipes import spec_for
from ai_afm.microscope.simulated.sample import Untouched, build_world
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.survey.walls import extract_network
from ai_afm.survey.width import measure_widths
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    Mode,
    ScanRegion,
    ScanRequest,
    Wall,
    WallNetwork,
)

SHAPE = (100, 140)
PX = 2e-9
REGION = ScanRegion((1e-6, 0.0), (140 * PX, 100 * PX), 0.4)
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
HALF_DEPTH = 2 * math.atanh(0.5)
"""Full width at half depth of |tanh x|."""


def frame_of(images):
    data = {key: values.astype(np.float32) for key, values in images.items()}
    channels = tuple(Channel(name, "m") for name in dict.fromkeys(name for name, _ in data))
    scanned = dict.fromkeys(Direction, np.ones(SHAPE[0], bool))
    return Frame(ScanRequest(REGION, SHAPE, 1.0), data, channels, scanned, Measurement())


def responding(profile, angle=0.4, lag=0.0, noise=0.0, background=0.0, phase=True):
    """Return a frame of a straight wall: `profile(distance in px)` is its real response."""
    rng = np.random.default_rng(1)
    images = {}
    for way, direction in zip((0.5, -0.5), Direction, strict=True):
        columns = COLUMNS - way * lag
        away = -(columns - 70) * math.sin(angle) + (ROWS - 50) * math.cos(angle)
        z = (profile(away) + background * np.exp(0.7j)) * np.exp(0.3j + 0.4j * way)
        z = z + noise * (rng.normal(size=SHAPE) + 1j * rng.normal(size=SHAPE))
        images["amplitude", direction] = np.abs(z)
        if phase:
            images["phase", direction] = np.angle(z)
    return frame_of(images)


def wall_along(angle=0.4, lag=0.0, code=2, shift=0.0):
    t = np.linspace(-42, 42, 60)
    rows = 50 + t * math.sin(angle) + shift * math.cos(angle)
    columns = 70 + lag / 2 + t * math.cos(angle) - shift * math.sin(angle)
    x, y = geometry.pixel_to_sample(REGION, SHAPE, rows, columns)
    return Wall(np.stack([x, y], axis=1), code)


def width(frame, *walls):
    """Return the apparent width of the first wall, px."""
    wall = measure_widths(WallNetwork(REGION, walls or (wall_along(),)), frame).walls[0]
    return None if wall.apparent_width is None else wall.apparent_width / PX


@pytest.mark.parametrize("half", [2.0, 4.0, 9.0])
@pytest.mark.parametrize("angle", [0.0, 0.4, 1.3])
def test_a_wall_has_the_width_at_half_depth_of_its_response(half, angle):
    frame = responding(lambda d: np.tanh(d / half), angle)
    assert width(frame, wall_along(angle)) == pytest.approx(HALF_DEPTH * half, rel=0.05)


def test_amplitude_alone_gives_the_width_that_amplitude_and_phase_give():
    bare = responding(lambda d: np.tanh(d / 3), phase=False, noise=0.05)
    assert width(bare) == pytest.approx(HALF_DEPTH * 3, rel=0.08)


def test_a_background_that_moves_the_dip_does_not_change_the_width():
    frame = responding(lambda d: np.tanh(d / 4), background=0.5)
    assert width(frame) == pytest.approx(HALF_DEPTH * 4, rel=0.05)


def test_the_lag_of_trace_and_retrace_does_not_widen_a_wall():
    frame = responding(lambda d: np.tanh(d / 3), angle=1.3, lag=5.0)
    assert width(frame, wall_along(1.3, lag=5.0)) == pytest.approx(HALF_DEPTH * 3, rel=0.05)


def test_noise_makes_a_width_uncertain():
    frame = responding(lambda d: np.tanh(d / 4), noise=0.25)
    (wall,) = measure_widths(WallNetwork(REGION, (wall_along(),)), frame).walls
    assert wall.apparent_width == pytest.approx(HALF_DEPTH * 4 * PX, rel=0.2)
    assert 0.005 < wall.width_error / wall.apparent_width < 0.15


def test_the_edge_of_a_ferroelastic_domain_is_as_wide_as_its_step():
    frame = responding(lambda d: 0.65 + 0.35 * np.tanh(d / 4), phase=False)
    assert width(frame, wall_along(code=3)) == pytest.approx(HALF_DEPTH * 4, rel=0.05)


def test_a_boundary_with_a_dip_of_response_is_as_wide_as_the_dip():
    frame = responding(lambda d: 1 - 0.5 * np.exp(-(d**2) / 18))
    assert width(frame, wall_along(code=4)) == pytest.approx(2.3548 * 3, rel=0.05)


def test_a_bright_wall_is_measured_like_a_dark_one():
    frame = responding(lambda d: 0.3 + np.exp(-(d**2) / 18), phase=False)
    assert width(frame, wall_along(code=1)) == pytest.approx(2.3548 * 3, rel=0.05)


def test_a_groove_in_the_height_gives_the_width_of_a_boundary_but_not_of_a_wall():
    away = -(COLUMNS - 70) * math.sin(0.4) + (ROWS - 50) * math.cos(0.4)
    groove = -5e-9 * np.exp(-(away**2) / 32)
    frame = frame_of({("height", d): groove for d in Direction})
    assert width(frame, wall_along(code=4)) == pytest.approx(2.3548 * 4, rel=0.08)
    assert width(frame, wall_along(code=2)) is None


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(np.ones_like, id="no contrast"),
        pytest.param(lambda d: 2 + 0.01 * d, id="a slope"),
        pytest.param(lambda d: np.tanh(d / 0.3), id="narrower than the pixels"),
        pytest.param(lambda d: np.tanh(d / 60), id="wider than the frame"),
    ],
)
def test_what_shows_no_width_has_none(profile):
    assert width(responding(profile, noise=0.02)) is None


def test_where_another_wall_is_near_there_is_no_width():
    near = responding(lambda d: np.tanh((d + 3) / 2) * np.tanh((d - 3) / 2))
    assert width(near, wall_along(shift=-3.0), wall_along(shift=3.0)) is None
    far = responding(lambda d: np.tanh((d + 10) / 2) * np.tanh((d - 10) / 2))
    both = wall_along(shift=-10.0), wall_along(shift=10.0)
    assert width(far, *both) == pytest.approx(HALF_DEPTH * 2, rel=0.1)


def test_lost_lines_leave_the_rest_of_a_wall():
    frame = responding(lambda d: np.tanh(d / 3), angle=1.3)
    data = {key: values.copy() for key, values in frame.data.items()}
    for values in data.values():
        values[60:66] = np.nan
    found = width(replace(frame, data=data), wall_along(1.3))
    assert found == pytest.approx(HALF_DEPTH * 3, rel=0.05)


def test_a_network_without_walls_stays_as_it_is():
    empty = WallNetwork(REGION, ())
    assert measure_widths(empty, responding(np.tanh)) is empty


def twin_width(wall_width, tip, mode=Mode.PFM_OFF_RESONANCE):
    """Return the median width that the twin's walls show, m, imaged with a tip of that blur."""
    spec = spec_for("labyrinth", 3, 4e-6, None)
    world = build_world(replace(spec, domains=replace(spec.domains, wall_width=wall_width)))
    region, shape = ScanRegion((0.0, 0.0), (0.6e-6, 0.4e-6), 0.3), (100, 150)
    settings = ImagingSettings()
    settings = replace(
        settings,
        tip=replace(settings.tip, electric_radius=tip),
        detection=replace(settings.detection, mode=mode),
    )
    request = ScanRequest(region, shape, 0.5)
    frame = image_frame(Untouched(world), request, settings, np.random.default_rng(1))
    network = extract_network(ideal(world.labels(region, shape)), region)
    walls = measure_widths(network, frame).walls
    return float(np.median([w.apparent_width for w in walls if w.apparent_width is not None]))


def seen_through(wall_width, tip):
    """Return the true width at half depth of a tanh wall seen through a gaussian tip, m."""
    x = np.linspace(-4e-7, 4e-7, 8001)
    kernel = np.exp(-0.5 * (x / tip) ** 2)
    profile = np.convolve(np.tanh(x / wall_width), kernel / kernel.sum(), mode="same")[2000:-2000]
    return 2 * float(np.interp(0.5, profile, x[2000:-2000]))


def test_widths_of_the_twin_are_those_of_wall_and_tip_together():
    cases = [(4e-9, 8e-9), (4e-9, 15e-9), (15e-9, 15e-9), (30e-9, 15e-9)]
    found = [twin_width(*case) for case in cases]
    true = [seen_through(*case) for case in cases]
    assert found == pytest.approx(true, rel=0.1)
    assert sorted(found) == found


def test_the_detection_mode_does_not_change_the_width_of_a_wall():
    modes = (Mode.PFM_DART, Mode.PFM_SINGLE_FREQUENCY)
    found = [twin_width(8e-9, 15e-9, mode) for mode in modes]
    assert found == pytest.approx([seen_through(8e-9, 15e-9)] * 2, rel=0.15)
