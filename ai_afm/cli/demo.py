"""`ai-afm demo`: the microscope drives itself on the digital twin and writes a report."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.drive import drive
from ai_afm.cli.output import say
from ai_afm.service.demo import demo_config
from ai_afm.service.session import create_run


def demo(
    out: Annotated[Path, typer.Option(help="Run folder; must be absent or empty.")],
    seed: Annotated[int, typer.Option(min=0, help="Chooses the sample and all chance.")] = 0,
    events: Annotated[
        Path | None, typer.Option(help="File outside the run: one JSON line per durable scan line.")
    ] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    flywheel: Annotated[
        bool,
        typer.Option(
            "--flywheel",
            help="The whole loop in a lab of its own: run, correct, train, judge, run again.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Let the microscope drive itself on the digital twin."""
    if flywheel:
        from ai_afm.cli.loop_demo import close_the_loop

        if lab is not None or events is not None:
            raise typer.BadParameter("--flywheel makes a lab of its own: leave --lab, --events")
        say(close_the_loop(out, seed), json)
        return
    folder = create_run(out, demo_config(seed), lab)
    say(drive(folder, lab, events).figures(folder), json)
