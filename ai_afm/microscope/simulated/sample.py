"""The sample as grown: a pure function of position with known walls, made from a recipe and a seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import pixel_grid
from ai_afm.microscope.simulated.drawing import draw_hidden, draw_labels
from ai_afm.microscope.simulated.fields import Float32, Float64
from ai_afm.microscope.simulated.lamellae import Across
from ai_afm.microscope.simulated.layers import (
    Crystal,
    Layers,
    crystal_at,
    dead_share,
    domain_level,
    grow_layers,
)
from ai_afm.microscope.simulated.recipes import random_spec, spec_for
from ai_afm.microscope.simulated.spec import WORLD_KINDS, WorldSpec
from ai_afm.microscope.simulated.surface import Coercivity, Surface
from ai_afm.microscope.simulated.truth import true_network
from ai_afm.types import ScanRegion, WallNetwork

__all__ = ["WORLD_KINDS", "GrownWorld", "WorldSpec", "build_world", "make_world", "random_spec"]

BOUNDARY_SOFTENING = 0.25
"""Loss of contact stiffness on a grain boundary (less material under the tip)."""
BOUNDARY_ADHESION = 0.3
"""Gain of adhesion in a groove (more contact area)."""
TWIN_SOFTENING = 0.08
"""Loss of stiffness of an a against a c domain (elastic anisotropy of a tetragonal perovskite)."""
PARTICLE_SOFTENING = 0.4
IONIC_BOUNDARY_GAIN = 0.8
"""Vacancies are more mobile along boundaries: larger electrochemical strain there."""


@dataclass(frozen=True, slots=True)
class GrownWorld:
    """A `World`: pure functions of x, y (m), defined everywhere, with the truth known.

    Examples
    --------
    >>> world = make_world("labyrinth", seed=1, extent_m=4e-6)
    >>> surface = world.surface(np.array([[0.0, 1e-7]]), np.array([[0.0, 0.0]]))
    >>> surface.piezo.shape
    (1, 2)
    """

    spec: WorldSpec
    layers: Layers

    @property
    def name(self) -> str:
        """Kind and seed."""
        return f"{self.spec.kind}-{self.spec.seed}"

    @property
    def extent(self) -> ScanRegion:
        """Where the truth is known."""
        return ScanRegion((0.0, 0.0), (self.spec.extent, self.spec.extent))

    def surface(self, x: Float64, y: Float64) -> Surface:
        """Return the pristine surface at points of any (one) shape, m."""
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        at = crystal_at(self.layers, x.ravel(), y.ravel())
        across = tuple(t.across(at.u, at.v) for t in self.layers.twins)
        parts = _Parts(self.layers, at, across)
        surface = (
            parts.height(),
            *parts.responses(),
            parts.stiffness(),
            parts.potential(),
            parts.adhesion(),
            parts.ionic(),
        )
        h, piezo, lateral, stiffness, potential, adhesion, ionic = (
            np.asarray(a, float).reshape(x.shape) for a in surface
        )
        return Surface(h, piezo, lateral, stiffness, potential, adhesion, ionic)

    def coercivity(self, x: Float64, y: Float64) -> Coercivity:
        """Return the local switching properties at points of any (one) shape, m."""
        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        layers, electric = self.layers, self.spec.electric
        at = crystal_at(layers, x.ravel(), y.ravel())
        disorder = layers.slow.disorder.value(at.x, at.y)
        half_width = electric.coercive_bias * np.exp(electric.disorder * disorder)
        if layers.grains is not None and at.where is not None:
            half_width = half_width * layers.grains.properties.coercivity[at.where.grain]
        spread = 0.5 * electric.disorder * electric.coercive_bias
        imprint = electric.imprint + spread * layers.slow.imprint.value(at.x, at.y)
        distance = np.full(at.x.shape, self.spec.extent)
        if layers.domains is not None:
            distance = np.minimum(distance, layers.domains.wall_distance(at.u, at.v))
        for twin in layers.twins:
            distance = np.minimum(distance, twin.wall_distance(at.u, at.v))
        return Coercivity(
            (imprint - half_width).reshape(x.shape),
            (imprint + half_width).reshape(x.shape),
            distance.reshape(x.shape),
            self._switches(at).reshape(x.shape),
        )

    def _switches(self, at: Crystal) -> NDArray[np.bool_]:
        layers = self.layers
        polar = layers.domains is not None or bool(layers.twins)
        switches = np.full(at.x.shape, polar and self.spec.response.piezo > 0)
        dead = dead_share(layers, at.x, at.y)
        if dead is not None:
            switches &= dead < 0.9
        if layers.relief.particles is not None:
            switches &= layers.relief.particles.level(at.x, at.y)[0].distance < 0
        return switches

    def truth(self, region: ScanRegion) -> WallNetwork:
        """Return the true walls, junctions, needle tips and grains in a region."""
        return true_network(self.layers, region)

    def labels(self, region: ScanRegion, shape: tuple[int, int]) -> NDArray[np.uint8]:
        """Draw the true walls as 1-px lines of class codes, (lines, pixels) uint8, 0 elsewhere."""
        return draw_labels(self.layers, *_grid(region, shape))

    def hidden(self, region: ScanRegion, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Tell which pixels show no walls though there may be: dead response, dust, twins below 0.3 px."""
        return draw_hidden(self.layers, *_grid(region, shape))


def _grid(
    region: ScanRegion, shape: tuple[int, int]
) -> tuple[Float64, Float64, NDArray[np.float64]]:
    """Return pixel centres (x, y) and the steps to the next column and row, (2, 2) m."""
    x, y = pixel_grid(region, shape)
    c, s = np.cos(region.angle), np.sin(region.angle)
    dx, dy = region.size[0] / shape[1], region.size[1] / shape[0]
    return x, y, np.array([[c * dx, s * dx], [s * dy, -c * dy]])


class _Parts:
    """The quantities at points, put together from the layers; shared terms are computed once."""

    def __init__(self, layers: Layers, at: Crystal, across: tuple[Across, ...]) -> None:
        self.layers, self.at, self.across = layers, at, across
        self.spec = layers.spec
        particles = layers.relief.particles
        self.caps = particles.relief(at.x, at.y) if particles is not None else None
        self.dust = None if self.caps is None else _step(self.caps[1], 4e-9)
        self.groove: Float32 | None = None
        if layers.grains is not None and at.where is not None:
            width = np.float32(layers.grains.spec.groove_width)
            self.groove = np.exp(-at.where.boundary.distance / width)
        self.twinned = self._twinned()
        self.polarization = self._polarization()
        self.answer = self._answer()

    def _twinned(self) -> tuple[Float32, ...]:
        """Share of each twin set at the points: the first set hides those that it crosses."""
        if self.spec.twins is None:
            return ()
        shares: list[Float32] = []
        free: Float32 | float = np.float32(1)
        for a in self.across:
            share = _step(a.inside, self.spec.twins.wall_width)
            shares.append(share * free)
            free = free * (1 - share)
        return tuple(shares)

    def _polarization(self) -> Float32:
        level = domain_level(self.layers, self.at)
        if level is None or self.spec.domains is None:
            return np.ones(self.at.x.shape, np.float32)
        p: Float32 = np.tanh(level.distance / np.float32(self.spec.domains.wall_width))
        return p

    def _answer(self) -> Float32:
        """How much of its response the sample shows: mottle, patches, dead regions, dust, grooves."""
        response, slow, at = self.spec.response, self.layers.slow, self.at
        answer: Float32 = np.ones(at.x.shape, np.float32)
        if response.mottle:
            fine = self.layers.texture.at(at.x, at.y, response.mottle_length / 8)
            answer = np.exp(np.float32(response.mottle) * fine)
        if slow.patches is not None:
            patch = slow.patches.at(slow.patches.lattice.places(at.x, at.y))
            soft = np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(3) * (patch - 1))
            answer = answer * (1 - np.float32(response.patch_depth) * soft)
        dead = dead_share(self.layers, at.x, at.y)
        if dead is not None:
            answer = answer * (1 - np.float32(0.98) * dead)
        if self.dust is not None:
            answer = answer * (1 - self.dust)
        if self.groove is not None and self.layers.grains is not None:
            answer = answer * (1 - np.float32(self.layers.grains.spec.boundary_dip) * self.groove)
        return answer

    def height(self) -> Float64:
        relief, at, spec = self.layers.relief, self.at, self.spec.relief
        waves = self.layers.slow.waviness
        height = spec.waviness * waves.at(waves.lattice.places(at.x, at.y)).astype(float)
        if spec.roughness:
            height += spec.roughness * self.layers.texture.rough(at.x, at.y)
        if relief.terraces is not None:
            height += relief.terraces.relief(at.x, at.y)
        if relief.scratches is not None:
            height += relief.scratches.relief(at.x, at.y)
        if self.caps is not None:
            height += self.caps[0]
        for a in self.across:
            height += a.height
        if self.groove is not None:
            height += self._grain_height(self.groove)
        return height

    def _grain_height(self, groove: Float32) -> Float64:
        grains, where = self.layers.grains, self.at.where
        assert grains is not None and where is not None
        spec, p, g = grains.spec, grains.properties, where.grain
        rx, ry = where.from_seed
        dome = 1 - np.exp(where.boundary.distance * np.float32(-4 / spec.size))
        own = p.height[g] + p.tilt[g, 0] * rx + p.tilt[g, 1] * ry
        height: Float64 = (1 - groove) * own + spec.dome * dome - spec.groove_depth * groove
        return height

    def responses(self) -> tuple[Float64, Float64]:
        """Vertical and lateral piezoelectric coefficient, m/V."""
        response = self.spec.response
        p = self.polarization
        if response.asymmetry != 1:
            p = np.where(p < 0, np.float32(response.asymmetry) * p, p)
        strength = np.float32(response.piezo * 1e12) * self.answer * p  # pm/V: float32 keeps its digits
        vertical: Float32 | float = np.float32(1)
        lateral: Float32 | float = np.float32(0)
        if self.layers.grains is not None and self.at.where is not None:
            own = self.layers.grains.properties
            vertical = own.vertical.astype(np.float32)[self.at.where.grain]
            lateral = own.lateral.astype(np.float32)[self.at.where.grain]
        for twin, share, a in zip(self.layers.twins, self.twinned, self.across, strict=True):
            vertical = vertical * (1 - np.float32(1 - twin.spec.response) * share)
            # the in-plane axis lies across the lamella, whatever way the crystal is turned
            axis = np.cos(twin.angle) * self.at.cos - np.sin(twin.angle) * self.at.sin
            in_plane = twin.spec.in_plane * twin.polarity[a.number] * axis
            lateral = lateral * (1 - share) + in_plane.astype(np.float32) * share
        to_si = 1e-12
        return (strength * vertical).astype(float) * to_si, (strength * lateral).astype(float) * to_si

    def stiffness(self) -> Float32:
        stiffness = np.ones(self.at.x.shape, np.float32)
        for share in self.twinned:
            stiffness -= np.float32(TWIN_SOFTENING) * share
        if self.layers.grains is not None and self.at.where is not None:
            own = self.layers.grains.properties.stiffness.astype(np.float32)[self.at.where.grain]
            stiffness += own - np.float32(BOUNDARY_SOFTENING) * self.groove
        if self.dust is not None:
            stiffness -= np.float32(PARTICLE_SOFTENING) * self.dust
        return stiffness

    def potential(self) -> Float32:
        electric, field = self.spec.electric, self.layers.slow.potential
        slow = field.at(field.lattice.places(self.at.x, self.at.y))
        potential = electric.contact_potential + np.float32(electric.potential_spread) * slow
        if self.layers.domains is not None:
            potential = potential - np.float32(electric.domain_contrast / 2) * self.polarization
        if self.layers.grains is not None and self.at.where is not None:
            own = self.layers.grains.properties.potential.astype(np.float32)
            potential = potential + own[self.at.where.grain]
        return np.asarray(potential, np.float32)

    def adhesion(self) -> Float32:
        field = self.layers.slow.disorder
        slow = field.at(field.lattice.places(self.at.x, self.at.y))
        adhesion = 1 + np.float32(0.04) * slow
        if self.layers.grains is not None and self.at.where is not None:
            own = self.layers.grains.properties.adhesion.astype(np.float32)[self.at.where.grain]
            adhesion = adhesion + own + np.float32(BOUNDARY_ADHESION) * self.groove
        return np.asarray(adhesion, np.float32)

    def ionic(self) -> Float64:
        ionic = self.spec.response.ionic
        if not ionic:
            return np.zeros(self.at.x.shape)
        gain: Float32 | float = 1.0
        if self.groove is not None:
            gain = 1 + np.float32(IONIC_BOUNDARY_GAIN) * self.groove
        return np.asarray(ionic * (self.answer * gain), float)


def _step(distance: Float32, width: float) -> Float32:
    """Return 1 well inside (distance > 0) and 0 well outside."""
    step: Float32 = np.float32(0.5) + np.float32(0.5) * np.tanh(distance / np.float32(width))
    return step


def build_world(spec: WorldSpec) -> GrownWorld:
    """Grow the world of a recipe: the same recipe gives the same world in every process."""
    return GrownWorld(spec, grow_layers(spec))


def make_world(
    kind: str, seed: int, extent_m: float = 20e-6, scale: float | None = None
) -> GrownWorld:
    """Grow a world of a kind.

    Parameters
    ----------
    kind
        One of `WORLD_KINDS`.
    seed
        Any integer >= 0.
    extent_m
        Side of the square in which the truth is known, m.
    scale
        Typical feature size (domain width, lamella period, grain size), m; `None` for the kind's own.

    Raises
    ------
    BadInput
        If the kind is not known.
    """
    return build_world(spec_for(kind, seed, extent_m, scale))
