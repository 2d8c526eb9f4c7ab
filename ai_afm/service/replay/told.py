"""A run as its folder tells it: the configuration, the rows, and what the instrument could do."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ai_afm.acquire.calibration import KIND as CALIBRATED
from ai_afm.acquire.rebuild import Look, surveys
from ai_afm.config import RunConfig, parse_config, to_toml
from ai_afm.control.base import Controller
from ai_afm.control.plugins import open_controller
from ai_afm.errors import ConfigError, StoreError
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.microscope.base import Capabilities
from ai_afm.microscope.plugins import BUILT_IN
from ai_afm.service.known import KEY, from_json
from ai_afm.service.session import open_instrument
from ai_afm.store.journal import Journal, Row
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.survey import Survey
from ai_afm.types import Authority, Proposal
from ai_afm.types.codec import decode

FILES = ("bias_file", "memory_file")
"""Options by which the twin keeps its state in the run's folder; a replay leaves that alone."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run's folder holds.

    Parameters
    ----------
    folder, config
        Where it lies and how it was set.
    rows
        The journal.
    capabilities
        Of the instrument.
    """

    folder: RunFolder
    config: RunConfig
    rows: tuple[Row, ...]
    capabilities: Capabilities

    def survey(self, config: RunConfig) -> Survey:
        """Return what a run with this configuration knows before its first scan."""
        budget = config.run.budget_min * 60
        limits = config.limits.limits(self.capabilities.scanner_range, budget)
        return Survey(limits, config.consent.consent, config.run.seed)

    def controller(self, config: RunConfig) -> Controller:
        """Return the controller that a configuration names, for the instrument of the run."""
        return open_controller(config.run.controller, config, self.capabilities)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision of a run.

    Parameters
    ----------
    row
        Number of its row in the journal.
    request
        What was asked for; `None` where the run ended because nothing was left to do.
    reason
        In the run's words.
    survey
        What the run knew.
    """

    row: int
    request: Proposal | None
    reason: str
    survey: Survey


def read_run(folder: RunFolder) -> Told:
    """Read a run folder, also while the run is live; nothing is written and nothing moves.

    Raises
    ------
    AfmError
        When the folder cannot be trusted, or does not say what the instrument could do.
    """
    config = parse_config(folder.config_toml(), str(folder.config_file))
    with Journal.read(folder.journal_file) as journal:
        journal.verify()
        rows = tuple(journal.rows())
    return Told(folder, config, rows, _capabilities(config, rows))


def decisions(survey: Survey, rows: Iterable[Row], look: Look) -> Iterator[Recorded]:
    """Yield the decisions of a run with what was known then; see `surveys` for the parameters."""
    for row, known in surveys(survey, rows, look):
        if row is None:
            return
        if row.kind == "decision":
            request = decode(row.payload["request"])
            yield Recorded(row.sequence, request, row.payload["reason"], known)
        elif row.kind == "run_finished" and row.payload["outcome"] == "done":
            yield Recorded(row.sequence, None, row.payload["message"], known)


def asks(told: Told) -> bool:
    """Tell whether the run's controller was asked at all: not in a run that has only watched."""
    watches = told.config.run.authority == Authority.WATCH
    return not watches or any(row.kind == "decision" for row in told.rows)


def changed(config: RunConfig, wishes: Sequence[str]) -> RunConfig:
    """Return the configuration with keys replaced, as `--what-if` names them.

    Parameters
    ----------
    config
        Of the run.
    wishes
        "table.key=value", where the value is TOML or a bare word; "controller", "policy" and
        "model" are short for the keys that name them.

    Raises
    ------
    ConfigError
        When a key is unknown, a value out of bounds, or the key is about another instrument.

    Examples
    --------
    >>> changed(RunConfig(), ["targets.count=8", "controller=raster"]).targets.count
    8
    """
    tables = tomllib.loads(to_toml(config))
    for wish in wishes:
        key, equals, text = wish.partition("=")
        path = _SHORT.get(key.strip(), key.strip()).split(".")
        if not equals or len(path) < 2:
            raise ConfigError(f"--what-if {wish!r} is not KEY=VALUE, e.g. targets.count=8")
        if path[0] == "instrument":
            raise ConfigError(
                f"--what-if {wish!r}: another instrument would have seen other frames; that cannot"
                " be replayed"
            )
        _put(tables, path, _value(text.strip()))
    try:
        return RunConfig.model_validate(tables)
    except ValidationError as exc:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
        raise ConfigError(f"--what-if {' '.join(wishes)}: {problems}") from exc


_SHORT = {"controller": "run.controller", "policy": "area.policy", "model": "model.name"}


def _put(tables: dict[str, Any], path: Sequence[str], value: object) -> None:
    for name in path[:-1]:
        tables = tables.setdefault(name, {})
        if not isinstance(tables, dict):
            raise ConfigError(f"--what-if {'.'.join(path)}: {name!r} is not a table")
    tables[path[-1]] = value


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _capabilities(config: RunConfig, rows: Sequence[Row]) -> Capabilities:
    """Return what the instrument could do, with its times as they were measured in the run."""
    declared = _declared(config, rows)
    for row in rows:
        if row.kind == CALIBRATED:
            return declared.with_times(InstrumentTimes(**row.payload["times"]))
    return declared


def _declared(config: RunConfig, rows: Sequence[Row]) -> Capabilities:
    """Return what the run wrote down, else (built in instruments only) what opening one tells."""
    for row in rows:
        if row.kind == "run_started" and KEY in row.payload:
            return from_json(row.payload[KEY])
    if config.instrument.kind not in BUILT_IN:
        raise StoreError(
            f"the run does not say what its instrument ({config.instrument.kind}) could do; a run"
            " of this version does"
        )
    options = {k: v for k, v in config.instrument.options.items() if k not in FILES}
    instrument = config.instrument.model_copy(update={"options": options, "clock": "instant"})
    microscope = open_instrument(config.model_copy(update={"instrument": instrument}))
    try:
        return microscope.capabilities
    finally:
        microscope.close()
