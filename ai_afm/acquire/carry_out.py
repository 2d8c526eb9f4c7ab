"""What a run does for each kind of request."""

from collections.abc import Generator
from dataclasses import replace

from ai_afm.acquire.mapping import draw_map
from ai_afm.acquire.paths import follow_path
from ai_afm.acquire.probing import probe
from ai_afm.acquire.scanning import scan
from ai_afm.acquire.session import Session
from ai_afm.acquire.steer import Helm
from ai_afm.acquire.writing import write
from ai_afm.control.area.plan import LONGEST_RECTANGLE
from ai_afm.events import Event
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    MapRequest,
    Observation,
    PathRequest,
    ProbeRequest,
    Proposal,
    Role,
    ScanRequest,
)


def carry_out(
    session: Session, survey: Survey, request: Proposal, helm: Helm
) -> Generator[Event, None, Observation]:
    """Do what a controller asks for, yield what happens, and return the observation.

    Raises
    ------
    InstrumentError, StoreError
        What ended it early; what was recorded is kept.
    """
    match request:
        case ScanRequest():
            return (yield from scan(_looking(session, request), survey, request, helm))
        case PathRequest():
            return (yield from follow_path(session, survey, request, helm))
        case MapRequest():
            return (yield from draw_map(session, survey, request))
        case ProbeRequest():
            return (yield from probe(session, survey, request))
    return (yield from write(session, request, helm))


def _looking(session: Session, request: ScanRequest) -> Session:
    """Return the session for a scan: small parts of an area are looked at on its map only."""
    if request.role is Role.AREA and request.shape[0] <= LONGEST_RECTANGLE:
        return replace(session, glimpses=None)
    return session
