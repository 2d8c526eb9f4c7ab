"""`ai-afm resume`: go on with a run that was interrupted."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.drive import drive
from ai_afm.cli.output import say
from ai_afm.cli.recover import make_instrument_safe
from ai_afm.store.recover import recover as recover_folder
from ai_afm.store.run_folder import RunFolder


def resume(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    events: Annotated[
        Path | None, typer.Option(help="File outside the run: one JSON line per durable scan line.")
    ] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Recover a run, make the instrument safe, and go on with the next region."""
    folder = RunFolder.open(run)
    recover_folder(run)
    make_instrument_safe(folder)
    say(drive(folder, lab, events).figures(folder), json)
