from dataclasses import dataclass

import numpy as np
import pytest

from ai_afm.bench.quality import scores
from ai_afm.bench.quality.answers import ANY_LINE, bands, resolved
from ai_afm.bench.quality.frames import Exam
from ai_afm.bench.quality.scores import Rule

SHAPE = (40, 60)


@dataclass(frozen=True)
class Case(Exam):
    """A truth by hand; whether types can be told is said, not derived."""

    tells: bool = True

    @property
    def decidable(self):
        return self.tells


def case(tells=True, unseen=None, **rows):
    label = np.zeros(SHAPE, np.uint8)
    for name, row in rows.items():
        label[row] = {"w180": 2, "ferro": 3, "grain": 4}[name]
    asked, ignore = label > 0, np.zeros(SHAPE, bool)
    if unseen is not None:
        asked[unseen] = False
        ignore[unseen - 3 : unseen + 4] = True
    return Case(None, None, label, asked, ignore, np.zeros(SHAPE, np.float32), tells=tells)


def drawn(**rows):
    lines = np.zeros(SHAPE, np.uint8)
    for name, row in rows.items():
        lines[row] = {"wall": 1, "w180": 2, "ferro": 3, "grain": 4, "any": ANY_LINE}[name]
    return lines


def f1(lines, truth, tolerance=2, rule=Rule.RULED):
    return scores.f1_by_class(scores.count(lines, truth, tolerance, rule))


def test_the_truth_itself_is_perfect():
    truth = case(w180=5, ferro=15, grain=25)
    assert f1(truth.label, truth, 1) == {"2": 1.0, "3": 1.0, "4": 1.0}


def test_a_line_two_pixels_beside_is_found_at_two_but_not_at_one():
    truth = case(w180=10)
    assert f1(drawn(w180=12), truth, 2)["2"] == 1.0
    assert f1(drawn(w180=12), truth, 1)["2"] == 0.0


def test_a_wrong_type_is_a_miss_of_one_class_and_a_false_line_of_the_other():
    counts = scores.count(drawn(ferro=10), case(w180=10, ferro=30), 2)
    assert counts[0].tolist() == [0, 0, 0, 60]
    assert counts[1].tolist() == [0, 60, 0, 60]


@pytest.mark.parametrize(
    ("tells", "rule", "expected"),
    [
        (True, Rule.STRICT, 0.0),
        (True, Rule.LENIENT, 1.0),
        (True, Rule.RULED, 0.0),
        (False, Rule.STRICT, 0.0),
        (False, Rule.RULED, 1.0),
    ],
)
def test_an_undetermined_wall_is_a_find_only_where_the_type_cannot_be_told(tells, rule, expected):
    assert f1(drawn(wall=10), case(tells, w180=10), rule=rule)["2"] == expected


def test_an_undetermined_wall_is_no_false_line_where_a_wall_is():
    counts = scores.count(drawn(wall=10), case(w180=10), 2, Rule.STRICT)
    assert counts[:, 1].sum() == 0


def test_an_undetermined_wall_on_a_boundary_is_charged_to_the_walls_that_are_there():
    counts = scores.count(drawn(wall=30), case(w180=10, grain=30), 2)
    assert counts[:, 1].tolist() == [60, 0, 0]
    assert counts[2, 2] == 0


def test_a_line_of_no_class_counts_as_what_is_there_and_its_errors_are_shared():
    truth = case(w180=5, grain=25)
    counts = scores.count(drawn(any=5), truth, 2)
    assert counts[0].tolist() == [60, 60, 60, 60]
    counts = scores.count(drawn(any=15), truth, 2)
    assert counts[:, 1].tolist() == [30, 0, 30]


def test_nothing_counts_near_a_line_that_cannot_be_seen():
    counts = scores.count(drawn(grain=11), case(w180=10, ferro=30, unseen=10), 2)
    assert counts[:, :3].sum() == 0
    assert counts[:, 3].tolist() == [0, 60, 0]


def test_only_the_rows_that_are_asked_for_count():
    truth, rows = case(w180=10, grain=30), np.arange(SHAPE[0]) < 20
    counts = scores.count(truth.label, truth, 2, rows=rows)
    assert counts[:, 3].tolist() == [60, 0, 0]
    assert scores.macro_f1(counts) == 1.0


def test_without_any_true_line_there_is_no_score():
    assert scores.macro_f1(scores.count(drawn(w180=3), case(), 2)) is None


def test_two_lines_three_pixels_apart_are_one_and_six_apart_are_two():
    near, far = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    near[[10, 13]] = far[[10, 16]] = True
    assert resolved(near).sum(axis=0)[5:-5].max() == 1
    assert resolved(far).sum(axis=0)[5:-5].max() == 2


def test_false_walls_at_an_edge_are_those_beside_a_boundary_without_a_wall():
    truth = case(grain=10, w180=30)
    assert scores.false_walls_at_edges(drawn(w180=12), truth) == (60, 60)
    assert scores.false_walls_at_edges(drawn(w180=20), truth) == (0, 60)
    assert scores.false_walls_at_edges(drawn(w180=31), truth) == (0, 60)


def test_a_wall_drawn_in_place_of_a_boundary_is_an_edge_wall_and_the_boundary_is_missed():
    truth = case(grain=10, w180=30)
    lines = drawn(w180=10)
    assert scores.edge_walls(lines, truth).sum() == 60
    apart = np.where(scores.edge_walls(lines, truth), 0, lines)
    assert scores.count(apart, truth, 2)[:, 1].sum() == 0
    assert f1(apart, truth)["4"] == 0.0


def test_a_boundary_band_lies_over_a_wall_band():
    truth = case(w180=10, grain=12)
    assert bands(truth, 2)[[9, 10]].all()
    assert not bands(truth, 2)[11].any()
    assert bands(truth, 4)[[11, 12, 13]].all()


def test_junctions_pool_over_frames():
    label = np.zeros(SHAPE, np.uint8)
    label[20], label[:20, 30] = 2, 2
    truth = Case(None, None, label, label > 0, np.zeros(SHAPE, bool), np.zeros(SHAPE, np.float32))
    right = scores.junction_counts(label, truth)
    missed = scores.junction_counts(np.zeros_like(label), truth)
    assert right.f1 == 1.0
    assert (right + missed).f1 == pytest.approx(2 / 3)
