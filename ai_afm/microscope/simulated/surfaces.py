"""Relief that is no domain and no grain: roughness, terraces, scratches, particles and pits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.domains import Level
from ai_afm.microscope.simulated.fields import (
    Float32,
    Float64,
    Lattice,
    PeriodicField,
    filtered_noise,
    fractal_spectrum,
    periodic_field,
    smooth_field,
    wave_numbers,
)
from ai_afm.microscope.simulated.spec import ReliefSpec

PARTICLE_TABLE = 64
PITCHES = (3e-9, 20e-9, 130e-9)
"""Roughness is one tile laid three times, ever coarser and turned, so that no period shows (m)."""
LONGEST_WAVE = 80
"""Waves longer than this (cells) are left to the next coarser layer."""


@dataclass(frozen=True, slots=True)
class Texture:
    """A self-affine tile, 512 x 512, unit spread, that is laid at any pitch."""

    tile: PeriodicField
    hurst: float

    def at(self, x: Float64, y: Float64, pitch: float) -> Float32:
        """Return the texture with nodes `pitch` m apart, (n,)."""
        return self.tile.at(Lattice(self.tile.lattice.cells, pitch).places(x, y))

    def rough(self, x: Float64, y: Float64) -> Float32:
        """Return roughness of unit spread from nanometres to ten micrometres, (n,)."""
        weights = np.array(PITCHES) ** self.hurst
        weights /= np.hypot.reduce(weights)
        total = np.zeros(x.shape, np.float32)
        for k, (pitch, weight) in enumerate(zip(PITCHES, weights, strict=True)):
            c, s = np.cos(0.7 * k), np.sin(0.7 * k)
            total += np.float32(weight) * self.at(c * x + s * y, c * y - s * x, pitch)
        return total


def grow_texture(hurst: float, rng: np.random.Generator) -> Texture:
    """Grow a tile with Hurst exponent `hurst`."""
    kx, ky = wave_numbers(512)
    short = 1 - np.exp(-(kx**2 + ky**2) * np.float32(LONGEST_WAVE**2))
    nodes = filtered_noise(rng, 512, fractal_spectrum(512, hurst) * short)
    return Texture(periodic_field(Lattice(512, 1.0), nodes), hurst)


@dataclass(frozen=True, slots=True)
class Terraces:
    """Steps of one height between terraces: level lines of an inclined, wavy plane."""

    height: float
    width: float
    angle: float
    wobble: float
    field: PeriodicField

    def count(self, x: Float64, y: Float64) -> Float64:
        """Return the (fractional) number of steps climbed, (n,); steps lie at the integers."""
        up = (np.cos(self.angle) * x + np.sin(self.angle) * y) / self.width
        return np.asarray(up + self.wobble * self.field.at(self.field.lattice.places(x, y)))

    def level(self, x: Float64, y: Float64) -> tuple[Level, Float64]:
        """Return the distance to the nearest step and that step's number, points (n,) in m."""
        f, fx, fy = self.field.with_gradient(self.field.lattice.places(x, y))
        c, s = np.cos(self.angle), np.sin(self.angle)
        climbed = (c * x + s * y) / self.width + self.wobble * f
        gx = (np.float32(c / self.width) + np.float32(self.wobble) * fx).astype(np.float32)
        gy = (np.float32(s / self.width) + np.float32(self.wobble) * fy).astype(np.float32)
        norm = 1 / np.sqrt(gx**2 + gy**2 + np.float32((0.05 / self.width) ** 2))
        step = np.round(climbed)
        return Level((climbed - step).astype(np.float32) * norm, gx * norm, gy * norm), step

    def relief(self, x: Float64, y: Float64) -> Float64:
        """Return the height, (n,) m; an edge is 4 nm wide."""
        level, step = self.level(x, y)
        return np.asarray(self.height * (step - 0.5 + 0.5 * np.tanh(level.distance / 2e-9)))


@dataclass(frozen=True, slots=True)
class Scratches:
    """Straight grooves with piled-up edges; `starts`, `ends` are (n, 2) m."""

    starts: Float64
    ends: Float64
    depth: Float64
    width: float

    def along(self, number: int, x: Float64, y: Float64) -> tuple[Float64, Float64]:
        """Return place along a scratch (m from its start) and signed distance from its line."""
        d = self.ends[number] - self.starts[number]
        c, s = d / np.hypot(*d)
        dx, dy = x - self.starts[number, 0], y - self.starts[number, 1]
        return c * dx + s * dy, c * dy - s * dx

    def length(self, number: int) -> float:
        """Return the length of a scratch, m."""
        return float(np.hypot(*(self.ends[number] - self.starts[number])))

    def relief(self, x: Float64, y: Float64) -> Float64:
        """Return the height, (n,) m."""
        total = np.zeros_like(x)
        for k in range(len(self.starts)):
            along, off = self.along(k, x, y)
            near = np.flatnonzero(np.abs(off) < 6 * self.width)
            if not len(near):
                continue
            u, d = along[near], np.abs(off[near]) / self.width
            fade = 2 * self.width
            ends = 0.5 * (np.tanh(u / fade) - np.tanh((u - self.length(k)) / fade))
            profile = 0.35 * np.exp(-((d - 2.2) ** 2)) - np.exp(-(d**2))
            total[near] += self.depth[k] * ends * profile
        return total


@dataclass(frozen=True, slots=True)
class Particles:
    """Dust, islands or pits: round caps, at most one in each cell of a square grid `pitch` m wide.

    Tables are (PARTICLE_TABLE ** 2,): place in the cell (m), radius (m, 0 for none), height (m).
    """

    pitch: float
    x: Float64
    y: Float64
    radius: Float64
    height: Float64

    def level(self, x: Float64, y: Float64) -> tuple[Level, NDArray[np.intp]]:
        """Return the signed distance to the cell's particle (positive inside) and its number."""
        column, row = np.floor(x / self.pitch), np.floor(y / self.pitch)
        mask = PARTICLE_TABLE - 1
        number = (row.astype(np.intp) & mask) * PARTICLE_TABLE + (column.astype(np.intp) & mask)
        dx = x - column * self.pitch - self.x[number]
        dy = y - row * self.pitch - self.y[number]
        r = np.hypot(dx, dy)
        radius = self.radius[number]
        distance = np.where(radius > 0, radius - r, -self.pitch)
        safe = np.where(r > 0, r, 1.0)
        level = Level(*(a.astype(np.float32) for a in (distance, -dx / safe, -dy / safe)))
        return level, number

    def relief(self, x: Float64, y: Float64) -> tuple[Float64, Float32]:
        """Return height (n,) m and the signed distance to the rim, positive on a particle."""
        level, number = self.level(x, y)
        height = np.zeros_like(x)
        on = np.flatnonzero(level.distance > 0)
        radius = self.radius[number[on]]
        share = level.distance[on] / radius
        height[on] = self.height[number[on]] * np.sqrt(share * (2 - share))
        return height, level.distance

    def inside(self, low: Float64, high: Float64) -> tuple[Float64, Float64]:
        """Return centres (n, 2) and radii (n,) of particles whose cells touch a box, m."""
        i0, j0 = np.floor(low / self.pitch).astype(int)
        i1, j1 = np.floor(high / self.pitch).astype(int)
        j, i = (a.ravel() for a in np.mgrid[j0 : j1 + 1, i0 : i1 + 1])
        mask = PARTICLE_TABLE - 1
        number = (j & mask) * PARTICLE_TABLE + (i & mask)
        there = self.radius[number] > 0
        i, j, number = i[there], j[there], number[there]
        centers = np.stack([i * self.pitch + self.x[number], j * self.pitch + self.y[number]], 1)
        return centers, self.radius[number]


@dataclass(frozen=True, slots=True)
class Relief:
    """The parts of the relief; `None` where absent."""

    terraces: Terraces | None
    scratches: Scratches | None
    particles: Particles | None


def grow_relief(spec: ReliefSpec, extent: float, rng: np.random.Generator) -> Relief:
    """Grow terraces, scratches and particles in a square of side `extent` (m)."""
    return Relief(
        _terraces(spec, extent, rng) if spec.step_height else None,
        _scratches(spec, extent, rng) if spec.scratches else None,
        _particles(spec, extent, rng) if spec.particles else None,
    )


def _terraces(spec: ReliefSpec, extent: float, rng: np.random.Generator) -> Terraces:
    field = smooth_field(rng, extent, 2.5 * spec.terrace_width)
    angle = float(rng.uniform(0, 2 * np.pi))
    return Terraces(spec.step_height, spec.terrace_width, angle, spec.step_wobble, field)


def _scratches(spec: ReliefSpec, extent: float, rng: np.random.Generator) -> Scratches:
    n = spec.scratches
    starts = rng.uniform(-0.5, 0.5, (n, 2)) * extent
    # polishing scratches share a direction more often than not
    spread = np.where(rng.random(n) < 0.6, 0.1, 3.0)
    angle = rng.uniform(0, 2 * np.pi) + spread * rng.normal(0, 1, n)
    length = extent * np.exp(rng.uniform(np.log(0.1), np.log(1.2), n))
    ends = starts + length[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    depth = spec.scratch_depth * np.exp(0.4 * rng.standard_normal(n))
    return Scratches(starts, ends, depth, spec.scratch_width)


def _particles(spec: ReliefSpec, extent: float, rng: np.random.Generator) -> Particles:
    n = PARTICLE_TABLE**2
    radius = spec.particle_radius * np.exp(0.35 * rng.standard_normal(n))
    # cells are so large that the wanted number fills at most half of them and each particle fits
    pitch = max(extent * np.sqrt(0.5 / spec.particles), 2.2 * float(radius.max()))
    there = rng.random(n) < spec.particles * (pitch / extent) ** 2
    room = pitch - 2 * radius
    x, y = radius + room * rng.random((2, n))
    height = spec.particle_height * radius / spec.particle_radius
    height = height * np.exp(0.3 * rng.standard_normal(n))
    return Particles(float(pitch), x, y, np.where(there, radius, 0.0), height)
