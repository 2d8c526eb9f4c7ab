import math

import numpy as np
import pytest

from ai_afm.survey.gaps import Gap
from ai_afm.survey.tracing import Extraction
from ai_afm.survey.walls import extract_network
from ai_afm.types import ScanRegion, Segmentation

SHAPE = (60, 110)
PX = 1e-9
REGION = ScanRegion((0.0, 0.0), (110 * PX, 60 * PX))
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)


def seen(line, rows=None):
    """Return the segmentation of a probability of boundaries."""
    probability = np.stack([1 - line, line]).astype(np.float32)
    label = np.where(line > 0.5, 4, 0).astype(np.uint8)
    if rows is not None:
        probability[:, ~rows] = np.nan
        label[~rows] = 255
    doubt = 1 - probability.max(axis=0)
    return Segmentation(probability, (0, 4), label, doubt, "hand@1", "0" * 64, SHAPE[0])


def band(distance):
    return 0.95 / (1 + np.exp((np.abs(distance) - 1.6) / 0.4))


def broken(row=30.0, gap=5, left=0.22, slope=0.0, second_row=None):
    """A straight boundary with a gap around column 50, in which `left` is still there."""
    steep = math.hypot(1, slope)
    line = band((ROWS - row - slope * (COLUMNS - 50)) / steep)
    if second_row is not None:
        line = np.where(COLUMNS > 50, band(ROWS - second_row), line)
    along = (COLUMNS - 50 + slope * (ROWS - row)) / steep
    return np.where(np.abs(along) <= gap / 2, left / 0.95 * line, line)


def pieces(line, **kwargs):
    return len(extract_network(seen(line, **kwargs), REGION).walls)


@pytest.mark.parametrize("slope", [0.0, 0.4, -0.8])
def test_a_short_gap_in_a_boundary_is_closed(slope):
    network = extract_network(seen(broken(slope=slope)), REGION)
    assert len(network.walls) == 1
    assert not network.open_ends
    away = (ROWS - 30 - slope * (COLUMNS - 50)) / math.hypot(1, slope)
    whole = extract_network(seen(band(away)), REGION)
    assert network.length() == pytest.approx(whole.length(), rel=0.01)


def test_a_closed_boundary_divides_two_grains():
    assert len(extract_network(seen(broken()), REGION).grains) == 2
    assert len(extract_network(seen(broken(left=0.0)), REGION).grains) == 0


def test_a_gap_without_a_trace_of_a_line_stays():
    assert pieces(broken(left=0.02)) == 2


def test_a_wide_gap_stays():
    assert pieces(broken(gap=14)) == 2


def test_two_lines_side_by_side_are_not_joined():
    line = broken(second_row=36.0)
    line = np.maximum(line, np.where(np.abs(COLUMNS - 50) < 4, 0.22, 0.0))
    assert pieces(line) == 2


def test_lines_that_meet_at_an_angle_are_not_joined():
    down = np.where(ROWS > 32, band(COLUMNS - 53), 0.0)
    left = np.where(COLUMNS < 48, band(ROWS - 30), 0.0)
    glow = np.where(np.hypot(ROWS - 31, COLUMNS - 50) < 8, 0.22, 0.0)
    assert pieces(np.maximum(np.maximum(down, left), glow)) == 2


def test_rows_that_were_not_scanned_are_never_bridged():
    rows = np.ones(SHAPE[0], bool)
    rows[30] = False
    line = band(COLUMNS - 50)
    assert pieces(line, rows=rows) == 2


def test_bridging_can_be_switched_off():
    off = Extraction(gap=Gap(longest=0.0))
    assert len(extract_network(seen(broken()), REGION, extraction=off).walls) == 2


def test_the_flanks_of_two_lines_that_touch_are_no_wall_between_them():
    near = band(ROWS - 27 - 0.02 * (COLUMNS - 50) ** 2 / 10)
    other = band(ROWS - 21.9 + 0.02 * (COLUMNS - 50) ** 2 / 10)
    both = np.minimum(near + other + np.where(np.abs(COLUMNS - 50) < 3, 0.2, 0), 0.95)
    both = np.where((np.abs(COLUMNS - 50) < 2) & (np.abs(ROWS - 24.5) < 1), 0.42, both)
    network = extract_network(seen(both), REGION)
    assert len(network.walls) == 2
    assert not network.junctions
