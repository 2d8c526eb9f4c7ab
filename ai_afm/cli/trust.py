"""`ai-afm corrections agreement|suspects|quarantine|release|held`: whether to believe labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ai_afm.cli.lab import Annotator, Json, LabOption, open_store
from ai_afm.cli.output import say
from ai_afm.errors import BadInput, StoreError
from ai_afm.service.lab import model_folders

if TYPE_CHECKING:
    from ai_afm.flywheel.datasets.agreement import Likeness
    from ai_afm.flywheel.datasets.opinions import ModelAnswers
    from ai_afm.flywheel.datasets.suspects import Suspect
    from ai_afm.flywheel.store import FlywheelStore

Revisions = Annotated[
    list[int] | None, typer.Argument(metavar="REVISION...", help="Of single corrections.")
]
OfPerson = Annotated[
    str | None, typer.Option("--of", metavar="PERSON", help="Everything of one annotator.")
]
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="With --of: from when on, UTC."),
]
Why = Annotated[str, typer.Option("--reason", help="Why, in words.")]


def agreement_of_people(lab: LabOption = None, json: Json = False) -> None:
    """Say how far people agree where several of them corrected the same place."""
    from ai_afm.flywheel.datasets.agreement import agreement

    with open_store(lab) as store:
        found = agreement(store)
    told = {
        "people": list(found.people),
        "repeated_places": found.repeated,
        "remark": found.remark or None,
        "pairs": [_likeness(x, json) for x in found.pairs],
        "with_model": [_likeness(x, json) for x in found.with_model],
        "with_consensus": [_likeness(x, json) for x in found.with_consensus],
    }
    say(told, json)


def suspects_among(
    dataset: Annotated[
        str | None, typer.Option(help="Only those of this dataset; default: all that count.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME@VERSION", help="Who judges; default: the active.")
    ] = None,
    ask: Annotated[
        int, typer.Option(min=0, help="Put so many of the worst into the review queue.")
    ] = 0,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Rank corrections by what speaks against them, by a model that has not learned from them."""
    from ai_afm.flywheel.datasets.candidates import Choice, candidates
    from ai_afm.flywheel.datasets.freeze import require_dataset
    from ai_afm.flywheel.datasets.suspects import suspects

    with open_store(lab) as store:
        if dataset is None:
            entries = tuple(candidates(store, Choice())[0])
        else:
            entries = require_dataset(store, dataset).dataset.entries
        audit = suspects(store, entries, _answers(store, model, lab))
        asked, not_asked = _asked_again(store, audit.suspects[:ask])
    told = {
        "judged": len(audit.ranked),
        "suspects": [_suspect(s, json) for s in audit.suspects],
        "evidence": [
            {"fault": e.fault.value, "found": e.found, "judged": e.judged, "chance": e.chance}
            for e in audit.evidence
        ],
        "asked_again": asked,
        "not_asked": not_asked,
        "not_judged": [{"revision": e.revision, "reason": why} for e, why in audit.not_judged],
    }
    say(told, json)


def hold(
    who: Annotator,
    reason: Why,
    revisions: Revisions = None,
    of: OfPerson = None,
    since: Since = None,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Keep corrections out of datasets frozen from now on; nothing is deleted."""
    with open_store(lab) as store:
        told = _decide(store, _Which(revisions or [], of, since), (who, reason), held=True)
    say(told, json)


def let_in(
    who: Annotator,
    reason: Why,
    revisions: Revisions = None,
    of: OfPerson = None,
    since: Since = None,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Let corrections in again."""
    with open_store(lab) as store:
        told = _decide(store, _Which(revisions or [], of, since), (who, reason), held=False)
    say(told, json)


def list_held(lab: LabOption = None, json: Json = False) -> None:
    """List what is in quarantine, who said so, and why."""
    from ai_afm.flywheel.datasets.quarantine import last_words

    with open_store(lab) as store:
        rows = [
            {
                "revision": revision,
                "annotator": store.require_correction(revision).annotator,
                "person": word.person,
                "reason": word.reason,
                "all_of_annotator": word.of_person,
                "when": word.added,
            }
            for revision, word in last_words(store).items()
            if word.held
        ]
    say({"held": rows}, json)


@dataclass(frozen=True, slots=True)
class _Which:
    """Which corrections a decision is about."""

    revisions: list[int]
    of: str | None
    since: datetime | None

    def check(self) -> None:
        """Refuse what could be meant in two ways."""
        if bool(self.revisions) == (self.of is not None):
            raise BadInput("name either revisions or, with --of, a person")
        if (self.since is None) != (self.of is None):
            raise BadInput("--of PERSON goes with --since DATE: from when on it holds")


def _decide(
    store: "FlywheelStore", which: _Which, said: tuple[str, str], *, held: bool
) -> dict[str, Any]:
    """Hold corrections or let them in; all of them or none. Return what is told."""
    from ai_afm.flywheel.datasets import quarantine as q

    which.check()
    one, everything = (q.quarantine, q.quarantine_person) if held else (q.release, q.release_person)
    told: dict[str, Any] = {"held": held}
    with store.database.transaction():
        if which.of is not None and which.since is not None:
            count = everything(store, which.of, which.since, *said)
            told |= {"of": which.of, "corrections": count}
        else:
            for revision in which.revisions:
                one(store, revision, *said)
            told |= {"revisions": which.revisions, "corrections": len(which.revisions)}
        told["in_quarantine"] = len(q.quarantined(store))
    return told


def _answers(store: "FlywheelStore", named: str | None, lab: Path | None) -> "ModelAnswers":
    """Return what answers: the named model, or the active one."""
    from ai_afm.flywheel.datasets.opinions import ModelAnswers, learned_from
    from ai_afm.segment.model_file import load_model

    model = load_model(named, model_folders(lab))
    return ModelAnswers(store, model, learned_from(store, model.spec))


def _asked_again(
    store: "FlywheelStore", worst: Sequence["Suspect"]
) -> tuple[list[int], list[dict[str, Any]]]:
    """Put suspects into the review queue; return their items, and why others are not in it."""
    from ai_afm.flywheel.queue import ReviewQueue

    queue = ReviewQueue(store)
    items: list[int] = []
    not_asked: list[dict[str, Any]] = []
    for suspect in worst:
        revision = suspect.entry.revision
        why = "was asked about again before"
        try:
            number = queue.ask_again(store.require_correction(revision), suspect.doubts.words())
        except StoreError as exc:
            number, why = None, str(exc)
        if number is None:
            not_asked.append({"revision": revision, "reason": why})
        else:
            items.append(number)
    return items, not_asked


def _suspect(suspect: "Suspect", in_full: bool) -> dict[str, Any]:
    entry, doubts = suspect.entry, suspect.doubts
    told: dict[str, Any] = {
        "revision": entry.revision,
        "annotator": entry.annotator,
        "severity": doubts.severity,
        "why": doubts.words(),
    }
    if in_full:
        told["faults"] = [fault.value for fault in doubts.faults]
        told["scores"] = {fault.value: score for fault, score in doubts.scores.items()}
        told["model"] = suspect.model
    return told


def _likeness(found: "Likeness", in_full: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "one": found.one,
        "other": found.other,
        "places": found.places,
        "f1_2px": found.f1,
        "same_class": found.same_class,
        "kappa": found.kappa,
    }
    if in_full:
        told["classes"] = found.classes.rows()
    return told
