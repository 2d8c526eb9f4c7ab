"""`ai-afm archive`: segment a whole archive anew, on the cores of one computer or on many."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ai_afm.cli.output import say
from ai_afm.errors import BadInput
from ai_afm.service.archive import crew as crews
from ai_afm.service.archive.session import (
    Tally,
    archive_files,
    batch_size,
    recipe_of,
    segment_files,
    session,
)
from ai_afm.service.archive.summary import Table
from ai_afm.service.archive.task import ScanResult
from ai_afm.service.lab import model_folders

INTERRUPTED = 130
app = typer.Typer(help="Whole archives of scans, on one computer or many.", no_args_is_help=True)


@app.command("segment")
def segment(  # noqa: PLR0913, PLR0917 - the options of a command are its parameters
    folder: Annotated[Path, typer.Argument(help="Folder to search for scans.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; default: FOLDER-segmented.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="name@version; default: the active one.")
    ] = None,
    channels: Annotated[
        str | None, typer.Option(help="Comma-separated canonical channels, e.g. height,amplitude.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a dask scheduler, as in tcp://pc-7:8786.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes here; default: one a core. With --scheduler: wait for so many."
        ),
    ] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Scans given to a worker at a time.")
    ] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Segment every scan below a folder into files of segmentations, and list them in summary.csv.

    Scans that an earlier call did with the same model, channels and file content are not done
    again. A worker that dies costs nothing; a scan at which three have died is listed as failed,
    as is one that cannot be read (exit code 3 in the end). One worker needs no dask; more need
    the extra [dist].
    """
    from ai_afm.segment.model_file import load_model
    from ai_afm.segment.runtime import choose_dtype, dtype_name  # imports torch

    target = (out or folder.absolute().with_name(folder.absolute().name + "-segmented")).absolute()
    begun = time.perf_counter()
    files = archive_files(folder, target)
    loaded = load_model(model, model_folders(lab))
    wanted = tuple(channels.split(",")) if channels else None
    recipe = recipe_of(loaded, wanted, dtype_name(choose_dtype()))
    tally = Tally()
    with (
        session(target, loaded, recipe) as orders,
        Table(target, Path(orders.session)) as table,
        _crew(scheduler, workers) as crew,
    ):
        at_once = crew.workers
        size = batch or batch_size(len(files), at_once)
        try:
            for result in _shown(segment_files(files, crew, orders, size, table), len(files)):
                tally.add(result)
        except KeyboardInterrupt:
            table.finish()
            typer.echo(
                f"ai-afm: interrupted after {sum(tally.kinds.values())} of {len(files)} files; "
                "the same command goes on from there",
                err=True,
            )
            raise typer.Exit(INTERRUPTED) from None
        place = table.finish()
    facts = {"seconds": time.perf_counter() - begun, "workers": at_once, "scans_a_batch": size}
    made = {"model": loaded.spec, "model_sha256": loaded.sha256, "dtype": recipe.dtype}
    say({**tally.said(), **facts, **made, "out": str(target), "summary": str(place)}, json)
    if tally.failed:
        raise BadInput(
            f"{len(tally.failed)} of {tally.said()['scans']} scans could not be used: "
            + "; ".join(f["reason"] for f in tally.said()["failed"][:3])
        )


def _crew(scheduler: str | None, workers: int | None) -> AbstractContextManager[crews.Crew]:
    if scheduler is not None:
        return crews.remote_crew(scheduler, workers or 1)
    count = workers or os.cpu_count() or 1
    return nullcontext(crews.Alone()) if count == 1 else crews.local_crew(count)


def _shown(results: Iterator[ScanResult], total: int) -> Iterator[ScanResult]:
    """Pass results on, with progress and what goes wrong on stderr."""
    columns = (
        TextColumn("segmenting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=total)
        for result in results:
            progress.update(task, advance=1)
            if result.kind == "failed":
                progress.console.print(f"not used: {result.reason}", markup=False, style="red")
            yield result
