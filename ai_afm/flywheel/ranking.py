"""In which turn items are asked: what is at stake x what corrections have shown x novelty."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai_afm.flywheel.items import Item
from ai_afm.flywheel.mistakes import Mistake, expected, of_model
from ai_afm.flywheel.novelty import Vector, distances, in_order, typical_distance


@dataclass(frozen=True, slots=True)
class Ranked:
    """An item in its turn.

    Parameters
    ----------
    item
        The item.
    novelty
        0 (a copy of what is asked before) to 1.
    factor
        How many times what is at stake is believed to be wrong, after corrections of crops that
        look alike; 1 where none tells.
    priority
        px: stake x factor x novelty.
    """

    item: Item
    novelty: float
    factor: float
    priority: float


def by_lot(group: Sequence[Item]) -> list[Ranked]:
    """Return items in an order that has nothing to do with what is in them, nor when they came."""
    shuffled = sorted(group, key=lambda i: hashlib.sha256(b"%d" % i.id).digest())
    return [Ranked(i, 0.0, 1.0, 0.0) for i in shuffled]


def by_worth(
    group: Sequence[Item],
    items: Sequence[Item],
    features: Mapping[int, Vector],
    mistakes: list[Mistake],
) -> list[Ranked]:
    """Return items in their turn, given what has been asked and corrected.

    Parameters
    ----------
    group
        The items.
    items
        All items of the queue.
    features
        Of each item, by its number.
    mistakes
        What corrections tell.
    """
    if not group:
        return []
    own = np.stack([features[i.id] for i in group])
    group_ids = {i.id for i in group}
    centres = [features[i.id] for i in items if i.asked and i.id not in group_ids]
    nearest = distances(own, np.reshape(centres, (len(centres), own.shape[1])))
    typical = typical_distance(np.stack([features[i.id] for i in items]))
    factors = np.ones(len(group))
    for model in {i.model for i in group}:
        mine = np.array([i.model == model for i in group])
        factors[mine] = expected(own[mine], *of_model(mistakes, model, features), typical)
    stakes = np.array([i.stake for i in group])
    turns = in_order(stakes * factors, own, nearest, len(group), typical)
    return [
        Ranked(group[n], new, float(factors[n]), float(new * factors[n] * stakes[n]))
        for n, new in turns
    ]
