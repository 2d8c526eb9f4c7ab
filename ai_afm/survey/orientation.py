"""Orientation of walls in the sample frame, by length."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.types import DOMAIN_WALL_CODES, WallNetwork

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rose:
    """How much wall runs in which direction.

    Parameters
    ----------
    edges
        (bins + 1,) float64, rad, from 0 to pi: a wall has no sense of direction.
    lengths
        (bins,) float64, m of wall per bin.
    """

    edges: Values
    lengths: Values


@dataclass(frozen=True, slots=True)
class Director:
    """The mean direction of walls.

    Parameters
    ----------
    angle
        rad in [0, pi), counter-clockwise from the sample's x.
    order
        |<exp 2 i angle>|, by length: 1 all walls parallel, 0 no direction preferred (or two that
        are perpendicular).
    """

    angle: float
    order: float


def orientation_rose(
    network: WallNetwork, bins: int = 36, codes: tuple[int, ...] = DOMAIN_WALL_CODES
) -> Rose:
    """Return the length of wall per direction.

    Parameters
    ----------
    network
        Its walls are in the sample frame, so neither the scan's angle nor its slow direction
        counts. A lag between trace and retrace moves walls without turning them; drift of the
        sample turns them, and is not taken out here.
    bins
        Number of equal bins over [0, pi).
    codes
        Classes that count.

    Examples
    --------
    >>> from ai_afm.types import ScanRegion, Wall
    >>> wall = Wall(np.array([[0.0, 0.0], [3e-7, 3e-7]]), 2)
    >>> rose = orientation_rose(WallNetwork(ScanRegion((0.0, 0.0), (1e-6, 1e-6)), (wall,)), bins=3)
    >>> (rose.lengths * 1e9).round().tolist()
    [424.0, 0.0, 0.0]
    """
    angles, lengths = _pieces(network, codes)
    counts, edges = np.histogram(angles, bins=bins, range=(0.0, math.pi), weights=lengths)
    return Rose(edges.astype(np.float64), counts.astype(np.float64))


def director(network: WallNetwork, codes: tuple[int, ...] = DOMAIN_WALL_CODES) -> Director | None:
    """Return the mean direction of walls and how strongly it is preferred; `None` without walls."""
    angles, lengths = _pieces(network, codes)
    total = float(lengths.sum())
    if total == 0:
        return None
    mean = complex((lengths * np.exp(2j * angles)).sum()) / total
    return Director(_half_turn(0.5 * math.atan2(mean.imag, mean.real)), abs(mean))


def _half_turn(angle: float) -> float:
    """Return an angle in [0, pi); -1e-20 % pi would be pi."""
    folded = angle % math.pi
    return 0.0 if folded >= math.pi else folded


def _pieces(network: WallNetwork, codes: tuple[int, ...]) -> tuple[Values, Values]:
    """Return direction in [0, pi) and length (m) of every straight piece."""
    steps = [np.empty((0, 2))]
    for wall in network.walls:
        if wall.code in codes:
            ring = np.vstack([wall.points, wall.points[:1]]) if wall.closed else wall.points
            steps.append(np.diff(ring, axis=0))
    dx, dy = np.concatenate(steps).T
    angles = np.arctan2(dy, dx) % math.pi
    return np.where(angles >= math.pi, 0.0, angles), np.hypot(dx, dy)
