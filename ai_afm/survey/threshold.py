"""From which bias on dots of a ladder are written, seen from the walls before and after."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm.survey.match import sample_walls
from ai_afm.survey.places import first_frame
from ai_afm.types import DOMAIN_WALL_CODES, Observation, Point, ScanRequest, WriteRequest

SAME = 2.5
"""Walls nearer to an earlier one than this, pixels, are that one."""
LEAST = 5.0
"""New wall around a dot, pixels, from which on it counts as written: the rim of the smallest dot
that a network draws."""

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rung:
    """A dot of the ladder: its bias (V), time (s), the new wall around it (m), and the verdict."""

    bias: float
    seconds: float
    new_wall: float
    written: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a ladder has found.

    Parameters
    ----------
    written
        Smallest |bias| at which any dot was written, V; `None` where none was.
    clean
        Largest |bias| below that at which none was, V; `None` where the smallest rung has written.
    rungs
        All dots.
    """

    written: float | None
    clean: float | None
    rungs: tuple[Rung, ...]


def find_threshold(
    before: Observation, write: Observation, after: Observation, drifts: tuple[Point, ...]
) -> Threshold | None:
    """Return the threshold of a ladder, `None` where a frame shows no walls that could be used.

    Parameters
    ----------
    before, after
        Frames of the place, with their walls.
    write
        The ladder as it was written; dots that were not reached do not count.
    drifts
        The drift that the coordinates of the three contain, m.
    """
    request = write.request
    if before.network is None or after.network is None or not isinstance(request, WriteRequest):
        return None
    if not isinstance(after.request, ScanRequest):
        return None
    pixel = max(after.request.pixel_size)
    old, _ = wall_points(before, drifts[0], pixel)
    new, lengths = wall_points(after, drifts[2], pixel)
    if len(old) and len(new):
        fresh = np.asarray(KDTree(old).query(new)[0]) > SAME * pixel
        new, lengths = new[fresh], lengths[fresh]
    dots = [s for s in request.strokes[: write.lines] if s.length == 0]
    if not dots:
        return None
    places = np.array([d.start for d in dots]) - np.asarray(drifts[1])
    found = [0.0] * len(dots)
    if len(new):
        # Each piece of new wall belongs to the nearest dot, if it is near enough to be its rim.
        reach = 0.6 * _pitch(places) if len(places) > 1 else math.inf
        away, nearest = (np.asarray(found_) for found_ in KDTree(places).query(new))
        rims = away <= reach
        found = np.bincount(nearest[rims], lengths[rims], len(dots)).tolist()
    rungs = tuple(
        Rung(d.bias, d.seconds, wall, wall >= LEAST * pixel)
        for d, wall in zip(dots, found, strict=True)
    )
    wrote = [abs(r.bias) for r in rungs if r.written]
    written = min(wrote, default=None)
    below = [abs(r.bias) for r in rungs if written is None or abs(r.bias) < written]
    return Threshold(written, max(below, default=None), rungs)


def wall_points(observation: Observation, drift: Point, step: float) -> tuple[Points, Points]:
    """Return places (n, 2) and lengths (n,), m, of the pieces of a frame's domain walls.

    Parameters
    ----------
    observation
        A frame with its walls.
    drift
        That its coordinates contain, m.
    step
        Length of a piece at most, m.

    Returns
    -------
    places, lengths
        In the coordinates of the run's first frame.
    """
    network = observation.network
    walls = () if network is None else network.walls
    points, lengths = sample_walls([w for w in walls if w.code in DOMAIN_WALL_CODES], step)
    return first_frame(observation, drift, points), lengths


def _pitch(places: Points) -> float:
    """Return the distance of a dot from its nearest neighbour, m, in the middle of all dots."""
    distance = np.asarray(KDTree(places).query(places, k=2)[0])
    return float(np.median(distance[:, 1]))
