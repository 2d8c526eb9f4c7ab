"""Policies to compare with: the full raster, and the naive eighth-line refinement."""

from dataclasses import dataclass, replace

from ai_afm import geometry
from ai_afm.control.area.choose import rest_by_raster
from ai_afm.control.area.follow import strips
from ai_afm.control.area.state import Ground, Step
from ai_afm.types import PathRequest, Role, ScanRequest

SPARSE = 8
"""Lines of the full raster from one sparse line to the next."""
WIDE = 8.0
"""Half width of what is refined around sparse lines, px: they tell no better where a wall is."""


@dataclass(frozen=True, slots=True)
class RasterPolicy:
    """Everything, line by line."""

    @property
    def name(self) -> str:
        """How it is called."""
        return "raster"

    def next(self, ground: Ground) -> Step | None:
        """Return the full raster once."""
        if ground.steps:
            return None
        return rest_by_raster(ground, "nothing is chosen")


@dataclass(frozen=True, slots=True)
class SparseRefinePolicy:
    """Each eighth line at full quality, what lies between interpolated, then wide strips."""

    @property
    def name(self) -> str:
        """How it is called."""
        return "sparse-refine"

    def next(self, ground: Ground) -> Step | None:
        """Return the sparse lines, then what is refined round by round."""
        if ground.seen is None:
            return _sparse_lines(ground)
        wide = replace(ground, settings=replace(ground.settings, half_width=WIDE))
        return strips(wide)


def _sparse_lines(ground: Ground) -> Step:
    settings = ground.settings
    grid = settings.grid.coarser(SPARSE)
    reason = f"Every {SPARSE}th line at the tip speed of the full raster"
    lines, pixels = grid.shape
    if not settings.paths:
        request = ScanRequest(grid.region, grid.shape, settings.line_rate, role=Role.OVERVIEW,
                              reason=reason)  # fmt: skip
        return Step("overview", (request,), reason, SPARSE)
    sweeps = tuple(
        geometry.row_sweep(grid.region, grid.shape, row, (0, pixels - 1), settings.speed)
        for row in range(lines)
    )
    path = PathRequest(sweeps, role=Role.OVERVIEW, reason=reason)
    return Step("overview", (path,), reason, SPARSE)
