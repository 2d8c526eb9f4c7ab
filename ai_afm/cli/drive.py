"""Drive a run from a terminal: iterate its events, show progress with an ETA on stderr."""

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ai_afm.acquire.session import Session
from ai_afm.acquire.swap import REFUSED
from ai_afm.events import (
    AuthorityChanged,
    Awaited,
    Commanded,
    Decided,
    Doubted,
    Event,
    Faulted,
    Glimpsed,
    LineScanned,
    PathStarted,
    PathStopped,
    ProbeStarted,
    QueuedForReview,
    Refused,
    RunFinished,
    ScanStarted,
    ScanStopped,
    SweepRecorded,
)
from ai_afm.garbage import frozen_memory
from ai_afm.report.html import write_report
from ai_afm.report.summary import RunSummary, summarise
from ai_afm.run import run
from ai_afm.service.session import interruptible, open_session
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import Authority, Direction


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a driven run ended.

    Parameters
    ----------
    finished
        The last event, `None` when there was none.
    wall_clock_s
        Seconds from the first event to the report.
    """

    finished: RunFinished | None
    summary: RunSummary
    report: Path
    wall_clock_s: float

    def figures(self, folder: RunFolder) -> dict[str, Any]:
        """Return the fields that `demo`, `run` and `resume` report."""
        summary = self.summary
        return {
            "run": str(folder.path),
            "report": str(self.report),
            "scans": summary.scans,
            "targets": summary.targets,
            "probes": summary.probes,
            "wall_recall": summary.wall_recall,
            "wall_precision": summary.wall_precision,
            "instrument_time_s": summary.instrument_time_s,
            "raster_time_s": summary.raster_time_s,
            "wall_clock_s": self.wall_clock_s,
        }


def drive(folder: RunFolder, lab: Path | None = None, events: Path | None = None) -> Outcome:
    """Run (or go on with) the run of a folder to its end and write its report.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C or SIGTERM, after the tip was parked and the run closed.
    AfmError
        Whatever ended the run.
    """
    begun = time.monotonic()
    last: Event | None = None
    with interruptible(), open_session(folder, lab, events) as session:
        with frozen_memory(), Terminal(session) as terminal, closing(run(session)) as happening:
            for event in happening:
                terminal.show(event)
                last = event
    summary = summarise(folder)
    report = write_report(folder, summary)
    finished = last if isinstance(last, RunFinished) else None
    return Outcome(finished, summary, report, time.monotonic() - begun)


WATCHES = (
    "authority is watch: nothing moves by itself; stop it, or have it go farther with"
    " `ai-afm ctl RUN authority to=supervised person=NAME`"
)
"""Why a run waits."""


class Terminal:
    """Progress of a run on stderr, and the status that the steering socket answers with."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f} lines"),
            TextColumn("ETA {task.fields[eta]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._status: dict[str, Any] = {
            "state": "running", "authority": session.authority, "awaits": None, "scan": None,
            "probe": None,
        }  # fmt: skip
        self._rate: float | None = None
        self._total = 0

    def __enter__(self) -> "Terminal":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, event: Event) -> None:
        """Show an event and publish what it means for `status`."""
        match event:
            case Decided(reason=reason):
                self._say(f"decided  {reason}")
                self._publish(reason=reason)
            case ScanStarted(scan=scan, request=request):
                self._begin(f"scan {scan}", request.shape[0], request.line_rate)
                self._publish(scan={"number": scan, "lines": request.shape[0], "rows": 0})
            case PathStarted(path=path, request=request):
                self._begin(f"path {path}", len(request.sweeps), None)
            case SweepRecorded(line=line) if line.direction == Direction.TRACE:
                self._advance()
            case LineScanned(line=line) if line.direction == Direction.RETRACE:
                self._advance()
            case Glimpsed(lines=lines, segmentation=segmentation, milliseconds=ms):
                self._publish(glimpse={"lines": lines, "settled": segmentation.settled, "ms": ms})
            case ScanStopped(reason=reason) | PathStopped(reason=reason):
                self._say(f"stopped  {reason}")
            case ProbeStarted(probe=probe, request=request):
                self._say(f"probe    {probe}: {request.reason}")
                self._publish(probe=probe)
            case AuthorityChanged(authority=authority):
                self._publish(authority=authority)
                if authority is Authority.WATCH:
                    self._say(f"waiting  {WATCHES}")
            case Awaited(sequence=row):
                self._publish(awaits=row)
            case Commanded(do=do, detail=detail):
                self._say(f"command  {do}: {detail}")
                self._publish(**_state_after(do, detail))
            case RunFinished(outcome=outcome, message=message):
                self._say(f"{outcome:8} {message}")
                self._publish(state=outcome)
            case _:
                self._warn(event)

    def _warn(self, event: Event) -> None:
        """Show what a person should know of; all else is silent."""
        match event:
            case Refused(message=message):
                self._say(f"[yellow]refused[/]  {message}")
            case Faulted(message=message, response=response):
                self._say(f"[red]fault[/]    {message}; {response}")
            case Doubted(detector=detector, over=True):
                self._say(f"good     {detector} sees nothing wrong any more")
            case Doubted(detector=detector, since=since, advice=advice):
                self._say(f"[yellow]doubt[/]    {detector}, data since {since}: {advice}")
            case QueuedForReview(reason=reason, response=response):
                self._say(f"[yellow]unknown[/]  {reason}; {response}")

    def _begin(self, name: str, lines: int, rate: float | None) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._rate, self._total = rate, lines
        self._task = self._progress.add_task(name, total=lines, eta="")

    def _advance(self) -> None:
        if self._task is None:
            return
        self._progress.advance(self._task)
        rows = int(self._progress.tasks[-1].completed)
        if self._rate is None:  # the sweeps of a path are not alike
            return
        left = (self._total - rows) / self._rate
        self._progress.update(self._task, eta=f"{left:.0f} s of instrument time")
        scan = dict(self._status["scan"] or {}, rows=rows)
        self._publish(scan=scan)

    def _publish(self, **fields: Any) -> None:
        self._status |= fields
        status: Mapping[str, Any] = self._status
        self._session.steering.publish(status)

    def _say(self, text: str) -> None:
        self._progress.console.print(text)


def _state_after(do: str, detail: str) -> dict[str, str]:
    """Return the state of the run after a command; most leave it as it is."""
    if detail.startswith(REFUSED):
        return {}
    states = {"pause": "paused", "resume": "running"}
    states |= dict.fromkeys(("stop", "park", "withdraw"), "stopping")
    return {"state": states[do]} if do in states else {}
