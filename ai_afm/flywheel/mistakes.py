"""What people had to change where they corrected, against what the model doubted there.

Doubt is the model's own, and a model that is sure and wrong doubts nothing. A correction tells:
where much more was changed than was in doubt, crops that look alike deserve more than their doubt
says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.line_changes import line_changes
from ai_afm.flywheel.novelty import Vector
from ai_afm.flywheel.store import FlywheelStore

MOST = 200
"""Corrections that count: the newest of a model."""
FEW = 10.0
"""px added to what was changed and to what was in doubt: a few pixels tell nothing."""
REACH = 0.5
"""Distance at which a correction tells a third of what it tells of its own place, as a share of the
typical distance of two crops of the queue."""
RESERVE = 0.5
"""Weight of knowing nothing, in corrections of the very same look."""

_CORRECTED = (
    "SELECT c.revision, c.item, c.before, c.after, i.stake, p.model_sha256 "
    "FROM corrections c JOIN items i ON i.id = c.item JOIN predictions p ON p.id = i.prediction "
    "ORDER BY c.revision DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What a correction tells of its model.

    Parameters
    ----------
    item
        Number of the item that it answers.
    model
        SHA-256 of the model whose lines were corrected.
    factor
        Natural logarithm of the length changed over the length in doubt.
    """

    item: int
    model: str
    factor: float


class Mistakes:
    """The newest corrections of a lab, measured; each is measured once."""

    def __init__(self, store: FlywheelStore) -> None:
        self._store = store
        self._factors: dict[int, float] = {}

    def newest(self) -> list[Mistake]:
        """Return what the newest corrections tell, `MOST` at most."""
        found = []
        for revision, item, before, after, stake, model in self._store.database.rows(
            _CORRECTED, MOST
        ):
            if revision not in self._factors:
                changes = line_changes(
                    self._store.label(before), self._store.label(after), (1.0, 1.0)
                )
                changed = sum(c.corrected + c.left_open for c in changes)
                self._factors[revision] = float(np.log((changed + FEW) / (stake + FEW)))
            found.append(Mistake(item, model, self._factors[revision]))
        return found


def expected(
    features: NDArray[np.float64],
    known: NDArray[np.float64],
    factors: Vector,
    typical: float,
) -> Vector:
    """Return by what the doubt about crops is to be multiplied, after what others have shown.

    A mean of what corrections tell, weighted with how much a crop looks like theirs (Nadaraya,
    DOI 10.1137/1109020), and with a reserve for knowing nothing.

    Parameters
    ----------
    features
        (n, d) of the crops.
    known
        (m, d) of the corrected crops.
    factors
        (m,) natural logarithms.
    typical
        Typical distance of two crops.

    Returns
    -------
    factor
        (n,) above 0; 1 for a crop that looks like nothing that was corrected.

    Examples
    --------
    >>> seen = np.array([[0.0], [3.0]])
    >>> expected(np.array([[0.0], [3.0], [9.0]]), seen, np.log([8.0, 1.0]), 1.0).round(2)
    array([4., 1., 1.])
    """
    if typical <= 0 or not len(known):
        return np.ones(len(features))
    apart = np.linalg.norm(features[:, None] - known[None], axis=-1)
    weights = np.exp(-((apart / (REACH * typical)) ** 2))
    mean = (weights @ factors) / (weights.sum(axis=1) + RESERVE)
    return np.asarray(np.exp(mean), np.float64)


def of_model(
    mistakes: list[Mistake], model: str, features: Mapping[int, Vector]
) -> tuple[NDArray[np.float64], Vector]:
    """Return features and factors, (m, d) and (m,), of the corrections of one model."""
    own = [m for m in mistakes if m.model == model and m.item in features]
    if not own:
        return np.zeros((0, 0)), np.zeros(0)
    return np.stack([features[m.item] for m in own]), np.array([m.factor for m in own])
