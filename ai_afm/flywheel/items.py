"""The items of the review queue as values, and as rows of the database."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ai_afm.flywheel.novelty import Vector
from ai_afm.flywheel.records import Place, Window

ITEMS = (
    'SELECT i.id, p.frame, i.top, i."left", i.lines, i.pixels, i.prediction, i.random, i.urgent, '
    "i.stake, i.doubt, i.length, i.reason, p.model_sha256, i.features "
    "FROM items i JOIN predictions p ON p.id = i.prediction"
)
STATES = "SELECT item, state, annotator, until, revision FROM item_states ORDER BY id"


class State(StrEnum):
    """What has become of an item."""

    OPEN = "open"
    LEASED = "leased"
    SKIPPED = "skipped"
    UNSURE = "unsure"
    REJECTED = "rejected"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class NewItem:
    """A crop that is to be asked about.

    Parameters
    ----------
    prediction
        Number of the prediction that a person corrects.
    window
        Of its frame.
    random
        Whether it was drawn by lot.
    urgent
        Whether the run has asked for a person; such items come first.
    stake
        px of line, each weighted with the doubt about it: zooms and overviews count alike.
    doubt
        Mean of it along the lines, 0..1; 0 where there is none.
    length
        m of line.
    features
        (n,) for novelty.
    reason
        Why, in words.
    """

    prediction: int
    window: Window
    random: bool
    urgent: bool
    stake: float
    doubt: float
    length: float
    features: Vector
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the queue, and what has become of it.

    `annotator` is who holds it or did the last thing with it; `until` is when a lease ends, s since
    1970. `asked` tells whether any person has had it. `model` is the SHA-256 of the model whose
    lines are shown. For the rest see `NewItem`.
    """

    id: int
    place: Place
    prediction: int
    random: bool
    urgent: bool
    stake: float
    doubt: float
    length: float
    reason: str
    model: str
    state: State
    annotator: str
    until: float | None
    revision: int | None
    asked: bool
    unsure: frozenset[str]


def item_of(row: tuple[Any, ...], history: list[tuple[Any, ...]], now: float) -> Item:
    """Return the item of a row `ITEMS`, given its rows of `STATES` (without their first column).

    A lease that ends before `now`, s since 1970, is over.
    """
    number, frame, *numbers = row[:7]
    random, urgent, stake, doubt, length, reason, model = row[7:14]
    state, annotator, until, revision = State.OPEN, "", None, None
    if history:
        name, annotator, until, revision = history[-1]
        state = State(name)
    if state is State.LEASED and until is not None and until <= now:
        state, until = _before_lease(history), None
    return Item(
        number,
        Place(frame, Window(*numbers[:4])),
        numbers[4],
        bool(random),
        bool(urgent),
        stake,
        doubt,
        length,
        reason,
        model,
        state,
        annotator,
        until,
        revision,
        bool(history),
        frozenset(person for name, person, *_ in history if name == State.UNSURE),
    )


def _before_lease(history: list[tuple[Any, ...]]) -> State:
    """Return what an item was before leases that have ended."""
    verdicts = [State(name) for name, *_ in history if name != State.LEASED]
    return verdicts[-1] if verdicts else State.OPEN
