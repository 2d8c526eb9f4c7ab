"""Polycrystalline grains: a periodic Voronoi diagram in warped coordinates, exact at any point."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ai_afm.errors import BadInput
from ai_afm.microscope.simulated.domains import Level
from ai_afm.microscope.simulated.fields import (
    Float32,
    Float64,
    Lattice,
    PeriodicField,
    smooth_field,
)
from ai_afm.microscope.simulated.spec import GrainSpec

CANDIDATES = 6
"""Sites that a cell of the look-up table knows; a cell is a sixth of a grain wide."""

LARGEST_WARP = 0.2
"""The warp's slope then stays below 1 at four standard deviations: the coordinates cannot fold."""


@dataclass(frozen=True, slots=True)
class GrainProperties:
    """What differs from grain to grain, each (grains,).

    `angle`, `shift` (grains, 2) turn sample into crystal coordinates; `vertical`, `lateral` scale
    the response; `height` (m), `tilt` (grains, 2); `stiffness`, `adhesion` are relative deviations;
    `potential` (V); `poling` shifts the domain level; `coercivity` scales the coercive bias.
    """

    angle: Float64
    shift: Float64
    vertical: Float64
    lateral: Float64
    height: Float64
    tilt: Float64
    stiffness: Float64
    adhesion: Float64
    potential: Float64
    poling: Float64
    coercivity: Float64


@dataclass(frozen=True, slots=True)
class Where:
    """Points in grains: number, boundary (distance >= 0, normal), position from the seed (m)."""

    grain: NDArray[np.intp]
    boundary: Level
    from_seed: tuple[Float32, Float32]


@dataclass(frozen=True, slots=True)
class Grains:
    """A polycrystal that repeats after `lattice.period`."""

    spec: GrainSpec
    lattice: Lattice
    sites: Float64
    candidates: NDArray[np.intp]
    candidate_positions: Float32
    warp: tuple[PeriodicField, PeriodicField]
    properties: GrainProperties

    def warped(self, x: Float64, y: Float64) -> tuple[Float64, Float64]:
        """Return the coordinates (m) in which boundaries are straight."""
        fx, fy = self.warp
        places = fx.lattice.places(x, y)
        size = self.spec.warp * self.spec.size
        return x + size * fx.at(places), y + size * fy.at(places)

    def unwarped(self, u: Float64, v: Float64) -> tuple[Float64, Float64]:
        """Invert `warped` by fixed-point iteration, to well below 0.1 nm."""
        x, y = u, v
        for _ in range(80):
            wx, wy = self.warped(x, y)
            x, y = x + u - wx, y + v - wy
            if np.hypot(u - wx, v - wy).max(initial=0.0) < 1e-13:
                break
        return x, y

    def find(self, x: Float64, y: Float64) -> Where:
        """Return grain and nearest boundary of points (n,), m."""
        places = self.lattice.places(*self.warped(x, y))
        pitch = np.float32(self.lattice.pitch)
        px, py = places.s * pitch, places.t * pitch
        sites = self.candidate_positions[places.index].transpose(1, 2, 0)  # (candidates, 2, n)
        dx, dy = np.ascontiguousarray(sites[:, 0]), np.ascontiguousarray(sites[:, 1])
        np.subtract(px, dx, out=dx)
        np.subtract(py, dy, out=dy)
        square = dx * dx + dy * dy
        first = np.argmin(square, axis=0)
        n = np.arange(len(first))
        best, x1, y1 = square[first, n], dx[first, n], dy[first, n]
        boundary = _nearest_bisector((dx, dy, square), first, (best, x1, y1))
        return Where(self.candidates[places.index, first], boundary, (x1, y1))


def _nearest_bisector(
    sites: tuple[Float32, Float32, Float32],
    first: NDArray[np.intp],
    nearest: tuple[Float32, Float32, Float32],
) -> Level:
    """Return the distance to the nearest perpendicular bisector: (D_k - D_1) / (2 |s_k - s_1|)."""
    dx, dy, square = sites
    best, x1, y1 = nearest
    distance = np.full(len(first), np.inf, np.float32)
    nx, ny = np.zeros_like(distance), np.zeros_like(distance)
    for k in range(len(dx)):
        ax, ay = dx[k] - x1, dy[k] - y1  # = s_1 - s_k: away from the neighbour
        apart = np.sqrt(ax * ax + ay * ay)
        own = first == k
        apart[own] = 1
        d = (square[k] - best) / (2 * apart)
        d[own] = np.inf
        closer = d < distance
        np.copyto(distance, d, where=closer)
        np.copyto(nx, ax / apart, where=closer)
        np.copyto(ny, ay / apart, where=closer)
    return Level(distance, nx, ny)


def grow_grains(spec: GrainSpec, extent: float, rng: np.random.Generator) -> Grains:
    """Grow grains that cover `extent` (m).

    Raises
    ------
    BadInput
        If the warp is so strong that boundaries would fold over.
    """
    if not 0 <= spec.warp <= LARGEST_WARP:
        raise BadInput(f"warp {spec.warp:g} of grains must lie in 0 to {LARGEST_WARP:g}")
    across = max(4, int(np.ceil(1.1 * extent / spec.size)))
    sites = _sites(across, spec.irregularity, rng)
    cells = 16
    while cells < 6 * across:
        cells *= 2
    period = across * spec.size
    lattice = Lattice(cells, period / cells, -period / 2)
    centre = (np.arange(cells) + 0.5) / cells * across
    cx, cy = np.meshgrid(centre, centre)
    points = np.stack([cx.ravel(), cy.ravel()], axis=1)
    _, nearest = cKDTree(sites, boxsize=np.full(2, float(across))).query(points, k=CANDIDATES)
    away = (sites[nearest] - points[:, None] + across / 2) % across - across / 2
    positions = (away * spec.size + lattice.pitch / 2).astype(np.float32)
    warp = tuple(smooth_field(rng, extent, 1.2 * spec.size) for _ in range(2))
    return Grains(
        spec,
        lattice,
        sites * spec.size - period / 2,
        np.asarray(nearest, np.intp),
        positions,
        (warp[0], warp[1]),
        _properties(spec, len(sites), rng),
    )


def _sites(across: int, irregularity: float, rng: np.random.Generator) -> Float64:
    """Return seeds in a square of side `across`, one for each unit of area, (n, 2)."""
    y, x = np.mgrid[:across, :across].astype(float)
    x += 0.5 * (y % 2) if across % 2 == 0 else 0.0
    jitter = rng.uniform(-1, 1, (2, across, across)) * 0.9 * irregularity
    sites: Float64 = np.stack([x + jitter[0], y + jitter[1]], axis=-1).reshape(-1, 2) % across
    return sites


def _properties(spec: GrainSpec, n: int, rng: np.random.Generator) -> GrainProperties:
    # polar axes at random within a cone that opens with the spread: 1 is the whole hemisphere
    cos = 1 - spec.response_spread * rng.random(n)
    own = 0.0 if spec.coherent else 1.0
    return GrainProperties(
        angle=own * rng.uniform(0, 2 * np.pi, n),
        shift=own * rng.uniform(-5e-5, 5e-5, (n, 2)),
        vertical=cos,
        lateral=np.sqrt(1 - cos**2) * np.cos(rng.uniform(0, 2 * np.pi, n)),
        height=spec.height_spread * rng.standard_normal(n),
        tilt=spec.tilt_spread * rng.standard_normal((n, 2)),
        stiffness=np.exp(spec.contrast * rng.standard_normal(n)) - 1,  # never soft as nothing
        adhesion=np.exp(spec.contrast * rng.standard_normal(n)) - 1,
        potential=0.3 * spec.contrast * rng.standard_normal(n),
        poling=own * spec.poling * rng.standard_normal(n),
        coercivity=np.exp(0.5 * spec.contrast * rng.standard_normal(n)),
    )
