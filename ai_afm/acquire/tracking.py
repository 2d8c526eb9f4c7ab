"""Where a frame shows the sample to be: measured once, noted, and never measured again."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ai_afm.acquire.comparing import LEAST_LINES, Seen, compared
from ai_afm.acquire.session import Session
from ai_afm.config import RunConfig, TrackingSettings
from ai_afm.image.scan_layout import StoredScan, read_scan
from ai_afm.microscope.base import Capabilities
from ai_afm.survey.places import offset_at
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.contrast import contrast
from ai_afm.survey.tracking.hysteresis import measure_hysteresis
from ai_afm.survey.tracking.patches import telling
from ai_afm.survey.tracking.planes import Sight
from ai_afm.survey.tracking.poses import Tie, after
from ai_afm.survey.tracking.replay import Missed, Moved, to_note
from ai_afm.survey.tracking.state import (
    OPEN_LOOP,
    Status,
    Track,
    TrackSettings,
    predict,
    start,
)
from ai_afm.survey.tracking.timing import Timing, timing
from ai_afm.survey.tracking.tracker import Tracker, settings_note
from ai_afm.types import Point, WallNetwork

KEPT_LINES = 0.5
"""Share of its lines from which a frame is remembered, to compare others with."""
PAUSE = 1.0
"""Seconds that pass unnoted between two observations."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a frame told of the place.

    Parameters
    ----------
    offset
        (dx, dy), m, by which features had moved in the frame's middle since the first frame; `None`
        before anything is known.
    uncertainty
        Standard error of that in the worst direction, m, jumps apart; `None` without an offset.
    note
        For `Observation.notes["track"]`: with it `Survey.add` comes to the same track.
    """

    offset: Point | None = None
    uncertainty: float | None = None
    note: dict[str, Any] | None = None


def track_settings(config: RunConfig, capabilities: Capabilities) -> TrackSettings:
    """Return what is assumed of the instrument before anything was measured."""
    base = TrackSettings() if capabilities.closed_loop else OPEN_LOOP
    wanted = config.tracking or TrackingSettings()
    return replace(base, rate=wanted.rate, jump_rate=wanted.jump_rate, jump_size=wanted.jump_size)


def tracked(
    session: Session, survey: Survey, number: int, network: WallNetwork | None = None
) -> Tracked:
    """Compare a scan that has just ended with the frames before it.

    Parameters
    ----------
    session
        The run.
    survey
        Before the scan.
    number
        Of the scan; its file is closed.
    network
        Its walls, the second witness; `None` where there are none.
    """
    stored = read_scan(session.folder.scan_file(number))
    when = timing(stored)
    if when is None:
        return Tracked()
    ended = session.microscope.state().time
    tracker = survey.tracker
    if tracker is None:
        if when.lines < LEAST_LINES * stored.frame.shape[0]:
            return Tracked()
        return _first(session, stored, when, ended)
    shift, anew = _shift(tracker, when)
    when = _shifted(when, shift)
    seen = Seen(stored, network, when, tracker.hysteresis, _check_pixels(session.config))
    events: list[Tie | Moved | Missed] = list(_moves(tracker, when, anew))
    poses = tracker.poses
    for event in events:
        poses = after(poses, event)
    answer = compared(session.folder, survey, seen, poses)
    if answer.event is not None:
        events.append(answer.event)
        poses = after(poses, answer.event)
    aimed = offset_at(survey, stored.frame.request, session.capabilities.times)
    note = {
        "shift": shift,
        "events": [_note(event) for event in events],
        "reference": answer.reference,
        "witness": answer.witness,
        "words": answer.words,
        "aimed": list(aimed),
    } | _common(seen, poses.track, ended + shift)
    here = predict(poses.track, when.middle)
    return Tracked(here.offset, here.uncertainty, note)


def _check_pixels(config: RunConfig) -> int:
    return (config.tracking or TrackingSettings()).check_pixels


def _first(session: Session, stored: StoredScan, when: Timing, ended: float) -> Tracked:
    """Begin the track: offsets count from the middle of this frame."""
    settings = track_settings(session.config, session.capabilities)
    open_loop = settings.creep > 0
    hysteresis = (measure_hysteresis(Sight(stored.frame)) or 0.0) if open_loop else 0.0
    seen = Seen(stored, None, when, hysteresis, _check_pixels(session.config))
    note = {
        "begun": settings_note(when.middle, settings),
        "shift": 0.0,
        "events": [],
        "reference": None,
        "witness": None,
        "words": "the first frame: all coordinates count from it",
    } | _common(seen, start(when.middle, settings), ended)
    return Tracked((0.0, 0.0), 0.0, note)


def _common(seen: Seen, track: Track, ended: float) -> dict[str, Any]:
    """Return what the note of every frame holds: the state afterwards, and where to look again."""
    here = predict(track, seen.timing.middle)
    error = math.sqrt(max(float(np.linalg.eigvalsh(here.covariance[2:4, 2:4])[-1]), 0.0))
    return {
        "middle": seen.timing.middle,
        "ended": ended,
        "tip": list(seen.timing.last),
        "hysteresis": seen.hysteresis,
        "offset": list(here.offset),
        "covariance": list(here.offset_covariance),
        "rate": list(here.rate),
        "rate_error": error,
        "status": track.status.value,
        "kept": _is_kept(seen, track),
        "patches": _patches(seen, here),
    }


def _is_kept(seen: Seen, track: Track) -> bool:
    enough = seen.timing.lines >= KEPT_LINES * seen.stored.frame.shape[0]
    return enough and seen.timing.steady and track.status is Status.TRACKING


def _note(event: Tie | Moved | Missed) -> dict[str, Any]:
    return event.to_note() if isinstance(event, Tie) else to_note(event)


def _patches(seen: Seen, here: Track) -> list[list[float]]:
    """Return where a check frame would tell best: (x, y, standard error) m, in this frame."""
    frame = seen.stored.frame
    if here.status is not Status.TRACKING or seen.timing.lines < frame.shape[0]:
        return []
    sight, settings = replace(seen.sight, rate=here.rate), here.settings
    margin = min(2 * settings.jump_size, 0.25 * min(frame.region.size))
    found = telling(contrast(sight, sight.pixel), seen.pixels, margin)
    return [[x, y, error] for (x, y), error in found]


def _shift(tracker: Tracker, when: Timing) -> tuple[float, bool]:
    """Return the track's time minus the instrument's, s, and whether its clock began anew."""
    if when.begun + tracker.shift >= tracker.clock - PAUSE:
        return tracker.shift, False
    return tracker.clock - when.begun, True


def _shifted(when: Timing, shift: float) -> Timing:
    return replace(
        when, begun=when.begun + shift, ended=when.ended + shift, middle=when.middle + shift
    )


def _moves(tracker: Tracker, when: Timing, anew: bool) -> Iterator[Moved | Missed]:
    """Yield what happened before the first line."""
    if anew:
        yield Missed(when.begun, "the instrument's clock began anew: nobody knows for how long")
    if tracker.tip is not None:
        travel = when.first[0] - tracker.tip[0], when.first[1] - tracker.tip[1]
        yield Moved(when.begun, travel)


def note_pause(session: Session, survey: Survey, least: float = 10.0) -> Survey:
    """Let the survey know that time has passed: `clock` rows of the journal, replayed on resume.

    Parameters
    ----------
    session, survey
        The run, and what it knows, before it decides.
    least
        Shorter pauses than this, s, are not noted: the next frame tells of them.
    """
    if survey.tracker is None:
        return survey
    time = session.microscope.state().time
    if time + survey.tracker.shift - survey.tracker.clock < least:
        return survey
    session.journal.append("clock", {"time": time})
    return survey.passed(time)
