"""From a trained network to a candidate: temperature, scores, card, files, and the registry."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import ModelError
from ai_afm.flywheel.calibrate import Answers, answers, likeliest_temperature, measure
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.model_records import Lineage, Registered
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.rounds.held import Held
from ai_afm.flywheel.rounds.plan import Plan
from ai_afm.segment.model_file import (
    NETWORK,
    OUTSIDE,
    DecisionCard,
    LoadedModel,
    ModelCard,
    write_model,
)
from ai_afm.segment.predict import build_network
from ai_afm.segment.unet import UNet, folded

PARENTS = "parent_"
"""Before the names of the parent's scores on a card."""
_EXAMPLES = 77
"""Keeps the examples for the temperature apart from what else is drawn from a seed."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What a temperature is chosen on, and scores are taken on.

    Parameters
    ----------
    simulated
        Crops of worlds that were not learned from.
    corrected
        Crops of the corrections to validate on; empty where there are none.
    """

    simulated: Sequence[TrainingCrop]
    corrected: Sequence[TrainingCrop]


@dataclass(frozen=True, slots=True)
class LearnedFrom:
    """What a round has learned from, for card and registry.

    Parameters
    ----------
    corrections, crops
        Number of corrections, and of the crops of them.
    replay
        Number of simulated crops.
    annotators
        Share of the draws of each annotator.
    """

    corrections: int
    crops: int
    replay: int
    annotators: Mapping[str, float]


def judged(
    network: UNet, parent: LoadedModel, checks: Checks, seed: int
) -> tuple[DecisionCard, dict[str, float], dict[str, float]]:
    """Return the decision of a trained network, its scores with that, and its parent's scores.

    Its temperature is the parent's, times what the likeliest one on the checks has changed by: a
    few checks tell a change better than a value. Scores on corrections have "corrected_" before
    their names. Both models are asked about the same examples.
    """
    seen = _seen(folded(network), checks, seed)
    before = _seen(build_network(parent), checks, seed)
    own = parent.card.decision
    change = likeliest_temperature(_joined(seen)) / likeliest_temperature(_joined(before))
    decision = own.model_copy(update={"temperature": round(own.temperature * change, 4)})
    return decision, _measured(seen, decision), _measured(before, own)


def _joined(seen: Mapping[str, Answers]) -> Answers:
    parts = list(seen.values())
    return Answers(
        np.concatenate([p.logits for p in parts]), np.concatenate([p.targets for p in parts])
    )


def _seen(plain: UNet, checks: Checks, seed: int) -> dict[str, Answers]:
    """Return what a folded network says, by the prefix of the scores."""
    kinds = (("", checks.simulated), ("corrected_", checks.corrected))
    return {
        prefix: answers(plain, crops, np.random.default_rng([seed, _EXAMPLES]))
        for prefix, crops in kinds
        if crops
    }


def _measured(seen: Mapping[str, Answers], decision: DecisionCard) -> dict[str, float]:
    return {
        prefix + name: value
        for prefix, found in seen.items()
        for name, value in measure(found, decision).items()
    }


def enter(
    registry: Registry,
    work: Path,
    plan: Plan,
    model: tuple[ModelCard, Mapping[str, NDArray[np.generic]]],
    lineage: Lineage,
) -> Registered:
    """Write a model and enter it as a candidate; done again after a kill, it is entered once.

    Parameters
    ----------
    registry
        Of the lab.
    work
        Folder of the round.
    plan
        Of the round.
    model
        Card and arrays.
    lineage
        What it was trained on, and whose corrections are in that.
    """
    made = work / "made"
    # whatever a killed process has left there; the registry's own copy counts
    shutil.rmtree(made, ignore_errors=True)
    folder = write_model(made, *model)
    reason = f"trained on dataset {plan.task.dataset_name} from {plan.task.parent}"
    known = registry.add(folder, plan.who, reason, lineage)
    shutil.rmtree(made, ignore_errors=True)
    return known


def described(
    plan: Plan, parent: LoadedModel, kept: Held, learned: LearnedFrom, checks: Checks
) -> tuple[ModelCard, dict[str, NDArray[np.generic]]]:
    """Return card and arrays of the model that comes out of a round.

    The judge of frames outside the model's world is the parent's.
    """
    task, network = plan.task, kept.network
    decision, metrics, before = judged(network, parent, checks, task.settings.seed)
    weights = {NETWORK + n: v.detach().numpy() for n, v in network.state_dict().items()}
    judge = {n: a for n, a in parent.arrays.items() if n.startswith(OUTSIDE)}
    name, _, version = plan.model.partition("@")
    s = task.settings
    card = ModelCard(
        name=name,
        version=version,
        description=parent.card.description,
        created=plan.created,
        parents=(parent.spec,),
        command=f"ai-afm train --dataset {task.dataset} --parent {parent.spec} --seed {s.seed} "
        f"--steps {s.steps}",
        seed=s.seed,
        data=f"{learned.corrections} corrections of {len(learned.annotators)} people, dataset "
        f"{task.dataset} ({learned.crops} crops), and {learned.replay} simulated crops replayed",
        weights_sha256="",
        network=parent.card.network,
        decision=decision,
        training={
            **asdict(s),
            "keep": kept.keep,
            **{f"replay_{name}": value for name, value in asdict(task.bank).items()},
            "torch": task.torch,
        },
        metrics={**metrics, **{PARENTS + name: value for name, value in before.items()}},
    )
    if not all(np.isfinite(a).all() for a in weights.values()):
        raise ModelError(f"the weights of {plan.model} are not finite: the training has failed")
    return card, {**weights, **judge}
