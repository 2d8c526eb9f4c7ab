"""What a tip leaves behind: written domains, displaced walls, trapped charge, moved ions.

Each item is a frozen value with its place and time, so that a history can be stored as JSON and
replayed.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.surface import Array
from ai_afm.types import Point


@dataclass(frozen=True, slots=True)
class WrittenDomain:
    """A dot or stroke of one polarity: all within `radius` of the segment `start` to `end`.

    `sign` is that of the piezo coefficient inside (-1 after a positive tip bias); `width` is the
    half width w (m) of the wall at its rim, `time` (s) when it was written. A later domain covers
    an earlier one. With the bias gone a dot switches back from its rim inwards, by `fade` (m) in
    each decade of time from 1 s on; strokes side by side make one area that holds.
    """

    start: Point
    end: Point
    radius: float
    sign: int
    width: float
    time: float
    fade: float = 0.0

    def at(self, time: float) -> "WrittenDomain | None":
        """Return the domain as it is at a time (s); `None` once its walls have met."""
        if not self.fade:
            return self
        radius = self.radius - self.fade * math.log10(1 + max(time - self.time, 0.0))
        return None if radius < 2 * self.width else replace(self, radius=radius)

    @property
    def reach(self) -> float:
        """Distance from the segment beyond which nothing of it is felt, m."""
        return self.radius + 5 * self.width

    def distance(self, x: Array, y: Array) -> Array:
        """Return the distance of points from the segment, m."""
        return segment_distance(x, y, self.start, self.end)

    def share(self, distance: Array) -> Array:
        """Return how much (0 to 1) of the domain is present at a distance from the segment."""
        return np.asarray(0.5 + 0.5 * np.tanh((self.radius - distance) / self.width))


@dataclass(frozen=True, slots=True)
class WallShift:
    """A native wall pushed by a pulse.

    Parameters
    ----------
    wall
        The point of the wall before, m.
    direction
        Unit vector of the displacement's positive sense.
    fixed, elastic
        Displacement that stays, and that which goes back with `recovery` (s), m.
    width
        Standard deviation of the bulge along the wall and across, m.
    time
        When the pulse ended, s.
    recovery
        Time constant of the elastic part, s.
    """

    wall: Point
    direction: Point
    fixed: float
    elastic: float
    width: float
    time: float
    recovery: float

    @property
    def largest(self) -> float:
        """The most by which anything is displaced at any time, m."""
        return abs(self.fixed) + abs(self.elastic)

    def displacement(self, time: float) -> float:
        """Return the displacement of the wall at its most displaced point, m."""
        return self.fixed + self.elastic * math.exp(-max(time - self.time, 0.0) / self.recovery)

    def offsets(self, x: Array, y: Array, time: float) -> tuple[Array, Array]:
        """Return by how much (dx, dy), m, the matter at points has moved."""
        shift = self.displacement(time)
        # The bulge is centred where the wall is now: there it is displaced by exactly `shift`.
        cx = self.wall[0] + shift * self.direction[0]
        cy = self.wall[1] + shift * self.direction[1]
        bulge = shift * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * self.width**2))
        return bulge * self.direction[0], bulge * self.direction[1]


@dataclass(frozen=True, slots=True)
class ChargeSpot:
    """Trapped charge: `potential` (V) in the middle at `time` (s), a gaussian of `spread` (m).

    It decays with `life` (s) and spreads with `diffusivity` (m^2/s); its peak therefore falls
    faster than exponentially at first, as surface charge is seen to do.
    """

    center: Point
    potential: float
    spread: float
    time: float
    life: float
    diffusivity: float

    def at(self, x: Array, y: Array, time: float) -> Array:
        """Return its potential at points, V."""
        age = max(time - self.time, 0.0)
        variance = self.spread**2 + 2 * self.diffusivity * age
        peak = self.potential * math.exp(-age / self.life) * self.spread**2 / variance
        square = (x - self.center[0]) ** 2 + (y - self.center[1]) ** 2
        return np.asarray(peak * np.exp(-square / (2 * variance)))

    def reach(self, time: float) -> float:
        """Return the distance beyond which less than 0.04 % of its peak is felt, m."""
        return 4 * math.sqrt(self.spread**2 + 2 * self.diffusivity * max(time - self.time, 0.0))


@dataclass(frozen=True, slots=True)
class IonSpot:
    """Ions moved by a bias: the local electrochemical response changes by a relaxing factor.

    `change` and `lives` (s) are the parts of the relative change at `time` (s) and their time
    constants.
    """

    center: Point
    change: tuple[float, ...]
    lives: tuple[float, ...]
    spread: float
    time: float

    def factor(self, x: Array, y: Array, time: float) -> Array:
        """Return the factor on the ionic response at points."""
        age = max(time - self.time, 0.0)
        change = sum(c * math.exp(-age / t) for c, t in zip(self.change, self.lives, strict=True))
        square = (x - self.center[0]) ** 2 + (y - self.center[1]) ** 2
        return np.asarray(1 + change * np.exp(-square / (2 * self.spread**2)))


FORGET = 1e-4
"""Trapped charge is forgotten below this potential (V), a change of ions below this share."""

HistoryItem: TypeAlias = WrittenDomain | WallShift | ChargeSpot | IonSpot


class Standing(NamedTuple):
    """A written domain, and where points (m) lay when nothing had moved its rim yet."""

    domain: WrittenDomain
    at: tuple[Array, Array]


def moved_back(
    points: tuple[Array, Array], time: float, items: Iterable[HistoryItem]
) -> tuple[Array, Array]:
    """Return where the matter at points (m) was before the walls among some items were pushed."""
    x, y = points
    dx, dy = np.zeros(x.shape), np.zeros(y.shape)
    for item in items:
        if isinstance(item, WallShift):
            sx, sy = item.offsets(x, y, time)
            dx, dy = dx + sx, dy + sy
    return x - dx, y - dy


def segment_distance(x: Array, y: Array, start: Point, end: Point) -> Array:
    """Return the distance of points from the segment between `start` and `end`, m."""
    ax, ay = end[0] - start[0], end[1] - start[1]
    px, py = x - start[0], y - start[1]
    length2 = ax * ax + ay * ay
    if length2 == 0:
        return np.asarray(np.hypot(px, py))
    along = np.clip((px * ax + py * ay) / length2, 0.0, 1.0)
    return np.asarray(np.hypot(px - along * ax, py - along * ay))


def bounds(x: Array, y: Array) -> tuple[float, float, float, float]:
    """Return (x min, y min, x max, y max) of points, m."""
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def touches(box: tuple[float, float, float, float], start: Point, end: Point, reach: float) -> bool:
    """Tell whether the surroundings of a segment may overlap a bounding box of points."""
    return bool(
        min(start[0], end[0]) - reach <= box[2]
        and max(start[0], end[0]) + reach >= box[0]
        and min(start[1], end[1]) - reach <= box[3]
        and max(start[1], end[1]) + reach >= box[1]
    )


def near(x: Array, y: Array, start: Point, end: Point, reach: float) -> NDArray[np.bool_]:
    """Select the points in the bounding box of a segment's surroundings."""
    return np.asarray(
        (x >= min(start[0], end[0]) - reach)
        & (x <= max(start[0], end[0]) + reach)
        & (y >= min(start[1], end[1]) - reach)
        & (y <= max(start[1], end[1]) + reach)
    )


def extent(item: HistoryItem, time: float) -> tuple[Point, Point, float]:
    """Return the segment (start, end) around which an item is felt, and how far, m."""
    match item:
        case WrittenDomain():
            return item.start, item.end, item.reach
        case WallShift():
            return item.wall, item.wall, 4 * item.width + item.largest
        case ChargeSpot():
            return item.center, item.center, item.reach(time)
        case IonSpot():
            return item.center, item.center, 4 * item.spread


def covers(new: WrittenDomain, old: HistoryItem) -> bool:
    """Tell whether a new domain leaves nothing of an old one to be seen."""
    if not isinstance(old, WrittenDomain):
        return False
    ends = np.array([old.start, old.end])
    return bool((new.distance(ends[:, 0], ends[:, 1]) + old.radius + old.width <= new.radius).all())


def is_gone(item: HistoryItem, time: float) -> bool:
    """Tell whether nothing of an item can be measured any more."""
    if isinstance(item, WrittenDomain):
        return item.at(time) is None
    if isinstance(item, ChargeSpot):
        at = np.array([item.center[0]]), np.array([item.center[1]])
        return bool(abs(item.at(*at, time)[0]) < FORGET)
    if isinstance(item, IonSpot):
        at = np.array([item.center[0]]), np.array([item.center[1]])
        return bool(abs(item.factor(*at, time)[0] - 1) < FORGET)
    return False


def from_entry(entry: dict[str, Any]) -> HistoryItem:
    """Return the item that a JSON object describes: its `kind` and its fields."""
    kinds: dict[str, Any] = {
        kind.__name__: kind for kind in (WrittenDomain, WallShift, ChargeSpot, IonSpot)
    }
    kind = kinds[entry.pop("kind")]
    item: HistoryItem = kind(
        **{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    )
    return item
