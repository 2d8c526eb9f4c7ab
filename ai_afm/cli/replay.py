"""`ai-afm replay`: take the decisions of a run again, and ask what another would have done."""

import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from ai_afm.acquire.rebuild import Look, stored_observation
from ai_afm.cli.output import say
from ai_afm.config import RunConfig
from ai_afm.errors import BadInput
from ai_afm.segment.base import GlimpseService
from ai_afm.service.lab import model_folders
from ai_afm.service.replay.ask import Answer, Other, as_row, ask_again, ask_other
from ai_afm.service.replay.eyes import other_eyes
from ai_afm.service.replay.roll_out import roll_out as roll_out_run
from ai_afm.service.replay.stops import StopAnswer, ask_stops
from ai_afm.service.replay.told import Told, changed, read_run
from ai_afm.service.workers import SegmenterProcess
from ai_afm.store.run_folder import RunFolder

DIFFERENT = 1
"""Exit code when the recorded controller decides otherwise today."""


def replay(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            help="KEY=VALUE: controller=NAME, policy=NAME, model=NAME@VERSION, or any key of the"
            " TOML, e.g. targets.count=8; may be given several times."
        ),
    ] = None,
    roll_out: Annotated[
        bool,
        typer.Option("--roll-out", help="Run it to its end on a finished raster frame."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder that keeps the roll-out; absent or empty.")
    ] = None,
    lab: Annotated[Path | None, typer.Option(help="Lab folder with models of your own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Take each decision of a run again from its folder: docs/replay.md.

    Without --what-if: are they the same? Exit code 1 when not. With it: what would another
    controller, configuration or model have asked for, one step at each decision.
    """
    told = read_run(RunFolder.open(run))
    recorded: Look = partial(stored_observation, told.folder)
    if not what_if:
        if roll_out:
            raise typer.BadParameter("--roll-out needs --what-if KEY=VALUE: who is to be run?")
        stops = list(ask_stops(told, recorded, told.config))
        result = _result(told, list(ask_again(told, recorded)), stops)
        _say(result, json)
        if not result["identical"]:
            raise typer.Exit(DIFFERENT)
        return
    config = changed(told.config, what_if)
    stops = list(ask_stops(told, recorded, told.config))
    with ExitStack() as stack:
        look = recorded
        if config.model != told.config.model:
            look = stack.enter_context(other_eyes(told.folder, partial(_model, config, lab)))
        pairs = list(ask_other(told, recorded, Other(config, look)))
    result = _result(told, [answer for answer, _ in pairs], stops)
    result["what_if"] = [as_row(other, told) for _, other in pairs]
    result["would_differ"] = sum(not row["same"] for row in result["what_if"])
    if config.model == told.config.model:  # another model would have had other glimpses
        asked = ask_stops(told, recorded, config)
        result["what_if_stops"] = [answer.as_row() for answer in asked]
    if roll_out:
        with ExitStack() as stack:
            kept = out or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "run"
            result["roll_out"] = roll_out_run(told, recorded, config, kept, lab)
    _say(result, json)


def _say(result: dict[str, Any], as_json: bool) -> None:
    """Write the result: for a person only the decisions that differ."""
    if as_json:
        say(result, True)
        return
    table = result.pop("what_if", [])
    stops = result.pop("what_if_stops", [])
    played = result.pop("roll_out", {})
    say(result, False)
    for row in (row for row in table if not row["same"]):
        before, after = _seconds(row["recorded_s"]), _seconds(row["proposed_s"])
        typer.echo(f"decision {row['decision']}: {row['recorded']}{before}")
        typer.echo(f"    what if: {row['proposed']}{after}; {row['difference']}")
        typer.echo(f"    because: {row['reason']}")
    for row in (row for row in stops if not row["same"]):
        name = next(f"{kind} {row[kind]}" for kind in ("scan", "path") if kind in row)
        typer.echo(f"{name}: {row['recorded']}")
        typer.echo(f"    what if: it {row['proposed']}")
    if played:
        typer.echo("rolled out")
        say(played, False)


def _seconds(value: float | None) -> str:
    return "" if value is None else f", {value:.1f} s"


def _model(config: RunConfig, lab: Path | None, out: Path) -> GlimpseService:
    return SegmenterProcess(config.model.name, config.model.threads, out, model_folders(lab))


def _result(told: Told, answers: list[Answer], stops: list[StopAnswer]) -> dict[str, Any]:
    if not answers:
        raise BadInput(f"{told.folder.path}: nothing was decided in this run yet")
    others = [(a.recorded.row, a.difference()) for a in answers if not a.identical]
    others += [(stop.row, stop.difference()) for stop in stops if not stop.same]
    first = min(others, default=None)
    return {
        "decisions": len(answers),
        "records": len(stops),
        "stopped_early": sum(stop.recorded is not None for stop in stops),
        "identical": first is None,
        "first_difference": first and dict(zip(("decision", "difference"), first, strict=True)),
    }
