"""Everything that a controller may ask for: of the instrument, or of what it has read."""

from dataclasses import dataclass
from typing import TypeAlias

from ai_afm.types.requests import PathRequest, Point, ProbeRequest, Role, ScanRegion, ScanRequest
from ai_afm.types.writes import WriteRequest


@dataclass(frozen=True, slots=True)
class MapRequest:
    """Draw what the passes over an area have read onto one map and segment it; nothing moves.

    Parameters
    ----------
    region
        The area.
    shape
        (lines, pixels) of its full raster.
    line_rate
        Of the full raster, Hz.
    purpose
        What the passes since the last map were for: "overview", "lines", "follow", "verify" or
        "raster".
    coarse
        Pixels of the full raster that one of their readings stands for along either axis.
    patches
        First row and column of each patch that was drawn for verification.
    family
        The family of policies that was chosen by then, where a choice was made.
    predicted
        Time to the end over that of the full raster: most likely, and a 90 % interval.
    shifts
        Drift that each request since the last map was moved by, (dx, dy) m at its first sweep and
        at its last one; between them it grows from sweep to sweep alike.
    target, reason
        Name of the map, and a sentence that says why.
    """

    region: ScanRegion
    shape: tuple[int, int]
    line_rate: float
    purpose: str
    coarse: int = 1
    patches: tuple[tuple[int, int], ...] = ()
    family: str | None = None
    predicted: tuple[float, float, float] | None = None
    shifts: tuple[tuple[Point, Point], ...] = ()
    role: Role = Role.MAP
    target: str | None = None
    reason: str = ""


Request: TypeAlias = ScanRequest | PathRequest | ProbeRequest | WriteRequest

Proposal: TypeAlias = Request | MapRequest
"""What a controller may ask for: something of the instrument, or to look at what it has read."""
