"""What the window is started with; read without Qt, so that a wrong flag is told at once."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("en", "zh_TW")
"""Languages that ship; English is the source."""
THEMES = ("dark", "light")
_SIZE = re.compile(r"(\d{3,5})x(\d{3,5})")
SMALLEST = (1280, 800)
"""Pixels of the smallest window."""


@dataclass(frozen=True, slots=True)
class Options:
    """Choices of the command line; `None` leaves what was chosen the last time.

    Parameters
    ----------
    run
        Folder of a run to be shown.
    lab
        Lab folder.
    demo
        Whether a live twin is started and shown.
    theme, language
        One of `THEMES`, one of `LANGUAGES`.
    annotator
        Who corrects.
    stop_bar
        Folder of a run: only the stop bar is opened.
    screenshots
        Folder that gets a picture of each page; then the window closes.
    size
        Width and height of the window in pixels.
    """

    run: Path | None = None
    lab: Path | None = None
    demo: bool = False
    theme: str | None = None
    language: str | None = None
    annotator: str | None = None
    stop_bar: Path | None = None
    screenshots: Path | None = None
    size: tuple[int, int] = SMALLEST


def parse_options(arguments: Sequence[str]) -> Options:
    """Read the arguments; a wrong one ends the program with code 2 and one sentence."""
    given = _parser().parse_args(list(arguments))
    return Options(
        run=given.run,
        lab=given.lab,
        demo=given.demo,
        theme=given.theme,
        language=given.language,
        annotator=given.annotator,
        stop_bar=given.stop_bar,
        screenshots=given.screenshot,
        size=given.size,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("ai-afm gui", description="The window at the microscope.")
    add = parser.add_argument
    add("run", nargs="?", type=Path, help="folder of a run, live or old")
    add("--lab", type=Path, help="lab folder")
    add("--demo", action="store_true", help="start a live twin and show it")
    add("--theme", choices=THEMES)
    add("--language", choices=LANGUAGES)
    add("--annotator", help="who corrects")
    add("--stop-bar", type=Path, metavar="RUN", help="only the stop bar of a live run")
    add("--screenshot", type=Path, metavar="DIR", help="store a picture of each page and leave")
    add("--size", type=_size, default=SMALLEST, help="of the window, such as 1280x800")
    return parser


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, such as 1280x800")
    return int(match[1]), int(match[2])
