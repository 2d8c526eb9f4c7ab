"""Train a model on the twin alone, in a process of its own: `python -m ai_afm.flywheel.train`.

The same settings give the same model on the same machine and library versions: crops, order and
weights depend on the seed only, the schedule on steps and never on the clock.
"""

import argparse
import datetime
import logging
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ai_afm.errors import ModelError
from ai_afm.flywheel.calibrate import DRAWN, answers, decide, measure
from ai_afm.flywheel.crops import CLASSES, IGNORED, CropMaker, TrainingCrop, example, window
from ai_afm.flywheel.losses import line_loss
from ai_afm.flywheel.outside import fit_judge
from ai_afm.flywheel.painted.crops import painted_crops
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.image.channels import pick
from ai_afm.image.normalise import PLANES
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
from ai_afm.segment.predict import weights_of
from ai_afm.segment.row_cache import padded
from ai_afm.segment.unet import Architecture, UNet, folded

log = logging.getLogger(__name__)

_VALIDATION = 1_000_003
"""Added to the seed: validation worlds are never training worlds."""
_REPORT_EVERY = 100
_CLASS_WEIGHTS = (1.0, 1.5, 1.5, 1.5, 1.5, 1.0)
"""Of each class of `CLASSES`: lines are thin."""
_WARM_UP = 100
_GRADIENT_LIMIT = 2.0


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How a model is trained.

    Parameters
    ----------
    name, version
        Of the model.
    seed
        Of worlds, instruments, order and weights.
    worlds, crops_per_world
        Training worlds of each kind of world (the twin's and painted ones), and crops of each.
    validation_worlds, validation_crops
        The same for validation.
    steps, batch
        Number of steps, and crops in each.
    judge_steps
        Steps of what tells frames outside the model's world.
    width, depth
        Of the network.
    learning_rate
        The largest; it follows half a cosine down to 2 % over the steps.
    parent
        "name@version" whose weights it starts from; empty for random ones.
    processes
        Processes that make crops (the result does not depend on it).
    """

    name: str = "wallnet"
    version: str = "2.1.0"
    seed: int = 1
    worlds: int = 600
    crops_per_world: int = 24
    validation_worlds: int = 48
    validation_crops: int = 5
    steps: int = 22000
    batch: int = 8
    judge_steps: int = 2500
    width: int = 16
    depth: int = 3
    learning_rate: float = 2e-3
    parent: str = ""
    processes: int = 2

    @property
    def command(self) -> str:
        """The command that trains this model again."""
        options = {k: v for k, v in asdict(self).items() if k != "processes" and v != ""}
        flags = " ".join(f"--{k.replace('_', '-')} {v}" for k, v in options.items())
        return f"python -m ai_afm.flywheel.train {flags}"


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
    return train_on(settings, out, crops, checks, references)


def train_on(
    settings: TrainSettings,
    out: Path,
    crops: Sequence[TrainingCrop],
    checks: Sequence[TrainingCrop],
    references: Sequence[Path] = (),
) -> dict[str, float]:
    """Train on ready crops, choose on `checks`, and write the model; see `train`."""
    parent = load_model(settings.parent, [out]) if settings.parent else None
    network = fit(settings, crops, parent)
    judge = fit_judge(crops, checks, settings.seed, settings.judge_steps)
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
        parents=(settings.parent,) if settings.parent else (),
        command=settings.command,
        seed=settings.seed,
        data=f"simulated only: {len(crops)} crops of {settings.worlds} random worlds of the twin "
        f"and as many painted ones; no real scan",
        weights_sha256="",
        network=NetworkCard(
            inputs=PLANES, classes=CLASSES, width=settings.width, depth=settings.depth
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


def fit(
    settings: TrainSettings, crops: Sequence[TrainingCrop], parent: LoadedModel | None = None
) -> UNet:
    """Return a network trained on crops, from a parent's or from random weights.

    It learns on one thread while another makes the next batch.
    """
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    network = UNet(Architecture(len(PLANES), len(CLASSES), settings.width, settings.depth))
    if parent is not None:
        network.load_state_dict(weights_of(parent))
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=1e-4)
    class_weights = torch.tensor(_CLASS_WEIGHTS)
    losses: list[float] = []
    for step, (planes, targets) in enumerate(_batches(settings, crops, network.architecture.align)):
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * _schedule(step, settings.steps)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(planes)
        loss = line_loss(logits.float(), targets, class_weights, DRAWN)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), _GRADIENT_LIMIT)
        optimizer.step()
        losses.append(float(loss.detach()))
        if (step + 1) % _REPORT_EVERY == 0:
            recent = float(np.mean(losses[-_REPORT_EVERY:]))
            log.info("step %d of %d, loss %.3f", step + 1, settings.steps, recent)
    network.eval()
    return network


def _batches(
    settings: TrainSettings, crops: Sequence[TrainingCrop], align: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield a batch for each step; the next one is made while the caller works on this one."""
    rng = np.random.default_rng([settings.seed, 9])
    with ThreadPoolExecutor(1) as ahead:
        following = ahead.submit(_batch, crops, settings.batch, rng, align)
        for _ in range(settings.steps):
            ready = following.result()
            following = ahead.submit(_batch, crops, settings.batch, rng, align)
            yield ready


def _batch(
    crops: Sequence[TrainingCrop], size: int, rng: np.random.Generator, align: int
) -> tuple[torch.Tensor, torch.Tensor]:
    chosen = rng.integers(0, len(crops), size)
    shape = window(rng, crops[0].label.shape)
    planes, targets = zip(*(example(crops[i], rng, shape) for i in chosen), strict=True)
    batch = padded(torch.from_numpy(np.stack(planes)), align)
    asked = torch.from_numpy(np.stack(targets))
    right, below = (batch.shape[i] - asked.shape[i - 1] for i in (3, 2))
    asked = torch.nn.functional.pad(asked, (0, right, 0, below), value=IGNORED)
    return batch.contiguous(memory_format=torch.channels_last), asked


def _schedule(step: int, steps: int) -> float:
    """Return the share of the learning rate: a short rise, then half a cosine down to 2 %."""
    fall = 0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * step / steps))
    return float(min(1.0, (step + 1) / min(_WARM_UP, max(steps // 10, 1))) * fall)


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
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    options = vars(parser.parse_args(arguments))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    out, references, activate = (options.pop(k) for k in ("out", "references", "activate"))
    settings = TrainSettings(**options)
    train(settings, out, references=references)
    if activate:
        set_active(out, f"{settings.name}@{settings.version}")


if __name__ == "__main__":
    main()
