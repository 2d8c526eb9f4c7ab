"""The base model that has never seen a material, and the one that has seen plenty of it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ai_afm.bench.flywheel.material import Material
from ai_afm.bench.flywheel.night import truth_of
from ai_afm.bench.quality.frames import Exam
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.datasets.learning import crops_in
from ai_afm.flywheel.fit import TrainSettings
from ai_afm.flywheel.foreign import foreign_crops
from ai_afm.flywheel.painted.crops import painted_crops
from ai_afm.flywheel.records import Window
from ai_afm.flywheel.rounds.learn import RoundSettings, learn
from ai_afm.flywheel.train import make_crops, train_on
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.segment.model_file import NETWORK, LoadedModel, load_model
from ai_afm.segment.unet import UNet

BASE = TrainSettings(
    name="base",
    version="1.0.0",
    seed=5001,
    worlds=160,
    validation_worlds=24,
    steps=3500,
    judge_steps=1000,
)
"""How the base model is trained: an eighth of what the shipped one had."""
PLENTY = RoundSettings(seed=5003, steps=1500, batch=8, corrected=2)
"""How the base model learns from plenty of perfectly labelled frames of the material: what it would
know had it been shown the material among all else. A quarter of each batch is the material, the
rest is replayed and held near what the base model says."""
_CHECKS = 1_000_003
"""Added to the seed: validation worlds are never training worlds."""


def base_crops(material: Material, seed: int, worlds: int, count: int) -> list[TrainingCrop]:
    """Return simulated crops without a material: `count` of each twin's and each painted world."""
    makers = (
        partial(twin_crops, mixes=material.mixes()),
        partial(painted_crops, scenes=material.scenes()),
    )
    found: list[TrainingCrop] = []
    for maker in makers:
        found += make_crops(maker, seed, worlds, count, processes=2)
    return found


def base_model(folder: Path, material: Material, settings: TrainSettings = BASE) -> LoadedModel:
    """Return the model that is to learn a material; trained when the folder has none yet."""
    if material.base:
        return load_model(material.base)
    s = settings
    if not (folder / s.name / s.version).is_dir():
        crops = base_crops(material, s.seed, s.worlds, s.crops_per_world)
        seed, count = s.seed + _CHECKS, s.validation_crops
        checks = base_crops(material, seed, s.validation_worlds, count)
        foreign = int(s.crops_per_world * s.foreign)
        silent = make_crops(foreign_crops, s.seed, s.worlds, foreign, processes=2)
        train_on(s, folder, crops, checks, silent=silent)
    return load_model(f"{s.name}@{s.version}", [folder])


def with_network(model: LoadedModel, network: UNet) -> LoadedModel:
    """Return a model with another network; all else stays."""
    own = {n: a for n, a in model.arrays.items() if not n.startswith(NETWORK)}
    weights = {NETWORK + n: v.detach().numpy().copy() for n, v in network.state_dict().items()}
    return LoadedModel(model.card, model.folder, own | weights)


def taught(
    folder: Path,
    base: LoadedModel,
    exams: Sequence[Exam],
    replay: Sequence[TrainingCrop],
    settings: RoundSettings = PLENTY,
) -> LoadedModel:
    """Return the base model after plenty of perfect labels; kept in the folder."""
    path = folder / "taught.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            return LoadedModel(base.card, base.folder, dict(stored))
    crops = [crop for exam in exams for crop in crops_in(exam.frame, _whole(exam), truth_of(exam))]
    model = with_network(base, learn(settings, base, crops, replay))
    np.savez(path, **model.arrays)  # type: ignore[arg-type]
    return model


def _whole(exam: Exam) -> Window:
    return Window(0, 0, *exam.label.shape)
