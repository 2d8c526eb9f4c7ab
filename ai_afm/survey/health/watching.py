"""The live detectors over one scan or path: what they say as its lines come, from the lines alone.

Nothing here knows a journal or a clock, so a replay looks at the stored lines and sees the same.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ai_afm.survey.health.check import Check, Verdict
from ai_afm.survey.health.contact import LOST_CONTACT, held_by, wandered
from ai_afm.survey.health.history import Tally
from ai_afm.survey.health.passes import Passes, passes_of
from ai_afm.survey.health.standing import Standing
from ai_afm.survey.health.suspect import Moment, in_path
from ai_afm.survey.health.sweeps import first_of, looks_of, sweeps_of
from ai_afm.survey.health.watch import LIVE, STOPPED_FOR, Known, Live
from ai_afm.types import Frame, PathRequest, SlowDirection

log = logging.getLogger(__name__)

BLOCK = 16
"""New lines between two looks."""


class Watched(Protocol):
    """A record that grows: where detectors look at it, and what they see there."""

    @property
    def number(self) -> int:
        """Of the scan or path."""
        ...

    @property
    def frame(self) -> Frame:
        """What holds its rows so far."""
        ...

    @property
    def marks(self) -> tuple[int, ...]:
        """After how many lines or sweeps the detectors look."""
        ...

    @property
    def wanders(self) -> bool:
        """Whether its lines lie here and there, so that their heights say little of each other."""
        ...

    def at(self, rows: int) -> Moment:
        """Return the moment when so many rows had come."""
        ...

    def window(self, live: Live, mark: int) -> int:
        """Return how many rows up to a mark a detector looks at."""
        ...

    def cut(self, live: Live, mark: int) -> Passes | None:
        """Return those rows as the detector needs them, `None` where they do not hold that."""
        ...


@dataclass(frozen=True, slots=True)
class WatchedFrame:
    """The lines of scan `number`."""

    number: int
    frame: Frame

    @property
    def marks(self) -> tuple[int, ...]:
        """See `Watched`."""
        return tuple(range(BLOCK, self.frame.shape[0] + 1, BLOCK))

    @property
    def wanders(self) -> bool:
        """See `Watched`."""
        return False

    def at(self, rows: int) -> Moment:
        """See `Watched`."""
        return Moment(self.number, rows)

    def window(self, live: Live, mark: int) -> int:
        """See `Watched`."""
        return live.lines

    def cut(self, live: Live, mark: int) -> Passes | None:
        """Cut the newest lines out of the frame; they arrive from the top or from below."""
        first, last = mark - live.lines, mark
        if first < 0:
            return None
        if self.frame.request.slow_direction is SlowDirection.UP:
            height = self.frame.shape[0]
            first, last = height - last, height - first
        return passes_of(self.frame, first, last)


@dataclass(frozen=True, slots=True)
class WatchedPath:
    """The sweeps of path `number`, which was begun after scan `after`; `frame` is its table."""

    number: int
    after: int
    frame: Frame
    path: PathRequest

    @property
    def marks(self) -> tuple[int, ...]:
        """See `Watched`."""
        return looks_of(self.path, BLOCK)

    @property
    def wanders(self) -> bool:
        """See `Watched`."""
        return True

    def at(self, rows: int) -> Moment:
        """See `Watched`."""
        return in_path(self.after, self.number, rows)

    def window(self, live: Live, mark: int) -> int:
        """See `Watched`."""
        return mark - first_of(self.path, mark, live.lines, live.samples)

    def cut(self, live: Live, mark: int) -> Passes | None:
        """Cut the newest sweeps out of the table."""
        first = first_of(self.path, mark, live.lines, live.samples)
        return sweeps_of(self.frame, self.path, (first, mark), live.form)


@dataclass(frozen=True, slots=True)
class Said:
    """A doubt that begins or ends: the check, where its detector stood, when, rows looked at."""

    check: Check
    before: Tally
    at: Moment
    window: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A detector that failed, and how."""

    detector: str
    error: Exception


class Watching:
    """The detectors over one record; lives as long as it grows.

    Parameters
    ----------
    watched
        What they look at.
    standing
        Where they stand before.
    may_stop
        Whether it may be stopped for what they see.

    Attributes
    ----------
    stop
        Why the record should be stopped, `None` while it should not.
    stopped_at
        Rows that had come when that was said first.
    bad_from
        Row (in order of arrival) from which it is bad then.
    good
        Last row up to which each detector was content.
    held
        Where the error signal was held by the last lines on the surface.
    """

    def __init__(self, watched: Watched, standing: Standing, may_stop: bool) -> None:
        self._watched, self._may_stop = watched, may_stop
        self._tallies, self._failed = dict(standing.tallies), set(standing.failed)
        self._marks = list(watched.marks)
        self.held = standing.held
        self.good: dict[str, int] = {}
        self.stop: str | None = None
        self.stopped_at: int | None = None
        self.bad_from: int | None = None

    def look(self, rows: int, detectors: Iterable[Live] = LIVE) -> Iterator[Said | Failed]:
        """Look at what has come since the last look; yield what changes.

        Parameters
        ----------
        rows
            That have come, both ways where both are recorded.
        detectors
            Which ones look.
        """
        while self._marks and self._marks[0] <= rows:
            mark = self._marks.pop(0)
            for live in detectors:
                if live.name not in self._failed:
                    yield from self._ask(live, mark)

    def _ask(self, live: Live, mark: int) -> Iterator[Said | Failed]:
        try:
            passes = self._watched.cut(live, mark)
            if passes is None:
                return
            check = live.look(passes, Known(engaged=self.held))
            if live.name == LOST_CONTACT and check.verdict is not Verdict.SUSPECT:
                now = held_by(passes, self.held)
                self.held = wandered(self.held, now) if self._watched.wanders else now
        # a run must not fail because something that watches it does
        except Exception as exc:
            self._failed.add(live.name)
            log.warning("the detector %s failed", live.name, exc_info=exc)
            yield Failed(live.name, exc)
            return
        yield from self._judge(live, check, mark)

    def _judge(self, live: Live, check: Check, mark: int) -> Iterator[Said]:
        """Keep where a detector stands; say when a doubt begins or ends."""
        before, at = self._tallies.get(live.name, Tally()), self._watched.at(mark)
        after = before.after(check.verdict, at)
        self._tallies[live.name] = after
        if check.verdict is Verdict.GOOD:
            self.good[live.name] = mark
        if after.doubts == before.doubts:
            return
        # what was never good is how the instrument is set: to scan it again would help nothing
        if after.doubts and live.name in STOPPED_FOR and self._may_stop and before.good:
            self._end_for(check, mark)
        yield Said(check, before, at, self._watched.window(live, mark))

    def _end_for(self, check: Check, mark: int) -> None:
        """Have the record stopped, and keep from which row on it is bad."""
        good, why = self.good.get(check.detector, 0), f"{check.detector}: {check.advice}"
        self.bad_from = good if self.bad_from is None else min(good, self.bad_from)
        self.stop = why if self.stop is None else f"{self.stop}; {why}"
        self.stopped_at = mark if self.stopped_at is None else self.stopped_at
