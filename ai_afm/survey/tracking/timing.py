"""When a stored frame was scanned: its middle, its first line, and where the tip was."""

from dataclasses import dataclass

import numpy as np

from ai_afm.image.scan_layout import StoredScan
from ai_afm.types import Direction, Point, SlowDirection

HELD = 5.0
"""Lines that one line may come late (or s, whatever is more) before the frame counts as held."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of a frame by its lines' stamps, s of the instrument's clock.

    Parameters
    ----------
    begun, ended
        Before the first line and after the last.
    middle
        When the frame's middle was scanned, or would have been, at its line rate.
    first, last
        Where the tip stood at the beginning of the first and of the last line, m.
    lines
        How many lines arrived.
    held
        By how much the lines are out of step, s.
    """

    begun: float
    ended: float
    middle: float
    first: Point
    last: Point
    lines: int
    held: float

    @property
    def steady(self) -> bool:
        """Whether the lines came one after the other, without a pause."""
        return self.held <= HELD * max(1.0, (self.ended - self.begun) / max(self.lines, 1))


def timing(stored: StoredScan) -> Timing | None:
    """Return when a frame was scanned, `None` where no line of it has arrived both ways."""
    request = stored.frame.request
    both = stored.frame.scanned[Direction.TRACE] & stored.frame.scanned[Direction.RETRACE]
    rows = np.flatnonzero(both)
    if not len(rows):
        return None
    line = 1 / request.line_rate
    out, back = (stored.times[d][rows] for d in (Direction.TRACE, Direction.RETRACE))
    # between the two passes of a line, each of which is stamped at its end
    at = 0.5 * (out + back) - 0.25 * line
    sense = 1.0 if request.slow_direction is SlowDirection.DOWN else -1.0
    order = sense * (rows - (request.shape[0] - 1) / 2)
    middles = at - order * line
    first, last = (int(rows[i]) for i in (np.argmin(order), np.argmax(order)))
    ends = [stored.records[Direction.TRACE][row]["start"] for row in (first, last)]
    (x0, y0), (x1, y1) = ([float(v) for v in end] for end in ends)
    return Timing(
        float(at.min() - line / 2),
        float(back.max()),
        float(np.median(middles)),
        (x0, y0),
        (x1, y1),
        len(rows),
        float(np.ptp(middles)),
    )
