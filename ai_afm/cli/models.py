"""`ai-afm models`: what models there are, which one is used, who said so, and back again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ai_afm.cli import shadow
from ai_afm.cli.lab import Annotator, Json, LabOption, open_registry, open_store
from ai_afm.cli.output import say
from ai_afm.errors import ModelError
from ai_afm.flywheel.lab import MARKER, Lab
from ai_afm.flywheel.model_package import write_package
from ai_afm.flywheel.model_records import StateChange
from ai_afm.flywheel.registry import Registry
from ai_afm.segment.model_file import (
    LoadedModel,
    active_model,
    list_models,
    load_model,
    shipped_models,
)
from ai_afm.service.lab import find_lab, home_lab, model_folders
from ai_afm.service.runs import tell_live_runs

DIFFERENT = 1
"""Exit code of `verify` when not every segmentation could be recomputed."""

app = typer.Typer(help="Models: data with a card, never code.", no_args_is_help=True)
Model = Annotated[str, typer.Argument(metavar="NAME@VERSION")]
app.command("shadow")(shadow.shadow)


class PackageForm(StrEnum):
    """How a model is packed for others."""

    PLAIN = "ai-afm"
    BIOIMAGEIO = "bioimageio"


@app.command("list")
def list_all(lab: LabOption = None, json: Json = False) -> None:
    """List models and their states; one that cannot be used says why."""
    with _known(lab) as registry:
        rows = _rows(registry, lab)
    if json:
        say({"models": rows}, True)
        return
    for row in rows:
        state = row["state"] or ("active" if row["active"] else "")
        typer.echo(f"{row['model']:24} {state:10} {row['fault'] or row['folder']}")


@app.command("show")
def show(name: Model, lab: LabOption = None, json: Json = False) -> None:
    """Show the card of a model, after its files were checked, and what became of it here."""
    with _known(lab) as registry:
        model = load_model(name, model_folders(lab))
        told: dict[str, Any] = model.card.model_dump(mode="json")
        told["ancestors"] = _ancestors(model, lab)
        told["state"], told["history"] = None, []
        known = registry.records.find(name) if registry else None
        if registry and known:
            registry.check(name)
            history = registry.records.history(name)
            told["state"] = history[-1].state.value
            told["history"] = [_change(c) for c in history]
            told["dataset"] = dict(known.lineage.dataset)
            told["annotators"] = list(known.lineage.annotators)
    say(told, json)


@app.command("add")
def add(
    path: Annotated[Path, typer.Argument(help="A .zip of `models export`, or a model's folder.")],
    who: Annotator,
    reason: Annotated[str, typer.Option(help="Why, in words.")] = "added",
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Take a model into the lab, after every check; it is a candidate then."""
    with open_store(lab, make=True) as store:
        registry = Registry(store)
        model = registry.add(path, who, reason)
        state = registry.records.states()[model.model]
        folder = registry.folder(model.model)
    told = {"model": model.model, "state": state.value, "sha256": model.files.weights}
    say({**told, "folder": str(folder)}, json)


@app.command("promote")
def promote(
    name: Model,
    reason: Annotated[str, typer.Option(help="Why, in words.")],
    who: Annotator,
    live: Annotated[
        bool, typer.Option("--live", help="In the runs that are under way, too; else in the next.")
    ] = False,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Bring a model one step further, candidate to shadow to active, if the gate has passed it."""
    with open_registry(lab) as registry:
        before = _in_use(registry, lab)
        change = registry.promote(name, who, reason)
        runs = _tell(registry, lab, before, change) if live else []
    say({**_change(change), **({"runs": runs} if live else {})}, json)


@app.command("rollback")
def rollback(
    who: Annotator,
    to: Annotated[
        str | None, typer.Option(metavar="NAME@VERSION", help="One that was active once.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, in words.")] = "rollback",
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Use the model again that was active before, in live runs, too; no gate is asked."""
    begun = time.perf_counter()
    with open_registry(lab) as registry:
        before = registry.active
        change = registry.rollback(who, reason, to)
        runs = _tell(registry, lab, before, change)
    took = time.perf_counter() - begun
    say({**_change(change), "before": before, "runs": runs, "seconds": took}, json)


@app.command("diff")
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="name@version")],
    second: Annotated[str, typer.Argument(metavar="B", help="name@version")],
    on: Annotated[
        Path | None, typer.Option(help="Run, folder of scans or scan on which to compare them.")
    ] = None,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Show the cards' metrics side by side and, with --on, where the two disagree."""
    a, b = (load_model(spec, model_folders(lab)) for spec in (first, second))
    told: dict[str, Any] = {
        "a": a.spec,
        "b": b.spec,
        "same_weights": a.sha256 == b.sha256,
        "same_data": a.card.data == b.card.data,
        "metrics": _side_by_side(a, b),
    }
    if on is not None:
        told["disagreement"] = _disagreement(on, a, b)
    say(told, json)


@app.command("export")
def export(
    name: Model,
    out: Annotated[Path, typer.Argument(help="The .zip to write.")],
    form: Annotated[
        PackageForm, typer.Option("--format", help="bioimageio: for other programs, too.")
    ] = PackageForm.PLAIN,
    author: Annotated[
        list[str] | None, typer.Option(help="For bioimageio: who made it; may be repeated.")
    ] = None,
    licence: Annotated[
        str, typer.Option("--license", help="For bioimageio: SPDX identifier.")
    ] = "BSD-3-Clause",
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Write a model as one .zip with the hash of each file, for `models add` elsewhere."""
    with _known(lab) as registry:
        model = load_model(name, model_folders(lab))
        if registry and registry.records.find(name):
            registry.check(name)
        if form is PackageForm.PLAIN:
            files = write_package(model.folder, out)
        else:
            from ai_afm.flywheel.bioimageio_package import write_bioimageio
            from ai_afm.flywheel.bioimageio_text import Publication

            files = write_bioimageio(model.folder, out, Publication(tuple(author or ()), licence))
    say({"model": model.spec, "file": str(out), "sha256": files.weights}, json)


@app.command("verify")
def verify(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Recompute every stored segmentation of a run with the model that it names.

    Exit code 1 when one cannot be recomputed, or fewer than 99.99 % of its labels are equal.
    """
    from ai_afm.flywheel.model_checks import verify_run

    found = verify_run(run, model_folders(lab))
    say(found.as_json(), json)
    if not found.agrees:
        raise typer.Exit(DIFFERENT)


def _in_use(registry: Registry, lab: Path | None) -> str | None:
    """Return the model that runs of the lab look with by default."""
    try:
        return registry.active or active_model([*model_folders(lab), shipped_models()])
    except ModelError:
        return None


def _tell(
    registry: Registry, lab: Path | None, left: str | None, change: StateChange
) -> list[dict[str, Any]]:
    """Tell live runs that use the model that was left; return what they have answered."""
    if left is None or change.state != "active":
        return []
    home = Lab.open(find_lab(lab) or home_lab())
    database = registry.records.database
    told = tell_live_runs(home, database, left, change.model, change.reason)
    return [run.as_json() for run in told]


@contextmanager
def _known(named: Path | None) -> Iterator[Registry | None]:
    """Open the registry of the lab where there is one; looking makes none."""
    path = find_lab(named)
    if path is None or not ((path / MARKER).is_file() and Lab(path).database.is_file()):
        yield None
        return
    with open_store(path) as store:
        yield Registry(store)


def _rows(registry: Registry | None, lab: Path | None) -> list[dict[str, Any]]:
    states = registry.records.states() if registry else {}
    rows: list[dict[str, Any]] = []
    for m in list_models(model_folders(lab)):
        fault = m.fault
        if registry and m.spec in states and fault is None:
            fault = registry.fault(m.spec)
        row = {"model": m.spec, "active": m.active, "folder": str(m.folder), "fault": fault}
        rows.append({**row, "sha256": m.card.weights_sha256 if m.card else None})
    for spec in states.keys() - {row["model"] for row in rows}:
        row = {"model": spec, "active": registry is not None and spec == registry.active}
        fault = registry.fault(spec) if registry else None
        rows.append({**row, "folder": None, "fault": fault, "sha256": None})
    for row in rows:
        state = states.get(str(row["model"]))
        row["state"] = state.value if state else None
    return rows


def _ancestors(model: LoadedModel, lab: Path | None) -> list[str]:
    """Return the models that it comes from, the nearest first, as far as their cards are here."""
    cards = {m.spec: m.card for m in list_models(model_folders(lab))}
    found: list[str] = []
    waiting = list(model.card.parents)
    while waiting:
        spec = waiting.pop(0)
        if spec not in found:
            found.append(spec)
            card = cards.get(spec)
            waiting += card.parents if card else ()
    return found


def _change(change: Any) -> dict[str, Any]:
    return {
        "model": change.model,
        "state": change.state.value,
        "sha256": change.sha256,
        "who": change.who,
        "reason": change.reason,
        "gate": change.gate,
        "when": change.added,
    }


def _side_by_side(a: LoadedModel, b: LoadedModel) -> list[dict[str, Any]]:
    rows = []
    for part in ("metrics", "validation"):
        one, other = getattr(a.card, part), getattr(b.card, part)
        for name in [*one, *(n for n in other if n not in one)]:
            values = one.get(name), other.get(name)
            both = None not in values
            difference = round(other[name] - one[name], 6) if both else None
            row = {"metric": name, "part": part, "a": values[0], "b": values[1]}
            rows.append({**row, "difference": difference})
    return rows


def _disagreement(on: Path, a: LoadedModel, b: LoadedModel) -> dict[str, Any]:
    from ai_afm.flywheel.model_checks import disagreement
    from ai_afm.service.folder.scans import find_scans

    # nothing is written, so there are no results to pass over
    found = find_scans([on], on.absolute() / ".none")
    told = disagreement((scan.file for scan in found.scans), a, b)
    return {
        "frames": told.frames,
        "share_of_line_pixels": told.share,
        "both": told.both,
        "only_a": told.only_first,
        "only_b": told.only_second,
        "renamed": told.renamed,
        "not_used": [{"file": file, "reason": why} for file, why in told.not_used],
    }
