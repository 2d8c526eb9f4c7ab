"""The `ai-afm` command: its verbs, and what an error turns into."""

import logging
import sys

import typer
from rich.console import Console
from rich.logging import RichHandler

from ai_afm import __version__
from ai_afm.cli import (
    bench,
    corrections,
    ctl,
    dataset,
    demo,
    doctor,
    evaluate,
    export,
    models,
    paper,
    queue,
    recover,
    replay,
    report,
    resume,
    run,
    segment,
    twin,
)
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

app = typer.Typer(
    name="ai-afm",
    help="The brain that an atomic force microscope lacks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("resume")(resume.resume)
app.command("ctl")(ctl.ctl)
app.command("recover")(recover.recover)
app.command("segment")(segment.segment)
app.command("evaluate")(evaluate.evaluate)
app.command("replay")(replay.replay)
app.command("report")(report.report)
app.command("export")(export.export)
app.command("paper")(paper.paper)
app.command("doctor")(doctor.doctor)
app.add_typer(models.app, name="models")
app.add_typer(queue.app, name="queue")
app.add_typer(corrections.app, name="corrections")
app.add_typer(dataset.app, name="dataset")
app.add_typer(twin.app, name="twin")
app.add_typer(bench.app, name="bench")


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
