"""Which model looks in a run, as its journal tells."""

from dataclasses import dataclass

from ai_afm.store.journal import Journal

SWAPPED, NOT_SWAPPED = "model_swapped", "model_refused"
"""Rows of the journal: which model looks from where on, and which was asked for in vain."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """A model that looks in a run: "name@version" and the hash of its weights."""

    model: str
    sha256: str


def last_eyes(journal: Journal) -> Eyes | None:
    """Return the model that a run has looked with last, `None` for one that never began."""
    told = [r for kind in ("run_started", SWAPPED) for r in journal.rows(kind)]
    if not told:
        return None
    newest = max(told, key=lambda r: r.sequence).payload
    return Eyes(str(newest["model"]), str(newest["model_sha256"]))
