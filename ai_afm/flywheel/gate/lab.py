"""The gate in a lab: what there is to judge by, the report, and the record of it."""

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ai_afm.errors import BadInput, ModelError
from ai_afm.flywheel.crops import CLASSES
from ai_afm.flywheel.gate.bank import Golden, GoldenSettings, golden_bank
from ai_afm.flywheel.gate.cases import Case
from ai_afm.flywheel.gate.findings import Judgement, Limits
from ai_afm.flywheel.gate.gathered import (
    HELD_OUT,
    LEARNED,
    Sides,
    golden_cases,
    newest_sides,
    own_cases,
)
from ai_afm.flywheel.gate.judge import LOOKS, Contest, Evidence, judge
from ai_afm.flywheel.gate.lineage import golden_sets, leak_findings, learned
from ai_afm.flywheel.gate.tally import COLUMNS, Counts, Looker, tally
from ai_afm.flywheel.headway import Headway
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.model_file import LoadedModel, active_model, load_model, shipped_models
from ai_afm.segment.predict import build_network
from ai_afm.store import platform

log = logging.getLogger(__name__)

FORMAT = 1


@dataclass(frozen=True, slots=True)
class GateSettings:
    """How a lab's gate judges.

    Parameters
    ----------
    limits
        What a candidate must keep to.
    golden
        The simulated golden crops.
    seed
        Of the bootstrap.
    """

    limits: Limits = field(default_factory=Limits)
    golden: GoldenSettings = field(default_factory=GoldenSettings)
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """All that a gate has gathered and found, for the record and for a page.

    Parameters
    ----------
    active, candidate
        The models.
    own
        The newest corrections as cases, the ones that decide.
    judgement
        What was found.
    number
        Of the record in the registry.
    """

    active: LoadedModel
    candidate: LoadedModel
    own: tuple[Case, ...]
    judgement: Judgement
    number: int


def hear(
    store: FlywheelStore,
    spec: str,
    settings: GateSettings | None = None,
    shipped: Path | None = None,
    headway: Headway | None = None,
) -> Hearing:
    """Judge a candidate of a lab against the active model, and write it down.

    Parameters
    ----------
    store
        Of the lab.
    spec
        "name@version" of the candidate.
    settings
        How.
    shipped
        Models folder after the lab's own, the one that ships by default.
    headway
        Told of worlds that are made, and of looks at crops.

    Returns
    -------
    Hearing
        The registry lets a model be promoted only when its newest report has passed, and while the
        model is active that it was compared with.

    Raises
    ------
    ModelError
        When one of the models is missing or damaged.
    BadInput
        When the candidate is the active model.
    StoreError
        When a stored frame or label is damaged.
    """
    s, headway = settings or GateSettings(), headway or Headway()
    registry = Registry(store, shipped)
    active, candidate = _models(registry, store, spec, shipped)
    known, before = learned(store, spec), learned(store, active.spec)
    golden = golden_bank(s.golden, store.lab.path / "cache", headway)
    sides = newest_sides(store, known, before)
    own = own_cases(sides)
    contest = Contest(looker_of(active), looker_of(candidate))
    simulated = golden.cases()
    evidence = Evidence(
        simulated=simulated,
        golden=[golden_cases(store, f) for f in golden_sets(store)],
        own=own,
        labels=[*sides.learned, *sides.held] if known.own is not None else [],
        before=_remembered(store, golden, active, contest.active, simulated, headway),
    )
    found = judge(contest, evidence, s.limits, s.seed, headway=headway)
    findings = (*leak_findings(store, known), *found.findings)
    judged = Judgement(findings, _about(store, (active, candidate), golden, sides, s))
    number = registry.records.add_gate(spec, judged.as_json())
    return Hearing(active, candidate, tuple(own), judged, number)


def _models(
    registry: Registry, store: FlywheelStore, spec: str, shipped: Path | None
) -> tuple[LoadedModel, LoadedModel]:
    """Return the active model and the candidate, after their files were checked."""
    registry.check(spec)
    folders = [store.lab.models, shipped or shipped_models()]
    active = load_model(registry.active or active_model(folders), folders)
    candidate = load_model(spec, folders)
    if active.sha256 == candidate.sha256:
        raise BadInput(f"{spec} has the weights of the active model {active.spec}")
    for model in (active, candidate):
        if model.card.network.classes != CLASSES:
            raise ModelError(f"{model.spec} knows other classes than corrections have: {CLASSES}")
    return active, candidate


def looker_of(model: LoadedModel) -> Looker:
    """Return a model as it draws."""
    return Looker(build_network(model), model.card.decision)


def _remembered(
    store: FlywheelStore,
    golden: Golden,
    model: LoadedModel,
    looker: Looker,
    cases: Sequence[Case],
    headway: Headway,
) -> Counts:
    """Return the counts of the active model on the simulated crops; it is asked once."""
    about = [FORMAT, golden.sha256, model.sha256, model.card.decision.model_dump(), COLUMNS]
    key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    path = store.lab.path / "cache" / f"gate-active-{key[:16]}.npy"
    try:
        counts: Counts = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        if counts.shape == (len(cases), len(COLUMNS)) and np.isfinite(counts).all():
            return counts
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as exc:
        log.debug("%s: %s", path.name, exc)
    headway.begin(LOOKS, len(cases))
    counts = tally(looker, cases, headway)
    stream = io.BytesIO()
    np.save(stream, counts, allow_pickle=False)
    platform.write_atomically(path, stream.getvalue())
    return counts


def _about(
    store: FlywheelStore,
    models: tuple[LoadedModel, LoadedModel],
    golden: Golden,
    sides: Sides,
    settings: GateSettings,
) -> dict[str, Any]:
    active, candidate = models
    sets = golden_sets(store)
    dataset = sides.frozen.dataset.sha256 if sides.frozen else None
    data = [golden.sha256, [f.dataset.sha256 for f in sets], dataset]
    return {
        "model": candidate.spec,
        "model_sha256": candidate.sha256,
        "against": active.spec,
        "against_sha256": active.sha256,
        "data_sha256": hashlib.sha256(json.dumps(data).encode()).hexdigest(),
        "golden_sets": [f.name for f in sets],
        "dataset": sides.frozen.name if sides.frozen else None,
        "dataset_sha256": dataset,
        "corrections": {
            "learned_from": len({one.revision for one in sides.learned}),
            "held_out": len({one.revision for one in sides.held}),
            "looked_at_again": sides.looked_at,
            "gain_measured_on": HELD_OUT if sides.held else LEARNED,
        },
        "simulated_crops": sum(len(c) for c in golden.crops.values()),
        "seed": settings.seed,
        "limits": {name: getattr(settings.limits, name) for name in Limits.__slots__},
    }
