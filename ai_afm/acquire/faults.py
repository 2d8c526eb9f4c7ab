"""What a run does when the instrument or the perception fails."""

from collections.abc import Generator

from ai_afm.acquire.session import Session
from ai_afm.acquire.steer import Helm
from ai_afm.errors import InstrumentError
from ai_afm.events import Event, Faulted
from ai_afm.survey.survey import Survey
from ai_afm.types import Authority, Observation, Role, ScanRequest


def report_fault(session: Session, helm: Helm, error: InstrumentError) -> Generator[Event]:
    """Make safe and say so; supervised, wait for a person; unattended, try again."""
    session.make_safe()
    kind = type(error).__name__
    if helm.stopping:
        response = "the run was being stopped; the tip is parked"
    elif session.authority == Authority.UNATTENDED:
        response = "bias and drive are off, the tip is parked; the run tries the next request"
    else:
        helm.held = True
        response = (
            "bias and drive are off, the tip is parked; waiting for a person (resume or stop)"
        )
    session.journal.append("fault", {"kind": kind, "message": str(error), "response": response})
    yield Faulted(kind, str(error), response)


def perception_fault(
    session: Session, survey: Survey, observation: Observation
) -> Generator[Event, None, Survey]:
    """Fall back on the raster plan where perception failed or is out of its depth."""
    request, notes = observation.request, observation.notes or {}
    if not isinstance(request, ScanRequest) or session.glimpses is None or survey.fallback:
        return survey
    reason = None
    if observation.network is None and observation.lines > 0:
        reason = f"scan {observation.number} could not be segmented"
    elif notes.get("ood") and request.role == Role.OVERVIEW:
        score = notes.get("ood_score")
        reason = f"the overview is unlike the model's training data (score {score:.1f})"
    if reason is None:
        return survey
    session.journal.append("fallback", {"reason": reason})
    yield Faulted("perception", reason, "the run goes on by the raster plan")
    return survey.fall_back(reason)
