"""A run folder as the window reads it: live, old, killed, or none at all."""

import hashlib
from datetime import timedelta

import numpy as np
import pytest
from gui_run_parts import Author, request

from ai_afm.errors import StoreError
from ai_afm.image.scan_layout import read_scan
from ai_afm.types import Authority, ConsentLevel, Direction
from ai_afm_gui.client import Answer, Level, Phase, RunReader
from ai_afm_gui.client.reader import Clocks


class Silent:
    """A link to a run that nobody has started."""

    def __init__(self, ok=False, **status):
        self.answer = Answer("status", ok, status if ok else "nobody listens", 0.0)
        self.asked = 0

    def ask(self, do, args=None, wait=0.0):
        self.asked += 1
        return Done(self.answer)

    def close(self):
        """Nothing is open."""


class Done:
    def __init__(self, answer):
        self.answer = answer

    def done(self):
        return True

    def result(self):
        return self.answer


@pytest.fixture
def author(tmp_path):
    author = Author(tmp_path / "run")
    yield author
    author.close()


@pytest.fixture
def reader(author):
    clocks = Clocks(author.clock.monotonic, author.clock.wall)
    with RunReader(author.folder.path, clocks, Silent()) as reader:
        yield reader


@pytest.fixture
def live(author):
    """A reader of a run that answers."""
    author.folder.steering_file.write_text("{}")
    clocks = Clocks(author.clock.monotonic, author.clock.wall)
    link = Silent(True, state="running")
    with RunReader(author.folder.path, clocks, link) as reader:
        reader.poll()
        author.clock.seconds += 1.0
        reader.poll()
        yield reader


def hashes(folder):
    """What a run has written; SQLite's shared memory is no part of it."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".sqlite-shm")
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_a_folder_that_is_no_run_gives_one_clear_error(tmp_path):
    with pytest.raises(StoreError, match=r"is not the folder of a run: it has no config\.toml"):
        RunReader(tmp_path)


def test_a_run_that_has_not_begun_is_starting(reader):
    state = reader.poll()
    assert state.phase is Phase.STARTING
    assert (state.entries, state.view, state.decision) == ((), None, None)
    assert [lamp.name for lamp in state.lamps] == [
        "link", "tip", "z range", "drift", "disk", "model", "queue",
    ]  # fmt: skip


def test_lines_are_seen_as_they_come_and_never_change(author, live):
    asked = request()
    author.begin()
    author.scan(1, asked)
    author.line(0, asked)
    first = live.poll()
    assert (first.view.number, first.view.rows, first.view.live) == (1, 1, True)
    before = first.view.frame.get("height")[0].copy()
    author.line(1, asked)
    author.line(2, asked)
    second = live.poll()
    assert second.view.rows == 3
    assert second.view.newest[Direction.TRACE] == 2
    assert second.view.frame is first.view.frame
    np.testing.assert_array_equal(second.view.frame.get("height")[0], before)
    assert np.isnan(second.view.frame.get("height")[3:]).all()


def test_what_has_not_changed_is_the_same_object(author, live):
    author.begin()
    author.scan(1, request())
    first = live.poll()
    second = live.poll()
    assert second.entries is first.entries
    assert second.log is first.log
    assert second.view is first.view
    author.row("clock", time=1.0)
    third = live.poll()
    assert third.row == first.row + 1
    assert third.entries is first.entries


def test_a_segmentation_is_read_again_where_its_file_was_replaced(author, live):
    asked = request()
    author.begin()
    author.scan(1, asked)
    for index in range(8):
        author.line(index, asked)
    author.look(1, asked, 4)
    first = live.poll().view.seen
    assert (first.lines, first.final) == (4, False)
    assert live.poll().view.seen is first
    author.look(1, asked, 8, settled=4)
    second = live.poll().view.seen
    assert second.version > first.version
    assert (second.lines, second.segmentation.settled) == (8, 4)


def test_an_observation_ends_its_scan_and_the_view_agrees_with_the_file(author, live):
    asked = request()
    author.begin()
    author.scan(1, asked)
    for index in range(asked.shape[0]):
        author.line(index, asked)
    author.observe(1, asked, asked.shape[0], good={"saturation": 12})
    state = live.poll()
    (entry,) = state.entries
    assert (entry.finished, entry.lines, entry.seconds) == (True, 12, 12.5)
    assert state.current is None
    assert not state.view.live
    stored = read_scan(author.folder.scan_file(1)).frame
    np.testing.assert_array_equal(state.view.frame.get("phase"), stored.get("phase"))
    assert state.lamp("z range").level is Level.GOOD


def test_a_run_that_was_killed_is_broken_off_and_its_lines_are_there(author, reader):
    asked = request()
    author.begin()
    author.scan(1, asked)
    author.line(0, asked)
    author.clock.seconds += 60
    state = reader.poll()
    assert state.phase is Phase.BROKEN
    assert (state.view.rows, state.view.live) == (1, False)
    assert state.lamp("link").level is Level.BAD
    assert state.lamp("tip").level is Level.UNKNOWN


def test_a_run_that_ends_says_how(author, reader):
    author.begin()
    author.end("done", "all places are probed")
    state = reader.poll()
    assert (state.phase, state.outcome) == (Phase.ENDED, "done: all places are probed")
    assert state.lamp("tip").word == "parked"
    assert (state.eta.frame, state.eta.run_most) == (None, None)


def test_reading_changes_nothing_in_the_folder(author, reader):
    asked = request()
    author.begin()
    author.scan(1, asked)
    author.line(0, asked)
    author.look(1, asked, 1)
    before = hashes(author.folder.path)
    reader.poll()
    reader.poll()
    assert hashes(author.folder.path) == before


def test_a_person_pauses_and_resumes(author, live):
    author.begin()
    author.command("pause", "holds after the line under way")
    assert live.poll().phase is Phase.PAUSED
    author.command("resume", "goes on")
    assert live.poll().phase is Phase.RUNNING


def test_a_command_that_was_refused_changes_nothing(author, live):
    author.begin()
    author.command("authority", "refused: only a person may", to="watch")
    author.command("limits", "refused: that widens", max_bias_v=99.0)
    state = live.poll()
    assert state.authority is Authority.UNATTENDED
    assert state.limits == state.facts.limits


def test_authority_limits_and_ground_are_those_of_now(author, live):
    author.begin()
    author.command("authority", "authority is supervised", to="supervised")
    author.command("limits", "limits narrowed", max_bias_v=2.0)
    author.command("forbid", "forbidden", center_nm=[1000, 0], size_nm=[500, 400])
    state = live.poll()
    assert state.authority is Authority.SUPERVISED
    assert (state.limits.max_bias, state.facts.limits.max_bias) == (2.0, 10.0)
    assert [zone.level for zone in state.consent.zones] == [
        ConsentLevel.BIAS, ConsentLevel.FORBIDDEN,
    ]  # fmt: skip


def test_a_wish_waits_until_it_is_granted(author, live):
    author.begin()
    author.command("wish", "wish 1 is queued", center_nm=[100, 200], size_nm=[500, 400])
    (waiting,) = live.poll().waiting
    assert (waiting.name, waiting.wished) == ("wish 1", True)
    assert waiting.region.center == pytest.approx((1e-7, 2e-7))
    author.row("wish", actor="person", name="wish 1", region=None)
    assert live.poll().waiting == ()


def test_with_advise_a_decision_waits_for_a_person_until_something_moves(author, live):
    author.begin("advise")
    author.decide(request())
    assert live.poll().phase is Phase.WAITING
    author.row("scan_started", scan=1, role="overview", target=None)
    assert live.poll().phase is Phase.RUNNING


def test_a_fault_that_waits_for_a_person_is_told_by_lamp_and_log(author, live):
    author.begin("supervised")
    author.row(
        "fault", kind="ScanTimeout", message="no line for 10 s",
        response="the tip is parked; waiting for a person (resume or stop)",
    )  # fmt: skip
    state = live.poll()
    assert state.phase is Phase.WAITING
    assert state.lamp("tip").level is Level.BAD
    assert state.log[-1].level is Level.BAD
    assert "no line for 10 s" in state.log[-1].text


def test_a_refused_move_says_so_in_the_guards_words(author, live):
    author.begin()
    author.decide(request())
    author.row("refused", request=None, message="the corner lies outside")
    assert live.poll().decision.refused == "the corner lies outside"


def test_a_row_that_nobody_knows_is_in_the_log_and_one_that_is_broken_is_a_note(author, live):
    author.begin()
    author.row("from_another_version", scan=4)
    author.row("observed", what="is this")
    author.end()
    state = live.poll()
    assert any(line.what == "from another version" for line in state.log)
    assert any("row 3 (observed) cannot be read" in note for note in state.notes)
    assert state.phase is Phase.ENDED


def test_another_scan_can_be_shown_until_the_run_is_followed_again(author, live):
    asked = request()
    author.begin()
    for number in (1, 2):
        author.scan(number, asked)
        author.line(0, asked)
        author.observe(number, asked, 1)
    assert live.poll().view.number == 2
    live.show("scan", 1)
    assert live.poll().view.number == 1
    live.show("", 0)
    assert live.poll().view.number == 2


def test_a_live_run_is_asked_at_most_twice_a_second(author):
    author.folder.steering_file.write_text("{}")
    link = Silent(True, state="running")
    clocks = Clocks(author.clock.monotonic, author.clock.wall)
    with RunReader(author.folder.path, clocks, link) as reader:
        for _ in range(100):
            author.clock.seconds += 0.02
            reader.poll()
    assert link.asked <= 5


def test_the_time_that_is_left_follows_from_the_cost_model(author, live):
    asked = request()
    author.begin()
    author.scan(1, asked)
    for index in range(3):
        author.line(index, asked)
    author.clock.seconds += 6.0
    state = live.poll()
    assert state.eta.frame == pytest.approx(9.0, rel=0.01)
    assert state.eta.pace == pytest.approx(7.0 / 3.0 - 1.0 / 3.0, rel=0.01)
    assert state.eta.run_most == pytest.approx(30 * 60 - 3.0, rel=0.01)


def test_a_line_that_is_late_is_told_by_the_lamp(author, live):
    asked = request()
    author.begin()
    author.scan(1, asked)
    author.line(0, asked)
    live.poll()
    author.clock.seconds += 5.0
    assert live.poll().lamp("link").word == "live"
    author.clock.seconds += 20.0
    lamp = live.poll().lamp("link")
    assert (lamp.word, lamp.level) == ("no lines", Level.WARN)


def test_times_of_the_log_are_those_of_the_journal(author, live):
    author.clock.seconds += 90
    author.begin()
    (line,) = live.poll().log
    assert line.time == author.clock.wall()
    assert line.time.utcoffset() == timedelta(0)
