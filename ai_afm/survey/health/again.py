"""A bad band is scanned once more: which ground that is, and whether a frame is such a repeat."""

import math
from dataclasses import replace

import numpy as np

from ai_afm.geometry import to_sample
from ai_afm.survey.places import offsets
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, Point, Role, ScanRegion, ScanRequest, SlowDirection

OVERLAP = 8
"""Good lines that are scanned again, so that walls join."""
FEWEST = 32
"""Lines of a repeat: fewer tell a network little."""
WHOLE = (Role.REFERENCE, Role.CHECK, Role.BEFORE, Role.AFTER)
"""Frames that are compared with another one: they are repeated from their first line."""
_SAME = 0.02
"""Shares of their size by which two frames may differ and still be the same ground."""


def band_of(request: ScanRequest, bad_from: int) -> tuple[ScanRegion, int]:
    """Return the part of a frame from a line on (in order of arrival), and its number of lines.

    It begins a few lines earlier than that, and has at least 32 lines where the frame has.
    """
    lines = request.shape[0]
    first = min(max(bad_from - OVERLAP, 0), max(lines - FEWEST, 0))
    count = lines - first
    width, height = request.region.size
    # lines that come from the top: what is left lies below
    side = -1.0 if request.slow_direction is SlowDirection.DOWN else 1.0
    v = side * height * first / lines / 2
    x, y = to_sample(request.region, np.array(0.0), np.array(v))
    region = ScanRegion((float(x), float(y)), (width, height * count / lines), request.region.angle)
    return region, count


def bad_from(observation: Observation) -> int | None:
    """Return the line from which a frame was stopped as bad, `None` where it was not."""
    line = (observation.notes or {}).get("bad_from")
    return None if line is None else int(line)


def repeat_of(survey: Survey, index: int) -> ScanRequest | None:
    """Return what to scan once more of a stopped frame, in the coordinates of that time.

    `None` where the observation is no scan that was stopped as bad.
    """
    observation = survey.observations[index]
    request, line = observation.request, bad_from(observation)
    if not isinstance(request, ScanRequest) or line is None:
        return None
    if request.role in WHOLE:
        return request
    region, count = band_of(request, line)
    return replace(request, region=region, shape=(count, request.shape[1]))


def moved_since(survey: Survey, index: int) -> Point:
    """Return by how much the sample has moved under the tip since an observation, m."""
    then = offsets(survey)[index]
    return survey.offset[0] - then[0], survey.offset[1] - then[1]


def again_of(survey: Survey, request: ScanRequest) -> int | None:
    """Return the number of the scan whose bad band a frame repeats, `None` where it repeats none.

    It counts before the frame is scanned: with a new measurement of drift it may not be found.
    """
    repeated = {(o.notes or {}).get("again_of") for o in survey.scans()}
    for index, observation in enumerate(survey.observations):
        band = repeat_of(survey, index)
        if band is None or observation.number in repeated:
            continue
        if same_ground(band, request, moved_since(survey, index)):
            return observation.number
    return None


def same_ground(band: ScanRequest, request: ScanRequest, moved: Point) -> bool:
    """Tell whether a frame is a band that drift has `moved` since (m): role, target and place."""
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
