"""`ai-afm models`: what models there are and what their cards say."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.output import say
from ai_afm.segment.model_file import list_models, load_model
from ai_afm.service.lab import model_folders

app = typer.Typer(help="Models: data with a card, never code.", no_args_is_help=True)
Lab = Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


@app.command("list")
def list_all(lab: Lab = None, json: Json = False) -> None:
    """List models; one that cannot be used says why."""
    found = list_models(model_folders(lab))
    rows = [
        {"model": m.spec, "active": m.active, "folder": str(m.folder), "fault": m.fault}
        for m in found
    ]
    if json:
        say({"models": rows}, True)
        return
    for row in rows:
        state = "active" if row["active"] else ""
        typer.echo(f"{row['model']:24} {state:8} {row['fault'] or row['folder']}")


@app.command("show")
def show(name: str, lab: Lab = None, json: Json = False) -> None:
    """Show the card of a model, after its files were checked."""
    model = load_model(name, model_folders(lab))
    say(model.card.model_dump(mode="json"), json)
