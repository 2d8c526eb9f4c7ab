"""Writing a resolved configuration beside the data."""

from typing import Any

from ai_afm.config.settings import RunConfig
from ai_afm.errors import ConfigError


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
            lines.append(f"{key} = {_write_value(value)}")
    for key, value in nested.items():
        _write_table(f"{name}.{key}", value, lines)
    for key, items in arrays.items():
        for item in items:
            _write_table(f"{name}.{key}", item, lines)
            header = max(i for i, text in enumerate(lines) if text.strip() == f"[{name}.{key}]")
            lines[header] = f"\n[[{name}.{key}]]"


def _write_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ", ".join(_write_value(v) for v in value) + "]"
    if isinstance(value, int | float):
        return repr(value)
    raise ConfigError(f"{value!r} cannot be written as TOML")
