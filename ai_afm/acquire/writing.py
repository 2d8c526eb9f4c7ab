"""Carry out a deliberate write, or a wait: noted before the tip moves, and never made twice."""

import logging
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from typing import Any, cast

from ai_afm.acquire.earlier import remember_dose
from ai_afm.acquire.faults import report_fault
from ai_afm.acquire.records import observation_record
from ai_afm.acquire.session import Session
from ai_afm.acquire.steer import Helm
from ai_afm.errors import InstrumentError, SafetyStop
from ai_afm.events import Event, StrokeWritten, WriteStarted
from ai_afm.microscope.base import AppliedStroke
from ai_afm.store.journal import Journal
from ai_afm.types import Observation, WriteRequest
from ai_afm.types.codec import encode

log = logging.getLogger(__name__)

SLICE = 5.0
"""Seconds of a wait between two looks for commands of a person."""


def write(
    session: Session, request: WriteRequest, helm: Helm
) -> Generator[Event, None, Observation]:
    """Write, wait as long as the request says, and return what was really applied.

    A write that breaks off counts as made: its observation says how far it came, and it is never
    proposed again. Strokes done are in the notes as (bias read back in V, seconds, time in s).

    Raises
    ------
    OutOfRange
        When the guard refuses; then nothing was noted and nothing has moved.
    SafetyStop, StoreError
        When a person has to look, or something could not be stored.
    """
    number = next_number(session.journal)
    accepted = session.microscope.accept(request)
    session.microscope.check(accepted)
    session.journal.append("write_started", {"write": number, "request": encode(accepted)})
    started = session.microscope.state().time
    applied: list[AppliedStroke] = []
    problem: str | None = "the run was ended from outside"
    try:
        yield WriteStarted(number, accepted)
        yield from _strokes(session, helm, number, accepted, applied)
        if len(applied) == len(accepted.strokes):
            yield from _rest(session, helm, accepted)
        problem = helm.stopping
    except SafetyStop as exc:
        problem = str(exc)
        raise
    except InstrumentError as exc:
        problem = str(exc)
        yield from report_fault(session, helm, exc)
    finally:
        observation = _noted(session, (number, accepted), applied, (started, problem))
    return observation


def _noted(
    session: Session,
    write: tuple[int, WriteRequest],
    applied: list[AppliedStroke],
    course: tuple[float, str | None],
) -> Observation:
    """Write down what a write has done, however it ended.

    Where the instrument cannot even be read, the row that it was begun has to do: then all of it
    counts when the run goes on.

    Parameters
    ----------
    session
        The run.
    write
        Number and request.
    applied
        What was done.
    course
        Instrument time at its beginning (s), and what went wrong, `None` for nothing.
    """
    number, request = write
    started, problem = course
    ended = applied[-1].time if applied else started
    known = True
    try:
        ended = session.microscope.state().time
        remember_dose(session)
    except InstrumentError as exc:
        log.warning("the dose of write %d could not be stored: %s", number, exc)
        known = False
    observation = Observation(
        number=number,
        request=request,
        lines=len(applied),
        finished=len(applied) == len(request.strokes) and problem is None,
        seconds=ended - started,
        notes={
            "applied": [[a.bias, a.seconds, a.time] for a in applied],
            "problem": problem,
        },
    )
    if known:
        session.journal.append("observed", observation_record(observation))
    return observation


def next_number(journal: Journal) -> int:
    """Return the number of the next write of a run, from 1; each number is used once."""
    return 1 + max((int(r.payload["write"]) for r in journal.rows("write_started")), default=0)


def _strokes(
    session: Session,
    helm: Helm,
    number: int,
    request: WriteRequest,
    applied: list[AppliedStroke],
) -> Generator[Event]:
    """Write stroke by stroke; a person is obeyed between two of them."""
    if not request.strokes:
        return
    source = cast(Any, session.microscope.write(replace(request, rest=0.0)))
    with closing(source):
        for stroke in source:
            applied.append(stroke)
            yield StrokeWritten(number, stroke.index + 1, len(request.strokes), stroke.bias)
            yield from helm.obey(session)
            yield from helm.wait_while_held(session)
            if helm.stopping:
                return


def _rest(session: Session, helm: Helm, request: WriteRequest) -> Generator[Event]:
    """Leave the sample alone, in pieces short enough for a person to be heard."""
    left = request.rest
    while left > 0 and not helm.stopping:
        piece = min(left, SLICE)
        for _ in session.microscope.write(replace(request, strokes=(), rest=piece)):
            pass
        left -= piece
        yield from helm.obey(session)
