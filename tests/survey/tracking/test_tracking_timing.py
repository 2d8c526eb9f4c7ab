"""When a frame was scanned, by the stamps of its lines."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tracked_frames import frame

from ai_afm.geometry import line_ends
from ai_afm.image.scan_bytes import RECORD, ScanState
from ai_afm.image.scan_layout import StoredScan
from ai_afm.survey.tracking.timing import timing
from ai_afm.types import Direction, SlowDirection

LINES, RATE = 12, 2.0


def stored(rows=range(LINES), up=False, held=0.0):
    """Lines of half a second from 100 s on; the frame is held before the sixth to arrive."""
    seen = frame((0.0, 0.0), (1e-6, 0.5e-6), (LINES, 20), line_rate=RATE)
    way = SlowDirection.UP if up else SlowDirection.DOWN
    seen = replace(seen, request=replace(seen.request, slow_direction=way))
    records = {d: np.zeros(LINES, RECORD) for d in Direction}
    scanned = {d: np.zeros(LINES, bool) for d in Direction}
    for order, row in enumerate(rows):
        begun = 100.0 + order / RATE + held * (order >= 6)
        for direction, part in ((Direction.TRACE, 0.5), (Direction.RETRACE, 1.0)):
            records[direction][row]["time"] = begun + part / RATE
            records[direction][row]["start"] = line_ends(seen.region, seen.shape, row)[0]
            scanned[direction][row] = True
    return StoredScan(Path("x"), 1, replace(seen, scanned=scanned), records, ScanState.COMPLETE, "")


@pytest.mark.parametrize("up", [False, True], ids=["down", "up"])
def test_a_whole_frame_knows_its_middle_and_where_the_tip_was(up):
    rows = range(LINES)[:: -1 if up else 1]
    when = timing(stored(rows, up))
    assert (when.begun, when.middle, when.ended) == pytest.approx((100.0, 103.0, 106.0))
    top = 0.5e-6 * (0.5 - 0.5 / LINES)
    assert when.first[1] == pytest.approx(-top if up else top)
    assert when.last[1] == pytest.approx(top if up else -top)
    assert when.steady


def test_the_middle_of_a_stopped_frame_is_that_of_the_whole():
    when = timing(stored(range(5)))
    assert when.lines == 5
    assert when.middle == pytest.approx(103.0)
    assert when.ended == pytest.approx(102.5)


def test_a_frame_that_was_held_is_not_steady():
    assert not timing(stored(held=60.0)).steady


def test_a_frame_without_lines_has_no_times():
    assert timing(stored(())) is None
