"""`ai-afm bench`: figures as ratios measured in one run on this machine."""

from typing import Annotated

import typer

from ai_afm.bench import line as bench_line
from ai_afm.bench import twin as bench_twin
from ai_afm.cli.output import say

app = typer.Typer(help="Benchmarks.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


@app.command("line")
def line(
    lines: Annotated[int, typer.Option(min=64, help="Lines of the scan.")] = 2000,
    json: Json = False,
) -> None:
    """Lines per second held by stream, checks and store, with and without inference."""
    say(bench_line.benchmark(lines), json)


@app.command("twin")
def twin(json: Json = False) -> None:
    """Lines per second that the twin images in instant mode on one core."""
    say(bench_twin.benchmark(), json)
