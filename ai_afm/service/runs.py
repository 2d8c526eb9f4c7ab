"""The runs of a lab: which there are, which are live, and what they are told about models."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai_afm.errors import AfmError
from ai_afm.flywheel.database import Database
from ai_afm.flywheel.lab import Lab
from ai_afm.service.link import ask
from ai_afm.store.journal import Journal
from ai_afm.store.looking import last_eyes
from ai_afm.store.run_folder import RunFolder

log = logging.getLogger(__name__)

RUN = "run"
"""Event of a lab: a run of it has begun, wherever its folder lies."""
_NOTED = "SELECT payload FROM events WHERE kind = ? ORDER BY sequence"
SOON = 0.25
"""Seconds that a live run is given to answer; one that is busy obeys later."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a live run has answered; `obeys` is false where it could not be reached or refuses."""

    run: Path
    obeys: bool
    answer: str

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"run": str(self.run), "obeys": self.obeys, "answer": self.answer}


def note_run(database: Database, run: Path) -> None:
    """Write down that a run belongs to a lab; once is enough.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    path = str(run.absolute())
    with database.transaction():
        if path not in _noted(database):
            database.insert("events", kind=RUN, payload=json.dumps({"path": path}))


def runs_of(lab: Lab, database: Database) -> Iterator[RunFolder]:
    """Yield the runs of a lab whose folders are there: in `runs/`, and those that it has noted."""
    paths = [lab.runs / name for name in _names(lab.runs)]
    paths += [Path(path) for path in _noted(database)]
    for path in dict.fromkeys(paths):
        try:
            yield RunFolder.open(path)
        except AfmError:
            continue  # moved, removed, or never a run


def tell_live_runs(lab: Lab, database: Database, leaving: str, to: str, reason: str) -> list[Told]:
    """Have the live runs of a lab look with another model, where they use the one that is left.

    Each goes on with the one that it has when the other cannot be loaded there.

    Parameters
    ----------
    lab, database
        The lab, and its records.
    leaving, to
        "name@version" of the model that is left, and of the other one.
    reason
        Why.

    Returns
    -------
    list of Told
        One for each live run that used it.
    """
    told = []
    for folder in runs_of(lab, database):
        # a run that was killed leaves its address, but not its lock
        if not folder.steering_file.is_file() or not folder.is_running:
            continue
        try:
            with Journal.read(folder.journal_file) as journal:
                uses = last_eyes(journal)
            if uses is None or uses.model != leaving:
                continue
            args = {"name": to, "reason": reason}
            answer = str(ask(folder.steering_file, "model", args, timeout=1.0, wait=SOON))
            told.append(Told(folder.path, True, answer))
        except AfmError as exc:
            log.warning("the live run %s could not be told: %s", folder.path, exc)
            told.append(Told(folder.path, False, str(exc)))
    return told


def _names(runs: Path) -> list[str]:
    return sorted(p.name for p in runs.iterdir() if p.is_dir()) if runs.is_dir() else []


def _noted(database: Database) -> list[str]:
    return [str(json.loads(payload)["path"]) for (payload,) in database.rows(_NOTED, RUN)]
