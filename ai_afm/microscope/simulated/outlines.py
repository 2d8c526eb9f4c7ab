"""Outlines of grains, terraces and particles, in metres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from ai_afm.microscope.simulated.fields import Float64
from ai_afm.microscope.simulated.grains import Grains
from ai_afm.microscope.simulated.lines import Box, Line, contours, densified
from ai_afm.microscope.simulated.surfaces import Particles, Terraces

RIM_POINTS = 96
"""Vertices of a rim: a 100 nm particle is then true to 0.06 nm."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A whole grain: its number, its outline (n, 2) m, and the box around it."""

    grain: int
    outline: Float64
    box: Box


def diagram_of(grains: Grains, box: Box) -> tuple[list[Line], Float64, list[Cell]]:
    """Return boundaries, triple points (n, 2) m and cells of all grains that may touch a box."""
    slack = 6 * grains.spec.warp * grains.spec.size
    low, high = box.low - slack, box.high + slack
    diagram, number = _tiled(grains, low, high)
    spacing = grains.spec.size / 80
    ridges = [diagram.vertices[r] for r in diagram.ridge_vertices if min(r) >= 0]
    edges = [densified(ridge, spacing) for ridge in ridges if _touch(ridge, low, high)]
    near = ((diagram.vertices > low) & (diagram.vertices < high)).all(axis=1)
    triple = np.stack(grains.unwarped(*diagram.vertices[near].T), axis=1)
    grain_numbers, outlines = [], []
    for seed, part in enumerate(diagram.point_region):
        ring = diagram.regions[part]
        if not ring or min(ring) < 0 or not _touch(diagram.vertices[ring], low, high):
            continue
        grain_numbers.append(int(number[seed]))
        polygon = _by_angle(diagram.vertices[ring], diagram.points[seed])
        outlines.append(densified(polygon, spacing, closed=True))
    cells = [
        Cell(g, p, Box(p.min(axis=0), p.max(axis=0)))
        for g, p in zip(grain_numbers, _unwarped(grains, outlines), strict=True)
    ]
    return [Line(p) for p in _unwarped(grains, edges)], triple, cells


def _tiled(grains: Grains, low: Float64, high: Float64) -> tuple[Voronoi, NDArray[np.intp]]:
    """Return the diagram around a box of warped coordinates, and the grain of each seed."""
    period = grains.lattice.period
    margin = 4 * grains.spec.size
    first = np.floor((low - margin) / period + 0.5).astype(int)
    last = np.floor((high + margin) / period + 0.5).astype(int)
    tiles = [(i, j) for i in range(first[0], last[0] + 1) for j in range(first[1], last[1] + 1)]
    everywhere = np.concatenate([grains.sites + np.array(t) * period for t in tiles])
    number = np.tile(np.arange(len(grains.sites)), len(tiles))
    near = ((everywhere > low - margin) & (everywhere < high + margin)).all(axis=1)
    return Voronoi(everywhere[near]), number[near]


def _touch(points: Float64, low: Float64, high: Float64) -> bool:
    return bool((points.max(axis=0) > low).all() and (points.min(axis=0) < high).all())


def _by_angle(polygon: Float64, center: Float64) -> Float64:
    """Return the corners of a convex polygon counter-clockwise around a point in it."""
    away = polygon - center
    return np.asarray(polygon[np.argsort(np.arctan2(away[:, 1], away[:, 0]))])


def _unwarped(grains: Grains, paths: list[Float64]) -> list[Float64]:
    if not paths:
        return []
    every = np.concatenate(paths)
    points = np.stack(grains.unwarped(every[:, 0], every[:, 1]), axis=1)
    return np.split(points, np.cumsum([len(p) for p in paths])[:-1])


def step_lines(terraces: Terraces, box: Box) -> list[Line]:
    """Return the edges of all terraces in a box."""
    extent = float((box.high - box.low).max())
    spacing = min(terraces.field.lattice.pitch / 2, extent / 64)
    x, y = np.meshgrid(*(np.linspace(lo, hi, 64) for lo, hi in zip(box.low, box.high, strict=True)))
    count = terraces.count(x.ravel(), y.ravel())
    lines: list[Line] = []
    for step in range(int(np.floor(count.min())), int(np.ceil(count.max())) + 1):
        found = contours(terraces.count, box, spacing, float(step))
        lines += [_on_step(terraces, line, spacing) for line in found]
    return lines


def _on_step(terraces: Terraces, line: Line, reach: float) -> Line:
    x, y = line.points.T.copy()
    for _ in range(3):
        level, _ = terraces.level(x, y)
        near = np.abs(level.distance) < reach
        x = np.where(near, x - level.distance * level.nx, x)
        y = np.where(near, y - level.distance * level.ny, y)
    return Line(np.stack([x, y], axis=1), line.closed)


def rims(particles: Particles, box: Box) -> list[Line]:
    """Return the rims of all particles that may touch a box."""
    margin = float(particles.radius.max())
    centers, radii = particles.inside(box.low - margin, box.high + margin)
    turn = np.linspace(0, 2 * np.pi, RIM_POINTS, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return [Line(c + r * circle, closed=True) for c, r in zip(centers, radii, strict=True)]
