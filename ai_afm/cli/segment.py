"""`ai-afm segment`: walls and boundaries of stored scans, as mask, vectors, overlay and numbers."""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ai_afm.cli.output import say
from ai_afm.errors import BadInput
from ai_afm.image.readers import read_file
from ai_afm.service.folder.frame import only
from ai_afm.service.folder.run import Archive, Child, Hand, Outcome, segment_archive
from ai_afm.service.folder.scans import Found, find_scans
from ai_afm.service.folder.table import failures_of, rows_of, write_sheet, write_table
from ai_afm.service.lab import model_folders

TOLD = 8
"""Up to so many files, the mapping of each file's channels is told; the table has it for all."""
SHEET_EVERY = 200
"""Files after which table and contact sheet are brought up to date while more are segmented."""
INTERRUPTED = 130


def segment(  # noqa: PLR0913, PLR0917 - the options of a command are its parameters
    paths: Annotated[list[Path], typer.Argument(help="Scans, and folders to search for scans.")],
    out: Annotated[Path, typer.Option(help="Folder for the results.")],
    model: Annotated[
        str | None, typer.Option(help="name@version; default: the active one.")
    ] = None,
    channels: Annotated[
        str | None, typer.Option(help="Comma-separated canonical channels, e.g. height,amplitude.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Files at a time; default: one a core.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of each network.")] = 1,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Segment stored scans: masks, GeoJSON, overlays, results.csv and a contact sheet.

    Files that are named must all be readable, else nothing is written. Of folders, every scan that
    a reader recognises is taken; a broken one is listed and the rest goes on (exit code 3 in the
    end). What an earlier call did with the same model, channels and file content is kept.
    """
    wanted = tuple(channels.split(",")) if channels else None
    found = find_scans(paths, out)
    _check_named([p for p in paths if not p.is_dir()], wanted)
    models = model_folders(lab)
    archive = Archive(out.absolute(), wanted)
    side_by_side = min(jobs or os.cpu_count() or 1, max(len(found.scans), 1))

    def start() -> Hand:
        return Child(model, models, archive.out, threads, len(found.scans))

    outcomes: list[Outcome] = []
    title = ", ".join(p.name or str(p.absolute()) for p in paths[:3]) + ", …" * (len(paths) > 3)
    try:
        for outcome in _shown(segment_archive(found.scans, archive, start, side_by_side), found):
            outcomes.append(outcome)
            if len(outcomes) % SHEET_EVERY == 0:
                _list(archive.out, outcomes, found, title)
    except KeyboardInterrupt:
        _list(archive.out, outcomes, found, title)
        typer.echo(
            f"ai-afm: interrupted after {len(outcomes)} of {len(found.scans)} files; "
            "the same command goes on from there",
            err=True,
        )
        raise typer.Exit(INTERRUPTED) from None
    _list(archive.out, outcomes, found, title)
    failed = failures_of(outcomes)
    say(_result(outcomes, found, archive.out), json)
    if failed:
        raise BadInput(f"{len(failed)} of {len(outcomes)} files could not be used: " + _few(failed))


def _check_named(files: Sequence[Path], channels: Sequence[str] | None) -> None:
    """Read the files that were named, so that nothing is written when one cannot be used."""
    from ai_afm.image.normalise import CHANNELS

    for path in files:
        frame = only(read_file(path), channels)
        if not any(name in CHANNELS for name, _ in frame.data):
            there = ", ".join(sorted({name for name, _ in frame.data}))
            raise BadInput(
                f"{path.name}: no channel that the network can use ({', '.join(CHANNELS)}); "
                f"there are: {there}"
            )


def _shown(outcomes: Iterator[Outcome], found: Found) -> Iterator[Outcome]:
    """Pass outcomes on, with progress and what goes wrong on stderr."""
    columns = (
        TextColumn("segmenting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[name]}"),
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(found.scans), name="")
        for outcome in outcomes:
            progress.update(task, advance=1, name=outcome.scan.file.name)
            if outcome.error is not None:
                progress.console.print(f"not used: {outcome.error}", markup=False, style="red")
            elif outcome.record is not None and len(found.scans) <= TOLD:
                for text in outcome.record.mapping:
                    typer.echo(f"{outcome.scan.file.name}: {text}", err=True)
            yield outcome


def _list(out: Path, outcomes: Sequence[Outcome], found: Found, title: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    write_table(out, rows_of(outcomes))
    write_sheet(out, outcomes, found, (title, datetime.now().astimezone()))


def _result(outcomes: Sequence[Outcome], found: Found, out: Path) -> dict[str, Any]:
    return {
        "results": rows_of(outcomes),
        "failed": failures_of(outcomes),
        "unread": [{"file": str(file), "format": name} for file, name in found.unread],
        "other_files": found.others,
        "files": len(outcomes),
        "kept": sum(not o.fresh for o in outcomes),
        "table": str(out / "results.csv"),
        "contact_sheet": str(out / "index.html"),
    }


def _few(failed: Sequence[dict[str, str]]) -> str:
    more = f" (and {len(failed) - 3} more)" if len(failed) > 3 else ""
    return "; ".join(f["error"] for f in failed[:3]) + more
