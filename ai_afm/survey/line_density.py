"""Length of lines per area, with an interval that knows how lines hang together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ai_afm import geometry
from ai_afm.survey.intervals import Estimate, half_width, none_seen, positive, posterior
from ai_afm.survey.modes import Modes, Size, coefficients, lowest
from ai_afm.types import ScanRegion, Wall

Floats = NDArray[np.float64]

_STEPS = 40
"""A piece of line is at most this part of the shorter side: a fifth of the shortest half wave."""
_DIRECTIONS = 36
_DISTANCES = np.concatenate([np.geomspace(1e-4, 0.02, 24)[:-1], np.linspace(0.02, 1, 73)])
"""Distances along a line for its integrals: for short memories, and for 10 half waves."""
_ASTRAY = 0.05
"""Share of lines taken to run in any direction: no pattern is as straight as the few seen."""
_PERSISTENCES = 60
_REACH = 0.6
"""Largest wave number in units of the density: beyond, the spectrum shows the single lines."""
_FEWEST = 6
_BUNDLES = (1.0, 1.5, 2.2)
"""Lines that run together (needles, doubled walls) vary as fewer, thicker ones would."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Short straight pieces of lines in a frame.

    `u`, `v` (n,) m from the centre of the frame, `lengths` (n,) m, `angles` (n,) rad in [0, pi)
    against the u axis.
    """

    u: Floats
    v: Floats
    lengths: Floats
    angles: Floats

    @property
    def total(self) -> float:
        """Summed length, m."""
        return float(self.lengths.sum())


def pieces(walls: Sequence[Wall], window: ScanRegion) -> Pieces:
    """Cut lines into pieces that are short against the window, in its own axes."""
    ends = [segments(wall, window) for wall in walls]
    start = np.concatenate([np.empty((0, 2)), *(a for a, _ in ends)])
    along = np.concatenate([np.empty((0, 2)), *(b for _, b in ends)]) - start
    length = np.hypot(along[:, 0], along[:, 1])
    count = np.maximum(1, np.ceil(length * _STEPS / min(window.size))).astype(int)
    owner = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    middle = start[owner] + along[owner] * ((place + 0.5) / count[owner])[:, None]
    angle = np.mod(np.arctan2(along[:, 1], along[:, 0]), np.pi)
    return Pieces(middle[:, 0], middle[:, 1], (length / count)[owner], angle[owner])


def segments(wall: Wall, window: ScanRegion) -> tuple[Floats, Floats]:
    """Return starts and ends, (n, 2) m each, of a line's straight segments in a window's axes."""
    points = np.stack(geometry.to_region(window, *wall.points.T), axis=1)
    if wall.closed:
        points = np.vstack([points, points[:1]])
    return points[:-1], points[1:]


def line_density(walls: Sequence[Wall], window: ScanRegion, even: float = 1.0) -> Estimate:
    """Return the length of lines per area, 1/m.

    Parameters
    ----------
    walls
        Lines in the window, m.
    window
        What was scanned.
    even
        Variance of the total relative to the model below: `sizes.evenness` for boundaries of cells.

    Returns
    -------
    Estimate
        Without any line the upper end is the density at which 3.7 straight lines would be expected
        to cross the window.

    Notes
    -----
    The value needs no correction at the edges: length in the window over its area is unbiased. Its
    error is that of the window's place. Lines are long: where they run straight through the frame
    (scratches, lamellae, endless walls) a frame holds as many independent pieces as lines, where
    they turn or branch after a distance 1 / kappa it holds one per 1 / kappa of length, and where
    they keep their distance (labyrinths) more than that. So the model is a process of lines in the
    observed directions f(theta) that are forgotten as exp(-kappa r),

        E c^2 = (L / A) integral of f(theta) (phi * phi)(r, theta) exp(-kappa |r|) dr dtheta,

    phi * phi being the overlap of a mode with itself, shifted by r along theta. It has the
    spectrum 2 L_A / sqrt(k^2 + kappa^2) where all directions are alike, exact for Poisson lines
    (kappa = 0) and for short order (kappa >> k), times a factor 1 to 2.2 for bundled lines. The
    window's cosine modes phi below 0.6 L_A say how probable each kappa is (Whittle likelihood,
    prior kappa^-1.1); the interval is that of the constant mode, averaged over them. Checked by
    simulation on Poisson lines, parallel lines, Voronoi edges and labyrinths of 5 to 35 lines per
    frame: 92 to 98 % of the intervals hold the truth. Lattice-like patterns, more even than their
    lowest modes show, get intervals that are too wide (99 %) unless `even` says so.
    """
    line = pieces(walls, window)
    if line.total == 0:
        # a convex window of circumference U is crossed by U L_A / pi straight lines (Crofton)
        return none_seen(2 * sum(window.size) / math.pi)
    area = window.size[0] * window.size[1]
    return positive(line.total / area, math.sqrt(even) * _spread(line, window.size))


def _spread(line: Pieces, size: Size) -> float:
    """Return the half width of the interval of the total length, as a share of it."""
    density = line.total / (size[0] * size[1])
    modes = lowest(size, _REACH * density, _FEWEST)
    power = coefficients(line.u, line.v, line.lengths, modes, size) ** 2
    kappa = np.geomspace(0.05 / math.hypot(*size), 100 * density, _PERSISTENCES)
    constant = np.zeros((1, 2), np.int64)
    expected = line.total * _expected(line, np.vstack([constant, modes]), size, kappa)
    factor = np.array(_BUNDLES)[:, None, None]
    variance = factor * expected[1:]
    likelihood = -0.5 * (np.log(variance) + power[:, None] / variance).sum(axis=1)
    weights = posterior(likelihood - 2 * np.log(factor[:, :, 0]) - 0.1 * np.log(kappa))
    scales = np.sqrt(factor[:, 0] * expected[0])
    return half_width(special.ndtr, weights.ravel(), scales.ravel()) / line.total


def _expected(line: Pieces, modes: Modes, size: Size, kappa: Floats) -> Floats:
    """Return the expected squares of coefficients per length of line, (modes, kappa), m."""
    bins = (line.angles / np.pi * _DIRECTIONS).astype(int) % _DIRECTIONS
    share = np.bincount(bins, line.lengths, _DIRECTIONS) / line.total
    angle = (np.arange(_DIRECTIONS) + 0.5) * np.pi / _DIRECTIONS
    turned = np.bincount(bins, line.lengths * line.angles, _DIRECTIONS) / line.total
    angle[share > 0] = turned[share > 0] / share[share > 0]
    share = (1 - _ASTRAY) * share + _ASTRAY / _DIRECTIONS
    distance = math.hypot(*size) * _DISTANCES
    u = distance[:, None] * np.cos(angle)
    v = distance[:, None] * np.sin(angle)
    highest = int(modes.max())
    across = np.stack([_overlap(j, u, size[0]) for j in range(highest + 1)])
    up = np.stack([_overlap(j, v, size[1]) for j in range(highest + 1)])
    kept = (across[modes[:, 0]] * up[modes[:, 1]]) @ share
    # integral over both senses by the trapezoid rule; nothing changes below the first distance
    step = np.diff(distance, prepend=distance[0], append=distance[-1])
    step = (step[1:] + step[:-1]) / 2
    forgotten = np.exp(-np.outer(distance, kappa))
    head = -np.expm1(-distance[0] * kappa) / kappa
    expected: Floats = 2 * ((kept * step) @ forgotten + head)
    return expected


def _overlap(half_waves: int, shift: Floats, side: float) -> Floats:
    """Return the mean product of a mode along one side with itself, shifted; 1 without shift."""
    t = np.abs(shift)
    q = np.pi * half_waves / side
    product = (side - t) * np.cos(q * t) - (np.sin(q * t) / q if half_waves else 0.0)
    return np.where(t < side, product / side, 0.0)
