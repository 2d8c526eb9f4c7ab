"""The models of a lab and those that ship, as the records and their cards tell. No Qt, no torch."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ai_afm.errors import AfmError
from ai_afm.flywheel.model_records import GateReport, ModelState, Registered
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.model_card import ModelCard
from ai_afm.segment.model_file import active_model, shipped_models

_CARD_F1 = "any_f1_2px"
_TOP = "simulated"


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model of the lab, or one that ships.

    Parameters
    ----------
    model
        "name@version".
    state
        What it may do; `None` for one that the lab has no record of.
    active
        Whether runs use it.
    parents
        That it was trained from.
    f1, from_gate
        F1 of any line at 2 px, `None` where nobody knows, and whether the gate has measured it (on
        the lab's simulated golden crops) or its card tells it (on the crops of its own training).
    data
        What it was trained on, in words.
    fault
        Why its files are not to be used, empty if all is well.
    """

    model: str
    state: ModelState | None
    active: bool
    parents: tuple[str, ...]
    f1: float | None
    from_gate: bool
    data: str
    fault: str


def model_lines(
    store: FlywheelStore,
    registry: Registry,
    known: Iterable[Registered],
    reports: Iterable[GateReport],
) -> Iterator[ModelLine]:
    """Yield all models: those of the records first, then others that lie in the folders."""
    states = registry.records.states()
    measured = dict(_measured(reports))
    active = _active(store, registry)
    folders = [store.lab.models, shipped_models()]
    for model in known:
        card = _card(folders, model.model)
        yield _line(
            model.model,
            states.get(model.model),
            active,
            (card, measured.get(model.model)),
            registry.fault(model.model) or "",
            model.parents,
        )
    for spec in dict.fromkeys(_lying(folders)):
        if spec not in states:
            card = _card(folders, spec)
            fault = "" if card is not None else "its card cannot be read"
            yield _line(spec, None, active, (card, measured.get(spec)), fault)


def _line(
    spec: str,
    state: ModelState | None,
    active: str,
    about: tuple[ModelCard | None, float | None],
    fault: str,
    parents: tuple[str, ...] = (),
) -> ModelLine:
    card, measured = about
    told = None if card is None else card.metrics.get(_CARD_F1)
    return ModelLine(
        model=spec,
        state=state,
        active=spec == active,
        parents=parents or (() if card is None else card.parents),
        f1=told if measured is None else measured,
        from_gate=measured is not None,
        data="" if card is None else card.data,
        fault=fault,
    )


def _measured(reports: Iterable[GateReport]) -> Iterator[tuple[str, float]]:
    """Yield F1 of any line on the simulated golden crops, by model, the newest report last."""
    for report in reports:
        change = change_on(report.report, "golden slice", _TOP)
        if change is not None:
            yield str(report.report.get("against", "")), float(change["before"])
            yield report.model, float(change["after"])


def change_on(report: Mapping[str, Any], rule: str, where: str) -> Mapping[str, Any] | None:
    """Return before, after and interval of a rule on a slice, `None` where it is not in there."""
    for finding in report.get("findings", ()):
        if finding["rule"] == rule and finding["where"] == where and finding["change"]:
            change: Mapping[str, Any] = finding["change"]
            return change
    return None


def _active(store: FlywheelStore, registry: Registry) -> str:
    try:
        return registry.active or active_model([store.lab.models, shipped_models()])
    except AfmError:
        return ""


def _lying(folders: Iterable[Path]) -> Iterator[str]:
    for root in folders:
        for card in sorted(root.glob("*/*/card.toml")):
            yield f"{card.parents[1].name}@{card.parent.name}"


def _card(folders: Iterable[Path], spec: str) -> ModelCard | None:
    """Return a model's card as it lies there, `None` where it cannot be read.

    The weights are not looked at: whether they fit the card the registry says, by their hashes.
    """
    name, _, version = spec.partition("@")
    for root in folders:
        file = root / name / version / "card.toml"
        if not file.is_file():
            continue
        try:
            return ModelCard.model_validate(tomllib.loads(file.read_text("utf-8")))
        except (OSError, ValueError, ValidationError):
            return None
    return None
