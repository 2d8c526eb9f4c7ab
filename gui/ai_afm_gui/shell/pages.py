"""The pages of the window: their names, where their classes are, in which order they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ai_afm_gui.context import Context
    from ai_afm_gui.page import Page


@dataclass(frozen=True, slots=True)
class PlaceOfPage:
    """Where a page is found.

    Parameters
    ----------
    name
        Of the page; the icon has the same name.
    module, attribute
        Its class.
    """

    name: str
    module: str
    attribute: str

    @property
    def exists(self) -> bool:
        """Whether its module is installed; it is not imported to find out."""
        return find_spec(self.module) is not None

    def open(self, context: "Context") -> "Page":
        """Import the class and make the page."""
        kind = getattr(import_module(self.module), self.attribute)
        page: Page = kind(context)
        return page


PAGES = (
    PlaceOfPage("live", "ai_afm_gui.live.page", "LivePage"),
    PlaceOfPage("review", "ai_afm_gui.review.page", "ReviewPage"),
    PlaceOfPage("teach", "ai_afm_gui.teach.page", "TeachPage"),
    PlaceOfPage("nights", "ai_afm_gui.nights.page", "NightsPage"),
)
"""All pages, from top to bottom."""


def installed_pages(places: Sequence[PlaceOfPage] = PAGES) -> tuple[PlaceOfPage, ...]:
    """Return those whose modules are there."""
    return tuple(place for place in places if place.exists)
