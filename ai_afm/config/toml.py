"""Writing a resolved configuration beside the data."""

import json
import re
from collections.abc import Mapping
from typing import Any

from ai_afm.config.settings import RunConfig
from ai_afm.errors import ConfigError

_BARE = re.compile(r"[A-Za-z0-9_-]+")
"""Keys that need no quotes."""


def to_toml(config: RunConfig) -> str:
    """Write a configuration back as TOML with every key resolved; `None` is left out."""
    lines: list[str] = []
    for name, table in config.model_dump(mode="json", by_alias=True).items():
        if table is not None:
            _write_table(name, table, lines)
    return "\n".join(lines) + "\n"


def _write_table(name: str, table: dict[str, Any], lines: list[str]) -> None:
    nested = {k: v for k, v in table.items() if isinstance(v, dict)}
    arrays = {
        k: v for k, v in table.items() if isinstance(v, list) and v and isinstance(v[0], dict)
    }
    lines.append(f"\n[{name}]" if lines else f"[{name}]")
    for key, value in table.items():
        if value is not None and key not in nested and key not in arrays:
            lines.append(f"{_write_key(key)} = {write_value(value)}")
    for key, value in nested.items():
        _write_table(f"{name}.{_write_key(key)}", value, lines)
    for key, items in arrays.items():
        path = f"{name}.{_write_key(key)}"
        for item in items:
            _write_table(path, item, lines)
            header = max(i for i, text in enumerate(lines) if text.strip() == f"[{path}]")
            lines[header] = f"\n[[{path}]]"


def write_value(value: object) -> str:
    """Write a single value; a table in a value becomes an inline table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for the one control character that JSON leaves as it is
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(write_value(v) for v in value) + "]"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = (f"{_write_key(k)} = {write_value(v)}" for k, v in value.items() if v is not None)
        return "{" + ", ".join(pairs) + "}"
    raise ConfigError(f"{value!r} cannot be written as TOML")


def _write_key(key: str) -> str:
    return key if _BARE.fullmatch(key) else write_value(str(key))
