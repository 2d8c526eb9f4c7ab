"""The first look: one sparse frame over the area of the run."""

from ai_afm.config import RunConfig
from ai_afm.control.costs import Costs
from ai_afm.control.frames import was_refused, with_imaging
from ai_afm.control.words import Choice, region_text, size_text
from ai_afm.survey.survey import Survey
from ai_afm.survey.trust import outside
from ai_afm.types import MapRequest, Proposal, Role, ScanRequest

ATTEMPTS = 2
"""An overview that breaks off without showing anything is tried once more."""


def overview_frame(config: RunConfig) -> ScanRequest:
    """Return the request for the overview."""
    settings = config.overview
    region = settings.region
    step = region.size[0] / settings.pixels
    request = ScanRequest(
        region,
        (settings.lines, settings.pixels),
        settings.line_rate_hz,
        role=Role.OVERVIEW,
        reason=(
            f"Overview of {region_text(region.size)} with {settings.lines} lines, {size_text(step)}"
            " per pixel: a coarse look at everything first, to find the places worth a closer one"
        ),
    )
    return with_imaging(config, request)


def next_overview(config: RunConfig, survey: Survey, costs: Costs) -> Choice | None:
    """Return the overview as the next choice, or `None` when it has been done."""
    tries = list(survey.scans(Role.OVERVIEW))
    if any(o.network is not None for o in tries):
        return None
    if len(tries) >= ATTEMPTS:
        return Choice(None, f"{len(tries)} overviews brought no segmentation: nothing to go by")
    request = overview_frame(config)
    if was_refused(survey, request.region, Role.OVERVIEW):
        return Choice(None, "The guard refused the overview; change its region or the limits")
    refusal = costs.refusal(survey, request)
    if refusal is not None:
        return Choice(None, f"No overview: {refusal}")
    return Choice(request, request.reason)


def unknown_overview(survey: Survey) -> str | None:
    """Say that the model does not know what the overview shows; `None` where it does.

    There is nothing to choose by then: the raster looks at everything instead.
    """
    looks = (o for o in survey.observations if _is_first_look(o.request))
    return next((words for o in looks if (words := outside(o))), None)


def _is_first_look(request: Proposal) -> bool:
    """Tell whether a request is an overview, or the map of one."""
    if isinstance(request, MapRequest):
        return request.purpose == "overview"
    return isinstance(request, ScanRequest) and request.role is Role.OVERVIEW
