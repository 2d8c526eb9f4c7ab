"""What a person has done today, and how long a crop takes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.items import State
from ai_afm.flywheel.queue import ReviewQueue
from ai_afm.flywheel.records import Correction, Label
from ai_afm.flywheel.store import FlywheelStore
from ai_afm_gui.review.centrelines import Centrelines, Segment

PAUSE = 30.0
"""Seconds without a hand on mouse or keys after which the clock stands still."""
REACH = 2
"""Pixels by which a line may be moved and still be the same line."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a person has done today.

    Parameters
    ----------
    done, left
        Number of crops answered, and of those that wait for this person.
    corrected
        Length of line drawn, erased or renamed, m.
    seconds
        Time spent on them.
    as_proposed
        How many were accepted without a change.
    corrections
        How many were corrected or accepted.
    """

    done: int
    left: int
    corrected: float
    seconds: float
    as_proposed: int
    corrections: int

    @property
    def share_as_proposed(self) -> float | None:
        """Fraction of the corrections without a change, `None` without any."""
        return self.as_proposed / self.corrections if self.corrections else None


class Counting:
    """Counts what a person has done; each correction is looked at once.

    Parameters
    ----------
    store
        Of the lab.
    annotator
        Who.
    """

    def __init__(self, store: FlywheelStore, annotator: str) -> None:
        self._store, self._annotator = store, annotator
        self._known: dict[int, float] = {}

    def today(self, now: datetime) -> Progress:
        """Return what was done since midnight, local time of `now`, which knows its time zone."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        own = [
            c
            for c in self._store.corrections()
            if c.annotator == self._annotator and datetime.fromisoformat(c.added) >= midnight
        ]
        queue = ReviewQueue(self._store)
        since = midnight.isoformat()
        said = self._store.database.rows(
            "SELECT DISTINCT item FROM item_states WHERE annotator = ? AND state IN "
            "('done', 'unsure', 'rejected') AND julianday(added) >= julianday(?)",
            self._annotator,
            since,
        )
        waiting = (State.OPEN, State.SKIPPED, State.UNSURE, State.LEASED)
        left = sum(
            i.state in waiting
            and self._annotator not in i.unsure
            and (i.state is not State.LEASED or i.annotator == self._annotator)
            for i in queue.items()
        )
        return Progress(
            done=len(said),
            left=left,
            corrected=sum(self._corrected(c) for c in own),
            seconds=sum(c.seconds for c in own),
            as_proposed=sum(c.before == c.after for c in own),
            corrections=len(own),
        )

    def _corrected(self, correction: Correction) -> float:
        """Return how much line a correction has changed, m."""
        if correction.before == correction.after:
            return 0.0
        if correction.revision not in self._known:
            frame = self._store.require_frame(correction.place.frame)
            width, height = frame.region.size
            pitch = height / frame.shape[0], width / frame.shape[1]
            before, after = (self._store.label(b) for b in (correction.before, correction.after))
            self._known[correction.revision] = corrected_length(before, after, pitch)
        return self._known[correction.revision]


def corrected_length(before: Label, after: Label, pitch: tuple[float, float]) -> float:
    """Return how much line was drawn, erased or renamed, m.

    The same lines count as in `ai_afm.flywheel.line_changes`, along their smooth courses.

    Parameters
    ----------
    before, after
        (lines, pixels) uint8, lines of any width.
    pitch
        Distances of lines and of pixels, m.

    Examples
    --------
    >>> before, after = np.zeros((12, 20), np.uint8), np.zeros((12, 20), np.uint8)
    >>> after[:, 9] = 2
    >>> round(corrected_length(before, after, (1e-9, 1e-9)) / 1e-9)
    11
    """
    old, new = Centrelines.of(before), Centrelines.of(after)
    was, there = _near(old.skeleton > 0), _near(new.skeleton > 0)
    total = sum(_outside(s, there, pitch) for s in old.segments)
    for segment in new.segments:
        same = _near(old.skeleton == segment.code)
        total += _outside(segment, was & same, pitch)
    return total


def _outside(segment: Segment, mask: NDArray[np.bool_], pitch: tuple[float, float]) -> float:
    """Return the length of a line outside of a mask, m."""
    steps = np.hypot(*(np.diff(segment.points, axis=0) * pitch).T)
    middles = np.rint((segment.points[1:] + segment.points[:-1]) / 2).astype(int)
    return float(steps[~mask[tuple(middles.T)]].sum())


def _near(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what lies within `REACH` px of a mask."""
    size = 2 * REACH + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0)


class Stopwatch:
    """Seconds that a person is at work: a pause counts as `PAUSE` at most.

    Parameters
    ----------
    clock
        Returns s; goes on evenly.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()
        self._sum = 0.0

    def touch(self) -> None:
        """Say that the person is there."""
        now = self._clock()
        self._sum += float(np.clip(now - self._last, 0, PAUSE))
        self._last = now

    @property
    def seconds(self) -> float:
        """Time so far."""
        return self._sum + float(np.clip(self._clock() - self._last, 0, PAUSE))

    def restart(self) -> None:
        """Begin anew."""
        self._last, self._sum = self._clock(), 0.0
