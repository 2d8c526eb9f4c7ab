"""Label images of the truth: 1-px lines, decided mostly from a pixel's own distance and normal.

A pixel belongs to a line where |distance| <= max(|n . column step|, |n . row step|) / 2: for a
straight line these are the pixels of the thinnest 8-connected digital line (J.-P. Reveilles'
"naive" line), whatever its angle, and no neighbour has to be looked at.

That holds where the distance is metric. The one to a grain boundary is measured in the warped
coordinates in which boundaries are straight: where the warp stretches, lines drawn by it would have
gaps, where it shrinks, be doubled. So boundaries are drawn between neighbours in different grains.
"""

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.domains import Level
from ai_afm.microscope.simulated.fields import Float32, Float64
from ai_afm.microscope.simulated.grains import Grains, Where
from ai_afm.microscope.simulated.lamellae import Across, TwinSet
from ai_afm.microscope.simulated.layers import (
    Crystal,
    Layers,
    crystal_at,
    dead_share,
    domain_level,
    in_crystal,
)
from ai_afm.types import ClassCode

Mask = NDArray[np.bool_]

THIN_TWIN_PX = 3.0
"""A twin narrower than this is drawn as one line."""
UNSEEN_TWIN_PX = 0.3
"""A twin narrower than this cannot be expected to be seen."""

CROSSING_REACH_PX = 0.75
"""A wall's polarization must differ this far before and behind a pixel (straight: 0.5)."""


def draw_labels(layers: Layers, x: Float64, y: Float64, steps: Float64) -> NDArray[np.uint8]:
    """Return class codes of pixels (lines, pixels).

    `steps` (2, 2) m are the steps to the next column and row.

    Where classes meet: particle over grain boundary over 180-degree over ferroelastic wall over
    step.
    """
    at = crystal_at(layers, x.ravel(), y.ravel())
    labels = np.zeros(at.x.shape, np.uint8)
    if layers.relief.terraces is not None:
        level, _ = layers.relief.terraces.level(at.x, at.y)
        labels[_on_line(level, steps)] = ClassCode.TOPOGRAPHY_EDGE
    labels[_on_scratch(layers, at, steps)] = ClassCode.TOPOGRAPHY_EDGE
    _draw_twins(layers, at, steps, labels)
    labels[_on_domain_wall(layers, at, steps)] = ClassCode.WALL_180
    if layers.grains is not None and at.where is not None:
        on = _on_boundary(layers.grains, at.where, (x, y), steps)
        labels[on.ravel()] = ClassCode.GRAIN_BOUNDARY
    if layers.relief.particles is not None:
        rim, _ = layers.relief.particles.level(at.x, at.y)
        labels[rim.distance > 0] = ClassCode.BACKGROUND
        labels[_on_line(rim, steps)] = ClassCode.TOPOGRAPHY_EDGE
    return labels.reshape(x.shape)


def draw_hidden(layers: Layers, x: Float64, y: Float64, steps: Float64) -> Mask:
    """Return where (lines, pixels) walls cannot be seen: dead, below dust, far below a pixel."""
    at = crystal_at(layers, x.ravel(), y.ravel())
    hidden = np.zeros(at.x.shape, bool)
    dead = dead_share(layers, at.x, at.y)
    if dead is not None:
        hidden |= dead > 0.7
    if layers.relief.particles is not None:
        hidden |= layers.relief.particles.level(at.x, at.y)[0].distance > 0
    pixel = np.hypot(*steps.T).max()
    for twin in layers.twins:
        a = twin.across(at.u, at.v)
        unseen = (a.half > 0) & (2 * a.half < UNSEEN_TWIN_PX * pixel)
        hidden |= unseen & (np.abs(a.middle) < pixel)
    return hidden.reshape(x.shape)


def _reach(nx: Float32, ny: Float32, steps: Float64) -> Float32:
    s = steps.astype(np.float32)
    along_column = np.abs(nx * s[0, 0] + ny * s[0, 1])
    along_row = np.abs(nx * s[1, 0] + ny * s[1, 1])
    reach: Float32 = np.float32(0.5) * np.maximum(along_column, along_row)
    return reach


def _on_line(level: Level, steps: Float64) -> Mask:
    on: Mask = np.abs(level.distance) <= _reach(level.nx, level.ny, steps)
    return on


def _on_boundary(grains: Grains, where: Where, at: tuple[Float64, Float64], steps: Float64) -> Mask:
    """Return where grain boundaries run, (lines, pixels).

    Of any two pixels that share a side and lie in different grains, the nearer to its boundary is
    on the line. The pixel sides between grains form a path; those that follow each other on it meet
    in a corner, and the four pixels around a corner are all neighbours: the line is 8-connected,
    whatever the shape of the boundary. Where it is straight these are the pixels of `_on_line`.
    """
    grain, distance = _with_rim(grains, where, at, steps)
    on = np.zeros(grain.shape, bool)
    one, other = slice(None, -1), slice(1, None)
    for here, there in (((one,), (other,)), ((slice(None), one), (slice(None), other))):
        between = grain[here] != grain[there]
        nearer = distance[here] < distance[there]
        # the grain's number decides a tie, so that a line stays one pixel wide in every crop
        nearer |= (distance[here] == distance[there]) & (grain[here] < grain[there])
        on[here] |= between & nearer
        on[there] |= between & ~nearer
    return on[1:-1, 1:-1]


def _with_rim(
    grains: Grains, where: Where, at: tuple[Float64, Float64], steps: Float64
) -> tuple[NDArray[np.intp], Float32]:
    """Return grain and distance of pixels and of those around them, (lines + 2, pixels + 2).

    Corners of the rim, which no pixel has a side in common with, are 0.
    """
    shape = at[0].shape
    column, row = steps
    rim = [
        np.concatenate([p[0] - row[i], p[-1] + row[i], p[:, 0] - column[i], p[:, -1] + column[i]])
        for i, p in enumerate(at)
    ]
    beyond = grains.find(*rim)
    framed = []
    for inside, outside in (
        (where.grain, beyond.grain),
        (where.boundary.distance, beyond.boundary.distance),
    ):
        whole = np.zeros((shape[0] + 2, shape[1] + 2), inside.dtype)
        whole[1:-1, 1:-1] = inside.reshape(shape)
        ends = 2 * shape[1]
        whole[[0, -1], 1:-1] = outside[:ends].reshape(2, -1)
        whole[1:-1, [0, -1]] = outside[ends:].reshape(2, -1).T
        framed.append(whole)
    return framed[0], framed[1]


def _on_domain_wall(layers: Layers, at: Crystal, steps: Float64) -> Mask:
    """Return where a 180-degree wall runs: near its line, and the polarization really turns there.

    Where the level set comes close to zero and turns back, distance = f / |grad f| alone would see
    a wall.
    """
    walls = domain_level(layers, at)
    if walls is None:
        return np.zeros(at.x.shape, bool)
    on = _on_line(walls, steps)
    near = np.flatnonzero(on)
    nx, ny = walls.nx[near], walls.ny[near]
    column = np.abs(nx * steps[0, 0] + ny * steps[0, 1])
    row = np.abs(nx * steps[1, 0] + ny * steps[1, 1])
    step = np.where((column >= row)[:, None], steps[0], steps[1]) * CROSSING_REACH_PX
    grain = None if at.grain is None else at.grain[near]
    sides = []
    for sign in (-1, 1):
        x, y = at.x[near] + sign * step[:, 0], at.y[near] + sign * step[:, 1]
        side = domain_level(layers, in_crystal(layers, grain, x, y))
        assert side is not None
        sides.append(side.distance > 0)
    on[near] = sides[0] != sides[1]
    return on


def _draw_twins(layers: Layers, at: Crystal, steps: Float64, labels: NDArray[np.uint8]) -> None:
    covered = np.zeros(at.x.shape, bool)
    for twin in layers.twins:
        across = twin.across(at.u, at.v)
        labels[_on_twin(twin, across, at, steps) & ~covered] = ClassCode.WALL_FERROELASTIC
        covered |= across.inside > 0


def _on_twin(twin: TwinSet, across: Across, at: Crystal, steps: Float64) -> Mask:
    cx, cy = twin.normal
    nx = np.broadcast_to(np.float32(cx), at.x.shape)
    ny = np.broadcast_to(np.float32(cy), at.x.shape)
    normal = at.turned(Level(across.inside, nx, ny))
    reach = _reach(normal.nx, normal.ny, steps)
    pixel = np.float32(np.hypot(*steps.T).max())
    thin = 2 * across.half < np.float32(THIN_TWIN_PX) * pixel
    line = np.where(thin, across.middle, across.inside)
    on: Mask = (np.abs(line) <= reach) & (across.half > 0)
    return on


def _on_scratch(layers: Layers, at: Crystal, steps: Float64) -> Mask:
    on = np.zeros(at.x.shape, bool)
    scratches = layers.relief.scratches
    if scratches is None:
        return on
    for k in range(len(scratches.starts)):
        along, off = scratches.along(k, at.x, at.y)
        d = (scratches.ends[k] - scratches.starts[k]) / scratches.length(k)
        normal = np.array([-d[1], d[0]])
        reach = 0.5 * np.abs(steps @ normal).max()
        on |= (np.abs(off) <= reach) & (along >= 0) & (along <= scratches.length(k))
    return on
