"""Carry out one probe: the site is used up in the journal before the tip moves there."""

from collections.abc import Generator

from ai_afm.acquire.earlier import remember_dose
from ai_afm.acquire.probed import loop_notes
from ai_afm.acquire.question import register_question
from ai_afm.acquire.records import observation_record
from ai_afm.acquire.session import Session
from ai_afm.control.plan_polarity import start_facts
from ai_afm.events import Event, ProbeStarted
from ai_afm.image.probe_fits import fit_notes, fitted
from ai_afm.store.probe_file import write_probe
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, ProbeRequest
from ai_afm.types.codec import decode, encode


def probe(
    session: Session, survey: Survey, request: ProbeRequest
) -> Generator[Event, None, Observation]:
    """Measure at a point, store every sample, and return the observation.

    `survey` is what was known when it was decided: how the loop had to begin is noted with it.

    Raises
    ------
    InstrumentError, StoreError
        When the probe failed; its site counts as used. Also when the run's question is not the one
        that was registered.
    """
    register_question(session)
    number = _next_number(session)
    accepted = session.microscope.accept(request)
    session.microscope.check(accepted)
    session.journal.append("probe_started", {"probe": number, "request": encode(accepted)})
    yield ProbeStarted(number, accepted)
    started = session.microscope.state().time
    spectrum = fitted(session.microscope.probe(accepted))
    write_probe(session.folder.probe_file(number), number, spectrum)
    remember_dose(session)
    ended = {"stopped": spectrum.stopped} if spectrum.stopped else {}
    observation = Observation(
        number=number,
        request=accepted,
        spectrum=spectrum,
        seconds=session.microscope.state().time - started,
        notes={
            "fit": fit_notes(spectrum),
            **loop_notes(spectrum),
            **start_facts(session.config, survey, accepted),
            **ended,
        },
    )
    session.journal.append("observed", observation_record(observation))
    return observation


def _next_number(session: Session) -> int:
    """Return a number that no probe of the run has had, those that left no file included."""
    begun = (int(row.payload["probe"]) for row in session.journal.rows("probe_started"))
    return max(session.folder.next_probe_number(), 1 + max(begun, default=0))


def note_lost_probe(session: Session, survey: Survey) -> Survey:
    """Count the last probe as made where it was begun and has failed: its site is used up."""
    begun = list(session.journal.rows("probe_started"))
    if not begun:
        return survey
    number, request = int(begun[-1].payload["probe"]), decode(begun[-1].payload["request"])
    if any(o.number == number for o in survey.probes()):
        return survey
    lost = Observation(number, request, finished=False, notes={"lost": True})
    session.journal.append("observed", observation_record(lost))
    return survey.add(lost)
