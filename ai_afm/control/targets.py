"""The controller that looks first, chooses places, goes closer, and probes in the end."""

from dataclasses import dataclass, field, replace

from ai_afm.config import RunConfig
from ai_afm.control.costs import Costs
from ai_afm.control.ladder import next_zoom
from ai_afm.control.overview import empty_so_far, next_overview, unknown_overview
from ai_afm.control.probing import next_probe, probing_began, why_no_probes
from ai_afm.control.raster import next_tile, next_wish
from ai_afm.control.words import Choice
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.segment.base import Glimpse
from ai_afm.survey.survey import Survey
from ai_afm.types import ProbeRequest, Role, ScanRequest


@dataclass(frozen=True, slots=True)
class TargetsController:
    """Overview -> targets, each with a ladder of closer frames -> probes at walls and matched bulk.

    A person's wishes come first. When perception has failed, or does not know what the
    overview shows, the raster takes over.

    Parameters
    ----------
    config
        Of the run, with all open sizes resolved (`ai_afm.config.resolved`).
    times
        Of the instrument, for the budgets.

    Examples
    --------
    >>> TargetsController(RunConfig()).name
    'targets'
    """

    config: RunConfig
    times: InstrumentTimes = field(default_factory=InstrumentTimes)

    @property
    def name(self) -> str:
        """How the controller is called."""
        return "targets"

    def propose(self, survey: Survey) -> ScanRequest | ProbeRequest | None:
        """Return the next request, or `None` when all is done; `choose` says why."""
        return self.choose(survey).request

    def choose(self, survey: Survey) -> Choice:
        """Return what `propose` does, and in words why, also when it is `None`."""
        costs = Costs(self.times, self.config.probe.budget_min * 60)
        wish = next_wish(self.config, survey, costs)
        if wish is not None:
            return wish
        unknown = survey.fallback or unknown_overview(survey)
        if unknown is not None:
            return self._raster(survey, costs, unknown)
        overview = next_overview(self.config, survey, costs)
        if overview is not None:
            return overview
        imaging = "Imaging is done"
        if not probing_began(survey):
            zoom = next_zoom(self.config, survey, costs)
            if zoom.request is not None:
                return zoom
            imaging = zoom.reason
        probe = next_probe(self.config, survey, costs)
        return probe if probe.request else Choice(None, f"{imaging}. {probe.reason}")

    def _raster(self, survey: Survey, costs: Costs, why: str) -> Choice:
        tile = next_tile(self.config, survey, costs)
        reason = f"{tile.reason}. No choosing, because {why}"
        request = None if tile.request is None else replace(tile.request, reason=reason)
        return Choice(request, reason)

    def why_no_probes(self, survey: Survey) -> str | None:
        """Say why nothing can be probed, `None` when something can (or could)."""
        return why_no_probes(self.config, survey)

    def closing_words(self, survey: Survey) -> str:
        """Say in a sentence why there is nothing more to do."""
        return self.choose(survey).reason

    def enough(self, request: ScanRequest, glimpse: Glimpse) -> str | None:
        """Say that an overview or closer frame has shown nothing in its first half, else `None`."""
        if request.role is Role.OVERVIEW and not self.config.overview.stop_if_empty:
            return None
        if request.role not in (Role.OVERVIEW, Role.ZOOM):
            return None
        return empty_so_far(request, glimpse)
