"""The table `[stop]`: when a frame that shows nothing ends early."""

from typing import Literal

from pydantic import Field

from ai_afm.config.base import Settings


class StopSettings(Settings):
    """When a frame has shown nothing for long enough; its lines so far are kept and used."""

    empty_after: float = Field(0.5, gt=0.05, le=1)
    """Share of a frame's lines without any wall or boundary after which it ends; half as many must
    be settled."""
    doubt: float = Field(0.5, gt=0, lt=1)
    """Probability of any wall or boundary above which pixels may be one: pieces of 12 of them keep
    a frame going. Lower is more careful."""
    roles: tuple[Literal["overview", "zoom", "follow", "wish"], ...] = (
        "overview",
        "zoom",
        "follow",
    )
    """Frames that may end so; the overview only where `overview.stop_if_empty` allows it, too."""
