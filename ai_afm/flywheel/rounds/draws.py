"""How often each correction is drawn: new ones more, and no single person most."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NEW_SHARE = 0.5
"""Least share of the draws that corrections get which the parent has not learned from."""
PERSON_SHARE = 0.5
"""Largest share of one annotator's corrections, where there are several annotators."""


def draw_weights(
    revisions: Sequence[int], annotators: Sequence[str], learned: Collection[int]
) -> tuple[float, ...]:
    """Return how often each crop is drawn, in proportion.

    Parameters
    ----------
    revisions, annotators
        (crops,) the correction that each crop is of, and who made it.
    learned
        Revisions that the parent has learned from.

    Returns
    -------
    weights
        (crops,) shares, 1 in all. What the parent has not learned from gets `NEW_SHARE` at least.
        After that, what one annotator has more than `PERSON_SHARE` goes to the others.

    Examples
    --------
    >>> draw_weights([1, 2, 3, 4], ["Ann"] * 4, {1, 2, 3})
    (0.16666666666666666, 0.16666666666666666, 0.16666666666666666, 0.5)
    """
    shares = np.full(len(revisions), 1 / max(len(revisions), 1))
    new = np.array([r not in learned for r in revisions], np.bool_)
    if new.any() and not new.all() and shares[new].sum() < NEW_SHARE:
        shares = _given(shares, new, NEW_SHARE)
    for person in sorted(set(annotators)):
        own = np.array([a == person for a in annotators], np.bool_)
        if not own.all() and shares[own].sum() > PERSON_SHARE:
            # at most one person has more than half, so this happens once
            shares = _given(shares, own, PERSON_SHARE)
    return tuple(float(s) for s in shares)


def people(annotators: Sequence[str], weights: Sequence[float]) -> Mapping[str, float]:
    """Return the share of the draws of each annotator."""
    found: dict[str, float] = {}
    for person, weight in zip(annotators, weights, strict=True):
        found[person] = found.get(person, 0.0) + weight
    return dict(sorted(found.items()))


def _given(
    shares: NDArray[np.float64],
    some: NDArray[np.bool_],
    share: float,
) -> NDArray[np.float64]:
    """Return shares of which some have `share` together, and the others the rest."""
    scaled = shares.copy()
    scaled[some] *= share / shares[some].sum()
    scaled[~some] *= (1 - share) / shares[~some].sum()
    return scaled
