"""The track of a run: a fold over what its observations note, the same live and after resume.

`ai_afm.acquire.tracking` measures and writes the notes; whoever holds the observations has the
track, with nothing measured again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ai_afm.errors import BadInput
from ai_afm.geometry import first_point, last_point
from ai_afm.survey.tracking.poses import Poses, Tie, after, remembered
from ai_afm.survey.tracking.replay import Missed, Moved, from_note
from ai_afm.survey.tracking.state import Status, Track, TrackSettings, predict, start
from ai_afm.types import (
    MapRequest,
    Observation,
    PathRequest,
    Point,
    ProbeRequest,
    ScanRequest,
    WriteRequest,
)

NOTE = "track"
"""Under this name an observation's notes hold what the tracker needs."""


@dataclass(frozen=True, slots=True, eq=False)
class Tracker:
    """Where features are, and when that was known last.

    Parameters
    ----------
    poses
        The track after the last event, and the frames that it is compared with.
    clock
        Time of the track at the end of the last observation, s.
    tip
        Where the tip was then, m; `None` where that is not known.
    hysteresis
        Of the scanner, as a share of a line (`survey.tracking.hysteresis`).
    shift
        Time of the track minus that of the instrument, s: an instrument's clock may begin anew.
    """

    poses: Poses
    clock: float
    tip: Point | None = None
    hysteresis: float = 0.0
    shift: float = 0.0

    @property
    def track(self) -> Track:
        """The track after the last event."""
        return self.poses.track

    @property
    def now(self) -> Track:
        """The track at the end of the last observation."""
        return predict(self.track, self.clock)

    @property
    def open_loop(self) -> bool:
        """Whether the scanner creeps."""
        return self.track.settings.creep > 0

    @property
    def sure(self) -> bool:
        """Whether the place is known."""
        return self.track.status is Status.TRACKING

    def passed(self, seconds: float) -> "Tracker":
        """Return the tracker after some time (s) in which nothing was seen."""
        return replace(self, clock=self.clock + seconds)


def followed(tracker: Tracker | None, observation: Observation) -> Tracker | None:
    """Return the tracker after an observation, by what is noted of it alone.

    A probe, and whatever else shows no place, lets time pass and moves the tip.

    Raises
    ------
    BadInput
        When the note is not one of this module's.
    """
    note = note_of(observation)
    if note is None:
        return None if tracker is None else _unseen(tracker, observation)
    try:
        if "begun" in note:
            begun = note["begun"]
            poses = Poses(start(float(begun["time"]), TrackSettings(**begun["settings"])))
        elif tracker is None:
            raise BadInput("an observation is noted of a track that nothing has begun")
        else:
            poses = tracker.poses
        for event in note["events"]:
            poses = after(poses, event_from(event))
        if note["kept"]:
            poses = remembered(poses, observation.number, float(note["middle"]))
        x, y = note["tip"]
        return Tracker(
            poses, float(note["ended"]), (float(x), float(y)), float(note["hysteresis"]),
            float(note["shift"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as exc:
        raise BadInput(f"the note of the tracker cannot be read: {exc!r}") from exc


def note_of(observation: Observation) -> Mapping[str, Any] | None:
    """Return what the tracker noted of an observation, `None` for nothing."""
    note = (observation.notes or {}).get(NOTE)
    return note if isinstance(note, Mapping) else None


def was_sure(observation: Observation) -> bool:
    """Tell whether the place was sure after an observation; true where nobody has asked."""
    note = note_of(observation)
    return note is None or note.get("status") == Status.TRACKING


def event_from(note: Mapping[str, Any]) -> Tie | Moved | Missed:
    """Turn a note of an event back.

    Raises
    ------
    BadInput
        When it is no event of a run's track.
    """
    if note["track"] == "tie":
        return Tie.from_note(note)
    event = from_note(note)
    if not isinstance(event, Moved | Missed):
        raise BadInput(f"{dict(note)!r} is no event of a run's track")
    return event


def settings_note(time: float, settings: TrackSettings) -> dict[str, Any]:
    """Return what `begun` of a note holds."""
    return {"time": time, "settings": asdict(settings)}


def _unseen(tracker: Tracker, observation: Observation) -> Tracker:
    later = tracker.passed(observation.seconds)
    request = observation.request
    if isinstance(request, ProbeRequest):
        lasts = 0.0 if request.waveform is None else request.waveform.duration
        arrived = later.clock - min(lasts, observation.seconds)
        return _at(later, request.position, request.position, arrived)
    if isinstance(request, WriteRequest) and request.strokes:
        return _at(later, request.strokes[0].start, request.strokes[-1].end, tracker.clock)
    if isinstance(request, PathRequest) and request.sweeps:
        return _at(later, first_point(request), last_point(request), tracker.clock)
    return later


def _at(tracker: Tracker, first: Point, last: Point, arrived: float) -> Tracker:
    """Return the tracker after a move of the tip to `first` (m) that ended at a time (s)."""
    if tracker.tip is None:
        return replace(tracker, tip=last)
    event = Moved(arrived, (first[0] - tracker.tip[0], first[1] - tracker.tip[1]))
    return replace(tracker, poses=after(tracker.poses, event), tip=last)


def drifts_after(
    drifts: Sequence[Point],
    observations: Sequence[Observation],
    before: Tracker | None,
    after_: Tracker | None,
) -> tuple[Point, ...]:
    """Return the drifts (m) that the coordinates of observations contain, one more observed.

    Those of the frames that the tracker remembers are what it thinks of them now. A jump that is
    only now believed came before the observations that were in doubt: theirs are corrected by it.

    Parameters
    ----------
    drifts
        Of all observations but the last.
    observations
        All, the last one included.
    before, after_
        The tracker before and after the last one.
    """
    last = observations[-1]
    known = list(drifts)
    if isinstance(last.request, MapRequest):
        here = (0.0, 0.0)  # its passes were moved back when they were drawn
    elif last.offset is not None:
        here = last.offset
    elif before is not None:
        middle = before.clock + 0.5 * last.seconds
        here = predict(before.track, middle).offset
    else:
        here = drifts[-1] if drifts else (0.0, 0.0)
    if before is not None and after_ is not None:
        new = after_.track.jumps[len(before.track.jumps) :]
        for _, (dx, dy) in new:
            for index in _in_doubt(observations[:-1]):
                known[index] = known[index][0] + dx, known[index][1] + dy
    return corrected([*known, here], observations, after_)


def corrected(
    drifts: Sequence[Point], observations: Sequence[Observation], tracker: Tracker | None
) -> tuple[Point, ...]:
    """Return drifts (m) with those of the frames that a tracker remembers as it has them now."""
    if tracker is None:
        return tuple(drifts)
    known = list(drifts)
    for index, observation in enumerate(observations):
        if observation.number in tracker.poses.scans and isinstance(
            observation.request, ScanRequest
        ):
            known[index] = tracker.poses.offset_of(observation.number)
    return tuple(known)


def _in_doubt(observations: Sequence[Observation]) -> range:
    """Return the indices of the last observations, as long as the place was in doubt."""
    count = len(observations)
    first = count
    while first and not was_sure(observations[first - 1]):
        first -= 1
    return range(first, count)
