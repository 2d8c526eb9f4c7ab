"""The sample as grown: a pure function of position with known walls, made from a recipe."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import pixel_grid
from ai_afm.microscope.simulated.drawing import draw_hidden, draw_labels
from ai_afm.microscope.simulated.fields import Float64
from ai_afm.microscope.simulated.layers import (
    Crystal,
    Layers,
    crystal_at,
    dead_share,
    grow_layers,
)
from ai_afm.microscope.simulated.local import Local
from ai_afm.microscope.simulated.recipes import random_spec, spec_for
from ai_afm.microscope.simulated.spec import WORLD_KINDS, WorldSpec
from ai_afm.microscope.simulated.surface import Coercivity, Surface
from ai_afm.microscope.simulated.truth import true_network
from ai_afm.types import ScanRegion, WallNetwork

__all__ = ["WORLD_KINDS", "GrownWorld", "WorldSpec", "build_world", "make_world", "random_spec"]


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
        local = Local(self.layers, at, across)
        surface = (
            local.height(),
            *local.responses(),
            local.stiffness(),
            local.potential(),
            local.adhesion(),
            local.ionic(),
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
        """Tell where walls cannot be seen: dead response, dust, twins below 0.3 px."""
        return draw_hidden(self.layers, *_grid(region, shape))


@dataclass(frozen=True, slots=True)
class Untouched:
    """A sample that nothing was done to: its world, at any time."""

    world: GrownWorld

    def surface(self, x: Float64, y: Float64, time: float) -> Surface:
        """Return the pristine surface."""
        del time
        return self.world.surface(x, y)

    def expose(
        self, x: Float64, y: Float64, bias: float, drive: float, seconds: float, time: float
    ) -> None:
        """Forget it: an image leaves no trace here."""


def _grid(
    region: ScanRegion, shape: tuple[int, int]
) -> tuple[Float64, Float64, NDArray[np.float64]]:
    """Return pixel centres (x, y) and the steps to the next column and row, (2, 2) m."""
    x, y = pixel_grid(region, shape)
    c, s = np.cos(region.angle), np.sin(region.angle)
    dx, dy = region.size[0] / shape[1], region.size[1] / shape[0]
    return x, y, np.array([[c * dx, s * dx], [s * dy, -c * dy]])


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
        Typical feature size (domain width, lamella period, grain size), m; `None` for the kind's
        own.

    Raises
    ------
    BadInput
        If the kind is not known.
    """
    return build_world(spec_for(kind, seed, extent_m, scale))
