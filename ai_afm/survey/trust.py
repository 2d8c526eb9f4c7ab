"""What the model must not be believed about: frames unlike anything that it was trained on.

Such a frame is shown and kept, and a person is asked to look at it; but its walls and its doubts
never reach a controller, so nothing is aimed, probed or counted by them (`Survey.add` sees to it).
"""

from dataclasses import replace

from ai_afm.survey.health.cut import without_bad_lines
from ai_afm.types import MapRequest, Observation

_ACTED_ON = ("uncertain",)
"""Notes that come from what the model saw and that controllers aim by."""


def outside(observation: Observation) -> str | None:
    """Say that the model does not know such a frame; `None` where it does or was not asked.

    Examples
    --------
    >>> from ai_afm.types import ScanRegion, ScanRequest
    >>> request = ScanRequest(ScanRegion((0.0, 0.0), (2e-6, 1e-6)), (64, 128), line_rate=1.0)
    >>> outside(Observation(3, request, notes={"ood": True, "ood_score": 2.25}))
    'scan 3 is unlike what the model was trained on (score 2.25)'
    """
    notes = observation.notes or {}
    if not notes.get("ood"):
        return None
    score = notes.get("ood_score")
    known = "" if score is None else f" (score {score:.2f})"
    return f"{named(observation)} is unlike what the model was trained on{known}"


def named(observation: Observation) -> str:
    """Return how a frame is called in a sentence."""
    kind = "map" if isinstance(observation.request, MapRequest) else "scan"
    return f"{kind} {observation.number}"


def trusted(observation: Observation) -> Observation:
    """Return the observation without what must not be believed: unknown frames, bad lines."""
    if outside(observation) is None:
        return without_bad_lines(observation)
    notes = {n: v for n, v in (observation.notes or {}).items() if n not in _ACTED_ON}
    return replace(observation, network=None, notes=notes)
