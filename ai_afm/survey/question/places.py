"""Places on walls: drawn at random along their length, and the segment that each belongs to."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ai_afm.errors import BadInput
from ai_afm.types import Point, Wall

LONGEST = 1e-6
"""Length of wall that counts as one segment, m: beyond it defects and strain have changed."""


@dataclass(frozen=True, slots=True)
class WallPlace:
    """A place on a wall.

    Parameters
    ----------
    position
        (x, y), m.
    wall
        Number of the wall in the network.
    along
        Distance from the wall's first point, m.
    segment
        Name of the segment: the unit of replication.
    length_share
        Length of that segment over that of all walls: its chance in one draw.
    """

    position: Point
    wall: int
    along: float
    segment: str
    length_share: float


def draw_along(
    walls: Sequence[Wall], count: int, rng: np.random.Generator, longest: float = LONGEST
) -> tuple[WallPlace, ...]:
    """Draw places at random along the length of all walls: the arm that knows no preference.

    Parameters
    ----------
    walls
        Of a network.
    count
        How many, with replacement.
    rng
        Draws them.
    longest
        Walls are cut into equal segments of at most this length, m.

    Raises
    ------
    BadInput
        When the walls have no length.
    """
    lengths = np.array([w.length for w in walls], float)
    total = float(lengths.sum())
    if not total > 0:
        raise BadInput("there is no wall to draw a place on")
    ends = np.cumsum(lengths)
    places = []
    for at in rng.uniform(0, total, count):
        number = min(int(np.searchsorted(ends, at, side="right")), len(walls) - 1)
        along = min(float(at - (ends[number] - lengths[number])), float(lengths[number]))
        places.append(place_on(walls, number, along, longest))
    return tuple(places)


def place_on(walls: Sequence[Wall], wall: int, along: float, longest: float = LONGEST) -> WallPlace:
    """Return the place at a distance (m) along one of the walls, with its segment."""
    line = walls[wall]
    points = np.vstack([line.points, line.points[:1]]) if line.closed else line.points
    steps = np.hypot(*np.diff(points, axis=0).T)
    arc = np.concatenate([[0.0], np.cumsum(steps)])
    length = float(arc[-1])
    x, y = (float(np.interp(along, arc, points[:, axis])) for axis in (0, 1))
    parts = max(1, math.ceil(length / longest - 1e-9))
    part = min(int(parts * along / length), parts - 1) if length > 0 else 0
    share = length / parts / sum(w.length for w in walls)
    return WallPlace((x, y), wall, along, f"wall {wall + 1} part {part + 1}", share)
