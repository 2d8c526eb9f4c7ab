"""The `ai-afm` command: its verbs, and what an error turns into."""

import logging
import sys

import typer
from rich.console import Console
from rich.logging import RichHandler

from ai_afm import __version__
from ai_afm.cli.verbs import Verb, group_of
from ai_afm.errors import (
    AfmError,
    BadInput,
    ConfigError,
    GateRefused,
    InstrumentError,
    ModelError,
    OutOfRange,
    SafetyStop,
    StoreError,
)

EXIT_CODES: tuple[tuple[type[AfmError], int], ...] = (
    (SafetyStop, 5),
    (InstrumentError, 4),
    (GateRefused, 6),
    (ConfigError, 3),
    (BadInput, 3),
    (OutOfRange, 3),
    (ModelError, 3),
    (StoreError, 3),
)
"""Exit code of each error, the first that fits; 0 done, 2 usage, 130 interrupted and parked."""
INTERRUPTED = 130

VERBS = {
    "demo": Verb("demo:demo", "Let the microscope drive itself on the digital twin."),
    "gui": Verb("gui:gui", "Watch, steer, correct and teach in a window."),
    "run": Verb("run:run", "Run a microscope by a configuration."),
    "resume": Verb(
        "resume:resume", "Recover a run, make the instrument safe, and go on with the next region."
    ),
    "ctl": Verb(
        "ctl:ctl",
        "Steer a live run; limits can only be narrowed, models only be exchanged for trusted ones.",
    ),
    "recover": Verb(
        "recover:recover", "Make an interrupted run whole; doing it twice changes nothing more."
    ),
    "segment": Verb(
        "segment:segment",
        "Segment stored scans: masks, GeoJSON, overlays, results.csv and a contact sheet.",
    ),
    "evaluate": Verb(
        "evaluate:evaluate",
        "Score lines against references at 1, 2 and 3 px: found, connected, named, calibrated.",
    ),
    "replay": Verb(
        "replay:replay", "Take each decision of a run again from its folder: docs/replay.md."
    ),
    "report": Verb(
        "report:report", "Write RUN/report.html: one file that opens offline and prints."
    ),
    "export": Verb("export:export", "Write each scan as a file that Gwyddion or numpy opens."),
    "paper": Verb(
        "paper:paper",
        "Write what a paper needs: methods.txt, sites.csv, answer.json, figures as SVG and PDF.",
    ),
    "train": Verb(
        "train:train",
        "Train a candidate on corrections; it is used only after the gate has passed it.",
    ),
    "gate": Verb(
        "gate:gate",
        "Judge a candidate against the active model: may it take its place? Exit code 6 when not.",
    ),
    "flywheel": Verb(
        "flywheel:flywheel",
        "Write what corrections have won: rounds, people's time, cost of a point, forecast.",
    ),
    "doctor": Verb(
        "doctor:doctor",
        "Look at versions, disk, models and plug-ins; exit 3 when something is in the way.",
    ),
    "archive": Verb("archive:app", "Whole archives of scans, on one computer or many."),
    "models": Verb("models:app", "Models: data with a card, never code."),
    "queue": Verb("queue:app", "The review queue: what to ask a person next."),
    "corrections": Verb("corrections:app", "Corrections: labels out and in, and doubts."),
    "dataset": Verb("dataset:app", "Frozen lists of corrections: training sets and golden sets."),
    "twin": Verb("twin:app", "The digital twin."),
    "bench": Verb("bench:app", "Benchmarks."),
}
"""All verbs, in the order in which `--help` lists them; a new one is one line here."""

app = typer.Typer(
    name="ai-afm",
    cls=group_of(VERBS),
    help="The brain that an atomic force microscope lacks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(value: bool) -> None:
    if value:
        sys.stdout.write(f"ai-afm {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Log more (to stderr)."),
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Configure the log; figures go to stdout, everything else to stderr."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(message)s",
        handlers=[RichHandler(console=Console(stderr=True), show_path=False)],
    )
    logging.getLogger("matplotlib").setLevel(logging.WARNING)


def exit_code(error: AfmError) -> int:
    """Return the exit code that an error stands for."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def main() -> None:
    """Run the command line; an error is one line on stderr and an exit code, never a traceback."""
    try:
        app()
    except AfmError as exc:
        sys.stderr.write(f"ai-afm: {' '.join(str(exc).split())}\n")
        sys.exit(exit_code(exc))
    except KeyboardInterrupt:
        sys.stderr.write("ai-afm: interrupted; the tip is parked and the run is closed\n")
        sys.exit(INTERRUPTED)
