"""What figures are made of: numbers in words, ranges, phases, scale bars, walls cut and split."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from report_parts import OVERVIEW, hysteresis, loop, whole_run, zoom

from ai_afm.report.figures import (
    phase_axis,
    reduced,
    robust_range,
    round_length,
    runs,
    shown,
    turned,
)
from ai_afm.report.loops import read_out
from ai_afm.report.map_figure import finest_walls
from ai_afm.report.quantity import NOT_MEASURED, duration, number, quantity, volts
from ai_afm.report.story import tell
from ai_afm.report.summary import summarise
from ai_afm.report.twin_picture import draw_worlds
from ai_afm.types import Role


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.234e-6, "m", "1.23 µm"),
        (9.999e-7, "m", "1.00 µm"),
        (-4.5e-3, "V", "−4.50 mV"),
        (350.2e3, "Hz", "350 kHz"),
        (0.0, "m", "0 m"),
        (12.0, "arb", "12.0 arb. u."),
    ],
)
def test_quantities_have_a_prefix_and_a_unit(value, unit, text):
    assert quantity(value, unit).replace("\u00a0", " ") == text


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_what_is_not_a_number_was_not_measured(value):
    assert quantity(value, "V") == number(value) == volts(value) == duration(value) == NOT_MEASURED


@given(st.floats(1e-14, 1e8))
def test_a_quantity_says_its_value_to_three_digits(value):
    text = quantity(value, "V").replace("−", "-")
    digits, _, unit = text.partition("\u00a0")
    factor = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6}
    assert float(digits) * factor[unit.removesuffix("V")] == pytest.approx(value, rel=5.1e-3)


@given(st.floats(1e-9, 1e-3))
def test_a_scale_bar_is_round_and_fits(most):
    length = round_length(most)
    assert most / 2.5 - 1e-15 <= length <= most * (1 + 1e-9)
    assert round(length / 10 ** math.floor(math.log10(length) + 1e-9)) in (1, 2, 5)


def test_the_range_of_colours_ignores_outliers_and_nan():
    image = np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30)
    image[3, 4], image[5, :] = 1e6, np.nan
    low, high = robust_range(image)
    assert 0 < low < 0.02
    assert 0.98 < high < 1


@pytest.mark.parametrize("value", [0.0, 3.0, np.nan])
def test_a_flat_or_empty_image_still_has_a_range(value):
    low, high = robust_range(np.full((4, 7), value, np.float32))
    assert low < high


def test_reducing_averages_and_leaves_unknown_unknown():
    image = np.arange(24, dtype=np.float32).reshape(4, 6)
    image[:2, :2] = np.nan
    image[0, 2] = np.nan
    small = reduced(image, 3)
    assert small.shape == (2, 3)
    assert np.isnan(small[0, 0])
    assert small[0, 1] == pytest.approx((3 + 8 + 9) / 3)


@given(st.floats(-math.pi, math.pi))
def test_two_opposite_domains_are_turned_to_plus_and_minus_90_degrees(angle):
    phase = np.array([[angle, angle + math.pi, angle]], np.float32)
    degrees = turned(phase, angle)
    assert degrees[0] == pytest.approx([90, -90, 90], abs=1e-3)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = whole_run(tmp_path_factory.mktemp("figures") / "run")
    return tell(folder, summarise(folder))


def test_the_same_domain_has_the_same_colour_in_every_frame(story):
    axis = phase_axis(story.frame(1))
    for number_ in (1, 2, 4):
        frame = story.frame(number_)
        image = shown(frame, "phase", phase_axis(frame, axis)).image
        sign = np.sign(shown(frame, "phase", axis).image)
        assert np.median(np.abs(image)) == pytest.approx(90, abs=3)
        assert (np.sign(image) == sign).mean() > 0.99


def test_places_hold_their_frames_images_and_probes(story):
    first, second = story.places
    assert (first.name, second.name) == ("T1", "T2")
    assert [f.observation.number for f in first.frames] == [2]
    assert [f.observation.number for f in (*first.before, *first.after)] == [4, 5]
    assert [p.probe.site for p in first.probes] == ["T1-1W", "T1-1B"]
    assert second.probes == ()


def test_the_map_shows_the_walls_of_the_closest_frame_only(story):
    inside = [
        w for w in finest_walls(story)
        if np.hypot(*(w.points.mean(axis=0) - zoom("T1").region.center)) < 1e-7
    ]  # fmt: skip
    finest = zoom("T1").pixel_size[0]
    # one wall of the stripes crosses there (x = 200 nm), drawn once
    assert len(inside) == 1
    assert np.abs(inside[0].points[:, 0] - 200e-9).max() < 2 * finest + 12e-9
    assert finest < OVERVIEW.pixel_size[0]


def test_a_polyline_is_cut_where_points_are_dropped():
    points = np.arange(14, dtype=float).reshape(7, 2)
    keep = np.array([True, True, False, True, False, True, True])
    assert [p[0, 0] for p in runs(points, keep)] == [0.0, 10.0]


def test_a_loop_is_read_out_with_the_native_state_apart():
    readout = read_out(hysteresis(loop("T1", "T1-1W", Role.WALL), coercive=3.0))
    assert readout.native.has_switched
    assert 3.0 < readout.native.coercive < 3.75  # the steps next to the true 3 V
    assert readout.off.first[1][0] > 0  # the native state is drawn positive
    assert len(readout.written) == 2  # the first cycle is not among them
    assert 3.0 < readout.loop.coercive_plus < 3.75
    assert readout.reasons == ()


def test_the_curves_of_a_loop_hold_every_sample_once():
    spectrum = hysteresis(loop("T1", "T1-1W", Role.WALL))
    curves = read_out(spectrum).off
    joined = np.concatenate([curves.first[0], curves.rest[0][1:]])
    assert np.array_equal(joined, spectrum.write_bias[~spectrum.on_field])


def test_the_contact_sheet_of_the_worlds_is_a_picture(tmp_path):
    draw_worlds(tmp_path / "worlds.png", seed=1, pixels=24)
    with Image.open(tmp_path / "worlds.png") as picture:
        assert picture.format == "PNG"
        assert picture.size[0] > 1000
