"""A 1-px skeleton as a graph: nodes (ends and junctions) joined by chains of pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

Pixel = tuple[int, int]
Mask = NDArray[np.bool_]

_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
"""Steps (row, column) to the eight neighbours, in image order."""

_ON_A_LINE = 2
"""Neighbours of a pixel that is neither an end nor a junction."""

_PRUNING_ROUNDS = 3
"""A spur on a spur on a spur is none."""


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

    The mask is mirrored at the outermost pixels first: thinning takes half a width off every free
    end, and would push a line that runs along the edge out of the frame if it were just continued.
    """
    wide = np.pad(mask, border, mode="reflect")
    return _skeleton(wide)[border:-border, border:-border]


def _skeleton(mask: Mask) -> Mask:
    thinned: Mask = skeletonize(mask)  # type: ignore[no-untyped-call]
    return thinned


def drop_small(mask: Mask, pixels: int) -> Mask:
    """Remove 8-connected pieces of fewer than `pixels` pixels."""
    _, pieces, found, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    keep = found[:, cv2.CC_STAT_AREA] >= pixels
    keep[0] = False
    kept: Mask = keep[pieces]
    return kept


@dataclass(frozen=True, slots=True)
class _Graph:
    """Skeleton pixels and which of them are neighbours.

    `pixels` (n, 2) int in image order, `near` (n, 8) int the numbers of the neighbours in image
    order with -1 where there is none, `degree` (n,) int how many there are.

    Two diagonal neighbours count only when no straight step leads from one to the other, so a
    corner of a staircase is not a junction.
    """

    pixels: NDArray[np.int64]
    near: NDArray[np.int64]
    degree: NDArray[np.int64]


def _graph(skeleton: Mask) -> _Graph:
    width = skeleton.shape[1] + 2
    padded = np.pad(skeleton, 1)
    flat = np.flatnonzero(padded)
    number = np.full(padded.size, -1)
    number[flat] = np.arange(len(flat))
    near = np.empty((len(flat), len(_AROUND)), np.int64)
    for k, (dr, dc) in enumerate(_AROUND):
        found = number[flat + dr * width + dc]
        if dr and dc:
            cornered = (number[flat + dr * width] >= 0) | (number[flat + dc] >= 0)
            found = np.where(cornered, -1, found)
        near[:, k] = found
    pixels = np.stack([flat // width - 1, flat % width - 1], axis=1)
    return _Graph(pixels, near, (near >= 0).sum(axis=1))


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
    return [chain for chain, _ in _traced(_graph(skeleton))]


def _traced(graph: _Graph) -> list[tuple[Chain, tuple[int, int]]]:
    """Return chains with the degrees of their first and last pixel."""
    on_a_line = graph.degree == _ON_A_LINE
    # plain lists: a walk asks for one number after the other
    pairs = np.where(on_a_line[:, None], np.sort(graph.near, axis=1)[:, -2:], -1).tolist()
    seen: set[tuple[int, int]] = set()
    paths = []
    for node in np.flatnonzero(~on_a_line).tolist():
        for step in graph.near[node][graph.near[node] >= 0].tolist():
            if (node, step) not in seen:
                path = _walk(pairs, node, step)
                seen |= {(path[0], path[1]), (path[-1], path[-2])}
                paths.append((path, False))
    visited = np.zeros(len(pairs), bool)
    for path, _ in paths:
        visited[path] = True
    for start in np.flatnonzero(~visited & on_a_line).tolist():
        if not visited[start]:
            path = _walk(pairs, start, pairs[start][0])
            visited[path] = True
            paths.append((path[:-1], True))
    degree = graph.degree
    return [
        (Chain(graph.pixels[path], closed), (int(degree[path[0]]), int(degree[path[-1]])))
        for path, closed in paths
    ]


def _walk(pairs: list[list[int]], start: int, step: int) -> list[int]:
    """Follow a line to its end; `pairs` are the two neighbours of a pixel on a line, else -1."""
    path = [start, step]
    before, here = start, step
    while here != start:
        a, b = pairs[here]
        if a < 0:
            break
        before, here = here, b if a == before else a
        path.append(here)
    return path


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a short chain is judged by.

    Parameters
    ----------
    thickness
        (lines, pixels) float32, distance to the edge of the mask that was thinned, px.
    shortest
        Spurs below max(`shortest`, 1.5 x thickness at their junction) px go.
    keep
        (lines, pixels) bool: a free end here is not one (edge of the frame), so its chain stays.
    faint
        (lines, pixels) bool: what lies here would not have started a line of its own.
    """

    thickness: NDArray[np.float32]
    shortest: float
    keep: Mask
    faint: Mask


def prune(skeleton: Mask, judgement: Judgement) -> tuple[Mask, list[Chain]]:
    """Remove what thinning makes up: spurs and links.

    A spur is a short chain with one free end, on a bump of a line. A link is a short faint chain
    between two junctions, where the flanks of two lines touch.

    Parameters
    ----------
    skeleton
        (lines, pixels) bool.
    judgement
        What they are told by.

    Returns
    -------
    skeleton, chains
        What is left, and its chains as `trace` gives them.
    """
    skeleton = skeleton.copy()
    for _ in range(_PRUNING_ROUNDS):
        chains = _traced(_graph(skeleton))
        spurs = [c for c, degrees in chains if _is_made_up(c, degrees, judgement)]
        if not spurs:
            return skeleton, [c for c, _ in chains]
        joints = {c.first for c, d in chains if d[0] > _ON_A_LINE}
        joints |= {c.last for c, d in chains if d[1] > _ON_A_LINE}
        for chain in spurs:
            for r, c in chain.pixels.tolist():
                skeleton[r, c] = (r, c) in joints
        # without its spur, a junction may keep a pixel too many
        skeleton = _skeleton(skeleton)
    return skeleton, trace(skeleton)


def _is_made_up(chain: Chain, degrees: tuple[int, int], by: Judgement) -> bool:
    if chain.closed or max(degrees) <= _ON_A_LINE:
        return False
    if min(degrees) > _ON_A_LINE:
        return chain.length <= 2 * by.shortest and bool(by.faint[tuple(chain.pixels.T)].any())
    free, joined = (chain.first, chain.last) if degrees[0] == 1 else (chain.last, chain.first)
    if min(degrees) != 1 or by.keep[free]:
        return False
    return chain.length < max(by.shortest, 1.5 * float(by.thickness[joined]))
