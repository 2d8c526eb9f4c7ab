"""`ai-afm report`: write the report of a run anew, also while it is live."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.output import say
from ai_afm.report.html import write_report
from ai_afm.report.summary import summarise
from ai_afm.store.run_folder import RunFolder


def report(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Write RUN/report.html: one file that opens offline and prints."""
    folder = RunFolder.open(run)
    path = write_report(folder, summarise(folder))
    say({"report": str(path), "bytes": path.stat().st_size}, json)
