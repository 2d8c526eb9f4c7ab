"""What has come of a verb, in one or two sentences, and the words of the next one. No Qt."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ai_afm_gui.teach.lab_books import Books
from ai_afm_gui.teach.outcome import Outcome
from ai_afm_gui.words import translate


def next_name(books: Books, today: date) -> str:
    """Return a name for the next training set that no set has: the day, and a number."""
    taken = {d.name for d in books.datasets}
    day = today.isoformat()
    names = [day, *(f"{day}-{n}" for n in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def frozen_words(outcome: Outcome) -> str:
    """Return what a freeze has made."""
    told = outcome.result
    return translate("Teach", 'The training set "{name}" holds {n} crops.').format(
        name=told.get("name"), n=told.get("corrections")
    )


def trained_words(outcome: Outcome) -> str:
    """Return what a training has made, or how it was ended."""
    if outcome.interrupted:
        return translate("Teach", "The training was interrupted; its checkpoint is kept.")
    return translate("Teach", "{model} is a candidate now; let the gate judge it.").format(
        model=outcome.result.get("model")
    )


def judged_words(outcome: Outcome) -> str:
    """Return how a gate has decided."""
    told = outcome.result
    if outcome.done:
        return translate("Teach", "{model} has passed the gate.").format(model=told.get("model"))
    return translate("Teach", "The gate has refused {model}.").format(model=told.get("model"))


def promoted_words(outcome: Outcome) -> str:
    """Return what a promotion has changed."""
    told = outcome.result
    if told.get("state") == "shadow":
        words = translate("Teach", "{model} looks on beside the active model now.")
        return words.format(model=told.get("model"))
    words = translate("Teach", "The next run uses {model}.").format(model=told.get("model"))
    return " ".join([words, *_runs(told.get("runs", ()))])


def rolled_back_words(outcome: Outcome) -> str:
    """Return what a rollback has changed, and which live runs obey."""
    told = outcome.result
    words = translate("Teach", "{model} is active again, {before} is retired.").format(
        model=told.get("model"), before=told.get("before")
    )
    runs = list(_runs(told.get("runs", ())))
    if not runs:
        runs = [translate("Teach", "No live run was using it.")]
    return " ".join([words, *runs])


def _runs(runs: Sequence[Any]) -> list[str]:
    """Return a sentence for each live run."""
    said = []
    for run in runs:
        name = Path(str(run["run"])).name
        if run["obeys"]:
            words = translate("Teach", "Live run {run}: {answer}.")
        else:
            words = translate("Teach", "Live run {run} does not obey: {answer}.")
        said.append(words.format(run=name, answer=str(run["answer"]).rstrip(".")))
    return said


def failed_words(verb: str, outcome: Outcome) -> str:
    """Return why a verb has not done what was asked for."""
    if outcome.message:
        return outcome.message
    return translate("Teach", "`ai-afm {verb}` ended with code {code} and said nothing.").format(
        verb=verb, code=outcome.code
    )
