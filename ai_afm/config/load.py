"""Reading a run's TOML: a typo, a wrong unit or a value out of bounds stops it here."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ai_afm.config.base import NM
from ai_afm.config.settings import LimitSettings, RegionSettings, RunConfig
from ai_afm.errors import ConfigError
from ai_afm.types import Limits, ScanRegion


def resolved(config: RunConfig, allowed: ScanRegion) -> RunConfig:
    """Return the configuration with every open size set.

    Parameters
    ----------
    config
        As it was read.
    allowed
        The part of the scanner's range that may be used.
    """
    overview = config.overview
    if overview.size_nm is None:
        width, height = (s / NM for s in allowed.size)
        place = {
            "center_nm": tuple(c / NM for c in allowed.center),
            "size_nm": (width, height),
            "angle_deg": math.degrees(allowed.angle),
        }
        overview = overview.model_copy(update=place)
    size = min(overview.region.size) / NM
    targets = config.targets
    if targets.ladder_nm is None:
        targets = targets.model_copy(update={"ladder_nm": (size / 4, size / 10)})
    if targets.min_distance_nm is None:
        targets = targets.model_copy(update={"min_distance_nm": size / 8})
    return config.model_copy(update={"overview": overview, "targets": targets})


def load_config(path: Path) -> RunConfig:
    """Read and check a run's TOML file.

    Raises
    ------
    ConfigError
        When the file is missing or not TOML, a key is unknown, or a value is out of bounds.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"cannot read the configuration {path}: {exc}") from exc
    return parse_config(text, str(path))


def parse_config(text: str, source: str = "configuration") -> RunConfig:
    """Check the text of a run's TOML file; see `load_config`."""
    try:
        return RunConfig.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{source} is not valid TOML: {exc}") from exc
    except ValidationError as exc:
        raise ConfigError(f"{source}: {_explain(exc)}") from exc


def parse_region(values: Mapping[str, Any]) -> ScanRegion:
    """Check a region given as `center_nm`, `size_nm`, `angle_deg`.

    Raises
    ------
    ConfigError
        When a key is unknown, missing or out of bounds.
    """
    try:
        return RegionSettings.model_validate(dict(values)).region
    except ValidationError as exc:
        raise ConfigError(f"region: {_explain(exc)}") from exc


def narrowed(limits: Limits, values: Mapping[str, Any]) -> Limits:
    """Return limits with the given keys of `[limits]` (e.g. `max_bias_v`) replaced.

    Raises
    ------
    ConfigError
        When a key is unknown or out of bounds.
    """
    try:
        given = LimitSettings.model_validate(dict(values))
    except ValidationError as exc:
        raise ConfigError(f"limits: {_explain(exc)}") from exc
    new = given.limits(limits.region, limits.max_run_time)
    names = {
        "region": ("region",),
        "max_tip_speed_um_per_s": ("max_tip_speed",),
        "max_line_rate_hz": ("max_line_rate",),
        "max_bias_v": ("max_bias",),
        "max_drive_v": ("max_drive",),
        "setpoint_v": ("min_setpoint", "max_setpoint"),
        "max_indentation_nn": ("max_indentation",),
        "max_current_na": ("max_current",),
        "allow_unlimited_current": ("unlimited_current",),
        "max_passes": ("max_passes",),
        "max_dose_v_s": ("max_dose",),
        "max_travel_um": ("max_travel",),
    }
    changed = {field: getattr(new, field) for key in values for field in names[key]}
    return replace(limits, **changed)


def _explain(exc: ValidationError) -> str:
    texts = []
    for error in exc.errors():
        key = ".".join(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            texts.append(f"unknown key {key!r}; remove it or correct its spelling")
        else:
            texts.append(f"{key} = {error.get('input')!r}: {error['msg']}")
    return "; ".join(texts)
