"""A 1-px skeleton as a graph: nodes (ends and junctions) joined by chains of pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

Pixel = tuple[int, int]
Mask = NDArray[np.bool_]

_STRAIGHT = ((0, 1), (1, 0), (0, -1), (-1, 0))
_DIAGONAL = ((1, 1), (1, -1), (-1, -1), (-1, 1))


@dataclass(frozen=True, slots=True)
class Chain:
    """A run of skeleton pixels between two nodes.

    Parameters
    ----------
    pixels
        (n, 2) int, (row, column) in order, both nodes included.
    closed
        Whether it is a loop without any node; the first pixel is then not repeated at the end.
    """

    pixels: NDArray[np.int64]
    closed: bool = False

    @property
    def first(self) -> Pixel:
        """The pixel it starts at."""
        return int(self.pixels[0, 0]), int(self.pixels[0, 1])

    @property
    def last(self) -> Pixel:
        """The pixel it ends at."""
        return int(self.pixels[-1, 0]), int(self.pixels[-1, 1])

    @property
    def length(self) -> float:
        """Length along the pixel centres, px."""
        steps = np.diff(self.pixels, axis=0)
        return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def thin(mask: Mask, border: int = 8) -> Mask:
    """Thin a mask to lines of one pixel that still reach the edge of the frame.

    A line that leaves the frame is continued over `border` pixels first, because thinning takes
    half a width off every free end.
    """
    wide = np.pad(mask, border, mode="edge")
    return _skeleton(wide)[border:-border, border:-border]


def _skeleton(mask: Mask) -> Mask:
    thinned: Mask = skeletonize(mask)  # type: ignore[no-untyped-call]
    return thinned


def drop_small(mask: Mask, pixels: int) -> Mask:
    """Remove 8-connected pieces of fewer than `pixels` pixels."""
    pieces, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    keep = np.bincount(pieces.ravel()) >= pixels
    keep[0] = False
    kept: Mask = keep[pieces]
    return kept


def neighbours(skeleton: Mask) -> dict[Pixel, list[Pixel]]:
    """Return the neighbours of every skeleton pixel.

    Two diagonal neighbours count only when no straight step leads from one to the other, so a
    corner of a staircase is not a junction.
    """
    pixels = {(int(r), int(c)) for r, c in zip(*np.nonzero(skeleton), strict=True)}
    graph: dict[Pixel, list[Pixel]] = {}
    for r, c in pixels:
        near = [(r + dr, c + dc) for dr, dc in _STRAIGHT if (r + dr, c + dc) in pixels]
        near += [
            (r + dr, c + dc)
            for dr, dc in _DIAGONAL
            if (r + dr, c + dc) in pixels
            and (r + dr, c) not in pixels
            and (r, c + dc) not in pixels
        ]
        graph[r, c] = sorted(near)
    return graph


def trace(skeleton: Mask) -> list[Chain]:
    """Cut a skeleton into chains at its ends and junctions, in a fixed order.

    Parameters
    ----------
    skeleton
        (lines, pixels) bool, lines of one pixel.

    Returns
    -------
    list of Chain
        Lonely pixels are left out.
    """
    graph = neighbours(skeleton)
    nodes = sorted(p for p, near in graph.items() if len(near) != 2)
    seen: set[tuple[Pixel, Pixel]] = set()
    chains = []
    for node in nodes:
        for step in graph[node]:
            if (node, step) in seen:
                continue
            path = _walk(graph, node, step)
            seen |= {(path[0], path[1]), (path[-1], path[-2])}
            chains.append(Chain(np.array(path)))
    visited = {(int(r), int(c)) for chain in chains for r, c in chain.pixels}
    for start in sorted(p for p, near in graph.items() if len(near) == 2):
        if start in visited:
            continue
        path = _walk(graph, start, graph[start][0])
        visited.update(path)
        chains.append(Chain(np.array(path[:-1]), closed=True))
    return chains


def _walk(graph: dict[Pixel, list[Pixel]], start: Pixel, step: Pixel) -> list[Pixel]:
    path = [start, step]
    while path[-1] != start and len(graph[path[-1]]) == 2:
        near = graph[path[-1]]
        path.append(near[1] if near[0] == path[-2] else near[0])
    return path


def prune(skeleton: Mask, thickness: NDArray[np.float64], shortest: float, keep: Mask) -> Mask:
    """Remove spurs: short chains with one free end that thinning leaves on bumps of a line.

    Parameters
    ----------
    skeleton
        (lines, pixels) bool.
    thickness
        (lines, pixels) float64, distance to the edge of the mask that was thinned, px.
    shortest
        Spurs below max(`shortest`, 1.5 x thickness at their junction) px go.
    keep
        (lines, pixels) bool: a free end here is not one (edge of the frame), so its chain stays.
    """
    skeleton = skeleton.copy()
    for _ in range(3):
        degree = {p: len(near) for p, near in neighbours(skeleton).items()}
        spurs = [c for c in trace(skeleton) if _is_spur(c, degree, thickness, shortest, keep)]
        if not spurs:
            break
        for chain in spurs:
            for r, c in chain.pixels:
                if degree[int(r), int(c)] < 3:
                    skeleton[r, c] = False
        # without its spur, a junction may keep a pixel too many
        skeleton = _skeleton(skeleton)
    return skeleton


def _is_spur(
    chain: Chain,
    degree: dict[Pixel, int],
    thickness: NDArray[np.float64],
    shortest: float,
    keep: Mask,
) -> bool:
    if chain.closed:
        return False
    ends = sorted((chain.first, chain.last), key=lambda p: degree[p])
    free, joined = ends
    if degree[free] != 1 or degree[joined] < 3 or keep[free]:
        return False
    return chain.length < max(shortest, 1.5 * float(thickness[joined]))
