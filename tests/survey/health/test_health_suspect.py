import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm.survey.health.check import Verdict
from ai_afm.survey.health.suspect import Doubt, Moment, Sighting, doubts_of

LETTERS = {"g": Verdict.GOOD, "s": Verdict.SUSPECT, "?": Verdict.CANNOT_TELL}


def at(time):
    return Moment(1, 16 * time)


def history(letters, detector="double_tip"):
    """Return sightings, one each 16 lines."""
    return [Sighting(detector, LETTERS[c], at(i)) for i, c in enumerate(letters, 1)]


@pytest.mark.parametrize(
    ("letters", "doubts"),
    [
        ("gggg", []),
        ("ggss", [(2, 3, None)]),
        ("gssg", [(1, 2, 4)]),
        ("ssgg", [(None, 1, 3)]),
        ("g?s?g", [(1, 3, 5)]),
        ("gsgsg", [(1, 2, 3), (3, 4, 5)]),
        ("g??s", [(1, 4, None)]),
        ("???", []),
    ],
)
def test_data_are_suspect_from_the_last_good_check_to_the_next(letters, doubts):
    found = doubts_of(history(letters))
    assert [(d.after, d.seen, d.until) for d in found] == [
        tuple(None if t is None else at(t) for t in doubt) for doubt in doubts
    ]


@pytest.mark.parametrize(
    ("letters", "doubts"), [("gsg", 0), ("gssg", 1), ("gs?sg", 1), ("gsgsg", 0), ("gss", 1)]
)
def test_a_single_suspect_check_may_be_chance(letters, doubts):
    assert len(doubts_of(history(letters), in_a_row=2)) == doubts


def test_a_doubt_covers_what_lies_between_the_good_checks():
    doubt = Doubt("ringing", at(2), at(4), at(6))
    assert [doubt.covers(at(t)) for t in range(1, 8)] == [False, False, *[True] * 3, False, False]
    assert Doubt("ringing", None, at(4)).covers(at(1))
    assert Doubt("ringing", at(2), at(4)).covers(at(1000))


def test_detectors_are_judged_apart_and_doubts_come_in_order_of_time():
    mixed = [*history("gggs", "saturation"), *history("gsgg", "ringing")]
    assert [d.detector for d in doubts_of(mixed)] == ["ringing", "saturation"]


@given(st.text("gs?", max_size=30))
def test_every_suspect_check_is_covered_and_no_good_one(letters):
    doubts = doubts_of(history(letters))
    for time, letter in enumerate(letters, 1):
        covered = any(d.covers(at(time)) for d in doubts)
        if letter == "s":
            assert covered
        if letter == "g":
            assert not covered
