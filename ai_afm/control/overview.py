"""The first look: one sparse frame over the area of the run, and when a frame may end early."""

import numpy as np

from ai_afm.config import RunConfig
from ai_afm.control.costs import Costs
from ai_afm.control.frames import was_refused, with_imaging
from ai_afm.control.words import Choice, region_text, size_text
from ai_afm.segment.base import Glimpse
from ai_afm.survey.skeleton import drop_small
from ai_afm.survey.survey import Survey
from ai_afm.survey.trust import outside
from ai_afm.survey.walls import Extraction, valid_rows
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, MapRequest, Proposal, Role, ScanRequest

LINES = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY)
NOISE = Extraction()

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


def empty_so_far(request: ScanRequest, glimpse: Glimpse) -> str | None:
    """Say that half of a frame has shown nothing, or return `None` while it has or may have.

    A quarter of the frame must be settled, the model must know such data, and no line of noise
    length may be in any scanned row, settled or not.
    """
    lines, seen = request.shape[0], glimpse.segmentation
    if glimpse.lines < lines / 2 or seen.settled < lines / 4 or seen.ood:
        return None
    drawn = [p for c, p in zip(seen.classes, seen.probability, strict=True) if c in LINES]
    if not drawn:
        return None
    probability = np.sum(drawn, axis=0)[valid_rows(seen)]
    # cheap and decisive: whatever is extracted as a line begins as such a piece
    if drop_small(probability > NOISE.threshold, NOISE.min_pixels).any():
        return None
    highest = float(np.nanmax(probability))
    return (
        f"Nothing to see: no wall or boundary in {glimpse.lines} of {lines} lines"
        f" ({seen.settled} of them settled; highest probability of a single pixel {highest:.2f})"
    )
