"""Carry out one probe: the site is used up in the journal before the tip moves there."""

from collections.abc import Generator

from ai_afm.acquire.earlier import remember_dose
from ai_afm.acquire.scanning import observation_record
from ai_afm.acquire.session import Session
from ai_afm.events import Event, ProbeStarted
from ai_afm.store.probe_file import write_probe
from ai_afm.types import Observation, ProbeRequest
from ai_afm.types.codec import encode


def probe(session: Session, request: ProbeRequest) -> Generator[Event, None, Observation]:
    """Measure at a point, store every sample, and return the observation.

    Raises
    ------
    InstrumentError, StoreError
        When the probe failed; its site counts as used.
    """
    number = session.folder.next_probe_number()
    accepted = session.microscope.accept(request)
    session.microscope.check(accepted)
    session.journal.append("probe_started", {"probe": number, "request": encode(accepted)})
    yield ProbeStarted(number, accepted)
    started = session.microscope.state().time
    spectrum = session.microscope.probe(accepted)
    write_probe(session.folder.probe_file(number), number, spectrum)
    remember_dose(session.folder, session.microscope)
    observation = Observation(
        number=number,
        request=accepted,
        spectrum=spectrum,
        seconds=session.microscope.state().time - started,
        notes={"fit": dict(spectrum.fit)},
    )
    session.journal.append("observed", observation_record(observation))
    return observation
