"""`ai-afm dataset`: frozen lists of corrections, to learn from and to be judged by."""

from typing import Annotated, Any

import typer

from ai_afm.cli.lab import Json, LabOption, open_store
from ai_afm.cli.output import say
from ai_afm.errors import BadInput
from ai_afm.flywheel.datasets.candidates import Choice
from ai_afm.flywheel.datasets.duplicates import Comparer
from ai_afm.flywheel.datasets.freeze import (
    Frozen,
    Split,
    datasets,
    freeze,
    freeze_golden,
    require_dataset,
)
from ai_afm.flywheel.datasets.golden import leaks
from ai_afm.flywheel.datasets.manifest import Entry, Kind, Side

app = typer.Typer(
    help="Frozen lists of corrections: training sets and golden sets.", no_args_is_help=True
)
_KEYS = ("sample", "microscope", "mode", "annotator")
Name = Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")]
Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Only corrections with this sample, microscope, mode or annotator; may be repeated.",
    ),
]


@app.command("freeze")
def freeze_training(
    name: Name,
    seed: Annotated[int, typer.Option(min=0, help="Decides who is validated on.")] = 0,
    validation: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="Share to validate on; 0 for none.")
    ] = 0.2,
    only: Only = None,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Freeze a training set; what golden sets show is left out."""
    with open_store(lab) as store:
        say(_about(freeze(store, name, Split(seed, validation), _chosen(only))), json)


@app.command("golden")
def freeze_judges(
    name: Name,
    only: Only = None,
    by_lot: Annotated[
        bool, typer.Option("--by-lot", help="Only crops that the queue has drawn by lot.")
    ] = False,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Freeze a golden set, and say which training sets have seen what it shows."""
    with open_store(lab) as store:
        choice = _chosen(only, by_lot)
        frozen = freeze_golden(store, name, choice)
        compare = Comparer(store)
        seen = [
            {"name": other.name, "sha256": other.dataset.sha256, "corrections": len(found)}
            for other in datasets(store)
            if other.dataset.kind is Kind.TRAINING
            and (found := leaks(other.dataset, frozen.dataset, compare))
        ]
        say(_about(frozen) | {"seen_by": seen}, json)


@app.command("list")
def list_datasets(lab: LabOption = None, json: Json = False) -> None:
    """List all datasets, oldest first."""
    with open_store(lab) as store:
        rows = [
            {
                "name": f.name,
                "kind": f.dataset.kind.value,
                "sha256": f.dataset.sha256,
                "corrections": len(f.dataset.entries),
                "added": f.added,
            }
            for f in datasets(store)
        ]
    say({"datasets": rows}, json)


@app.command("show")
def show(
    which: Annotated[str, typer.Argument(metavar="NAME|SHA256", help="Name, hash or its start.")],
    golden: Annotated[
        str | None, typer.Option(help="A golden set: what of it has been seen, and why.")
    ] = None,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Show what a dataset holds, entry by entry."""
    with open_store(lab) as store:
        frozen = require_dataset(store, which)
        said = _about(frozen) | {"entries": [_row(e) for e in frozen.dataset.entries]}
        if golden is not None:
            judge = require_dataset(store, golden).dataset
            said["leaks"] = [
                {"revision": k.entry.revision, "golden": k.golden.revision, "reason": k.reason}
                for k in leaks(frozen.dataset, judge, Comparer(store))
            ]
    say(said, json)


def _chosen(only: list[str] | None, by_lot: bool = False) -> Choice:
    """Return what `--only` and `--by-lot` ask for."""
    chosen: dict[str, str] = {}
    for text in only or ():
        key, sign, value = text.partition("=")
        if not (sign and value and key in _KEYS) or key in chosen:
            raise BadInput(f"--only {text[:80]!r}: each of {', '.join(_KEYS)} at most once, =VALUE")
        chosen[key] = value
    sample, microscope, mode, annotator = (chosen.get(key) for key in _KEYS)
    return Choice(sample, microscope, mode, annotator, by_lot)


def _about(frozen: Frozen) -> dict[str, Any]:
    dataset = frozen.dataset
    return {
        "name": frozen.name,
        "kind": dataset.kind.value,
        "sha256": dataset.sha256,
        "seed": dataset.seed,
        "corrections": len(dataset.entries),
        "sides": {side.value: len(dataset.of(side)) for side in Side if dataset.of(side)},
        "left_out": dict(frozen.left_out),
        "slices": [
            {"sample": s.sample, "microscope": s.microscope, "code": s.code, "corrections": len(e)}
            for s, e in dataset.slices().items()
        ],
        "added": frozen.added,
    }


def _row(entry: Entry) -> dict[str, Any]:
    w = entry.window
    return {
        "revision": entry.revision,
        "side": entry.side.value,
        "frame": entry.frame,
        "window_px": [w.top, w.left, w.lines, w.pixels],
        "label": entry.label,
        "annotator": entry.annotator,
        "sample": entry.sample,
        "run": entry.run,
        "microscope": entry.microscope,
        "mode": entry.mode,
        "codes": list(entry.codes),
        "random": entry.random,
    }
