"""How well drawn walls agree with true ones: shares of length within a tolerance."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm import geometry
from ai_afm.survey import polyline
from ai_afm.types import ScanRegion, Wall

Points = NDArray[np.float64]


def recall_precision(
    drawn: Sequence[Wall], true: Sequence[Wall], region: ScanRegion, tolerance: float
) -> tuple[float | None, float | None]:
    """Return the shares of true and of drawn wall length that have a counterpart.

    Parameters
    ----------
    drawn, true
        Walls in one frame of coordinates; choose the classes before.
    region
        Only length inside it counts; a counterpart may lie outside.
    tolerance
        Largest distance to the counterpart, m.

    Returns
    -------
    recall, precision
        Share of the true (drawn) length within `tolerance` of a drawn (true) wall; `None` where
        there is no true (drawn) length inside the region.
    """
    step = tolerance / 8
    return (
        _covered(sample_walls(true, step), sample_walls(drawn, step), region, tolerance),
        _covered(sample_walls(drawn, step), sample_walls(true, step), region, tolerance),
    )


def sample_walls(walls: Sequence[Wall], step: float) -> tuple[Points, Points]:
    """Return middles (n, 2) and lengths (n,), m, of the walls cut into pieces of at most `step`."""
    middles, lengths = [np.zeros((0, 2))], [np.zeros(0)]
    for wall in walls:
        points = polyline.resample(wall.points, step, wall.closed)
        middles.append((points[1:] + points[:-1]) / 2)
        lengths.append(np.hypot(*np.diff(points, axis=0).T))
    return np.concatenate(middles), np.concatenate(lengths)


def _covered(
    of: tuple[Points, Points], by: tuple[Points, Points], region: ScanRegion, tolerance: float
) -> float | None:
    inside = geometry.is_inside(region, *of[0].T)
    points, lengths = of[0][inside], of[1][inside]
    if not lengths.sum() > 0:
        return None
    if not len(by[0]):
        return 0.0
    distance, _ = KDTree(by[0]).query(points, distance_upper_bound=tolerance)
    return float(lengths[np.isfinite(distance)].sum() / lengths.sum())
