"""Where the sample is still as it grew: ground that the run has written is no place to probe."""

from ai_afm import geometry
from ai_afm.control.remembered import remembered
from ai_afm.survey import places
from ai_afm.survey.survey import Survey
from ai_afm.types import Consent, ConsentLevel, ConsentZone, Point, ScanRegion, WriteRequest


def native_consent(survey: Survey) -> Consent:
    """Return where bias is allowed on native ground.

    A person's zones, and over them the regions of all writes (as in the first frame, m) as ground
    that may be imaged only: a wall that the run has made is no native one.
    """
    return _without(survey.consent, written(survey))


@remembered(most=4)
def written(survey: Survey) -> tuple[ScanRegion, ...]:
    """Return the regions that the run has written, drift taken out, m."""
    found = []
    for observation, (dx, dy) in zip(survey.observations, places.offsets(survey), strict=True):
        request = observation.request
        if isinstance(request, WriteRequest) and request.strokes:
            found.append(geometry.shifted(request.region, (-dx, -dy)))
    return tuple(found)


def is_native(survey: Survey, at: Point) -> bool:
    """Tell whether a place (m, as it lies now) lies outside all that the run has written."""
    dx, dy = survey.offset
    x, y = at[0] - dx, at[1] - dy
    return not any(bool(geometry.is_inside(region, x, y)) for region in written(survey))


def _without(consent: Consent, regions: tuple[ScanRegion, ...]) -> Consent:
    numbers = tuple((*r.center, *r.size, r.angle) for r in regions)
    return _painted(consent, numbers) if regions else consent


@remembered(most=4)
def _painted(consent: Consent, regions: tuple[tuple[float, ...], ...]) -> Consent:
    # told apart by their numbers: the same writes give the same consent, nothing is planned anew
    zones = (
        ConsentZone(ScanRegion((x, y), (width, height), angle), ConsentLevel.IMAGE, 0.0, 0)
        for x, y, width, height, angle in regions
    )
    return Consent((*consent.zones, *zones))
