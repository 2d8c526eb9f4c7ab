"""What a line is called: a class for each lasting piece, and a type only where it is clear."""

from dataclasses import dataclass
from itertools import accumulate, groupby

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.types import DOMAIN_WALL_CODES, ClassCode

CORRELATED = 9
"""Pixels along a line over which a network's doubts are about the same, px."""

_ROUNDING = 1e-5
"""Two types of one probability have shares of a half to about this: neither is the likelier."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of pixels of one class: the first and last index along the line, code, probability."""

    first: int
    last: int
    code: int
    probability: float


def pieces_of(
    along: dict[int, NDArray[np.float32]],
    starts: NDArray[np.int64],
    naming: float,
    shortest: int,
) -> list[list[Piece]]:
    """Cut lines where their class changes for good, and name the pieces.

    A class is a matter of a piece, never of a pixel: it is told from mean probabilities, and what
    changes back within `shortest` pixels has not changed.

    Parameters
    ----------
    along
        Class code -> probability at each pixel of all lines, one line behind the other, (n,)
        float32.
    starts
        (lines + 1,) int, where each line begins; the last one is n.
    naming
        Share of the line's probability that a type of wall needs to be named.
    shortest
        Pieces below this many pixels join their longer neighbour.

    Returns
    -------
    list of list of Piece
        Those of each line in order; each begins at the pixel where the one before ends.
    """
    codes = list(along)
    values = np.stack([along[code] for code in codes])
    local = _local_codes(codes, _local(values, starts), naming)
    begins = np.zeros(len(local), bool)
    begins[starts[:-1]] = True
    turns = np.flatnonzero((local[1:] != local[:-1]) & ~begins[1:]) + 1
    cuts = starts[:-1].tolist()
    for line in sorted({*(np.searchsorted(starts, turns, "right") - 1).tolist()}):
        a, b = starts[line : line + 2].tolist()
        if b - a >= 2 * shortest:
            cuts += [a + cut for cut in _lasting(local[a:b], shortest)[1:-1]]
    first = np.array(sorted(cuts))
    names, probability = _names(codes, values, first, naming)
    # the mean over a piece may say less, or more, than its pixels: neighbours of one name are one
    same = (np.diff(names, prepend=-1) == 0) & ~begins[first]
    if same.any():
        first = first[~same]
        names, probability = _names(codes, values, first, naming)
    line_of = np.searchsorted(starts, first, "right") - 1
    begin, end = starts[line_of], starts[line_of + 1] - 1
    last = np.minimum(np.append(first[1:], starts[-1]), end) - begin
    pieces: list[list[Piece]] = [[] for _ in starts[1:]]
    columns = (line_of, first - begin, last, names, probability)
    for line, *piece in zip(*(column.tolist() for column in columns), strict=True):
        pieces[line].append(Piece(*piece))
    return pieces


def _local(values: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the mean probabilities around each pixel of its line, (codes, n)."""
    reach = CORRELATED // 2
    sizes = np.diff(starts)
    line = np.repeat(np.arange(len(sizes)), sizes + 2 * reach)
    index = np.arange(len(line)) - reach - 2 * reach * line
    index = np.clip(index, starts[line], starts[line + 1] - 1)
    wide = ndimage.uniform_filter1d(values.take(index, axis=1), CORRELATED, axis=1)
    place = np.arange(values.shape[1]) + np.repeat(reach * (2 * np.arange(len(sizes)) + 1), sizes)
    return wide.take(place, axis=1)


def _local_codes(codes: list[int], local: NDArray[np.float32], naming: float) -> NDArray[np.int64]:
    """Return the class at each pixel, (n,): as `_name`, without the statistics."""
    total = local.sum(axis=0)
    is_wall = np.array([code in DOMAIN_WALL_CODES for code in codes])
    best_other = np.where(is_wall[:, None], -1.0, local)
    others = best_other.max(axis=0)
    result = np.full(len(total), int(ClassCode.WALL))
    for k in np.flatnonzero(is_wall):
        result[local[k] >= naming * total] = codes[k]
    boundary = np.flatnonzero(others > local[is_wall].sum(axis=0))
    result[boundary] = np.array(codes)[best_other[:, boundary].argmax(axis=0)]
    return result


def _lasting(codes: NDArray[np.int64], shortest: int) -> list[int]:
    """Return where runs of one code begin, and the end; short runs join their longer neighbour."""
    runs = [(code, len(list(same))) for code, same in groupby(codes.tolist())]
    while len(runs) > 1:
        k = min(range(len(runs)), key=lambda n: runs[n][1])
        if runs[k][1] >= shortest:
            break
        left = runs[k - 1][1] if k else -1
        right = runs[k + 1][1] if k + 1 < len(runs) else -1
        runs[k] = (runs[k - 1 if left > right else k + 1][0], runs[k][1])
        around = groupby(runs[max(k - 1, 0) : k + 2], key=lambda run: run[0])
        runs[max(k - 1, 0) : k + 2] = [(code, sum(n for _, n in same)) for code, same in around]
    return [0, *accumulate(size for _, size in runs)]


def _names(
    codes: list[int], values: NDArray[np.float32], first: NDArray[np.int64], naming: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the classes of pieces: wall or boundary first, then the type of wall if it is clear.

    `first` says where each piece of `values` (codes, n) begins. Probabilities are those of the
    class, or of any wall where the type is not clear.
    """
    sizes = np.diff(first, append=values.shape[1])
    mean = np.add.reduceat(values.astype(np.float64), first, axis=1) / sizes
    known = np.array(codes)
    walls = np.isin(known, list(DOMAIN_WALL_CODES))
    wall = mean[walls].sum(axis=0)
    name, probability = np.full(len(first), int(ClassCode.WALL)), wall
    if walls.any():
        best = np.flatnonzero(walls)[mean[walls].argmax(axis=0)]
        clear = _are_clear(best, values, first, naming) & (known[best] != ClassCode.WALL)
        name = np.where(clear, known[best], name)
        probability = np.where(clear, mean[best, np.arange(len(first))], wall)
    if not walls.all():
        others = mean[~walls]
        boundary = others.max(axis=0) > wall
        name = np.where(boundary, known[~walls][others.argmax(axis=0)], name)
        probability = np.where(boundary, others.max(axis=0), probability)
    return name, probability


def _are_clear(
    best: NDArray[np.int64], values: NDArray[np.float32], first: NDArray[np.int64], naming: float
) -> NDArray[np.bool_]:
    """Tell whether a type's share of each piece exceeds `naming` by its standard error.

    A short piece, or one along which the network wavers, needs a larger share. `best` is the row
    of `values` of each piece's type.
    """
    sizes = np.diff(first, append=values.shape[1])
    own = values[np.repeat(best, sizes), np.arange(values.shape[1])].astype(np.float64)
    total = values.sum(axis=0)
    share = np.divide(own, total, out=np.zeros_like(own), where=total > 0)
    mean = np.add.reduceat(share, first) / sizes
    variance = np.add.reduceat((share - np.repeat(mean, sizes)) ** 2, first) / sizes
    independent = np.maximum(1.0, sizes / CORRELATED)
    clear: NDArray[np.bool_] = mean - np.sqrt(variance / independent) > naming + _ROUNDING
    return clear
