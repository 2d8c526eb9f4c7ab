"""The controller that looks first, chooses places, goes closer, and probes in the end."""

from dataclasses import dataclass, replace

from ai_afm.config import RunConfig
from ai_afm.control.area.controller import next_in_area
from ai_afm.control.base import ANY_INSTRUMENT
from ai_afm.control.costs import Costs
from ai_afm.control.health_checks import last_health, next_health, without_checks
from ai_afm.control.overview import next_overview, unknown_overview
from ai_afm.control.probing import next_probe, probing_began, why_no_probes
from ai_afm.control.raster import next_tile, next_wish
from ai_afm.control.sequence import next_of_sequence
from ai_afm.control.settling import landed_first, next_check, settled_first
from ai_afm.control.stopping import Sight, empty_so_far, sight_of
from ai_afm.control.words import Choice
from ai_afm.control.zoom import next_zoom
from ai_afm.microscope.base import Capabilities
from ai_afm.segment.base import Glimpse
from ai_afm.survey.survey import Survey
from ai_afm.types import Proposal, Role, ScanRequest


@dataclass(frozen=True, slots=True)
class TargetsController:
    """Overview -> targets, each with a ladder of closer frames -> probes at walls and matched bulk.

    A person's wishes come first. When perception has failed, or does not know what the
    overview shows, the raster takes over.

    Parameters
    ----------
    config
        Of the run, with all open sizes resolved (`ai_afm.config.resolved`).
    instrument
        What it can do, and how long that takes.

    Examples
    --------
    >>> TargetsController(RunConfig()).name
    'targets'
    """

    config: RunConfig
    instrument: Capabilities = ANY_INSTRUMENT

    @property
    def name(self) -> str:
        """How the controller is called."""
        return "targets"

    def propose(self, survey: Survey) -> Proposal | None:
        """Return the next request, or `None` when all is done; `choose` says why."""
        return self.choose(survey).request

    def choose(self, survey: Survey) -> Choice:
        """Return what `propose` does, and in words why, also when it is `None`."""
        costs = Costs(self.instrument.times, self.config.probe.budget_min * 60)
        doubt = next_check(self.config, survey, costs)
        if doubt is not None:
            return doubt
        wish = next_wish(self.config, survey, costs)
        if wish is not None:
            return wish
        health = next_health(self.config, survey, costs)
        if health is not None:
            return health
        choice = self._look_or_probe(survey, costs)
        last = last_health(self.config, survey, costs) if choice.request is None else None
        return last or choice

    def _look_or_probe(self, everything: Survey, costs: Costs) -> Choice:
        survey = without_checks(everything)
        step = next_of_sequence(self.config, survey, self.instrument.times)
        if step is not None:
            return step
        unknown = survey.fallback or unknown_overview(survey)
        if unknown is not None:
            return self._raster(survey, costs, unknown)
        if self.config.area is not None:
            look = next_in_area(self.config, survey, costs, self.instrument)
        else:
            look = next_overview(self.config, survey, costs)
        if look is not None:
            return look
        imaging = "Imaging is done"
        if not probing_began(survey):
            zoom = next_zoom(self.config, survey, costs)
            zoom = landed_first(self.config, survey, costs, zoom)
            if zoom.request is not None:
                return zoom
            imaging = zoom.reason
        # the sites of a question keep their distance also from the probes of health checks
        asked = survey if self.config.question is None else everything
        probe = next_probe(self.config, asked, costs)
        probe = settled_first(self.config, survey, costs, probe)
        return probe if probe.request else Choice(None, f"{imaging}. {probe.reason}")

    def _raster(self, survey: Survey, costs: Costs, why: str) -> Choice:
        tile = next_tile(self.config, survey, costs)
        reason = f"{tile.reason}. No choosing, because {why}"
        if not isinstance(tile.request, ScanRequest):
            return Choice(None, reason)
        return Choice(replace(tile.request, reason=reason), reason)

    def why_no_probes(self, survey: Survey) -> str | None:
        """Say why nothing can be probed, `None` when something can (or could)."""
        return why_no_probes(self.config, survey)

    def closing_words(self, survey: Survey) -> str:
        """Say in a sentence why there is nothing more to do."""
        return self.choose(survey).reason

    def enough(self, request: ScanRequest, glimpse: Glimpse) -> str | None:
        """Say that a frame has shown nothing for as long as `[stop]` says, else `None`."""
        if not self._may_end(request):
            return None
        return self.enough_by(request, self.sight(glimpse))

    def sight(self, glimpse: Glimpse) -> Sight:
        """Return the figures by which a frame may end early."""
        return sight_of(glimpse, self.config.stop.doubt)

    def enough_by(self, request: ScanRequest, sight: Sight) -> str | None:
        """Say what `enough` does, from the figures of a glimpse alone."""
        return empty_so_far(request, sight, self.config.stop) if self._may_end(request) else None

    def _may_end(self, request: ScanRequest) -> bool:
        """Tell whether a frame may end early: others were asked for as a whole."""
        if request.role is Role.OVERVIEW and not self.config.overview.stop_if_empty:
            return False
        return request.role in self.config.stop.roles
