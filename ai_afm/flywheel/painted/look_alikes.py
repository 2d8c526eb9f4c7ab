"""Edges in the topography that are neither walls nor grain boundaries.

Each adds a height in units of about 1 and names its sharp edges; those become topography edges
where no wall or boundary is already.
"""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from ai_afm.flywheel.mishaps import Array, RawCrop, log_uniform, smooth_field, spread
from ai_afm.flywheel.painted.fields import (
    Mask,
    Shape,
    band_field,
    bell,
    blurred,
    border,
    distance_to,
    stretched_field,
    turned_axes,
)
from ai_afm.types import ClassCode

Relief = tuple[Array, Mask]
"""Height, (lines, pixels) float64, and its sharp edges, (lines, pixels) bool."""


def with_edges(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add one kind of topography that has edges; the response may answer to them."""
    kind = _KINDS[rng.choice(len(_KINDS), p=_SHARES)]
    change, edge = kind(rng, raw.label.shape)
    size = log_uniform(rng, 1, 20) * max(spread(raw.height), 1e-3)
    height = raw.height + rng.choice((-1, 1), p=(0.3, 0.7)) * size * change
    label = np.where((raw.label == 0) & edge, np.uint8(ClassCode.TOPOGRAPHY_EDGE), raw.label)
    response = raw.response
    if rng.random() < 0.5:
        dip = bell(distance_to(edge), log_uniform(rng, 0.8, 3))
        response = response * (1 - rng.choice((1, 1, -1)) * rng.uniform(0.05, 0.8) * dip)
    if rng.random() < 0.25:  # another material on top
        level = change / (np.ptp(change) + 1e-12)
        factor = 1 + rng.uniform(-0.7, 0.7) * np.exp(1j * rng.uniform(-0.8, 0.8))
        response = response * (1 + (factor - 1) * (level - level.min()))
    return replace(raw, height=height, label=label, response=response)


def _stepped(levels: Array, away: Array) -> Relief:
    edge = border(np.rint(levels).astype(np.int64), away)
    return levels, edge


def _terraces(rng: np.random.Generator, shape: Shape) -> Relief:
    u, _ = turned_axes(shape, rng.uniform(0, 2 * np.pi))
    ramp = u / log_uniform(rng, 10, 60)
    ramp = ramp + log_uniform(rng, 0.05, 1.5) * smooth_field(rng, shape, log_uniform(rng, 15, 80))
    part = ramp - np.floor(ramp)
    return _stepped(np.floor(ramp), np.minimum(part, 1 - part))


def _scratches(rng: np.random.Generator, shape: Shape) -> Relief:
    """Thin straight grooves, with rims at times; one line each, as they are thin."""
    height, edge = np.zeros(shape), np.zeros(shape, np.bool_)
    angle, fan = rng.uniform(0, np.pi), rng.choice((0.03, 1.0))
    for _ in range(int(log_uniform(rng, 1, 8))):
        turn = angle + fan * rng.standard_normal()
        u, v = turned_axes(shape, turn)
        u = u - rng.uniform(-0.6, 0.6) * max(shape) + log_uniform(rng, 1e-4, 3e-3) * v**2
        start = rng.uniform(-120, 30)
        there = (v > start) & (v < start + rng.uniform(30, 250))
        width = log_uniform(rng, 0.6, 2)
        profile = -bell(u, width) + rng.uniform(0, 0.5) * bell(np.abs(u) - 2 * width, width)
        height += rng.uniform(0.3, 1) * profile * there
        edge |= there & (np.abs(u) <= 0.5 * max(abs(np.cos(turn)), abs(np.sin(turn))))
    return height, edge


def _grating(rng: np.random.Generator, shape: Shape) -> Relief:
    """Draw a calibration grating: lines, squares or holes, exactly periodic."""
    angle = rng.choice((0.0, rng.normal(0, 0.1), rng.uniform(0, np.pi)))
    u, v = turned_axes(shape, angle)
    period, duty = log_uniform(rng, 8, 70), rng.uniform(0.25, 0.75)
    start = rng.uniform(0, period, 2)
    across = np.abs((u + start[0]) % period - period / 2) - duty * period / 2
    along = np.abs((v + start[1]) % period - period / 2) - rng.uniform(0.25, 0.75) * period / 2
    field = (across, np.minimum(across, along), np.maximum(across, along))[rng.choice(3)]
    level = (field > 0).astype(float)
    return _stepped(level, np.abs(field))


def _chip(rng: np.random.Generator, shape: Shape) -> Relief:
    """Conductor paths and pads, along lines and columns, in a few levels."""
    level = np.zeros(shape)
    turn = log_uniform(rng, 2, 30)
    for _ in range(int(rng.integers(4, 25))):
        y, x = (int(rng.integers(-20, n)) for n in shape)
        long, wide = int(log_uniform(rng, 10, 150)), int(log_uniform(rng, 3, turn + 4))
        rows, columns = (wide, long) if rng.random() < 0.5 else (long, wide)
        step = float(rng.integers(1, 4))
        level[max(y, 0) : max(y + rows, 0), max(x, 0) : max(x + columns, 0)] = step
    return _stepped(level, np.zeros(shape))


def _islands(rng: np.random.Generator, shape: Shape) -> Relief:
    """Islands or holes of one height, as in a film one layer thick."""
    field = stretched_field(rng, shape, log_uniform(rng, 5, 40), log_uniform(rng, 1, 3))
    if rng.random() < 0.3:
        field = band_field(rng, shape, log_uniform(rng, 12, 60), 9.0)
    field = field - rng.uniform(-0.5, 1.5)
    return _stepped((field > 0).astype(float), np.abs(field))


def _flakes(rng: np.random.Generator, shape: Shape) -> Relief:
    """Overlapping plates with straight sides."""
    level, edge = np.zeros(shape), np.zeros(shape, np.bool_)
    for _ in range(int(rng.integers(1, 10))):
        radius, sides = log_uniform(rng, 6, 60), int(rng.integers(3, 8))
        y, x = (rng.uniform(0, n) for n in shape)
        angle = np.sort(rng.uniform(0, 2 * np.pi, sides))
        corners = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], -1)
        plate = np.zeros(shape, np.uint8)
        cv2.fillPoly(plate, [np.rint(corners).astype(np.int32)], 1)
        body = plate.astype(bool)
        edge = (edge & ~body) | border(body, np.zeros(shape))
        level[body] += log_uniform(rng, 0.2, 1)
    return level, edge


def _beads(rng: np.random.Generator, shape: Shape) -> Relief:
    """Spheres of one size on a lattice, or scattered: their rims are sharp, they are no grains."""
    pitch = log_uniform(rng, 7, 50)
    u, v = turned_axes(shape, rng.uniform(0, np.pi))
    row_height = pitch * rng.choice((1.0, np.sqrt(3) / 2))
    shift = 0.5 if row_height < pitch else 0.0
    row = np.floor(v / row_height + 0.5)
    column = np.floor(u / pitch + 0.5 - shift * (row % 2))
    du = u - (column + shift * (row % 2)) * pitch
    dv = v - row * row_height
    radius = pitch * rng.uniform(0.25, 0.5)
    off = np.hypot(du, dv)
    missing = _hashed(row, column) < (rng.uniform(0, 0.6) if rng.random() < 0.5 else 0.0)
    height = np.sqrt(np.maximum(1 - (off / radius) ** 2, 0))
    height = np.where(missing, 0.0, height)
    edge = (np.abs(off - radius) <= 0.55) & ~missing
    return height, edge


def _hashed(row: Array, column: Array) -> Array:
    """Return a number between 0 and 1 for each lattice site."""
    return np.asarray(np.abs(np.sin(row * 12.9898 + column * 78.233) * 43758.5453) % 1)


def _particles(rng: np.random.Generator, shape: Shape) -> Relief:
    """Scattered particles of many sizes."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    height, edge = np.zeros(shape), np.zeros(shape, np.bool_)
    for _ in range(int(log_uniform(rng, 2, 20))):
        radius = log_uniform(rng, 2.5, 15)
        off = np.hypot(y - rng.uniform(0, shape[0]), x - rng.uniform(0, shape[1]))
        np.maximum(height, np.sqrt(np.maximum(radius**2 - off**2, 0)) / 10, out=height)
        edge = (edge & (off > radius)) | (np.abs(off - radius) <= 0.55)
    return height, edge


def _text(rng: np.random.Generator, shape: Shape) -> Relief:
    """Letters, as on a test card or in lithography."""
    card = np.zeros(shape, np.uint8)
    for _ in range(int(rng.integers(1, 6))):
        letters = "".join(chr(65 + int(n)) for n in rng.integers(0, 26, int(rng.integers(1, 6))))
        place = (int(rng.integers(-10, shape[1] - 10)), int(rng.integers(15, shape[0])))
        font = int(rng.choice((cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX)))
        size, thick = log_uniform(rng, 0.6, 3.5), int(rng.integers(2, 8))
        cv2.putText(card, letters, place, font, size, 1, thick)
    level = blurred(card.astype(float), 0.5)
    return level, border(card, np.zeros(shape))


_KINDS: tuple[Callable[[np.random.Generator, Shape], Relief], ...] = (
    _terraces, _scratches, _grating, _chip, _islands, _flakes, _beads, _particles, _text,
)  # fmt: skip
_SHARES = (0.18, 0.18, 0.11, 0.09, 0.14, 0.10, 0.08, 0.08, 0.04)
