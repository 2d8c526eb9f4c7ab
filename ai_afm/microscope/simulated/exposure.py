"""The dose map: how long, at how much bias, every place of a sample was under the tip."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.surface import Array

TILE = 64
"""Cells along the side of a tile."""

Tiles: TypeAlias = dict[tuple[int, int], NDArray[np.float64]]


class DoseMap:
    """A sparse map of accumulated dose on square cells; only tiles that were touched take memory.

    Layers: 0 contact time in a cell (s), 1 integral of (|bias| + AC amplitude) over time (V s), 2
    trapped charge as surface potential (V) at the time that `charged` holds for the tile; it decays
    with `charge_life` (s).
    """

    def __init__(self, charge_life: float, cell: float = 20e-9) -> None:
        self.charge_life = charge_life
        self.cell = cell
        self.tiles: Tiles = {}
        self.charged: dict[tuple[int, int], float] = {}

    def add(self, x: Array, y: Array, seconds: float, volts: float) -> None:
        """Count points (any shape, m), each with `seconds` of contact at `volts`."""
        ix, iy = self._cells(x), self._cells(y)
        x0, y0 = int(ix.min()), int(iy.min())
        width, height = int(ix.max()) - x0 + 1, int(iy.max()) - y0 + 1
        flat = (iy - y0) * width + (ix - x0)
        counts = np.bincount(flat, minlength=width * height).reshape(height, width)
        for tile, part, window in self._windows(x0, y0, width, height):
            some = counts[part]
            if some.any():
                layers = self.tiles.setdefault(tile, np.zeros((3, TILE, TILE)))
                layers[0][window] += some * seconds
                layers[1][window] += some * (seconds * volts)

    def charge(self, x: Array, y: Array, goal: tuple[float, float], time: float) -> None:
        """Trap charge in the cells below points.

        Parameters
        ----------
        x, y
            Points, m.
        goal
            (potential in V, duration of one point over the time constant of injection).
        time
            Now, s.
        """
        cells = np.stack([self._cells(x), self._cells(y)])
        (ix, iy), counts = np.unique(cells, axis=1, return_counts=True)
        share = 1 - np.exp(-counts * goal[1])
        tx, ty = ix // TILE, iy // TILE
        for tile in sorted(set(zip(tx.tolist(), ty.tolist(), strict=True))):
            layers = self.tiles.setdefault(tile, np.zeros((3, TILE, TILE)))
            layers[2] *= self._left(tile, time)
            self.charged[tile] = time
            here = (tx == tile[0]) & (ty == tile[1])
            window = (iy[here] % TILE, ix[here] % TILE)
            layers[2][window] += share[here] * (goal[0] - layers[2][window])

    def potential(self, x: Array, y: Array, time: float) -> Array:
        """Return the surface potential (V) of what is still trapped at `time`, at points."""
        left = {tile: self._left(tile, time) for tile in self.charged}
        return self._read(x, y, 2, left)

    def _left(self, tile: tuple[int, int], time: float) -> float:
        age = max(time - self.charged.get(tile, time), 0.0)
        return math.exp(-age / self.charge_life)

    def read(self, x: Array, y: Array, layer: int) -> Array:
        """Return layer 0 or 1 at points (any shape), linear between the centres of the cells."""
        return self._read(x, y, layer, dict.fromkeys(self.tiles, 1.0))

    def _read(self, x: Array, y: Array, layer: int, factors: dict[tuple[int, int], float]) -> Array:
        u, v = np.asarray(x) / self.cell - 0.5, np.asarray(y) / self.cell - 0.5
        iu, iv = np.floor(u).astype(np.int64), np.floor(v).astype(np.int64)
        fu, fv = u - iu, v - iv

        def get(ix: NDArray[np.int64], iy: NDArray[np.int64]) -> Array:
            return self._gather((ix, iy), layer, factors)

        low = get(iu, iv) * (1 - fu) + get(iu + 1, iv) * fu
        high = get(iu, iv + 1) * (1 - fu) + get(iu + 1, iv + 1) * fu
        return np.asarray(low * (1 - fv) + high * fv)

    def total(self, layer: int) -> float:
        """Return the sum of a layer over all cells."""
        return math.fsum(float(t[layer].sum()) for t in self.tiles.values())

    def _cells(self, position: Array) -> NDArray[np.int64]:
        return np.floor(np.asarray(position) / self.cell).astype(np.int64).ravel()

    def _gather(
        self,
        cells: tuple[NDArray[np.int64], NDArray[np.int64]],
        layer: int,
        factors: dict[tuple[int, int], float],
    ) -> Array:
        ix, iy = cells
        result = np.zeros(ix.shape)
        tx, ty = ix // TILE, iy // TILE
        left, right, low, high = tx.min(), tx.max(), ty.min(), ty.max()
        for (i, j), factor in factors.items():
            if left <= i <= right and low <= j <= high:
                here = (tx == i) & (ty == j)
                cell = self.tiles[i, j][layer][iy[here] % TILE, ix[here] % TILE]
                result[here] = factor * cell
        return result

    @staticmethod
    def _windows(
        x0: int, y0: int, width: int, height: int
    ) -> list[tuple[tuple[int, int], tuple[slice, slice], tuple[slice, slice]]]:
        """Cut a block of cells into (tile, slice of the block, slice of the tile)."""
        windows = []
        for tx in range(x0 // TILE, (x0 + width - 1) // TILE + 1):
            left, right = max(x0, tx * TILE), min(x0 + width, (tx + 1) * TILE)
            for ty in range(y0 // TILE, (y0 + height - 1) // TILE + 1):
                low, high = max(y0, ty * TILE), min(y0 + height, (ty + 1) * TILE)
                part = (slice(low - y0, high - y0), slice(left - x0, right - x0))
                window = (
                    slice(low - ty * TILE, high - ty * TILE),
                    slice(left - tx * TILE, right - tx * TILE),
                )
                windows.append(((tx, ty), part, window))
        return windows
