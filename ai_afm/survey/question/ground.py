"""Domains, slope and contact resonance of a frame on a coarse grid: notes of its journal row.

A controller never sees an image. From this it knows which polarity a loop has to begin with, and
which ground is alike. Which of the two polarities is up, no image tells: they are A and B.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.errors import BadInput
from ai_afm.image.channels import pick
from ai_afm.survey.patch import Scale, read_patch, scale_of
from ai_afm.survey.question.view import CLEAR, read_scale
from ai_afm.types import Frame, Point, ScanRegion

Grid = NDArray[np.float64]

CELLS = 36
"""Most rows and columns of the grid."""

AGREED = 0.7
"""Least mean sign of the pixels of a cell that counts as lying in one domain."""

AROUND = 4e-8
"""Half the side of the square over which slope and resonance of a place are averaged, m; at least
the neighbouring cells."""

AT_WALL = 1.5e-8
"""How far from cells with a wall nothing is averaged, m: the response vanishes at a wall, and what
tracks the resonance takes its time to find it again."""

SMOOTH = 1.5
"""Width of the Gaussian over the height before its slope is taken, pixels."""

STEPS = {"slope": 1e-3, "resonance": 10.0}
"""What is read of the ground beside its domains, and the steps (1 and Hz) in which it is stored."""

UNITS = {"slope": "m", "resonance": "Hz"}
"""Channel units without which a value is not known."""

_LETTERS = {1: "A", -1: "B", 0: "."}
_VALUES = {letter: value for value, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True, eq=False)
class GroundMap:
    """What a frame says about its ground.

    Parameters
    ----------
    region
        Of the frame.
    domains
        (rows, columns) int8, row 0 at the top: 1 in domain A, -1 in domain B, 0 near walls; `None`
        where the frame shows one polarity only, or no response.
    scale
        How samples became signed, `None` without domains.
    values
        "slope" (rise over run) and "resonance" (Hz): (rows, columns) float64, NaN where unknown;
        only what the frame tells.
    """

    region: ScanRegion
    domains: NDArray[np.int8] | None
    scale: Scale | None
    values: Mapping[str, Grid]

    def domain_at(self, at: Point) -> int:
        """Return 1 in domain A, -1 in B, 0 near a wall, outside, or where nothing is known."""
        if self.domains is None:
            return 0
        cell = self._cell(self.domains.shape, at)
        return 0 if cell is None else int(self.domains[cell])

    def read(self, name: str, points: NDArray[np.float64]) -> Grid:
        """Return slope or resonance around points (n, 2), m: (n,), NaN where it is not known.

        It is the mean of the cells around that lie clear of walls.
        """
        if name not in self.values:
            return np.full(len(points), math.nan)
        grid = self._averaged(name)
        at = np.array(geometry.sample_to_pixel(self.region, grid.shape, *points.T))
        edge = np.array(grid.shape)[:, None] - 0.5
        inside = ((at >= -0.5) & (at <= edge)).all(axis=0)
        row, column = np.clip(np.floor(at + 0.5).astype(int), 0, np.array(grid.shape)[:, None] - 1)
        return np.where(inside, grid[row, column], math.nan)

    def notes(self) -> dict[str, Any]:
        """Return the map as JSON values; the region is that of the frame's request."""
        stored: dict[str, Any] = {name: _stored(grid, name) for name, grid in self.values.items()}
        if self.domains is not None and self.scale is not None:
            middle, half = self.scale.middle, self.scale.half
            stored["scale"] = [middle.real, middle.imag, half.real, half.imag]
            stored["domains"] = ["".join(_LETTERS[int(v)] for v in row) for row in self.domains]
        return stored

    def _averaged(self, name: str) -> Grid:
        grid = self.values[name]
        known, cell = np.isfinite(grid), self._cell_size(grid.shape)
        if self.domains is not None:
            clear = (self.domains != 0) & ~_beside_the_other(self.domains)
            known &= ndimage.distance_transform_edt(clear, sampling=cell) > AT_WALL
        window = tuple(2 * max(1, round(AROUND / side)) + 1 for side in cell)
        total = ndimage.uniform_filter(np.where(known, grid, 0.0), window, mode="constant")
        share = ndimage.uniform_filter(known.astype(float), window, mode="constant")
        # a running sum leaves rounding where there is nothing
        there = share > 0.5 / math.prod(window)
        return np.where(there, total / np.where(there, share, 1.0), math.nan)

    def _cell_size(self, shape: tuple[int, ...]) -> tuple[float, float]:
        width, height = self.region.size
        return height / shape[0], width / shape[1]

    def _cell(self, shape: tuple[int, ...], at: Point) -> tuple[int, int] | None:
        row, column = geometry.sample_to_pixel(self.region, (shape[0], shape[1]), *at)
        r, c = math.floor(float(row) + 0.5), math.floor(float(column) + 0.5)
        return (r, c) if 0 <= r < shape[0] and 0 <= c < shape[1] else None


def ground_of(frame: Frame, like: Scale | None = None) -> GroundMap:
    """Return what a frame says about its ground.

    Parameters
    ----------
    frame
        Finished or not; what was not scanned is unknown.
    like
        An earlier frame's scale: what was A there is A here.
    """
    try:
        scale = scale_of(frame, like=like)
        domains = None if scale is None else _domains(read_patch(frame, scale).mean)
    except BadInput:  # no amplitude and phase
        scale = domains = None
    images = {"slope": _slope(frame), "resonance": _resonance(frame)}
    values = {name: _cells(image) for name, image in images.items() if image is not None}
    return GroundMap(frame.region, domains, scale if domains is not None else None, values)


def read_ground(notes: Mapping[str, Any], region: ScanRegion) -> GroundMap:
    """Return the map that `GroundMap.notes` wrote, of a frame of `region`."""
    values = {
        name: np.array([[math.nan if v is None else v for v in row] for row in notes[name]]) * step
        for name, step in STEPS.items()
        if name in notes
    }
    if "domains" not in notes:
        return GroundMap(region, None, None, values)
    domains = np.array([[_VALUES[letter] for letter in row] for row in notes["domains"]], np.int8)
    return GroundMap(region, domains, read_scale(notes["scale"]), values)


def slope_of(height: NDArray[np.float32], pixel: tuple[float, float]) -> Grid:
    """Return the slope (rise over run) of a height image, m, smoothed by `SMOOTH` pixels.

    Parameters
    ----------
    height
        (lines, pixels), m.
    pixel
        Size of a pixel along fast and slow axis, m.
    """
    smooth = ndimage.gaussian_filter(height.astype(float), SMOOTH)
    return np.asarray(np.hypot(*np.gradient(smooth, pixel[1], pixel[0])))


def _slope(frame: Frame) -> Grid | None:
    height = pick(frame, "height")
    if height is None or frame.unit("height") != UNITS["slope"]:
        return None
    return slope_of(height, frame.request.pixel_size)


def _resonance(frame: Frame) -> Grid | None:
    frequency = pick(frame, "frequency")
    if frequency is None or frame.unit("frequency") != UNITS["resonance"]:
        return None
    # not smoothed: what a wall does to it stays in the cells that the wall crosses
    return frequency.astype(float)


def _domains(signed: Grid) -> NDArray[np.int8]:
    """Return the polarity of cells that lie in one domain; those that walls cross have none."""
    mean, agreed = _cells(signed), _cells(np.sign(signed))
    clear = (np.abs(mean) >= CLEAR) & (np.abs(agreed) >= AGREED)
    return np.where(clear, np.sign(mean), 0).astype(np.int8)


def _beside_the_other(domains: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Tell which cells share an edge with one of the other polarity: a wall runs between them."""
    beside = np.zeros(domains.shape, bool)
    across, down = domains[:, 1:] * domains[:, :-1] < 0, domains[1:] * domains[:-1] < 0
    beside[:, 1:] |= across
    beside[:, :-1] |= across
    beside[1:] |= down
    beside[:-1] |= down
    return beside


def _cells(image: Grid) -> Grid:
    """Return the mean of an image in each cell of the grid, NaN where a pixel is missing."""
    rows, columns = (np.linspace(0, n, min(n, CELLS) + 1).round().astype(int) for n in image.shape)
    sums = np.add.reduceat(np.add.reduceat(image, rows[:-1], axis=0), columns[:-1], axis=1)
    return np.asarray(sums / np.outer(np.diff(rows), np.diff(columns)))


def _stored(grid: Grid, name: str) -> list[list[int | None]]:
    steps = np.round(grid / STEPS[name])
    return [[int(v) if math.isfinite(v) else None for v in row] for row in steps.tolist()]
