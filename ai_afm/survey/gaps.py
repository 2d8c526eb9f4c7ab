"""Short gaps in a line: two free ends that face each other, with a trace of probability between."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.survey.skeleton import Chains, Mask, trace

_CORNER = 3
"""Thinning may lead the last pixels of a line into a corner of its band."""
_COURSE = 8
"""Pixels of a line before those from which its direction at the end is told."""
_ASIDE = 1.0
"""Pixel positions know a line's course to about this, px."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How large a gap may be to be one in a line, not between two lines.

    Parameters
    ----------
    longest
        Distance of the two free ends, px.
    angle
        Either line may turn by this much to meet the other, rad.
    floor
        Probability of a line that must be there all along the gap.
    """

    longest: float = 8.0
    angle: float = math.radians(12)
    floor: float = 0.1


@dataclass(frozen=True, slots=True)
class _Ends:
    """Free ends of lines, (n, 2) float64, (row, column).

    `at` are the last pixels, `base` those a little before them that lie on the lines' courses for
    sure, `heading` the unit vectors that say where the lines were going there.
    """

    at: NDArray[np.float64]
    base: NDArray[np.float64]
    heading: NDArray[np.float64]


def bridged(chains: Chains, any_wall: NDArray[np.float32], edge: Mask, gap: Gap) -> Chains:
    """Return chains with the short gaps between them closed by straight strokes.

    Conservative: an end joins its nearest partner only when it is that partner's nearest too, both
    lines lead to each other, and the probability between them never falls below the floor. Nothing
    is bridged at the edge of the frame or of rows that were not scanned.

    Parameters
    ----------
    chains
        Those of a skeleton.
    any_wall
        (lines, pixels) float32, probability of any line.
    edge
        (lines, pixels) bool: a line may end here because what follows was not scanned.
    gap
        What counts as one.
    """
    ends = _free_ends(chains, edge)
    pairs = _facing(ends, any_wall, gap)
    if not pairs:
        return chains
    canvas = np.zeros(any_wall.shape, np.uint8)
    canvas[tuple(chains.pixels.T)] = 1
    for a, b in pairs:
        (r0, c0), (r1, c1) = ends.at[[a, b]].astype(int).tolist()
        cv2.line(canvas, (c0, r0), (c1, r1), 1, 1, cv2.LINE_8)
    return trace(canvas.astype(bool))


def _free_ends(chains: Chains, edge: Mask) -> _Ends:
    terminal = np.stack([chains.starts[:-1], chains.starts[1:] - 1], axis=1)
    free = (chains.degree == 1) & ~edge[tuple(chains.pixels[terminal].transpose(2, 0, 1))]
    free[chains.sizes <= _CORNER + _COURSE] = False
    inwards = np.broadcast_to([1, -1], free.shape)[free]
    at = terminal[free]
    base = chains.pixels[at + _CORNER * inwards].astype(float)
    way = base - chains.pixels[at + (_CORNER + _COURSE) * inwards]
    return _Ends(chains.pixels[at].astype(float), base, way / np.hypot(*way.T)[:, None])


def _facing(ends: _Ends, any_wall: NDArray[np.float32], gap: Gap) -> list[tuple[int, int]]:
    """Return pairs of ends that are each other's nearest partner, in order."""
    at, base, heading = ends.at, ends.base, ends.heading
    if len(at) < 2:
        return []
    (rows, columns), (up, along) = base.T, heading.T
    distance = np.hypot(*(at.T[:, None, :] - at.T[:, :, None]))
    np.fill_diagonal(distance, np.inf)
    if distance.min() > gap.longest:
        return []
    down, right = rows - rows[:, None], columns - columns[:, None]
    forward = down * up[:, None] + right * along[:, None]
    aside = np.abs(down * along[:, None] - right * up[:, None])
    ahead = (forward > 0) & (aside <= math.tan(gap.angle) * forward + _ASIDE)
    partners = np.where(ahead & ahead.T & (distance <= gap.longest), distance, np.inf)
    nearest = partners.argmin(axis=1)
    pairs = []
    for a, b in enumerate(nearest.tolist()):
        if a < b and nearest[b] == a and np.isfinite(partners[a, b]):
            if _least(any_wall, at[a], at[b]) >= gap.floor:
                pairs.append((a, b))
    return pairs


def _least(
    image: NDArray[np.float32], start: NDArray[np.float64], end: NDArray[np.float64]
) -> float:
    """Return the least value on the straight way, each the best of its 3x3 neighbours.

    Neighbours, because the way from pixel to pixel may miss the ridge by one.
    """
    steps = np.linspace(0, 1, 2 * int(np.hypot(*(end - start))) + 2)[:, None]
    rows, columns = np.round(start + steps * (end - start)).astype(int).T
    low_r, low_c = rows.min(), columns.min()
    window = image[max(low_r - 1, 0) : rows.max() + 2, max(low_c - 1, 0) : columns.max() + 2]
    best = ndimage.maximum_filter(window, 3, mode="nearest")
    found = best[rows - max(low_r - 1, 0), columns - max(low_c - 1, 0)]
    return float(found.min())
