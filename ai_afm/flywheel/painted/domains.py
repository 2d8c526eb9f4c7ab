"""Patterns of 180-degree domains: each is a field in px whose zero level is the wall."""

from collections.abc import Callable

import numpy as np

from ai_afm.flywheel.mishaps import Array, log_uniform, smooth_field
from ai_afm.flywheel.painted.fields import (
    Shape,
    band_field,
    blurred,
    stretched_field,
    turned_axes,
)
from ai_afm.flywheel.painted.grains import voronoi


def domain_field(rng: np.random.Generator, shape: Shape, size: float) -> Array:
    """Draw domains of about `size` px: (lines, pixels), px, positive where polarised upwards."""
    field = _one_kind(rng, shape, size)
    if rng.random() < 0.25:
        other = _one_kind(rng, shape, size * log_uniform(rng, 0.7, 2.5))
        # one kind only where the other has its domains: fingers that end at a common front
        field = np.minimum(field, other) if rng.random() < 0.7 else np.maximum(field, -other)
    rough = log_uniform(rng, 0.02, 0.12) * min(size, 20.0)
    field = field + rough * smooth_field(rng, shape, log_uniform(rng, 5, 20))
    return field if rng.random() < 0.5 else -field


def _one_kind(rng: np.random.Generator, shape: Shape, size: float) -> Array:
    return _KINDS[rng.choice(len(_KINDS), p=_SHARES)](rng, shape, size)


def _irregular(rng: np.random.Generator, shape: Shape, size: float) -> Array:
    stretch = log_uniform(rng, 1, 4)
    level = rng.uniform(-1, 1)
    return 0.4 * size * (stretched_field(rng, shape, 0.8 * size, stretch) + level)


def _labyrinth(rng: np.random.Generator, shape: Shape, size: float) -> Array:
    return 0.3 * size * (band_field(rng, shape, 2 * size, 9.0) + rng.uniform(-0.6, 0.6))


def _stripes(rng: np.random.Generator, shape: Shape, size: float) -> Array:
    fan = log_uniform(rng, 0.05, 0.5)
    return 0.3 * size * (band_field(rng, shape, 2 * size, fan) + rng.uniform(-0.6, 0.6))


def _bubbles(rng: np.random.Generator, shape: Shape, size: float) -> Array:
    field = np.full(shape, -2.0 * size)
    for _ in range(_number(rng, shape, size)):
        u, v = _somewhere(rng, shape, rng.uniform(0, np.pi))
        radius, stretch = size * log_uniform(rng, 0.25, 0.8), log_uniform(rng, 1, 2)
        np.maximum(field, radius - np.hypot(u, v / stretch), out=field)
    return field


def _boxes(rng: np.random.Generator, shape: Shape, size: float) -> Array:
    """Squares inside squares, as people write them with a biased tip."""
    field = np.full(shape, -2.0 * size)
    angle = rng.uniform(0, np.pi) if rng.random() < 0.5 else 0.0
    for _ in range(min(_number(rng, shape, size), 6)):
        u, v = _somewhere(rng, shape, angle)
        a, b = size * log_uniform(rng, 0.3, 1.2), size * log_uniform(rng, 0.3, 1.2)
        box = np.minimum(a - np.abs(u), b - np.abs(v))
        if rng.random() < 0.4:
            box = np.minimum(box, (1 - rng.uniform(0.3, 0.8)) * min(a, b) - box)
        np.maximum(field, box, out=field)
    return field


def _needles(rng: np.random.Generator, shape: Shape, size: float) -> Array:
    field = np.full(shape, -2.0 * size)
    angle = rng.uniform(0, np.pi)
    for _ in range(_number(rng, shape, size)):
        turn = angle + rng.normal(0, 0.05) + np.pi / 2 * (rng.random() < 0.2)
        u, v = _somewhere(rng, shape, turn)
        width, length = size * log_uniform(rng, 0.15, 0.5), size * log_uniform(rng, 1.5, 8)
        np.maximum(field, width * (1 - np.abs(v) / length) - np.abs(u), out=field)
    return field


def _polygons(rng: np.random.Generator, shape: Shape, size: float) -> Array:
    cells = voronoi(rng, shape, size)
    up = rng.random(cells.count) < rng.uniform(0.3, 0.7)
    return 3 * blurred(np.where(up[cells.index], 1.0, -1.0), 1.0)


def _number(rng: np.random.Generator, shape: Shape, size: float) -> int:
    """Return how many single domains to place: few in a close zoom."""
    most = max(min(shape[0] * shape[1] / (4 * size**2), 20.0), 2.0)
    return int(log_uniform(rng, 1, most + 1))


def _somewhere(rng: np.random.Generator, shape: Shape, angle: float) -> tuple[Array, Array]:
    """Return turned axes whose origin is at a random place."""
    u, v = turned_axes(shape, angle)
    y, x = (rng.uniform(-0.55, 0.55) * n for n in shape)
    u0, v0 = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return u - u0, v - v0


_KINDS: tuple[Callable[[np.random.Generator, Shape, float], Array], ...] = (
    _irregular, _labyrinth, _stripes, _bubbles, _boxes, _needles, _polygons,
)  # fmt: skip
_SHARES = (0.27, 0.15, 0.18, 0.13, 0.07, 0.10, 0.10)
