"""What can be said of a run at a glance: whose it is, whether it is live, what it does now."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ai_afm.errors import AfmError, InstrumentError
from ai_afm.service.link import ask
from ai_afm.store.run_folder import RunFolder

PATIENCE = 0.5
"""s that a live run is given to answer."""


class Life(StrEnum):
    """Whether somebody runs the run."""

    STARTING = "starting"
    LIVE = "live"
    SILENT = "silent"
    """It is held by a process, which does not answer."""
    ENDED = "ended"
    MISSING = "missing"
    """The folder is not that of a run."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A run at a glance.

    Parameters
    ----------
    name
        Of its folder.
    sample
        As the configuration says; "" where it cannot be read.
    life
        Whether it is live.
    doing
        What a live run answers to `status`.
    trouble
        Why it does not answer, or what is missing.
    """

    name: str
    sample: str
    life: Life
    doing: Mapping[str, Any] = field(default_factory=dict)
    trouble: str = ""


def glance(path: Path) -> Glance:
    """Look at a run's folder and ask its socket; blocks for `PATIENCE` at most."""
    try:
        folder = RunFolder.open(path)
        sample, running = _sample(folder), folder.is_running
    except (AfmError, OSError) as exc:
        return Glance(path.name, "", Life.MISSING, trouble=str(exc))
    if not running:
        # an address without a lock was left by a run that was killed
        return Glance(path.name, sample, Life.ENDED)
    if not folder.steering_file.exists():
        return Glance(path.name, sample, Life.STARTING)
    try:
        doing = ask(folder.steering_file, "status", {}, timeout=PATIENCE)
    except InstrumentError as exc:
        return Glance(path.name, sample, Life.SILENT, trouble=str(exc))
    return Glance(path.name, sample, Life.LIVE, doing if isinstance(doing, dict) else {})


def _sample(folder: RunFolder) -> str:
    try:
        return str(tomllib.loads(folder.config_toml())["run"]["sample"])
    except (AfmError, ValueError, KeyError):
        return ""
