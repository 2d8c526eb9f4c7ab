"""Corrections that are kept out of every dataset until somebody has had a second look at them.

Nothing is deleted. Single corrections are held and released; so is everything of a person from a
date on, also what comes later. Of all that was said about a correction, the last word counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ai_afm.errors import BadInput
from ai_afm.flywheel import rows
from ai_afm.flywheel.records import Correction
from ai_afm.flywheel.store import FlywheelStore

_OF_PERSON = "quarantine_of_person"
"""Kind of the events that hold or release everything of a person."""


@dataclass(frozen=True, slots=True)
class Word:
    """One decision about a correction.

    Parameters
    ----------
    revision
        Of the correction.
    held
        Whether it was held or let in again.
    person, reason, added
        Who said so, why and when (ISO 8601).
    of_person
        Whether it was about everything of the annotator.
    """

    revision: int
    held: bool
    person: str
    reason: str
    added: str
    of_person: bool


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


def quarantine_person(
    store: FlywheelStore, annotator: str, since: datetime, person: str, reason: str
) -> int:
    """Keep out everything that an annotator has stored since a time, and will store.

    Parameters
    ----------
    store
        Of the lab.
    annotator
        Whose corrections.
    since
        From when on; a time without a zone is UTC.
    person, reason
        Who says so, and why.

    Returns
    -------
    int
        Number of corrections that this holds now.

    Raises
    ------
    BadInput
        When a name is none, no reason is given, or the annotator has not stored anything yet (a
        misspelt name must not look like success).
    """
    return _write_person(store, annotator, since, (person, reason), held=True)


def release_person(
    store: FlywheelStore, annotator: str, since: datetime, person: str, reason: str
) -> int:
    """Let everything of an annotator since a time in again; raises as `quarantine_person` does."""
    return _write_person(store, annotator, since, (person, reason), held=False)


def quarantined(store: FlywheelStore) -> dict[int, str]:
    """Return the revisions that are in quarantine, and why."""
    return {revision: word.reason for revision, word in last_words(store).items() if word.held}


def last_words(store: FlywheelStore) -> dict[int, Word]:
    """Return what was said last about each correction that anything was said about."""
    words: dict[int, Word] = {}
    sql = "SELECT revision, held, person, reason, added FROM quarantine ORDER BY id"
    for revision, held, person, reason, added in store.database.rows(sql):
        words[revision] = Word(revision, bool(held), person, reason, added, of_person=False)
    general = store.events(_OF_PERSON)
    for correction in store.corrections() if general else ():
        for told in general:
            word = _general(told, correction)
            own = words.get(correction.revision)
            if word is not None and (own is None or _time(own.added) <= _time(word.added)):
                words[correction.revision] = word
    return dict(sorted(words.items()))


def _general(told: dict[str, Any], correction: Correction) -> Word | None:
    """Return what was said about a person as a word about a correction, `None` if it is not."""
    mine = told["annotator"] == correction.annotator
    if not mine or _time(correction.added) < _time(told["since"]):
        return None
    return Word(
        correction.revision, told["held"], told["person"], told["reason"], told["when"],
        of_person=True,
    )  # fmt: skip


def _write(store: FlywheelStore, revision: int, person: str, reason: str, *, held: bool) -> None:
    _check(person, reason)
    store.require_correction(revision)
    store.database.insert(
        "quarantine", revision=revision, held=int(held), person=person, reason=reason
    )


def _write_person(
    store: FlywheelStore, annotator: str, since: datetime, said: tuple[str, str], *, held: bool
) -> int:
    person, reason = said
    _check(person, reason)
    rows.check_name(annotator)
    own = [c for c in store.corrections() if c.annotator == annotator]
    if not own:
        raise BadInput(f"{annotator} has not corrected anything in this lab")
    start = since if since.tzinfo is not None else since.replace(tzinfo=UTC)
    told = {
        "annotator": annotator,
        "since": start.isoformat(),
        "held": held,
        "person": person,
        "reason": reason,
        "when": store.database.wall().isoformat(),
    }
    store.note(_OF_PERSON, told)
    return sum(_time(c.added) >= start for c in own)


def _check(person: str, reason: str) -> None:
    rows.check_name(person)
    if not reason.strip():
        raise BadInput("say why: a quarantine without a reason cannot be judged later")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
