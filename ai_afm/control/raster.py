"""The plain plan: everything at the zooms' resolution, line by line. Baseline and fallback."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.base import ANY_INSTRUMENT
from ai_afm.control.costs import Costs
from ai_afm.control.frames import was_refused, wish_frame, with_imaging
from ai_afm.control.health_checks import next_health, without_checks
from ai_afm.control.stopping import Sight, sight_of
from ai_afm.control.words import Choice, region_text, size_text
from ai_afm.image.instrument_time import raster_line_rate, raster_shape
from ai_afm.microscope.base import Capabilities
from ai_afm.segment.base import Glimpse
from ai_afm.survey.survey import Survey
from ai_afm.types import Proposal, Role, ScanRegion, ScanRequest

MOST_LINES = 1024
"""Lines and pixels of one frame; larger areas are tiled."""


def zoom_pixel_size(config: RunConfig) -> float:
    """Return the pixel size of the area, else of the closest frames, else of the overview, m."""
    if config.area is not None:
        return config.overview.region.size[0] / config.area.pixels
    if not config.targets.ladder:
        return config.overview.region.size[0] / config.overview.pixels
    return min(config.targets.ladder) / config.targets.pixels


def zoom_tip_line_rate(config: RunConfig, region: ScanRegion) -> float:
    """Return the line rate (Hz) across `region` that has the tip speed of such frames."""
    if config.area is not None:
        width = config.overview.region.size[0]
        return raster_line_rate(region, width, config.area.line_rate_hz)
    if not config.targets.ladder:
        return raster_line_rate(
            region, config.overview.region.size[0], config.overview.line_rate_hz
        )
    size = min(config.targets.ladder)
    return raster_line_rate(region, size, config.targets.line_rate_hz)


def tiles(config: RunConfig) -> Iterator[tuple[str, ScanRequest]]:
    """Yield name and request of each tile, row by row from the top, every second row backwards."""
    area = config.overview.region
    lines, pixels = raster_shape(area, zoom_pixel_size(config))
    rows, columns = math.ceil(lines / MOST_LINES), math.ceil(pixels / MOST_LINES)
    size = area.size[0] / columns, area.size[1] / rows
    shape = math.ceil(lines / rows), math.ceil(pixels / columns)
    number = 0
    for row in range(rows):
        for column in range(columns) if row % 2 == 0 else reversed(range(columns)):
            number += 1
            u = ((column + 0.5) / columns - 0.5) * area.size[0]
            v = (0.5 - (row + 0.5) / rows) * area.size[1]
            x, y = geometry.to_sample(area, u, v)
            region = ScanRegion((float(x), float(y)), size, area.angle)
            yield f"R{number}", _tile(config, region, shape, f"R{number}", rows * columns)


def _tile(
    config: RunConfig, region: ScanRegion, shape: tuple[int, int], name: str, count: int
) -> ScanRequest:
    step = size_text(region.size[0] / shape[1])
    reason = (
        f"Raster frame {name[1:]} of {count}: {region_text(region.size)} at {step} per pixel,"
        " the resolution and tip speed of the closer frames, without choosing"
    )
    rate = zoom_tip_line_rate(config, region)
    request = ScanRequest(region, shape, rate, role=Role.RASTER, target=name, reason=reason)
    return with_imaging(config, request)


@dataclass(frozen=True, slots=True)
class RasterController:
    """Covers the overview's region at the zooms' resolution and tip speed, then ends.

    Parameters
    ----------
    config
        Of the run, with all open sizes resolved (`ai_afm.config.resolved`).
    instrument
        What it can do, and how long that takes.
    """

    config: RunConfig
    instrument: Capabilities = ANY_INSTRUMENT

    @property
    def name(self) -> str:
        """How the controller is called."""
        return "raster"

    def propose(self, survey: Survey) -> Proposal | None:
        """Return the next tile (a person's wish before), or `None` when all is covered."""
        return self.choose(survey).request

    def choose(self, survey: Survey) -> Choice:
        """Return what `propose` does, and in words why, also when it is `None`."""
        costs = Costs(self.instrument.times, self.config.probe.budget_min * 60)
        wish = next_wish(self.config, survey, costs)
        if wish is not None:
            return wish
        health = next_health(self.config, survey, costs)
        return health or next_tile(self.config, without_checks(survey), costs)

    def closing_words(self, survey: Survey) -> str:
        """Say in a sentence why there is nothing more to do."""
        return self.choose(survey).reason

    def enough(self, request: ScanRequest, glimpse: Glimpse) -> str | None:
        """Never: a raster looks at everything."""
        return None

    def sight(self, glimpse: Glimpse) -> Sight:
        """Return the figures by which another controller might end a frame early."""
        return sight_of(glimpse, self.config.stop.doubt)

    def enough_by(self, request: ScanRequest, sight: Sight) -> str | None:
        """Never, as `enough`."""
        return None


def next_tile(config: RunConfig, survey: Survey, costs: Costs) -> Choice:
    """Return the next tile that is neither done nor refused, and fits into the budget."""
    done = {
        o.request.target for o in survey.scans(Role.RASTER) if isinstance(o.request, ScanRequest)
    }
    missing = []
    for name, request in tiles(config):
        if name in done:
            continue
        if was_refused(survey, request.region, Role.RASTER):
            missing.append(f"{name} was refused")
            continue
        refusal = costs.refusal(survey, request)
        if refusal is None:
            return Choice(request, request.reason)
        missing.append(f"{name}: {refusal}")
    return Choice(
        None, "The raster is finished" + (f", except {'; '.join(missing)}" * bool(missing))
    )


def next_wish(config: RunConfig, survey: Survey, costs: Costs) -> Choice | None:
    """Return the first wish that was neither met nor refused and fits into the budget."""
    done = {o.request.target for o in survey.scans(Role.WISH) if isinstance(o.request, ScanRequest)}
    for wish in survey.wishes:
        request = wish_frame(config, survey, wish)
        if wish.name in done or was_refused(survey, request.region, Role.WISH):
            continue
        if costs.refusal(survey, request) is None:
            return Choice(request, request.reason)
    return None
