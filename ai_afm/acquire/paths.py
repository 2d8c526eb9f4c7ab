"""Follow a path: file first, then the tip; each sweep is stored before anybody sees it."""

import math
import time
from collections.abc import Generator
from dataclasses import dataclass

from ai_afm.acquire.earlier import remember_dose
from ai_afm.acquire.ending import end_stream
from ai_afm.acquire.health import LiveWatch, watch_path
from ai_afm.acquire.records import observation_record
from ai_afm.acquire.session import Session
from ai_afm.acquire.steer import Helm
from ai_afm.acquire.stream import Source, Stream
from ai_afm.errors import ScanTimeout
from ai_afm.events import Event, PathStarted, PathStopped, SweepRecorded
from ai_afm.image import path_table
from ai_afm.image.assemble import Assembler
from ai_afm.store.scan_file import ScanFileWriter, WriterOptions
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, PathRequest


@dataclass(slots=True)
class _Progress:
    """Where a path stands; lives for one path only."""

    watch: LiveWatch
    sweeps: int = 0
    stopped: str | None = None


def follow_path(
    session: Session, survey: Survey, request: PathRequest, helm: Helm
) -> Generator[Event, None, Observation]:
    """Follow a path, yield what happens, and return the observation.

    It is stopped where its sweeps hold nothing that could be used; what was recorded is kept.

    Raises
    ------
    InstrumentError, StoreError
        After the file was closed as "aborted"; what was recorded is kept.
    """
    number = session.folder.next_path_number()
    accepted = session.microscope.accept(request)
    session.microscope.check(accepted)
    channels = session.recorded(accepted)
    bins = session.capabilities.bins_of(channels)
    directions = path_table.directions_of(accepted)
    table, measurement = path_table.table_request(accepted), session.microscope.measurement()
    started = session.microscope.state().time
    writer = ScanFileWriter.create(
        session.folder.path_file(number),
        number,
        table,
        channels,
        measurement,
        WriterOptions(bins=bins, directions=directions, path=accepted),
    )
    with writer:
        session.journal.append("path_started", {"path": number, "target": accepted.target})
        assembler = Assembler(table, channels, measurement, bins, directions)
        stream = Stream(
            Source(
                lambda: session.microscope.path(accepted),
                len(accepted.sweeps),
                len(directions),
                lambda line: path_table.row_of(accepted, line),
            ),
            writer,
            assembler,
            session.acknowledging("path", number),
        )
        progress = _Progress(watch_path(session, survey, number, accepted, assembler.frame))
        yield PathStarted(number, accepted)
        try:
            yield from _follow(session, stream, number, accepted, progress, helm)
        finally:
            end_stream(stream, writer, assembler, directions[-1], progress.stopped)
        if stream.error is not None:
            raise stream.error
    if progress.watch.stop is not None:
        session.make_safe()  # the tip engages anew for what comes next
    remember_dose(session)
    sweeps = int(assembler.frame.scanned[directions[-1]].sum())
    observation = Observation(
        number,
        accepted,
        lines=sweeps,
        finished=progress.stopped is None and sweeps == len(accepted.sweeps),
        seconds=session.microscope.state().time - started,
        notes={"stopped": progress.stopped, **progress.watch.notes(progress.sweeps)},
    )
    session.journal.append("observed", observation_record(observation))
    return observation


def _follow(
    session: Session,
    stream: Stream,
    number: int,
    path: PathRequest,
    progress: _Progress,
    helm: Helm,
) -> Generator[Event]:
    """Yield sweeps until the path ends."""
    last_pass = path_table.directions_of(path)[-1]
    longest = max(math.dist(s.start, s.end) / s.speed for s in path.sweeps)
    patience = max(3 * longest, 10.0)
    last = time.monotonic()
    stream.start()
    while stream.running:
        yield from helm.obey(session, stream)
        if helm.stopping and progress.stopped is None:
            progress.stopped = helm.stopping
            stream.stop()
        stored = stream.take(0.05)
        if stored is not None:
            last = time.monotonic()
            progress.sweeps += stored.line.direction == last_pass
            yield SweepRecorded(number, stored.line, stored.durable)
            yield from _watch(session, stream, number, progress)
        elif not helm.held and time.monotonic() - last > patience and stream.error is None:
            stream.error = ScanTimeout(
                f"path {number}: no sweep for {patience:.0f} s; look at the controller, then "
                "resume the run"
            )
            return


def _watch(session: Session, stream: Stream, number: int, progress: _Progress) -> Generator[Event]:
    """Look at the instrument's health, and stop a path whose sweeps hold nothing."""
    watch = progress.watch
    yield from watch.look(progress.sweeps)
    if watch.stop is None or progress.stopped is not None:
        return
    progress.stopped = watch.stop
    stream.stop()
    row = {"path": number, "reason": watch.stop, "by": "health", "rows": watch.stopped_at}
    session.journal.append("path_stopped", row)
    yield PathStopped(number, progress.sweeps, watch.stop)
