"""Where lines leave a frame: followed from a place in it to the frame's edge."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.survey import polyline
from ai_afm.types import DOMAIN_WALL_CODES, Point, ScanRegion, Wall, WallNetwork

Points = NDArray[np.float64]

AT_EDGE = 1.0
"""Pixels from the frame's edge at which a line still leaves it."""
BESIDE = 0.02
"""Lines go through a place that is farther from them than from the nearest by this share of the
frame: those of a junction."""
STRETCH = 0.1
"""Share of the frame over which the direction of a line at the edge is taken."""
STRAIGHT = math.cos(math.pi / 4)
"""Behind a junction a line goes on where it turns by less than 45 degrees."""
MOST_PIECES = 50
"""Pieces between junctions that a line may consist of: it cannot go round for ever."""
EDGES = ("right", "left", "top", "bottom")


@dataclass(frozen=True, slots=True)
class Exit:
    """Where a line leaves a frame.

    Parameters
    ----------
    point
        (x, y) on the frame's edge, m.
    direction
        Unit vector of the line there, outwards.
    edge
        "right", "left", "top" or "bottom", as the frame is drawn.
    length
        Of the line from the place where it was asked for, m.
    """

    point: Point
    direction: Point
    edge: str
    length: float


def alike(walls: Sequence[Wall], wall: Wall) -> list[Wall]:
    """Return the walls that may be the same line: domain walls, or boundaries."""
    of_domains = wall.code in DOMAIN_WALL_CODES
    return [w for w in walls if (w.code in DOMAIN_WALL_CODES) == of_domains]


def nearest(walls: Sequence[Wall], at: Point, step: float) -> tuple[Wall, float] | None:
    """Return the wall that is nearest to a place and its distance, m; `None` without walls."""
    found = [(w, _distance(w, at, step)) for w in walls]
    return min(found, key=lambda pair: pair[1], default=None)


def exits_from(
    network: WallNetwork, walls: Sequence[Wall], at: Point, pixel: float
) -> tuple[Exit, ...]:
    """Return where the lines through a place leave the frame, the longest first.

    Parameters
    ----------
    network
        Of the frame, in its coordinates.
    walls
        Those of its walls that are followed.
    at
        The place, m: all lines that are about as near to it as the nearest are followed both ways.
    pixel
        Of the frame, m.
    """
    first = nearest(walls, at, pixel)
    if first is None:
        return ()
    reach = first[1] + BESIDE * max(network.region.size)
    found: list[Exit] = []
    for wall in walls:
        if wall.closed or _distance(wall, at, pixel) > reach:
            continue
        for path in _both_ways(wall, at, pixel):
            exit_ = _followed(network, walls, path, pixel)
            if exit_ is not None and not _known(exit_, found, reach):
                found.append(exit_)
    return tuple(sorted(found, key=lambda e: -e.length))


def exit_along(
    network: WallNetwork, walls: Sequence[Wall], entry: Exit, reach: float, pixel: float
) -> Exit | None:
    """Return where a line that has come in from another frame leaves this one, if it does.

    Parameters
    ----------
    network, walls, pixel
        As for `exits_from`.
    entry
        Where the line left the frame before, in this frame's coordinates.
    reach
        How far (m) it may lie from there.
    """
    first = nearest(walls, entry.point, pixel)
    if first is None or first[1] > reach or first[0].closed:
        return None
    found = []
    for path in _both_ways(first[0], entry.point, pixel):
        ahead = path[min(len(path) - 1, _points(STRETCH, network.region, pixel))] - path[0]
        if len(path) > 1 and float(ahead @ np.array(entry.direction)) > 0:
            found.append(_followed(network, walls, path, pixel))
    return next((e for e in found if e is not None), None)


def neighbour(region: ScanRegion, exit_: Exit, overlap: float) -> ScanRegion:
    """Return the frame of the same size and angle that follows a line where it leaves a frame.

    The line's straight continuation goes through its centre, and the exit lies inside its nearer
    edge by `overlap`, a share of the frame's extent.
    """
    c, s = math.cos(region.angle), math.sin(region.angle)
    dx, dy = exit_.direction
    along = abs(c * dx + s * dy), abs(-s * dx + c * dy)
    # by so much the centre may lie ahead of the exit before the exit lies too near to an edge
    ahead = min(
        (0.5 - overlap) * size / part
        for size, part in zip(region.size, along, strict=True)
        if part > 0
    )
    x, y = exit_.point
    return ScanRegion((x + ahead * dx, y + ahead * dy), region.size, region.angle)


def _both_ways(wall: Wall, at: Point, step: float) -> Iterator[Points]:
    """Yield the two parts of a line from its point next to a place, each beginning there."""
    points = polyline.resample(wall.points, step)
    index = int(np.hypot(*(points - at).T).argmin())
    yield points[index:]
    yield points[index::-1]


def _followed(
    network: WallNetwork, walls: Sequence[Wall], path: Points, pixel: float
) -> Exit | None:
    """Follow a line, straight on across junctions, to the edge; `None` where it ends before."""
    taken: list[Points] = [path]
    for _ in range(MOST_PIECES):
        end = taken[-1][-1]
        edge = _edge(network.region, end, pixel)
        if edge is not None:
            return _exit(np.concatenate(taken), edge, network.region, pixel)
        piece = _beyond(network, walls, np.concatenate(taken), pixel)
        if piece is None:
            return None
        taken.append(piece)
    return None


def _beyond(
    network: WallNetwork, walls: Sequence[Wall], path: Points, pixel: float
) -> Points | None:
    """Return the line that goes straight on from a junction at the end of `path`, if one does."""
    end = path[-1]
    near = 2 * pixel
    if not any(math.dist(j.position, end) <= near for j in network.junctions):
        return None
    reach = _points(STRETCH, network.region, pixel)
    back = path[-1] - path[max(len(path) - 1 - reach, 0)]
    best, straightest = None, STRAIGHT
    for wall in walls:
        points = polyline.resample(wall.points, pixel)
        for piece in (points, points[::-1]):
            if wall.closed or len(piece) < 2 or math.dist(piece[0], end) > near:
                continue
            ahead = piece[min(reach, len(piece) - 1)] - piece[0]
            lengths = float(np.hypot(*ahead) * np.hypot(*back))
            turn = float(ahead @ back) / lengths if lengths > 0 else -1.0
            if turn > straightest:
                best, straightest = piece, turn
    return best


def _exit(path: Points, edge: str, region: ScanRegion, pixel: float) -> Exit | None:
    """Return the exit at the end of a path; `None` where the path does not go outwards."""
    before = path[max(len(path) - 1 - _points(STRETCH, region, pixel), 0)]
    along = path[-1] - before
    length = float(np.hypot(*along))
    if length == 0:
        return None
    dx, dy = (float(v) for v in along / length)
    c, s = math.cos(region.angle), math.sin(region.angle)
    u, v = c * dx + s * dy, -s * dx + c * dy
    if {"right": u, "left": -u, "top": v, "bottom": -v}[edge] <= 0:
        return None
    x, y = (float(value) for value in path[-1])
    return Exit((x, y), (dx, dy), edge, polyline.length(path))


def _edge(region: ScanRegion, point: Points, pixel: float) -> str | None:
    """Return the edge of a region on which a point lies, `None` where it lies inside."""
    u, v = (float(value) for value in geometry.to_region(region, *point))
    width, height = region.size
    inside = (width / 2 - u, width / 2 + u, height / 2 - v, height / 2 + v)
    least = min(range(4), key=lambda i: inside[i])
    return EDGES[least] if inside[least] <= AT_EDGE * pixel else None


def _points(share: float, region: ScanRegion, pixel: float) -> int:
    """Return how many points, a pixel apart, make a share of a frame."""
    return max(2, round(share * min(region.size) / pixel))


def _distance(wall: Wall, at: Point, step: float) -> float:
    points = polyline.resample(wall.points, step, wall.closed)
    return float(np.hypot(*(points - at).T).min())


def _known(exit_: Exit, found: Sequence[Exit], reach: float) -> bool:
    return any(e.edge == exit_.edge and math.dist(e.point, exit_.point) <= reach for e in found)
