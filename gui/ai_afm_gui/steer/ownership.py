"""Which runs this person has begun from the window: only those are steered without asking twice."""

from pathlib import Path
from typing import Any, Protocol

KEY = "steer/started"
MOST = 50
"""Runs that are remembered."""


class Kept(Protocol):
    """The part of `QSettings` that is used."""

    def value(self, key: str, default: Any = None) -> Any:
        """Return what is kept."""
        ...

    def setValue(self, key: str, value: Any) -> None:
        """Keep a value."""
        ...


def note_started(settings: Kept, run: Path) -> None:
    """Remember that a run was begun from this window."""
    known = [path for path in started(settings) if path != str(run.absolute())]
    settings.setValue(KEY, [*known, str(run.absolute())][-MOST:])


def is_ours(settings: Kept, run: Path) -> bool:
    """Tell whether a run was begun from this window."""
    return str(run.absolute()) in started(settings)


def started(settings: Kept) -> list[str]:
    """Return the runs that were begun from this window, the oldest first."""
    kept = settings.value(KEY, [])
    # an ini file gives a list of one string back as that string
    return [kept] if isinstance(kept, str) else [str(path) for path in kept or []]
