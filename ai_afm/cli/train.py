"""`ai-afm train`: one round, from the corrections of a lab to a candidate."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ai_afm.cli.lab import Annotator, Json, LabOption, open_store
from ai_afm.cli.output import say

if TYPE_CHECKING:
    from ai_afm.flywheel.rounds.begin import Wish

INTERRUPTED = 130
NICE = 10
"""Added to the niceness of the process, where there is such a thing."""
_BELOW_NORMAL = 0x4000
"""BELOW_NORMAL_PRIORITY_CLASS of Windows' SetPriorityClass."""


def train(  # noqa: PLR0913, PLR0917 - the options of a command are its parameters
    who: Annotator,
    dataset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Training set; default: the newest one.")
    ] = None,
    parent: Annotated[
        str | None,
        typer.Option(metavar="NAME@VERSION", help="Start from it; default: the active model."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the batches.")] = 1,
    steps: Annotated[int | None, typer.Option(min=1, help="Number of steps.")] = None,
    while_scanning: Annotated[
        bool, typer.Option("--while-scanning", help="Do not wait while a run is live.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the round that was interrupted.")
    ] = False,
    devices: Annotated[int, typer.Option(min=1, help="Processes on each computer.")] = 1,
    nodes: Annotated[int, typer.Option(min=1, help="Computers, see docs/scale.md.")] = 1,
    lab: LabOption = None,
    json: Json = False,
) -> None:
    """Train a candidate on corrections; it is used only after the gate has passed it.

    At low priority and on one core a process. Killed, the same command goes on where it was.
    """
    from ai_afm.flywheel.rounds.begin import Wish
    from ai_afm.flywheel.rounds.learn import RoundSettings

    if resume and (dataset, parent, steps, seed) != (None, None, None, 1):
        raise typer.BadParameter("--resume goes on as the round was begun: give no other settings")
    given: dict[str, Any] = {"seed": seed} | ({} if steps is None else {"steps": steps})
    wish = None if resume else Wish(who, dataset, parent, RoundSettings(**given))
    # a process that another one has started has its priority already
    if "LOCAL_RANK" not in os.environ:
        lower_priority()
    if devices * nodes == 1:
        say(_round(wish, lab, while_scanning, {}), json)
        return
    from ai_afm.flywheel.distributed.start import open_group
    from ai_afm.flywheel.rounds.together import Together, help_out

    with open_group(devices, nodes) as group:
        if group.first:
            how = {"learn": Together(group), "processes": group.size}
            say(_round(wish, lab, while_scanning, how), json)
        else:
            help_out(group)


def _round(
    wish: "Wish | None", lab: Path | None, while_scanning: bool, how: Mapping[str, Any]
) -> dict[str, Any]:
    """Do a round, or go on with the one that was interrupted where nothing is wished."""
    from ai_afm.flywheel.rounds.begin import Around
    from ai_afm.flywheel.rounds.live import live_run
    from ai_afm.flywheel.rounds.training import resume_round, train_round

    with open_store(lab) as store:
        live = (lambda: None) if while_scanning else (lambda: live_run(store))
        around = Around(live=live, say=lambda text: typer.echo(text, err=True), **how)
        try:
            return resume_round(store, around) if wish is None else train_round(store, wish, around)
        except KeyboardInterrupt:
            typer.echo("interrupted; `ai-afm train --resume` goes on", err=True)
            raise typer.Exit(INTERRUPTED) from None


def lower_priority() -> None:
    """Leave the processor to whatever else wants it: a scan, a person."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
    else:
        os.nice(NICE)
