"""A run's file while a person edits it: any key may be wrong, and each error is known by its key.

The tables are those of the TOML file, so whatever a file has that the wizard does not show stays.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ai_afm.config import RunConfig, parse_config, to_toml
from ai_afm.errors import ConfigError

Tables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """The tables of a run's file, checked or not.

    Examples
    --------
    >>> draft = Draft().put("targets.count", 9)
    >>> draft.get("targets.count"), draft.get("targets.lines"), draft.problems()
    (9, 128, {})
    >>> list(draft.put("targets.count", -1).problems())
    ['targets.count']
    """

    tables: Tables = field(default_factory=dict)

    def get(self, key: str) -> Any:
        """Return what the file will say of a key, "table.key": the default where it is absent."""
        value: Any = self.tables
        for part in key.split("."):
            if not isinstance(value, Mapping) or part not in value:
                return default_of(key)
            value = value[part]
        return value

    def has(self, key: str) -> bool:
        """Tell whether the file names a table or key."""
        value: Any = self.tables
        for part in key.split("."):
            if not isinstance(value, Mapping) or part not in value:
                return False
            value = value[part]
        return True

    def put(self, key: str, value: Any) -> "Draft":
        """Return a draft with a key set; `None` takes it out of the file."""
        return Draft(_put(self.tables, key.split("."), value))

    def config(self) -> RunConfig:
        """Return the checked configuration.

        Raises
        ------
        ConfigError
            When any key is unknown or out of bounds.
        """
        try:
            return RunConfig.model_validate(self.tables)
        except ValidationError as exc:
            raise ConfigError("; ".join(f"{k}: {v}" for k, v in _told(exc).items())) from exc

    def problems(self) -> dict[str, str]:
        """Return what is wrong, key by key; the same checks as those of the command line."""
        try:
            RunConfig.model_validate(self.tables)
        except ValidationError as exc:
            return _told(exc)
        return {}

    def text(self) -> str:
        """Return the TOML of a draft that is right; raises `ConfigError` for one that is not."""
        return to_toml(self.config())


def read_draft(path: Path) -> Draft:
    """Read a run's file to be edited; one that is wrong in its values can be, too.

    Raises
    ------
    ConfigError
        When the file is missing or no TOML.
    """
    try:
        return Draft(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"cannot read {path}: {exc}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{path} is not valid TOML: {exc}") from exc


def read_text(text: str) -> Draft:
    """Return the draft of a checked TOML text; raises `ConfigError` for a wrong one."""
    parse_config(text)
    return Draft(tomllib.loads(text))


def default_of(key: str) -> Any:
    """Return the default of a key, `None` where it has none."""
    table, _, name = key.partition(".")
    kind = RunConfig.model_fields.get(table)
    if kind is None:
        return None
    value = kind.get_default(call_default_factory=True)
    for part in name.split(".") if name else ():
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
    return value


def _put(tables: Tables, path: list[str], value: Any) -> dict[str, Any]:
    head, *rest = path
    changed = dict(tables)
    if rest:
        inner = changed.get(head)
        made = _put(inner if isinstance(inner, Mapping) else {}, rest, value)
        if made or value is not None:
            changed[head] = made
        else:
            changed.pop(head, None)
    elif value is None:
        changed.pop(head, None)
    else:
        changed[head] = value
    return changed


def _told(exc: ValidationError) -> dict[str, str]:
    """Return the messages of pydantic by key; parts of a list belong to the key of the list."""
    told: dict[str, str] = {}
    for error in exc.errors():
        parts = [str(part) for part in error["loc"]]
        key = ".".join(parts[:2])
        message = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            message = "unknown key; remove it or correct its spelling"
        if len(parts) > 2:
            # people count from one
            places = (str(int(p) + 1) if p.isdigit() else p for p in parts[2:])
            message = f"{' '.join(places)}: {message}"
        told[key] = f"{told[key]}; {message}" if key in told else message
    return told
