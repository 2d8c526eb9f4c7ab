"""Requests for frames: sizes and settings from the configuration, placed inside the limits."""

import math
from dataclasses import replace

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.microscope.consent import forbidden_overlap
from ai_afm.survey.survey import Survey, Wish
from ai_afm.types import Point, Role, ScanRegion, ScanRequest

SLACK = 1e-12
"""Frames moved inside the limits stay this far from the edge, m: rounding must not undo it."""

SAME_PLACE = 0.05
"""Frames of equal size whose centres differ by less than this share of it are the same frame."""


def inside(
    outer: ScanRegion, center: Point, size: tuple[float, float], angle: float
) -> ScanRegion | None:
    """Return the frame of this size nearest to `center` that lies in `outer`, else `None`.

    Parameters
    ----------
    outer
        The region that may be used.
    center
        Where the frame's centre should be, m.
    size, angle
        Of the frame, m and rad.
    """
    turn = angle - outer.angle
    c, s = abs(math.cos(turn)), abs(math.sin(turn))
    half = (c * size[0] + s * size[1]) / 2, (s * size[0] + c * size[1]) / 2
    room = [o / 2 - h for o, h in zip(outer.size, half, strict=True)]
    if min(room) < 0:
        return None
    # plain floats: this is asked for every target of a night at each decision
    u, v = _in_region(outer, center)
    free_u, free_v = (max(0.0, r - SLACK) for r in room)
    moved = min(max(u, -free_u), free_u), min(max(v, -free_v), free_v)
    if moved == (u, v):
        return ScanRegion(center, size, angle)
    x, y = geometry.to_sample(outer, *moved)
    return ScanRegion((float(x), float(y)), size, angle)


def _in_region(region: ScanRegion, at: Point) -> Point:
    """Return `geometry.to_region` of one point."""
    dx, dy = at[0] - region.center[0], at[1] - region.center[1]
    c, s = math.cos(region.angle), math.sin(region.angle)
    return c * dx + s * dy, -s * dx + c * dy


def with_imaging(config: RunConfig, request: ScanRequest) -> ScanRequest:
    """Add what all frames of the run share: channels, drive, setpoint."""
    imaging = config.imaging
    return replace(
        request,
        channels=imaging.channels,
        drive=imaging.drive,
        setpoint=imaging.setpoint_v,
    )


def zoom_frame(config: RunConfig, region: ScanRegion, target: str, reason: str) -> ScanRequest:
    """Return the request for a closer frame of a target."""
    settings = config.targets
    request = ScanRequest(
        region,
        (settings.lines, settings.pixels),
        settings.line_rate_hz,
        role=Role.ZOOM,
        target=target,
        reason=reason,
    )
    return with_imaging(config, request)


def wish_frame(config: RunConfig, survey: Survey, wish: Wish) -> ScanRequest:
    """Return the request for a region that a person asked for, at the zooms' number of pixels.

    Lines and pixels keep the pixel square; the longer side has as many as a zoom.
    """
    settings = config.targets
    width, height = wish.region.size
    step = max(width / settings.pixels, height / settings.lines)
    shape = max(16, round(height / step)), max(16, round(width / step))
    request = ScanRequest(
        geometry.shifted(wish.region, survey.offset),
        shape,
        settings.line_rate_hz,
        role=Role.WISH,
        target=wish.name,
        reason=f"A person asked for this region ({wish.name}); wishes come first",
    )
    return with_imaging(config, request)


def same_region(a: ScanRegion, b: ScanRegion) -> bool:
    """Tell whether two frames are the same, up to rounding by the instrument."""
    size = max(*a.size, *b.size)
    return (
        math.dist(a.center, b.center) < SAME_PLACE * size
        and math.dist(a.size, b.size) < SAME_PLACE * size
        and math.isclose(a.angle, b.angle, abs_tol=1e-6)
    )


def was_refused(survey: Survey, region: ScanRegion, *roles: Role) -> bool:
    """Tell whether the guard has refused this frame for one of the roles."""
    return any(
        isinstance(request, ScanRequest)
        and request.role in roles
        and same_region(request.region, region)
        for request, _ in survey.refused
    )


def touches_forbidden(survey: Survey, region: ScanRegion) -> bool:
    """Tell whether a frame reaches into ground that a person has forbidden."""
    return forbidden_overlap(survey.consent, region) > 0
