"""How likely each shift of a frame against a reference is, from what both show.

A frame is taken to be the reference at another place times an unknown (complex) gain, plus an
offset and noise of unknown size. The likelihood of a shift is then (1 - rho^2)^(n/2) with the
normalised correlation rho there and n independent samples. That is the ordinary likelihood ratio
of a linear regression; planes multiply.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import to_sample
from ai_afm.survey.tracking.correlation import masked_correlation
from ai_afm.survey.tracking.planes import Grid, Plane, Sight, planes
from ai_afm.types import Direction, Point, ScanRegion

Real = NDArray[np.float64]

OVERLAP = 0.5
"""Least share of the frame that a shift must leave in common with the reference."""
MOST_POINTS = 512
"""Along a side of the grid of the reference."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """The logarithm of the likelihood on a grid of shifts.

    Parameters
    ----------
    log
        (n, m) log likelihood against "nothing in common"; -inf where it cannot be told.
    correlation
        (n, m) root mean square of the planes' correlations, weighted by what each one tells.
    misfit
        (n, m) log likelihood made linear about its highest value: quadratic in the shift there.
    dx, dy
        (n, m) shifts: where a feature is in the frame minus where it was in the reference, m.
    axes
        Steps along a row and down a column of the grid, (2, 2) m: each row one (dx, dy).
    """

    log: Real
    correlation: Real
    misfit: Real
    dx: Real
    dy: Real
    axes: Real


def likeness(
    reference: Sight, frame: Sight, around: Point, reach: float, direction: Direction
) -> Likeness | None:
    """Compare a frame with a reference at all shifts up to `reach` (m) from `around`.

    Returns
    -------
    Likeness or None
        `None` where nothing can be compared: no overlap, no channel in common, nothing to see.
    """
    grids, border, step = _grids(reference, frame, around, reach)
    pairs = zip(
        planes(frame, grids[0], direction), planes(reference, grids[1], direction), strict=True
    )
    surfaces = []
    for template, scene in pairs:
        if template is None or scene is None:
            continue
        rho = masked_correlation(template, scene, OVERLAP)
        if np.isfinite(rho).any():
            surfaces.append((np.clip(np.nan_to_num(rho), 0, 0.999), _samples(template, scene, rho)))
            known = np.isfinite(rho)
    if not surfaces:
        return None
    log = np.sum([-n * np.log(1 - rho**2) for rho, n in surfaces], axis=0)
    peak = np.unravel_index(int(np.argmax(np.where(known, log, -np.inf))), log.shape)
    misfit = np.sum([-n * (1 - rho**2) / (1 - rho[peak] ** 2) for rho, n in surfaces], axis=0)
    gains = [-n * math.log(1 - float(rho[peak]) ** 2) + 1e-9 for rho, n in surfaces]
    squares = np.sum([g * rho**2 for g, (rho, _) in zip(gains, surfaces, strict=True)], axis=0)
    correlation = np.sqrt(squares / sum(gains))
    rows, columns = np.indices(log.shape)
    angle = frame.frame.region.angle
    # the frame was found at this place of the reference: the feature has moved the other way
    u, v = -(columns - border) * step[0], (rows - border) * step[1]
    dx, dy = to_sample(ScanRegion(around, (1.0, 1.0), angle), u, v)
    c, s = math.cos(angle), math.sin(angle)
    axes = np.array([[-c * step[0], -s * step[0]], [-s * step[1], c * step[1]]])
    return Likeness(np.where(known, log, -np.inf), correlation, misfit, dx, dy, axes)


def _grids(
    reference: Sight, frame: Sight, around: Point, reach: float
) -> tuple[tuple[Grid, Grid], int, tuple[float, float]]:
    """Return the frame's grid, the reference's wider one, its border in pixels, and the steps."""
    region = frame.frame.region
    step = max(reference.pixel, frame.pixel)
    step = max(step, (max(region.size) + 2 * reach) / MOST_POINTS)
    border = math.ceil(reach / step) + 1
    shape = max(4, round(region.size[1] / step)), max(4, round(region.size[0] / step))
    pixel = region.size[0] / shape[1], region.size[1] / shape[0]
    wide = shape[0] + 2 * border, shape[1] + 2 * border
    at = region.center[0] - around[0], region.center[1] - around[1]
    searched = ScanRegion(at, (pixel[0] * wide[1], pixel[1] * wide[0]), region.angle)
    return (Grid(region, shape), Grid(searched, wide)), border, pixel


def _samples(template: Plane, scene: Plane, rho: Real) -> float:
    """Return the number of independent samples of what is left when the best match is taken away.

    What two frames of one place do not have in common is not white: lock-in, feedback and grid
    smooth it. Neighbours that go together are counted once. The match is that between the grid's
    nodes: a first-order shift and stretch of the reference are taken away, too.
    """
    row, column = np.unravel_index(int(np.nanargmax(rho)), rho.shape)
    lines, pixels = template.shape
    patch = scene[row : row + lines, column : column + pixels]
    known = np.isfinite(template) & np.isfinite(patch)
    down, right = (np.asarray(np.gradient(patch, axis=axis)) for axis in (0, 1))
    known &= np.isfinite(down) & np.isfinite(right)
    if known.sum() < 16:
        return 0.0
    v, u = np.indices(template.shape)[:, known] / max(template.shape) - 0.5
    a, b, d, r = template[known], patch[known], down[known], right[known]
    terms = np.stack([np.ones_like(b), b, d, r, u * d, v * d, u * r, v * r], axis=1)
    rest = np.zeros(template.shape, complex)
    rest[known] = a - terms @ np.linalg.lstsq(terms, a, rcond=None)[0]
    power = float((np.abs(rest[known]) ** 2).mean())
    # a complex sample counts twice
    count = (1.0 if np.abs(a.imag).any() else 0.5) * len(a)
    return count * _alone(rest, known, power) if power > 0 else count


def _alone(rest: Plane, known: NDArray[np.bool_], power: float) -> float:
    """Return the share of samples that do not go together with their neighbours."""
    share = 1.0
    both = (known[:, 1:] & known[:, :-1]), (known[1:] & known[:-1])
    products = (rest[:, 1:] * np.conj(rest[:, :-1])).real, (rest[1:] * np.conj(rest[:-1])).real
    for product, valid in zip(products, both, strict=True):
        neighbour = float(product[valid].mean()) / power if valid.any() else 0.0
        neighbour = min(max(neighbour, 0.0), 0.99)
        share *= (1 - neighbour) / (1 + neighbour)
    return share
