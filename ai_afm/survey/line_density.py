"""Length of lines per area, with an interval that knows how lines hang together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ai_afm import geometry
from ai_afm.survey.intervals import Estimate, half_width, none_seen, positive, posterior
from ai_afm.survey.modes import (
    Modes,
    Size,
    coefficients,
    continued,
    lowest,
    wave_numbers,
)
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
_REACH_OF_PATTERNS = 2.0
_FEWEST_OF_PATTERNS = 8
_ALIGNED = 0.5
"""Order |<exp 2 i angle>| beyond which a spectrum that is alike in all directions is no model."""
_LINES_OF_PATTERNS = 12.0
"""Lines per side below which modes tell too little: 25 random grains got too narrow intervals."""
_FALLS = (np.linspace(-2.2, 1.8, 17), 0.1, 0.7)
_KEPT = np.interp(_FALLS[0], (-1.0, 0.0), (0.5, 1.0))
"""Where the spectrum rises (b = -1), the lowest modes hold little but the ragged edge, and twice as
much of it as the constant: the mean square of a wave at the edges across its way is 2."""
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


def line_density(walls: Sequence[Wall], window: ScanRegion) -> Estimate:
    """Return the length of lines per area, 1/m.

    Parameters
    ----------
    walls
        Lines in the window, m.
    window
        What was scanned.

    Returns
    -------
    Estimate
        Without any line the upper end is the density at which 3.7 straight lines would be expected
        to cross the window.

    Notes
    -----
    The value needs no correction at the edges: length in the window over its area is unbiased. Its
    error is that of the window's place, and what the window shows of it are its cosine modes phi.
    Two models say how they continue to the constant mode.

    Lines that run on. Where they run straight through the frame (scratches, lamellae, endless
    walls) a frame holds as many independent pieces as lines, where they turn or branch after a
    distance 1 / kappa it holds one per 1 / kappa of length. Lines in the observed directions
    f(theta) that are forgotten as exp(-kappa r) have

        E c^2 = (L / A) integral of f(theta) (phi * phi)(r, theta) exp(-kappa |r|) dr dtheta,

    phi * phi being the overlap of a mode with itself, shifted by r along theta. It has the
    spectrum 2 L_A / sqrt(k^2 + kappa^2) where all directions are alike, exact for Poisson lines
    (kappa = 0) and for short order (kappa >> k), times a factor 1 to 2.2 for bundled lines.

    Patterns without direction (labyrinths, bubbles, grains). Their lines know of each other, and
    the spectrum near zero is g exp(-b k / L_A): `modes.spread_of_total`. It counts where 12 or more
    lines per side run in all directions (order below 0.5). The probability of each model and of its
    numbers (kappa, b) is then that of the modes below 2 L_A (Whittle likelihood), and the interval
    is averaged over them.

    Simulated, 60 frames of each pattern with 12 to 20 lines per side: of the intervals of
    labyrinths, bubbles and irregular domains 0.93 to 0.98 hold the truth, edges of Poisson-Voronoi
    cells 0.93 to 0.95, of cells about points that keep off each other 0.90 to 0.92. Edges about
    jittered lattice points, which a frame cannot be told from those by, 0.97 to 1.0: intervals 1.5
    to 1.8 times as wide as needed. Stripes whose period wanders over more than a frame, 0.75 to
    0.88: no frame shows what is longer than itself. Fewer lines: 0.95 to 1.0, 1.4 to 2.6 times.
    """
    line = pieces(walls, window)
    if line.total == 0:
        # a convex window of circumference U is crossed by U L_A / pi straight lines (Crofton)
        return none_seen(2 * sum(window.size) / math.pi)
    area = window.size[0] * window.size[1]
    return positive(line.total / area, _spread(line, window.size))


def _spread(line: Pieces, size: Size) -> float:
    """Return the half width of the interval of the total length, as a share of it."""
    density = line.total / (size[0] * size[1])
    turns = np.exp(2j * line.angles)
    aligned = abs(complex(line.lengths @ turns)) > _ALIGNED * line.total
    if aligned or density * math.sqrt(size[0] * size[1]) < _LINES_OF_PATTERNS:
        logs, scales = _running_on(line, size, lowest(size, _REACH * density, _FEWEST))
        return half_width(special.ndtr, posterior(logs), scales) / line.total
    modes = lowest(size, _REACH_OF_PATTERNS * density, _FEWEST_OF_PATTERNS)
    logs, scales = _running_on(line, size, modes)
    power = coefficients(line.u, line.v, line.lengths, modes, size) ** 2
    pattern = continued(power, wave_numbers(modes, size) / density, _FALLS)
    weights = posterior(np.concatenate([logs, pattern.logs]))
    n, count = len(modes), len(logs)

    def distribution(t: Floats) -> Floats:
        return np.concatenate([special.ndtr(t[:count]), special.stdtr(n, t[count:])])

    scale = np.concatenate([scales, np.sqrt(_KEPT) * pattern.scales])
    return half_width(distribution, weights, scale) / line.total


def _running_on(line: Pieces, size: Size, modes: Modes) -> tuple[Floats, Floats]:
    """Return log probabilities of memories and bundles, and standard deviations of the total."""
    density = line.total / (size[0] * size[1])
    power = coefficients(line.u, line.v, line.lengths, modes, size) ** 2
    kappa = np.geomspace(0.05 / math.hypot(*size), 100 * density, _PERSISTENCES)
    constant = np.zeros((1, 2), np.int64)
    expected = line.total * _expected(line, np.vstack([constant, modes]), size, kappa)
    factor = np.array(_BUNDLES)[:, None, None]
    variance = factor * expected[1:]
    likelihood = -0.5 * (np.log(variance) + power[:, None] / variance).sum(axis=1)
    prior = factor[:, :, 0] ** -2 * kappa**-0.1
    logs = likelihood + np.log(prior / prior.sum())
    return logs.ravel(), np.sqrt(factor[:, 0] * expected[0]).ravel()


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
