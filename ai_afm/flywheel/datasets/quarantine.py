"""Corrections that are kept out of every dataset until somebody has had a second look at them."""

from ai_afm.errors import BadInput
from ai_afm.flywheel import rows
from ai_afm.flywheel.store import FlywheelStore


def quarantine(store: FlywheelStore, revision: int, person: str, reason: str) -> None:
    """Keep a correction out of datasets that are frozen from now on; it stays on record.

    Raises
    ------
    StoreError
        When there is no such revision.
    BadInput
        When the person's name is none, or no reason is given.
    """
    _write(store, revision, person, reason, held=True)


def release(store: FlywheelStore, revision: int, person: str, reason: str) -> None:
    """Let a correction in again; raises as `quarantine` does."""
    _write(store, revision, person, reason, held=False)


def quarantined(store: FlywheelStore) -> dict[int, str]:
    """Return the revisions that are in quarantine, and why."""
    found: dict[int, str] = {}
    sql = "SELECT revision, held, reason FROM quarantine ORDER BY id"
    for revision, held, reason in store.database.rows(sql):
        found.pop(revision, None)
        if held:
            found[revision] = reason
    return found


def _write(store: FlywheelStore, revision: int, person: str, reason: str, *, held: bool) -> None:
    rows.check_name(person)
    if not reason.strip():
        raise BadInput("say why: a quarantine without a reason cannot be judged later")
    store.require_correction(revision)
    store.database.insert(
        "quarantine", revision=revision, held=int(held), person=person, reason=reason
    )
