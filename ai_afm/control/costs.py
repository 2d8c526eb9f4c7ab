"""Budgets: what a run may still cost, and whether a request fits into that."""

from dataclasses import dataclass

from ai_afm.image.instrument_time import InstrumentTimes, request_seconds
from ai_afm.survey.survey import Survey
from ai_afm.types import Point, ProbeRequest, Role, ScanRequest

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

    def seconds(self, survey: Survey, *requests: ScanRequest | ProbeRequest) -> float:
        """Return the predicted time of requests, done in this order from where the tip is, s."""
        at, total = position(survey), 0.0
        for request in requests:
            total += request_seconds(request, at, self.times)
            at = request.region.center if isinstance(request, ScanRequest) else request.position
        return total

    def refusal(self, survey: Survey, *requests: ScanRequest | ProbeRequest) -> str | None:
        """Say why the run's budget does not hold the requests, or return `None` when it does."""
        cost, left = self.seconds(survey, *requests), survey.limits.max_run_time - survey.spent
        if cost <= left:
            return None
        return f"it would take {cost:.0f} s and {max(left, 0):.0f} s of the run's budget are left"

    def probe_refusal(self, survey: Survey, *requests: ScanRequest | ProbeRequest) -> str | None:
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
    for observation in reversed(survey.observations):
        request = observation.request
        if isinstance(request, ScanRequest):
            return request.region.center
        if isinstance(request, ProbeRequest):
            return request.position
    return None


def probing_seconds(survey: Survey) -> float:
    """Return the instrument time that went into probes and the images around them, s."""
    images = sum(o.seconds for o in survey.scans(*PROBING))
    return images + sum(o.seconds for o in survey.probes())
