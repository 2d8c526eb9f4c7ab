"""A star of probes around a junction: on its branches, and in the sectors between them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.control.ladder import Target
from ai_afm.control.plan_ground import FINE, Ground, distance_to
from ai_afm.control.plan_names import BRANCH, SECTOR, PlanPlace
from ai_afm.control.plan_words import Layout, Spot
from ai_afm.survey import polyline
from ai_afm.types import Point, Role, Wall

Points = NDArray[np.float64]

FEWEST = 3
"""Branches that make a junction."""

TAKEN = "too close to other sites"
NEARER = "another wall is nearer there"
ENDS = "the branch, the frame or the consent ends before"


@dataclass(frozen=True, slots=True)
class Arm:
    """A branch of a junction: its points (n, 2), m, outwards, and how far from the junction."""

    points: Points
    away: Points

    def at(self, radius: float) -> Points | None:
        """Return where it first is as far as `radius` (m) from the junction; `None` for never."""
        beyond = np.flatnonzero(self.away >= radius)
        return self.points[beyond[0]] if len(beyond) else None


def star(target: Target, ground: Ground, rng: np.random.Generator) -> Layout:
    """Return sites on the branches of a target's junction and between them, the nearest first.

    There is one place next to a junction and no fresh ground like it: which branch or sector gets
    the sites close to it is left to chance.
    """
    junction = _junction(target, ground)
    if junction is None:
        return Layout()
    arms, others = _arms(junction, ground)
    if len(arms) < FEWEST:
        return Layout()
    layout = Layout()
    for tenths in ground.tenths:
        for direction in rng.permutation(2 * len(arms)):
            number, kind = int(direction) // 2 + 1, (BRANCH, SECTOR)[int(direction) % 2]
            place = PlanPlace(target.name, kind, tenths, number)
            _add(place, (junction, arms, others), ground, layout)
    return layout


def _add(
    place: PlanPlace,
    around: tuple[Point, list[Arm], list[Wall]],
    ground: Ground,
    layout: Layout,
) -> None:
    """Put a site on a place of the star, or note why there is none."""
    junction, arms, others = around
    radius = place.tenths / 1e10
    if place.kind == BRANCH:
        point = arms[place.number - 1].at(radius)
        # along a branch it is enough that no other line runs right beside it
        least = ground.settings.transect_first_nm * 1e-9
    else:
        point = _between(junction, arms, place.number, radius)
        least = math.inf if point is None else _to_arms(arms, point)
    if point is None or not ground.view.allowed(point[None])[0]:
        layout.miss(place, ENDS)
    elif distance_to(others, point[None])[0] < least:
        layout.miss(place, NEARER)
    elif not ground.free(point):
        layout.miss(place, TAKEN)
    else:
        at = float(point[0]), float(point[1])
        ground.used.append(at)
        role = Role.WALL if place.kind == BRANCH else Role.BULK
        away = (point - junction) / math.dist(point, junction)
        domain = ground.domain_beside(at, away) if place.kind == SECTOR else 0
        layout.spots.append(Spot(place, role, at, _words(place, len(arms)), domain))


def _words(place: PlanPlace, branches: int) -> str:
    where = f"on branch {place.number}"
    if place.kind == SECTOR:
        where = f"between branches {place.number} and {place.number % branches + 1}"
    return f"star {place.target}: {place.nm} nm from the junction, {where}"


def _junction(target: Target, ground: Ground) -> Point | None:
    """Return the junction next to the target's place, at most a quarter of the frame away."""
    reach = max(ground.view.region.size) / 4
    places = [j.position for j in ground.view.junctions]
    near = [p for p in places if math.dist(p, target.anchor) <= reach]
    return min(near, key=lambda p: math.dist(p, target.anchor), default=None)


def _arms(junction: Point, ground: Ground) -> tuple[list[Arm], list[Wall]]:
    """Return the branches of a junction, counter-clockwise from x, and all lines that are none.

    A line that passes through the junction makes two branches.
    """
    touch = ground.view.step
    arms, others = [], []
    for line in ground.lines:
        points = polyline.resample(line.points, FINE, line.closed)
        away = np.hypot(*(points - junction).T)
        closest = int(np.argmin(away))
        if away[closest] > touch:
            others.append(line)
            continue
        if line.closed:
            points = np.roll(points[:-1], -closest, axis=0)
            middle = len(points) // 2
            ways = [points[: middle + 1], points[:middle:-1]]
        else:
            ways = [points[closest:], points[closest::-1]]
        arms += [Arm(way, np.hypot(*(way - junction).T)) for way in ways if len(way)]
    # what is no longer than a pixel or two is where a line overshoots the junction
    shortest = max(2 * touch, ground.settings.transect_first_nm * 1e-9)
    arms = [arm for arm in arms if arm.away.max() >= shortest]
    return sorted(arms, key=lambda arm: _angle(junction, arm, ground.spacing) % math.tau), others


def _angle(junction: Point, arm: Arm, radius: float) -> float:
    """Return the direction of an arm as seen from the junction at a radius (or its end), rad."""
    x, y = arm.points[int(np.argmax(arm.away >= min(radius, arm.away.max())))] - junction
    return math.atan2(y, x)


def _between(junction: Point, arms: list[Arm], number: int, radius: float) -> Points:
    """Return the place between a branch and the next one, half way by angle."""
    first, second = (_angle(junction, arms[k % len(arms)], radius) for k in (number - 1, number))
    angle = first + ((second - first) % math.tau) / 2
    return np.array(junction) + radius * np.array([math.cos(angle), math.sin(angle)])


def _to_arms(arms: list[Arm], point: Points) -> float:
    return min(float(np.hypot(*(arm.points - point).T).min()) for arm in arms)
