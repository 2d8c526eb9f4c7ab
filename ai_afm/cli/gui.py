"""`ai-afm gui`: start the window, which is a program of its own."""

import json
import subprocess
import sys
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from ai_afm.errors import ConfigError

NEEDED = ("ai_afm_gui", "qtpy", "pyqtgraph", "superqt")
BINDINGS = ("PyQt6", "PySide6")


class Theme(StrEnum):
    """Colours of the window."""

    DARK = "dark"
    LIGHT = "light"


class Language(StrEnum):
    """Languages of the window."""

    ENGLISH = "en"
    CHINESE = "zh_TW"


def gui(  # noqa: PLR0913, PLR0917 - the options of a command are its parameters
    run: Annotated[Path | None, typer.Argument(help="Folder of a run, live or old.")] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Start a live twin and show it.")] = False,
    theme: Annotated[Theme | None, typer.Option(help="Absent: as the last time.")] = None,
    language: Annotated[Language | None, typer.Option(help="Absent: as the last time.")] = None,
    annotator: Annotated[str | None, typer.Option(help="Who corrects.")] = None,
    stop_bar: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Only the stop bar of a live run.")
    ] = None,
    screenshot: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Store a picture of each page there; needs no screen."),
    ] = None,
    size: Annotated[str, typer.Option(help="Of the window in pixels.")] = "1280x800",
) -> None:
    """Watch, steer, correct and teach in a window."""
    arguments = [str(run)] if run is not None else []
    for flag, value in (
        ("--lab", lab),
        ("--theme", theme),
        ("--language", language),
        ("--annotator", annotator),
        ("--stop-bar", stop_bar),
        ("--screenshot", screenshot),
        ("--size", size),
    ):
        arguments += [flag, str(value)] if value is not None else []
    arguments += ["--demo"] if demo else []
    raise typer.Exit(start(arguments))


def start(arguments: list[str]) -> int:
    """Run the window's program with these arguments; return its exit code.

    Raises
    ------
    ConfigError
        When what it needs is not installed.
    """
    check_installed()
    with subprocess.Popen([sys.executable, "-m", "ai_afm_gui", *arguments]) as window:
        while True:
            try:
                return window.wait()
            except KeyboardInterrupt:
                continue  # the window has got it, too, and closes


def check_installed(more: tuple[str, ...] = ()) -> None:
    """Check that what the window needs can be imported; it is not imported here.

    Raises
    ------
    ConfigError
        When something is missing.
    """
    missing = [name for name in (*NEEDED, *more) if find_spec(name) is None]
    if not any(find_spec(name) for name in BINDINGS):
        missing.append(" or ".join(BINDINGS))
    if missing:
        extras = "[gui,bench]" if more else "[gui]"
        raise ConfigError(
            f"the window needs {', '.join(missing)}; install it with `pip install ai-afm{extras}`"
        )


def measured(lines: int, work: Path | None, accuracy: bool) -> dict[str, Any]:
    """Return the figures of the window, which a program of its own measures.

    Raises
    ------
    ConfigError
        When what it needs is not installed, or it fails.
    """
    check_installed(("psutil",))
    command = [sys.executable, "-m", "ai_afm_gui.bench", "--lines", str(lines)]
    command += [] if work is None else ["--work", str(work)]
    command += ["--accuracy"] if accuracy else []
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise ConfigError(f"the benchmark of the window has ended with code {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
