"""`ai-afm paper`: methods, table of sites, figures and the answer of a run."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.output import say
from ai_afm.report.paper import write_paper
from ai_afm.report.summary import summarise
from ai_afm.store.run_folder import RunFolder


def paper(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    places: Annotated[int, typer.Option(min=0, help="Most places with a figure of their own.")] = 8,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Write what a paper needs: methods.txt, sites.csv, answer.json, figures as SVG and PDF."""
    folder = RunFolder.open(run)
    files = write_paper(folder, summarise(folder), out, places)
    say({"files": [str(file) for file in files]}, json)
