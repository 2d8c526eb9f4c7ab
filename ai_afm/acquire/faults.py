"""What a run does when the instrument or the perception fails."""

from collections.abc import Generator

from ai_afm.acquire.records import kind_of
from ai_afm.acquire.session import Session
from ai_afm.acquire.steer import Helm
from ai_afm.control.overview import unknown_overview
from ai_afm.errors import InstrumentError
from ai_afm.events import Event, Faulted, QueuedForReview
from ai_afm.survey.survey import Survey
from ai_afm.survey.trust import named, outside
from ai_afm.types import Authority, MapRequest, Observation, Role, ScanRequest


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
    """Queue what the model does not know for a person; fall back on the raster plan where needed.

    The raster takes over where perception failed, or where the first look at the area is unlike
    anything the model was trained on. A closer frame like that costs its target only.
    """
    request = observation.request
    if not isinstance(request, ScanRequest | MapRequest) or session.glimpses is None:
        return survey
    unknown, reason = outside(observation), raster_instead(survey, observation)
    if unknown is not None:
        response = "its walls are not used; the run goes on " + (
            "elsewhere" if survey.fallback is None and reason is None else "by the raster plan"
        )
        yield _queued(session, observation, unknown, response)
    if reason is None:
        return survey
    session.journal.append("fallback", {"reason": reason})
    yield Faulted("perception", reason, "the run goes on by the raster plan")
    return survey.fall_back(reason)


def raster_instead(survey: Survey, observation: Observation) -> str | None:
    """Say why the raster plan takes over after an observation, `None` where nothing changes.

    Parameters
    ----------
    survey
        With the observation.
    observation
        The newest, as the run has made it.
    """
    request = observation.request
    if survey.fallback is not None or not isinstance(request, ScanRequest | MapRequest):
        return None
    looked = observation.lines > 0 and request.role is not Role.AREA
    looked |= isinstance(request, MapRequest)
    if observation.network is None and looked and outside(observation) is None:
        return unknown_overview(survey) or f"{named(observation)} could not be segmented"
    return unknown_overview(survey)


def _queued(
    session: Session, observation: Observation, reason: str, response: str
) -> QueuedForReview:
    """Write down that a person should look at a frame, for whoever collects such frames."""
    notes = observation.notes or {}
    score = notes.get("ood_score")
    row = {
        kind_of(observation.request): observation.number,
        "segmentation": notes.get("segmentation"),
        "cause": "outside",
        "reason": reason,
        "score": score,
        "response": response,
    }
    session.journal.append("queued_for_review", row)
    return QueuedForReview(observation.number, reason, score, response)
