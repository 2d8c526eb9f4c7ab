"""What a lab writes down about its models: rows of `flywheel.sqlite`, added and never changed."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ai_afm.errors import BadInput, ModelError
from ai_afm.flywheel.database import Database
from ai_afm.flywheel.model_package import ModelFiles

_HASH = re.compile(r"[0-9a-f]{64}")
_MODELS = "SELECT model, sha256, card_sha256, parents, dataset, annotators, added FROM models"
_STATES = "SELECT id, model, sha256, state, who, reason, gate, added FROM model_states"


class ModelState(StrEnum):
    """What a model may do."""

    CANDIDATE = "candidate"
    """Nothing yet."""
    SHADOW = "shadow"
    """Look on beside the active one."""
    ACTIVE = "active"
    """Be used where no model is named."""
    RETIRED = "retired"
    """Nothing any more; it can come back by `rollback --to`."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a model comes from, beside the parents that its card names.

    Parameters
    ----------
    dataset
        JSON values: what it was trained on; empty where that is not told.
    annotators
        Whose corrections are in that.
    """

    dataset: Mapping[str, Any] = field(default_factory=dict)
    annotators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """A model that the lab knows: "name@version", and the hashes of the files that were added."""

    model: str
    files: ModelFiles
    parents: tuple[str, ...]
    lineage: Lineage
    added: str


@dataclass(frozen=True, slots=True)
class StateChange:
    """One step in the life of a model; `gate` is the number of the report that allowed it."""

    id: int
    model: str
    sha256: str
    state: ModelState
    who: str
    reason: str
    gate: int | None
    added: str


@dataclass(frozen=True, slots=True)
class GateRecord:
    """What a gate has found of weights with the hash `sha256`.

    Parameters
    ----------
    id
        Number of the report.
    sha256, data_sha256
        Hash of the weights that were judged, and of the data.
    passed
        How it ended.
    against
        Hash of the weights that it compares with, `None` where it does not tell.
    """

    id: int
    sha256: str
    data_sha256: str
    passed: bool
    against: str | None


@dataclass(frozen=True, slots=True)
class GateReport:
    """A report of a gate with all that it says, JSON values, and when it was written down."""

    id: int
    model: str
    sha256: str
    passed: bool
    report: Mapping[str, Any]
    added: str


class ModelRecords:
    """The tables of models, states and gates; the rules are those of `Registry`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def models(self) -> list[Registered]:
        """Return all models that the lab knows, oldest first."""
        return [_registered(row) for row in self.database.rows(_MODELS + " ORDER BY rowid")]

    def find(self, spec: str) -> Registered | None:
        """Return a model by its name and version, `None` where the lab does not know it."""
        found = self.database.rows(_MODELS + " WHERE model = ?", spec)
        return _registered(found[0]) if found else None

    def require(self, spec: str) -> Registered:
        """Return a model by its name and version; raises ModelError where it is not known."""
        found = self.find(spec)
        if found is None:
            known = ", ".join(m.model for m in self.models()) or "none"
            raise ModelError(
                f"this lab has no record of {spec!r} (known: {known}); `ai-afm models add` takes "
                "one in"
            )
        return found

    def history(self, spec: str | None = None) -> list[StateChange]:
        """Return all changes of state, or those of one model, oldest first."""
        if spec is None:
            found = self.database.rows(_STATES + " ORDER BY id")
        else:
            found = self.database.rows(_STATES + " WHERE model = ? ORDER BY id", spec)
        return [StateChange(i, m, h, ModelState(s), *more) for i, m, h, s, *more in found]

    def states(self) -> dict[str, ModelState]:
        """Return the state of each model that has one."""
        return {change.model: change.state for change in self.history()}

    def enter(self, spec: str, files: ModelFiles, parents: Sequence[str], lineage: Lineage) -> None:
        """Write down a model that is not known yet."""
        self.database.insert(
            "models",
            model=spec,
            sha256=files.weights,
            card_sha256=files.card,
            parents=json.dumps(list(parents)),
            dataset=json.dumps(dict(lineage.dataset), allow_nan=False, sort_keys=True),
            annotators=json.dumps(list(lineage.annotators)),
        )

    def note(
        self, model: Registered, state: ModelState, who: str, reason: str, gate: int | None = None
    ) -> None:
        """Write down a change of state; `gate` is the number of the report that allowed it."""
        self.database.insert(
            "model_states",
            model=model.model,
            sha256=model.files.weights,
            state=state.value,
            who=who,
            reason=reason,
            gate=gate,
        )

    def line(self) -> list[str]:
        """Return the models that led to the active one, which is the last.

        Going back takes those after the target out, so that going back twice goes two back.
        """
        line: list[str] = []
        for change in self.history():
            if change.state is ModelState.ACTIVE:
                if change.model in line:
                    del line[line.index(change.model) :]
                line.append(change.model)
        return line

    def add_gate(self, spec: str, report: Mapping[str, Any]) -> int:
        """Write down what a gate has found; the newest report of a model counts.

        Parameters
        ----------
        spec
            The model that was judged.
        report
            JSON values. `passed`: bool. `model_sha256`: hash of the weights that were judged.
            `data_sha256`: hash of the data. Optional `against_sha256`: hash of the model that it
            was compared with; the report counts only while that one is active.

        Raises
        ------
        BadInput
            When the report lacks one of these.
        ModelError
            When it judges other weights than those of this model, or the model is not known.
        """
        model = self.require(spec)
        if not isinstance(report.get("passed"), bool):
            raise BadInput("a gate's report says with `passed` true or false how it ended")
        keys = ["model_sha256", "data_sha256"]
        keys += ["against_sha256"] if report.get("against_sha256") is not None else []
        for key in keys:
            if not _HASH.fullmatch(str(report.get(key))):
                raise BadInput(f"a gate's report names with `{key}` a SHA-256")
        if report["model_sha256"] != model.files.weights:
            raise ModelError(f"the gate's report is of other weights than those of {spec}")
        return self.database.insert(
            "gates",
            model=spec,
            sha256=report["model_sha256"],
            data_sha256=report["data_sha256"],
            passed=int(report["passed"]),
            report=json.dumps(dict(report), allow_nan=False, sort_keys=True),
        )

    def gates(self) -> list[GateReport]:
        """Return all reports of gates, oldest first."""
        sql = "SELECT id, model, sha256, passed, report, added FROM gates ORDER BY id"
        return [
            GateReport(number, model, sha256, bool(passed), json.loads(report), added)
            for number, model, sha256, passed, report, added in self.database.rows(sql)
        ]

    def newest_gate(self, spec: str) -> GateRecord | None:
        """Return the last report on a model, `None` before any."""
        sql = "SELECT id, sha256, data_sha256, passed, report FROM gates WHERE model = ?"
        found = self.database.rows(sql + " ORDER BY id DESC LIMIT 1", spec)
        if not found:
            return None
        number, sha256, data, passed, report = found[0]
        against = json.loads(report).get("against_sha256")
        return GateRecord(number, sha256, data, bool(passed), against)


def _registered(row: tuple[Any, ...]) -> Registered:
    model, weights, card, parents, dataset, annotators, added = row
    lineage = Lineage(json.loads(dataset), tuple(json.loads(annotators)))
    return Registered(model, ModelFiles(weights, card), tuple(json.loads(parents)), lineage, added)
