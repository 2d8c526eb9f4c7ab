"""Grains: tessellations, and the shapes that grains have in height."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.mishaps import Array, log_uniform, smooth_field
from ai_afm.flywheel.painted.fields import (
    Mask,
    Shape,
    bell,
    blurred,
    border,
    distance_to,
    fractal_field,
    turned_axes,
)

LARGEST_PAD = 110
"""Margin in which grains that reach into the crop may have their seeds, px."""


@dataclass(frozen=True, slots=True)
class Tessellation:
    """Grains without height.

    Parameters
    ----------
    index
        (lines, pixels) int32: number of the grain.
    count
        How many numbers there are.
    off_seed
        (lines, pixels) float64: distance to the grain's seed, px of the unstretched pattern.
    lines
        (lines, pixels) bool: the boundaries.
    size
        Typical diameter of a grain, px.
    """

    index: NDArray[np.int32]
    count: int
    off_seed: Array
    lines: Mask
    size: float


def voronoi(rng: np.random.Generator, shape: Shape, size: float) -> Tessellation:
    """Divide the plane among seeds; stretched and with crooked borders now and then."""
    pad = int(min(size, LARGEST_PAD)) + 8
    lines, pixels = shape[0] + 2 * pad, shape[1] + 2 * pad
    free = np.ones((lines, pixels), np.uint8)
    y, x = _seeds(rng, (lines, pixels), size)
    free[y, x] = 0
    away, index = cv2.distanceTransformWithLabels(
        free, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    stretch = log_uniform(rng, 1, 3) if rng.random() < 0.3 else 1.0
    angle = rng.uniform(0, np.pi)
    u, v = turned_axes(shape, angle)
    v = v / stretch
    rough = log_uniform(rng, 6, max(0.6 * size, 8))
    crooked = log_uniform(rng, 0.02, 0.2) * min(rough, 0.4 * size)  # more would fold borders
    column = u * np.cos(angle) - v * np.sin(angle) + crooked * smooth_field(rng, shape, rough)
    row = u * np.sin(angle) + v * np.cos(angle) + crooked * smooth_field(rng, shape, rough)
    column, row = (column + pixels / 2).astype(np.float32), (row + lines / 2).astype(np.float32)
    there = cv2.remap(index.astype(np.float32), column, row, cv2.INTER_NEAREST)
    number = np.asarray(there, np.int32)
    off_seed = np.asarray(cv2.remap(away, column, row, cv2.INTER_LINEAR), np.float64)
    return Tessellation(number, len(y) + 2, off_seed, border(number, -off_seed), size)


def _seeds(
    rng: np.random.Generator, shape: Shape, size: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Scatter seeds at random, or on a shaken grid where grains are of one size."""
    lines, pixels = shape
    if rng.random() < 0.5:
        count = max(int(lines * pixels / size**2), 3)
        return rng.integers(0, lines, count), rng.integers(0, pixels, count)
    start = rng.uniform(0, size, 2)
    y, x = np.meshgrid(np.arange(start[0], lines, size), np.arange(start[1], pixels, size))
    shake = rng.uniform(0.2, 0.5) * size
    y, x = (np.rint(p.ravel() + rng.normal(0, shake, p.size)).astype(np.intp) for p in (y, x))
    inside = (y >= 0) & (y < lines) & (x >= 0) & (x < pixels)
    if not inside.any():
        return np.array([lines // 2]), np.array([pixels // 2])
    return y[inside], x[inside]


def caps(rng: np.random.Generator, shape: Shape, size: float) -> tuple[Tessellation, Array]:
    """Pile up rounded, at times long grains without grooves: boundaries are creases between two.

    Returns the tessellation and the height, (lines, pixels), a grain being about 1 high.
    """
    lines, pixels = shape
    height = np.full(shape, -9.0)
    index = np.zeros(shape, np.int32)
    y, x = _seeds(rng, (lines + int(2 * size), pixels + int(2 * size)), size)
    longer = log_uniform(rng, 1, 2.5) if rng.random() < 0.4 else 1.0
    cos, sin = np.cos(angle := rng.uniform(0, np.pi)), np.sin(angle)
    reach = int(1.6 * size * longer) + 2
    for number, (cy, cx) in enumerate(zip(y - int(size), x - int(size), strict=True), start=1):
        rows = slice(max(cy - reach, 0), max(cy + reach, 0))
        columns = slice(max(cx - reach, 0), max(cx + reach, 0))
        part = height[rows, columns]
        if not part.size:
            continue
        dy = np.arange(rows.start, rows.start + part.shape[0])[:, None] - cy
        dx = np.arange(columns.start, columns.start + part.shape[1])[None, :] - cx
        radius = size * log_uniform(rng, 0.7, 1.3)
        u, v = (cos * dx + sin * dy) / longer, cos * dy - sin * dx
        cap = rng.normal(0, 0.15) - (u**2 + v**2) / radius**2
        higher = cap > part
        part[higher] = cap[higher]
        index[rows, columns][higher] = number
    found = Tessellation(index, len(y) + 1, -height, border(index, height), size)
    return found, np.maximum(height, -2.5)


def relief(rng: np.random.Generator, cells: Tessellation) -> Array:
    """Draw a height for grains, (lines, pixels), of about 1: grooves, domes, facets or ridges."""
    away = distance_to(cells.lines)
    kind = rng.choice(4, p=(0.35, 0.25, 0.15, 0.25))
    if kind == 0:
        width = log_uniform(rng, 0.8, max(0.12 * cells.size, 1.5))
        height = -bell(away, width) if rng.random() < 0.5 else -np.exp(-away / width)
    elif kind == 1:  # domes that meet at a crease
        height = -((cells.off_seed / (0.6 * cells.size)) ** log_uniform(rng, 1, 3))
    elif kind == 2:
        height = _facets(rng, cells)
    else:  # bowls between broad walls
        width = log_uniform(rng, 0.08, 0.35) * cells.size
        height = -np.exp(-away / width) - 0.3 * bell(away, 1 + 0.2 * width)
    if rng.random() < 0.4:
        steps = log_uniform(rng, 0.02, 0.6) * rng.standard_normal(cells.count)[cells.index]
        height = height + blurred(steps, log_uniform(rng, 0.5, 2))
    return np.asarray(height)


def _facets(rng: np.random.Generator, cells: Tessellation) -> Array:
    """Give each grain a slope of its own."""
    u, v = turned_axes(cells.lines.shape, 0.0)
    along, across = rng.standard_normal((2, cells.count))
    # slopes are taken about the grain's own middle, or far grains would be cliffs
    weight = np.maximum(np.bincount(cells.index.ravel(), minlength=cells.count), 1)
    means = []
    for axis in (u, v):
        total = np.bincount(cells.index.ravel(), axis.ravel(), minlength=cells.count)
        means.append((total / weight)[cells.index])
    slope = along[cells.index] * (u - means[0]) + across[cells.index] * (v - means[1])
    return np.asarray(slope / cells.size - 0.5 * rng.random() * cells.off_seed / cells.size)


def inner_ridges(rng: np.random.Generator, cells: Tessellation) -> tuple[Mask, Array]:
    """Divide cells again by fainter lines: their lines, and a profile of 1 on them."""
    finer = voronoi(rng, cells.lines.shape, cells.size * rng.uniform(0.4, 0.7))
    inner = finer.lines & (distance_to(cells.lines) > 2)
    return inner, bell(distance_to(finer.lines), log_uniform(rng, 1, 3))


def roughness(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw the texture of a grain's top, unit spread."""
    return fractal_field(rng, shape, rng.uniform(0.6, 1.8))
