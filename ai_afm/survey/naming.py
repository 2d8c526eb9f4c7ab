"""What a line is called: a class for each lasting piece, and a type only where it is clear."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm.types import DOMAIN_WALL_CODES, ClassCode

_CORRELATED = 9
"""Pixels along a line over which a network's doubts are about the same, px."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of pixels of one class: the first and last index along the line, code, probability."""

    first: int
    last: int
    code: int
    probability: float


def pieces_of(along: dict[int, NDArray[np.float32]], naming: float, shortest: int) -> list[Piece]:
    """Cut a line where its class changes for good, and name the pieces.

    A class is a matter of a piece, never of a pixel: it is told from mean probabilities, and what
    changes back within `shortest` pixels has not changed.

    Parameters
    ----------
    along
        Class code -> probability at each pixel of the line, (n,) float32.
    naming
        Share of the line's probability that a type of wall needs to be named.
    shortest
        Pieces below this many pixels join their longer neighbour.

    Returns
    -------
    list of Piece
        In order; each begins at the pixel where the one before ends.
    """
    codes = list(along)
    values = np.stack([along[code] for code in codes])
    if values.shape[1] < 2 * shortest:
        return [Piece(0, values.shape[1] - 1, *_name(codes, values, naming))]
    size = min(values.shape[1], _CORRELATED)
    local = ndimage.uniform_filter1d(values, size, axis=1, mode="nearest")
    cuts = _lasting(_local_codes(codes, local, naming), shortest)
    names = [_name(codes, values[:, a:b], naming) for a, b in pairwise(cuts)]
    # the mean over a piece may say less, or more, than its pixels: neighbours of one name are one
    inner = [cut for cut, a, b in zip(cuts[1:-1], names, names[1:], strict=False) if a[0] != b[0]]
    cuts = [0, *inner, cuts[-1]]
    pieces = []
    for a, b in pairwise(cuts):
        code, probability = _name(codes, values[:, a:b], naming)
        pieces.append(Piece(a, min(b, cuts[-1] - 1), code, probability))
    return pieces


def _local_codes(codes: list[int], local: NDArray[np.float32], naming: float) -> NDArray[np.int64]:
    """Return the class at each pixel, (n,): as `_name`, without the statistics."""
    total = local.sum(axis=0)
    is_wall = np.array([code in DOMAIN_WALL_CODES for code in codes])
    best_other = np.where(is_wall[:, None], -1.0, local)
    others = best_other.max(axis=0)
    result = np.full(len(total), int(ClassCode.WALL))
    for k, code in enumerate(codes):
        if is_wall[k]:
            result[local[k] >= naming * total] = code
    boundary = others > local[is_wall].sum(axis=0)
    result[boundary] = np.array(codes)[best_other.argmax(axis=0)][boundary]
    return result


def _lasting(codes: NDArray[np.int64], shortest: int) -> list[int]:
    """Return where runs of one code begin, and the end; short runs join their longer neighbour."""
    cuts = [0, *(int(i) + 1 for i in np.flatnonzero(np.diff(codes))), len(codes)]
    names = [int(codes[cut]) for cut in cuts[:-1]]
    while len(names) > 1:
        lengths = [b - a for a, b in pairwise(cuts)]
        k = int(np.argmin(lengths))
        if lengths[k] >= shortest:
            break
        left = lengths[k - 1] if k > 0 else -1
        right = lengths[k + 1] if k + 1 < len(names) else -1
        names[k] = names[k - 1] if left > right else names[k + 1]
        kept = [i for i in range(1, len(names)) if names[i] != names[i - 1]]
        cuts = [0, *(cuts[i] for i in kept), cuts[-1]]
        names = [names[0], *(names[i] for i in kept)]
    return cuts


def _name(codes: list[int], values: NDArray[np.float32], naming: float) -> tuple[int, float]:
    """Return the class of a piece: wall or boundary first, then the type of wall if it is clear."""
    mean = dict(zip(codes, values.mean(axis=1).tolist(), strict=True))
    walls = {code: p for code, p in mean.items() if code in DOMAIN_WALL_CODES}
    wall = sum(walls.values())
    others = {code: p for code, p in mean.items() if code not in DOMAIN_WALL_CODES}
    best_other = max(others, key=lambda c: others[c], default=None)
    if best_other is not None and others[best_other] > wall:
        return best_other, others[best_other]
    code = max(walls, key=lambda c: walls[c])
    if code == ClassCode.WALL or not _is_clear(values[codes.index(code)], values, naming):
        return int(ClassCode.WALL), wall
    return code, walls[code]


def _is_clear(own: NDArray[np.float32], values: NDArray[np.float32], naming: float) -> bool:
    """Tell whether a type's share of a line exceeds `naming` by its standard error.

    A short piece, or one along which the network wavers, needs a larger share.
    """
    total = values.sum(axis=0)
    share = np.divide(own, total, out=np.zeros_like(own), where=total > 0)
    independent = max(1.0, len(own) / _CORRELATED)
    return float(share.mean() - share.std() / math.sqrt(independent)) >= naming
