"""Sizes of grains or domains, corrected for those that the frame cuts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.survey.intervals import Estimate, positive
from ai_afm.survey.modes import spread_of_total
from ai_afm.types import Grain, ScanRegion

Floats = NDArray[np.float64]

FEWEST_WHOLE = 5
"""Whole grains below which a frame tells nothing of the error of their mean."""


@dataclass(frozen=True, slots=True)
class SizeDistribution:
    """Sizes of the cells that lie wholly in a window, as if none were cut.

    Parameters
    ----------
    areas
        (n,) m^2, ascending.
    weights
        (n,) how many cells of the surface each stands for, as shares that add up to 1.
    places
        (n, 2) m, centres of mass in the window's axes.
    room
        (width, height) m of the part of the window in which the cells' centres can lie, on average
        over the surface's cells.

    Notes
    -----
    Large cells are cut more often than small ones. Each whole cell is weighted with the inverse of
    its chance to lie wholly in the window, W H / ((W - w) (H - h)) for a bounding box of w by h
    (R. E. Miles 1974; C. Lantuejoul 1978).
    """

    areas: Floats
    weights: Floats
    places: Floats
    room: tuple[float, float]

    @property
    def diameters(self) -> Floats:
        """Diameters of circles of the same area, (n,) m, ascending."""
        diameters: Floats = np.sqrt(4 * self.areas / np.pi)
        return diameters

    def mean_diameter(self) -> Estimate | None:
        """Return the mean diameter of circles of the same area, m; `None` below 5 whole cells."""
        return self._mean(self.diameters)

    def mean_area(self) -> Estimate | None:
        """Return the mean area, m^2; `None` below 5 whole cells."""
        return self._mean(self.areas)

    def quantile(self, share: float) -> float | None:
        """Return the diameter, m, that a share (0 to 1) of the cells stays below.

        Linear between the cells; `None` without any.
        """
        if not len(self.areas):
            return None
        reached = np.cumsum(self.weights) - self.weights / 2
        return float(np.interp(share, reached, self.diameters))

    def histogram(self, edges: Floats) -> Floats:
        """Return the share of cells with diameters between edges (n + 1,) m, (n,)."""
        counted, _ = np.histogram(self.diameters, edges, weights=self.weights)
        return np.asarray(counted, np.float64)

    def _mean(self, values: Floats) -> Estimate | None:
        if len(values) < FEWEST_WHOLE:
            return None
        mean = float(self.weights @ values)
        deviations = self.weights * (values - mean)
        if np.ptp(values) <= 1e-9 * mean:
            return Estimate(mean, mean, mean)
        u, v = self.places.T
        return positive(mean, spread_of_total(u, v, deviations, self.room) / mean)


def size_distribution(grains: Sequence[Grain], window: ScanRegion) -> SizeDistribution:
    """Return the sizes of the grains (or domains) that the window does not cut.

    Parameters
    ----------
    grains
        Polygons in the sample frame, m.
    window
        What was scanned.
    """
    areas, rooms, places = [], [], []
    for grain in sorted(grains, key=lambda g: g.area):
        if grain.cut_by_frame:
            continue
        outline = np.stack(geometry.to_region(window, *grain.outline.T), axis=1)
        room = np.array(window.size) - np.ptp(outline, axis=0)
        if room.min() > 0:
            areas.append(grain.area)
            rooms.append(room)
            places.append(centroid(outline))
    free = np.array(rooms, float).reshape(-1, 2)
    weights = 1 / free.prod(axis=1)
    weights /= weights.sum() if areas else 1.0
    width, height = (weights @ free).tolist()
    place = np.array(places, float).reshape(-1, 2)
    return SizeDistribution(np.array(areas, float), weights, place, (width, height))


def evenness(sizes: SizeDistribution) -> float:
    """Return the variance of totals over a window, relative to that of the lowest modes in it.

    Parameters
    ----------
    sizes
        Sizes of the cells that fill the window.

    Returns
    -------
    float
        1 where fewer than 5 cells lie wholly in the window.

    Notes
    -----
    Cells that are much alike keep each other's places, so their number in a large window hardly
    varies (it is hyperuniform), while in the waves that fit into the window the ragged edge still
    shows. Simulated tessellations between Poisson-Voronoi (squared coefficient of variation of the
    areas 0.28) and jittered lattices (0.04) have about 0.5 + 2.1 times that, at most 1.1.
    """
    if len(sizes.areas) < FEWEST_WHOLE:
        return 1.0
    mean = float(sizes.weights @ sizes.areas)
    squared_variation = float(sizes.weights @ (sizes.areas / mean - 1) ** 2)
    return min(1.1, 0.5 + 2.1 * squared_variation)


def centroid(outline: Floats) -> Floats:
    """Return the centre of mass, (2,), of a polygon (n, 2)."""
    origin = outline.mean(axis=0)
    here = outline - origin
    after = np.roll(here, -1, axis=0)
    cross = here[:, 0] * after[:, 1] - here[:, 1] * after[:, 0]
    if cross.sum() == 0:
        return np.asarray(origin, float)
    middle: Floats = origin + ((here + after) * cross[:, None]).sum(axis=0) / (3 * cross.sum())
    return middle
