"""A line that leaves the closest frame of a target is followed by neighbouring frames.

Which frame comes next follows from the frames so far: each leaves exits open, and the next frame
is made for the first of them; what it shows opens the next one, until the line ends.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.candidates import Kind
from ai_afm.control.costs import Costs
from ai_afm.control.frames import inside, touches_forbidden, was_refused
from ai_afm.control.ladder import Target
from ai_afm.control.leaving import Exit, alike, exit_along, exits_from, nearest, neighbour
from ai_afm.control.words import Choice, place_text, region_text, size_text
from ai_afm.survey import places
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    Observation,
    Point,
    Role,
    ScanRegion,
    ScanRequest,
    Wall,
)

OVERLAP = 0.1
"""Share of a frame that its neighbour shows as well, across the edge where the line leaves it."""
MOST_SHARED = 0.5
"""A neighbour that the limits push back over more than this share of its frame brings little."""
REACH = 1 / 8
"""Share of a frame from the exit within which the next frame must show the line again."""
ON_LINE = 1 / 4
"""Share of a frame within which the feature of a target lies on the line that is followed."""
AS_FINE = 1.05
"""Pixels up to this factor larger are as fine."""
ONLY_SOME = (Kind.UNCERTAIN, None)
"""Kinds of place that do not say whether a wall or a boundary is meant: the nearest line is."""


@dataclass(frozen=True, slots=True)
class _Open:
    """An exit, in the first frame's coordinates, and the frame (scan, request) that it leaves."""

    exit: Exit
    scan: int
    request: ScanRequest
    region: ScanRegion
    boundary: bool


def next_neighbour(
    config: RunConfig, survey: Survey, costs: Costs, target: Target
) -> Choice | None:
    """Return the next frame that follows the line of a target, `None` where none is to come.

    None comes where `[targets] extend` frames have been made, the line ends inside what was
    scanned, goes on in ground that is scanned as finely already, or into ground that may not be
    scanned, or where the budget does not hold a frame.
    """
    most = config.targets.extend
    if not most:
        return None
    made = _made_for(survey, target.name)
    refused = [r for r, _ in survey.refused if _follows(r, target.name)]
    if len(made) + len(refused) >= most:
        return None
    for open_ in _open_exits(survey, target, made):
        request = _request(survey, costs, open_, target.name)
        if request is None or costs.refusal(survey, request) is not None:
            continue
        what = "boundary" if open_.boundary else "wall"
        reason = (
            f"The {what} of {target.name} leaves frame {open_.scan} at its {open_.exit.edge} edge,"
            f" {size_text(open_.exit.length)} along it so far: neighbouring frame {len(made) + 1}"
            f" of at most {most}, {region_text(request.region.size)} at"
            f" {place_text(request.region.center)}, with the same pixel size"
        )
        return Choice(replace(request, reason=reason), reason)
    return None


def _follows(request: object, name: str) -> bool:
    """Tell whether a request is a neighbouring frame of a target."""
    of_role = isinstance(request, ScanRequest) and request.role is Role.FOLLOW
    return of_role and getattr(request, "target", None) == name


def _made_for(survey: Survey, name: str) -> list[int]:
    """Return the indices of the neighbouring frames of a target, repeated bands left out."""
    return [
        index
        for index, o in enumerate(survey.observations)
        if _follows(o.request, name) and (o.notes or {}).get("again_of") is None
    ]


def _open_exits(survey: Survey, target: Target, made: Sequence[int]) -> list[_Open]:
    """Return where lines leave the frames of a target and no frame was made yet, first to follow.

    The line in hand comes before other lines through the place.
    """
    drifts = places.offsets(survey)
    open_ = _first_exits(target)
    for index in made:
        if not open_:
            break
        frame, drift = survey.observations[index], drifts[index]
        center = _minus(_request_of(frame).region.center, drift)
        away = [math.dist(neighbour(o.region, o.exit, OVERLAP).center, center) for o in open_]
        entered = open_.pop(away.index(min(away)))
        further = _further(frame, drift, entered)
        if further is not None:
            open_.insert(0, further)
    return open_


def _first_exits(target: Target) -> list[_Open]:
    """Return the exits of the lines through a target's place from its closest whole frame."""
    whole = [
        (o, drift)
        for o, drift in zip(target.frames, target.drifts, strict=True)
        if o.finished and o.network is not None and (o.notes or {}).get("again_of") is None
    ]
    if not whole:
        return []
    least = min(max(_request_of(o).region.size) for o in target.frames)
    frame, drift = whole[-1]
    request, network = _request_of(frame), frame.network
    assert network is not None
    if max(request.region.size) > AS_FINE * least:
        return []
    pixel = max(request.pixel_size)
    at = _plus(target.anchor, drift)
    walls = _lines(network.walls, target, at, pixel)
    first = nearest(walls, at, pixel)
    if first is None or first[1] > ON_LINE * max(request.region.size):
        return []
    found = exits_from(network, walls, at, pixel)
    boundary = first[0].code not in DOMAIN_WALL_CODES
    return [_opened(frame, drift, e, boundary) for e in found]


def _lines(walls: Sequence[Wall], target: Target, at: Point, pixel: float) -> list[Wall]:
    """Return the walls, or the boundaries, that the place of a target is about."""
    kind = None if target.candidate is None else target.candidate.kind
    if kind in ONLY_SOME:
        first = nearest(walls, at, pixel)
        return [] if first is None else alike(walls, first[0])
    boundaries = kind is Kind.GRAIN_JUNCTION
    return [w for w in walls if (w.code in DOMAIN_WALL_CODES) != boundaries]


def _further(frame: Observation, drift: Point, entered: _Open) -> _Open | None:
    """Return where a line that has left one frame leaves the next one, `None` where it ends."""
    if not frame.finished or frame.network is None or not frame.network.walls:
        return None
    request, network = _request_of(frame), frame.network
    pixel, reach = max(request.pixel_size), REACH * max(request.region.size)
    entry = replace(entered.exit, point=_plus(entered.exit.point, drift))
    own = [w for w in network.walls if (w.code in DOMAIN_WALL_CODES) != entered.boundary]
    found = exit_along(network, own, entry, reach, pixel)
    if found is None:
        return None
    whole = replace(found, length=entered.exit.length + found.length)
    return _opened(frame, drift, whole, entered.boundary)


def _opened(frame: Observation, drift: Point, exit_: Exit, boundary: bool) -> _Open:
    """Return an exit of a frame in the first frame's coordinates."""
    request = _request_of(frame)
    ((x, y),) = places.first_frame(frame, drift, np.array([exit_.point])).tolist()
    region = geometry.shifted(request.region, (-drift[0], -drift[1]))
    there = replace(exit_, point=(x, y))
    return _Open(there, frame.number, request, region, boundary)


def _request(survey: Survey, costs: Costs, open_: _Open, name: str) -> ScanRequest | None:
    """Return the frame behind an exit where it will be by then, `None` where it may not be made."""
    planned = neighbour(open_.region, open_.exit, OVERLAP)
    asked = replace(open_.request, region=planned, role=Role.FOLLOW, target=name)
    aimed = places.aimed_scan(survey, asked, costs.times).region
    region = inside(survey.limits.region, aimed.center, aimed.size, aimed.angle)
    if region is None or _seen(survey, planned.center, max(asked.pixel_size)):
        return None
    drift = _minus(aimed.center, planned.center)
    shared = geometry.overlap_area(region, geometry.shifted(open_.region, drift))
    x, y = _plus(open_.exit.point, drift)
    if shared > MOST_SHARED * math.prod(region.size) or not geometry.is_inside(region, x, y):
        return None
    if touches_forbidden(survey, region) or was_refused(survey, region, Role.FOLLOW):
        return None
    return replace(asked, region=region)


def _seen(survey: Survey, place: Point, pixel: float) -> bool:
    """Tell whether a place (first frame's coordinates) was scanned with pixels as fine as these."""
    for observation, drift in zip(survey.observations, places.offsets(survey), strict=True):
        request = observation.request
        if not isinstance(request, ScanRequest) or not observation.finished:
            continue
        if max(request.pixel_size) <= AS_FINE * pixel:
            x, y = _plus(place, drift)
            if geometry.is_inside(request.region, x, y):
                return True
    return False


def _request_of(observation: Observation) -> ScanRequest:
    request = observation.request
    assert isinstance(request, ScanRequest)
    return request


def _plus(a: Point, b: Point) -> Point:
    return a[0] + b[0], a[1] + b[1]


def _minus(a: Point, b: Point) -> Point:
    return a[0] - b[0], a[1] - b[1]
