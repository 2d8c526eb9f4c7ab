"""Watching the instrument while it scans: detectors look at new lines, doubts go on record.

The looks are taken where events are yielded, never in the thread that reads the lines.
"""

import logging
from collections.abc import Generator
from typing import Any

from ai_afm.acquire.session import Session
from ai_afm.events import Doubted, Event, Faulted
from ai_afm.survey.health.again import again_of
from ai_afm.survey.health.check import Check, Verdict
from ai_afm.survey.health.contact import LOST_CONTACT, Held, held_by
from ai_afm.survey.health.history import Tally, doubted, doubts_in, row_of, tallies
from ai_afm.survey.health.passes import Passes, passes_of
from ai_afm.survey.health.suspect import Moment
from ai_afm.survey.health.watch import LIVE, STOPPED_FOR, Known, Live
from ai_afm.survey.survey import Survey
from ai_afm.types import Authority, Frame, ScanRequest, SlowDirection

log = logging.getLogger(__name__)

BLOCK = 16
"""New lines between two looks."""


class LiveWatch:
    """The live detectors over one scan.

    Attributes
    ----------
    number, frame
        Of the scan.
    again_of
        Number of the scan whose bad band this one repeats, `None` where it repeats none.
    stop
        Why the scan should be stopped, `None` while it should not.
    bad_from
        Line (in order of arrival) from which it is bad then.
    """

    def __init__(self, session: Session, survey: Survey, number: int, frame: Frame) -> None:
        self._session, self.number, self.frame = session, number, frame
        self._next = BLOCK
        self._tallies: dict[str, Tally] = {}
        self._good: dict[str, int] = {}
        self._held: Held | None = None
        self._failed: set[str] = set()
        self.again_of = again_of(survey, frame.request)
        self._may_stop = self.again_of is None and _may_stop(session)
        self.stop: str | None = None
        self.bad_from: int | None = None
        if session.config.health.live:
            self._failed = {
                str(row.payload["detector"])
                for row in session.journal.rows("fault")
                if row.payload["kind"] == FAULT
            }
            self._tallies = _standing(session, survey)
            if self._tallies.get(LOST_CONTACT, Tally()).doubts:
                self._held = _held_before(survey, frame.request)

    def look(self, rows: int) -> Generator[Event]:
        """Look at the newest lines where 16 more have come; it raises nothing but a full disk.

        Parameters
        ----------
        rows
            Lines that have come both ways.
        """
        if not self._session.config.health.live:
            return
        while rows >= self._next:
            lines, self._next = self._next, self._next + BLOCK
            for live in LIVE:
                if live.lines <= lines and live.name not in self._failed:
                    yield from self._ask(live, lines)

    def notes(self, lines: int) -> dict[str, Any]:
        """Return what an observation of the scan's first `lines` lines keeps about it."""
        rows = [row.payload for row in self._session.journal.rows("health")]
        touching = doubted(doubts_in(rows), self.number, lines)
        notes: dict[str, Any] = {"good": dict(self._good)}
        if touching:
            notes["doubts"] = sorted({doubt.detector for doubt in touching})
        if self._held is not None:
            notes["held"] = list(self._held.error)
        if self.bad_from is not None:
            notes["bad_from"] = self.bad_from
        if self.again_of is not None:
            notes["again_of"] = self.again_of
        return notes

    def _ask(self, live: Live, lines: int) -> Generator[Event]:
        try:
            passes = self._passes(live.lines, lines)
            if passes is None:
                return
            check = live.look(passes, Known(engaged=self._held))
            if live.name == LOST_CONTACT and check.verdict is not Verdict.SUSPECT:
                self._held = held_by(passes)
        # a run must not fail because something that watches it does
        except Exception as exc:
            yield self._broken(live.name, exc)
            return
        yield from self._judge(live, check, lines)

    def _passes(self, window: int, lines: int) -> Passes | None:
        """Cut the newest lines out of the frame; they arrive from the top or from below."""
        first, last = lines - window, lines
        if self.frame.request.slow_direction is SlowDirection.UP:
            height = self.frame.shape[0]
            first, last = height - last, height - first
        return passes_of(self.frame, first, last)

    def _judge(self, live: Live, check: Check, lines: int) -> Generator[Event]:
        """Keep where a detector stands; say and write down when a doubt begins or ends."""
        before, at = self._tallies.get(live.name, Tally()), Moment(self.number, lines)
        after = before.after(check.verdict, at)
        self._tallies[live.name] = after
        if check.verdict is Verdict.GOOD:
            self._good[live.name] = lines
        if after.doubts == before.doubts:
            return
        row = row_of(check, before, at, live.lines, "live")
        self._session.journal.append("health", row)
        yield said(check, before, at)
        # what was never good is how the instrument is set: to scan it again would help nothing
        if after.doubts and live.name in STOPPED_FOR and self._may_stop and before.good:
            self._end_for(check)

    def _end_for(self, check: Check) -> None:
        """Have the scan stopped, and keep from which line on it is bad."""
        good, why = self._good.get(check.detector, 0), f"{check.detector}: {check.advice}"
        self.bad_from = good if self.bad_from is None else min(good, self.bad_from)
        self.stop = why if self.stop is None else f"{self.stop}; {why}"

    def _broken(self, detector: str, error: Exception) -> Faulted:
        self._failed.add(detector)
        log.warning("the detector %s failed", detector, exc_info=error)
        message = f"the detector {detector} failed: {type(error).__name__}: {error}"
        response = "the run goes on without it"
        self._session.journal.append(
            "fault",
            {"kind": FAULT, "detector": detector, "message": message, "response": response},
        )
        return Faulted(FAULT, message, response)


FAULT = "health"
"""Kind of fault of a detector that fails."""


def said(check: Check, before: Tally, at: Moment) -> Doubted:
    """Return the event of a doubt that begins or ends."""
    since = "the start of the run"
    if before.good is not None:
        since = f"scan {before.good.scan}, line {before.good.line}"
    over = check.verdict is Verdict.GOOD
    return Doubted(check.detector, at.scan, at.line, over, since, check.advice)


def _may_stop(session: Session) -> bool:
    """Tell whether a bad frame may be stopped; what is scanned once more goes on to its end."""
    allowed = session.config.health.stop_bad_frames
    return session.authority is Authority.UNATTENDED if allowed is None else allowed


def _held_before(survey: Survey, request: ScanRequest) -> Held | None:
    """Return where the error signal was held before contact was lost, at the same setpoint.

    The tip must be seen to be back on the surface: what it does now is no measure of that.
    """
    for observation in reversed(list(survey.scans())):
        before, held = observation.request, (observation.notes or {}).get("held")
        if isinstance(before, ScanRequest) and before.setpoint == request.setpoint and held:
            return Held((float(held[0]), float(held[1])), None)
    return None


def _standing(session: Session, survey: Survey) -> dict[str, Tally]:
    """Return where each detector stands before a scan: by the journal, and by the last good looks.

    A good look has a row of its own only where it ends a doubt.
    """
    found = tallies(row.payload for row in session.journal.rows("health"))
    for observation in survey.scans():
        for name, line in ((observation.notes or {}).get("good") or {}).items():
            good, tally = Moment(observation.number, int(line)), found.get(name, Tally())
            if not tally.doubts and (tally.good is None or good > tally.good):
                found[name] = Tally(good)
    return found
