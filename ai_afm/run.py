"""The loop: ask where to look, scan or probe, add what was seen, say what happened."""

from collections.abc import Generator

from ai_afm.acquire.authority import authority_kept
from ai_afm.acquire.carry_out import carry_out
from ai_afm.acquire.faults import perception_fault, report_fault
from ai_afm.acquire.probing import note_lost_probe
from ai_afm.acquire.question import register_question
from ai_afm.acquire.rebuild import rebuild
from ai_afm.acquire.session import Session
from ai_afm.acquire.steer import Helm
from ai_afm.acquire.tracking import note_pause
from ai_afm.errors import ConfigError, InstrumentError, OutOfRange, SafetyStop
from ai_afm.events import (
    AuthorityChanged,
    Decided,
    Event,
    Observed,
    Refused,
    RunFinished,
    RunStarted,
)
from ai_afm.survey.survey import Survey
from ai_afm.types import MapRequest
from ai_afm.types.codec import encode

MAX_FAULTS = 3
"""Instrument faults in a row after which a run ends."""


def run(session: Session) -> Generator[Event]:
    """Run until the controller has no more to ask, a person stops it, or a limit is met.

    The run continues where the folder's journal ends. Closing the generator parks the tip.

    Yields
    ------
    Event
        Everything that happens, in order.

    Raises
    ------
    SafetyStop
        When the tip could not be brought to a safe state, or a person has to look at it first.
    ConfigError
        When what the run has found forbids what its configuration asks for.
    StoreError
        When something could not be stored; nothing moves after that.
    """
    helm = Helm()
    session.mandate.authority = authority_kept(session.journal)
    outcome, message = "interrupted", "the run was ended from outside"
    try:
        survey = rebuild(session.empty_survey(), session.folder, session.journal)
        register_question(session)
        yield RunStarted(str(session.folder.path), bool(survey.observations))
        yield AuthorityChanged(session.authority)
        outcome, message = yield from _loop(session, survey, helm)
    except SafetyStop as exc:
        outcome, message = "safety stop", str(exc)
        raise
    except ConfigError as exc:
        outcome, message = "refused", str(exc)
        raise
    finally:
        session.make_safe()
        # who closes a run from outside may go on with it: what waits is not refused by that
        if outcome != "interrupted":
            helm.hear_the_rest(session)
        session.journal.append("run_finished", {"outcome": outcome, "message": message})
    yield RunFinished(outcome, message)


def _loop(session: Session, survey: Survey, helm: Helm) -> Generator[Event, None, tuple[str, str]]:
    faults = 0
    while True:
        yield from helm.obey(session)
        yield from helm.wait_while_held(session)
        survey = helm.tell(session, survey)
        if helm.stopping:
            return "stopped", helm.stopping
        survey = note_pause(session, survey)
        request = session.controller.propose(survey)
        if request is None:
            return "done", session.controller.closing_words(survey)
        row = session.record_decision(request)
        yield Decided(row, request, request.reason)
        try:
            moves = not isinstance(request, MapRequest)
            if moves and not (yield from helm.wait_for_approval(session, row)):
                continue
            observation = yield from carry_out(session, survey, request, helm)
        except OutOfRange as exc:
            session.journal.append("refused", {"request": encode(request), "message": str(exc)})
            survey = survey.refuse(request, str(exc))
            yield Refused(request, str(exc))
        except SafetyStop:
            raise
        except InstrumentError as exc:
            faults += 1
            yield from report_fault(session, helm, exc)
            survey = note_lost_probe(session, survey)
            if faults == MAX_FAULTS and not helm.stopping:
                return "fault", str(exc)
        else:
            faults = 0
            yield Observed(observation)
            survey = yield from perception_fault(session, survey.add(observation), observation)
