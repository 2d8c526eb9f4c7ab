"""`ai-afm run`: a run from its TOML file."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.drive import drive
from ai_afm.cli.dry_run import dry_run
from ai_afm.cli.output import say
from ai_afm.config import RunConfig, load_config
from ai_afm.service.session import create_run


def run(
    config: Annotated[Path, typer.Argument(help="The run's TOML file.")],
    out: Annotated[Path | None, typer.Option(help="Run folder; absent or empty.")] = None,
    sample: Annotated[
        Path | None, typer.Option(help="Stored scan to replay; overrides instrument.options.file.")
    ] = None,
    dry: Annotated[
        bool,
        typer.Option("--dry-run", help="List regions, times and guard verdicts; move nothing."),
    ] = False,
    events: Annotated[
        Path | None, typer.Option(help="File outside the run: one JSON line per durable scan line.")
    ] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Run a microscope by a configuration."""
    settings = load_config(config)
    if sample is not None:
        settings = replaying(settings, sample)
        typer.echo(f"--sample: instrument.options.file = {sample}", err=True)
    if dry:
        say(dry_run(settings), json)
        return
    if out is None:
        raise typer.BadParameter("a run needs --out FOLDER (or --dry-run)")
    folder = create_run(out, settings, lab)
    say(drive(folder, lab, events).figures(folder), json)


def replaying(config: RunConfig, file: Path) -> RunConfig:
    """Return the configuration with a stored scan as the sample."""
    options = config.instrument.options | {"file": str(file.absolute())}
    instrument = config.instrument.model_copy(update={"options": options})
    return config.model_copy(update={"instrument": instrument})
