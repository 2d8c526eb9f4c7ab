"""Checks of a place that is scanned again and again: the reference patch, and loops beside it."""

import math
from collections.abc import Generator, Sequence
from typing import Any

from ai_afm.acquire.health import FAULT, LiveWatch, said
from ai_afm.acquire.session import Session
from ai_afm.errors import AfmError
from ai_afm.events import Event, Faulted
from ai_afm.image.scan_layout import read_scan
from ai_afm.store.probe_file import read_probe
from ai_afm.survey.health.check import Check
from ai_afm.survey.health.electrical import ReferenceLoops, check_coating, read_loops
from ai_afm.survey.health.history import Tally, row_of, tallies
from ai_afm.survey.health.load import check_load, free_level, spring_of
from ai_afm.survey.health.passes import passes_of
from ai_afm.survey.health.reference import reference_places, reference_spots
from ai_afm.survey.health.suspect import Moment
from ai_afm.survey.health.watch import check_place
from ai_afm.survey.survey import Survey
from ai_afm.types import Frame, Observation, ProbeKind, ProbeRequest, Role, ScanRequest


def health_notes(
    session: Session, survey: Survey, watch: LiveWatch, lines: int
) -> Generator[Event, None, dict[str, Any]]:
    """Return what an observation keeps about health; a patch is compared with its first scan.

    Parameters
    ----------
    survey
        Before this scan.
    watch
        What looked at its lines.
    lines
        That have come.
    """
    settings, role = session.config.health, watch.frame.request.role
    more: dict[str, Any] = {}
    if role is Role.REFERENCE:
        more["checks"] = yield from _compare(session, survey, watch.number, watch.frame)
    elif role in (Role.OVERVIEW, Role.RASTER) and settings.every_lines is not None:
        more["quiet"] = reference_places(watch.frame, settings.patch)
        if settings.loops or settings.lift_load_nn:
            more["spots"] = reference_spots(watch.frame, settings.loop_spacing_nm * 1e-9)
    return watch.notes(lines) | more


def _compare(
    session: Session, survey: Survey, number: int, frame: Frame
) -> Generator[Event, None, list[dict[str, Any]]]:
    """Compare a reference patch with its first scan, which there is nothing to say about."""
    try:
        checks = [*_patch_checks(session, survey, frame)]
        checks += _coating_checks(session, survey, checks)
        checks += _load_checks(session, survey, frame)
    # what cannot be compared is no reason to end a run
    except (AfmError, ArithmeticError, ValueError, IndexError) as exc:
        message = f"reference patch {number} could not be compared: {type(exc).__name__}: {exc}"
        response = "the run goes on"
        row = {"kind": FAULT, "detector": "patch", "message": message, "response": response}
        session.journal.append("fault", row)
        yield Faulted(FAULT, message, response)
        return []
    reference = _reference(survey)
    first = None if reference is None else Moment(reference.number, reference.lines)
    yield from _keep(session, checks, Moment(number, frame.shape[0]), Tally(first))
    return [{"detector": c.detector, "verdict": c.verdict.value} for c in checks]


def _reference(survey: Survey) -> Observation | None:
    """Return the look that the others are compared with: the first whole one."""
    return next((o for o in survey.scans(Role.REFERENCE) if o.finished), None)


def _patch_checks(session: Session, survey: Survey, frame: Frame) -> tuple[Check, ...]:
    first = _reference(survey)
    if first is None:
        return ()
    then = passes_of(read_scan(session.folder.scan_file(first.number)).frame)
    now = passes_of(frame)
    return () if then is None or now is None else check_place(then, now)


def _coating_checks(session: Session, survey: Survey, checks: Sequence[Check]) -> tuple[Check, ...]:
    """Compare the loops taken since the last patch with those taken before the first."""
    rounds = _rounds(survey, ProbeKind.HYSTERESIS_LOOP)
    if len(rounds) < 2 or not rounds[-1]:
        return ()
    return (
        check_coating(
            _loops(session, rounds[0]), _loops(session, rounds[-1]), checks[0] if checks else None
        ),
    )


def _load_checks(session: Session, survey: Survey, frame: Frame) -> tuple[Check, ...]:
    """Compare the lift taken since the last patch with the first one.

    The load is what the measurement says it is, and the spring what the curve says.
    """
    rounds = _rounds(survey, ProbeKind.FORCE_CURVE)
    lifts = [o for taken in rounds for o in taken if o.finished]
    if len(lifts) < 2 or not rounds[-1]:
        return ()
    first, last = (
        read_probe(session.folder.probe_file(o.number)).spectrum for o in (lifts[0], lifts[-1])
    )
    zero, load = free_level(first), frame.measurement.load
    bent = math.nan if load is None else load / spring_of(first)
    return (check_load(last, zero, zero + bent),)


def _rounds(survey: Survey, kind: ProbeKind) -> list[list[Observation]]:
    """Return the probes of a kind that were taken for each look at the patch, this one last."""
    rounds: list[list[Observation]] = [[]]
    for observation in survey.observations:
        request = observation.request
        if isinstance(request, ScanRequest) and request.role is Role.REFERENCE:
            rounds.append([])
        elif isinstance(request, ProbeRequest) and request.role is Role.REFERENCE:
            if request.kind is kind:
                rounds[-1].append(observation)
    return rounds


def _loops(session: Session, probes: Sequence[Observation]) -> ReferenceLoops | None:
    files = [session.folder.probe_file(o.number) for o in probes if o.finished]
    return read_loops([read_probe(file).spectrum for file in files])


def _keep(session: Session, checks: Sequence[Check], at: Moment, begin: Tally) -> Generator[Event]:
    """Write the checks down; a detector without any stands where the first look was."""
    known = tallies(row.payload for row in session.journal.rows("health"))
    for check in checks:
        before = known.get(check.detector, begin)
        after = before.after(check.verdict, at)
        session.journal.append("health", row_of(check, before, at, at.line, "patch"))
        if after.doubts != before.doubts:
            yield said(check, before, at)
