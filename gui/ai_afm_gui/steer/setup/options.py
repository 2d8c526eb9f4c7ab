"""The adapter's options as lines of TOML, both ways."""

import tomllib
from collections.abc import Mapping
from typing import Any

from ai_afm.config.toml import write_value
from ai_afm.errors import ConfigError


def lines_of(options: Mapping[str, Any]) -> str:
    """Write options a line each.

    Examples
    --------
    >>> print(lines_of({"world": "film", "seed": 3}))
    world = "film"
    seed = 3
    """
    return "\n".join(f"{key} = {write_value(value)}" for key, value in options.items())


def options_of(text: str) -> dict[str, Any]:
    """Read options; raises `ConfigError` where a line is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"not KEY = VALUE: {exc}") from exc
