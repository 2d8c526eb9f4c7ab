"""Length of 1-px lines: Euclidean at any angle, of rings and corners, out to the frame's edge."""

import numpy as np
import pytest

from ai_afm.segment.metrics import density_error, length_density, line_length
from ai_afm.segment.metrics.lines import line_lengths


def straight(angle_deg: float, shape: tuple[int, int], offset: tuple[float, float]) -> np.ndarray:
    """Draw a line through the middle, one pixel per row or column, from edge to edge."""
    t = np.deg2rad(angle_deg)
    middle = np.array(shape) / 2 - 0.5 + offset
    mask = np.zeros(shape, bool)
    if abs(np.cos(t)) >= abs(np.sin(t)):
        columns = np.arange(shape[1])
        rows = np.rint(middle[0] + (columns - middle[1]) * np.tan(t)).astype(int)
    else:
        rows = np.arange(shape[0])
        columns = np.rint(middle[1] + (rows - middle[0]) / np.tan(t)).astype(int)
    inside = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
    mask[rows[inside], columns[inside]] = True
    return mask


def clipped(angle_deg: float, shape: tuple[int, int], offset: tuple[float, float]) -> float:
    """Return the length of that line inside the frame, whose edge is half a pixel further out."""
    direction = np.array([np.sin(np.deg2rad(angle_deg)), np.cos(np.deg2rad(angle_deg))])
    middle = np.array(shape) / 2 - 0.5 + offset
    low, high = -np.inf, np.inf
    for along, at, size in zip(direction, middle, shape, strict=True):
        if abs(along) > 1e-12:
            ends = sorted(((-0.5 - at) / along, (size - 0.5 - at) / along))
            low, high = max(low, ends[0]), min(high, ends[1])
    return float(high - low)


@pytest.mark.parametrize("angle_deg", [0, 3, 10, 18.4, 22.5, 26.6, 33, 40, 45, 57, 71, 88, 90, 130])
def test_a_straight_line_is_as_long_at_every_angle(angle_deg: float) -> None:
    rng, shape = np.random.default_rng(1), (150, 211)
    offsets = [tuple(rng.uniform(-20, 20, 2)) for _ in range(8)]
    ratio = [
        line_length(straight(angle_deg, shape, o)) / clipped(angle_deg, shape, o) for o in offsets
    ]
    assert np.mean(ratio) == pytest.approx(1, abs=0.01)


def test_a_staircase_of_corner_pixels_is_a_diagonal() -> None:
    mask = np.zeros((60, 71), bool)
    steps = np.arange(40)
    mask[10 + steps, 12 + steps] = mask[10 + steps, 13 + steps] = True
    # 39 diagonal steps and half a diagonal more: the last pixel beside the last step
    assert line_length(mask) == pytest.approx(39.5 * np.sqrt(2), rel=0.01)


@pytest.mark.parametrize("radius", [8, 15, 30])
def test_a_ring_is_as_long_as_its_circumference(radius: int) -> None:
    angle = np.linspace(0, 2 * np.pi, 5000)
    mask = np.zeros((80, 91), bool)
    rows, columns = 40.3 + radius * np.sin(angle), 44.6 + radius * np.cos(angle)
    mask[np.rint(rows).astype(int), np.rint(columns).astype(int)] = True
    assert line_length(mask) == pytest.approx(2 * np.pi * radius, rel=0.015)


def test_a_line_inside_the_frame_reaches_from_its_first_pixel_to_its_last() -> None:
    mask = np.zeros((9, 30), bool)
    mask[4, 5:25] = True
    assert line_length(mask) == pytest.approx(19)


def test_a_line_from_edge_to_edge_is_as_long_as_the_frame() -> None:
    mask = np.zeros((9, 30), bool)
    mask[4] = True
    assert line_length(mask) == pytest.approx(30)
    assert length_density(mask) == pytest.approx(1 / 9)


def test_branches_are_counted_once_each() -> None:
    mask = np.zeros((41, 61), bool)
    mask[20] = True
    mask[:, 30] = True
    assert line_length(mask) == pytest.approx(41 + 61)


def test_dust_has_no_length_and_nothing_has_none() -> None:
    mask = np.zeros((9, 30), bool)
    assert line_length(mask) == 0
    mask[4, 7] = True
    assert line_length(mask) == 0


def test_what_is_ignored_counts_neither_as_length_nor_as_area() -> None:
    mask, ignore = np.zeros((9, 30), bool), np.zeros((9, 30), bool)
    mask[4] = True
    ignore[:, 20:] = True
    assert length_density(mask, ignore) == pytest.approx(1 / 9)
    assert length_density(mask, np.ones_like(mask)) is None


def test_each_pixel_of_a_straight_line_stands_for_its_step() -> None:
    mask = np.zeros((9, 30), bool)
    mask[4] = True
    assert line_lengths(mask)[4] == pytest.approx(np.ones(30))


def test_half_a_line_is_half_too_short_and_a_false_line_as_much_too_long() -> None:
    true, half, double = (np.zeros((9, 40), bool) for _ in range(3))
    true[4], half[4, :20] = True, True
    double[[2, 6]] = True
    assert density_error(true, true) == 0
    assert density_error(half, true) == pytest.approx(-0.5, abs=0.02)
    assert density_error(double, true) == pytest.approx(1.0)
    assert density_error(true, np.zeros_like(true)) is None


def test_a_tiny_ring_and_a_hairpin_have_a_finite_length() -> None:
    ring = np.zeros((8, 9), bool)
    ring[2:5, 3:6] = True
    ring[3, 4] = False
    assert 5 < line_length(ring) < 9
    hairpin = np.zeros((8, 30), bool)
    hairpin[2, 4:20] = hairpin[4, 4:20] = hairpin[3, 20] = True
    assert line_length(hairpin) == pytest.approx(33, abs=2.5)
