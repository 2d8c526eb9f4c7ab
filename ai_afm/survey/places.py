"""Coordinates in time: where a feature seen in one frame lies now, after drift."""

from ai_afm.survey.survey import Survey
from ai_afm.types import Point


def offsets(survey: Survey) -> tuple[Point, ...]:
    """Return, for each observation, the drift (dx, dy), m, that its coordinates contain.

    A feature seen at p in observation i lies at p - offsets[i] in the coordinates of the first
    frame, and at p - offsets[i] + survey.offset now. An observation whose drift was not measured
    has that of the one before.
    """
    found: list[Point] = []
    last: Point = (0.0, 0.0)
    for observation in survey.observations:
        last = observation.offset if observation.offset is not None else last
        found.append(last)
    return tuple(found)


def now(survey: Survey, point: Point) -> Point:
    """Return where a point of the first frame's coordinates lies now, m."""
    return point[0] + survey.offset[0], point[1] + survey.offset[1]
