"""The surface around the sweeps of a path: a small lattice that many of them share.

A sweep of nine samples needs its neighbourhood (the tip is round, the field is wide), which is far
more than the sweep itself. Sweeps that lie close together therefore share a lattice; only its cells
near a sweep are asked of the sample.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from ai_afm.microscope.simulated.contact import RELIEF
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.surface import Array, Sample
from ai_afm.microscope.simulated.tip import SecondTip, blur, dilate, margin, two_apexes
from ai_afm.types import Point

ALIGNED = 0.02
"""Share of a pixel by which samples may miss the lattice and still count as lying on it."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Points `origin` + i `pitch[0]` along `angle` + j `pitch[1]` across it, m and rad."""

    origin: Point
    angle: float
    pitch: tuple[float, float]

    def coordinates(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return the fractional (i, j) of sample positions (m), same shape."""
        dx, dy = x - self.origin[0], y - self.origin[1]
        c, s = math.cos(self.angle), math.sin(self.angle)
        along, across = self.pitch
        return np.asarray((c * dx + s * dy) / along), np.asarray((c * dy - s * dx) / across)

    def positions(self, i: Array, j: Array) -> tuple[Array, Array]:
        """Return the sample positions (x, y), m, of lattice points; inverse of `coordinates`."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        u, v = self.pitch[0] * i, self.pitch[1] * j
        return self.origin[0] + c * u - s * v, self.origin[1] + s * u + c * v

    def rims(self, settings: ImagingSettings) -> tuple[int, int]:
        """Return how many points (along, across) beside its place the tip feels."""
        # One more for the slope.
        along, across = (max(1, margin(settings.tip, RELIEF, p)) + 1 for p in self.pitch)
        return along, across


FIELDS = ("height", "piezo", "lateral", "potential", "stiffness", "adhesion", "slope")
"""What a patch knows at its points, in the order of its last axis."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What a tip feels on a lattice: `fields` (rows, columns, 7) begin at lattice point `corner`.

    Points that no sweep needs hold no meaning.
    """

    lattice: Lattice
    corner: tuple[int, int]
    fields: Array

    def at(self, x: Array, y: Array) -> dict[str, Array]:
        """Return the fields at sample positions, same shape: linear between lattice points."""
        i, j = self.lattice.coordinates(x, y)
        i, j = i - self.corner[0], j - self.corner[1]
        columns = self.fields.shape[1]
        table = self.fields.reshape(-1, len(FIELDS))
        # 1e-6 of a pixel is rounding: such points lie on the lattice.
        column, row = np.floor(i + 1e-6).astype(np.intp), np.floor(j + 1e-6).astype(np.intp)
        a, b = (i - column)[..., None], (j - row)[..., None]
        first = row * columns + column
        values = table[first]
        if max(float(np.abs(a).max()), float(np.abs(b).max())) > 2e-6:
            low = values * (1 - a) + table[first + 1] * a
            high = table[first + columns] * (1 - a) + table[first + columns + 1] * a
            values = low * (1 - b) + high * b
        parts = np.ascontiguousarray(np.moveaxis(values, -1, 0))
        return dict(zip(FIELDS, parts, strict=True))


def felt_patch(
    sample: Sample, points: tuple[Array, Array], lattice: Lattice, time: float,
    settings: ImagingSettings,
) -> Patch:  # fmt: skip
    """Return what the worn, perhaps double, tip feels around points.

    Parameters
    ----------
    sample
        What lies under the tip; it is not changed here.
    points
        True positions x, y of all samples, any shape, m.
    lattice
        On which the surface is looked at.
    time
        When, s.
    settings
        Tip and cantilever.
    """
    apex, step = settings.tip, lattice.pitch
    corner, needed = _needed(lattice, points, lattice.rims(settings))
    height, piezo, potential, rest = _surface(sample, lattice, (corner, needed), time, None)
    height = dilate(height, apex.worn_radius, step)
    piezo = blur(piezo, apex.electric_radius, step)
    potential = blur(potential, apex.electric_radius, step)
    if apex.second is not None:
        other = _surface(sample, lattice, (corner, needed), time, apex.second)
        second = (
            dilate(other[0], apex.worn_radius, step),
            blur(other[1], apex.electric_radius, step),
        )
        height, piezo = two_apexes((height, piezo), second, apex.second)
    turn = settings.electrics.cantilever_angle - lattice.angle
    across, along = np.gradient(height, step[1], step[0])
    slope = math.cos(turn) * along + math.sin(turn) * across
    lateral, stiffness, adhesion = rest
    fields = np.stack([height, piezo, lateral, potential, stiffness, adhesion, slope], axis=-1)
    return Patch(lattice, corner, fields)


def _needed(
    lattice: Lattice, points: tuple[Array, Array], rims: tuple[int, int]
) -> tuple[tuple[int, int], NDArray[np.bool_]]:
    """Return the lattice point of the corner and which (rows, columns) lie near a point."""
    i, j = lattice.coordinates(points[0].ravel(), points[1].ravel())
    column, row = np.floor(i + 1e-6).astype(np.intp), np.floor(j + 1e-6).astype(np.intp)
    left, low = int(column.min()) - rims[0], int(row.min()) - rims[1]
    shape = (int(row.max()) - low + rims[1] + 2, int(column.max()) - left + rims[0] + 2)
    mask = np.zeros(shape, np.uint8)
    mask[row - low, column - left] = 1
    # The neighbours to the right and above take part in reading between the points.
    for axis, rim in ((1, rims[0]), (0, rims[1])):
        mask = maximum_filter1d(mask, 2 * rim + 2, axis=axis, mode="constant")
    return (left, low), mask.astype(np.bool_)


def _surface(
    sample: Sample, lattice: Lattice, where: tuple[tuple[int, int], NDArray[np.bool_]],
    time: float, second: SecondTip | None,
) -> tuple[Array, Array, Array, tuple[Array, Array, Array]]:  # fmt: skip
    """Return height, response, potential, (lateral, stiffness, adhesion) on the lattice."""
    (left, low), needed = where
    rows, columns = np.nonzero(needed)
    x, y = lattice.positions((columns + left).astype(float), (rows + low).astype(float))
    if second is not None:
        x, y = x + second.offset[0], y + second.offset[1]
    surface = sample.surface(x, y, time)

    def spread(values: Array, empty: float) -> Array:
        grid = np.full(needed.shape, empty)
        grid[rows, columns] = values
        return grid

    # Where nothing was asked the ground is as low as it gets: it touches no tip.
    height = spread(surface.height, float(surface.height.min()))
    piezo = spread(surface.piezo + surface.ionic, 0.0)
    rest = (surface.lateral, surface.stiffness, surface.adhesion)
    lateral, stiffness, adhesion = (spread(v, 0.0) for v in rest)
    return height, piezo, spread(surface.potential, 0.0), (lateral, stiffness, adhesion)
