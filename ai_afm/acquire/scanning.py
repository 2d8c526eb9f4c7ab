"""Carry out one scan: file first, then the tip, glimpses while lines come in, walls at the end."""

import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ai_afm.acquire.earlier import remember_dose
from ai_afm.acquire.ending import end_stream
from ai_afm.acquire.health import LiveWatch, watch_frame
from ai_afm.acquire.patch import health_notes
from ai_afm.acquire.probed import image_notes
from ai_afm.acquire.records import observation_record
from ai_afm.acquire.session import Session
from ai_afm.acquire.steer import Helm
from ai_afm.acquire.stream import Stream, source_of
from ai_afm.acquire.swap import Place
from ai_afm.acquire.tracking import tracked
from ai_afm.control.stopping import StopsBySight
from ai_afm.errors import ModelError, ScanTimeout
from ai_afm.events import Event, Faulted, Glimpsed, LineScanned, ScanStarted, ScanStopped
from ai_afm.image.assemble import Assembler
from ai_afm.segment.base import Glimpse
from ai_afm.store.scan_file import ScanFileWriter, WriterOptions
from ai_afm.store.segmentation_file import read_segmentation, write_segmentation
from ai_afm.survey.doubts import uncertain_spots
from ai_afm.survey.survey import Survey
from ai_afm.survey.walls import extract_network
from ai_afm.types import Direction, Frame, Observation, ScanRequest

CONTROLLER, HEALTH = "controller", "health"
"""Who has stopped a frame, as the journal keeps it."""
GLIMPSE_DEADLINE = 60.0
"""Seconds that a scan in lockstep waits for the segmenter before it goes on without."""


@dataclass(slots=True)
class _Progress:
    """Where a scan stands; lives for one scan only."""

    watch: LiveWatch
    model: str | None
    rows: int = 0
    asked: int = 0
    loading: bool = False
    glimpse: Glimpse | None = None
    stopped: str | None = None


def scan(
    session: Session, survey: Survey, request: ScanRequest, helm: Helm
) -> Generator[Event, None, Observation]:
    """Scan a frame, yield what happens, and return the observation.

    Raises
    ------
    InstrumentError, StoreError
        After the file was closed as "aborted"; what was scanned is kept.
    """
    number = session.folder.next_scan_number()
    accepted = session.microscope.accept(request)
    session.microscope.check(accepted)
    channels = session.recorded(accepted)
    bins = session.capabilities.bins_of(channels)
    started = session.microscope.state().time
    writer = ScanFileWriter.create(
        session.folder.scan_file(number),
        number,
        accepted,
        channels,
        session.microscope.measurement(),
        WriterOptions(bins=bins),
    )
    with writer:
        session.journal.append(
            "scan_started", {"scan": number, "role": accepted.role, "target": accepted.target}
        )
        assembler = Assembler(accepted, channels, session.microscope.measurement(), bins)
        stream = Stream(
            source_of(session.microscope, accepted),
            writer,
            assembler,
            session.acknowledging("scan", number),
        )
        watch = watch_frame(session, survey, number, assembler.frame)
        progress = _Progress(watch, session.model_sha256)
        yield ScanStarted(number, accepted)
        try:
            yield from _follow(session, stream, number, accepted, progress, helm)
        finally:
            end_stream(stream, writer, assembler, Direction.RETRACE, progress.stopped)
        if stream.error is not None:
            raise stream.error
    if progress.watch.stop is not None:
        session.make_safe()  # the tip engages anew for what comes next
    yield from helm.obey(session, at=Place(number, progress.rows))
    yield from _last_glimpse(session, number, progress)
    notes = yield from health_notes(session, survey, progress.watch, progress.rows)
    return _observe(session, survey, (number, started), assembler.frame, progress, notes)


def _follow(
    session: Session,
    stream: Stream,
    number: int,
    request: ScanRequest,
    progress: _Progress,
    helm: Helm,
) -> Generator[Event]:
    """Yield lines and glimpses until the scan ends."""
    step = session.config.model.glimpse_every
    patience = max(3 * 2 / request.line_rate, 10.0)
    last = time.monotonic()
    if session.lockstep:
        stream.allow(step)
    stream.start()
    while stream.running:
        yield from helm.obey(session, stream, Place(number, progress.rows))
        _notice_model(session, helm, progress, step)
        if helm.stopping and progress.stopped is None:
            progress.stopped = helm.stopping
            stream.stop()
        stored = stream.take(0.05)
        if stored is not None:
            last = time.monotonic()
            progress.rows += stored.line.direction == Direction.RETRACE
            yield LineScanned(number, stored.line, stored.durable)
            yield from _watch(session, stream, number, progress)
        elif not helm.held and time.monotonic() - last > patience and stream.error is None:
            stream.error = ScanTimeout(
                f"scan {number}: no line for {patience:.0f} s after row {progress.rows}; "
                "look at the controller, then resume the run"
            )
            return
        yield from _glimpse(session, stream, number, request, progress, step)


def _notice_model(session: Session, helm: Helm, progress: _Progress, step: int) -> None:
    """Ask for no glimpse while a model is loaded, and for one at once when it is there."""
    progress.loading = helm.models.loading
    if session.model_sha256 == progress.model:
        return
    progress.model = session.model_sha256
    if 0 < progress.asked <= progress.rows:
        progress.asked = min(progress.asked, progress.rows - step)


def _watch(session: Session, stream: Stream, number: int, progress: _Progress) -> Generator[Event]:
    """Look at the instrument's health, and stop a frame whose lines hold nothing."""
    watch = progress.watch
    yield from watch.look(progress.rows)
    if watch.stop is None or progress.stopped is not None:
        return
    progress.stopped = watch.stop
    stream.stop()
    row = {"scan": number, "reason": watch.stop, "by": HEALTH, "rows": watch.stopped_at}
    session.journal.append("scan_stopped", row)
    yield ScanStopped(number, progress.rows, watch.stop)


def _glimpse(
    session: Session,
    stream: Stream,
    number: int,
    request: ScanRequest,
    progress: _Progress,
    step: int,
) -> Generator[Event]:
    """Ask for a glimpse where one is due, take answers, and stop a frame that has shown enough."""
    lines = request.shape[0]
    due = progress.rows >= progress.asked + step and progress.rows < lines
    due &= not progress.loading
    try:
        glimpse = _newest(session, number, progress, due)
    except ModelError as exc:
        progress.asked = (
            lines  # no more of this scan but the last one; a dead child is started then
        )
        yield _segmenter_fault(session, exc, "the scan goes on without glimpses")
        glimpse = None
    if glimpse is not None:
        yield from _take(session, progress, glimpse, _shows(session, glimpse))
        reason = session.controller.enough(request, glimpse)
        if reason and progress.stopped is None:
            progress.stopped = reason
            stream.stop()
            row = {"scan": number, "reason": reason, "by": CONTROLLER, "rows": glimpse.lines}
            session.journal.append("scan_stopped", row | {"file": _kept(glimpse)})
            yield ScanStopped(number, glimpse.lines, reason)
    if session.glimpses is None or progress.asked >= lines:
        stream.allow(lines)
    elif due and session.lockstep:
        stream.allow(progress.rows + step)


def _kept(glimpse: Glimpse) -> str:
    """Keep what a frame was stopped for, which the next glimpse replaces; return the file's name.

    The glimpse in memory is stored, for its file may be that of a later one by now.
    """
    path = glimpse.path.with_name(f"{glimpse.path.stem}-stopped{glimpse.path.suffix}")
    made = read_segmentation(glimpse.path).provenance
    made = replace(made, lines=glimpse.lines, final=False, milliseconds=glimpse.milliseconds)
    write_segmentation(path, glimpse.segmentation, made)
    return path.name


def _newest(session: Session, number: int, progress: _Progress, due: bool) -> Glimpse | None:
    """Submit what is due and return an answer about this scan, waiting for it only in lockstep."""
    service = session.glimpses
    if service is None:
        return None
    if due:
        progress.asked = progress.rows
        service.submit(number, session.folder.scan_file(number), progress.rows)
    glimpse = service.poll(GLIMPSE_DEADLINE if due and session.lockstep else 0.0)
    return glimpse if glimpse is not None and glimpse.scan == number else None


def _segmenter_fault(session: Session, error: ModelError, response: str) -> Faulted:
    row = {"kind": "segmenter", "message": str(error), "response": response}
    session.journal.append("fault", row)
    return Faulted("segmenter", str(error), response)


def _take(
    session: Session, progress: _Progress, glimpse: Glimpse, shows: Mapping[str, Any]
) -> Generator[Event]:
    """Write a glimpse down, with what the controller is asked about, if it is."""
    progress.glimpse = glimpse
    session.journal.append(
        "glimpse",
        {
            "scan": glimpse.scan,
            "lines": glimpse.lines,
            "file": glimpse.path.name,
            "model": glimpse.segmentation.model,
            "model_sha256": glimpse.segmentation.model_sha256,
            "final": glimpse.final,
            "ood_score": glimpse.segmentation.ood_score,
            "ms": glimpse.milliseconds,
            **shows,
        },
    )
    yield Glimpsed(glimpse.scan, glimpse.lines, glimpse.segmentation, glimpse.milliseconds)


def _shows(session: Session, glimpse: Glimpse) -> dict[str, Any]:
    """Return what the controller may stop the frame for, as far as figures tell it."""
    controller = session.controller
    if not isinstance(controller, StopsBySight):
        return {}
    return {"shows": controller.sight(glimpse).to_row()}


def _last_glimpse(session: Session, number: int, progress: _Progress) -> Generator[Event]:
    """Have all rows segmented; a segmenter that fails is a fault, not an end."""
    service = session.glimpses
    if service is None or progress.rows == 0:
        return
    try:
        service.submit(number, session.folder.scan_file(number), progress.rows, final=True)
        deadline = time.monotonic() + GLIMPSE_DEADLINE
        while time.monotonic() < deadline:
            glimpse = service.poll(1.0)
            if glimpse is not None and glimpse.scan == number:
                yield from _take(session, progress, glimpse, {})
                if glimpse.final:
                    return
        raise ModelError(f"no segmentation of scan {number} within {GLIMPSE_DEADLINE:.0f} s")
    except ModelError as exc:
        progress.glimpse = None
        yield _segmenter_fault(session, exc, "this scan has no segmentation")


def _observe(
    session: Session,
    survey: Survey,
    begun: tuple[int, float],
    frame: Frame,
    progress: _Progress,
    health: Mapping[str, Any],
) -> Observation:
    number, started = begun
    glimpse = progress.glimpse if progress.glimpse and progress.glimpse.final else None
    segmentation = glimpse.segmentation if glimpse else None
    network = extract_network(segmentation, frame.region) if segmentation else None
    place = tracked(session, survey, number, network)
    remember_dose(session)
    observation = Observation(
        number=number,
        request=frame.request,
        lines=progress.rows,
        network=network,
        segmentation=segmentation,
        finished=progress.stopped is None and progress.rows == frame.shape[0],
        seconds=session.microscope.state().time - started,
        offset=place.offset,
        notes={
            "ood": segmentation.ood if segmentation else None,
            "ood_score": segmentation.ood_score if segmentation else None,
            "segmentation": glimpse.path.name if glimpse else None,
            "stopped": progress.stopped,
            "offset_uncertainty": place.uncertainty,
            "track": place.note,
            "uncertain": uncertain_spots(segmentation, frame.region) if segmentation else None,
            **image_notes(session.config, session.folder, survey, frame),
            **health,
        },
    )
    session.journal.append("observed", observation_record(observation))
    return observation
