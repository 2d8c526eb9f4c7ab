"""What speaks against a label: each fault is found where it is, and not where all is well."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.errors import BadInput
from ai_afm.flywheel.datasets.doubts import Fault, Opinion, doubts_about
from ai_afm.flywheel.datasets.shifts import best_shift
from ai_afm.flywheel.datasets.suspects import evidence

SHAPE = (72, 96)
CODES = (0, 1, 2, 3, 4, 5)
L_SHAPE = [(np.s_[12:60, 30], 2), (np.s_[40, 30:80], 2)]


def drawn(*lines, wide=1):
    """Lines as (where, code), three pixels wide."""
    label = np.zeros(SHAPE, np.uint8)
    for where, code in lines:
        rows, columns = np.nonzero(_marked(where))
        for dr in range(-wide, wide + 1):
            for dc in range(-wide, wide + 1):
                inside = (rows + dr < SHAPE[0]) & (columns + dc < SHAPE[1])
                label[rows[inside] + dr, columns[inside] + dc] = code
    return label


def _marked(where):
    marked = np.zeros(SHAPE, bool)
    marked[where] = True
    return marked


def opinion(label, sure=0.95):
    """What a model says that sees just these lines."""
    planes = np.zeros((len(CODES), *SHAPE), np.float32)
    for plane, code in zip(planes, CODES, strict=True):
        plane[label == code] = sure
    planes[0][label > 0] = 1 - sure
    planes[0][label == 0] = 1.0
    return Opinion(planes, CODES, "net@1.0.0")


def test_nothing_speaks_against_what_the_model_sees_as_well():
    label = drawn(*L_SHAPE)
    doubts = doubts_about(label, opinion(label), np.zeros(SHAPE, bool))
    assert doubts.faults == ()
    assert doubts.words() == ""
    assert doubts.severity < 0.2


@pytest.mark.parametrize("move", [(4, 0), (0, -6), (-5, 5), (9, 7)], ids=str)
def test_lines_beside_what_the_model_sees_are_found_with_their_distance(move):
    truth = drawn(*L_SHAPE)
    doubts = doubts_about(np.roll(truth, move, (0, 1)), opinion(truth))
    assert doubts.faults[0] is Fault.SHIFTED
    assert abs(doubts.shift.rows - move[0]) <= 1
    assert abs(doubts.shift.pixels - move[1]) <= 1
    assert f"{doubts.shift.distance:.0f} px beside" in doubts.words()


def test_an_unsteady_hand_is_no_shift():
    truth = drawn(*L_SHAPE)
    doubts = doubts_about(np.roll(truth, (1, -1), (0, 1)), opinion(truth))
    assert doubts.scores[Fault.SHIFTED] == 0.0


def test_a_line_moved_along_itself_is_not_called_shifted():
    truth = drawn((np.s_[:, 40], 2))
    found = best_shift(_marked(np.s_[:, 40]), opinion(truth).line, np.ones(SHAPE, bool))
    assert found.distance == 0.0


def test_an_emptied_label_says_so_once():
    truth = drawn(*L_SHAPE)
    doubts = doubts_about(np.zeros(SHAPE, np.uint8), opinion(truth))
    assert doubts.faults == (Fault.EMPTIED,)
    assert doubts.words().startswith("nothing drawn where the model is sure of")


def test_a_line_that_was_left_out_is_missing():
    truth = drawn(*L_SHAPE, (np.s_[8, 40:90], 4))
    doubts = doubts_about(drawn(L_SHAPE[0]), opinion(truth))
    assert doubts.faults == (Fault.MISSING,)
    assert 0.5 < doubts.scores[Fault.MISSING] < 0.8


@pytest.mark.parametrize(("code", "called"), [(2, 4), (4, 3), (5, 1), (2, 3)], ids=str)
def test_lines_of_another_class_are_found(code, called):
    truth = drawn((np.s_[12:60, 30], code))
    label = drawn((np.s_[12:60, 30], called))
    assert doubts_about(label, opinion(truth)).faults == (Fault.RENAMED,)


@pytest.mark.parametrize(("code", "called"), [(1, 2), (3, 1)], ids=str)
def test_a_wall_of_unknown_type_contradicts_no_wall(code, called):
    truth, label = drawn((np.s_[12:60, 30], code)), drawn((np.s_[12:60, 30], called))
    assert doubts_about(label, opinion(truth)).scores[Fault.RENAMED] == 0.0


def test_what_everybody_can_see_is_not_doubted_though_the_model_is_blind():
    label = drawn(*L_SHAPE)
    blind = opinion(np.zeros(SHAPE, np.uint8))
    seen = doubts_about(label, blind, np.zeros(SHAPE, bool))
    dark = doubts_about(label, blind, np.ones(SHAPE, bool))
    assert seen.faults == ()
    assert set(dark.faults) == {Fault.UNLIKELY, Fault.UNSEEN}
    assert Fault.UNLIKELY not in doubts_about(label, blind).scores


def test_where_nothing_is_said_nothing_is_judged():
    truth = drawn(*L_SHAPE)
    label = np.full(SHAPE, 255, np.uint8)
    assert doubts_about(label, opinion(truth)).scores == {}
    unknown = Opinion(np.full((6, *SHAPE), np.nan, np.float32), CODES, "net@1.0.0")
    assert doubts_about(truth, unknown).scores == {}


def test_a_label_of_another_shape_is_refused():
    with pytest.raises(BadInput, match=r"\(72, 90\)"):
        doubts_about(np.zeros((72, 90), np.uint8), opinion(drawn(*L_SHAPE)))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_scores_lie_between_nothing_and_one(seed, share):
    rng = np.random.default_rng(seed)
    planes = rng.dirichlet(np.full(6, 0.3), SHAPE).astype(np.float32).transpose(2, 0, 1)
    label = np.where(rng.random(SHAPE) < share, rng.choice([0, 1, 2, 3, 4, 5, 255], SHAPE), 0)
    dark = rng.random(SHAPE) < 0.5
    doubts = doubts_about(label.astype(np.uint8), Opinion(planes, CODES, "net@1.0.0"), dark)
    assert all(-1e-6 <= s <= 1 + 1e-6 for s in doubts.scores.values())


def test_many_labels_with_one_fault_are_no_chance_and_one_of_many_is():
    truth = drawn(*L_SHAPE)
    good = doubts_about(truth, opinion(truth))
    bad = doubts_about(np.zeros(SHAPE, np.uint8), opinion(truth))
    few, many = (
        {e.fault: e for e in evidence([bad] * n + [good] * (40 - n))}[Fault.EMPTIED] for n in (1, 4)
    )
    assert (few.found, few.judged, many.found) == (1, 40, 4)
    assert few.chance > 0.1
    assert many.chance < 1e-3
