"""Stretches of walls that are critical by their course: bent, charged, rare or unlike the others.

What is rare or novel is so among the walls of the same frame or map. A wall has no sense of
direction, so angles are counted modulo pi.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey import polyline
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Point, Wall

Values = NDArray[np.float64]

WINDOW = 8
"""Steps to each side of a point over which the course of a wall is judged; 16 steps are the size of
the closest frame."""
BENT = math.radians(50)
"""Least turn within a window that counts as a strong bend."""
CHARGED = 0.5
"""Least cosine between a wall's normal and the polar axis: 30 degrees off a neutral wall."""
BINS = 18
RARE = 0.02
"""Share of all wall length within 20 degrees below which a direction is rare (1/9 is usual)."""
ENOUGH = 20
"""Windows of wall that a frame needs before any direction in it can be called rare."""
WALLS = 12
"""Walls that a frame needs before one can be called unlike the others."""
UNLIKE = 4.0
"""Robust standard deviations from which a wall is unlike the others."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A critical stretch of a wall.

    Parameters
    ----------
    kind
        "bent_wall", "charged_wall", "rare_orientation" or "novel_wall".
    position
        Its middle, m.
    wall
        Index of the wall in the network.
    factor
        0..1: how much it is of its kind.
    """

    kind: str
    position: Point
    wall: int
    factor: float


@dataclass(frozen=True, slots=True)
class _Course:
    """A wall at even steps, without the half windows at its ends.

    `points` (n, 2) m; `direction` (n,) rad modulo pi; `turn` (n,) rad within a window.
    """

    wall: int
    points: Values
    direction: Values
    turn: Values


def critical_stretches(
    walls: Sequence[Wall], step: float, polar_axis: float | None
) -> Iterator[Stretch]:
    """Yield at most one critical stretch of each kind of each domain wall.

    Parameters
    ----------
    walls
        Of one frame or map.
    step
        A sixteenth of the closest frame, m.
    polar_axis
        In-plane axis of the polarisation in the sample frame, rad; `None` where it is not known,
        and then no wall is called charged.
    """
    courses = [c for i, w in enumerate(walls) if (c := _course(i, w, step)) is not None]
    shares = _shares(courses)
    for course in courses:
        code = walls[course.wall].code
        yield from _best(course, "bent_wall", course.turn / (math.pi / 2), BENT / (math.pi / 2))
        if polar_axis is not None and code in (ClassCode.WALL, ClassCode.WALL_180):
            certainty = 1.0 if code == ClassCode.WALL_180 else 0.5
            charge = certainty * np.abs(np.sin(course.direction - polar_axis))
            yield from _best(course, "charged_wall", charge, certainty * CHARGED)
        if shares is not None:
            rarity = 1 - shares[_bin(course.direction)] / RARE
            yield from _best(course, "rare_orientation", rarity, 0.0)
    yield from _novel(walls, courses)


def _course(index: int, wall: Wall, step: float) -> _Course | None:
    if wall.code not in DOMAIN_WALL_CODES or wall.length < 3 * WINDOW * step:
        return None
    points = polyline.resample(wall.points, step, wall.closed)
    if wall.closed:
        points = np.concatenate([points[-WINDOW:], points, points[:WINDOW]])
    if len(points) < 2 * WINDOW + 1:
        return None
    middle = points[WINDOW:-WINDOW]
    back, on = middle - points[: -2 * WINDOW], points[2 * WINDOW :] - middle
    cross = back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0]
    turn = np.abs(np.arctan2(cross, (back * on).sum(axis=1)))
    chord = back + on
    return _Course(index, middle, np.arctan2(chord[:, 1], chord[:, 0]) % math.pi, turn)


def _best(course: _Course, kind: str, values: Values, least: float) -> Iterator[Stretch]:
    at = int(np.argmax(values))
    if values[at] > least:
        x, y = course.points[at].tolist()
        yield Stretch(kind, (x, y), course.wall, min(float(values[at]), 1.0))


def _bin(direction: Values) -> NDArray[np.int64]:
    return np.minimum((direction / math.pi * BINS).astype(np.int64), BINS - 1)


def _shares(courses: Sequence[_Course]) -> Values | None:
    """Return the share of wall length in each bin and its neighbours; `None` where there is little.

    Neighbours count half, so that a direction at the edge of a bin is no rarer than in its middle.
    """
    count = sum(len(c.points) for c in courses)
    if count < ENOUGH * 2 * WINDOW:
        return None
    found = np.bincount(np.concatenate([_bin(c.direction) for c in courses]), minlength=BINS)
    wide = found + 0.5 * (np.roll(found, 1) + np.roll(found, -1))
    return np.asarray(wide / count)


def _novel(walls: Sequence[Wall], courses: Sequence[_Course]) -> Iterator[Stretch]:
    """Yield walls whose width, certainty or bending lies far from those of the others."""
    if len(courses) < WALLS:
        return
    table = np.array([_features(walls[c.wall], c) for c in courses])
    table = table[:, np.isfinite(table).sum(axis=0) >= WALLS]  # what is known of enough walls
    centre = np.nanmedian(table, axis=0)
    spread = 1.4826 * np.nanmedian(np.abs(table - centre), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        off = np.abs(table - centre) / spread
    off[~np.isfinite(off)] = 0.0  # a feature that is not known, or the same in all walls
    distance = off.max(axis=1, initial=0.0)
    for course, far in zip(courses, distance.tolist(), strict=True):
        if far > UNLIKE:
            x, y = course.points[len(course.points) // 2].tolist()
            yield Stretch("novel_wall", (x, y), course.wall, min(far / (2 * UNLIKE), 1.0))


def _features(wall: Wall, course: _Course) -> list[float]:
    width = math.nan if wall.apparent_width is None else math.log(wall.apparent_width)
    return [width, wall.probability, math.log(float(course.turn.mean()) + 0.01)]
