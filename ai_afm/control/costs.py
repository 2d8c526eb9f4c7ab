"""Budgets: what a run may still cost, and whether a request fits into that."""

import math
from dataclasses import dataclass

from ai_afm.geometry import last_point
from ai_afm.image.instrument_time import InstrumentTimes, move_seconds, request_seconds
from ai_afm.microscope.write_rules import write_seconds
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    MapRequest,
    PathRequest,
    Point,
    ProbeRequest,
    Proposal,
    Role,
    ScanRequest,
    WriteRequest,
)

PROBING = (Role.BEFORE, Role.AFTER)


@dataclass(frozen=True, slots=True)
class Costs:
    """Predicts costs and compares them with what is left.

    Parameters
    ----------
    times
        Of the instrument.
    probe_budget
        Instrument time for probes and the images around them, s.
    """

    times: InstrumentTimes
    probe_budget: float

    def seconds(self, survey: Survey, *requests: Proposal) -> float:
        """Return the predicted time of requests, done in this order from where the tip is, s."""
        at, total = position(survey), 0.0
        for request in requests:
            total += predicted_seconds(request, at, self.times)
            at = place(request) or at
        return total

    def refusal(self, survey: Survey, *requests: Proposal) -> str | None:
        """Say why the run's budget does not hold the requests, or return `None` when it does."""
        cost, left = self.seconds(survey, *requests), survey.limits.max_run_time - survey.spent
        if cost <= left:
            return None
        return f"it would take {cost:.0f} s and {max(left, 0):.0f} s of the run's budget are left"

    def probe_refusal(self, survey: Survey, *requests: Proposal) -> str | None:
        """Say why the run's or the probes' budget does not hold the requests, else `None`."""
        refusal = self.refusal(survey, *requests)
        if refusal is not None:
            return refusal
        cost, left = self.seconds(survey, *requests), self.probe_budget - probing_seconds(survey)
        if cost <= left:
            return None
        return f"it would take {cost:.0f} s and {max(left, 0):.0f} s of the probes' budget are left"


def position(survey: Survey) -> Point | None:
    """Return where the last request was, m; `None` at the start."""
    places = (place(observation.request) for observation in reversed(survey.observations))
    return next((at for at in places if at is not None), None)


def place(request: Proposal) -> Point | None:
    """Return about where the tip is after a request, m; `None` where nothing moves it."""
    match request:
        case ScanRequest():
            return request.region.center
        case ProbeRequest():
            return request.position
        case PathRequest():
            return last_point(request)
        case WriteRequest(strokes=(*_, last)):
            return last.end
        case _:
            return None


def predicted_seconds(request: Proposal, start: Point | None, times: InstrumentTimes) -> float:
    """Return the time of a request with the way from `start`, s; 0 for looking at a map."""
    if isinstance(request, MapRequest):
        return 0.0
    if not isinstance(request, WriteRequest):
        return request_seconds(request, start, times)
    way = 0.0
    if start is not None and request.strokes:
        way = move_seconds(math.dist(start, request.strokes[0].start), times)
    return way + write_seconds(request, times)


def probing_seconds(survey: Survey) -> float:
    """Return the instrument time that went into probes and the images around them, s."""
    images = sum(o.seconds for o in survey.scans(*PROBING))
    return images + sum(o.seconds for o in survey.probes())
