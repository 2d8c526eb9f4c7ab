"""The question of a run is written into its journal before anything moves, and never changed."""

from ai_afm.acquire.session import Session
from ai_afm.control.question_plan import registered
from ai_afm.errors import StoreError

KIND = "question_registered"
"""Kind of the journal row."""


def register_question(session: Session) -> None:
    """Journal the run's question with its SHA-256, once; a run without one has no such row.

    Raises
    ------
    StoreError
        When the run was begun with another question, or without one, and something was probed.
    """
    settings = session.config.question
    asked = None if settings is None else registered(session.config)
    rows = list(session.journal.rows(KIND))
    if rows:
        before = str(rows[0].payload["digest"])
        if asked is None or before != asked.digest:
            now = "none" if asked is None else asked.digest[:12]
            raise StoreError(
                f"the question of this run was registered as {before[:12]} and is {now} now; put"
                " the table [question] of config.toml back, or start a new run"
            )
        return
    if asked is None or settings is None:
        return
    if any(True for _ in session.journal.rows("probe_started")):
        raise StoreError("something was probed before a question was asked; start a new run")
    row = {
        "digest": asked.digest,
        "question": {
            "compare": asked.compare,
            "with": asked.with_,
            "on": asked.on,
            "effect": asked.effect,
            "alpha": asked.alpha,
            "units": asked.units,
            "early": asked.early,
            "selection": asked.selection,
        },
        "title": asked.title,
    }
    session.journal.append(KIND, row)
