"""`ai-afm twin`: look at the digital twin, and make the sample scans that ship."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.output import say
from ai_afm.testing.sample_scans import make_sample_scans

app = typer.Typer(help="The digital twin.", no_args_is_help=True)


@app.command("sample-scans")
def sample_scans(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    seed: Annotated[int, typer.Option(min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Make the small simulated scans with truth that ship in sample_scans/."""
    files = make_sample_scans(out, seed)
    say({"files": [str(f) for f in files]}, json)


@app.command("picture")
def picture(
    out: Annotated[Path, typer.Option(help="PNG to write.")],
    seed: Annotated[int, typer.Option(min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Draw what the twin shows of each of its worlds: height, amplitude, phase and the truth."""
    from ai_afm.report.twin_picture import draw_worlds

    draw_worlds(out, seed)
    say({"picture": str(out.absolute())}, json)


@app.command("band-picture")
def band_picture(
    out: Annotated[Path, typer.Option(help="PNG to write.")],
    seed: Annotated[int, typer.Option(min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Draw the same grains in three detection modes: where phase walls appear that are none."""
    from ai_afm.report.band_figure import draw_band_figure

    draw_band_figure(out, seed)
    say({"picture": str(out.absolute())}, json)
