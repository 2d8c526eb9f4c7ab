import shutil

import numpy as np
import pytest
from night_parts import Night, report_parts

from ai_afm.image.scan_layout import read_scan
from ai_afm.types import Role
from ai_afm_gui.live.overlay import Line
from ai_afm_gui.nights.book_reader import read_book
from ai_afm_gui.nights.figures import figures_of, widest
from ai_afm_gui.nights.listing import BROKEN, Lister, run_folders, run_line, signature
from ai_afm_gui.nights.moments import arrived, frame_at, lines_at, moment, rows_at, words_of
from ai_afm_gui.nights.morning import facts_of, read_morning, trios


@pytest.fixture(scope="module")
def book(night):
    return read_book(night)


def at(book, shot, share):
    """The moment when so much of a frame's time was over."""
    return moment(book, shot.began + share * (shot.ended - shot.began))


def test_a_line_of_the_list_tells_the_night(night):
    line = run_line(night)
    assert (line.name, line.sample, line.state) == ("run", "BFO-7", "done")
    assert (line.scans, line.probes, line.faults, line.spent) == (5, 2, 1, 280.0)


def test_a_run_that_nobody_runs_and_that_has_no_end_is_broken_off(tmp_path):
    night = Night(tmp_path / "run")
    night.start()
    night.close()
    assert run_line(tmp_path / "run").state == BROKEN


def test_a_run_that_cannot_be_read_is_listed_with_its_fault(own_night):
    (own_night / "journal.sqlite").write_bytes(b"no journal" * 200)
    assert "journal" in run_line(own_night).fault


def test_runs_of_the_lab_and_opened_ones_are_listed_once_each(tmp_path, night):
    (tmp_path / "runs" / "empty").mkdir(parents=True)
    shutil.copytree(night, tmp_path / "runs" / "monday")
    found = run_folders(tmp_path, [night, tmp_path / "runs" / "monday", tmp_path / "gone"])
    assert [folder.name for folder in found] == ["monday", "run"]


def test_only_what_has_changed_is_read_again(tmp_path, night, monkeypatch):
    lister = Lister()
    first = lister.look([night])
    monkeypatch.setattr("ai_afm_gui.nights.listing.run_line", lambda _: pytest.fail("read again"))
    assert lister.look([night])[0] is first[0]
    assert signature(night) == signature(night)


def test_the_walls_of_the_widest_frame_are_measured_once(night):
    lister = Lister()
    lister.look([night])
    walls = lister.measure([night]).walls
    width, height = report_parts.OVERVIEW.region.size
    assert walls == pytest.approx(2 * width / report_parts.PERIOD * height, rel=0.15)
    assert lister.measure([night]) is None


def test_a_book_that_grows_reads_only_new_rows_and_leaves_the_old_one_alone(tmp_path):
    night = Night(tmp_path / "run")
    night.start()
    night.scan(report_parts.OVERVIEW)
    before = read_book(tmp_path / "run")
    night.scan(report_parts.zoom("T1"))
    after = read_book(tmp_path / "run", before)
    night.close()
    assert ([len(b.shots) for b in (before, after)], after.shots[0]) == ([1, 2], before.shots[0])


def test_a_refusal_and_a_lost_probe_are_told(tmp_path):
    night = Night(tmp_path / "run")
    night.start()
    night.decide(report_parts.loop("T1", "T1-1W", Role.WALL))
    night.journal.append("refused", {"message": "bias is not allowed here"})
    night.lose_probe(report_parts.loop("T1", "T1-2W", Role.WALL))
    night.close()
    book = read_book(tmp_path / "run")
    assert book.decisions[0].refused == "bias is not allowed here"
    assert [(p.number, p.finished) for p in book.probes] == [(99, False)]


def test_at_a_moment_so_many_lines_were_there_as_the_glimpses_tell(book):
    overview = book.shot("scan", 1)
    times = dict(overview.seen)
    for time, lines in times.items():
        assert rows_at(overview, time) == lines
    assert rows_at(overview, overview.began) == 0
    assert rows_at(overview, overview.ended + 1) == 40
    assert 8 < rows_at(overview, min(times) + 0.5) < 16


def test_the_prediction_of_a_moment_is_cut_to_what_the_model_had_seen(book):
    overview = book.shot("scan", 1)
    time, lines = overview.seen[2]
    now = moment(book, time + 0.5)
    assert (now.predicted, now.is_final) == (lines, False)
    assert f"cut to the {lines} lines" in words_of(book, now)["prediction"]
    assert moment(book, overview.ended).is_final
    assert words_of(book, moment(book, overview.began))["prediction"].startswith("no model")


def test_decision_and_model_are_those_of_the_moment(book):
    first, last = book.shot("scan", 1), book.shot("scan", 5)
    assert at(book, first, 0.5).decision.reason == "First look"
    assert at(book, first, 0.5).model == report_parts.MODEL
    assert at(book, last, 0.5).model == "other@2"
    assert "T2" in words_of(book, at(book, last, 0.5))["decision"]


def test_before_the_first_decision_nothing_was_there(book):
    words = words_of(book, moment(book, book.began))
    assert words["frame"] == "nothing was scanned yet"
    assert words["decision"] == "nothing was decided yet"


def test_lines_come_from_the_top_or_from_below():
    assert arrived(5, 2, down=True).tolist() == [True, True, False, False, False]
    assert arrived(5, 2, down=False).tolist() == [False, False, False, True, True]


def test_a_frame_of_a_moment_has_no_rows_that_came_later(night):
    frame = read_scan(night / "scans" / "000001.h5").frame
    then = frame_at(frame, 13)
    for key, image in then.data.items():
        np.testing.assert_array_equal(image[:13], frame.data[key][:13])
        assert np.isnan(image[13:]).all()
    assert all(rows.sum() == 13 for rows in then.scanned.values())
    assert frame_at(frame, 40) is frame


def test_drawn_lines_end_where_the_lines_of_the_moment_end(night):
    frame = read_scan(night / "scans" / "000001.h5").frame
    height = frame.region.size[1] * 1e9
    down = np.linspace(-height / 2, height / 2, 41)
    upright = Line(2, np.stack([np.zeros(41), down], axis=1))
    [cut] = lines_at([upright], frame, 10)
    assert cut.points[:, 1].max() == pytest.approx(-height / 2 + height / 4)
    assert lines_at([upright], frame, 0) == ()


def test_a_probe_stands_between_the_images_that_were_made_for_it(book):
    wall, bulk = trios(book)
    assert (wall.name, bulk.name) == ("T1-1W", "T1-1B")
    for trio in (wall, bulk):
        assert (trio.before.role, trio.after.role) == (Role.BEFORE, Role.AFTER)
        assert (trio.before.number, trio.after.number) == (3, 4)


def test_a_probe_without_images_of_its_own_shows_the_last_frame_of_its_place(tmp_path):
    night = Night(tmp_path / "run")
    night.start()
    night.scan(report_parts.OVERVIEW)
    night.scan(report_parts.zoom("T1"))
    night.probe(report_parts.loop("T1", "T1-1W", Role.WALL))
    night.probe(report_parts.loop("T9", "T9-1W", Role.WALL, x=9e-7))
    night.close()
    near, far = trios(read_book(tmp_path / "run"))
    assert (near.before.number, near.after) == (2, None)
    assert far.before.number == 1  # the overview alone shows that place


def test_the_ring_lies_where_the_probe_was(night, book):
    seen = read_morning(night, trios(book)[0])
    region = seen.before.shot.region
    dx, dy = (1e9 * (p - c) for p, c in zip((2e-7, 1e-7), region.center, strict=True))
    # frame 3 has no offset of its own, so the drift before the probe is in both
    assert seen.before.spot == pytest.approx((dx, -dy), abs=1e-6)


def test_the_numbers_of_a_loop_have_units(night, book):
    facts = dict(facts_of(read_morning(night, trios(book)[0])))
    assert facts["kind"] == "hysteresis loop"
    assert facts["coercive"].count("V") == 2
    assert facts["remanent response"].endswith("nm")


def test_a_probe_whose_file_is_gone_says_so(own_night, book):
    (own_night / "probes" / "000001.h5").unlink()
    seen = read_morning(own_night, trios(book)[0])
    assert seen.spectrum is None
    assert len(seen.problems) == 1


def test_figures_have_units_and_intervals(night, book):
    figures, words = figures_of(night, widest(book))
    found = {f.name.strip(): f for f in figures}
    density = found["domain wall length per area"]
    assert density.value.endswith("µm/µm²")
    assert ".." in density.interval
    assert "scan 1" in words


def test_without_a_wide_frame_there_are_no_figures(night):
    assert figures_of(night, None) == (
        (), "No frame shows the whole area, so there are no figures.",
    )  # fmt: skip
