"""Watching the instrument while it scans: detectors look at new lines, doubts go on record.

The looks are taken where events are yielded, never in the thread that reads the lines.
"""

from collections.abc import Generator
from typing import Any

from ai_afm.acquire.session import Session
from ai_afm.config import RunConfig
from ai_afm.events import Doubted, Event, Faulted
from ai_afm.survey.health.again import again_of
from ai_afm.survey.health.check import Check, Verdict
from ai_afm.survey.health.history import Tally, doubted_between, doubts_in, row_of
from ai_afm.survey.health.standing import AFTER_SCAN, Standing, standing
from ai_afm.survey.health.suspect import Moment
from ai_afm.survey.health.watch import LIVE
from ai_afm.survey.health.watching import (
    Failed,
    Said,
    Watched,
    WatchedFrame,
    WatchedPath,
    Watching,
)
from ai_afm.survey.survey import Survey
from ai_afm.types import Authority, Frame, PathRequest, ScanRequest

FAULT = "health"
"""Kind of fault of a detector that fails."""


class LiveWatch:
    """The live detectors over one scan or path, and the journal's rows about what they say.

    Parameters
    ----------
    session, survey
        Of the run; the survey as it is before.
    watched
        What they look at.
    request
        What caused it.

    Attributes
    ----------
    number, frame
        Of the scan or path, and what holds its rows.
    again_of
        Number of the scan (path) whose bad part this one repeats, `None` where it repeats none.
    """

    def __init__(
        self, session: Session, survey: Survey, watched: Watched, request: ScanRequest | PathRequest
    ) -> None:
        self._session, self._watched = session, watched
        self.number, self.frame = watched.number, watched.frame
        self.again_of = again_of(survey, request)
        self._live = session.config.health.live
        self._watching = Watching(
            watched, self._begin(survey, request), may_stop(session.config, self.again_of)
        )

    def _begin(self, survey: Survey, request: ScanRequest | PathRequest) -> Standing:
        """Return where the detectors stand by what was written down so far."""
        if not self._live:
            return Standing()
        journal = self._session.journal
        faults = (row.payload for row in journal.rows("fault"))
        return standing(
            (row.payload for row in journal.rows("health")),
            (str(row["detector"]) for row in faults if row["kind"] == FAULT),
            survey,
            request,
        )

    @property
    def stop(self) -> str | None:
        """Why the record should be stopped, `None` while it should not."""
        return self._watching.stop

    @property
    def stopped_at(self) -> int | None:
        """Rows that had come when that was said."""
        return self._watching.stopped_at

    def look(self, rows: int) -> Generator[Event]:
        """Look at the newest rows where it is time; it raises nothing but a full disk.

        Parameters
        ----------
        rows
            Lines or sweeps that have come, both ways where both are recorded.
        """
        if not self._live:
            return
        for said_now in self._watching.look(rows, LIVE):
            if isinstance(said_now, Failed):
                yield self._broken(said_now)
            else:
                yield self._kept(said_now)

    def notes(self, rows: int) -> dict[str, Any]:
        """Return what an observation of the first `rows` lines or sweeps keeps about them."""
        watching = self._watching
        told = [row.payload for row in self._session.journal.rows("health")]
        touching = doubted_between(doubts_in(told), self._watched.at(0), self._watched.at(rows))
        notes: dict[str, Any] = {"good": dict(watching.good)}
        if isinstance(self._watched, WatchedPath):
            notes[AFTER_SCAN] = self._watched.after
        if touching:
            notes["doubts"] = sorted({doubt.detector for doubt in touching})
        if watching.held is not None:
            notes["held"] = list(watching.held.error)
        if watching.bad_from is not None:
            notes["bad_from"] = watching.bad_from
        if self.again_of is not None:
            notes["again_of"] = self.again_of
        return notes

    def _kept(self, change: Said) -> Doubted:
        """Write down that a doubt begins or ends."""
        row = row_of(change.check, change.before, change.at, change.window, "live")
        self._session.journal.append("health", row)
        return said(change.check, change.before, change.at)

    def _broken(self, failed: Failed) -> Faulted:
        name, error = failed.detector, failed.error
        message = f"the detector {name} failed: {type(error).__name__}: {error}"
        response = "the run goes on without it"
        self._session.journal.append(
            "fault", {"kind": FAULT, "detector": name, "message": message, "response": response}
        )
        return Faulted(FAULT, message, response)


def watch_frame(session: Session, survey: Survey, number: int, frame: Frame) -> LiveWatch:
    """Return the detectors over a scan."""
    return LiveWatch(session, survey, WatchedFrame(number, frame), frame.request)


def watch_path(
    session: Session, survey: Survey, number: int, path: PathRequest, table: Frame
) -> LiveWatch:
    """Return the detectors over a path, whose sweeps are the rows of a table."""
    after = session.folder.next_scan_number() - 1
    return LiveWatch(session, survey, WatchedPath(number, after, table, path), path)


def said(check: Check, before: Tally, at: Moment) -> Doubted:
    """Return the event of a doubt that begins or ends."""
    since = "the start of the run"
    if before.good is not None:
        since = f"scan {before.good.scan}, line {before.good.line}"
        if before.good.path:
            since = f"path {before.good.path}, sweep {before.good.sweep}"
    over = check.verdict is Verdict.GOOD
    where = (at.scan, at.sweep) if at.path else (at.scan, at.line)
    return Doubted(check.detector, *where, over, since, check.advice, at.path or None)


def may_stop(config: RunConfig, again: int | None) -> bool:
    """Tell whether a bad record may be stopped; what is scanned once more goes on to its end."""
    allowed = config.health.stop_bad_frames
    wanted = config.run.authority is Authority.UNATTENDED if allowed is None else allowed
    return wanted and again is None
