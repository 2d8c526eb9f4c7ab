import pytest
from teach_parts import begin_round, steps, tell

from ai_afm.store.platform import FolderLock
from ai_afm_gui.teach.course import (
    Course,
    CourseReader,
    Pace,
    is_under_way,
    newest_round,
    smoothed,
)


@pytest.fixture
def work(tmp_path):
    return begin_round(tmp_path)


def test_the_plan_says_what_is_learned_and_replayed(tmp_path, work):
    planned = newest_round(tmp_path)
    assert (planned.model, planned.parent, planned.dataset) == (
        "tiny@1.0.0+r1.ab12cd", "tiny@1.0.0", "march",
    )  # fmt: skip
    assert (planned.steps, planned.batch, planned.corrected, planned.done) == (40, 4, 1, False)


def test_the_round_that_was_worked_on_last_is_shown(tmp_path, work):
    other = begin_round(tmp_path, "fedcba9876543210", model="tiny@1.0.0+r2.ffffff")
    tell(other, "begun")
    steps(work, 10)
    assert newest_round(tmp_path).folder == work


def test_a_plan_that_cannot_be_read_is_passed_over(tmp_path, work):
    broken = tmp_path / "rounds" / "broken"
    broken.mkdir()
    (broken / "plan.json").write_text("{")
    assert newest_round(tmp_path).folder == work
    assert newest_round(tmp_path / "elsewhere") is None


def test_the_curve_is_followed_and_nothing_new_is_the_same_object(work):
    reader = CourseReader(work)
    assert reader.look() == Course()
    tell(work, "begun", model="m")
    steps(work, 10, 0.9)
    steps(work, 20, 0.7)
    course = reader.look()
    assert (course.steps, course.losses, course.cpu) == ((10, 20), (0.9, 0.7), 2.0)
    assert reader.look() is course


def test_a_line_that_is_not_whole_yet_is_read_when_it_is(work):
    reader = CourseReader(work)
    with (work / "curve.jsonl").open("a") as file:
        file.write('{"event": "steps", "step": 10, "loss": 0.5, ')
    assert reader.look().step == 0
    with (work / "curve.jsonl").open("a") as file:
        file.write('"cpu_s": 1.0}\n')
    assert reader.look().step == 10


def test_a_line_that_a_kill_has_cut_short_is_passed_over(work):
    (work / "curve.jsonl").write_text('{"event": "ste\n')
    steps(work, 10)
    assert CourseReader(work).look().steps == (10,)


def test_a_resumed_round_forgets_what_came_after_its_checkpoint(work):
    for step in (10, 20, 30):
        steps(work, step)
    tell(work, "resumed", step=20)
    course = CourseReader(work).look()
    assert (course.step, course.steps) == (20, (10, 20))


def test_a_round_that_waits_for_a_live_run_says_for_which(work):
    reader = CourseReader(work)
    tell(work, "paused", run="/lab/runs/monday")
    assert reader.look().waits_for == "/lab/runs/monday"
    tell(work, "goes_on")
    assert reader.look().waits_for == ""


def test_a_loss_that_is_no_number_is_not_drawn_but_the_step_counts(work):
    steps(work, 10)
    steps(work, 20, None)
    course = CourseReader(work).look()
    assert (course.step, course.steps) == (20, (10,))


def test_the_time_that_is_left_follows_from_the_clock():
    pace = Pace()
    pace.see(100.0, Course(step=10))
    assert pace.left(Course(step=10), 40) is None
    pace.see(105.0, Course(step=20))
    assert pace.left(Course(step=20), 40) == pytest.approx(10.0)


def test_waiting_for_a_run_does_not_count_as_slowness():
    pace = Pace()
    pace.see(0.0, Course(step=10))
    pace.see(1.0, Course(step=20))
    waiting = Course(step=20, waits_for="monday")
    pace.see(500.0, waiting)
    assert pace.left(waiting, 40) is None
    pace.see(1000.0, Course(step=30))
    pace.see(1001.0, Course(step=40))
    assert pace.left(Course(step=40), 60) == pytest.approx(2.0)


def test_the_mean_runs_over_what_came_before():
    assert smoothed([4.0, 0.0, 2.0], over=2) == [4.0, 2.0, 1.0]
    assert smoothed([]) == []


def test_a_round_is_under_way_while_a_process_holds_the_lock(tmp_path, work):
    planned = newest_round(tmp_path)
    assert not is_under_way(planned)
    with FolderLock(tmp_path / "rounds" / "train.lock"):
        assert is_under_way(planned)
        (work / "result.json").write_text("{}")
        assert not is_under_way(planned)
