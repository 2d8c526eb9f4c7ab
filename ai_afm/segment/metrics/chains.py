"""The courses of 1-px lines: chains of pixels between ends and branch points.

A scorer of its own: what is measured (the survey's tracer) must not measure itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.bool_]
Pixel: TypeAlias = "tuple[int, int]"

_SIDES = ((0, 1), (1, 0), (0, -1), (-1, 0))
_CORNERS = ((1, 1), (1, -1), (-1, -1), (-1, 1))


@dataclass(frozen=True, slots=True)
class Chain:
    """One line from an end or branch point to the next, or a ring.

    `pixels` is (n, 2) int64, rows and columns in order, both ends included; a closed chain begins
    and ends with the same pixel.
    """

    pixels: NDArray[np.int64]
    closed: bool


def links(skeleton: Mask) -> dict[Pixel, list[Pixel]]:
    """Return the neighbours of each line pixel.

    Diagonal neighbours count only where no side neighbour joins them: so the corner of an L is a
    point of the line and no branch.
    """
    rows, columns = np.nonzero(skeleton)
    there = set(zip(rows.tolist(), columns.tolist(), strict=True))
    found: dict[Pixel, list[Pixel]] = {}
    for r, c in there:
        near = [(r + i, c + j) for i, j in _SIDES if (r + i, c + j) in there]
        near += [
            (r + i, c + j)
            for i, j in _CORNERS
            if (r + i, c + j) in there and (r + i, c) not in there and (r, c + j) not in there
        ]
        found[r, c] = near
    return found


def chains(skeleton: Mask) -> list[Chain]:
    """Follow the lines of a skeleton; lone pixels are no chain.

    Parameters
    ----------
    skeleton
        (lines, pixels) bool, lines of 1 px.
    """
    return follow(links(skeleton))


def follow(near: Mapping[Pixel, list[Pixel]]) -> list[Chain]:
    """Follow lines whose `links` are known already; see `chains`."""
    found = [Chain(path, bool((path[0] == path[-1]).all())) for path in _between_nodes(near)]
    seen = {(int(r), int(c)) for chain in found for r, c in chain.pixels}
    left = {p for p, n in near.items() if len(n) == 2 and p not in seen}
    while left:
        start = min(left)  # the same ring begins at the same pixel every time
        path = _walk(near, start, near[start][0])
        left.difference_update(path)
        found.append(Chain(np.array(path, np.int64), closed=True))
    return found


def _between_nodes(near: Mapping[Pixel, list[Pixel]]) -> Iterator[NDArray[np.int64]]:
    """Yield each chain that ends at an end or branch point, once."""
    done: set[tuple[Pixel, Pixel]] = set()
    for node in sorted(p for p, n in near.items() if len(n) not in {0, 2}):
        for first in near[node]:
            if (node, first) in done:
                continue
            path = _walk(near, node, first)
            done |= {(node, first), (path[-1], path[-2])}
            yield np.array(path, np.int64)


def _walk(near: Mapping[Pixel, list[Pixel]], start: Pixel, second: Pixel) -> list[Pixel]:
    """Return the pixels from `start` on to the next end or branch point, or back to `start`."""
    path = [start, second]
    while path[-1] != start and len(near[path[-1]]) == 2:
        one, other = near[path[-1]]
        path.append(other if one == path[-2] else one)
    return path
