"""Fit what names lines by their surroundings: `python -m ai_afm.flywheel.fit_namer`.

The network that finds the lines is ready by then. Its answers about new simulated frames, larger
than the crops it was trained on, are traced, and each run of a line learns what it really was.
"""

import argparse
import logging
import multiprocessing
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ai_afm.flywheel.crops import TrainingCrop, cut, kept_channels, turned
from ai_afm.flywheel.painted.crops import CROWDED, painted_crops
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.image.normalise import CHANNELS, normalise, start_state
from ai_afm.microscope.simulated import recipes
from ai_afm.segment.decide import probabilities
from ai_afm.segment.model_file import LoadedModel, load_model
from ai_afm.segment.predict import build_network
from ai_afm.segment.row_cache import padded
from ai_afm.segment.unet import UNet
from ai_afm.survey import namer
from ai_afm.survey.namer import CODES, Layer, Namer
from ai_afm.survey.surroundings import Lines, Runs, describe
from ai_afm.survey.tracing import Extraction, Traced, traced
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, Segmentation

log = logging.getLogger(__name__)

SIDES = tuple(range(96, 257, 16))
"""Lines and pixels of the frames."""
BAND_SHARE, BANDS = 0.15, (16, 64)
"""Share of frames that are narrow bands, and how narrow, px."""
WITH_ALL, WITHOUT_PHASE, HEIGHT_ONLY = 0.62, 0.18, 0.08
"""Shares of frames with these channels; others as a training of the network draws them."""
REACH = 3.0
"""Distance at which a line is the true one, px."""
FRAMES_OF_A_WORLD = 2

_STREAM = 53
_BATCH = 4096
_DROPOUT = (0.1, 0.2, 0.2)
"""Share of inputs, and of both hidden layers, left out of each step."""

Table = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Features of runs (runs, features), and how many pixels of each are of each class (runs, 6)."""


@dataclass(frozen=True, slots=True)
class NamingSettings:
    """How a namer is fitted.

    Parameters
    ----------
    model
        "name@version" of the network whose lines it names; empty for the active one.
    seed
        Of frames and weights; never that of a training of the network.
    twin_worlds, painted_frames
        How many; two frames of each world of the twin.
    hidden
        Neurons of both hidden layers.
    epochs, learning_rate, weight_decay
        Of the fit; the rate falls as half a cosine.
    processes
        Processes that make frames (the result does not depend on it).
    """

    model: str = ""
    seed: int = 7001
    twin_worlds: int = 1600
    painted_frames: int = 3000
    hidden: int = 96
    epochs: int = 14
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    processes: int = 2


def twin_frames(seed: int, number: int) -> list[TrainingCrop]:
    """Image two places of one world of the twin."""
    side = int(np.random.default_rng([seed, number, _STREAM]).choice(SIDES))
    return twin_crops(seed, number, FRAMES_OF_A_WORLD, side, recipes.CROWDED)


def painted_frames(seed: int, number: int) -> list[TrainingCrop]:
    """Paint one frame."""
    lines, pixels = np.random.default_rng([seed, number, _STREAM]).choice(SIDES, 2).tolist()
    return painted_crops(seed, number, 1, (lines, pixels), CROWDED)


def table(crop: TrainingCrop, model: LoadedModel, rng: np.random.Generator) -> Table | None:
    """Let a model look at a frame, and describe the lines that it finds; `None` without any.

    Parameters
    ----------
    crop
        The frame.
    model
        The model.
    rng
        Draws mirroring, the turn of the phase, and the channels that are kept.
    """
    crop = turned(_band(crop, rng), rng)
    kept = _channels(rng)
    channels = {name: crop.channels[name] for name in kept}
    raised = _network(model.spec).architecture.raised
    planes, _ = normalise(channels, start_state(channels, raised=raised))
    lines = traced(_segmented(planes, model), np.ones(len(crop.label), bool), Extraction())
    if lines is None:
        return None
    values = np.stack([lines.along(code) for code in CODES])
    runs, features = describe(Lines(lines.chains, lines.numbers, lines.edge, lines.valid, values))
    return features, _truth(lines, crop, "phase" in kept, runs)


def _band(crop: TrainingCrop, rng: np.random.Generator) -> TrainingCrop:
    """Cut a narrow band out of some frames: there the surroundings tell little."""
    lines, pixels = crop.label.shape
    if rng.random() > BAND_SHARE:
        return crop
    narrow = int(rng.integers(*BANDS))
    shape = (narrow, pixels) if rng.random() < 0.5 else (lines, narrow)
    return cut(crop, rng, shape)


def _channels(rng: np.random.Generator) -> tuple[str, ...]:
    drawn = rng.random()
    for share, names in (
        (WITH_ALL, CHANNELS), (WITHOUT_PHASE, CHANNELS[:2]), (HEIGHT_ONLY, CHANNELS[:1])
    ):  # fmt: skip
        if drawn < share:
            return tuple(names)
        drawn -= share
    return kept_channels(rng)


@torch.inference_mode()
def _segmented(planes: NDArray[np.float32], model: LoadedModel) -> Segmentation:
    network = _network(model.spec)
    lines, pixels = planes.shape[1:]
    batch = padded(torch.from_numpy(planes)[None], network.architecture.align)
    logits = network(batch.contiguous(memory_format=torch.channels_last))[0, :, :lines, :pixels]
    probability = probabilities(logits, model)
    label = np.zeros((lines, pixels), np.uint8)
    doubt = (1 - probability.max(axis=0)).astype(np.float32)
    classes = model.card.network.classes
    return Segmentation(probability, classes, label, doubt, model.spec, model.sha256, lines)


@cache
def _network(spec: str) -> UNet:
    return build_network(load_model(spec))


def _truth(lines: Traced, crop: TrainingCrop, typed: bool, runs: Runs) -> NDArray[np.float32]:
    """Return how many pixels of each run are of no line and of each class, (runs, 6).

    The type of a wall is asked for where a phase was recorded.
    """
    label = crop.label
    if not typed:
        label = np.where(np.isin(label, DOMAIN_WALL_CODES), ClassCode.WALL, label)
    there = np.isin(label, CODES)
    at = tuple(lines.chains.pixels.T)
    true = np.zeros(len(lines.chains.pixels), int)
    if there.any():
        distance, nearest = cv2.distanceTransformWithLabels(
            (~there).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE,
            labelType=cv2.DIST_LABEL_PIXEL,
        )  # fmt: skip
        codes = np.zeros(nearest.max() + 1, int)
        codes[nearest[there]] = label[there]
        true = np.where(distance[at] <= REACH, codes[nearest[at]], 0)
    asked = ~crop.ignore[at]
    counts = np.stack([(true == code) & asked for code in (0, *CODES)]).astype(np.float32)
    return np.asarray(np.add.reduceat(counts, runs.first, axis=1).T)


def _job(spec: str, seed: int, twin: bool, number: int) -> list[Table]:
    torch.set_num_threads(1)
    model = load_model(spec)
    rng = np.random.default_rng([seed, number, _STREAM, int(twin)])
    made = twin_frames(seed, number) if twin else painted_frames(seed, number)
    whole = [c for c in made if all(np.isfinite(image).all() for image in c.channels.values())]
    tables = [table(crop, model, rng) for crop in whole]
    return [one for one in tables if one is not None]


def make_tables(settings: NamingSettings, spec: str) -> list[Table]:
    """Make all frames and describe the lines that a model finds in them, frame by frame."""
    jobs = [(partial(_job, spec, settings.seed, True), settings.twin_worlds)]
    jobs.append((partial(_job, spec, settings.seed, False), settings.painted_frames))
    if settings.processes <= 1:
        return [*chain.from_iterable(one for job, n in jobs for one in map(job, range(n)))]
    tables: list[Table] = []
    with multiprocessing.get_context("spawn").Pool(settings.processes) as pool:
        for job, number in jobs:
            for k, made in enumerate(pool.imap(job, range(number), chunksize=8)):
                tables += made
                if (k + 1) % 100 == 0:
                    log.info("%d of %d, %d frames", k + 1, number, len(tables))
    return tables


def fit(settings: NamingSettings, tables: Sequence[Table]) -> Namer:
    """Fit a namer to tables of frames."""
    torch.manual_seed(settings.seed)
    torch.set_num_threads(1)
    features = np.concatenate([x for x, _ in tables])
    center, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    limit = namer.FARTHEST
    inputs = torch.from_numpy(np.clip((features - center) / scale, -limit, limit))
    # a frame with many lines says the same thing often
    counts = [y / np.sqrt(len(y)) for _, y in tables]
    asked = torch.from_numpy(np.concatenate(counts))
    network = _layers(features.shape[1], settings.hidden)
    optimizer = torch.optim.AdamW(
        network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    steps = settings.epochs * -(-len(inputs) // _BATCH)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(settings.epochs):
        losses = []
        for chosen in torch.split(torch.randperm(len(inputs)), _BATCH):
            likelihood = torch.log_softmax(network(inputs[chosen]), dim=1)
            loss = -(asked[chosen] * likelihood).sum() / asked[chosen].sum().clamp_min(1e-6)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            fall.step()
            losses.append(float(loss.detach()))
        log.info("epoch %d of %d, loss %.4f", epoch + 1, settings.epochs, np.mean(losses))
    linear = [layer for layer in network if isinstance(layer, nn.Linear)]
    layers = [
        Layer(one.weight.detach().numpy().T.copy(), one.bias.detach().numpy()) for one in linear
    ]
    return Namer(center, scale, tuple(layers))


def _layers(inputs: int, hidden: int) -> nn.Sequential:
    first, second, third = (nn.Dropout(share) for share in _DROPOUT)
    return nn.Sequential(
        first, nn.Linear(inputs, hidden), nn.ReLU(), second, nn.Linear(hidden, hidden), nn.ReLU(),
        third, nn.Linear(hidden, 1 + len(CODES)),
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit a namer with settings from the command line and write it."""
    parser = argparse.ArgumentParser(description="Fit what names lines by their surroundings.")
    parser.add_argument("--out", type=Path, default=Path(namer.FILE), help="file to write")
    for name, value in asdict(NamingSettings()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    options = vars(parser.parse_args(arguments))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    out = options.pop("out")
    settings = NamingSettings(**options)
    spec = load_model(settings.model or None).spec
    made = fit(settings, make_tables(settings, spec))
    stored: dict[str, Any] = made.arrays() | {"fitted_to": np.array(spec)}
    np.savez_compressed(out, **stored)
    log.info("wrote %s, for the lines of %s", out, spec)


if __name__ == "__main__":
    main()
