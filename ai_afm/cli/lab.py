"""Which lab a verb works on, and its store."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from ai_afm.flywheel.lab import MARKER, Lab
from ai_afm.flywheel.registry import Registry
from ai_afm.service import lab as labs
from ai_afm.service.lab import find_lab, home_lab

if TYPE_CHECKING:
    from ai_afm.flywheel.store import FlywheelStore

LabOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--lab", help="Lab folder; default: nearest parent with lab.toml, or ~/ai-afm."),
]
Annotator: TypeAlias = Annotated[
    str,
    typer.Option(
        "--annotator",
        envvar="AI_AFM_ANNOTATOR",
        help="Who says so.",
        default_factory=getpass.getuser,
        show_default="your login",
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


@contextmanager
def open_store(named: Path | None, make: bool = False) -> Iterator["FlywheelStore"]:
    """Open the store of the lab; with `make`, a folder that is none becomes one, and it is said."""
    from ai_afm.flywheel.store import FlywheelStore

    path = find_lab(named) or home_lab()
    if make and not (path / MARKER).is_file():
        typer.echo(f"{path} is a lab now", err=True)
        Lab.make(path)
    with FlywheelStore.open(Lab.open(path)) as store:
        yield store


@contextmanager
def open_registry(named: Path | None) -> Iterator[Registry]:
    """Open the registry of the lab, and nothing else of it."""
    with labs.open_registry(Lab.open(find_lab(named) or home_lab())) as registry:
        yield registry
