"""What a view shows of a frame: levelling, range, unit, colours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.types import Channel, Direction, Frame, Measurement, ScanRegion, ScanRequest
from ai_afm_gui.live.channels import (
    Choice,
    Levelling,
    Map,
    first_choices,
    indices,
    kept_choice,
    levelled,
    range_of,
    robust_range,
    scale_of,
    shown_channels,
)


def frame(*names, shape=(6, 9), bins=()):
    data = {
        (n, d): np.zeros((*shape, 3) if n in bins else shape, np.float32)
        for n in names
        for d in Direction
    }
    units = {"phase": "rad", "height": "m"}
    return Frame(
        ScanRequest(ScanRegion((0, 0), (3e-6, 2e-6)), shape, 1.0),
        data,
        tuple(Channel(n, units.get(n, "V")) for n in names),
        {d: np.zeros(shape[0], bool) for d in Direction},
        Measurement(),
    )


def tilted(shape=(60, 80)):
    y, x = np.mgrid[: shape[0], : shape[1]]
    image = (3e-9 * x - 2e-9 * y).astype(np.float32)
    image[10, 20] += 5e-9
    return image


def test_a_plane_is_taken_off_and_what_lies_on_it_stays():
    flat = levelled(tilted(), Levelling.PLANE)
    assert abs(flat[10, 20] - 5e-9) < 2e-10
    assert np.abs(np.delete(flat, 10, axis=0)).max() < 1e-10


def test_a_plane_is_found_although_most_lines_are_not_scanned():
    image = tilted()
    image[12:] = np.nan
    flat = levelled(image, Levelling.PLANE)
    assert np.nanmax(np.abs(flat[:10])) < 2e-10
    assert np.isnan(flat[12:]).all()


def test_the_median_of_each_row_becomes_zero():
    image = tilted()
    image[3, :5] = np.nan
    flat = levelled(image, Levelling.ROWS)
    np.testing.assert_allclose(np.nanmedian(flat, axis=1), 0, atol=1e-13)


def test_levelling_is_for_display_only():
    image = tilted()
    before = image.copy()
    for levelling in Levelling:
        levelled(image, levelling)
    np.testing.assert_array_equal(image, before)


def test_a_few_wild_pixels_do_not_change_the_range():
    image = np.random.default_rng(1).normal(size=(64, 80)).astype(np.float32)
    calm = robust_range(image)
    image[5, 5:9] = 1e6
    assert robust_range(image) == pytest.approx(calm, rel=0.05)


def test_a_range_is_never_empty_and_nothing_has_none():
    low, high = robust_range(np.full((4, 5), 2.0, np.float32))
    assert low < 2.0 < high
    assert robust_range(np.full((4, 5), np.nan, np.float32)) is None


def test_an_angle_on_the_cyclic_map_spans_the_whole_turn():
    image = np.full((4, 5), 0.1, np.float32)
    limits = range_of(image, Choice("phase", map=Map.CYCLIC), "rad")
    assert limits == pytest.approx((-np.pi, np.pi))
    assert range_of(image, Choice("phase", fixed=(0.0, 1.0), map=Map.CYCLIC), "rad") == (0.0, 1.0)


@given(st.floats(-1e3, 1e3))
def test_an_angle_and_the_same_one_a_turn_later_have_the_same_colour(angle):
    pair = np.array([[angle, angle + 2 * np.pi]], np.float64).astype(np.float32)
    first, second = indices(pair, (-np.pi, np.pi), cyclic=True)[0].astype(int)
    assert min(abs(first - second), 256 - abs(first - second)) <= 1


def test_colours_end_where_the_range_does():
    image = np.array([[-5.0, 0.0, 0.5, 1.0, 9.0]], np.float32)
    assert indices(image, (0.0, 1.0), cyclic=False)[0].tolist() == [0, 0, 127, 255, 255]


@pytest.mark.parametrize(
    ("unit", "largest", "text"),
    [
        ("m", 3e-8, "nm"),
        ("V", 0.2, "mV"),
        ("rad", 3.0, "deg"),
        ("arb", 5.0, "arb"),
        ("Hz", 3e5, "kHz"),
    ],
    ids=["length", "voltage", "angle", "uncalibrated", "frequency"],
)
def test_numbers_have_a_unit_with_a_prefix(unit, largest, text):
    assert scale_of(unit, largest).unit == text


def test_the_views_show_different_channels_first_and_retraces_where_there_are_no_more():
    shown = [(c.channel, c.direction.value) for c in first_choices(frame("phase", "height"))]
    assert shown == [
        ("height", "trace"), ("phase", "trace"), ("height", "retrace"), ("phase", "retrace"),
    ]  # fmt: skip
    four = first_choices(frame("deflection", "phase", "amplitude", "height", "frequency"))
    assert [c.channel for c in four] == ["height", "amplitude", "phase", "frequency"]


def test_a_channel_with_a_spectrum_in_each_pixel_is_no_image():
    there = shown_channels(frame("height", "band", bins=("band",)))
    assert {name for name, _ in there} == {"height"}


def test_what_was_chosen_is_kept_only_where_a_frame_has_it():
    choice = Choice("phase")
    assert kept_choice(choice, frame("phase")) is choice
    assert kept_choice(choice, frame("height")) is None
