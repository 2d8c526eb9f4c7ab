"""The rows of the journal that a survey is rebuilt from, as they are written."""

from ai_afm.types import MapRequest, Observation, PathRequest, ProbeRequest, Proposal, ScanRequest
from ai_afm.types.codec import encode


def kind_of(request: Proposal) -> str:
    """Return the key under which the journal keeps the number of such an observation."""
    match request:
        case ScanRequest():
            return "scan"
        case PathRequest():
            return "path"
        case MapRequest():
            return "map"
        case ProbeRequest():
            return "probe"
    return "write"


def observation_record(observation: Observation) -> dict[str, object]:
    """Return the journal row of an observation: all but the arrays, which have their own files."""
    return {
        kind_of(observation.request): observation.number,
        "request": encode(observation.request),
        "lines": observation.lines,
        "finished": observation.finished,
        "seconds": observation.seconds,
        "offset": observation.offset,
        "notes": dict(observation.notes or {}),
    }
