"""Scans that fail: what links, loops and the mains put into a frame instead of a sample."""

import numpy as np

from ai_afm.flywheel.mishaps import Array, log_uniform
from ai_afm.flywheel.painted.fields import Shape


def pick_up(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw mains pick-up: a wave along the fast axis that drifts from line to line, and noise."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    wave = np.sin(2 * np.pi * (x / log_uniform(rng, 3, 30) + y * rng.uniform(0, 1)))
    return np.asarray(wave + 0.5 * rng.standard_normal(shape))


def unlocked(rng: np.random.Generator, shape: Shape) -> Array:
    """Let the feedback fall from rail to rail along the lines."""
    steps = (rng.random(shape) < 0.02) * rng.standard_normal(shape) * 3
    return np.asarray(np.clip(np.cumsum(steps, axis=1), -4, 4) + 0.05 * rng.standard_normal(shape))


def loose_lines(rng: np.random.Generator, shape: Shape) -> Array:
    """Let each line go its own way: no line resembles the one before."""
    walk = 0.05 * np.cumsum(rng.standard_normal(shape), axis=1)
    level = 0.5 * rng.standard_normal((shape[0], 1))
    return np.asarray(walk + level + 0.2 * rng.standard_normal(shape))


def stuck(rng: np.random.Generator, shape: Shape) -> Array:
    """Repeat one line: a link that hands out its last reading again and again."""
    line = np.cumsum(rng.standard_normal(shape[1])) * rng.uniform(0, 0.3)
    return np.asarray(np.repeat((line + rng.standard_normal(shape[1]))[None], shape[0], axis=0))


def bands(rng: np.random.Generator, shape: Shape) -> Array:
    """Let the level jump every eight lines."""
    levels = np.repeat(2 * rng.random(shape[0] // 8 + 1), 8)[: shape[0], None]
    return np.asarray(levels + 0.02 * rng.standard_normal(shape))
