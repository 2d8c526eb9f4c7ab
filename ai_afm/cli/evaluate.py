"""`ai-afm evaluate`: score a model or a classical method against references."""

import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.output import say
from ai_afm.image.channels import describe_mapping
from ai_afm.image.readers import read_file
from ai_afm.segment.evaluate import evaluate_reference, evaluate_scan
from ai_afm.segment.model_file import LoadedModel, load_model
from ai_afm.service.lab import model_folders

REFERENCE_SUFFIX = ".npz"
_SHOWN = {
    "precision_2px": "P 2px",
    "recall_2px": "R 2px",
    "f1_1px": "F1 1px",
    "f1_2px": "F1 2px",
    "f1_3px": "F1 3px",
    "random_recall_2px": "R chance",
    "random_f1_2px": "F1 chance",
    "cldice": "clDice",
    "called_fraction": "called",
    "ood_score": "ood",
}
"""Fields that a person sees, and their headings; `--json` has them all."""


class Method(StrEnum):
    """How walls are found; each has one fixed setting for all files."""

    UNET = "unet"
    SATO = "sato"
    LOG_SATO = "log-sato"
    CANNY = "canny"
    PHASE_GRADIENT = "phase-gradient"
    RANDOM = "random"


def evaluate(
    references: Annotated[
        list[Path],
        typer.Argument(help="Reference files (.npz); of other scans only what is drawn."),
    ],
    model: Annotated[
        str | None, typer.Option(help="name@version; default: the active one.")
    ] = None,
    method: Annotated[
        Method | None, typer.Option(help="Network or baseline; default: unet.")
    ] = None,
    all_methods: Annotated[
        bool, typer.Option("--all-methods", help="The network and every baseline.")
    ] = False,
    channels: Annotated[
        str | None, typer.Option(help="Comma-separated canonical channels, e.g. height,amplitude.")
    ] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Score lines against references at 1, 2 and 3 px: found, connected, named, calibrated."""
    if all_methods and method is not None:
        raise typer.BadParameter(f"--all-methods and --method {method} contradict each other")
    methods = list(Method) if all_methods else [method or Method.UNET]
    loaded = load_model(model, model_folders(lab)) if Method.UNET in methods else None
    wanted = tuple(channels.split(",")) if channels else None
    for path in references:
        for text in describe_mapping(read_file(path)):
            typer.echo(f"{path.name}: {text}", err=True)
    results = [_score(path, m, loaded, wanted) for path in references for m in methods]
    if json:
        say({"model": loaded.spec if loaded else None, "results": results}, as_json=True)
        return
    sys.stdout.write(f"model {loaded.spec}\n" if loaded else "")
    sys.stdout.write(table(results))


def _score(
    path: Path, method: Method, model: LoadedModel | None, channels: tuple[str, ...] | None
) -> dict[str, object]:
    score = evaluate_reference if path.suffix == REFERENCE_SUFFIX else evaluate_scan
    return score(path, method.value, model, channels)


def table(results: Sequence[Mapping[str, object]]) -> str:
    """Lay out results for a person, one line each, columns aligned; a dash is "no meaning"."""
    rows = [["file", "method", *_SHOWN.values()]]
    for result in results:
        flag = " OUTSIDE the model's world" if result["ood"] else ""
        cells = [_cell(result[field]) for field in _SHOWN]
        rows.append([str(result["name"]), str(result["method"]), *cells[:-1], cells[-1] + flag])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    lines = [
        "  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "-"
