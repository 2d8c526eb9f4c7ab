"""The hysteresis of an open-loop scanner, from what trace and retrace of one frame show."""

import math
from dataclasses import replace

import numpy as np

from ai_afm.survey.tracking.planes import Grid, Plane, Sight, planes
from ai_afm.types import Direction

LARGEST = 0.08
"""Largest hysteresis that is looked for, as a share of a line."""
STEPS = 33
"""Values tried first; the best is refined by a parabola in ever smaller steps."""
ROUNDS = 3
POINTS = 256
"""Along a line of the grid at most."""
LEAST = 0.3
"""Least correlation of trace and retrace at the best value."""


def measure_hysteresis(sight: Sight) -> float | None:
    """Return the hysteresis, as a share of a line, at which trace and retrace agree best.

    The tip is ahead of its believed place on the way out and as far behind on the way back, so the
    two images of a line are shifted against each other by twice that, most in the middle.

    Returns
    -------
    float or None
        `None` where one way is missing, or trace and retrace do not look alike.
    """
    frame = sight.frame
    points = min(POINTS, frame.shape[1])
    lines = max(4, round(frame.shape[0] * points / frame.shape[1]))
    # the ends of lines are cut off: nothing is known beyond them
    grid = Grid(
        replace(frame.region, size=(0.9 * frame.region.size[0], frame.region.size[1])),
        (lines, points),
    )
    width = 2 * LARGEST / (STEPS - 1)
    values = np.linspace(-LARGEST, LARGEST, STEPS)
    best, height = 0.0, -math.inf
    for _ in range(ROUNDS):
        likes = np.array([_agreement(sight, grid, float(value)) for value in values])
        if not np.isfinite(likes).all():
            return None
        index = int(np.argmax(likes))
        best, height = float(values[index]), float(likes[index])
        values = best + width * np.linspace(-1, 1, 9)
        width /= 4
    return best if height >= LEAST else None


def _agreement(sight: Sight, grid: Grid, share: float) -> float:
    """Return the correlation of trace and retrace if the hysteresis is `share`; NaN without any."""
    straight = replace(sight, hysteresis=share)
    ways = [planes(straight, grid, direction) for direction in Direction]
    found = [
        _correlation(out, back)
        for out, back in zip(*ways, strict=True)
        if out is not None and back is not None
    ]
    return float(np.mean(found)) if found else math.nan


def _correlation(out: Plane, back: Plane) -> float:
    known = np.isfinite(out) & np.isfinite(back)
    a, b = out[known], back[known]
    size = math.sqrt(float((np.abs(a) ** 2).sum() * (np.abs(b) ** 2).sum()))
    return float(np.vdot(a, b).real) / size if size > 0 else 0.0
