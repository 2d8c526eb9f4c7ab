"""A rectangle on the map under a person's hand: draw, move, resize, turn; it stays in reach.

No Qt: points come in sample coordinates, m. What is out of reach is not cut off: the rectangle is
moved back as a whole, and only one that is too large gets smaller.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import contains, corners, to_region, to_sample
from ai_afm.types import Point, ScanRegion

SMALLEST = 5e-9
"""Least side of a drawn rectangle, m: below that a click was meant."""
TURN_STEP = math.radians(15)
"""Of a turn with the Shift key held."""
STEM = 0.12
"""Distance of the turning handle from its edge, as a share of the longer side."""


class Part(StrEnum):
    """What of the rectangle is under the hand."""

    BODY = "body"
    CORNER = "corner"
    TURN = "turn"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Grab:
    """What is held: the part, which corner, where it was taken, and the rectangle by then."""

    part: Part
    at: Point
    corner: int = 0
    region: ScanRegion | None = None


class RegionEditor:
    """The rectangle that a person draws, and what a press, a drag and a release do to it.

    Parameters
    ----------
    reach
        Where it has to stay, `None` for anywhere.
    """

    def __init__(self, reach: ScanRegion | None = None) -> None:
        self.reach = reach
        self.region: ScanRegion | None = None
        self.drawing = False
        self._grab: Grab | None = None

    @property
    def held(self) -> Part | None:
        """The part under the hand."""
        return None if self._grab is None else self._grab.part

    def set(self, region: ScanRegion | None) -> None:
        """Show another rectangle, moved into reach; `None` for none."""
        self.region, self._grab = None if region is None else self._kept(region), None

    def part_at(self, point: Point, tolerance: float) -> Grab | None:
        """Return what lies under a point (m), handles before the body; `None` for nothing."""
        region = self.region
        if region is None:
            return None
        if math.dist(point, turning_handle(region)) <= tolerance:
            return Grab(Part.TURN, point, region=region)
        away = [math.dist(point, corner) for corner in corners(region).tolist()]
        nearest = int(np.argmin(away))
        if away[nearest] <= tolerance:
            return Grab(Part.CORNER, point, nearest, region)
        u, v = to_region(region, *point)
        inside = abs(float(u)) <= region.size[0] / 2 and abs(float(v)) <= region.size[1] / 2
        return Grab(Part.BODY, point, region=region) if inside else None

    def press(self, point: Point, tolerance: float) -> bool:
        """Take what lies under a point, or begin a new rectangle; tell whether anything is held."""
        grab = self.part_at(point, tolerance)
        if grab is None and self.drawing:
            grab = Grab(Part.NEW, point)
        self._grab = grab
        return grab is not None

    def drag(self, point: Point, *, even: bool = False) -> None:
        """Follow the hand; `even` makes squares, and turns by steps of 15 degrees."""
        grab = self._grab
        if grab is None:
            return
        region = _dragged(grab, point, even)
        if region is not None:
            self.region = self._kept(region)

    def release(self) -> None:
        """Let go; a rectangle was drawn, so the next press beside it moves the map again."""
        if self._grab is not None and self._grab.part is Part.NEW and self.region is not None:
            self.drawing = False
        self._grab = None

    def _kept(self, region: ScanRegion) -> ScanRegion:
        return region if self.reach is None else moved_into(region, self.reach)


def turning_handle(region: ScanRegion) -> Point:
    """Return where the handle is that turns a rectangle, m: beyond the middle of its right edge."""
    beyond = region.size[0] / 2 + STEM * max(region.size)
    x, y = to_sample(region, beyond, 0.0)
    return float(x), float(y)


def moved_into(region: ScanRegion, reach: ScanRegion) -> ScanRegion:
    """Return the rectangle moved so that it lies within reach, smaller only where it must be.

    Parameters
    ----------
    region, reach
        Both may be turned.
    """
    if contains(reach, region):
        return region
    wide = _half_extent(region, reach.angle)
    share = min(1.0, *(s / 2 / w for s, w in zip(reach.size, wide, strict=True)))
    if share < 1:
        # a hair less, so that rounding leaves no corner outside
        size = tuple(s * share * (1 - 1e-12) for s in region.size)
        region = replace(region, size=(size[0], size[1]))
        wide = _half_extent(region, reach.angle)
    room = [max(s / 2 - w, 0.0) for s, w in zip(reach.size, wide, strict=True)]
    at = to_region(reach, *region.center)
    inside = (np.clip(c, -r, r) for c, r in zip(at, room, strict=True))
    x, y = to_sample(reach, *inside)
    return replace(region, center=(float(x), float(y)))


def rounded(region: ScanRegion, step: float = 1e-9) -> ScanRegion:
    """Return the rectangle with sides and place in whole steps (m), the angle in 0.1 degrees."""

    def near(value: float) -> float:
        return round(value / step) * step

    (x, y), (w, h) = region.center, region.size
    angle = math.radians(round(math.degrees(region.angle), 1))
    return ScanRegion((near(x), near(y)), (max(near(w), step), max(near(h), step)), angle)


def _half_extent(region: ScanRegion, angle: float) -> NDArray[np.float64]:
    axes = ScanRegion(region.center, region.size, angle)
    u, v = to_region(axes, *corners(region).T)
    return np.array([np.abs(u).max(), np.abs(v).max()])


def _dragged(grab: Grab, point: Point, even: bool) -> ScanRegion | None:
    region = grab.region
    if grab.part is Part.NEW or region is None:
        return _spanned(grab.at, point, 0.0, even)
    if grab.part is Part.BODY:
        (x, y), (x0, y0) = region.center, grab.at
        return replace(region, center=(x + point[0] - x0, y + point[1] - y0))
    if grab.part is Part.TURN:
        angle = math.atan2(point[1] - region.center[1], point[0] - region.center[0])
        angle = round(angle / TURN_STEP) * TURN_STEP if even else angle
        return replace(region, angle=angle)
    fixed = corners(region)[(grab.corner + 2) % 4]
    return _spanned((float(fixed[0]), float(fixed[1])), point, region.angle, even)


def _spanned(fixed: Point, free: Point, angle: float, even: bool) -> ScanRegion | None:
    """Return the rectangle between two opposite corners, `None` for one that is a click."""
    axes = ScanRegion(fixed, (1.0, 1.0), angle)
    u, v = (float(c) for c in to_region(axes, *free))
    if even:
        side = max(abs(u), abs(v))
        u, v = math.copysign(side, u), math.copysign(side, v)
    if min(abs(u), abs(v)) < SMALLEST:
        return None
    x, y = to_sample(axes, u / 2, v / 2)
    return ScanRegion((float(x), float(y)), (abs(u), abs(v)), angle)
