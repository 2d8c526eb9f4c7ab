"""Train a model on the twin alone, in a process of its own: `python -m ai_afm.flywheel.train`.

The same settings give the same model on the same machine and library versions: crops, order and
weights depend on the seed only, the schedule on steps and never on the clock.
"""

import argparse
import datetime
import logging
import multiprocessing
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ai_afm.errors import ModelError
from ai_afm.flywheel.calibrate import answers, decide, measure
from ai_afm.flywheel.crops import CLASSES, CropMaker, TrainingCrop
from ai_afm.flywheel.fit import TrainSettings, fit, take_mean
from ai_afm.flywheel.foreign import foreign_crops
from ai_afm.flywheel.outside import fit_judge
from ai_afm.flywheel.painted.crops import painted_crops
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.image.channels import pick
from ai_afm.image.normalise import PLANES, RAISED
from ai_afm.image.readers import read_reference
from ai_afm.segment.evaluate import evaluate_reference
from ai_afm.segment.model_file import (
    NETWORK,
    OUTSIDE,
    LoadedModel,
    ModelCard,
    NetworkCard,
    load_model,
    read_model,
    set_active,
    write_model,
)
from ai_afm.segment.outside import Judge, judge_from
from ai_afm.segment.unet import folded

log = logging.getLogger(__name__)

_VALIDATION = 1_000_003
"""Added to the seed: validation worlds are never training worlds."""


def make_crops(
    maker: CropMaker, seed: int, worlds: int, count: int, processes: int
) -> list[TrainingCrop]:
    """Return `count` crops of each of `worlds` worlds; one or more spawned processes make them.

    Crops in which the instrument got no reading somewhere (a loop that cannot lock) are left out.
    """
    job = partial(_job, maker, seed, count)
    if processes <= 1:
        return list(chain.from_iterable(map(job, range(worlds))))
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return list(chain.from_iterable(pool.imap(job, range(worlds))))


def _job(maker: CropMaker, seed: int, count: int, world: int) -> Sequence[TrainingCrop]:
    crops = maker(seed, world, count)
    return [c for c in crops if all(np.isfinite(image).all() for image in c.channels.values())]


def train(
    settings: TrainSettings,
    out: Path,
    makers: Sequence[CropMaker] = (twin_crops, painted_crops),
    references: Sequence[Path] = (),
) -> dict[str, float]:
    """Train a model and write it.

    Parameters
    ----------
    settings
        How.
    out
        Models folder; `<out>/<name>/<version>` is made.
    makers
        Where crops come from: each gives as many.
    references
        Real scans with references. They are scored last and choose nothing; the card shows the
        scores.

    Returns
    -------
    metrics
        Scores on simulated validation crops.

    Raises
    ------
    ModelError
        When the version exists already.
    """
    s = settings
    if (out / s.name / s.version).exists():
        raise ModelError(
            f"{s.name}@{s.version} is in {out} already and a version never changes; give another"
        )
    log.info("making %d + %d worlds", s.worlds, s.validation_worlds)
    crops, checks = [], []
    for maker in makers:
        crops += make_crops(maker, s.seed, s.worlds, s.crops_per_world, s.processes)
        checks += make_crops(
            maker, s.seed + _VALIDATION, s.validation_worlds, s.validation_crops, s.processes
        )
    count = int(s.crops_per_world * s.foreign)
    silent = make_crops(foreign_crops, s.seed, s.worlds, count, s.processes)
    return train_on(settings, out, crops, checks, references, silent)


def train_on(
    settings: TrainSettings,
    out: Path,
    crops: Sequence[TrainingCrop],
    checks: Sequence[TrainingCrop],
    references: Sequence[Path] = (),
    silent: Sequence[TrainingCrop] = (),
) -> dict[str, float]:
    """Train on ready crops, choose on `checks`, and write the model; see `train`.

    The network, not the judge of foreign frames, also learns from `silent`: crops without lines.
    """
    parent = load_model(settings.parent, [out]) if settings.parent else None
    others = [load_model(n, [out]) for n in settings.mean_with.split(",") if n]
    network = fit(settings, [*crops, *silent], parent)
    take_mean(network, others)
    judge = _judge(settings, parent, crops, checks)
    seen = answers(folded(network), checks, np.random.default_rng([settings.seed, 77]))
    decision = decide(seen)
    metrics = measure(seen, decision)
    weights = {NETWORK + n: v.detach().numpy() for n, v in network.state_dict().items()}
    arrays: dict[str, NDArray[np.generic]] = {**weights, **judge.arrays(OUTSIDE)}
    card = ModelCard(
        name=settings.name,
        version=settings.version,
        description="Domain walls and grain boundaries in AFM and PFM scans, line by line",
        created=datetime.datetime.now(datetime.UTC).date().isoformat(),
        parents=settings.parents,
        command=settings.command,
        seed=settings.seed,
        data=f"simulated only: {len(crops)} crops of {settings.worlds} random worlds of the twin "
        f"and as many painted ones, {len(silent)} without a sample; no real scan",
        weights_sha256="",
        network=NetworkCard(
            inputs=RAISED if settings.raised else PLANES,
            classes=CLASSES,
            width=settings.width,
            depth=settings.depth,
        ),
        decision=decision,
        training={
            "steps": settings.steps,
            "judge_steps": settings.judge_steps,
            "batch": settings.batch,
            "worlds": settings.worlds,
            "crops_per_world": settings.crops_per_world,
            "learning_rate": settings.learning_rate,
            "torch": torch.__version__,
        },
        metrics=metrics,
    )
    validation = real_scores(LoadedModel(card, out, arrays), references)
    folder = write_model(out, card.model_copy(update={"validation": validation}), arrays)
    read_model(folder)
    log.info("wrote %s: %s", folder, metrics)
    return metrics


def _judge(
    settings: TrainSettings,
    parent: LoadedModel | None,
    crops: Sequence[TrainingCrop],
    checks: Sequence[TrainingCrop],
) -> Judge:
    """Train the judge of foreign frames, or keep the parent's."""
    if settings.judge_steps:
        return fit_judge(crops, checks, settings.seed, settings.judge_steps, raised=settings.raised)
    kept = None if parent is None else judge_from(parent.arrays, OUTSIDE)
    if kept is None:
        raise ModelError("judge_steps 0 keeps the judge of a parent; name a parent, or give steps")
    if parent is not None and parent.card.network.raised != settings.raised:
        raise ModelError(
            f"the judge of {parent.spec} knows other planes than are asked for (raised: "
            f"{settings.raised}); give judge_steps, 6000 for example"
        )
    return kept


def real_scores(model: LoadedModel, references: Sequence[Path]) -> dict[str, float]:
    """Return F1 (recall where only that means something) at 2 px on real references, by name."""
    scores: dict[str, float] = {}
    for path in references:
        reference = read_reference(path)
        sets = {"all": None, "no_phase": ("height", "amplitude")}
        if pick(reference.frame, "phase") is None:
            sets = {"all": None}
        for label, channels in sets.items():
            result = evaluate_reference(path, "unet", model, channels)
            for key in ("f1_2px",) if reference.use == "full" else ("recall_2px",):
                value = result[key]
                if isinstance(value, float):
                    scores[f"{path.stem}_{label}_{key}"] = round(value, 4)
    return scores


def main(arguments: Sequence[str] | None = None) -> None:
    """Train a model with settings from the command line."""
    parser = argparse.ArgumentParser(description="Train a model on the digital twin alone.")
    parser.add_argument("--out", type=Path, default=Path("models"), help="models folder")
    parser.add_argument("--references", type=Path, nargs="*", default=[], help="scored, never used")
    parser.add_argument("--activate", action="store_true", help="let active.toml name the result")
    for name, value in asdict(TrainSettings()).items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            parser.add_argument(flag, action="store_true")
        else:
            parser.add_argument(flag, type=type(value), default=value)
    options = vars(parser.parse_args(arguments))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    out, references, activate = (options.pop(k) for k in ("out", "references", "activate"))
    settings = TrainSettings(**options)
    train(settings, out, references=references)
    if activate:
        set_active(out, f"{settings.name}@{settings.version}")


if __name__ == "__main__":
    main()
