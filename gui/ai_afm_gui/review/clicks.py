"""Where a person who knows a wall clicks to trace it. No Qt."""

from itertools import pairwise

import cv2
import numpy as np
from scipy.spatial import cKDTree

from ai_afm_gui.review.wire import LiveWire, Points, course

FOLLOWS = 2.0
"""Pixels beside the wall from which a person sees that the preview has left it."""
STRAIGHT = 1.5
"""Pixels by which a wall may leave a straight line that stands for it."""
STEP = 10
"""Pixels between two clicks, at least."""


def plan(wire: LiveWire, wall: Points, most: int | None) -> list[int]:
    """Return at which places of a wall a person clicks: both ends, and where else it is needed.

    Where the path between two clicks leaves the wall, the next one is put there, as far from it as
    it comes.
    """
    return plan_of(wire, wall, most)[0]


def plan_of(wire: LiveWire, wall: Points, most: int | None) -> tuple[list[int], bool]:
    """Return the places of `plan`, and whether the path follows the wall with these clicks."""
    places = [0, len(wall) - 1]
    while True:
        worst, where, left = FOLLOWS, None, False
        for start, end in pairwise(places):
            piece = wall[start : end + 1]
            wire.build(wire.snapped(at(piece[0])))
            path = np.array(course(wire.path(wire.snapped(at(piece[-1]))), wire.ridge))
            away = np.asarray(cKDTree(dense(path)).query(piece)[0])
            # what goes astray on the way is seen as well
            astray = float(np.max(cKDTree(dense(piece)).query(dense(path))[0]))
            left |= max(float(away.max()), astray) > FOLLOWS + 1
            if away.max() > worst and end - start > STEP:
                worst, where = float(away.max()), start + int(away.argmax())
        if where is None or where in places or (most is not None and len(places) >= most):
            return places, not left
        places = sorted([*places, where])


def corners_of(wall: Points) -> Points:
    """Return the points between which a wall is straight."""
    few = cv2.approxPolyDP(wall.astype(np.float32)[:, None], STRAIGHT, False)
    return np.asarray(few.reshape(-1, 2), np.float64)


def dense(points: Points) -> Points:
    """Return a line with a point every half pixel."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    places = np.linspace(0, along[-1], max(int(2 * along[-1]), 2))
    return np.stack([np.interp(places, along, column) for column in points.T], axis=1)


def at(point: Points) -> tuple[float, float]:
    """Return a place as gestures take it."""
    return float(point[0]), float(point[1])
