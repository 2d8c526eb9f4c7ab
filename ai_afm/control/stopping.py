"""When a frame that shows nothing may end early, and what could be missed by that.

A frame ends by a few figures of a glimpse (`Sight`). They are a row of the journal, so that the
same decision can be taken again later, by the same controller or another.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from scipy import ndimage

from ai_afm.config.stopping import StopSettings
from ai_afm.segment.base import Glimpse
from ai_afm.survey.skeleton import drop_small
from ai_afm.survey.tracing import Extraction, valid_rows
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, ScanRequest

LINES = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY)
LEAST = Extraction().min_pixels
"""Pixels of a piece: whatever is drawn as a line begins as such a one."""
SURE = 0.95
"""Probability of the bound on what is missed."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a glimpse shows of lines, in figures.

    Parameters
    ----------
    lines, settled
        Rows that were seen, and those that will not change any more.
    pieces
        Pieces of 12 pixels or more that may be a wall or boundary, in any row, settled or not.
    highest
        Probability of a wall or boundary in the likeliest pixel; NaN where no model looked.
    known
        Whether the model knows such data and what lines are.
    """

    lines: int
    settled: int
    pieces: int
    highest: float
    known: bool

    def to_row(self) -> dict[str, Any]:
        """Return it as JSON values."""
        highest = None if math.isnan(self.highest) else self.highest
        return {
            "settled": self.settled,
            "pieces": self.pieces,
            "highest": highest,
            "known": self.known,
        }

    @staticmethod
    def of_row(lines: int, row: Mapping[str, Any]) -> "Sight":
        """Return what `to_row` has written about the first `lines` rows."""
        highest = row["highest"]
        return Sight(
            lines,
            int(row["settled"]),
            int(row["pieces"]),
            math.nan if highest is None else float(highest),
            bool(row["known"]),
        )


@runtime_checkable
class StopsBySight(Protocol):
    """A controller whose `enough` needs no more of a glimpse than its figures."""

    def sight(self, glimpse: Glimpse) -> Sight:
        """Return the figures of a glimpse."""
        ...

    def enough_by(self, request: ScanRequest, sight: Sight) -> str | None:
        """Say why the running scan can be stopped early, or return `None` to go on."""
        ...


def sight_of(glimpse: Glimpse, doubt: float) -> Sight:
    """Return the figures of a glimpse.

    Parameters
    ----------
    glimpse
        What the model sees so far.
    doubt
        Probability above which a pixel may be a wall or boundary.
    """
    seen = glimpse.segmentation
    drawn = [p for c, p in zip(seen.classes, seen.probability, strict=True) if c in LINES]
    rows = valid_rows(seen)
    if not drawn or not rows.any():
        return Sight(glimpse.lines, seen.settled, 0, math.nan, known=False)
    probability = np.sum(drawn, axis=0)[rows]
    pieces = drop_small(probability > doubt, LEAST)
    highest = float(np.nanmax(probability))
    count = int(ndimage.label(pieces, np.ones((3, 3)))[1])
    return Sight(glimpse.lines, seen.settled, count, highest, not seen.ood)


def empty_so_far(request: ScanRequest, sight: Sight, settings: StopSettings) -> str | None:
    """Say that a frame has shown nothing for long enough, or return `None` while it may.

    Half of the lines that this takes must be settled, the model must know such data, and no piece
    of a line may be in any row.
    """
    lines, wanted = request.shape[0], settings.empty_after * request.shape[0]
    if not sight.known or sight.pieces:
        return None
    if sight.lines < wanted or sight.settled < wanted / 2 or sight.lines >= lines:
        return None
    left = lines - sight.lines
    return (
        f"Nothing to see: no wall or boundary in {sight.lines} of {lines} lines"
        f" ({sight.settled} of them settled; highest probability of a single pixel"
        f" {sight.highest:.2f}). If the {left} lines that are left are like those, they hold at"
        f" most {most_missed(sight.settled, left):.2g} pieces of {LEAST} px or more"
        f" ({100 * SURE:.0f} % sure)"
    )


def most_missed(settled: int, left: int) -> float:
    """Return the upper bound of how many pieces of line lie in `left` lines on average.

    None lies in `settled` lines. Where pieces lie at random with one density, a mean of more than
    -ln(1 - 0.95) = 3.0 in those lines would have shown at least one with 95 %: the rule of three.

    References
    ----------
    Hanley & Lippman-Hand, JAMA 249, 1743 (1983), doi:10.1001/jama.1983.03330370053031

    Examples
    --------
    >>> round(most_missed(64, 64), 1)
    3.0
    """
    return -math.log(1 - SURE) * left / settled
