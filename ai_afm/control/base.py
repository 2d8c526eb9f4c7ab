"""What a controller is: a pure function from the survey to the next request."""

from typing import Protocol

from ai_afm.microscope.base import Capabilities, Feedback
from ai_afm.segment.base import Glimpse
from ai_afm.survey.survey import Survey
from ai_afm.types import Proposal, ScanRegion, ScanRequest

ANY_INSTRUMENT = Capabilities("unknown", ScanRegion((0.0, 0.0), (1.0, 1.0)), (), Feedback.UNKNOWN)
"""An instrument of which no more is known than the usual times; it takes frames only."""


class Controller(Protocol):
    """Decides where to look next: no memory, no clock, no chance but the survey's seed."""

    @property
    def name(self) -> str:
        """How the controller is called in configurations and reports."""
        ...

    def propose(self, survey: Survey) -> Proposal | None:
        """Return the next request, with a reason to read, or `None` when all is done."""
        ...

    def enough(self, request: ScanRequest, glimpse: Glimpse) -> str | None:
        """Say why the running scan can be stopped early, or return `None` to go on."""
        ...

    def closing_words(self, survey: Survey) -> str:
        """Say in a sentence why there is nothing more to do once `propose` returns `None`."""
        ...
