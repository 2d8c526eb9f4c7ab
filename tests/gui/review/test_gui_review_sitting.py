"""A person at the queue: what is shown as saved is on the disk, and a killed window goes on."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import review_parts as parts
from lab_factory import open_lab

from ai_afm.errors import StoreError
from ai_afm.flywheel.items import State as ItemState
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.sessions import open_sessions
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.flywheel.strokes import paint
from ai_afm_gui.review.desk import Desk, Verdict
from ai_afm_gui.review.disagreement import Why, disagreements, next_of
from ai_afm_gui.review.hand import Hand
from ai_afm_gui.review.journal import Journal
from ai_afm_gui.review.progress import PAUSE, Counting, Stopwatch, corrected_length
from ai_afm_gui.review.sitting import State


@pytest.fixture
def lab(tmp_path):
    return parts.a_lab(tmp_path)


def draw_something(sitting, row=20.0):
    drawing = sitting.crop.drawing
    drawing.choose(Hand.BRUSH)
    parts.drag(drawing, (row, 5.0), (row, 60.0))


def states(lab):
    with FlywheelStore.open(Lab.open(lab)) as store:
        return [i.state for i in ReviewQueue(store).items()]


def test_crop_after_crop_until_nothing_waits(lab):
    sitting = parts.sitting(lab)
    for done in range(3):
        parts.until(sitting, State.WORKING)
        assert sitting.progress is None or sitting.progress.done == done
        draw_something(sitting)
        sitting.accept()
    parts.until(sitting, State.EMPTY)
    sitting.poll()
    assert (sitting.progress.done, sitting.progress.left) == (3, 0)
    assert sitting.progress.corrected > 0
    sitting.shut()
    assert states(lab) == 3 * [ItemState.DONE]


def test_what_is_accepted_is_what_was_on_the_screen(lab):
    sitting = parts.until(parts.sitting(lab), State.WORKING)
    draw_something(sitting)
    sitting.crop.drawing.undo()
    draw_something(sitting, row=40.0)
    label = sitting.crop.drawing.editor.label.copy()
    sitting.accept()
    parts.until(sitting, State.WORKING)
    sitting.shut()
    with FlywheelStore.open(Lab.open(lab)) as store:
        [correction] = store.corrections()
        np.testing.assert_array_equal(store.label(correction.after), label)


def test_an_unfinished_trace_is_finished_by_the_answer(lab):
    sitting = parts.until(parts.sitting(lab), State.WORKING)
    drawing = sitting.crop.drawing
    drawing.press((5.0, 20.0))
    drawing.press((60.0, 30.0))
    sitting.accept()
    assert drawing.strokes == 1
    sitting.shut()


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.SKIP, ItemState.SKIPPED),
        (Verdict.UNSURE, ItemState.UNSURE),
        (Verdict.REJECT, ItemState.REJECTED),
    ],
)
def test_another_answer_closes_the_session_and_goes_on(lab, verdict, state):
    sitting = parts.until(parts.sitting(lab), State.WORKING)
    first = sitting.crop.item.id
    sitting.say(verdict)
    parts.until(sitting, State.WORKING)
    assert sitting.crop.item.id != first
    sitting.shut()
    with FlywheelStore.open(Lab.open(lab)) as store:
        assert ReviewQueue(store).item(first).state is state
        assert len(open_sessions(store, "Ann")) == 1


def test_what_was_drawn_before_a_skip_is_there_when_the_crop_comes_again(tmp_path):
    sitting = parts.until(parts.sitting(parts.a_lab(tmp_path, scans=1)), State.WORKING)
    draw_something(sitting)
    label = sitting.crop.drawing.editor.label.copy()
    sitting.say(Verdict.SKIP)
    parts.until(sitting, State.WORKING)
    assert sitting.crop.restored == 1
    np.testing.assert_array_equal(sitting.crop.drawing.editor.label, label)
    sitting.shut()


def test_a_window_that_was_killed_opens_at_the_last_stroke_even_after_its_lease(lab):
    sitting = parts.until(parts.sitting(lab), State.WORKING)
    first = sitting.crop.item.id
    draw_something(sitting)
    sitting.crop.drawing.undo()
    draw_something(sitting, row=50.0)
    label = sitting.crop.drawing.editor.label.copy()
    # nothing is closed: as after kill -9; an hour later
    with FlywheelStore.open(Lab.open(lab), lambda: datetime.now(UTC) + timedelta(hours=1)) as store:
        desk = Desk(lab, "Ann", parts.AtOnce().submit)
        desk.store.close()
        desk.store, desk.queue = store, ReviewQueue(store)
        crop = desk.next()
    assert (crop.item.id, crop.restored) == (first, 3)
    np.testing.assert_array_equal(crop.drawing.editor.label, label)
    crop.drawing.undo()
    assert crop.drawing.editor.undos == 0
    sitting.shut()


def test_strokes_count_as_saved_only_when_the_disk_says_so(lab):
    disk = parts.Later()
    sitting = parts.sitting(lab, disk=disk)
    disk.go_on()
    parts.until(sitting, State.WORKING)
    draw_something(sitting)
    assert (sitting.journal.pending, sitting.journal.saved) == (1, 0)
    sitting.accept()
    assert sitting.state is State.ANSWERING
    for _ in range(4):
        disk.go_on()
        sitting.poll()
    assert sitting.state is State.WORKING
    with FlywheelStore.open(Lab.open(lab)) as store:
        assert len(store.corrections()) == 1


class Refusing:
    """A session whose disk is full at first."""

    def __init__(self):
        self.full, self.strokes = True, []

    def add(self, stroke):
        if self.full:
            raise StoreError("the disk is full")
        self.strokes.append(stroke)
        return len(self.strokes)


def test_a_refused_stroke_holds_back_all_that_follow_it_and_goes_first_later():
    session = Refusing()
    journal = Journal(session, parts.AtOnce())
    journal.put("stroke")
    journal.put("undo")
    assert (journal.pending, journal.saved, session.strokes) == (2, 0, [])
    assert "full" in journal.error
    session.full = False
    journal.try_again()
    assert (journal.pending, journal.saved, journal.error) == (0, 2, "")
    assert session.strokes == ["stroke", "undo"]


def test_with_strokes_that_were_refused_nothing_is_accepted(lab):
    sitting = parts.until(parts.sitting(lab), State.WORKING)
    crop = sitting.crop
    crop.session.abandon()
    draw_something(sitting)
    sitting.accept()
    parts.until(sitting, State.WORKING)
    assert sitting.crop is crop
    assert "closed" in sitting.journal.error
    sitting.shut()


def test_another_model_and_another_person_are_shown_beside(lab):
    bob = parts.until(parts.sitting(lab, who="Bob"), State.WORKING)
    draw_something(bob)
    item, label = bob.crop.item, bob.crop.drawing.editor.label.copy()
    bob.accept()
    parts.until(bob, State.WORKING)
    bob.shut()
    desk = Desk(lab, "Ann", parts.AtOnce().submit)
    crop = desk._crop(item)
    [version] = crop.versions
    assert (version.who, version.person) == ("Bob", True)
    np.testing.assert_array_equal(version.label, label)
    desk.close()


def test_a_lab_that_cannot_be_read_is_told_and_tried_again(tmp_path):
    sitting = parts.until(parts.sitting(tmp_path), State.FAILED)
    assert "no lab" in sitting.message
    Lab.make(tmp_path)
    sitting.again()
    parts.until(sitting, State.EMPTY)
    sitting.shut()


def test_yesterday_does_not_count(lab):
    sitting = parts.until(parts.sitting(lab), State.WORKING)
    sitting.accept()
    parts.until(sitting, State.WORKING)
    sitting.shut()
    with FlywheelStore.open(Lab.open(lab)) as store:
        now = datetime.now(UTC).astimezone()
        today = Counting(store, "Ann").today(now)
        tomorrow = Counting(store, "Ann").today(now + timedelta(days=1))
    assert (today.done, today.corrections, today.share_as_proposed) == (1, 1, 1.0)
    assert (tomorrow.done, tomorrow.corrections) == (0, 0)


def test_a_pause_stops_the_clock():
    now = [0.0]
    watch = Stopwatch(lambda: now[0])
    now[0] = 10.0
    watch.touch()
    now[0] = 5000.0
    watch.touch()
    assert watch.seconds == 10 + PAUSE


def test_drawn_erased_and_renamed_lines_count_once_each():
    before, after = parts.sheet((20, 60)), parts.sheet((20,))
    after[:, 59:62] = 3
    after[:, 80:83] = 2
    length = corrected_length(before, after, (1e-9, 1e-9))
    assert length == pytest.approx(2 * (parts.SHAPE[0] - 1) * 1e-9, rel=0.03)
    assert corrected_length(before, before, (1e-9, 1e-9)) == 0


def test_the_worst_disagreement_comes_first_and_each_place_once():
    drawn, line = parts.sheet((20,)), parts.line((70,))
    line[:30] = 0.02
    found = disagreements(drawn, line)
    assert [d.why for d in found] == [Why.DOUBTED, Why.NOT_DRAWN]
    assert found[0].point[1] == pytest.approx(20, abs=1)
    assert next_of(found, [found[0].point]).point == found[1].point
    assert next_of(found, [d.point for d in found]) is None


def test_what_another_model_draws_is_a_disagreement_too():
    found = disagreements(parts.sheet(), parts.line(), parts.sheet((parts.WALL, 80)))
    assert [d.why for d in found] == [Why.OTHER_DRAWS]


def kill_while_drawing(folder, count, rng):
    """Kill a process that draws, so often; after each, the desk must open at what was told."""
    lab = parts.a_lab(folder, scans=1)
    script = Path(__file__).parent / "killed_review.py"
    told = 0
    for _ in range(count):
        with subprocess.Popen(
            [sys.executable, str(script), str(lab)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "ready\n"
            lines = [process.stdout.readline() for _ in range(int(rng.integers(1, 12)))]
            process.kill()
            lines += process.stdout.readlines()
        acknowledged = max(int(line) for line in lines if line.endswith("\n"))
        assert acknowledged > told
        desk = Desk(lab, "Ann", parts.AtOnce().submit)
        crop = desk.next()
        assert crop.restored >= acknowledged
        told = crop.restored
        expected = paint(crop.session.before, crop.session.strokes)
        np.testing.assert_array_equal(crop.drawing.editor.label, expected)
        desk.close()
    return told


def test_kill_9_during_strokes_loses_nothing_that_was_shown_as_saved(tmp_path):
    assert kill_while_drawing(tmp_path, 3, np.random.default_rng(1)) >= 3


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_twenty_kills_during_strokes_lose_nothing(tmp_path):
    assert kill_while_drawing(tmp_path, 20, np.random.default_rng(2)) >= 20


def test_a_certain_item_can_be_taken_but_not_from_another_person(tmp_path):
    parts.a_lab(tmp_path)
    with open_lab(tmp_path) as store:
        queue = ReviewQueue(store)
        assert queue.take(2, "Ann").annotator == "Ann"
        with pytest.raises(StoreError, match="Ann is at item 2"):
            queue.take(2, "Bob")
