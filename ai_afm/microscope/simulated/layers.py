"""A grown sample as its layers, and how points see them: in which crystal, near which wall."""

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.domains import Domains, Level, grow_domains
from ai_afm.microscope.simulated.fields import Float32, Float64, PeriodicField, smooth_field
from ai_afm.microscope.simulated.grains import Grains, Where, grow_grains
from ai_afm.microscope.simulated.lamellae import TwinSet, grow_twin_sets
from ai_afm.microscope.simulated.spec import WorldSpec
from ai_afm.microscope.simulated.surfaces import Relief, Texture, grow_relief, grow_texture


@dataclass(frozen=True, slots=True)
class SlowFields:
    """Smooth random fields of unit spread; dead regions and patches are `None` where absent."""

    potential: PeriodicField
    waviness: PeriodicField
    disorder: PeriodicField
    imprint: PeriodicField
    dead: PeriodicField | None
    dead_level: float
    patches: PeriodicField | None


@dataclass(frozen=True, slots=True)
class Layers:
    """Everything a world is made of; absent layers are `None` or empty."""

    spec: WorldSpec
    domains: Domains | None
    twins: tuple[TwinSet, ...]
    grains: Grains | None
    relief: Relief
    texture: Texture
    slow: SlowFields


@dataclass(frozen=True, slots=True)
class Crystal:
    """Points (n,) in sample and in crystal coordinates, m; in a single crystal `grain` is `None`.

    `where` is `None` too where the crystal was given and not looked up (`in_crystal`).
    """

    x: Float64
    y: Float64
    u: Float64
    v: Float64
    cos: Float64 | float
    sin: Float64 | float
    grain: NDArray[np.intp] | None = None
    where: Where | None = None

    def turned(self, level: Level) -> Level:
        """Return a level whose normal was in crystal coordinates with it in sample coordinates."""
        if self.grain is None:
            return level
        c, s = np.asarray(self.cos, np.float32), np.asarray(self.sin, np.float32)
        return Level(level.distance, c * level.nx - s * level.ny, s * level.nx + c * level.ny)


def crystal_at(layers: Layers, x: Float64, y: Float64) -> Crystal:
    """Return which crystal points (n,) in m lie in, and their coordinates in it."""
    if layers.grains is None:
        return Crystal(x, y, x, y, 1.0, 0.0)
    where = layers.grains.find(x, y)
    return replace(in_crystal(layers, where.grain, x, y), where=where)


def in_crystal(layers: Layers, grain: NDArray[np.intp] | None, x: Float64, y: Float64) -> Crystal:
    """Return points (n,) in m as given grains (n,) see them, as if each went on for ever."""
    if layers.grains is None or grain is None:
        return Crystal(x, y, x, y, 1.0, 0.0)
    p = layers.grains.properties
    c, s = np.cos(p.angle)[grain], np.sin(p.angle)[grain]
    shift = p.shift[grain]
    return Crystal(x, y, c * x + s * y + shift[:, 0], c * y - s * x + shift[:, 1], c, s, grain)


def domain_level(layers: Layers, at: Crystal) -> Level | None:
    """Return distance and normal of the nearest 180-degree wall, `None` without domains."""
    if layers.domains is None:
        return None
    bias: Float64 | float = 0.0
    if layers.grains is not None and at.grain is not None:
        bias = layers.grains.properties.poling[at.grain]
    return at.turned(layers.domains.level(at.u, at.v, bias))


def dead_share(layers: Layers, x: Float64, y: Float64) -> Float32 | None:
    """Return how dead (0 to 1) the response is at points, `None` where nothing is."""
    field = layers.slow.dead
    if field is None:
        return None
    level = np.float32(layers.slow.dead_level)
    excess = (field.at(field.lattice.places(x, y)) - level) * np.float32(6)
    share: Float32 = np.float32(0.5) + np.float32(0.5) * np.tanh(excess)
    return share


def grow_layers(spec: WorldSpec) -> Layers:
    """Grow all layers of a world, each from a random stream of its own."""
    streams = iter(np.random.default_rng([spec.seed, k]) for k in range(9))
    extent = 1.5 * spec.extent  # a turned region of the extent still lies inside
    rng = next(streams)
    domains = grow_domains(spec.domains, extent, rng) if spec.domains else None
    rng = next(streams)
    grains = grow_grains(spec.grains, extent, rng) if spec.grains else None
    rng = next(streams)
    coverage = smooth_field(rng, extent, extent / 6)
    twins = grow_twin_sets(spec.twins, extent, coverage, rng) if spec.twins else ()
    relief = grow_relief(spec.relief, spec.extent, next(streams))
    texture = grow_texture(spec.relief.hurst, next(streams))
    return Layers(spec, domains, twins, grains, relief, texture, _slow(spec, extent, next(streams)))


def _slow(spec: WorldSpec, extent: float, rng: np.random.Generator) -> SlowFields:
    response = spec.response
    # the level of a unit Gaussian that the wanted share of the area exceeds
    level = NormalDist().inv_cdf(1 - response.dead_fraction) if response.dead_fraction else 0.0
    return SlowFields(
        potential=smooth_field(rng, extent, extent / 8),
        waviness=smooth_field(rng, extent, spec.relief.waviness_length),
        disorder=smooth_field(rng, extent, max(2 * spec.feature_size, extent / 100)),
        imprint=smooth_field(rng, extent, max(4 * spec.feature_size, extent / 50)),
        dead=smooth_field(rng, extent, response.dead_length) if response.dead_fraction else None,
        dead_level=level,
        patches=smooth_field(rng, extent, response.patch_length) if response.patch_depth else None,
    )
