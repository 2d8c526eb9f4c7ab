"""What the Live page remembers: what each view shows, as text for the settings. No Qt."""

import json
from collections.abc import Sequence

from ai_afm.types import Direction
from ai_afm_gui.live.channels import Choice, Levelling, Map


def to_text(choices: Sequence[Choice | None]) -> str:
    """Return choices as text; `None` for a view whose choice nobody has made."""
    return json.dumps([None if c is None else _values(c) for c in choices])


def from_text(text: str, count: int) -> tuple[Choice | None, ...]:
    """Return what `to_text` was given; `None` for each view where the text does not tell.

    Examples
    --------
    >>> choice = Choice("height", levelling=Levelling.ROWS)
    >>> from_text(to_text([choice, None]), 2) == (choice, None)
    True
    >>> from_text("from another version", 1)
    (None,)
    """
    try:
        stored = json.loads(text)
        read = [None if values is None else _choice(values) for values in stored]
    except (ValueError, TypeError, KeyError):
        read = []
    return tuple((*read, *[None] * count)[:count])


def _values(choice: Choice) -> list[object]:
    # a held range belongs to one sample; it is not remembered
    return [choice.channel, choice.direction.value, choice.levelling.value, choice.map.value]


def _choice(values: Sequence[str]) -> Choice:
    channel, direction, levelling, colours = values
    return Choice(str(channel), Direction(direction), Levelling(levelling), Map(colours))
