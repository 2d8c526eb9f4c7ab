"""A bad band is scanned once more: which ground that is, and whether a request is such a repeat."""

import math
from dataclasses import replace

import numpy as np

from ai_afm.geometry import bounding_region, to_sample
from ai_afm.survey.places import offsets
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    Observation,
    PathRequest,
    Point,
    Proposal,
    Role,
    ScanRegion,
    ScanRequest,
    SlowDirection,
    Sweep,
)

OVERLAP = 8
"""Good lines that are scanned again, so that walls join."""
FEWEST = 32
"""Lines of a repeat: fewer tell a network little."""
WHOLE = (Role.REFERENCE, Role.CHECK, Role.BEFORE, Role.AFTER)
"""Frames that are compared with another one: they are repeated from their first line."""
_SAME = 0.02
"""Shares of their size by which two frames may differ and still be the same ground."""

Repeatable = ScanRequest | PathRequest


def band_of(request: ScanRequest, bad_from: int) -> tuple[ScanRegion, int]:
    """Return the part of a frame from a line on (in order of arrival), and its number of lines.

    It begins a few lines earlier than that, and has at least 32 lines where the frame has.
    """
    lines = request.shape[0]
    first = min(max(bad_from - OVERLAP, 0), max(lines - FEWEST, 0))
    return rest_of(request, first), lines - first


def rest_of(request: ScanRequest, first: int) -> ScanRegion:
    """Return the part of a frame from line `first` on, in order of arrival."""
    lines = request.shape[0]
    width, height = request.region.size
    # lines that come from the top: what is left lies below
    side = -1.0 if request.slow_direction is SlowDirection.DOWN else 1.0
    v = side * height * first / lines / 2
    x, y = to_sample(request.region, np.array(0.0), np.array(v))
    size = width, height * (lines - first) / lines
    return ScanRegion((float(x), float(y)), size, request.region.angle)


def bad_from(observation: Observation) -> int | None:
    """Return the line (sweep) from which a record was stopped as bad, `None` where it was not."""
    line = (observation.notes or {}).get("bad_from")
    return None if line is None else int(line)


def repeat_of(survey: Survey, index: int) -> Repeatable | None:
    """Return what to scan once more of a stopped frame or path, in the coordinates of that time.

    Of a path those are the sweeps that are not vouched for. `None` where the observation is none
    that was stopped as bad.
    """
    observation = survey.observations[index]
    request, line = observation.request, bad_from(observation)
    if not isinstance(request, ScanRequest | PathRequest) or line is None:
        return None
    if request.role in WHOLE:
        return request
    if isinstance(request, PathRequest):
        return replace(request, sweeps=request.sweeps[line:])
    region, count = band_of(request, line)
    return replace(request, region=region, shape=(count, request.shape[1]))


def repeated(survey: Survey) -> set[tuple[type, int]]:
    """Return which records were repeated: kind of request and number."""
    return {
        (type(o.request), int(again))
        for o in survey.observations
        if (again := (o.notes or {}).get("again_of")) is not None
    }


def moved_since(survey: Survey, index: int) -> Point:
    """Return by how much the sample has moved under the tip since an observation, m."""
    then = offsets(survey)[index]
    return survey.offset[0] - then[0], survey.offset[1] - then[1]


def again_of(survey: Survey, request: Proposal) -> int | None:
    """Return the number of the scan (path) whose bad part a request repeats, `None` for none.

    It counts before it is scanned: with a new measurement of drift it may not be found.
    """
    done = repeated(survey)
    for index, observation in enumerate(survey.observations):
        band = repeat_of(survey, index)
        if band is None or (type(band), observation.number) in done:
            continue
        if same_ground(band, request, moved_since(survey, index)):
            return observation.number
    return None


def moved_path(path: PathRequest, by: Point) -> PathRequest:
    """Return a path that is shifted by (dx, dy), m."""
    if by == (0.0, 0.0):
        return path

    def shifted(sweep: Sweep) -> Sweep:
        (x0, y0), (x1, y1), (dx, dy) = sweep.start, sweep.end, by
        return replace(sweep, start=(x0 + dx, y0 + dy), end=(x1 + dx, y1 + dy))

    return replace(path, sweeps=tuple(shifted(sweep) for sweep in path.sweeps))


def same_ground(band: Repeatable, request: Proposal, moved: Point) -> bool:
    """Tell whether a request is a band that drift has `moved` since (m): role, target and place."""
    if isinstance(band, PathRequest):
        return isinstance(request, PathRequest) and _same_path(band, request, moved)
    if not isinstance(request, ScanRequest):
        return False
    if (band.role, band.target) != (request.role, request.target):
        return False
    there, here = band.region, request.region
    size = max(here.size)
    center = there.center[0] + moved[0], there.center[1] + moved[1]
    return (
        math.dist(center, here.center) < _SAME * size
        and math.dist(there.size, here.size) < _SAME * size
        and math.isclose(there.angle, here.angle, abs_tol=1e-6)
    )


def _same_path(band: PathRequest, request: PathRequest, moved: Point) -> bool:
    asked = (band.role, band.target, len(band.sweeps))
    if asked != (request.role, request.target, len(request.sweeps)):
        return False
    there, here = (
        np.array([(s.start, s.end) for s in path.sweeps])
        for path in (moved_path(band, moved), request)
    )
    size = max(bounding_region(here.reshape(-1, 2)).size)
    return bool(np.abs(there - here).max() < _SAME * size)
