"""Coordinates in time: where a feature seen in one frame lies now, after drift."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.image.instrument_time import InstrumentTimes, move_seconds, request_seconds
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.state import Track, moved, predict
from ai_afm.survey.tracking.tracker import Tracker, note_of
from ai_afm.types import Observation, Point, ProbeRequest, ScanRequest, SlowDirection

Points = NDArray[np.float64]


def offsets(survey: Survey) -> tuple[Point, ...]:
    """Return, for each observation, the drift (dx, dy), m, that its coordinates contain.

    A feature seen at p in observation i lies at p - offsets[i] in the coordinates of the first
    frame, and at p - offsets[i] + survey.offset now. An observation whose drift is not known has
    that of the one before.
    """
    return survey.known_drifts()


def now(survey: Survey, point: Point, ahead: float = 0.0) -> Point:
    """Return where a point of the first frame's coordinates lies, m.

    Parameters
    ----------
    survey
        At the end of its last observation.
    point
        (x, y), m.
    ahead
        So many seconds later: the drift's rate is fed forward.
    """
    dx, dy = survey.offset
    if survey.tracker is not None and ahead > 0:
        dx, dy = predict(survey.tracker.track, survey.tracker.clock + ahead).offset
    return point[0] + dx, point[1] + dy


def offset_at(survey: Survey, request: ScanRequest | ProbeRequest, times: InstrumentTimes) -> Point:
    """Return the offset (dx, dy), m, that is expected in the middle of a request done next.

    The drift goes on meanwhile, and an open-loop scanner creeps after the move there.

    Parameters
    ----------
    survey
        At the end of its last observation.
    request
        Where it would really be done.
    times
        Of the instrument.
    """
    if survey.tracker is None:
        return survey.offset
    track, middle = _arrived(survey.tracker, request, times)
    return predict(track, middle).offset


def aimed_scan(survey: Survey, request: ScanRequest, times: InstrumentTimes) -> ScanRequest:
    """Return a frame, given in the first frame's coordinates, where its place will be by then."""
    center, there = request.region.center, request
    for _ in range(3):  # the move depends on where the frame lies, a little
        dx, dy = offset_at(survey, there, times)
        at = center[0] + dx, center[1] + dy
        there = replace(request, region=replace(request.region, center=at))
    return there


def aimed_probe(survey: Survey, request: ProbeRequest, times: InstrumentTimes) -> ProbeRequest:
    """Return a probe, given at where its site is now, where the site will be by then."""
    x, y = request.position
    there = request
    for _ in range(2):
        dx, dy = offset_at(survey, there, times)
        there = replace(request, position=(x - survey.offset[0] + dx, y - survey.offset[1] + dy))
    return there


def first_frame(observation: Observation, drift: Point, points: Points) -> Points:
    """Return where points that a frame shows lie in the coordinates of the first frame.

    Parameters
    ----------
    observation
        The frame. What its note of the tracker says of the drift while it was scanned and of the
        scanner's hysteresis is taken out as well.
    drift
        That its coordinates contain in its middle, m (one of `offsets`).
    points
        (n, 2), m, as its traces show them.
    """
    points = np.asarray(points, float).reshape(-1, 2)
    note, request = note_of(observation), observation.request
    if note is None or not isinstance(request, ScanRequest):
        return np.asarray(points - drift)
    region = request.region
    u, v = geometry.to_region(region, *points.T)
    # the tip was ahead of its believed place when the trace saw the point
    width = region.size[0]
    u = u + float(note["hysteresis"]) * width * np.maximum(1 - (2 * u / width) ** 2, 0.0)
    sense = 1.0 if request.slow_direction is SlowDirection.DOWN else -1.0
    late = -sense * v / request.pixel_size[1] / request.line_rate
    x, y = geometry.to_sample(region, u, v)
    moved_on = late[:, None] * np.asarray(note["rate"], float)
    return np.asarray(np.stack([x, y], axis=1) - moved_on - drift)


def _arrived(
    tracker: Tracker, request: ScanRequest | ProbeRequest, times: InstrumentTimes
) -> tuple[Track, float]:
    """Return the track after the move to a request, and the time of the request's middle, s."""
    track, begun = tracker.now, tracker.clock
    first = geometry.first_point(request)
    if tracker.tip is not None:
        travel = first[0] - tracker.tip[0], first[1] - tracker.tip[1]
        begun += move_seconds(math.hypot(*travel), times)
        track = moved(track, travel, begun)
    return track, begun + 0.5 * request_seconds(request, None, times)
