"""Who moves the tip: how far a live run may go by itself, and whether a person lets a move pass."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from ai_afm.acquire.session import Session
from ai_afm.acquire.swap import REFUSED
from ai_afm.errors import ConfigError
from ai_afm.store.journal import Journal
from ai_afm.types import Authority

_MEANING = {
    Authority.WATCH: "what is under way is finished, then nothing moves",
    Authority.ADVISE: "each move waits for a person",
    Authority.SUPERVISED: "it moves by itself, a fault waits for a person",
    Authority.UNATTENDED: "it moves by itself, also after a fault",
}


def authority_kept(journal: Journal) -> Authority | None:
    """Return the authority that a person gave the run last; `None` where nobody changed it."""
    kept = None
    for row in journal.rows("command"):
        if row.payload["do"] == "authority" and not row.payload["detail"].startswith(REFUSED):
            kept = Authority(row.payload["args"]["to"])
    return kept


def change_authority(session: Session, args: Mapping[str, Any]) -> str:
    """Let a live run go less far by itself, or farther in the name of a person; say what it means.

    Parameters
    ----------
    session
        Of the run.
    args
        `to`, and `person` where the run is to go farther.

    Raises
    ------
    ConfigError
        When there is no such authority, or nobody gives a name for more of it.
    """
    if args.keys() - {"to", "person"}:
        raise ConfigError("an authority is changed with `to`, and `person` where it is more")
    try:
        wanted = Authority(str(args.get("to")))
    except ValueError as exc:
        known = ", ".join(Authority)
        raise ConfigError(f"there is no authority {args.get('to')!r}; known: {known}") from exc
    if wanted.exceeds(session.authority) and not str(args.get("person", "")).strip():
        raise ConfigError(
            f"only a person may go from {session.authority} to {wanted}; give your name"
        )
    session.mandate.authority = wanted
    return f"authority is {wanted}: {_MEANING[wanted]}"


class Answer(Enum):
    """What a person says to a move that waits."""

    GO = "go"
    NO = "no"


class Leave:
    """The move that waits for a person, and what that person says."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.why = ""
        self._row: int | None = None

    def put(self, row: int | None) -> None:
        """Have the move of a row of the journal wait; `None`: none waits any longer."""
        self._row, self.answer, self.why = row, None, ""

    def hear(self, answer: Answer, args: Mapping[str, Any]) -> str:
        """Take what a person says.

        Parameters
        ----------
        answer
            Yes or no.
        args
            `decision`, the row of the move that is meant (absent: the one that waits); `why`.

        Raises
        ------
        ConfigError
            When no move waits, or another one than the person has seen.
        """
        if self._row is None:
            raise ConfigError("no move waits for a person")
        if args.get("decision", self._row) != self._row:
            raise ConfigError("another move is proposed by now; look at that one first")
        self.answer, self.why = answer, str(args.get("why", "")).strip()
        return "approved" if answer is Answer.GO else "declined; the run looks for another move"
