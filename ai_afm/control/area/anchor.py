"""A small frame that is scanned again between the steps over an area: it tells of the drift.

Passes along walls are too narrow to be compared with anything. So one place that tells where it is
in both directions is framed after the first map, and again after each long step; the tracker
(`ai_afm.survey.tracking`) compares the frames.
"""

import math
from dataclasses import replace

import cv2
import numpy as np

from ai_afm import geometry
from ai_afm.config import RunConfig, TrackingSettings
from ai_afm.control.costs import Costs
from ai_afm.control.frames import touches_forbidden, was_refused, with_imaging
from ai_afm.control.words import Choice
from ai_afm.image.canvas import Grid
from ai_afm.microscope.base import Capabilities
from ai_afm.survey import places
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    AreaMap,
    MapRequest,
    Observation,
    PathRequest,
    Role,
    ScanRegion,
    ScanRequest,
)

NAME = "anchor of the area"
"""Target of such frames."""
LONG = 20.0
"""Seconds of passes over the area after which the drift is looked at again."""
_TURNING = 0.9
"""Share of a line's time in which the tip moves along it, as `ScanRequest.tip_speed` has it."""


def anchored(
    config: RunConfig, survey: Survey, costs: Costs, instrument: Capabilities, choice: Choice
) -> Choice:
    """Return a step over the area, or the anchor frame that is due before it.

    Anchors are for runs with a table `[tracking]`, and for open-loop scanners. Where no place tells
    enough, or may be scanned, the step is taken as it is.
    """
    settings = config.tracking
    if settings is None and not instrument.closed_loop:
        settings = TrackingSettings()
    request = choice.request
    if settings is None or not isinstance(request, PathRequest | ScanRequest):
        return choice
    due = _due(survey)
    if not due:
        return choice
    frame = _frame(config, settings, survey, costs)
    if frame is None or costs.refusal(survey, frame, request) is not None:
        return choice
    return Choice(replace(frame, reason=due), due)


def _due(survey: Survey) -> str:
    """Say why an anchor frame is due, empty where it is not."""
    seconds, mapped = 0.0, False
    for observation in reversed(survey.observations):
        request = observation.request
        if isinstance(request, MapRequest):
            mapped = True
        elif _is_anchor(observation):
            words = f"Anchor frame: {seconds:.0f} s of passes since the last one; how far has the"
            return f"{words} sample drifted?" if seconds >= LONG else ""
        elif getattr(request, "role", None) is Role.AREA:
            seconds += observation.seconds
    return "Anchor frame: a place to come back to, for the drift" if mapped else ""


def _is_anchor(observation: Observation) -> bool:
    """Tell whether an observation is an anchor frame."""
    request = observation.request
    return isinstance(request, ScanRequest) and request.target == NAME


def _frame(
    config: RunConfig, settings: TrackingSettings, survey: Survey, costs: Costs
) -> ScanRequest | None:
    """Return the anchor frame where its place will be by then, `None` where there is none."""
    maps = [o for o in survey.observations if o.area is not None]
    first = maps[0]
    assert isinstance(first.request, MapRequest)
    assert first.area is not None
    grid = Grid(first.request.region, first.request.shape)
    at = _telling(first.area, grid, settings.check_pixels)
    if at is None:
        return None
    pixel = max(grid.pixel_size)
    size = settings.check_pixels * pixel
    speed = min(settings.check_speed, 0.99 * survey.limits.max_tip_speed)
    rate = min(_TURNING * speed / (2 * size), 0.99 * survey.limits.max_line_rate)
    request = ScanRequest(
        ScanRegion(at, (size, size), grid.region.angle),
        (settings.check_pixels, settings.check_pixels),
        rate,
        role=Role.CHECK,
        target=NAME,
    )
    request = with_imaging(config, places.aimed_scan(survey, request, costs.times))
    region = request.region
    if not geometry.contains(survey.limits.region, region) or touches_forbidden(survey, region):
        return None
    return None if was_refused(survey, region, Role.CHECK) else request


def _telling(area: AreaMap, grid: Grid, pixels: int) -> tuple[float, float] | None:
    """Return the middle (m) of the square whose lines run in two directions most clearly.

    The smaller eigenvalue of the structure tensor of the line probability counts: parallel lines
    tell nothing of a drift along them.
    """
    image = cv2.GaussianBlur(area.lines.astype(np.float32), (0, 0), 2.0)
    dx, dy = cv2.Sobel(image, cv2.CV_32F, 1, 0), cv2.Sobel(image, cv2.CV_32F, 0, 1)
    xx, xy, yy = (cv2.boxFilter(p, -1, (pixels, pixels)) for p in (dx * dx, dx * dy, dy * dy))
    least = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    margin = math.ceil(pixels / 2)
    inner = least[margin:-margin, margin:-margin]
    if not inner.size or float(inner.max()) <= 0:
        return None
    row, column = np.unravel_index(int(np.argmax(inner)), inner.shape)
    x, y = geometry.pixel_to_sample(grid.region, grid.shape, row + margin, column + margin)
    return float(x), float(y)
