"""`ai-afm flywheel`: what corrections have cost, and what they have won."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.lab import Json, LabOption, open_store
from ai_afm.cli.output import say


def flywheel(
    out: Annotated[
        Path | None, typer.Option(help="Where the page goes; LAB/flywheel.html by default.")
    ] = None,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Write what corrections have won: rounds, people's time, cost of a point, forecast.

    All of it is read from the records of the lab; nothing is measured again.
    """
    from ai_afm.flywheel.ledger import ledger
    from ai_afm.report.flywheel_page import flywheel_page, lines_of
    from ai_afm.store.platform import write_atomically

    with open_store(lab) as store:
        books = ledger(store)
        page = out or store.lab.path / "flywheel.html"
    write_atomically(page, flywheel_page(books).encode())
    if json:
        say({"page": str(page), **books.as_json()}, True)
        return
    for line in lines_of(books):
        typer.echo(line)
    typer.echo(str(page))
