"""Tools as gestures: what each click and drag makes of a label."""

import numpy as np
import pytest
import review_parts as parts
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_afm.flywheel.strokes import Tool, paint
from ai_afm_gui.review.centrelines import Centrelines
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.editor import REDO, UNDO
from ai_afm_gui.review.hand import Hand
from ai_afm_gui.review.keys import CLASS_ACTIONS

NM = (1e-9, 1e-9)


def test_a_brush_draws_and_the_lines_follow():
    made, strokes = parts.drawing()
    made.choose(Hand.BRUSH)
    made.choose_class(4)
    parts.drag(made, (20.0, 5.0), (20.0, 30.0))
    assert [s.code for s in strokes] == [4]
    assert {s.code for s in made.lines.segments} == {2, 4}
    assert made.lining.behind is None


def test_an_eraser_cuts_a_line_in_two():
    made, _ = parts.drawing()
    made.choose(Hand.ERASER)
    parts.drag(made, (30.0, 30.0), (30.0, 50.0))
    assert len(made.lines.segments) == 2


def test_shift_draws_straight_on_from_the_last_point():
    made, strokes = parts.drawing(np.zeros(parts.SHAPE, np.uint8))
    made.choose(Hand.BRUSH)
    parts.drag(made, (10.0, 10.0), (10.0, 12.0))
    made.press((10.0, 60.0), shift=True)
    made.release((10.0, 60.0))
    assert len(strokes) == 2
    assert (made.editor.label[10, 10:61] == made.code).all()


def test_a_wall_is_traced_with_three_clicks_and_lies_on_the_ridge():
    made, strokes = parts.drawing(np.zeros(parts.SHAPE, np.uint8))
    for point in ((2.0, 42.0), (30.0, 38.0), (57.0, 41.0)):
        made.press(point)
        made.release(point)
    made.finish()
    assert len(strokes) == 1
    columns = np.array(strokes[0].points)[:, 1]
    assert np.abs(columns - parts.WALL).max() <= 1.0
    assert strokes[0].tool is Tool.BRUSH


def test_a_click_does_not_wait_for_the_map_of_its_anchor():
    later = parts.Later()
    made, strokes = parts.drawing(np.zeros(parts.SHAPE, np.uint8), submit=later.submit)
    for point in ((2.0, 40.0), (30.0, 40.0), (57.0, 40.0)):
        made.press(point)
    assert not made.preview().sure
    for _ in range(4):
        later.go_on()
        made.poll()
    assert made.preview().sure
    made.move((40.0, 60.0))
    assert len(made.preview().ahead) > 2
    made.finish()
    assert len(strokes) == 1


def test_a_click_on_the_last_anchor_ends_a_trace_and_on_the_first_one_closes_it():
    made, strokes = parts.drawing(np.zeros(parts.SHAPE, np.uint8))
    for point in ((10.0, 10.0), (10.0, 30.0), (30.0, 30.0), (10.0, 10.0)):
        made.press(point, shift=point != (10.0, 10.0))
    assert made.trace is None
    assert strokes[0].points[0] == pytest.approx(strokes[0].points[-1])
    for point in ((50.0, 10.0), (50.0, 30.0), (50.0, 30.0)):
        made.press(point)
    assert len(strokes) == 2


def test_undo_during_a_trace_takes_the_last_anchor_back():
    made, strokes = parts.drawing()
    made.press((2.0, 40.0))
    made.press((20.0, 40.0))
    made.undo()
    assert len(made.trace.anchors) == 1
    made.undo()
    assert made.trace is None
    assert strokes == []


def test_a_gap_is_bridged_by_one_click_into_it():
    broken = parts.sheet()
    broken[25:37] = 0
    made, strokes = parts.drawing(broken)
    made.choose(Hand.BRIDGE)
    parts.drag(made, (31.0, 42.0))
    assert len(strokes) == 1
    assert [s.code for s in made.lines.segments] == [2]


def test_a_gap_is_bridged_by_a_drag_from_one_line_to_the_other():
    made, _ = parts.drawing(parts.sheet((20, 60)), columns=(20, 60))
    made.choose(Hand.BRIDGE)
    parts.drag(made, (30.0, 21.0), (30.0, 58.0))
    assert len({s.piece for s in made.lines.segments}) == 1


def test_where_there_is_no_gap_nothing_is_bridged():
    made, strokes = parts.drawing(np.zeros(parts.SHAPE, np.uint8))
    made.choose(Hand.BRIDGE)
    parts.drag(made, (31.0, 42.0))
    assert strokes == []


@pytest.mark.parametrize("points", [((30.0, 40.0),), ((30.0, 34.0), (30.0, 46.0))])
def test_a_line_is_cut_by_a_click_and_by_a_drag_across(points):
    made, _ = parts.drawing()
    made.choose(Hand.CUT)
    parts.drag(made, *points)
    assert len(made.lines.segments) == 2


def test_a_cut_beside_all_lines_changes_nothing():
    made, strokes = parts.drawing()
    made.choose(Hand.CUT)
    parts.drag(made, (30.0, 10.0))
    assert strokes == []


def test_fill_says_that_nobody_can_tell_up_to_the_next_line_and_takes_it_back():
    made, _ = parts.drawing()
    made.choose(Hand.FILL)
    parts.drag(made, (30.0, 5.0))
    assert (made.editor.label[:, :39] == 255).all()
    assert (made.editor.label[:, 42:] == 0).all()
    parts.drag(made, (30.0, 5.0))
    np.testing.assert_array_equal(made.editor.label, parts.sheet())


def test_a_whole_line_gets_another_class_and_its_neighbour_keeps_its_own():
    made, _ = parts.drawing(parts.sheet((20, 60)))
    made.choose(Hand.SELECT)
    parts.drag(made, (30.0, 22.0))
    assert len(made.picked) == 1
    made.choose_class(3)
    assert (made.editor.label[:, 19:22] == 3).all()
    assert (made.editor.label[:, 59:62] == 2).all()


def test_a_lasso_picks_what_lies_in_it_and_delete_removes_that():
    made, _ = parts.drawing(parts.sheet((20, 60)))
    made.choose(Hand.SELECT)
    ring = ((-2.0, 10.0), (-2.0, 30.0), (62.0, 30.0), (62.0, 10.0), (-2.0, 10.0))
    parts.drag(made, *ring)
    made.delete()
    np.testing.assert_array_equal(made.editor.label, parts.sheet((60,)))


def test_all_lines_are_renamed_by_one_stroke_and_come_back_by_one_undo():
    label = parts.sheet((20, 60))
    label[28:31, 30:50] = 4
    made, strokes = parts.drawing(label)
    assert made.pick_all() == 3
    made.choose_class(3)
    assert len(strokes) == 1
    np.testing.assert_array_equal(made.editor.label, np.where(label > 0, 3, 0))
    assert made.picked == ()
    made.undo()
    np.testing.assert_array_equal(made.editor.label, label)


def test_lines_of_the_class_of_a_picked_one_are_deleted_together():
    label = parts.sheet((10, 40, 70))
    label[:, 39:42] = 5
    made, strokes = parts.drawing(label)
    made.choose(Hand.SELECT)
    parts.drag(made, (30.0, 10.0))
    assert made.pick_alike() == 2
    made.delete()
    assert len(strokes) == 1
    np.testing.assert_array_equal(made.editor.label, np.where(label == 5, 5, 0))


def test_with_nothing_picked_lines_of_the_chosen_class_are_alike():
    label = parts.sheet((10, 40, 70))
    label[:, 39:42] = 5
    made, _ = parts.drawing(label)
    made.choose_class(5)
    assert made.pick_alike() == 1
    assert made.tool is Hand.SELECT
    assert {s.code for s in made.picked} == {5}


def faint(column=70, code=4):
    """A sheet with a wall, and right of it one that the model half sees."""
    line = np.maximum(parts.line(), np.where(parts.sheet((column,)) > 0, np.float32(0.3), 0))
    codes = np.full(parts.SHAPE, code, np.uint8)
    made = Drawing(parts.sheet(), line, parts.AtOnce().submit, (), codes)
    strokes = []
    made.on_stroke = strokes.append
    made.choose(Hand.SELECT)
    return made, strokes


def test_a_hint_is_no_part_of_the_label_until_it_is_drawn():
    made, strokes = faint()
    made.show_hints(True)
    [hint] = made.picking.shown_hints()
    assert np.abs(hint.points[:, 1] - 70).max() <= 1
    assert made.pick_all() == 1
    parts.drag(made, (30.0, 71.0))
    assert [s.code for s in made.picked] == [4]
    made.delete()
    np.testing.assert_array_equal(made.editor.label, parts.sheet())
    assert strokes == []


@pytest.mark.parametrize("code", [None, 3])
def test_a_picked_hint_is_drawn_as_the_model_sees_it_or_with_a_class(code):
    made, strokes = faint()
    made.show_hints(True)
    parts.drag(made, (30.0, 71.0))
    if code is None:
        made.confirm()
    else:
        made.choose_class(code)
    assert [s.code for s in strokes] == [code or 4]
    assert (made.editor.label[8:-8, 70] == (code or 4)).all()
    for _ in range(2):
        made.poll()
    assert made.picking.shown_hints() == ()
    made.undo()
    np.testing.assert_array_equal(made.editor.label, parts.sheet())


def test_hints_that_are_hidden_cannot_be_picked():
    made, _ = faint()
    parts.drag(made, (30.0, 71.0))
    assert made.picked == ()
    made.show_hints(True)
    parts.drag(made, (30.0, 71.0))
    made.show_hints(False)
    assert made.picked == ()


def test_a_line_and_a_hint_that_are_picked_together_get_a_class_by_one_stroke():
    made, strokes = faint()
    made.show_hints(True)
    parts.drag(made, (30.0, 40.0))
    parts.drag(made, (30.0, 70.0), shift=True)
    assert len(made.picked) == 2
    made.choose_class(5)
    assert len(strokes) == 1
    assert set(np.unique(made.editor.label)) == {0, 5}


def test_shift_and_a_second_click_let_a_line_go():
    made, _ = parts.drawing(parts.sheet((20, 60)))
    made.choose(Hand.SELECT)
    parts.drag(made, (30.0, 20.0))
    parts.drag(made, (30.0, 60.0), shift=True)
    parts.drag(made, (30.0, 20.0), shift=True)
    assert [round(s.points[:, 1].mean()) for s in made.picked] == [60]


def test_a_trace_along_a_wide_line_of_another_class_leaves_no_slivers_and_crossed_lines_stay():
    label = np.zeros(parts.SHAPE, np.uint8)
    label[:, 38:43] = 2
    label[28:33, 60:] = 4
    made, strokes = parts.drawing(label)
    made.choose_class(3)
    for point in ((10.0, 40.0), (50.0, 40.0)):
        made.press(point, shift=True)
    made.finish()
    assert len(strokes) == 1
    assert (made.editor.label[12:49, 38:43] == 3).all()
    assert (made.editor.label[:5, 38:43] == 2).all()
    for point in ((10.0, 75.0), (50.0, 75.0)):
        made.press(point, shift=True)
    made.finish()
    assert (made.editor.label[28:33, 60:72] == 4).all()
    assert (made.editor.label[28:33, 79:] == 4).all()
    made.undo()
    made.undo()
    np.testing.assert_array_equal(made.editor.label, label)


def test_short_lines_are_picked_by_their_length_in_nanometres():
    label = parts.sheet()
    label[50:53, 10:25] = 4
    made, _ = parts.drawing(label)
    assert made.pick_shorter(20e-9, NM) == 1
    assert made.picked[0].code == 4
    made.delete()
    np.testing.assert_array_equal(made.editor.label, parts.sheet())


def test_undo_and_redo_are_strokes_and_change_neither_tool_nor_class():
    made, strokes = parts.drawing()
    made.choose(Hand.BRUSH)
    made.choose_class(5)
    made.resize(4)
    before = made.tool, made.code, made.size
    parts.drag(made, (20.0, 5.0), (20.0, 30.0))
    made.undo()
    made.redo()
    made.undo()
    assert strokes[1:] == [UNDO, REDO, UNDO]
    assert (made.tool, made.code, made.size) == before
    np.testing.assert_array_equal(made.editor.label, parts.sheet())


def test_a_brush_line_of_more_points_than_a_stroke_has_goes_on_as_another_one(monkeypatch):
    monkeypatch.setattr("ai_afm_gui.review.editor.MAX_POINTS", 5)
    made, strokes = parts.drawing(np.zeros(parts.SHAPE, np.uint8))
    made.choose(Hand.BRUSH)
    parts.drag(made, *((20.0, float(n)) for n in range(5, 60, 3)))
    assert len(strokes) > 3
    assert all(len(s.points) <= 5 for s in strokes)
    assert (made.editor.label[20, 5:57] == made.code).all()


def test_a_press_whose_release_was_lost_loses_no_stroke():
    made, strokes = parts.drawing()
    made.choose(Hand.BRUSH)
    made.press((10.0, 10.0))
    made.move((10.0, 25.0))
    made.press((30.0, 10.0))
    made.release((30.0, 25.0))
    assert len(strokes) == 2
    np.testing.assert_array_equal(made.editor.label, paint(parts.sheet(), strokes))


def test_the_size_of_the_brush_stays_within_what_a_stroke_may_have():
    made, _ = parts.drawing()
    made.choose(Hand.BRUSH)
    made.resize(50)
    assert made.size == 64
    made.resize(-80)
    assert made.size == 1


PLACE = st.tuples(st.floats(-30, 90, width=32), st.floats(-30, 120, width=32))
STEPS = st.one_of(
    st.tuples(st.just("press"), PLACE, st.booleans()),
    st.tuples(st.just("move"), PLACE, st.booleans()),
    st.tuples(st.just("release"), PLACE, st.booleans()),
    st.tuples(st.just("double"), PLACE),
    st.tuples(st.just("choose"), st.sampled_from(list(Hand))),
    st.tuples(st.just("choose_class"), st.sampled_from(list(CLASS_ACTIONS.values()))),
    st.tuples(
        st.sampled_from(["undo", "redo", "delete", "finish", "poll", "settle", "escape", "confirm"])
    ),
    st.tuples(st.sampled_from(["pick_all", "pick_alike"])),
    st.tuples(st.just("show_hints"), st.booleans()),
)


@settings(max_examples=60)
@given(st.sampled_from(list(Hand)), st.lists(STEPS, max_size=25))
def test_whatever_is_clicked_no_tool_is_stuck_and_the_strokes_give_the_label(hand, steps):
    made, strokes = faint()
    made.choose(hand)
    for name, *arguments in steps:
        if name in ("press", "move", "release"):
            getattr(made, name)(arguments[0], shift=arguments[1])
        else:
            getattr(made, name)(*arguments)
        made.preview()
        made.picking.shown_hints()
    for _ in range(2):
        made.escape()
    assert not made.busy
    assert made.picked == ()
    for _ in range(3):
        made.poll()
    np.testing.assert_array_equal(made.editor.label, paint(parts.sheet(), strokes))
    np.testing.assert_array_equal(made.lining.lined, made.editor.label)
    again = Drawing(parts.sheet(), parts.line(), parts.AtOnce().submit, strokes)
    np.testing.assert_array_equal(again.editor.label, made.editor.label)


def test_middle_lines_that_follow_a_change_are_those_of_the_whole_label():
    label = parts.sheet((20, 60))
    lines = Centrelines.of(label)
    made, _ = parts.drawing(label)
    made.choose(Hand.BRUSH)
    parts.drag(made, (30.0, 18.0), (33.0, 62.0))
    fresh = Centrelines.of(made.editor.label)
    np.testing.assert_array_equal(made.lines.skeleton, fresh.skeleton)
    assert not np.array_equal(lines.skeleton, fresh.skeleton)
