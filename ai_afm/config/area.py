"""The table of a run's TOML that has the overview's region imaged finely where walls are."""

from typing import Literal

from pydantic import Field

from ai_afm.config.base import Positive, Settings


class AreaSettings(Settings):
    """How the region of `[overview]` is imaged; its lines, pixels and rate there play no part."""

    policy: Literal[
        "targets", "raster", "sparse-refine", "follow", "variable-speed", "uncertainty"
    ] = "targets"
    """What decides which parts are scanned finely."""
    lines: int = Field(512, ge=64, le=4096)
    """Of the full raster."""
    pixels: int = Field(512, ge=64, le=4096)
    line_rate_hz: Positive = 1.0
    """Of the full raster; fine passes have its tip speed."""
