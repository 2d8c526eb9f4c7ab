"""How well each part of a frame tells where it is: its structure against its noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.tracking.planes import Grid, Sight, planes
from ai_afm.types import Direction, ScanRegion

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """How well each pixel of a frame tells where it is.

    Parameters
    ----------
    region
        The frame's.
    tensor
        (3, lines, pixels): xx, xy, yy of the structure tensor against the noise, 1/m^2, along the
        region's own axes. Its sum over a patch is the inverse covariance of a shift.
    pixel
        Of the grid, m.
    """

    region: ScanRegion
    tensor: Real
    pixel: float


def contrast(sight: Sight, pixel: float) -> Contrast:
    """Return the structure tensor of a frame, in units of its noise, on a grid of `pixel` m.

    The noise is what trace and retrace do not have in common. A corner, or two walls that cross,
    have gradients in two directions; a straight wall has one, and pins nothing along itself (J. Shi
    and C. Tomasi, Good features to track, CVPR 1994, doi:10.1109/CVPR.1994.323794).
    """
    region = sight.frame.region
    shape = max(4, round(region.size[1] / pixel)), max(4, round(region.size[0] / pixel))
    ways = [planes(sight, Grid(region, shape), direction) for direction in Direction]
    tensor = np.zeros((3, *shape))
    for out, back in zip(*ways, strict=True):
        both = [p for p in (out, back) if p is not None]
        if not both:
            continue
        mean = np.mean(np.stack(both), axis=0)
        # one way alone cannot tell its noise: it is then taken for as large as the signal
        noise = 1.0 if len(both) == 1 else float(np.nanmean(np.abs(both[0] - both[1]) ** 2)) / 2
        right, down = (np.asarray(np.gradient(np.nan_to_num(mean), axis=axis)) for axis in (1, 0))
        weight = 1.0 / (max(noise, 1e-3) * pixel**2)
        for i, (a, b) in enumerate(((right, right), (right, -down), (down, down))):
            tensor[i] += weight * (a * np.conj(b)).real
    return Contrast(region, tensor, pixel)
