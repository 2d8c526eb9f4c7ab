"""A model that has to learn: the shipped one after it was taught to overlook a material."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ai_afm.bench.gate.material import Material
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.rounds.learn import RoundSettings, learn
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.segment.model_file import NETWORK, LoadedModel, load_model, write_model

BLIND_SEED = 6_500_009
"""Of the worlds that it is taught on."""
OTHERS = ("domains", "both", "grains", "twins", "bare")
"""Mixes of the twin's worlds that it keeps seeing, those without the material."""


@dataclass(frozen=True, slots=True)
class Blinding:
    """How a model is blinded: the round, and how many worlds of the material and of each other."""

    round: RoundSettings = field(
        default_factory=lambda: RoundSettings(seed=5, steps=160, corrected=1, learning_rate=1e-3)
    )
    worlds: int = 16
    others: int = 10
    crops: int = 4


def blinded(material: Material, models: Path, how: Blinding | None = None) -> LoadedModel:
    """Return the blinded model of a material; made when the folder has none yet.

    The shipped model has seen every material of the twin, so no sample of the twin is new to it.
    This one has learned that lines of the material are background, and nothing else.
    """
    name = f"blind-{material.name}"
    if (models / name / "1.0.0").is_dir():
        return load_model(f"{name}@1.0.0", [models])
    how = how or Blinding()
    parent = load_model()
    own = _crops(material, 0, how.worlds, how.crops)
    blank = [
        replace(c, label=np.zeros_like(c.label), visible=np.zeros_like(c.visible)) for c in own
    ]
    kept = [
        crop
        for k, mix in enumerate(OTHERS)
        if not (set(material.mixes) & {mix} or (mix == "both" and "twins" in material.mixes))
        for crop in _crops(Material(mix, {mix: 1.0}), 1000 * (k + 1), how.others, how.crops)
    ]
    network = learn(how.round, parent, blank, kept)
    weights = {NETWORK + n: v.detach().numpy() for n, v in network.state_dict().items()}
    judge = {n: a for n, a in parent.arrays.items() if not n.startswith(NETWORK)}
    card = parent.card.model_copy(
        update={
            "name": name,
            "version": "1.0.0",
            "description": f"{parent.spec}, taught to overlook {material.name}; for a benchmark",
            "parents": (parent.spec,),
            "weights_sha256": "",
            "metrics": {},
            "validation": {},
        }
    )
    write_model(models, card, {**weights, **judge})
    return load_model(f"{name}@1.0.0", [models])


def _crops(material: Material, first: int, worlds: int, count: int) -> list[TrainingCrop]:
    made = [
        crop
        for world in range(first, first + worlds)
        for crop in twin_crops(BLIND_SEED, world, count, mixes=material.mixes)
    ]
    return [c for c in made if all(np.isfinite(i).all() for i in c.channels.values())]
