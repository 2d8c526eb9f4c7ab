"""`ai-afm export`: scans of a run for other programs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ai_afm.cli.output import say
from ai_afm.image.export.gsf import write_gsf
from ai_afm.image.export.gwy import write_gwy
from ai_afm.image.export.npz import write_npz
from ai_afm.image.scan_layout import read_scan
from ai_afm.store.run_folder import RunFolder


class Format(StrEnum):
    """File formats."""

    GWY = "gwy"
    GSF = "gsf"
    NPZ = "npz"


def export(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    format: Annotated[Format, typer.Option("--format", help="gwy, gsf or npz.")] = Format.GWY,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Write each scan as a file that Gwyddion or numpy opens."""
    folder = RunFolder.open(run)
    out.mkdir(parents=True, exist_ok=True)
    files: list[str] = []
    for number in folder.scan_numbers():
        frame = read_scan(folder.scan_file(number)).frame
        stem = out / f"{number:06d}"
        match format:
            case Format.GWY:
                write_gwy(stem.with_suffix(".gwy"), frame)
                files.append(f"{stem}.gwy")
            case Format.NPZ:
                write_npz(stem.with_suffix(".npz"), frame)
                files.append(f"{stem}.npz")
            case Format.GSF:
                for name, direction in frame.data:
                    path = out / f"{number:06d}-{name}-{direction}.gsf"
                    write_gsf(path, frame, name, direction)
                    files.append(str(path))
    say({"files": files}, json)
