"""Where the live detectors stand before a scan or path, by all that was written down so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ai_afm.survey.health.contact import LOST_CONTACT, Held
from ai_afm.survey.health.history import Row, Tally, tallies
from ai_afm.survey.health.suspect import Moment, in_path
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, PathRequest, Proposal, ScanRequest

AFTER_SCAN = "after_scan"
"""Note of a path: number of the last scan before it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the detectors stand before a record.

    Parameters
    ----------
    tallies
        By detector.
    held
        Where the error signal was held before contact was lost, `None` where it is not lost.
    failed
        Detectors that have failed, and are left out.
    """

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    held: Held | None = None
    failed: frozenset[str] = frozenset()


def standing(
    rows: Iterable[Row], failed: Iterable[str], survey: Survey, request: Proposal
) -> Standing:
    """Return where the detectors stand before a request is carried out.

    Parameters
    ----------
    rows
        Payloads of the journal's rows "health" so far, oldest first.
    failed
        Detectors that have failed in the run.
    survey
        All observations before; they keep the last good looks, which have rows of their own only
        where they end a doubt.
    request
        What comes next.
    """
    found = tallies(rows)
    for observation in survey.observations:
        for name, row in ((observation.notes or {}).get("good") or {}).items():
            good, tally = _moment(observation, int(row)), found.get(name, Tally())
            if good is None or tally.doubts:
                continue
            if tally.good is None or good > tally.good:
                found[name] = Tally(good)
    lost = found.get(LOST_CONTACT, Tally()).doubts
    return Standing(found, _held_before(survey, request) if lost else None, frozenset(failed))


def _moment(observation: Observation, row: int) -> Moment | None:
    """Return when a row of an observation had come, `None` where it has none."""
    if isinstance(observation.request, ScanRequest):
        return Moment(observation.number, row)
    after = (observation.notes or {}).get(AFTER_SCAN)
    if isinstance(observation.request, PathRequest) and after is not None:
        return in_path(int(after), observation.number, row)
    return None


def _held_before(survey: Survey, request: Proposal) -> Held | None:
    """Return where the error signal was held before contact was lost, at the same setpoint.

    The tip must be seen to be back on the surface: what it does now is no measure of that.
    """
    for observation in reversed(survey.observations):
        held: Any = (observation.notes or {}).get("held")
        if held and _same_setpoint(observation.request, request):
            return Held((float(held[0]), float(held[1])), None)
    return None


def _same_setpoint(a: Proposal, b: Proposal) -> bool:
    """Tell whether two requests hold the same; a path, which has no setpoint of its own, any."""
    if isinstance(a, ScanRequest) and isinstance(b, ScanRequest):
        return a.setpoint == b.setpoint
    return True
