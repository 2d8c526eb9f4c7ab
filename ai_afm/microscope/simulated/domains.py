"""180-degree domains: a smooth level-set function whose zero lines are the walls."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.microscope.simulated.fields import (
    Float32,
    Float64,
    PeriodicField,
    filtered,
    filtered_noise,
    lattice_for,
    periodic_field,
    smooth_spectrum,
    unit,
    wave_numbers,
)
from ai_afm.microscope.simulated.spec import PATTERNS, DomainSpec

CELLS_PER_WIDTH = 8
"""Lattice cells across a domain: the bilinear level set then is within about 1 % of a sine."""


@dataclass(frozen=True, slots=True)
class Level:
    """Signed distance (m, first order) to a line, and the unit normal of its growth, each (n,)."""

    distance: Float32
    nx: Float32
    ny: Float32


@dataclass(frozen=True)
class Domains:
    """A pattern of up (level > 0) and down domains, periodic and known at every point."""

    spec: DomainSpec
    field: PeriodicField

    def level(self, x: Float64, y: Float64, bias: Float64 | float = 0.0) -> Level:
        """Return the signed distance to the nearest wall by the level set, points (n,) in m.

        `bias` shifts the level set (more up where positive). The distance is exact at the wall and
        only large, not metric, in the middle of a domain.
        """
        f, fx, fy = self.field.with_gradient(self.field.lattice.places(x, y))
        f = f + np.asarray(bias, np.float32)
        # a floor under the gradient keeps extrema and saddles finite; it does not move the zero
        # line
        floor = np.float32((0.05 * np.pi / self.spec.width) ** 2)
        norm = 1 / np.sqrt(fx**2 + fy**2 + floor)
        return Level(f * norm, fx * norm, fy * norm)

    @cached_property
    def _edt(self) -> PeriodicField:
        """Distance (m) to the nearest wall on the lattice's nodes."""
        up = self.field.nodes > 0
        pad = self.field.lattice.cells // 4
        wide = np.pad(up, pad, mode="wrap").astype(np.uint8)
        far = cv2.distanceTransform(
            wide, cv2.DIST_L2, cv2.DIST_MASK_PRECISE
        ) + cv2.distanceTransform(1 - wide, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        metres = (far[pad:-pad, pad:-pad] - 0.5) * self.field.lattice.pitch
        return periodic_field(self.field.lattice, metres)

    def wall_distance(self, x: Float64, y: Float64) -> Float32:
        """Return the distance to the nearest wall, (n,) m: exact near walls, metric far away."""
        near = np.abs(self.level(x, y).distance)
        far = self._edt.at(self.field.lattice.places(x, y))
        close: NDArray[np.bool_] = far < 2 * self.field.lattice.pitch
        return np.where(
            close, np.minimum(near, far + np.float32(0.5 * self.field.lattice.pitch)), far
        )


def grow_domains(spec: DomainSpec, extent: float, rng: np.random.Generator) -> Domains:
    """Grow a pattern that covers `extent` (m).

    Filtered noise is put through a few rounds of saturation and band pass, a cheap form of
    the Swift-Hohenberg equation: domains get the even width that depolarization gives real ones.

    Raises
    ------
    BadInput
        If the pattern is not one of `PATTERNS`.
    """
    if spec.pattern not in PATTERNS:
        raise BadInput(f"no domain pattern {spec.pattern!r}; known: {', '.join(PATTERNS)}")
    lattice = lattice_for(extent, spec.width / CELLS_PER_WIDTH)
    spectrum = _spectrum(spec, lattice.cells)
    nodes = filtered_noise(rng, lattice.cells, spectrum)
    offset = np.float32(spec.bias)
    if spec.pattern != "irregular":
        for _ in range(3):
            nodes = unit(filtered(np.tanh(2 * nodes + offset), spectrum))
    return Domains(spec, periodic_field(lattice, nodes + offset))


def _spectrum(spec: DomainSpec, cells: int) -> Float32:
    kx, ky = wave_numbers(cells)
    center = 0.5 / CELLS_PER_WIDTH  # one period is two domains
    if spec.pattern == "irregular":
        along = np.float32(1 + 2 * (1 - spec.disorder))
        c, s = np.float32(np.cos(spec.angle)), np.float32(np.sin(spec.angle))
        u, v = kx * c + ky * s, (-kx * s + ky * c) * along
        length = np.float32(np.pi**2 * (1.1 * CELLS_PER_WIDTH) ** 2 / 2)
        wide = np.exp(-(u**2 + v**2) * length)
        # a little detail makes ragged outlines
        detail = 0.12 * smooth_spectrum(cells, 0.45 * CELLS_PER_WIDTH)
        return np.asarray(wide + detail, np.float32)
    spread = np.float32(center * (0.08 + 0.3 * spec.disorder))
    if spec.pattern == "stripes":
        c, s = np.float32(np.cos(spec.angle)), np.float32(np.sin(spec.angle))
        u, v = np.abs(kx * c + ky * s), -kx * s + ky * c
        bent = np.float32(center * (0.1 + 0.5 * spec.disorder))
        return np.asarray(np.exp(-(((u - center) / spread) ** 2) - (v / bent) ** 2), np.float32)
    k = np.sqrt(kx**2 + ky**2)
    return np.asarray(np.exp(-(((k - center) / spread) ** 2)), np.float32)
