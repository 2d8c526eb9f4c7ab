"""The event log: filtered by text and level, while it grows."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_afm_gui.client import Level, LogLine
from ai_afm_gui.live.log_filter import ALL, FAULTS, WARNINGS, LogFilter

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def line(row, text, level=Level.GOOD, number=None):
    kind = None if number is None else "scan"
    return LogLine(row, NOW, level, "done", text, kind, number)


LINES = (
    line(1, "Scan 1 is complete", number=1),
    line(2, "no line for 10 s", Level.BAD),
    line(3, "scan 2 is doubted", Level.WARN, 2),
)


@pytest.mark.parametrize(
    ("text", "level", "rows"),
    [
        ("", ALL, [1, 2, 3]),
        ("SCAN", ALL, [1, 3]),
        ("scan doubted", ALL, [3]),
        ("", WARNINGS, [2, 3]),
        ("", FAULTS, [2]),
        ("scan", FAULTS, []),
    ],
)
def test_lines_are_found_by_words_and_level(text, level, rows):
    shown = LogFilter()
    shown.take(LINES)
    shown.want(text, level)
    assert [found.row for found in shown.lines] == rows


@given(st.lists(st.sampled_from(["wall", "probe", "wall probe"]), max_size=8), st.integers(0, 8))
def test_a_log_that_grows_shows_what_it_would_show_at_once(texts, cut):
    log = tuple(line(i, text) for i, text in enumerate(texts))
    grown, once = LogFilter(), LogFilter()
    grown.want("probe", ALL)
    grown.take(log[:cut])
    grown.take(log)
    once.take(log)
    once.want("probe", ALL)
    assert grown.lines == once.lines


def test_another_run_begins_anew():
    shown = LogFilter()
    shown.take(LINES)
    assert shown.take((line(1, "another run"),))
    assert [found.text for found in shown.lines] == ["another run"]


def test_the_same_log_changes_nothing():
    shown = LogFilter()
    assert shown.take(LINES)
    assert not shown.take(LINES)
    assert not shown.want("", ALL)
