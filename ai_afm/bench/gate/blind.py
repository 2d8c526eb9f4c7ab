"""A model that has to learn: the shipped one after it was taught to overlook most of a material."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ai_afm.bench.gate.material import Material
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.gate.cases import Case, recorded
from ai_afm.flywheel.gate.scores import f1
from ai_afm.flywheel.gate.tally import NAMED, Looker, tally
from ai_afm.flywheel.rounds.held import blended
from ai_afm.flywheel.rounds.learn import RoundSettings, learn, network_of
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.segment.model_file import NETWORK, LoadedModel, load_model, write_model
from ai_afm.segment.unet import UNet, folded

BLIND_SEED = 6_500_009
"""Of the worlds that it is taught on."""
OTHERS = ("domains", "both", "grains", "twins", "bare")
"""Mixes of the twin's worlds that it keeps seeing, those without the material."""
KEEPS = tuple(float(k) for k in np.linspace(0, 0.95, 20))
"""Shares of the shipped model's weights that are mixed in again, in turn."""
_CHECKS = 5000
"""First world that the sight is measured on."""


@dataclass(frozen=True, slots=True)
class Blinding:
    """How a model is blinded: the round, and how many worlds of the material and of each other.

    It shall keep `sight` of the shipped model's F1 on the material, as models do on materials that
    they have never met: one that draws nothing at all gets no corrections worth the name.
    """

    round: RoundSettings = field(
        default_factory=lambda: RoundSettings(seed=5, steps=160, corrected=1, learning_rate=1e-3)
    )
    worlds: int = 16
    others: int = 10
    crops: int = 4
    sight: float = 0.5


def blinded(material: Material, models: Path, how: Blinding | None = None) -> LoadedModel:
    """Return the blinded model of a material; made when the folder has none yet.

    The shipped model has seen every material of the twin, so no sample of the twin is new to it.
    This one has learned that lines of the material are background, and nothing else; then as much
    of the shipped one is mixed in again as gives it part of its sight (Wortsman et al., CVPR 2022,
    DOI 10.1109/CVPR52688.2022.00780).
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
    checks = _crops(material, _CHECKS, how.worlds, how.crops)
    network = with_sight(parent, learn(how.round, parent, blank, kept), checks, how.sight)
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


def with_sight(parent: LoadedModel, blind: UNet, checks: list[TrainingCrop], sight: float) -> UNet:
    """Return the blind network with the least of the parent in it that gives it enough sight.

    Parameters
    ----------
    parent, blind
        The shipped model, and its network after it was blinded, batch norm not folded.
    checks
        Crops of the material that neither has learned from.
    sight
        Share of the parent's F1 (lines and their classes, 2 px), 0 to 1, that it shall reach; where
        no share of `KEEPS` is enough, the largest is taken.
    """
    start, decision = network_of(parent), parent.card.decision
    cases = [Case(c, recorded(c), (), str(n)) for n, c in enumerate(checks)]

    def seen(network: UNet) -> float:
        return float(f1(tally(Looker(folded(network), decision), cases).sum(axis=0), NAMED))

    enough = sight * seen(start)
    for keep in KEEPS:
        network = blended(start, blind, keep)
        if seen(network) >= enough:
            break
    return network


def _crops(material: Material, first: int, worlds: int, count: int) -> list[TrainingCrop]:
    made = [
        crop
        for world in range(first, first + worlds)
        for crop in twin_crops(BLIND_SEED, world, count, mixes=material.mixes)
    ]
    return [c for c in made if all(np.isfinite(i).all() for i in c.channels.values())]
