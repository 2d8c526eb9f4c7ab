"""Early stops taken again: by the controller from its glimpses, by the detectors from the lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ai_afm.acquire.health import FAULT, may_stop
from ai_afm.acquire.rebuild import Look, surveys
from ai_afm.acquire.scanning import CONTROLLER, HEALTH
from ai_afm.config import RunConfig
from ai_afm.control.base import Controller
from ai_afm.control.stopping import Sight, StopsBySight
from ai_afm.image.scan_layout import StoredScan, read_scan
from ai_afm.segment.base import Glimpse
from ai_afm.service.replay.told import Told, asks
from ai_afm.store.journal import Row
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.survey.health.again import again_of
from ai_afm.survey.health.standing import standing
from ai_afm.survey.health.watching import WatchedFrame, WatchedPath, Watching
from ai_afm.survey.survey import Survey
from ai_afm.types import Direction, ScanRequest

BEGINS = ("scan_started", "path_started")
STOPS = ("scan_stopped", "path_stopped")
SCAN, PATH = "scan", "path"


@dataclass(frozen=True, slots=True)
class Stop:
    """An early end: after how many lines (sweeps), by whom, and why."""

    rows: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class StopAnswer:
    """What becomes of a scan or path that is decided on again.

    Parameters
    ----------
    row
        Number of the journal's row that stopped it, else of the one that began it.
    kind, number
        "scan" or "path", and which.
    recorded, again
        How it ended early then, and how it would today; `None` where it goes on to its end.
    """

    row: int
    kind: str
    number: int
    recorded: Stop | None
    again: Stop | None

    @property
    def same(self) -> bool:
        """Whether it ends at the same line, for the same reason."""
        return self.recorded == self.again

    def difference(self) -> str:
        """Say what is different, "" where nothing is."""
        if self.same:
            return ""
        then, now = (_told(stop) for stop in (self.recorded, self.again))
        return f"{self.kind} {self.number} {now} instead of: {then}"

    def as_row(self) -> dict[str, Any]:
        """Return a row of the table `stops` of a what-if."""
        return {
            self.kind: self.number,
            "recorded": _told(self.recorded),
            "proposed": _told(self.again),
            "same": self.same,
        }


def _told(stop: Stop | None) -> str:
    if stop is None:
        return "goes on to its end"
    return f"ends after {stop.rows} rows ({stop.by}: {stop.reason})"


@dataclass(slots=True)
class _Record:
    """What the journal tells of one scan or path, as it is read."""

    kind: str
    number: int
    row: int
    survey: Survey
    after: int
    health: tuple[Mapping[str, Any], ...]
    failed: frozenset[str]
    glimpses: list[Mapping[str, Any]] = field(default_factory=list)
    stopped: Row | None = None
    observed: Mapping[str, Any] | None = None


def ask_stops(told: Told, look: Look, config: RunConfig) -> Iterator[StopAnswer]:
    """Yield, for each scan and path, how it ended early, and how it would by a configuration.

    What can be asked again: a stop by the controller from the segmentation that is kept of it;
    every glimpse at which it let the scan go on, from the figures in the journal (a controller that
    needs more of a glimpse is asked about its stops only); a stop for the instrument's health from
    the stored lines. Left out is what a person has stopped, what broke off, and stops of versions
    that did not write down who had stopped it.

    Parameters
    ----------
    told, look
        The run, and how its frames were seen.
    config
        Whose controller and detectors are asked: the run's, or another.
    """
    if not asks(told):
        return
    controller = told.controller(config)
    for record in _records(told, look):
        if not _can_be_asked(record):
            continue
        stopped = record.stopped
        recorded = None
        if stopped is not None:
            said = stopped.payload
            recorded = Stop(int(said["rows"]), str(said["by"]), str(said["reason"]))
        again = _again(told, record, config, controller)
        row = record.row if stopped is None else stopped.sequence
        yield StopAnswer(row, record.kind, record.number, recorded, again)


def _can_be_asked(record: _Record) -> bool:
    """Tell whether it is known how a record ended, and by whom."""
    if record.stopped is not None:
        return "by" in record.stopped.payload
    return record.observed is not None and record.observed["notes"].get("stopped") is None


def _records(told: Told, look: Look) -> Iterator[_Record]:
    """Yield the scans and paths of a journal, each when its rows are over."""
    health: list[Mapping[str, Any]] = []
    failed: set[str] = set()
    record: _Record | None = None
    scans = 0
    for row, survey in surveys(told.survey(told.config), told.rows, look):
        if row is None:
            break
        payload = row.payload
        if row.kind in (*BEGINS, "run_started", "decision") and record is not None:
            yield record
            record = None
        if row.kind in BEGINS:
            kind = row.kind.removesuffix("_started")
            number = int(payload[kind])
            state = tuple(health), frozenset(failed)
            record = _Record(kind, number, row.sequence, survey, scans, *state)
            scans = number if kind == SCAN else scans
        elif row.kind == "health":
            health.append(payload)
        elif row.kind == "fault" and payload["kind"] == FAULT:
            failed.add(str(payload["detector"]))
        elif record is not None and _is_of(row, record):
            _add(record, row)
    if record is not None:
        yield record


def _is_of(row: Row, record: _Record) -> bool:
    return row.kind in ("glimpse", "observed", *STOPS) and (
        row.payload.get(record.kind) == record.number
    )


def _add(record: _Record, row: Row) -> None:
    if row.kind == "glimpse" and record.stopped is None:
        record.glimpses.append(row.payload)
    elif row.kind in STOPS:
        record.stopped = row
    elif row.kind == "observed":
        record.observed = row.payload


def _again(told: Told, record: _Record, config: RunConfig, controller: Controller) -> Stop | None:
    """Return how a record would end early today: by what comes first, health before all."""
    of_path = record.kind == PATH
    file = told.folder.path_file if of_path else told.folder.scan_file
    stored = read_scan(file(record.number))
    found = [_by_health(record, stored, config)]
    if not of_path:
        found.append(_by_controller(told, record, stored.frame.request, controller))
    return min((s for s in found if s is not None), key=lambda s: s.rows, default=None)


def _by_health(record: _Record, stored: StoredScan, config: RunConfig) -> Stop | None:
    """Let the detectors look at the stored lines again, in the order in which they came."""
    if not config.health.live:
        return None
    frame = stored.frame
    request = frame.request if record.kind == SCAN else stored.walked
    assert request is not None
    watched = (
        WatchedFrame(record.number, frame)
        if isinstance(request, ScanRequest)
        else WatchedPath(record.number, record.after, frame, request)
    )
    begin = standing(record.health, record.failed, record.survey, request)
    may = may_stop(config, again_of(record.survey, request))
    watching = Watching(watched, begin, may)
    last = max(frame.scanned, key=list(Direction).index)
    for rows in range(1, int(frame.scanned[last].sum()) + 1):
        for _ in watching.look(rows):
            pass
        if watching.stop is not None and watching.stopped_at is not None:
            return Stop(watching.stopped_at, HEALTH, watching.stop)
    return None


def _by_controller(
    told: Told, record: _Record, request: ScanRequest, controller: Controller
) -> Stop | None:
    """Ask the controller about each glimpse again, until it says that it has seen enough."""
    for row in record.glimpses:
        lines = int(row["lines"])
        reason = None
        if isinstance(controller, StopsBySight) and "shows" in row:
            reason = controller.enough_by(request, Sight.of_row(lines, row["shows"]))
        kept = _kept(told, record, lines)
        if kept is not None:  # the figures must agree with what they were taken from
            reason = controller.enough(request, kept)
        if reason is not None:
            return Stop(lines, CONTROLLER, reason)
    return None


def _kept(told: Told, record: _Record, lines: int) -> Glimpse | None:
    """Return the glimpse that a scan was stopped for, as it is stored; `None` for the others."""
    said = {} if record.stopped is None else record.stopped.payload
    if said.get("by") != CONTROLLER or said["rows"] != lines:
        return None
    path = told.folder.segmentations / str(said["file"])
    seen = read_segmentation(path).segmentation
    return Glimpse(record.number, lines, path, seen, 0.0, final=False)
