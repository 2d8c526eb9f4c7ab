"""`ai-afm evaluate`: score a model or a classical method against references."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.output import say
from ai_afm.image.channels import describe_mapping
from ai_afm.image.readers import read_reference
from ai_afm.segment.evaluate import evaluate_reference
from ai_afm.segment.model_file import load_model
from ai_afm.service.lab import model_folders


class Method(StrEnum):
    """How walls are found; each has one fixed setting for all files."""

    UNET = "unet"
    SATO = "sato"
    LOG_SATO = "log-sato"
    CANNY = "canny"
    PHASE_GRADIENT = "phase-gradient"
    RANDOM = "random"


def evaluate(
    references: Annotated[list[Path], typer.Argument(help="Reference files (.npz).")],
    model: Annotated[
        str | None, typer.Option(help="name@version; default: the active one.")
    ] = None,
    method: Annotated[Method, typer.Option(help="Network or baseline.")] = Method.UNET,
    channels: Annotated[
        str | None, typer.Option(help="Comma-separated canonical channels, e.g. height,amplitude.")
    ] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Score 1-px lines against references at 1 and 2 px."""
    loaded = None
    if method == Method.UNET:
        loaded = load_model(model, model_folders(lab))
    wanted = tuple(channels.split(",")) if channels else None
    for path in references:
        for text in describe_mapping(read_reference(path).frame):
            typer.echo(f"{path.name}: {text}", err=True)
    results = [evaluate_reference(path, method, loaded, wanted) for path in references]
    say({"model": loaded.spec if loaded else None, "results": results}, json)
