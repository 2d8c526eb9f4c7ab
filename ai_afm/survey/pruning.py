"""Chains without what thinning makes up: short side branches, and links where two lines touch."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.skeleton import Chains, Mask, nodes_of

_ON_A_LINE = 2
"""Branches of a node that is neither an end nor a junction."""

_ROUNDS = 3
"""A spur on a spur on a spur is none."""


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


def prune(chains: Chains, judgement: Judgement) -> Chains:
    """Remove what thinning makes up: spurs and links.

    A spur is a short chain with one free end, on a bump of a line. A link is a short faint chain
    between two junctions, where the flanks of two lines touch. Where two branches are left of a
    junction, they become one chain: nothing is traced again.

    Parameters
    ----------
    chains
        Those of a skeleton, as `trace` gives them.
    judgement
        What they are told by.

    Returns
    -------
    Chains
        What is left; corners of a junction may stay in a line.
    """
    for _ in range(_ROUNDS):
        made_up = _made_up(chains, judgement)
        if not made_up.any():
            break
        chains = chains.only(~made_up)
        if not len(chains):
            break
        chains = contracted(chains)
    return chains


def _made_up(chains: Chains, by: Judgement) -> Mask:
    """Tell which chains are spurs or links, (chains,) bool."""
    if not len(chains):
        return np.zeros(0, bool)
    fewest, most = chains.degree.min(axis=1), chains.degree.max(axis=1)
    lengths = chains.lengths
    faint = np.logical_or.reduceat(by.faint[_at(chains.pixels)], chains.starts[:-1])
    links = (fewest > _ON_A_LINE) & (lengths <= 2 * by.shortest) & faint
    ends_first = (chains.degree[:, 0] == 1)[:, None]
    free = np.where(ends_first, chains.first, chains.last)
    joined = np.where(ends_first, chains.last, chains.first)
    spurs = (fewest == 1) & (most > _ON_A_LINE) & ~by.keep[_at(free)]
    thickness = by.thickness[_at(joined)].astype(np.float64)
    spurs &= lengths < np.maximum(by.shortest, 1.5 * thickness)
    made_up: Mask = links | spurs
    return made_up


def _at(pixels: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return pixels[:, 0], pixels[:, 1]


def contracted(chains: Chains) -> Chains:
    """Make one chain of two that meet where nothing else does; count the branches of nodes anew."""
    flat = nodes_of(chains)[0].ravel()
    degree = np.bincount(flat[flat >= 0])
    # number of an end: twice that of its chain, and one more for the last pixel
    partner = np.full(len(flat), -1)
    meeting = np.flatnonzero((flat >= 0) & (degree[flat] == _ON_A_LINE))
    pairs = meeting[np.argsort(flat[meeting], kind="stable")].reshape(-1, 2)
    partner[pairs], partner[pairs[:, ::-1]] = pairs[:, ::-1], pairs
    courses, rings = _strung(partner.tolist(), chains.closed)
    entered = np.array([*chain.from_iterable(courses)])
    last = np.cumsum([len(course) for course in courses]) - 1
    first = np.append(0, last[:-1] + 1)
    closed = np.arange(len(courses)) >= len(courses) - rings
    # the node between two pieces belongs to both, the seam of a ring to its first and last
    skipped = np.ones(len(entered), np.int64)
    skipped[first] = 0
    sizes = chains.sizes[entered // 2] - skipped
    sizes[last[closed & (partner[entered[first]] >= 0)]] -= 1
    starts = np.append(0, np.cumsum(sizes))
    step = 1 - 2 * (entered % 2)
    begin = np.where(entered % 2, chains.starts[entered // 2 + 1] - 1, chains.starts[entered // 2])
    begin += step * (skipped - starts[:-1])
    every = np.repeat(begin, sizes) + np.repeat(step, sizes) * np.arange(starts[-1])
    ends = np.stack([entered[first], entered[last] ^ 1], axis=1)
    branches = np.where(closed[:, None], _ON_A_LINE, degree[flat[ends]] if len(degree) else 0)
    pixels = chains.pixels.take(every, axis=0)
    return Chains(pixels, np.append(starts[first], starts[-1]), closed, branches)


def _strung(partner: list[int], closed: Mask) -> tuple[list[list[int]], int]:
    """Return the ends at which the pieces of each new chain are entered, rings at last.

    `partner` says for each end which end it goes on at, -1 where nowhere. The number is that of the
    rings.
    """
    done = closed.tolist()
    courses: list[list[int]] = []
    rings: list[list[int]] = [[2 * n] for n in np.flatnonzero(closed).tolist()]
    free = [end for end, other in enumerate(partner) if other < 0]
    for start in [*free, *range(0, len(partner), 2)]:
        if done[start // 2]:
            continue
        course, end = [], start
        while end >= 0 and not done[end // 2]:
            course.append(end)
            done[end // 2] = True
            end = partner[end ^ 1]
        (courses if partner[start] < 0 else rings).append(course)
    return courses + rings, len(rings)
