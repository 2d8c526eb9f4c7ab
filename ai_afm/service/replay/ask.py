"""Each decision of a run taken again: by the recorded controller, and by another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ai_afm.acquire.rebuild import Look
from ai_afm.config import RunConfig
from ai_afm.control.base import Controller
from ai_afm.service.replay import words
from ai_afm.service.replay.told import Recorded, Told, asks, decisions
from ai_afm.survey.survey import Survey
from ai_afm.types import Consent, Proposal


@dataclass(frozen=True, slots=True)
class Answer:
    """What a controller says to what was known at a decision.

    Parameters
    ----------
    recorded
        The decision.
    request
        What the controller asks for; `None` for nothing more.
    reason
        In its words.
    survey
        What it was told.
    """

    recorded: Recorded
    request: Proposal | None
    reason: str
    survey: Survey

    @property
    def same(self) -> bool:
        """Whether it does the same."""
        return words.same(self.recorded.request, self.request)

    @property
    def identical(self) -> bool:
        """Whether it does the same for the same reason."""
        return self.recorded.request == self.request and self.recorded.reason == self.reason

    def difference(self) -> str:
        """Say what is different, "" where nothing is."""
        if self.same and not self.identical:
            return f"the same for another reason: {self.reason}"
        return words.difference(self.recorded.request, self.request)


@dataclass(frozen=True, slots=True)
class Other:
    """The other controller.

    Parameters
    ----------
    config
        As it would have been.
    look
        How the frames would have been seen.
    """

    config: RunConfig
    look: Look


def ask_again(told: Told, look: Look) -> Iterator[Answer]:
    """Yield what the recorded controller answers at each decision of its run."""
    if not asks(told):
        return
    controller = told.controller(told.config)
    for recorded in decisions(told.survey(told.config), told.rows, look):
        yield _answer(controller, recorded, recorded.survey)


def ask_other(told: Told, look: Look, other: Other) -> Iterator[tuple[Answer, Answer]]:
    """Yield what the recorded controller and another answer, one step at each decision.

    Both are told what the run had seen by then; what the other one would have seen by itself
    nobody knows (`roll_out`).

    Parameters
    ----------
    told, look
        The run, and how its frames were seen.
    other
        The other controller and its eyes.
    """
    if not asks(told):
        return
    empty = told.survey(other.config)
    controller = told.controller(other.config)
    rows = told.rows
    if other.look is not look:
        # what failed for the run's model need not fail for the other one
        rows = tuple(row for row in rows if row.kind != "fallback")
    begun = len(told.survey(told.config).consent.zones)
    seen = decisions(empty, rows, other.look) if other.look is not look else None
    for answer in ask_again(told, look):
        survey = next(seen).survey if seen is not None else _as_told(answer.survey, empty, begun)
        yield answer, _answer(controller, answer.recorded, survey)


def _as_told(survey: Survey, empty: Survey, begun: int) -> Survey:
    """Return a survey under the limits, consent and chance of another configuration.

    Ground that a person has forbidden since the run began, with `begun` zones, stays forbidden.
    """
    consent = Consent((*empty.consent.zones, *survey.consent.zones[begun:]))
    return replace(survey, limits=empty.limits, consent=consent, seed=empty.seed)


def _answer(controller: Controller, recorded: Recorded, survey: Survey) -> Answer:
    request = controller.propose(survey)
    reason = controller.closing_words(survey) if request is None else request.reason
    return Answer(recorded, request, reason, survey)


def as_row(answer: Answer, told: Told) -> dict[str, Any]:
    """Return a row of the table `what_if`."""
    times = told.capabilities.times
    recorded, apart = answer.recorded, words.distance(answer.recorded.request, answer.request)
    return {
        "decision": recorded.row,
        "recorded": words.told(recorded.request),
        "proposed": words.told(answer.request),
        "same": answer.same,
        "distance_nm": None if apart is None else apart * 1e9,
        "recorded_s": words.seconds(recorded.request, recorded.survey, times),
        "proposed_s": words.seconds(answer.request, answer.survey, times),
        "difference": answer.difference(),
        "reason": answer.reason,
    }
