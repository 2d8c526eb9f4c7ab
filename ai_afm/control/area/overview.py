"""The first look at an area: fast and dense, so that a network sees a picture and not crossings.

Every k-th line at m times the tip speed gives readings k px apart, each with k / m of the dwell
time of the full raster. At k = m = 4 that costs 3 % of the raster in one direction (6 % in both,
where the instrument scans frames only: those are taken at m = 2 k), and 98 % of 180-degree walls
are within 3 px of where it shows them (`docs/policy.md`).
"""

from ai_afm import geometry
from ai_afm.control.area import plan
from ai_afm.control.area.state import Settings, Step
from ai_afm.types import PathRequest, Role, ScanRequest

SPACINGS = (4, 5, 6, 7, 8)
"""Lines of the full raster from one overview line to the next: the first that is cheap enough."""
BUDGET = 0.04
"""Share of the raster's time that a look may cost: choosing must not end later than 1.05."""


def overview(settings: Settings) -> Step:
    """Return the first look, as dense as its budget and the limit of the tip's speed allow."""
    for spacing in SPACINGS:
        step = _look(settings, spacing)
        if plan.seconds_for(step.requests, settings, None) <= BUDGET * settings.raster_time:
            break
    return step


def _look(settings: Settings, spacing: int) -> Step:
    most = float(spacing) if settings.paths else 2.0 * spacing
    faster = min(most, settings.max_tip_speed / settings.speed)
    grid = settings.grid.coarser(spacing)
    reason = (
        f"Overview: every {_ordinal(spacing)} line at {faster:.2g} times the tip speed of the full"
        " raster, to see where the walls are before time is spent on them"
    )
    if not settings.paths:
        request = ScanRequest(
            grid.region, grid.shape, faster * settings.line_rate, role=Role.OVERVIEW, reason=reason
        )
        return Step("overview", (request,), reason, spacing)
    lines, pixels = grid.shape
    there, back = (0, pixels - 1), (pixels - 1, 0)
    sweeps = tuple(
        geometry.row_sweep(
            grid.region, grid.shape, row, back if row % 2 else there, faster * settings.speed
        )
        for row in range(lines)
    )
    path = PathRequest(sweeps, both_ways=False, role=Role.OVERVIEW, reason=reason)
    return Step("overview", (path,), reason, spacing)


def _ordinal(number: int) -> str:
    return {2: "2nd", 3: "3rd"}.get(number, f"{number}th")
