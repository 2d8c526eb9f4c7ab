"""The simulated person: what a perfect one leaves behind, and how far from it others are."""

import json

import dataset_factory as make
import lab_factory as factory
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.flywheel.annotator import Skill, correct, strokes_for
from ai_afm.flywheel.datasets.learning import one_pixel_lines
from ai_afm.flywheel.records import Place
from ai_afm.flywheel.sessions import CorrectionSession
from ai_afm.flywheel.strokes import Tool, paint
from ai_afm.types import ClassCode

SHAPE = (56, 72)
PERFECT = Skill(jitter=0.0, misses=0.0, wrong_types=0.0)


def rng(seed=0):
    return np.random.default_rng(seed)


def lines(*columns_and_codes, rows=slice(None), wide=0):
    """Upright lines: (column, code), `wide` px to either side."""
    label = np.zeros(SHAPE, np.uint8)
    for column, code in columns_and_codes:
        label[rows, column - wide : column + wide + 1] = code
    return label


def test_nothing_is_done_where_everything_is_right():
    work = strokes_for(lines((20, 2), wide=1), lines((21, 2)), PERFECT, rng())
    assert (work.strokes, work.clicks, work.missed) == ((), 0, 0)
    assert work.seconds == PERFECT.seconds_per_item


def test_a_false_line_is_rubbed_out_and_the_true_one_beside_it_stays():
    before, truth = lines((20, 2), (40, 4), wide=1), lines((20, 2))
    work = strokes_for(before, truth, PERFECT, rng())
    assert (work.erased, work.drawn, work.renamed) == (1, 0, 0)
    np.testing.assert_array_equal(paint(before, work.strokes), lines((20, 2), wide=1))


def test_a_missing_line_is_drawn_with_its_class():
    before, truth = lines((20, 2), wide=1), lines((20, 2), (50, 4))
    work = strokes_for(before, truth, PERFECT, rng())
    assert (work.erased, work.drawn, work.renamed) == (0, 1, 0)
    np.testing.assert_array_equal(one_pixel_lines(paint(before, work.strokes)), truth)


def test_only_the_missing_part_of_a_line_is_drawn():
    before = lines((30, 3), rows=slice(0, 28), wide=1)
    work = strokes_for(before, lines((30, 3)), PERFECT, rng())
    top = min(row for stroke in work.strokes for row, _ in stroke.points)
    assert work.drawn == 1
    assert 24 <= top <= 34
    after = one_pixel_lines(paint(before, work.strokes)) == 3
    assert after[:, 29:32].any(axis=1).all()


def test_a_line_of_the_wrong_class_is_drawn_over():
    before, truth = lines((20, 2), wide=1), lines((20, 4))
    work = strokes_for(before, truth, PERFECT, rng())
    assert (work.erased, work.drawn, work.renamed) == (0, 1, 0)
    np.testing.assert_array_equal(one_pixel_lines(paint(before, work.strokes)), truth)


def test_a_boundary_that_crosses_walls_is_one_stroke():
    walls = sum(lines((column, 2)) for column in range(8, 40, 8))
    truth = np.where(walls > 0, walls, 0).astype(np.uint8)
    truth[24] = 4
    work = strokes_for(walls.astype(np.uint8), truth, PERFECT, rng())
    assert work.drawn == 1
    assert (one_pixel_lines(paint(walls.astype(np.uint8), work.strokes))[22:27] == 4).any(0).all()


@pytest.mark.parametrize("length", [6, 10, 40])
def test_a_missing_line_is_drawn_to_its_ends(length):
    truth = lines((20, 3), rows=slice(4, 4 + length))
    work = strokes_for(np.zeros(SHAPE, np.uint8), truth, PERFECT, rng())
    assert work.drawn == 1
    assert paint(np.zeros(SHAPE, np.uint8), work.strokes)[4 : 4 + length, 20].all()


def test_a_line_of_which_half_has_the_wrong_class_is_drawn_over_there_only():
    truth = lines((20, 4), rows=slice(0, 28)) + lines((20, 2), rows=slice(28, None))
    before = lines((20, 2), wide=1)
    after = one_pixel_lines(paint(before, strokes_for(before, truth, PERFECT, rng()).strokes))
    assert (after[:24, 19:22] == 4).any(axis=1).all()
    assert (after[32:, 19:22] == 2).any(axis=1).all()


def test_nobody_draws_where_nobody_can_tell():
    truth = np.full(SHAPE, 255, np.uint8)
    truth[:, :36] = 0
    work = strokes_for(lines((20, 2), (50, 2), wide=1), truth, PERFECT, rng())
    assert work.erased == 1
    assert all(column < 30 for _, column in work.strokes[0].points)


def test_an_empty_sheet_is_looked_at_as_a_whole_before_lines_are_drawn():
    before = np.full(SHAPE, 255, np.uint8)
    work = strokes_for(before, lines((20, 2)), PERFECT, rng())
    assert [s.tool for s in work.strokes] == [Tool.FILL, Tool.BRUSH]
    np.testing.assert_array_equal(one_pixel_lines(paint(before, work.strokes)), lines((20, 2)))


def test_specks_are_not_worth_a_stroke():
    before = lines((20, 2), rows=slice(10, 14), wide=1)
    assert strokes_for(before, np.zeros(SHAPE, np.uint8), PERFECT, rng()).strokes == ()


def test_clicks_and_seconds_are_counted():
    skill = Skill(0.0, 0.0, 0.0, spacing=11.0, seconds_per_item=5.0, seconds_per_stroke=3.0,
                  seconds_per_click=0.5)  # fmt: skip
    work = strokes_for(np.zeros(SHAPE, np.uint8), lines((20, 2)), skill, rng())
    assert work.clicks == 6  # 55 px from end to end, a click each 11 px
    assert work.seconds == 5.0 + 3.0 + 6 * 0.5


def test_what_is_overlooked_stays_and_is_counted():
    blind = Skill(misses=1.0)
    work = strokes_for(lines((20, 2), wide=1), lines((50, 4)), blind, rng())
    assert (work.strokes, work.missed) == ((), 2)


def test_the_rates_are_kept_over_many_lines():
    truth = lines(*((column, 2) for column in range(6, 70, 8)))
    blank = np.zeros(SHAPE, np.uint8)
    skill = Skill(jitter=0.0, misses=0.25, wrong_types=0.5)
    works = [strokes_for(blank, truth, skill, rng(seed)) for seed in range(40)]
    drawn = [stroke for work in works for stroke in work.strokes]
    # 320 lines: three standard deviations of a binomial
    assert len(drawn) / 320 == pytest.approx(0.75, abs=0.075)
    assert np.mean([s.code != 2 for s in drawn]) == pytest.approx(0.5, abs=0.1)
    assert {s.code for s in drawn} <= {2, 3, 4, 5}


def test_clicks_lie_beside_the_line_by_as_much_as_the_hand_shakes():
    skill = Skill(jitter=1.5, misses=0.0, wrong_types=0.0, spacing=2.0)
    blank = np.zeros(SHAPE, np.uint8)
    works = [strokes_for(blank, lines((30, 2)), skill, rng(seed)) for seed in range(30)]
    away = [column - 30 for work in works for s in work.strokes for _, column in s.points]
    assert len(away) > 800
    assert np.std(away) == pytest.approx(1.5, rel=0.1)
    assert abs(np.mean(away)) < 0.2


def test_the_same_seed_gives_the_same_strokes():
    before, truth = lines((20, 2), (60, 3), wide=1), lines((40, 4))
    first, again, other = (strokes_for(before, truth, Skill(), rng(seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(2, 69), st.sampled_from([2, 3, 4])), max_size=3),
    st.lists(st.tuples(st.integers(2, 69), st.sampled_from([2, 3, 4])), max_size=3),
)
def test_a_perfect_person_leaves_no_line_far_from_a_true_one(drawn, true):
    before, truth = lines(*drawn, wide=1), lines(*true)
    after = paint(before, strokes_for(before, truth, PERFECT, rng()).strokes)
    found, wanted = (set(np.flatnonzero(label.any(axis=0)).tolist()) for label in (after, truth))
    assert all(min(abs(a - b) for b in wanted) <= 5 for a in found if wanted)
    assert bool(found) == bool(wanted)
    assert all(min(abs(a - b) for b in found) <= 4 for a in wanted)


@pytest.mark.parametrize("wrong", [{"misses": 1.1}, {"wrong_types": -0.1}, {"jitter": -1.0},
                                   {"spacing": 0.5}, {"misses": float("nan")}])  # fmt: skip
def test_a_skill_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(BadInput):
        Skill(**wrong)


def test_a_truth_of_another_shape_is_refused():
    with pytest.raises(BadInput, match="shape"):
        strokes_for(lines(), np.zeros((5, 6), np.uint8), PERFECT, rng())


def test_its_corrections_take_the_way_of_real_ones(tmp_path):
    with factory.open_lab(tmp_path) as store:
        record, prediction = factory.with_frame(store, tmp_path)
        truth = make.a_label(make.WINDOW.shape, ClassCode.GRAIN_BOUNDARY, 90)
        place = Place(record.sha256, make.WINDOW)
        session = CorrectionSession.begin(store, place, "Robot", prediction.id)
        correction, work = correct(session, truth, PERFECT, rng())
        assert (work.erased, work.drawn) == (1, 1)
        assert (correction.annotator, correction.seconds) == ("Robot", work.seconds)
        stored = json.loads(store.blobs.get(correction.strokes))
        assert len(stored) == len(work.strokes) == 2
        np.testing.assert_array_equal(
            one_pixel_lines(store.label(correction.after)), one_pixel_lines(truth)
        )
        # once more, from its own version: nothing is left to do
        session = CorrectionSession.begin(store, place, "Robot", prediction.id)
        again, nothing = correct(session, truth, PERFECT, rng())
        assert (again.parent, nothing.strokes) == (correction.revision, ())
