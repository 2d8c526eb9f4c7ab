"""`ai-afm ctl`: steer a live run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ai_afm.cli.output import say
from ai_afm.errors import ConfigError
from ai_afm.service.steering import ask
from ai_afm.store.run_folder import RunFolder


class Verb(StrEnum):
    """What a live run obeys."""

    STATUS = "status"
    PAUSE = "pause"
    RESUME = "resume"
    APPROVE = "approve"
    STOP = "stop"
    PARK = "park"
    WITHDRAW = "withdraw"
    LIMITS = "limits"
    WISH = "wish"


def ctl(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    do: Annotated[Verb, typer.Argument(help="What to do.")],
    values: Annotated[
        list[str] | None,
        typer.Argument(help="limits: max_bias_v=5 ...; wish: center_nm=0,0 size_nm=500,500"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Steer a live run; limits can only be narrowed."""
    folder = RunFolder.open(run)
    result = ask(folder.steering_file, do, dict(map(_pair, values or [])))
    say(result if isinstance(result, dict) else {"result": result}, json)


def _pair(text: str) -> tuple[str, Any]:
    key, found, value = text.partition("=")
    if not found:
        raise ConfigError(f"{text!r} is not KEY=VALUE")
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        return key, value
    return key, numbers[0] if len(numbers) == 1 else numbers
