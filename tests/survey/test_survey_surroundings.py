import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.survey.segments import merge_nodes
from ai_afm.survey.skeleton import Chains, thin, trace
from ai_afm.survey.surroundings import RUN, Lines, Runs, describe

CLASSES = 5
OF_LINES = 3 * CLASSES
"""Columns of the classes said at a run, along its line, and of its line."""


def lines_of(mask, values=None, valid=None):
    chains = trace(thin(mask))
    numbers, _ = merge_nodes(chains, 5.0)
    edge = np.zeros(mask.shape, bool)
    edge[:2], edge[-2:], edge[:, :2], edge[:, -2:] = True, True, True, True
    if values is None:
        values = np.full((CLASSES, len(chains.pixels)), 0.1, np.float32)
    valid = np.ones(len(mask), bool) if valid is None else valid
    return Lines(chains, numbers, edge, valid, values)


def stripes(shape=(96, 128), pitch=12):
    mask = np.zeros(shape, bool)
    mask[:, 6::pitch] = True
    return mask


def cells(shape=(96, 128), pitch=24):
    mask = stripes(shape, pitch)
    mask[8::pitch] = True
    return mask


def the_frame(features, column):
    """Columns of the frame as a whole, counted from its first one."""
    per_reach = 3 * CLASSES + 8
    return features[:, features.shape[1] - per_reach + column]


@given(st.lists(st.integers(1, 70), min_size=1, max_size=6))
def test_runs_cover_every_line_once_in_order(sizes):
    starts = np.concatenate([[0], np.cumsum(sizes)])
    runs = Runs.of(starts)
    assert runs.size.sum() == starts[-1]
    assert (runs.size >= 1).all()
    assert (runs.size < 2 * RUN).all()
    np.testing.assert_array_equal(np.diff(runs.first), runs.size[:-1])
    for line, size in enumerate(sizes):
        assert runs.size[runs.line == line].sum() == size


def test_parallel_lines_have_one_direction_and_crossing_ones_two_at_right_angles():
    _, parallel = describe(lines_of(stripes()))
    _, crossing = describe(lines_of(cells()))
    twofold, fourfold = 3 * CLASSES, 3 * CLASSES + 1
    assert the_frame(parallel, twofold) == pytest.approx(1, abs=0.01)
    assert (the_frame(crossing, twofold) < 0.4).all()
    assert (the_frame(crossing, fourfold) > 0.8).all()


def test_junctions_tell_cells_from_stripes():
    junctions = 3 * CLASSES + 6
    assert the_frame(describe(lines_of(stripes()))[1], junctions) == pytest.approx(0)
    assert (the_frame(describe(lines_of(cells()))[1], junctions) > 0.2).all()


def test_what_is_said_of_parallel_lines_is_told_apart_from_what_is_said_of_crossing_ones():
    lines = lines_of(cells())
    down = np.isin(lines.chains.pixels[:, 1] % 24, (5, 6, 7))
    values = np.zeros((CLASSES, len(down)), np.float32)
    values[2, down], values[3, ~down] = 0.9, 0.9
    runs, features = describe(Lines(lines.chains, lines.nodes, lines.edge, lines.valid, values))
    upright = np.add.reduceat(down, runs.first) > 0.9 * runs.size
    parallel, crossing = the_frame(features, CLASSES + 2), the_frame(features, 2 * CLASSES + 2)
    # next to a crossing there are pixels of both
    assert np.median(parallel[upright]) > 0.8
    assert np.median(crossing[upright]) < 0.25


def test_mirroring_a_frame_changes_nothing_but_the_order():
    mask = cells((96, 128))
    mask[40:, 70:] = False
    there = describe(lines_of(mask))[1]
    mirrored = describe(lines_of(mask[:, ::-1]))[1]
    assert np.sort(the_frame(there, 3 * CLASSES + 5)) == pytest.approx(
        np.sort(the_frame(mirrored, 3 * CLASSES + 5)), abs=0.02
    )


def test_rows_that_were_not_scanned_do_not_thin_the_lines_out():
    mask = stripes()
    mask[48:] = False
    valid = np.arange(96) < 48
    density = 3 * CLASSES + 5
    half = the_frame(describe(lines_of(mask, valid=valid))[1], density)
    whole = the_frame(describe(lines_of(stripes()))[1], density)
    assert half.mean() == pytest.approx(whole.mean(), abs=0.1)


def test_a_closed_line_has_no_ends():
    rows, columns = np.mgrid[:80, :96]
    ring = np.abs(np.hypot(rows - 40, columns - 48) - 20) < 1
    _, features = describe(lines_of(ring))
    closed, junctions, free, cut = features[0, OF_LINES + 2 : OF_LINES + 6]
    assert (closed, junctions, free, cut) == (1, 0, 0, 0)


def test_a_line_of_one_pixel_has_finite_features():
    one = Chains(np.array([[20, 24]]), np.array([0, 1]), np.array([True]), np.array([[2, 2]]))
    edge, valid = np.zeros((40, 48), bool), np.ones(40, bool)
    values = np.full((CLASSES, 1), 0.1, np.float32)
    runs, features = describe(Lines(one, np.array([[-1, -1]]), edge, valid, values))
    assert len(runs.first) == len(features) == 1
    assert np.isfinite(features).all()
