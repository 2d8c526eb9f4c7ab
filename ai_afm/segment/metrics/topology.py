"""Whether drawn lines hang together as the true ones do: Betti numbers, junctions."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, maximum_bipartite_matching
from scipy.spatial import KDTree

from ai_afm.segment.metrics.chains import Mask, follow, links
from ai_afm.segment.metrics.lines import LineScore, same_shape, scored

WINDOW = 64
"""Side of the windows in which Betti numbers are compared, px."""
MERGE = 3.0
"""Branch points closer than this are one junction, px."""
SPUR = 4.0
"""Side branches of fewer steps that end freely make no junction: thinning leaves them."""

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BettiError:
    """Difference of the number of pieces (`b0`) and of holes (`b1`), both >= 0, and their sum.

    A mean over windows where it was taken over windows.
    """

    b0: float
    b1: float
    total: float


def betti(mask: Mask) -> tuple[int, int]:
    """Count the pieces of a mask (8-connected) and its holes (4-connected).

    What touches the frame's edge is no hole: nobody knows whether it closes outside.

    Examples
    --------
    >>> ring = np.ones((3, 4), bool)
    >>> ring[1, 1:3] = False
    >>> betti(ring)
    (1, 1)
    """
    if not mask.any():
        return 0, 0
    pieces, _ = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    around = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    gaps, _ = cv2.connectedComponents(around, connectivity=4)
    return pieces - 1, gaps - 2  # cv2 counts its background; the outside is no hole


def betti_errors(drawn: Mask, true: Mask, ignore: Mask | None = None) -> BettiError:
    """Compare the Betti numbers of two masks over the whole image.

    Lines are cut where they are ignored, the drawn and the true ones alike. Over a large image
    errors of opposite sign cancel (a false piece here, a missed one there): the papers therefore
    compare in windows, see `betti_errors_in_windows`. True lines that have gaps of a pixel where
    they meet, as label images do, are to be `joined` first.
    """
    same_shape(drawn, true)
    if ignore is not None:
        drawn, true = drawn & ~ignore, true & ~ignore
    here, there = betti(drawn), betti(true)
    b0, b1 = abs(here[0] - there[0]), abs(here[1] - there[1])
    return BettiError(b0, b1, b0 + b1)


def betti_errors_in_windows(
    drawn: Mask, true: Mask, ignore: Mask | None = None, window: int = WINDOW
) -> BettiError:
    """Return the mean of |differences| of Betti numbers over square windows that cover the image.

    As Hu et al. 2019 (arXiv:1906.05404) and Shit et al. 2021 (DOI 10.1109/CVPR46437.2021.01629)
    do; theirs are drawn at random, these lie side by side, evenly spaced where they must overlap.
    Windows that are ignored altogether do not count; an image smaller than a window is one.
    """
    same_shape(drawn, true)
    asked = np.ones(true.shape, np.bool_) if ignore is None else ~ignore
    places = [
        (slice(r, r + window), slice(c, c + window))
        for r in _starts(true.shape[0], window)
        for c in _starts(true.shape[1], window)
    ]
    errors = [
        betti_errors((drawn & asked)[at], (true & asked)[at]) for at in places if asked[at].any()
    ]
    if not errors:
        return BettiError(0.0, 0.0, 0.0)
    b0, b1 = (float(np.mean([getattr(e, name) for e in errors])) for name in ("b0", "b1"))
    return BettiError(b0, b1, b0 + b1)


def junctions(skeleton: Mask, merge: float = MERGE, spur: float = SPUR) -> Points:
    """Find where 1-px lines meet or cross.

    Parameters
    ----------
    skeleton
        (lines, pixels) bool, lines of 1 px.
    merge
        Branch points within this distance are one junction (thinning doubles crossings), px.
    spur
        Side branches with fewer steps that end freely inside the frame are left out first.

    Returns
    -------
    points
        (n, 2) float64, row and column: the mean of each cluster of branch points.

    Examples
    --------
    >>> cross = np.zeros((11, 15), bool)
    >>> cross[5] = cross[:, 7] = True
    >>> junctions(cross)
    array([[5., 7.]])
    """
    clean = without_spurs(skeleton, spur)
    branches = np.array(sorted(p for p, n in links(clean).items() if len(n) > 2), float)
    if not len(branches):
        return np.zeros((0, 2))
    pairs = KDTree(branches).query_pairs(merge, output_type="ndarray")
    graph = csr_array(
        (np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), (len(branches),) * 2
    )
    count, cluster = connected_components(graph, directed=False)
    return np.stack([branches[cluster == i].mean(axis=0) for i in range(count)])


def without_spurs(skeleton: Mask, spur: float) -> Mask:
    """Drop side branches of fewer than `spur` steps that end freely inside the frame."""
    result = skeleton.copy()
    near = links(skeleton)
    last = np.array(skeleton.shape) - 1
    for chain in follow(near):
        if chain.closed or len(chain.pixels) - 1 >= spur:
            continue
        path = chain.pixels
        degree = [len(near[int(r), int(c)]) for r, c in (path[0], path[-1])]
        if min(degree) != 1 or max(degree) < 3:
            continue
        free = path[0] if degree[0] == 1 else path[-1]
        if (free > 0).all() and (free < last).all():
            body = path[:-1] if degree[0] == 1 else path[1:]
            result[tuple(body.T)] = False
    return result


def junction_score(drawn: Mask, true: Mask, ignore: Mask, tolerance: float) -> LineScore:
    """Compare the junctions of two skeletons, each with at most one partner.

    Parameters
    ----------
    drawn, true
        (lines, pixels) bool, lines of 1 px; true lines that do not touch where they meet, as in
        label images, are to be `joined` first.
    ignore
        Junctions here count neither for nor against.
    tolerance
        Distance of partners, px.
    """
    same_shape(drawn, true, ignore)
    here, there = junctions(drawn), junctions(true)
    asked_here, asked_there = _outside(here, ignore), _outside(there, ignore)
    return scored(
        _matched_share(asked_here, there, tolerance), _matched_share(asked_there, here, tolerance)
    )


def _outside(points: Points, ignore: Mask) -> Points:
    at = np.rint(points).astype(int)
    outside: Points = points[~ignore[at[:, 0], at[:, 1]]]
    return outside


def _matched_share(points: Points, partners: Points, tolerance: float) -> float | None:
    """Return the share of points with a partner of their own (as many as can be), or `None`."""
    if not len(points):
        return None
    if not len(partners):
        return 0.0
    reach = KDTree(points).query_ball_tree(KDTree(partners), tolerance + 1e-9)
    rows = np.repeat(np.arange(len(points)), [len(r) for r in reach])
    columns = np.array([c for r in reach for c in r], int)
    graph = csr_array((np.ones(len(rows), np.int8), (rows, columns)), (len(points), len(partners)))
    partner = maximum_bipartite_matching(graph.tocsr(), perm_type="column")
    return float(np.mean(partner >= 0))


def _starts(size: int, window: int) -> list[int]:
    """Return where windows begin so that they cover `size`, evenly spaced."""
    if size <= window:
        return [0]
    count = -(-size // window)
    return [round(i * (size - window) / (count - 1)) for i in range(count)]
