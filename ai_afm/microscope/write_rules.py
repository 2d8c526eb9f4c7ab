"""What a write costs, and the straight ways between its strokes."""

import math
from collections.abc import Sequence
from itertools import pairwise

from ai_afm.image.instrument_time import InstrumentTimes, move_seconds
from ai_afm.microscope.bounds import at_most
from ai_afm.microscope.path_rules import check_ways
from ai_afm.microscope.rules import Rules
from ai_afm.types import Point, Stroke, WriteRequest


def write_seconds(request: WriteRequest, times: InstrumentTimes) -> float:
    """Return the time of a write without the move to it, s: strokes, moves between them, rest.

    Each stroke is a command of its own, so that each move between two costs what any move costs.
    """
    hops = sum(move_seconds(math.dist(a, b), times) for a, b in hops_of(request.strokes))
    return sum(stroke.seconds for stroke in request.strokes) + hops + request.rest


def hops_of(strokes: Sequence[Stroke]) -> list[tuple[Point, Point]]:
    """Return begin and end (m) of each move between two strokes."""
    return [(before.end, after.start) for before, after in pairwise(strokes)]


def check_hops(strokes: Sequence[Stroke], rules: Rules) -> None:
    """Check the moves between strokes: their length, and that none crosses a forbidden zone.

    Raises
    ------
    OutOfRange
        For the first one that may not be.
    """
    hops = hops_of(strokes)
    if not hops:
        return
    for index, (start, end) in enumerate(hops, 1):
        what = f"the move from stroke {index} to the next"
        at_most(math.dist(start, end), rules.limits.max_travel, "m", what, "go in steps")
    begins, ends = zip(*hops, strict=True)
    check_ways(rules.consent, begins, ends, "the move from stroke {} to the next")
