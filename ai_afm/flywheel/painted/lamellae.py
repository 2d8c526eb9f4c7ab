"""Twin lamellae: parallel ferroelastic twins in one or two crossed directions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.mishaps import Array, log_uniform, smooth_field
from ai_afm.flywheel.painted.fields import Mask, Shape, border, turned_axes

THINNEST = 3.0
"""Twins thinner than this have one line as their label, not two; px."""


@dataclass(frozen=True, slots=True)
class Twins:
    """One set of twins.

    Parameters
    ----------
    inside
        (lines, pixels) float64: 1 within a twin, 0 outside; soft at the borders.
    lines
        (lines, pixels) bool: where the walls are.
    tilt
        (lines, pixels) float64: height of the tilted surfaces; ridges and valleys of about 1.
    """

    inside: Array
    lines: Mask
    tilt: Array


def lamellae(rng: np.random.Generator, shape: Shape) -> Twins:
    """Draw one or two crossed sets; where two meet, the front between them is a wall too."""
    period, soft = log_uniform(rng, 4, 70), log_uniform(rng, 0.3, 2.5)
    angle = rng.uniform(0, np.pi)
    first = parallel_twins(rng, shape, angle, (period, soft))
    if rng.random() < 0.5:
        return first
    other = angle + (np.pi / 2 if rng.random() < 0.7 else rng.uniform(0.4, 1.4))
    second = parallel_twins(rng, shape, other, (period * log_uniform(rng, 0.7, 1.4), soft))
    front = smooth_field(rng, shape, log_uniform(rng, 40, 200)) + rng.uniform(-1.2, 1.2)
    here = front > 0
    return Twins(
        np.where(here, first.inside, second.inside),
        np.where(here, first.lines, second.lines) | border(here, np.abs(front)),
        np.where(here, first.tilt, second.tilt),
    )


def in_places(rng: np.random.Generator, twins: Twins) -> tuple[Twins, Mask]:
    """Let twins fade along their length; the mask says where nobody could tell if they are."""
    shape = twins.lines.shape
    field = smooth_field(rng, shape, log_uniform(rng, 30, 150))
    strength = 1 / (1 + np.exp(-log_uniform(rng, 2, 8) * (field + rng.uniform(0.2, 2))))
    unclear = twins.lines & (strength > 0.15) & (strength < 0.45)
    kept = twins.lines & (strength >= 0.15)
    return Twins(twins.inside * strength, kept, twins.tilt * strength), unclear


def parallel_twins(
    rng: np.random.Generator, shape: Shape, angle: float, scales: tuple[float, float]
) -> Twins:
    """Draw twins in one direction.

    Parameters
    ----------
    rng, shape
        Source of randomness; (lines, pixels).
    angle
        Angle across the twins, rad from the lines.
    scales
        Mean period, and how soft the borders are; px.
    """
    period, soft = scales
    u, v = turned_axes(shape, angle)
    u = u + log_uniform(rng, 0.05, 0.06 * period + 0.3) * smooth_field(rng, shape, 60)
    centre, half = _positions(rng, float(np.hypot(*shape)) / 2 + 2 * period, period)
    middle = (centre[1:] + centre[:-1]) / 2
    nearest = np.searchsorted(middle, u)
    off = u - centre[nearest]
    width = half[nearest] * _taper(rng, v, nearest, len(centre))
    depth = width - np.abs(off)
    step = 0.5 * max(abs(np.cos(angle)), abs(np.sin(angle)))  # one pixel in each row or column
    thin = 2 * width < THINNEST
    lines = np.where(thin, np.abs(off), np.abs(depth)) <= step
    lines &= width > 0.3
    gap = np.where(off > 0, np.append(middle, 1e3)[nearest], -np.append(-1e3, middle)[nearest])
    gap = np.maximum(gap - np.sign(off) * centre[nearest] - width, 0.5)
    rise = np.where(
        depth > 0, -off / np.maximum(width, 0.5), np.sign(off) * np.minimum(-depth / gap - 1, 0.0)
    )
    tilt = rise * np.clip(width / 2, 0, 1)
    return Twins(0.5 + 0.5 * np.tanh(depth / soft) * (width > 0) - 0.5 * (width <= 0), lines, tilt)


def _positions(rng: np.random.Generator, reach: float, period: float) -> tuple[Array, Array]:
    """Return centres of twins from -reach to reach and their half widths, px."""
    irregular = log_uniform(rng, 0.05, 0.4)
    count = int(4 * reach / period) + 8
    gaps = np.maximum(period * np.exp(rng.normal(0, irregular, count)), 3.5)
    centre = np.cumsum(gaps)
    centre += rng.uniform(0, period) - reach - centre[0] - period
    free = np.minimum(gaps, np.append(gaps[1:], period))
    share = np.clip(rng.uniform(0.15, 0.55) * np.exp(rng.normal(0, 0.2, count)), 0.1, 0.7)
    # between two twins at least as much as a twin needs for two lines
    half = np.minimum(share * free, np.maximum(free - THINNEST, 1.2)) / 2
    return centre, np.maximum(half, 0.5)


def _taper(
    rng: np.random.Generator, v: Array, nearest: NDArray[np.intp], count: int
) -> Array | float:
    """Return how much of its width each twin has along its length: needles end in a tip."""
    if rng.random() < 0.6:
        return 1.0
    start = rng.uniform(-150, 20, count)
    end = start + rng.uniform(30, 300, count)
    tip = log_uniform(rng, 3, 40)
    inside = np.minimum(v - start[nearest], end[nearest] - v) / tip
    return np.asarray(np.sqrt(np.clip(inside, 0, 1)))
