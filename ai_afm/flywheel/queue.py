"""What to ask a person next: doubt x length of line at stake x novelty, and 15 % by lot.

Where people had to change more than the model doubted, crops that look alike count for more.

An item is a crop of a frame. What was drawn by lot is marked, so that an evaluation may use only
that: it is an unbiased sample of all that was scanned, which the doubtful crops are not.
"""

import json
from collections.abc import Sequence, Set
from typing import Any

import numpy as np

from ai_afm.errors import StoreError
from ai_afm.flywheel import asking_again, rows
from ai_afm.flywheel.items import ITEMS, STATES, Item, NewItem, State, item_of
from ai_afm.flywheel.mistakes import Mistakes
from ai_afm.flywheel.novelty import Vector
from ai_afm.flywheel.ranking import Ranked, by_lot, by_worth
from ai_afm.flywheel.records import Correction
from ai_afm.flywheel.store import FlywheelStore

RANDOM_SHARE = (3, 20)
"""15 %, as a fraction of whole numbers: of all items, and of those that were asked."""
LEASE = 1800.0
"""Seconds that an item is kept for the person who took it."""


class ReviewQueue:
    """The review queue of a lab; people and processes may use it at once."""

    def __init__(self, store: FlywheelStore) -> None:
        self._store = store
        self._database = store.database
        self._mistakes = Mistakes(store)

    def add(self, items: Sequence[NewItem]) -> list[int]:
        """Put items into the queue, all or none; return their numbers."""
        with self._database.transaction():
            return [
                self._database.insert(
                    "items",
                    prediction=item.prediction,
                    **rows.window_columns(item.window),
                    random=int(item.random),
                    urgent=int(item.urgent),
                    stake=item.stake,
                    doubt=item.doubt,
                    length=item.length,
                    features=json.dumps([float(f) for f in item.features], allow_nan=False),
                    reason=item.reason,
                )
                for item in items
            ]

    def items(self) -> list[Item]:
        """Return all items as they are now, oldest first; a lease that has ended is open again."""
        return list(self._known()[0])

    def item(self, number: int) -> Item:
        """Return an item by its number; raises StoreError where there is none."""
        for item in self.items():
            if item.id == number:
                return item
        raise StoreError(f"the review queue has no item {number}")

    def in_turn(self, annotator: str = "", most: int = 20) -> list[Ranked]:
        """Return what would be asked next, in turn, were it asked without answers in between.

        Parameters
        ----------
        annotator
            Who would be asked; what this person was unsure about is left to others.
        most
            How many.
        """
        items, features = self._known()
        asked = sum(i.asked for i in items)
        barred = asking_again.barred(self._store, annotator)
        mistakes = self._mistakes.newest()
        groups = [
            by_lot(group)
            if group and group[0].random
            else by_worth(group, items, features, mistakes)
            for group in _groups(items, annotator, barred)
        ]
        drawn = groups[0]
        chosen = [ranked for group in groups[1:] for ranked in group]
        found: list[Ranked] = []
        while (drawn or chosen) and len(found) < most:
            asked += 1
            lot = drawn and (_is_random_turn(asked) or not chosen)
            found.append((drawn if lot else chosen).pop(0))
        return found

    def next(self, annotator: str, lease: float = LEASE) -> Item | None:
        """Give the next item to a person, for `lease` seconds; `None` when there is nothing to ask.

        What the person holds already comes again, with a new lease. Where several people correct,
        one of twenty is a place that another person has corrected, drawn by lot: only such places
        tell how far people agree.

        Raises
        ------
        BadInput
            When the name is none.
        """
        rows.check_name(annotator)
        # hundreds of corrections take a second to measure: not while others wait for the database
        self._mistakes.newest()
        with self._database.transaction():
            held = [i for i in self.items() if i.state is State.LEASED and i.annotator == annotator]
            if held:
                number = held[0].id
            else:
                found = self._repeated(annotator) or self._first(annotator)
                if found is None:
                    return None
                number = found
            self._write(number, State.LEASED, annotator, until=self._now() + lease)
            return self.item(number)

    def take(self, number: int, annotator: str, lease: float = LEASE) -> Item:
        """Give a certain item to a person, or keep it for whoever holds it, `lease` seconds more.

        Raises
        ------
        BadInput
            When the name is none.
        StoreError
            When there is no such item, it is closed, or another person holds it.
        """
        rows.check_name(annotator)
        with self._database.transaction():
            self._require_free(number, annotator)
            self._write(number, State.LEASED, annotator, until=self._now() + lease)
            return self.item(number)

    def _first(self, annotator: str) -> int | None:
        turn = self.in_turn(annotator, most=1)
        return turn[0].item.id if turn else None

    def _repeated(self, annotator: str) -> int | None:
        """Return a new item about a place that another has corrected, where it is time for one."""
        items = self.items()
        if not asking_again.is_time_to_repeat(1 + sum(i.asked for i in items)):
            return None
        correction = asking_again.drawn_to_repeat(self._store, annotator)
        if correction is None:
            return None
        return self._about(correction, asking_again.BY_LOT, urgent=False)

    def _about(self, correction: Correction, reason: str, *, urgent: bool) -> int:
        """Put a new item about a correction into the queue; return its number."""
        new = asking_again.item_about(self._store, correction, reason, urgent)
        [number] = self.add([new])
        asking_again.note(self._store, number, correction)
        return number

    def ask_again(self, correction: Correction, reason: str) -> int | None:
        """Put a correction into the queue for a second look, before all others.

        Its annotator is not asked, where anybody else corrects in this lab.

        Parameters
        ----------
        correction
            The one in doubt.
        reason
            What speaks against it, in words.

        Returns
        -------
        int or None
            Number of the item; `None` when it was asked about again before.

        Raises
        ------
        StoreError
            When the lab has no prediction of its frame, which an item begins with.
        """
        with self._database.transaction():
            if asking_again.was_asked_again(self._store, correction):
                return None
            return self._about(correction, f"second look: {reason}", urgent=True)

    def skip(self, number: int, annotator: str, reason: str = "") -> None:
        """Put an item back, behind all others."""
        self._verdict(number, State.SKIPPED, annotator, reason)

    def unsure(self, number: int, annotator: str, reason: str = "") -> None:
        """Say that one cannot tell: it is left to other people."""
        self._verdict(number, State.UNSURE, annotator, reason)

    def reject(self, number: int, annotator: str, reason: str = "") -> None:
        """Say that nobody should be asked about it: a bad frame."""
        self._verdict(number, State.REJECTED, annotator, reason)

    def done(self, number: int, annotator: str, revision: int) -> None:
        """Say that a correction answers an item (storing one for an item does so by itself)."""
        with self._database.transaction():
            self._require_free(number, annotator)
            self._write(number, State.DONE, annotator, revision=revision)

    def _verdict(self, number: int, state: State, annotator: str, reason: str) -> None:
        rows.check_name(annotator)
        with self._database.transaction():
            self._require_free(number, annotator)
            self._write(number, state, annotator, reason=reason)

    def _require_free(self, number: int, annotator: str) -> None:
        """Refuse what is closed, and what another person holds."""
        item = self.item(number)
        if item.state in (State.DONE, State.REJECTED):
            raise StoreError(f"item {number} is {item.state} by {item.annotator} already")
        if item.state is State.LEASED and item.annotator != annotator:
            raise StoreError(f"{item.annotator} is at item {number} just now")

    def _write(self, number: int, state: State, annotator: str, **columns: Any) -> None:
        row = {"until": None, "revision": None, "reason": ""} | columns
        self._database.insert("item_states", item=number, state=state, annotator=annotator, **row)

    def _now(self) -> float:
        return self._database.wall().timestamp()

    def _known(self) -> tuple[list[Item], dict[int, Vector]]:
        """Return all items, and the features of each."""
        now = self._now()
        history: dict[int, list[tuple[Any, ...]]] = {}
        for state in self._database.rows(STATES):
            history.setdefault(state[0], []).append(state[1:])
        items, features = [], {}
        for row in self._database.rows(ITEMS + " ORDER BY i.id"):
            items.append(item_of(row, history.get(row[0], []), now))
            features[row[0]] = np.array(json.loads(row[-1]), float)
        return items, features


def _groups(items: list[Item], annotator: str, barred: Set[int]) -> list[list[Item]]:
    """Return what can be asked: drawn by lot, urgent, other, and skipped before."""
    free = [
        i
        for i in items
        if i.state in (State.OPEN, State.SKIPPED, State.UNSURE)
        and annotator not in i.unsure
        and i.id not in barred
    ]
    skipped = [i for i in free if i.state is State.SKIPPED]
    fresh = [i for i in free if i.state is not State.SKIPPED]
    chosen = [i for i in fresh if not i.random]
    return [
        [i for i in fresh if i.random],
        [i for i in chosen if i.urgent],
        [i for i in chosen if not i.urgent],
        [i for i in skipped if not i.random],
        [i for i in skipped if i.random],
    ]


def random_beside(chosen: int) -> int:
    """Return how many items are drawn by lot beside so many chosen ones: 15 % of all, rounded.

    Examples
    --------
    >>> [random_beside(n) for n in (2, 3, 17, 85)]
    [0, 1, 3, 15]
    """
    part, whole = RANDOM_SHARE
    return (2 * part * chosen + whole - part) // (2 * (whole - part))


def _is_random_turn(asked: int) -> bool:
    """Tell whether the n-th item that is asked comes from the lot: 15 % of them, evenly spread."""
    part, whole = RANDOM_SHARE
    now, before = ((2 * part * n + whole) // (2 * whole) for n in (asked, asked - 1))
    return now > before
