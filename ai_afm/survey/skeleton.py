"""A 1-px skeleton as a graph: nodes (ends and junctions) joined by chains of pixels."""

import math
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from skimage.morphology import skeletonize

Mask = NDArray[np.bool_]

_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
"""Steps (row, column) to the eight neighbours, in image order."""

_DIAGONAL = {0: [1, 3], 2: [1, 4], 5: [3, 6], 7: [4, 6]}
"""Which of them are diagonal, and the two straight ones beside each."""

_ON_A_LINE = 2
"""Neighbours of a pixel that is neither an end nor a junction."""


@dataclass(frozen=True, slots=True)
class Chains:
    """Runs of skeleton pixels between two nodes, all of them one behind the other.

    Parameters
    ----------
    pixels
        (n, 2) int, (row, column) of one chain after the other, each in order, both nodes included.
    starts
        (chains + 1,) int, where each begins; the last one is n.
    closed
        (chains,) bool: a loop without any node; its first pixel is not repeated at its end.
    degree
        (chains, 2) int, how many neighbours the first and the last pixel of each have.
    """

    pixels: NDArray[np.int64]
    starts: NDArray[np.int64]
    closed: Mask
    degree: NDArray[np.int64]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.closed)

    @property
    def first(self) -> NDArray[np.int64]:
        """The pixels they start at, (chains, 2) int."""
        return self.pixels[self.starts[:-1]]

    @property
    def last(self) -> NDArray[np.int64]:
        """The pixels they end at, (chains, 2) int."""
        return self.pixels[self.starts[1:] - 1]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many pixels they have, (chains,) int."""
        return np.diff(self.starts)

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Lengths along the pixel centres, (chains,) float64, px."""
        straight = np.abs(np.diff(self.pixels, axis=0)).sum(axis=1) == 1
        before = np.concatenate([[0], np.cumsum(straight)])
        count = before[self.starts[1:] - 1] - before[self.starts[:-1]]
        lengths: NDArray[np.float64] = count + math.sqrt(2) * (self.sizes - 1 - count)
        return lengths

    def only(self, chosen: Mask) -> "Chains":
        """Return some of them; `chosen` is (chains,) bool."""
        starts = np.concatenate([[0], np.cumsum(self.sizes[chosen])])
        pixels = self.pixels[np.repeat(chosen, self.sizes)]
        return Chains(pixels, starts, self.closed[chosen], self.degree[chosen])


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

    `pixels` (n, 2) int in image order, `near` (8, n) int the numbers of the neighbours in image
    order with -1 where there is none, `degree` (n,) int how many there are.

    Two diagonal neighbours count only when no straight step leads from one to the other, so a
    corner of a staircase is not a junction.
    """

    pixels: NDArray[np.int64]
    near: NDArray[np.int32]
    degree: NDArray[np.int64]


def _graph(skeleton: Mask) -> _Graph:
    width = skeleton.shape[1] + 2
    padded = np.zeros((skeleton.shape[0] + 2, width), bool)
    padded[1:-1, 1:-1] = skeleton
    flat = np.flatnonzero(padded)
    number = np.full(padded.size, -1, np.int32)
    number[flat] = np.arange(len(flat))
    near = np.stack([number[flat + dr * width + dc] for dr, dc in _AROUND])
    for k, corners in _DIAGONAL.items():
        near[k, (near[corners] >= 0).any(axis=0)] = -1
    pixels = np.stack([flat // width - 1, flat % width - 1], axis=1)
    return _Graph(pixels, near, (near >= 0).sum(axis=0))


def trace(skeleton: Mask) -> Chains:
    """Cut a skeleton into chains at its ends and junctions, in a fixed order.

    Parameters
    ----------
    skeleton
        (lines, pixels) bool, lines of one pixel.

    Returns
    -------
    Chains
        Lonely pixels are left out.
    """
    graph = _graph(skeleton)
    on_a_line = graph.degree == _ON_A_LINE
    # a walk asks for one number after the other, which plain lists are faster at
    both = np.where(on_a_line, np.where(graph.near >= 0, graph.near, 0).sum(axis=0), -1).tolist()
    nodes = np.flatnonzero(~on_a_line)
    index, k = np.nonzero(graph.near.T[nodes] >= 0)
    steps = zip(nodes[index].tolist(), graph.near[k, nodes[index]].tolist(), strict=True)
    seen: set[tuple[int, int]] = set()
    paths = []
    for node, step in steps:
        if (node, step) not in seen:
            path = _walk(both, node, step)
            seen.add((path[-1], path[-2]))
            paths.append(path)
    closed = _loops(graph, both, paths)
    paths += closed
    starts = np.cumsum([0, *map(len, paths)])
    every = np.array([*chain.from_iterable(paths)], np.int64)
    ends = np.stack([every[starts[:-1]], every[starts[1:] - 1]], axis=1)
    is_closed = np.arange(len(paths)) >= len(paths) - len(closed)
    return Chains(graph.pixels[every], starts, is_closed, graph.degree[ends])


def _loops(graph: _Graph, both: list[int], paths: list[list[int]]) -> list[list[int]]:
    """Return what no path from node to node leads through."""
    inner = sum(map(len, paths)) - 2 * len(paths)
    if inner == np.count_nonzero(graph.degree == _ON_A_LINE):
        return []
    left = graph.degree == _ON_A_LINE
    left[[*chain.from_iterable(paths)]] = False
    loops = []
    for start in np.flatnonzero(left).tolist():
        if left[start]:
            near = graph.near[:, start]
            path = _walk(both, start, int(near[near >= 0][0]))[:-1]
            left[path] = False
            loops.append(path)
    return loops


def _walk(both: list[int], start: int, step: int) -> list[int]:
    """Follow a line to its end; `both` is the sum of the two neighbours on a line, else -1."""
    path = [start]
    before, here = start, step
    while here != start:
        path.append(here)
        total = both[here]
        if total < 0:
            return path
        before, here = here, total - before
    path.append(here)
    return path


def nodes_of(chains: Chains) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give numbers to the ends and junctions of chains.

    Returns
    -------
    numbers
        (chains, 2) int, of the nodes at both ends of each chain; -1 for closed ones.
    pixels
        (nodes, 2) int, where they are, in image order.
    """
    ends = np.stack([chains.first, chains.last], axis=1)[~chains.closed].reshape(-1, 2)
    numbers = np.full((len(chains), 2), -1)
    if not len(ends):
        return numbers, ends
    width = int(ends[:, 1].max()) + 1
    flat, number = np.unique(ends[:, 0] * width + ends[:, 1], return_inverse=True)
    numbers[~chains.closed] = number.reshape(-1, 2)
    return numbers, np.stack([flat // width, flat % width], axis=1)


def pieces(chains: Chains) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Tell which chains hang together.

    Returns
    -------
    piece
        (chains,) int, the number of the piece that each is part of.
    sizes
        (pieces,) int, how many pixels they have.
    """
    numbers, pixels = nodes_of(chains)
    there = ~chains.closed
    count = len(chains) + len(pixels)
    rows = np.repeat(np.flatnonzero(there), 2)
    columns = len(chains) + numbers[there].ravel()
    graph = csr_array((np.ones(len(rows), np.int8), (rows, columns)), (count, count))
    found, piece = connected_components(graph, directed=False)
    size = np.bincount(piece[: len(chains)], chains.sizes - 2 * there, minlength=found)
    size += np.bincount(piece[len(chains) :], minlength=found)
    return piece[: len(chains)], size.astype(np.int64)
