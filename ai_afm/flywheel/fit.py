"""Fit a network to crops: settings, batches, and the schedule of one training."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import torch

from ai_afm.flywheel.calibrate import DRAWN
from ai_afm.flywheel.crops import CLASSES, IGNORED, TrainingCrop, example, window
from ai_afm.flywheel.losses import line_loss
from ai_afm.image.normalise import PLANES
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.predict import weights_of
from ai_afm.segment.row_cache import padded
from ai_afm.segment.unet import Architecture, UNet

log = logging.getLogger(__name__)

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
    foreign
        Crops without a sample, as a share of `crops_per_world`.
    validation_worlds, validation_crops
        The same for validation.
    steps, batch
        Number of steps, and crops in each.
    judge_steps
        Steps of what tells frames outside the model's world; 0 keeps the parent's.
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
    version: str = "2.3.0"
    seed: int = 1
    worlds: int = 600
    crops_per_world: int = 24
    foreign: float = 1 / 6
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
    make = partial(_batch, crops, settings.batch, rng, align)
    with ThreadPoolExecutor(1) as ahead:
        following = ahead.submit(make)
        for _ in range(settings.steps):
            ready = following.result()
            following = ahead.submit(make)
            yield ready


def _batch(
    crops: Sequence[TrainingCrop],
    size: int,
    rng: np.random.Generator,
    align: int,
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
