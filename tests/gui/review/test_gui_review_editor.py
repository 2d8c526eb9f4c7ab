"""The label under a person's hand: what is shown is what the journal gives, at any time."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import review_parts as parts
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from lab_factory import WINDOW, open_lab, with_frame

from ai_afm.flywheel.records import Place
from ai_afm.flywheel.sessions import CorrectionSession, open_sessions
from ai_afm.flywheel.strokes import Stroke, Tool, paint, runs_of
from ai_afm_gui.review.editor import REDO, UNDO, Editor
from ai_afm_gui.review.hints import Hints
from ai_afm_gui.review.lining import Lining
from ai_afm_gui.review.picking import Picking
from ai_afm_gui.review.wire import LiveWire

PLACE = st.tuples(st.floats(-5, 140, width=32), st.floats(-5, 140, width=32))
CODE = st.sampled_from([0, 1, 2, 3, 4, 5, 255])
BRUSHES = st.builds(
    Stroke, st.just(Tool.BRUSH), CODE, st.integers(1, 12), st.lists(PLACE, min_size=1, max_size=4)
).map(lambda s: Stroke(s.tool, s.code, s.width, tuple(s.points)))
AREAS = st.builds(
    Stroke, st.just(Tool.FILL), CODE, st.just(1), st.lists(PLACE, min_size=3, max_size=5)
).map(lambda s: Stroke(s.tool, s.code, s.width, tuple(s.points)))


def blank():
    return np.zeros((30, 50), np.uint8)


def stroke(k):
    return Stroke(Tool.BRUSH, 1 + k % 5, 1 + k % 3, ((k % 30, 2.0), (29 - k % 30, 47.0)))


def test_two_hundred_strokes_can_be_taken_back_and_brought_back():
    editor, seen = Editor(blank()), []
    for k in range(250):
        editor.apply(stroke(k))
        seen.append(editor.label.copy())
    for label in reversed(seen):
        np.testing.assert_array_equal(editor.label, label)
        if editor.undos:
            editor.undo()
    while editor.redo() is not None:
        pass
    np.testing.assert_array_equal(editor.label, seen[-1])


def test_a_stroke_taken_back_costs_its_box_however_many_came_before():
    editor = Editor(np.zeros((1024, 1024), np.uint8))
    for k in range(300):
        editor.apply(Stroke(Tool.BRUSH, 2, 3, ((3.0 * k, 5.0), (3.0 * k, 40.0))))
    editor.apply(Stroke(Tool.BRUSH, 4, 3, ((500.0, 500.0),)))
    box = editor.undo()
    assert max(box.shape) < 8


def test_a_brush_line_is_drawn_point_by_point_as_the_journal_draws_it_at_once():
    editor = Editor(blank())
    editor.begin(3, 5, (4.0, 4.0))
    for point in ((8.123456, 20.5), (20.0, 25.25), (20.0, 25.25), (40.0, 70.0)):
        editor.extend(point)
    drawn = editor.finish()
    np.testing.assert_array_equal(editor.label, paint(blank(), [drawn]))


def test_a_brush_line_that_is_given_up_leaves_no_trace():
    editor = Editor(parts.sheet())
    editor.begin(5, 9, (10.0, 10.0))
    editor.extend((30.0, 60.0))
    editor.cancel()
    np.testing.assert_array_equal(editor.label, parts.sheet())
    assert (editor.undos, editor.drawing) == (0, False)


def test_a_stroke_that_changes_nothing_is_none():
    editor = Editor(blank())
    assert editor.apply(Stroke(Tool.BRUSH, 0, 9, ((5.0, 5.0),))) is None
    assert editor.apply(Stroke(Tool.BRUSH, 2, 3, ((-50.0, -50.0),))) is None
    assert editor.undos == 0


def test_undo_in_the_middle_of_a_brush_line_waits_for_its_end():
    editor = Editor(blank())
    editor.apply(stroke(1))
    editor.begin(2, 3, (5.0, 5.0))
    assert editor.undo() is None
    editor.finish()
    assert editor.undos == 2


@given(st.lists(st.one_of(BRUSHES, AREAS, st.sampled_from([UNDO, REDO])), max_size=12))
def test_what_is_restored_is_what_the_journal_gives(strokes):
    np.testing.assert_array_equal(Editor(blank(), strokes).label, paint(blank(), strokes))


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 49)), min_size=1, max_size=40))
def test_pixels_survive_as_runs(pixels):
    mask = np.zeros((30, 50), bool)
    mask[tuple(np.array(pixels).T)] = True
    label = paint(blank(), [Stroke(Tool.PIXELS, 4, runs=runs_of(mask))])
    np.testing.assert_array_equal(label == 4, mask)


class Correcting(RuleBasedStateMachine):
    """A person at a real lab: draws, takes back, saves, is killed; a list of strokes is the model.

    What the screen shows (`Editor`) and what the disk holds must agree with it at any time.
    """

    @initialize()
    def sit_down(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_lab(Path(self.folder.name))
        record, self.prediction = with_frame(self.store, Path(self.folder.name))
        self.place = Place(record.sha256, WINDOW)
        self.begin()

    def begin(self):
        self.session = CorrectionSession.begin(self.store, self.place, "Ann", self.prediction.id)
        self.editor, self.strokes = Editor(self.session.before), []
        self.half_seen = np.zeros(self.editor.shape, np.float32)
        self.half_seen[:, 40:43] = self.half_seen[70:73] = 0.3

    def journal(self, stroke):
        self.strokes.append(stroke)
        self.session.add(stroke)

    @rule(stroke=st.one_of(BRUSHES, AREAS))
    def draw(self, stroke):
        if self.editor.apply(stroke) is not None:
            self.journal(stroke)

    @rule(points=st.lists(PLACE, min_size=1, max_size=6), code=CODE, width=st.integers(1, 9))
    def drag(self, points, code, width):
        self.editor.begin(code, width, points[0])
        for point in points[1:]:
            self.editor.extend(point)
        stroke = self.editor.finish()
        if stroke is not None:
            self.journal(stroke)

    @rule(code=CODE, classes=st.sets(st.sampled_from([1, 2, 3, 4, 5])), hints=st.booleans())
    def pick_and_name(self, code, classes, hints):
        label = self.editor.label
        codes = np.full(label.shape, 4, np.uint8)
        made = Picking(Lining(label, parts.AtOnce().submit), Hints(self.half_seen, codes))
        made.every()
        made.lines = tuple(s for s in made.lines if s.code in classes)
        made.show_hints(hints)
        made.hints = made.shown_hints()
        stroke = made.stroke(label, code)
        if stroke is not None and self.editor.apply(stroke) is not None:
            self.journal(stroke)

    @rule()
    def undo(self):
        if self.editor.undo() is not None:
            self.journal(UNDO)

    @rule()
    def redo(self):
        if self.editor.redo() is not None:
            self.journal(REDO)

    @precondition(lambda self: len(self.strokes) > 2)
    @rule()
    def save(self):
        correction = self.session.save(1.0)
        np.testing.assert_array_equal(self.store.label(correction.after), self.editor.label)
        self.begin()
        assert self.session.record.parent == correction.revision

    @rule()
    def be_killed_and_come_back(self):
        lab = self.store.lab
        self.store.close()
        self.store = type(self.store).open(lab)
        [record] = open_sessions(self.store, "Ann")
        self.session = CorrectionSession.resume(self.store, record.id)
        self.editor = Editor(self.session.before, self.session.strokes)

    @invariant()
    def the_screen_shows_the_strokes(self):
        if hasattr(self, "editor"):
            expected = paint(self.session.before, self.strokes)
            np.testing.assert_array_equal(self.editor.label, expected)

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


TestCorrecting = Correcting.TestCase
TestCorrecting.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize("tool", [Tool.UNDO, Tool.REDO])
def test_with_nothing_to_take_or_bring_back_nothing_happens(tool):
    editor = Editor(blank())
    assert (editor.undo() if tool is Tool.UNDO else editor.redo()) is None


def test_maps_for_several_anchors_may_be_built_at_once():
    line = np.zeros((90, 120), np.float32)
    line[44:47] = 0.9
    wire = LiveWire(line)
    anchors = [(45.0, float(column)) for column in range(2, 118, 4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(wire.build, anchors))
        wire.build(anchors[0])
    path = wire.path((45.0, 110.0))
    assert path[0].tolist() == [45.0, 2.0]
    assert np.ptp(path[:, 0]) == 0
