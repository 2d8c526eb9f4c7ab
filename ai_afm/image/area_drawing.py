"""The picture of an area while its passes come in: overview and fine passes on one map."""

from collections.abc import Iterable

from ai_afm.image.canvas import Canvas, Covered, Grid, filled
from ai_afm.types import FloatImage, PathRequest, ScanLine, ScanRequest

_SAME_SPEED = 1.01
"""Passes up to this factor faster than the full raster are as good as its lines."""


class AreaDrawing:
    """Draws passes; `picture` is what a network should look at.

    Parameters
    ----------
    grid
        The pixels of the full raster.
    speed
        Tip speed of the full raster, m/s.
    """

    def __init__(self, grid: Grid, speed: float) -> None:
        self.grid = grid
        self._speed = speed
        self._fine = Canvas(grid)
        self._coarse: Canvas | None = None

    @property
    def covered(self) -> Covered:
        """(lines, pixels) bool: scanned as slowly as by the full raster."""
        return self._fine.covered.copy()

    def add(
        self, request: PathRequest | ScanRequest, lines: Iterable[ScanLine], coarse: int
    ) -> None:
        """Draw the passes of a request.

        Parameters
        ----------
        request
            What caused them; its coordinates are those of the grid.
        lines
            The passes.
        coarse
            Pixels of the grid that one reading stands for along either axis; all that are coarse
            are drawn on one map.

        Raises
        ------
        BadInput
            When a pass does not lie on pixels of the grid.
        """
        if coarse == 1:
            passes = list(lines)
            slow = [self._is_fine(request, line) for line in passes]
            self._fine.add((x for x, fine in zip(passes, slow, strict=True) if not fine), False)
            self._fine.add(x for x, fine in zip(passes, slow, strict=True) if fine)
            return
        if self._coarse is None:
            self._coarse = Canvas(self.grid.coarser(coarse))
        self._coarse.add(lines)

    def _is_fine(self, request: PathRequest | ScanRequest, line: ScanLine) -> bool:
        if isinstance(request, ScanRequest):
            return True
        return request.sweeps[line.index].speed <= _SAME_SPEED * self._speed

    def picture(self, *, coarse: bool) -> tuple[dict[str, FloatImage], Grid]:
        """Return channels, (lines, pixels) float32 each, and their grid.

        With `coarse`, the coarse passes alone on their own pixels. Else the fine ones, with the
        coarse ones enlarged where the tip was not; NaN where it was not and there are none.
        """
        if coarse and self._coarse is not None:
            return self._coarse.data, self._coarse.grid
        if self._coarse is None:
            return self._fine.data, self.grid
        return filled(self._fine, self._coarse), self.grid
