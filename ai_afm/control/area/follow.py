"""Following: fine passes only along the lines that are known, until no line leaves them."""

from dataclasses import dataclass

import cv2
import numpy as np

from ai_afm.control.area import plan
from ai_afm.control.area.overview import overview
from ai_afm.control.area.state import Ground, Mask, Step
from ai_afm.control.area.verify import enough_verified, verification
from ai_afm.survey.skeleton import drop_small, thin
from ai_afm.types import FloatImage

SHORTEST = 8
"""Pixels of a line that is followed: less is noise."""
FEWEST = 24
"""Pixels that are worth one more round."""
MOST_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class FollowPolicy:
    """Overview, then strips along what it shows, then along what the strips show beyond."""

    verified: bool = True

    @property
    def name(self) -> str:
        """How it is called."""
        return "follow"

    def next(self, ground: Ground) -> Step | None:
        """Return the overview, the next round of strips, verification, or `None` at the end."""
        if ground.seen is None:
            return overview(ground.settings)
        step = strips(ground)
        if step is not None:
            return step
        if self.verified and not enough_verified(ground):
            return verification(ground)
        return None


def lines_seen(probability: FloatImage, threshold: float) -> Mask:
    """Return the 1-px lines of a probability map, (lines, pixels) bool."""
    return _lines_of(probability > threshold)


def _lines_of(mask: Mask) -> Mask:
    return thin(drop_small(mask, SHORTEST))


def _joined_to(seeds: Mask, mask: Mask) -> Mask:
    """Return the 8-connected pieces of a mask that hold a seed."""
    count, pieces = cv2.connectedComponents(mask.astype(np.uint8))
    keep = np.zeros(count, np.bool_)
    keep[pieces[seeds & mask]] = True
    kept: Mask = keep[pieces]
    return kept


def wanted(ground: Ground) -> Mask:
    """Return the pixels along known lines that were not scanned finely yet."""
    assert ground.seen is not None
    if ground.done("follow") or ground.overview is None:
        sure = ground.seen > 0.5
        if ground.twinned:
            # of two walls side by side one is doubtful until the tip was there
            sure = _joined_to(sure, ground.seen > ground.settings.threshold)
        lines = _lines_of(sure)
    else:
        lines = lines_seen(ground.overview, ground.settings.threshold)
    return along(lines, ground.half_width) & ~ground.covered


def along(lines: Mask, half_width: float) -> Mask:
    """Return what lies within `half_width` pixels of lines."""
    kernel = plan.disc(half_width + 0.5)
    return np.asarray(cv2.dilate(lines.astype(np.uint8), kernel) > 0)


def strips(ground: Ground) -> Step | None:
    """Return the next round of strips, `None` when no known line is left to scan."""
    if len(ground.done("follow")) >= MOST_ROUNDS:
        return None
    return strips_over(ground, wanted(ground))


def strips_over(ground: Ground, mask: Mask) -> Step | None:
    """Return a round of strips over the pixels that are `wanted`, `None` where those are few."""
    rounds = len(ground.done("follow"))
    if rounds:
        mask = drop_small(mask, FEWEST)
    if mask.sum() < FEWEST:
        return None
    share = 100 * mask.mean()
    where = "the lines of the overview" if rounds == 0 else "lines that go on beyond what is known"
    reason = f"Strips along {where}: {share:.1f} % of the area (round {rounds + 1})"
    requests = plan.requests_for(mask, ground.settings, ground.at, plan.Asked(reason))
    return Step("follow", requests, reason)
