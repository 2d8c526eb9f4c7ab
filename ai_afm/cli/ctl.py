"""`ai-afm ctl`: steer a live run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ai_afm.cli.output import say
from ai_afm.errors import ConfigError, InstrumentError, LinkLost, ModelError
from ai_afm.service.link import ask
from ai_afm.store.run_folder import RunFolder


class Verb(StrEnum):
    """What a live run obeys."""

    STATUS = "status"
    PAUSE = "pause"
    RESUME = "resume"
    APPROVE = "approve"
    DECLINE = "decline"
    AUTHORITY = "authority"
    STOP = "stop"
    PARK = "park"
    WITHDRAW = "withdraw"
    LIMITS = "limits"
    FORBID = "forbid"
    WISH = "wish"
    MODEL = "model"


PATIENCE = 30.0
"""Seconds that a run is given to load another model before it is only said that it will."""


def ctl(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    do: Annotated[Verb, typer.Argument(help="What to do.")],
    values: Annotated[
        list[str] | None,
        typer.Argument(
            help="limits: max_bias_v=5 ...; wish, forbid: center_nm=0,0 size_nm=500,500;"
            " authority: to=advise (more than now: person=NAME, too); model: NAME@VERSION"
        ),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why another model, in words.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Steer a live run; limits can only be narrowed, models only be exchanged for trusted ones."""
    folder = RunFolder.open(run)
    if do is Verb.MODEL:
        result = _exchange(folder, values or [], reason)
    else:
        result = ask(folder.steering_file, do, dict(map(_pair, values or [])))
    say(result if isinstance(result, dict) else {"result": result}, json)


def _exchange(folder: RunFolder, values: list[str], reason: str) -> Any:
    """Have another model look, and wait until it does."""
    if len(values) != 1:
        raise typer.BadParameter("`ctl RUN model` needs one NAME@VERSION")
    try:
        args = {"name": values[0], "reason": reason}
        return ask(folder.steering_file, Verb.MODEL, args, wait=PATIENCE)
    except LinkLost:
        raise
    except InstrumentError as exc:
        raise ModelError(str(exc)) from exc


def _pair(text: str) -> tuple[str, Any]:
    key, found, value = text.partition("=")
    if not found:
        raise ConfigError(f"{text!r} is not KEY=VALUE")
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        return key, value
    return key, numbers[0] if len(numbers) == 1 else numbers
