"""Follow a path: file first, then the tip; each sweep is stored before anybody sees it."""

import math
import time
from collections.abc import Generator

from ai_afm.acquire.earlier import remember_dose
from ai_afm.acquire.ending import end_stream
from ai_afm.acquire.records import observation_record
from ai_afm.acquire.session import Session
from ai_afm.acquire.steer import Helm
from ai_afm.acquire.stream import Source, Stream
from ai_afm.errors import ScanTimeout
from ai_afm.events import Event, PathStarted, SweepRecorded
from ai_afm.image import path_table
from ai_afm.image.assemble import Assembler
from ai_afm.store.scan_file import ScanFileWriter, WriterOptions
from ai_afm.types import Observation, PathRequest


def follow_path(
    session: Session, request: PathRequest, helm: Helm
) -> Generator[Event, None, Observation]:
    """Follow a path, yield what happens, and return the observation.

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
        yield PathStarted(number, accepted)
        stopped = None
        try:
            stopped = yield from _follow(session, stream, number, accepted, helm)
        finally:
            end_stream(stream, writer, assembler, directions[-1], stopped)
        if stream.error is not None:
            raise stream.error
    remember_dose(session.folder, session.microscope)
    sweeps = int(assembler.frame.scanned[directions[-1]].sum())
    observation = Observation(
        number,
        accepted,
        lines=sweeps,
        finished=stopped is None and sweeps == len(accepted.sweeps),
        seconds=session.microscope.state().time - started,
        notes={"stopped": stopped},
    )
    session.journal.append("observed", observation_record(observation))
    return observation


def _follow(
    session: Session, stream: Stream, number: int, path: PathRequest, helm: Helm
) -> Generator[Event, None, str | None]:
    """Yield sweeps until the path ends; return why it was stopped, `None` when it was not."""
    longest = max(math.dist(s.start, s.end) / s.speed for s in path.sweeps)
    patience = max(3 * longest, 10.0)
    last, stopped = time.monotonic(), None
    stream.start()
    while stream.running:
        yield from helm.obey(session, stream)
        if helm.stopping and stopped is None:
            stopped = helm.stopping
            stream.stop()
        stored = stream.take(0.05)
        if stored is not None:
            last = time.monotonic()
            yield SweepRecorded(number, stored.line, stored.durable)
        elif not helm.held and time.monotonic() - last > patience and stream.error is None:
            stream.error = ScanTimeout(
                f"path {number}: no sweep for {patience:.0f} s; look at the controller, then "
                "resume the run"
            )
            break
    return stopped
