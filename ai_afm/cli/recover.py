"""`ai-afm recover`: put the folder of a run that died in order, and the tip in safety."""

from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.output import say
from ai_afm.config import parse_config
from ai_afm.service.session import open_instrument
from ai_afm.store.recover import check_acks
from ai_afm.store.recover import recover as recover_folder
from ai_afm.store.run_folder import RunFolder


def recover(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    acks: Annotated[
        Path | None, typer.Option(help="What `--events` wrote: check that no such line is lost.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Make an interrupted run whole; doing it twice changes nothing more."""
    folder = RunFolder.open(run)
    found = recover_folder(run)
    make_instrument_safe(folder)
    acked, lost = check_acks(run, acks) if acks is not None else (None, None)
    say(
        {
            "scans": found.scans,
            "paths": found.paths,
            "lines_acked": acked,
            "lines_lost": lost,
            "recovered": not found.damaged and not lost,
            "interrupted": list(found.interrupted),
            "interrupted_paths": list(found.interrupted_paths),
            "damaged": [f"{name}: {what}" for name, what in found.damaged],
            "removed": list(found.removed),
        },
        json,
    )


def make_instrument_safe(folder: RunFolder) -> None:
    """Set bias and drive to zero and read them back: whatever the run that died had left on.

    Raises
    ------
    InstrumentError
        When the instrument cannot be reached or zero cannot be verified.
    """
    config = parse_config(folder.config_toml(), str(folder.config_file))
    microscope = open_instrument(config)
    try:
        microscope.stop()
    finally:
        microscope.close()
