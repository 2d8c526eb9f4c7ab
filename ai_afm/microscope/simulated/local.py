"""The local quantities of a sample at points, put together from its layers."""

import numpy as np

from ai_afm.microscope.simulated.fields import Float32, Float64
from ai_afm.microscope.simulated.grains import Grains, Where
from ai_afm.microscope.simulated.lamellae import Across
from ai_afm.microscope.simulated.layers import Crystal, Layers, dead_share, domain_level

BOUNDARY_SOFTENING = 0.25
"""Loss of contact stiffness on a grain boundary (less material under the tip)."""
BOUNDARY_ADHESION = 0.3
"""Gain of adhesion in a groove (more contact area)."""
TWIN_SOFTENING = 0.08
"""Loss of stiffness of an a against a c domain (elastic anisotropy of a tetragonal perovskite)."""
PARTICLE_SOFTENING = 0.4
IONIC_BOUNDARY_GAIN = 0.8
"""Vacancies are more mobile along boundaries: larger electrochemical strain there."""


class Local:
    """What a sample is like at points (n,); shared terms are computed once."""

    def __init__(self, layers: Layers, at: Crystal, across: tuple[Across, ...]) -> None:
        self.layers, self.at, self.across = layers, at, across
        self.spec = layers.spec
        particles = layers.relief.particles
        self.caps = particles.relief(at.x, at.y) if particles is not None else None
        self.dust = None if self.caps is None else _step(self.caps[1], 4e-9)
        self.groove = np.zeros(at.x.shape, np.float32)
        """1 on a grain boundary, fading over the groove's width; 0 without grains."""
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
        free = np.ones(self.at.x.shape, np.float32)
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
        """How much of its response shows: mottle, patches, dead regions, dust, grooves."""
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
        if self.layers.grains is not None:
            answer = answer * (1 - np.float32(self.layers.grains.spec.boundary_dip) * self.groove)
        return answer

    def height(self) -> Float64:
        """Topography, m."""
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
        if self.layers.grains is not None and at.where is not None:
            height += self._grain_height(self.layers.grains, at.where)
        return height

    def _grain_height(self, grains: Grains, where: Where) -> Float64:
        spec, p, g, groove = grains.spec, grains.properties, where.grain, self.groove
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
        strength = np.float32(response.piezo * 1e12) * self.answer * p  # in pm/V
        vertical = np.ones(self.at.x.shape, np.float32)
        lateral = np.zeros(self.at.x.shape, np.float32)
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
        vertical, lateral = strength * vertical, strength * lateral
        return 1e-12 * vertical.astype(float), 1e-12 * lateral.astype(float)

    def stiffness(self) -> Float32:
        """Contact stiffness relative to the mean."""
        stiffness = np.ones(self.at.x.shape, np.float32)
        for share in self.twinned:
            stiffness *= 1 - np.float32(TWIN_SOFTENING) * share
        if self.layers.grains is not None and self.at.where is not None:
            own = self.layers.grains.properties.stiffness.astype(np.float32)[self.at.where.grain]
            stiffness *= (1 + own) * (1 - np.float32(BOUNDARY_SOFTENING) * self.groove)
        if self.dust is not None:
            stiffness *= 1 - np.float32(PARTICLE_SOFTENING) * self.dust
        return stiffness

    def potential(self) -> Float32:
        """Surface potential, V: positive bound charge of an up domain is overscreened."""
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
        """Adhesion relative to the mean."""
        field = self.layers.slow.disorder
        slow = field.at(field.lattice.places(self.at.x, self.at.y))
        adhesion = 1 + np.float32(0.04) * slow
        if self.layers.grains is not None and self.at.where is not None:
            own = self.layers.grains.properties.adhesion.astype(np.float32)[self.at.where.grain]
            adhesion = adhesion + own + np.float32(BOUNDARY_ADHESION) * self.groove
        return np.asarray(adhesion, np.float32)

    def ionic(self) -> Float64:
        """Electrochemical strain response, m/V."""
        ionic = self.spec.response.ionic
        if not ionic:
            return np.zeros(self.at.x.shape)
        gain = 1 + np.float32(IONIC_BOUNDARY_GAIN) * self.groove
        return np.asarray(ionic * (self.answer * gain), float)


def _step(distance: Float32, width: float) -> Float32:
    """Return 1 well inside (distance > 0) and 0 well outside."""
    step: Float32 = np.float32(0.5) + np.float32(0.5) * np.tanh(distance / np.float32(width))
    return step
