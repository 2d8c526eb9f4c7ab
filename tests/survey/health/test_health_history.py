import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.survey.health.check import Check, Verdict
from ai_afm.survey.health.history import (
    Tally,
    advice_in,
    doubted,
    doubts_in,
    laid_over,
    row_of,
    tallies,
)
from ai_afm.survey.health.suspect import Doubt, Moment, Sighting, doubts_of

SCORE = {"g": 0.0, "s": 1.0, "?": math.nan}


def live_rows(letters, scan=2):
    """Return the rows that a live detector writes: where a doubt begins or ends."""
    tally, rows = Tally(), []
    for number, letter in enumerate(letters, 1):
        check = Check("ringing", SCORE[letter], 0.5, "power", "lower the gain")
        at = Moment(scan, 16 * number)
        after = tally.after(check.verdict, at)
        if after.doubts != tally.doubts:
            rows.append(row_of(check, tally, at, 16, "live"))
        tally = after
    return rows, tally


def test_a_row_is_plain_json_and_a_score_that_is_not_known_is_none():
    check = Check("detuning", math.nan, 0.4, "change")
    row = row_of(check, Tally(Moment(1, 16)), Moment(3, 64), 64, "patch")
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    assert row["score"] is None
    assert row["good"] == [1, 16]


def test_a_doubt_lasts_from_the_last_good_lines_to_the_next_that_were_looked_at():
    rows, _ = live_rows("gg?ssssg")
    (doubt,) = doubts_in(rows)
    assert (doubt.after, doubt.seen) == (Moment(2, 32), Moment(2, 64))
    assert doubt.until == Moment(2, 112), "the good look at line 128 vouches for 16 lines"
    assert advice_in(rows, doubt) == "lower the gain"


@given(st.text("gs?", max_size=24))
def test_rows_of_changes_alone_tell_the_same_doubts_as_all_that_was_said(letters):
    rows, tally = live_rows(letters)
    verdicts = [Check("ringing", SCORE[c], 0.5, "").verdict for c in letters]
    history = [Sighting("ringing", v, Moment(2, 16 * n)) for n, v in enumerate(verdicts, 1)]
    expected = [(d.after, d.seen) for d in doubts_of(history, 2)]
    assert [(d.after, d.seen) for d in doubts_in(rows)] == expected
    assert tallies(rows).get("ringing", Tally()).doubts == tally.doubts


def test_a_patch_that_is_good_vouches_for_itself_and_ends_the_doubt_before_it():
    tally, rows = Tally(), []
    for scan, letter in ((2, "g"), (5, "s"), (6, "s"), (9, "g"), (12, "s"), (13, "g")):
        check, at = Check("double_tip", SCORE[letter], 0.5, ""), Moment(scan, 64)
        rows.append(row_of(check, tally, at, 64, "patch"))
        tally = tally.after(check.verdict, at)
    (doubt,) = doubts_in(rows)
    assert (doubt.after, doubt.seen, doubt.until) == (Moment(2, 64), Moment(5, 64), Moment(9, 0))


def test_the_first_look_at_a_patch_is_good_without_a_row():
    tally, rows = Tally(Moment(2, 64)), []
    for scan in (5, 6, 8):
        check, at = Check("double_tip", 1.0, 0.5, ""), Moment(scan, 64)
        rows.append(row_of(check, tally, at, 64, "patch"))
        tally = tally.after(check.verdict, at)
    (doubt,) = doubts_in(rows)
    assert (doubt.after, doubt.seen, doubt.until) == (Moment(2, 64), Moment(5, 64), None)


@pytest.mark.parametrize(
    ("scan", "lines", "touched"),
    [(2, 64, False), (2, 80, True), (3, 10, True), (4, 64, True), (5, 64, False)],
)
def test_scans_are_marked_by_any_of_their_lines(scan, lines, touched):
    doubt = Doubt("ringing", Moment(2, 64), Moment(3, 32), Moment(5, 0))
    assert bool(doubted([doubt], scan, lines)) is touched


def test_what_was_done_between_two_scans_is_marked_with_them():
    doubt = Doubt("ringing", Moment(2, 64), Moment(3, 32), Moment(5, 0))
    assert [bool(laid_over([doubt], scan)) for scan in (1, 2, 3, 4, 5)] == [
        False, True, True, True, False
    ]  # fmt: skip
    assert laid_over([Doubt("ringing", None, Moment(3, 32))], 0)


def test_a_detector_that_cannot_tell_changes_nothing():
    tally = Tally(Moment(1, 16), (Moment(1, 32),))
    assert tally.after(Verdict.CANNOT_TELL, Moment(1, 48)) == tally
