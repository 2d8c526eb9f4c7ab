"""The images before and after the probes of a target: the same ground, at the same pixel size."""

import math
from collections.abc import Mapping

import numpy as np

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.frames import inside, touches_forbidden, was_refused, with_imaging
from ai_afm.control.plan_series import Series
from ai_afm.control.remembered import remembered
from ai_afm.control.words import size_text
from ai_afm.survey import places
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, Point, Role, ScanRegion, ScanRequest


def image_of(survey: Survey, role: Role, target: str) -> int | None:
    """Return the index of the image before or after the probes of a target, else `None`."""
    return _images(survey).get((role, target))


@remembered(most=4)
def _images(survey: Survey) -> Mapping[tuple[Role, str | None], int]:
    """Return the index of the first image of each role and target."""
    images: dict[tuple[Role, str | None], int] = {}
    for index, observation in enumerate(survey.observations):
        request = observation.request
        if isinstance(request, ScanRequest):
            images.setdefault((request.role, request.target), index)
    return images


def may_image(survey: Survey, image: ScanRequest) -> bool:
    """Tell whether nobody has refused or forbidden an image."""
    return not was_refused(survey, image.region, image.role) and not touches_forbidden(
        survey, image.region
    )


def image_before(config: RunConfig, survey: Survey, series: Series) -> ScanRequest:
    """Return the image before: as large as set, or as needed to hold all sites."""
    points = np.array([s.position for s in series.sites])
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(config.probe.image_size_nm * 1e-9, 1.25 * float((high - low).max()))
    middle: Point = (float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2)
    at = places.now(survey, middle)
    region = inside(survey.limits.region, at, (size, size), 0.0) or ScanRegion(at, (size, size))
    reason = (
        f"Image of {size_text(size)} before the {len(series.sites)} probes at {series.target}:"
        " the native state, and where drift has carried it"
    )
    return _image(config, region, Role.BEFORE, series.target, reason)


def image_after(config: RunConfig, survey: Survey, target: str, before: int) -> ScanRequest:
    """Return the image after: the same ground as before, wherever drift has carried it.

    Parameters
    ----------
    config, survey
        Of the run.
    target
        Whose probes they are.
    before
        Index of the image before.
    """
    earlier = survey.observations[before]
    region = _same_ground(survey, earlier, places.offsets(survey)[before])
    reason = (
        f"The same {size_text(max(region.size))} after the probes at {target}: what they changed"
    )
    return _image(config, region, Role.AFTER, target, reason)


def _same_ground(survey: Survey, earlier: Observation, drift: Point) -> ScanRegion:
    request = earlier.request
    assert isinstance(request, ScanRequest)
    moved = survey.offset[0] - drift[0], survey.offset[1] - drift[1]
    if math.hypot(*moved) == 0:
        return request.region
    region = geometry.shifted(request.region, moved)
    return inside(survey.limits.region, region.center, region.size, region.angle) or region


def _image(
    config: RunConfig, region: ScanRegion, role: Role, target: str, reason: str
) -> ScanRequest:
    lines, rate = config.probe.image_lines, config.probe.image_line_rate_hz
    grown = max(region.size) / (config.probe.image_size_nm * 1e-9)
    if config.probe.plan != "pairs" and grown > 1:
        # a plan needs a wider image; what a probe has changed must not become smaller in it
        lines, rate = math.ceil(lines * grown), rate / grown
    request = ScanRequest(
        region,
        (lines, lines),
        rate,
        role=role,
        target=target,
        reason=reason,
    )
    return with_imaging(config, request)
