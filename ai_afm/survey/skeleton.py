"""A 1-px skeleton as a graph: nodes (ends and junctions) joined by chains of pixels."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, depth_first_order
from skimage.morphology import skeletonize

Mask = NDArray[np.bool_]

_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
"""Steps (row, column) to the eight neighbours, in image order."""

_DIAGONAL = {0: (1, 3), 2: (1, 4), 5: (3, 6), 7: (4, 6)}
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
        down, right = np.diff(self.pixels, axis=0).T
        straight = (down == 0) | (right == 0)
        before = np.concatenate([[0], np.cumsum(straight)])
        count = before[self.starts[1:] - 1] - before[self.starts[:-1]]
        lengths: NDArray[np.float64] = count + math.sqrt(2) * (self.sizes - 1 - count)
        return lengths

    def only(self, chosen: Mask) -> "Chains":
        """Return some of them; `chosen` is (chains,) bool."""
        starts = np.concatenate([[0], np.cumsum(self.sizes[chosen])])
        pixels = self.pixels.compress(np.repeat(chosen, self.sizes), axis=0)
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
    near = np.stack([number.take(flat + (dr * width + dc)) for dr, dc in _AROUND])
    there = near >= 0
    for k, (one, other) in _DIAGONAL.items():
        there[k] &= ~(there[one] | there[other])
    near[~there] = -1
    pixels = np.stack(np.divmod(flat, width), axis=1) - 1
    return _Graph(pixels, near, there.sum(axis=0))


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
    nodes = np.flatnonzero(~on_a_line)
    index, k = np.nonzero(graph.near[:, nodes].T >= 0)
    node, step = nodes[index], graph.near[k, nodes[index]]
    inner, count = _followed(graph, np.where(on_a_line[step], step, -1))
    # of two nodes side by side the first one leads to the other
    told = (count > 0) | (~on_a_line[step] & (node < step))
    node, step, count = node[told], step[told], count[told]
    left = on_a_line.copy()
    left[inner] = False
    rings, around = _followed(graph, np.flatnonzero(left))
    sizes = np.append(count + 2, around[around > 0])
    starts = np.append(0, np.cumsum(sizes))
    first, last = starts[: len(count)], starts[1 : len(count) + 1] - 1
    is_inner = np.ones(starts[-1], bool)
    is_inner[first] = is_inner[last] = False
    every = np.empty(starts[-1], np.int64)
    every[is_inner] = np.append(inner, rings)
    every[first] = node
    # a line goes on from its last pixel where it did not come from
    near = graph.near[:, every[last - 1]]
    beyond = np.where(near >= 0, near, 0).sum(axis=0) - every[np.maximum(last - 2, 0)]
    every[last] = np.where(count > 0, beyond, step)
    ends = np.stack([every[starts[:-1]], every[starts[1:] - 1]], axis=1)
    is_closed = np.arange(len(sizes)) >= len(count)
    pixels = graph.pixels.take(every, axis=0)
    return Chains(pixels, starts, is_closed, graph.degree[ends])


def _followed(
    graph: _Graph, heads: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Follow lines from pixels (-1: none) up to their nodes, or once around.

    Returns the pixels of one line after the other, and (heads,) int: how many each head leads to
    that none before it does.
    """
    if not len(heads):
        return heads, heads
    pixels = len(graph.degree)
    near = graph.near.T
    there = (near >= 0) & (graph.degree[near] == _ON_A_LINE)
    # beside the pixels a queue of heads, each of which leads to its line first, then to the next
    queue = np.stack([heads, pixels + 1 + np.arange(len(heads))], axis=1)
    queue[-1, 1] = -1
    indices = np.concatenate([near[there], queue[queue >= 0]])
    sizes = np.concatenate([there.sum(axis=1), (queue >= 0).sum(axis=1)])
    entries = np.append(0, np.cumsum(sizes))
    everything = csr_array((np.ones(len(indices)), indices, entries), (len(sizes), len(sizes)))
    order = depth_first_order(everything, pixels, return_predecessors=False)
    turns = np.flatnonzero(order >= pixels)
    return order[order < pixels].astype(np.int64), np.diff(turns, append=len(order)) - 1


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
    columns = len(chains) + numbers[there].ravel()
    # a chain is joined to the nodes at its two ends
    entries = np.append(np.cumsum(2 * there), np.full(len(pixels), len(columns)))
    graph = csr_array((np.ones(len(columns)), columns, np.append(0, entries)), (count, count))
    found, piece = connected_components(graph, directed=False)
    size = np.bincount(piece[: len(chains)], chains.sizes - 2 * there, minlength=found)
    size += np.bincount(piece[len(chains) :], minlength=found)
    return piece[: len(chains)], size.astype(np.int64)
