"""The place under a probing tip: what the tip feels there, and what it leaves behind."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import map_coordinates

from ai_afm.microscope.simulated.history import (
    ChargeSpot,
    HistoryItem,
    IonSpot,
    WallShift,
    WrittenDomain,
    segment_distance,
)
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.relaxation import ionic_times
from ai_afm.microscope.simulated.surface import Array
from ai_afm.microscope.simulated.switching_state import Site, SpotState, SwitchingSettings
from ai_afm.types import ClassCode, Point, ScanRegion

REACH = 80e-9
"""How far around the tip a wall is looked for, m; one farther away does not feel the bias."""
PATCH = 97
RINGS, SPOKES = 12, 16


@dataclass(frozen=True, slots=True)
class Spot:
    """The surroundings of a probing tip as they were when it came.

    Parameters
    ----------
    position
        (x, y) of the tip, m.
    site
        What the switching laws need to know.
    patch, pitch
        (n, n) piezo coefficient around the tip, m/V, row 0 at the smallest y, and its pixel size,
        m.
    offsets
        (2, points) where the tip feels, m from its centre; all points weigh the same.
    size
        (points,) |piezo| there without the dip at walls, m/V.
    towards_wall
        Unit vector from the tip to the movable wall.
    ionic, potential
        Mean electrochemical response (m/V) and surface potential (V) under the tip.
    spread
        Electric radius of the tip, m.
    """

    position: Point
    site: Site
    patch: Array
    pitch: float
    offsets: Array
    size: Array
    towards_wall: Point
    ionic: float
    potential: float
    spread: float

    def piezo(self, state: SpotState, settings: SwitchingSettings) -> float:
        """Return the piezo coefficient that the tip feels, m/V, for what was done since it came."""
        dx, dy = self.offsets
        if state.shift and math.isfinite(self.site.movable_wall):
            shift = self._shift(state, (0.0, 0.0), 0.0, settings)
            sx, sy = shift.offsets(dx, dy, 0.0)
            dx, dy = dx - sx, dy - sy
        value = self._interpolated(dx, dy)
        distance = np.hypot(*self.offsets)
        for radius, sign in state.dots:
            dot = WrittenDomain((0.0, 0.0), (0.0, 0.0), radius, sign, settings.wall_width, 0.0)
            share = dot.share(distance)
            value = (1 - share) * value + share * sign * self.size
        value = value + state.reversible * self.size if self.site.ferroelectric else value
        return float(value.mean())

    def left_behind(
        self, state: SpotState, time: float, settings: SwitchingSettings
    ) -> list[HistoryItem]:
        """Return what the probe has changed for good, as seen from `time` (s), its end."""
        items: list[HistoryItem] = []
        if state.shift and math.isfinite(self.site.movable_wall):
            items.append(self._shift(state, self.position, time, settings))
        items += [
            WrittenDomain(
                self.position,
                self.position,
                radius,
                sign,
                settings.wall_width,
                time,
                settings.back_switching,
            )
            for radius, sign in state.dots
        ]
        if state.charge:
            items.append(
                ChargeSpot(
                    self.position,
                    state.charge,
                    self.spread
                    + 20e-9,  # injected charge is wider than the contact that injects it
                    time,
                    settings.charge_life,
                    settings.charge_diffusion,
                )
            )
        if self.ionic and any(state.ions):
            times, weights = ionic_times(settings)
            near = settings.ionic_ease * math.exp(-self.site.nearest_wall / settings.wall_reach)
            change = [
                c * w / settings.ionic_voltage for c, w in zip(state.ions, weights, strict=True)
            ]
            lives = tuple(t * (1 - near) for t in times)
            items.append(IonSpot(self.position, tuple(change), lives, 2 * self.spread, time))
        return items

    def _shift(
        self, state: SpotState, origin: Point, time: float, settings: SwitchingSettings
    ) -> WallShift:
        d, e = self.site.movable_wall, self.towards_wall
        # Wider than 1.5 displacements, the warp of the plane stays one-to-one.
        width = max(30e-9, 1.5 * (abs(state.shift_fixed) + abs(state.shift_elastic)))
        wall = (origin[0] + d * e[0], origin[1] + d * e[1])
        fixed, elastic = state.shift_fixed, state.shift_elastic
        return WallShift(wall, e, fixed, elastic, width, time, settings.wall_recovery_time)

    def _interpolated(self, dx: Array, dy: Array) -> Array:
        middle = (self.patch.shape[0] - 1) / 2
        at = np.stack([dy / self.pitch + middle, dx / self.pitch + middle])
        return np.asarray(map_coordinates(self.patch, at, order=1, mode="nearest"))


def find_spot(
    sample: SwitchingSample, position: Point, electric_radius: float, time: float
) -> Spot:
    """Look at the surroundings of a place before it is probed.

    Parameters
    ----------
    sample
        With its history.
    position
        (x, y), m.
    electric_radius
        Standard deviation of the tip's field, m.
    time
        s.
    """
    half = REACH + 3.5 * electric_radius
    axis = np.linspace(-half, half, PATCH)
    px, py = np.meshgrid(position[0] + axis, position[1] + axis)
    patch = sample.surface(px, py, time).piezo
    offsets = _feeling_points(electric_radius)
    fx, fy = position[0] + offsets[0], position[1] + offsets[1]
    felt = sample.surface(fx, fy, time)
    # Where the tip feels, but as strong as beside a wall: the size that a written domain has.
    here = sample.coercivity(np.array([position[0]]), np.array([position[1]]))
    sign = -1 if patch[PATCH // 2, PATCH // 2] < 0 else 1
    ferroelectric = bool(here.ferroelectric[0])
    wall, towards = math.inf, (1.0, 0.0)
    # The rim of a written domain is a wall like any other. That of a dot right under the tip is
    # none to be pushed aside: around the tip it grows and shrinks as a whole.
    if ferroelectric and not _stands_in_dot(sample, position, time):
        wall, towards = _nearest_reversal(patch, axis, sign)
    half_width = float(here.down[0] - here.up[0]) / 2
    imprint = float(here.down[0] + here.up[0]) / 2
    nearest = min(float(here.wall_distance[0]), wall)
    ionic = float(felt.ionic.mean())
    boundary = _boundary_distance(sample, position) if ionic else math.inf
    return Spot(
        position,
        Site(half_width, imprint, ferroelectric, sign, nearest, wall, boundary),
        patch,
        float(axis[1] - axis[0]),
        offsets,
        sample.magnitude(fx, fy),
        towards,
        ionic,
        float(felt.potential.mean()),
        electric_radius,
    )


def _stands_in_dot(sample: SwitchingSample, position: Point, time: float) -> bool:
    """Tell whether a place lies in the inner half of a written dot, as it is at a time (s)."""
    now = (d.at(time) for d in sample.written if d.start == d.end)
    return any(d is not None and math.dist(d.start, position) <= d.radius / 2 for d in now)


def _boundary_distance(sample: SwitchingSample, position: Point) -> float:
    """Return the distance to the nearest grain boundary, m; inf beyond 5 reaches of its effect."""
    reach = 10 * sample.settings.ionic_reach
    x, y = np.array([position[0]]), np.array([position[1]])
    distance = math.inf
    for wall in sample.world.truth(ScanRegion(position, (reach, reach))).walls:
        if wall.code == ClassCode.GRAIN_BOUNDARY:
            corners = [(float(px), float(py)) for px, py in wall.points]
            for start, end in pairwise(corners):
                distance = min(distance, float(segment_distance(x, y, start, end)[0]))
    return distance


def _feeling_points(electric_radius: float) -> Array:
    """Return (2, points) of equal weight in a gaussian of that standard deviation."""
    quantile = (np.arange(RINGS) + 0.5) / RINGS
    radius = electric_radius * np.sqrt(-2 * np.log1p(-quantile))
    angle = np.arange(SPOKES) * (2 * np.pi / SPOKES)
    r, phi = np.meshgrid(radius, angle, indexing="ij")
    return np.stack([(r * np.cos(phi)).ravel(), (r * np.sin(phi)).ravel()])


def _nearest_reversal(patch: Array, axis: Array, sign: int) -> tuple[float, Point]:
    """Find where the coefficient changes its sign next to the middle: (distance, direction)."""
    gx, gy = np.meshgrid(axis, axis)
    opposite = (patch * sign < -0.1 * np.abs(patch).max()) & (np.hypot(gx, gy) < REACH)
    if not opposite.any():
        return math.inf, (1.0, 0.0)
    distance = np.where(opposite, np.hypot(gx, gy), np.inf)
    row, column = np.unravel_index(int(distance.argmin()), distance.shape)
    length = float(distance[row, column])
    towards = (float(gx[row, column]) / length, float(gy[row, column]) / length)
    # Along the ray, the zero lies where the interpolated coefficient changes its sign.
    middle, pitch = (len(axis) - 1) / 2, float(axis[1] - axis[0])
    ray = np.linspace(0.0, length, 400)
    at = np.stack([ray * towards[1] / pitch + middle, ray * towards[0] / pitch + middle])
    profile = map_coordinates(patch, at, order=1, mode="nearest") * sign
    first = int(np.argmax(profile <= 0))
    return float(ray[first]), towards
