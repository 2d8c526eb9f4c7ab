"""What happened to a track as plain events: a run stores them, and a resumed run replays them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

from ai_afm.errors import BadInput
from ai_afm.survey.tracking.shift import NoShift, Shift
from ai_afm.survey.tracking.state import Fix, Track, moved, predict, rebased
from ai_afm.survey.tracking.update import Anchor, fix_from, missed, update
from ai_afm.types import Point


@dataclass(frozen=True, slots=True)
class Moved:
    """The tip moved by `distance` (dx, dy), m, and was there at `time`, s."""

    time: float
    distance: Point


@dataclass(frozen=True, slots=True)
class Missed:
    """A frame with middle time `time` (s) showed no place, and why."""

    time: float
    reason: str


@dataclass(frozen=True, slots=True)
class Rebased:
    """Offsets were counted from `time` (s) on."""

    time: float


TrackEvent: TypeAlias = Moved | Fix | Missed | Rebased


def event_of(shift: Shift | NoShift, anchor: Anchor, time: float) -> Fix | Missed:
    """Return what a measurement against a reference means for the track at `time` (s)."""
    if isinstance(shift, NoShift):
        return Missed(time, shift.reason)
    return fix_from(shift, anchor, time)


def apply(track: Track, event: TrackEvent) -> Track:
    """Return the track after an event."""
    match event:
        case Moved():
            return moved(track, event.distance, event.time)
        case Fix():
            return update(track, event)
        case Missed():
            return missed(track, event.time)
        case Rebased():
            return rebased(predict(track, event.time))


def replayed(track: Track, events: Iterable[TrackEvent]) -> Track:
    """Return the track after all events, in order: exactly what the live run had."""
    return reduce(apply, events, track)


def to_note(event: TrackEvent) -> dict[str, Any]:
    """Turn an event into JSON values, for `Observation.notes`."""
    match event:
        case Moved():
            return {"track": "moved", "time": event.time, "distance": list(event.distance)}
        case Fix():
            return {
                "track": "fix", "time": event.time, "offset": list(event.offset),
                "covariance": list(event.covariance),
            }  # fmt: skip
        case Missed():
            return {"track": "missed", "time": event.time, "reason": event.reason}
        case Rebased():
            return {"track": "rebased", "time": event.time}


def from_note(note: Mapping[str, Any]) -> TrackEvent:
    """Turn JSON values back into an event.

    Raises
    ------
    BadInput
        When the note is no event.
    """
    try:
        time = float(note["time"])
        match note["track"]:
            case "moved":
                dx, dy = (float(v) for v in note["distance"])
                return Moved(time, (dx, dy))
            case "fix":
                x, y = (float(v) for v in note["offset"])
                xx, xy, yy = (float(v) for v in note["covariance"])
                return Fix(time, (x, y), (xx, xy, yy))
            case "missed":
                return Missed(time, str(note["reason"]))
            case "rebased":
                return Rebased(time)
    except (KeyError, TypeError, ValueError) as exc:
        raise BadInput(f"{dict(note)!r} is no event of the tracker: {exc!r}") from exc
    raise BadInput(f"{note['track']!r} is no event of the tracker")
