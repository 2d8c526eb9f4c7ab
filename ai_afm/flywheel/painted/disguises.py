"""What looks like a wall or a boundary and is nothing: all of this is background."""

from dataclasses import replace

import cv2
import numpy as np

from ai_afm.flywheel.mishaps import Array, Mishap, RawCrop, log_uniform, smooth_field, spread
from ai_afm.flywheel.painted.fields import (
    Shape,
    blurred,
    blurred_along,
    fractal_field,
    signed_distance,
    stretched_field,
    turned_axes,
)
from ai_afm.types import DOMAIN_WALL_CODES


def dark_curves(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add curved dark features to the response that do not turn its phase.

    They are soft or faint: a sharp, deep one could not be told from a wall without the phase.
    """
    shape = raw.label.shape
    distance = signed_distance(stretched_field(rng, shape, log_uniform(rng, 12, 60), 2.0))
    if rng.random() < 0.5:
        width, deepest = log_uniform(rng, 4, 12), rng.uniform(0.2, 0.7)
    else:
        width, deepest = log_uniform(rng, 1, 4), rng.uniform(0.03, 0.2)
    depth = deepest * np.clip(0.7 + smooth_field(rng, shape, 40), 0, 1.2)
    change = rng.choice((-1, -1, 1)) * depth * np.exp(-((distance / width) ** 2))
    return replace(raw, response=raw.response * (1 + change))


def ripples(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add periodic waves: interference fringes, or the pattern of ripples on a surface."""
    shape = raw.label.shape
    u, _ = turned_axes(shape, rng.uniform(0, np.pi))
    u = u + log_uniform(rng, 0.1, 8) * smooth_field(rng, shape, 60)
    wave = np.sin(2 * np.pi * u / log_uniform(rng, 6, 80))
    where = rng.choice(3)  # in the height, in the response, in both
    if where != 1:
        height = raw.height + log_uniform(rng, 0.1, 2) * spread(raw.height) * wave
        raw = replace(raw, height=height)
    if where != 0:
        factor = np.exp((rng.uniform(-0.3, 0.3) + 1j * rng.uniform(-0.3, 0.3)) * wave)
        raw = replace(raw, response=raw.response * factor)
    return raw


def contact_band(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Let the contact change for some lines in the middle of a scan: all channels answer."""
    lines, pixels = raw.label.shape
    band = np.zeros((lines, 1))
    first = int(rng.integers(0, lines))
    band[first : first + int(rng.integers(10, 61))] = 1.0
    change = np.log(log_uniform(rng, 0.15, 3)) + 1j * rng.uniform(-0.6, 0.6)
    unrest = 0.1 * rng.standard_normal((lines, 1))
    unrest = unrest + rng.uniform(0, 0.8) * blurred(rng.standard_normal((lines, pixels)), 2.0)
    height = raw.height + rng.normal(0, 1) * spread(raw.height) * band
    return replace(raw, height=height, response=raw.response * np.exp(band * (change + unrest)))


def photograph(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Replace a channel by a texture with soft blobs, as any picture has."""
    shape = raw.label.shape
    if rng.random() < 0.5:
        return replace(raw, height=raw.height + 3 * spread(raw.height) * _picture(rng, shape))
    return replace(raw, response=raw.response * np.exp(0.4 * _picture(rng, shape)))


def hills(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add smooth hills, round or long, too soft to have an edge."""
    shape = raw.label.shape
    field = stretched_field(rng, shape, log_uniform(rng, 12, 60), log_uniform(rng, 1, 4))
    if rng.random() < 0.4:
        flat = np.asarray(np.maximum(field, rng.uniform(-1, 1)), np.float64)
        field = blurred(flat, log_uniform(rng, 2.5, 6))
    return replace(raw, height=raw.height + log_uniform(rng, 0.5, 8) * spread(raw.height) * field)


def soft_islands(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add patches with soft borders to all channels: another material beneath."""
    shape = raw.label.shape
    field = smooth_field(rng, shape, log_uniform(rng, 12, 60))
    patch = blurred((field > rng.uniform(-0.3, 1.5)).astype(float), log_uniform(rng, 4, 9))
    factor = np.exp((rng.uniform(-1, 0.5) + 1j * rng.uniform(-0.4, 0.4)) * patch)
    height = raw.height + rng.uniform(-2, 2) * spread(raw.height) * patch
    return replace(raw, height=height, response=raw.response * factor)


def lost_channel(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Let a channel carry nothing: noise, or one value everywhere."""
    shape = raw.label.shape
    kind = rng.choice(4, p=(0.2, 0.2, 0.45, 0.15))
    if kind == 0:
        return replace(raw, height=rng.standard_normal(shape))
    if kind == 1:
        return replace(raw, height=np.zeros(shape))
    # walls are in the response: by chance alone would one stand out in what is left
    wall = np.isin(raw.label, DOMAIN_WALL_CODES)
    hidden = cv2.dilate(wall.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if kind == 3:
        constant = np.full(shape, np.exp(1j * rng.uniform(0, 2 * np.pi)))
        return replace(raw, response=constant, ignore=raw.ignore | hidden)
    # the lock-in hears nothing: its phase turns in a net of lines that are no walls
    ignore = (raw.ignore & (raw.label > 0)) | hidden
    scale = (log_uniform(rng, 0.2, 4), log_uniform(rng, 0.2, 1.5))
    both = [blurred_along(rng.standard_normal(shape), *scale) for _ in range(2)]
    return replace(raw, response=both[0] + 1j * both[1], ignore=ignore)


def _picture(rng: np.random.Generator, shape: Shape) -> Array:
    texture = fractal_field(rng, shape, rng.uniform(0.8, 2))
    above = (smooth_field(rng, shape, log_uniform(rng, 8, 40)) > 1).astype(np.float64)
    blobs = blurred(above, 3.0)
    return np.asarray(texture + rng.uniform(-3, 3) * blobs)


DISGUISES: tuple[tuple[float, Mishap], ...] = (
    (0.22, dark_curves), (0.14, ripples), (0.20, contact_band), (0.10, photograph),
    (0.20, hills), (0.14, soft_islands),
)  # fmt: skip
"""Share of each among crops that have one."""
