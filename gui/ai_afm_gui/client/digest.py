"""The journal of a run, folded row by row into what a window shows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from ai_afm.acquire.rebuild import QUEUED
from ai_afm.acquire.records import kind_of
from ai_afm.acquire.steer import NARROWED
from ai_afm.acquire.swap import REFUSED
from ai_afm.config import narrowed, parse_region
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.microscope.base import Capabilities
from ai_afm.service.known import KEY, from_json
from ai_afm.store.journal import Row
from ai_afm.types import Authority, Limits, ProbeRequest, Proposal, ScanRegion, WriteRequest
from ai_afm.types.codec import decode
from ai_afm_gui.client import saying
from ai_afm_gui.client.entries import drift_in, entry_begun, entry_observed, time_of
from ai_afm_gui.client.values import Decision, Drift, Entry, LogLine, ProbeEntry, WriteEntry

_WHILE_ASKED = ("command", "model_swapped", "model_refused", "clock")
"""Rows that may be written while a move waits for a person's approval."""


class Digest:
    """What the rows so far tell; `take` folds one more in.

    Parameters
    ----------
    limits
        As the run began.

    Attributes
    ----------
    row
        Number of the last row.
    entries, probes, writes, decisions, log
        As in `RunState`, growing.
    wishes
        (name, region) of a person that were not yet granted.
    forbidden
        Ground that a person has forbidden since the run began.
    held
        Why the run waits, `None` while it does not.
    asks
        Whether the last decision has led to nothing yet.
    tip
        The row that tells last what the tip does.
    glimpse, glimpse_fault
        The newest, and the fault of the segmenter since then.
    health, good
        The newest row of each detector; when it has last vouched for a whole frame.
    spent
        Instrument time of all that was observed, s.
    """

    def __init__(self, limits: Limits) -> None:
        self.row = 0
        self.limits = limits
        self.capabilities: Capabilities | None = None
        self.times: InstrumentTimes | None = None
        self.authority: Authority | None = None
        self.started: datetime | None = None
        self.pid: int | None = None
        self.model = ""
        self.finished: tuple[str, str] | None = None
        self.held: str | None = None
        self.asks = False
        self.last: datetime | None = None
        self.spent = 0.0
        self.entries: list[Entry] = []
        self.probes: list[ProbeEntry] = []
        self.writes: list[WriteEntry] = []
        self.decisions: list[Decision] = []
        self.log: list[LogLine] = []
        self.wishes: list[tuple[str, ScanRegion]] = []
        self.forbidden: list[ScanRegion] = []
        self.drift: Drift | None = None
        self.tip: Row | None = None
        self.glimpse: Row | None = None
        self.glimpse_fault: Row | None = None
        self.review: list[Row] = []
        self.health: dict[str, Row] = {}
        self.good: dict[str, datetime] = {}
        self._places: dict[tuple[str, int], int] = {}
        self._decoded: tuple[Any, Proposal] | None = None

    def take(self, row: Row) -> None:
        """Fold a row in; a kind that is not known is kept for the log only."""
        self.row, self.last = row.sequence, time_of(row)
        self.asks = self.asks and row.kind in _WHILE_ASKED
        fold = self._FOLDS.get(row.kind)
        if fold is not None:
            fold(self, row)
        line = saying.line_of(row, self.last)
        if line is not None:
            self.log.append(line)

    @property
    def current(self) -> Entry | None:
        """The scan or path under way, `None` between two of them."""
        last = self.entries[-1] if self.entries else None
        return last if last is not None and last.finished is None else None

    @property
    def probing(self) -> ProbeEntry | None:
        """The probe under way."""
        last = self.probes[-1] if self.probes else None
        return last if last is not None and last.finished is None else None

    def entry(self, kind: str, number: int) -> Entry | None:
        """Return a scan, path or map."""
        place = self._places.get((kind, number))
        return None if place is None else self.entries[place]

    def _begun(self, row: Row) -> None:
        payload, self.held, self.finished = row.payload, None, None
        self._break_off()
        self.started = self.started or time_of(row)
        self.pid, self.model = int(payload["pid"]), str(payload["model"])
        self.authority = Authority(payload["authority"])
        self.tip = None
        if KEY in payload:
            self.capabilities = from_json(payload[KEY])
            self.times = self.times or self.capabilities.times

    def _ended(self, row: Row) -> None:
        self.finished = str(row.payload["outcome"]), str(row.payload["message"])
        self.held, self.tip = None, row
        self._break_off()

    def _break_off(self) -> None:
        """Nothing that was under way goes on."""
        if self.current is not None:
            self.entries[-1] = replace(self.entries[-1], finished=False)
        if self.probing is not None:
            self.probes[-1] = replace(self.probes[-1], finished=False)
        if self.writes and self.writes[-1].finished is None:
            self.writes[-1] = replace(self.writes[-1], finished=False)

    def _calibrated(self, row: Row) -> None:
        self.times = InstrumentTimes(**row.payload["times"])

    def _decided(self, row: Row) -> None:
        payload = row.payload
        self._break_off()
        self.asks = True
        reason, model = str(payload["reason"]), payload["model"]
        score, parts = saying.score_in(reason)
        self.held = None
        self.decisions.append(
            Decision(
                row.sequence,
                time_of(row),
                self._request(payload["request"]),
                reason,
                str(payload["controller"]),
                "" if model is None else str(model["name"]),
                score,
                parts,
            )
        )

    def _refused(self, row: Row) -> None:
        if self.decisions:
            message = str(row.payload["message"])
            self.decisions[-1] = replace(self.decisions[-1], refused=message)

    def _frame_begun(self, row: Row) -> None:
        self._put(entry_begun(row, self.decisions[-1] if self.decisions else None))
        self.tip = row

    def _probe_begun(self, row: Row) -> None:
        request = self._request(row.payload["request"])
        if isinstance(request, ProbeRequest):
            self.probes.append(ProbeEntry(int(row.payload["probe"]), request, time_of(row)))
        self.tip = row

    def _write_begun(self, row: Row) -> None:
        request = self._request(row.payload["request"])
        if isinstance(request, WriteRequest):
            self.writes.append(WriteEntry(int(row.payload["write"]), request, time_of(row)))
        self.tip = row

    def _glimpsed(self, row: Row) -> None:
        self.glimpse, self.glimpse_fault = row, None
        entry = self.entry("scan", int(row.payload["scan"]))
        if entry is not None and entry.segmentation != row.payload["file"]:
            self._put(replace(entry, segmentation=str(row.payload["file"])))

    def _stopped(self, row: Row) -> None:
        kind = row.kind.removesuffix("_stopped")
        entry = self.entry(kind, int(row.payload[kind]))
        if entry is not None:
            self._put(replace(entry, stopped=str(row.payload["reason"])))

    def _observed(self, row: Row) -> None:
        payload = row.payload
        request = self._request(payload["request"])
        kind = kind_of(request)
        number, finished = int(payload[kind]), bool(payload["finished"])
        self.spent += float(payload["seconds"])
        if isinstance(request, ProbeRequest):
            done = ProbeEntry(number, request, time_of(row), finished, payload["notes"])
            if self.probes and self.probes[-1].number == number:
                self.probes[-1] = replace(done, began=self.probes[-1].began)
            else:
                self.probes.append(done)
        elif isinstance(request, WriteRequest):
            if self.writes and self.writes[-1].number == number:
                self.writes[-1] = replace(self.writes[-1], finished=finished)
        else:
            decision = self.decisions[-1] if self.decisions else None
            before = self.entry(kind, number)
            self._put(entry_observed(row, request, (kind, number), before, decision))
            notes = payload["notes"] or {}
            self.drift = drift_in(row, notes) or self.drift
            self.good |= dict.fromkeys(notes.get("good") or (), time_of(row))

    def _faulted(self, row: Row) -> None:
        kind, response = str(row.payload.get("kind")), str(row.payload.get("response", ""))
        if kind == "segmenter":
            self.glimpse_fault = row
        elif kind != "health":
            self.tip = row
            self._break_off()
        if "waiting for a person" in response:
            self.held = response

    def _doubted(self, row: Row) -> None:
        self.health[str(row.payload["detector"])] = row

    def _commanded(self, row: Row) -> None:
        do, detail, args = str(row.payload["do"]), str(row.payload["detail"]), row.payload["args"]
        if detail.startswith(REFUSED):
            return
        match do:
            case "pause":
                self.held = "a person has paused the run"
            case "resume" | "stop" | "park" | "withdraw":
                self.held = None
                self.tip = row if do == "withdraw" else self.tip
            case "wish" if detail.endswith(QUEUED):
                region = parse_region({k: v for k, v in args.items() if k != "name"})
                self.wishes.append((detail.removesuffix(QUEUED), region))
            case "limits" if detail == NARROWED:
                self.limits = narrowed(self.limits, args)
            case "forbid":
                self.forbidden.append(parse_region(args))
            case "authority":
                self.authority = Authority(str(args["to"]))

    def _granted(self, row: Row) -> None:
        name = row.payload["name"]
        self.wishes = [wish for wish in self.wishes if wish[0] != name]

    def _swapped(self, row: Row) -> None:
        self.model = str(row.payload["model"])

    def _for_review(self, row: Row) -> None:
        self.review.append(row)

    def _put(self, entry: Entry) -> None:
        place = self._places.setdefault((entry.kind, entry.number), len(self.entries))
        self.entries[place : place + 1] = [entry]

    def _request(self, stored: Any) -> Proposal:
        """Decode a request, once where two rows hold the same one."""
        if self._decoded is None or self._decoded[0] != stored:
            request: Proposal = decode(stored)
            self._decoded = stored, request
        return self._decoded[1]

    _FOLDS: ClassVar[Mapping[str, Callable[["Digest", Row], None]]] = {
        "run_started": _begun,
        "run_finished": _ended,
        "calibrated": _calibrated,
        "decision": _decided,
        "refused": _refused,
        "scan_started": _frame_begun,
        "path_started": _frame_begun,
        "probe_started": _probe_begun,
        "write_started": _write_begun,
        "glimpse": _glimpsed,
        "scan_stopped": _stopped,
        "path_stopped": _stopped,
        "observed": _observed,
        "fault": _faulted,
        "health": _doubted,
        "command": _commanded,
        "wish": _granted,
        "model_swapped": _swapped,
        "queued_for_review": _for_review,
    }
