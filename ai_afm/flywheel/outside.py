"""Train what tells a model that a frame lies outside its world (`ai_afm.segment.outside`)."""

import logging
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ai_afm.flywheel.crops import TrainingCrop, example
from ai_afm.flywheel.foreign import foreign_crop
from ai_afm.image.normalise import CHANNELS, normalise, start_state
from ai_afm.segment.outside import NARROWEST, PIECE, SETS, Judge, PieceNetwork, all_pieces
from ai_afm.types import FloatImage

log = logging.getLogger(__name__)

STEPS, BATCH = 6000, 8
"""Steps of the training, and frames of each kind in each."""
LIMIT = 99.0
"""Percentile of frames of the model's own world below the limit, for each set of channels."""
NARROW_SHARE = 0.12
"""Share of steps whose frames are narrow bands."""
_RATE, _WARM_UP, _REPORT_EVERY = 3e-3, 50, 250


def fit_judge(
    crops: Sequence[TrainingCrop],
    checks: Sequence[TrainingCrop],
    seed: int,
    steps: int = STEPS,
    *,
    raised: bool = False,
) -> Judge:
    """Train a judge on the model's training crops, and set its limits on validation crops.

    About 0.17 s of one thread a step. Foreign frames are painted as they are needed; no real scan
    is looked at.

    Parameters
    ----------
    crops, checks
        Training and validation crops, at least 64 x 64; labels do not matter.
    seed
        Of all choices.
    steps
        Of the training.
    raised
        Whether the model sees planes with raised contrast.
    """
    rng = np.random.default_rng([seed, 51])
    torch.manual_seed(seed)
    network = PieceNetwork()
    optimizer = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=1e-2)
    losses = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * _schedule(step, steps)
        pieces, foreign = _batch(crops, rng, raised)
        odds = network(torch.from_numpy(pieces))
        loss = functional.binary_cross_entropy_with_logits(odds, torch.from_numpy(foreign))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % _REPORT_EVERY == 0:
            recent = float(np.mean(losses[-_REPORT_EVERY:]))
            log.info("outside: step %d of %d, loss %.3f", step + 1, steps, recent)
    return _with_limits(network.eval().requires_grad_(False), checks, raised)


def _schedule(step: int, steps: int) -> float:
    fall = 0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * step / steps))
    return float(min(1.0, (step + 1) / min(_WARM_UP, max(steps // 10, 1))) * fall)


def _batch(
    crops: Sequence[TrainingCrop], rng: np.random.Generator, raised: bool
) -> tuple[FloatImage, NDArray[np.float32]]:
    """Return pieces of as many known as foreign frames, and which are foreign (1) or not (0)."""
    lines, pixels = crops[0].label.shape
    if rng.random() < NARROW_SHARE:
        pixels = int(rng.integers(NARROWEST, min(PIECE, pixels)))
    pieces, foreign = [], []
    for number in range(2 * BATCH):
        crop = crops[int(rng.integers(len(crops)))]
        if number % 2:
            crop = foreign_crop(rng, (lines, pixels))
        cut = all_pieces(example(crop, rng, (lines, pixels), raised=raised)[0])
        cut = cut[cut[:, -len(CHANNELS) :].any(axis=(1, 2, 3))]
        pieces.append(cut)
        foreign.append(np.full(len(cut), number % 2, np.float32))
    return np.concatenate(pieces), np.concatenate(foreign)


def _with_limits(network: PieceNetwork, checks: Sequence[TrainingCrop], raised: bool) -> Judge:
    limit = np.zeros(SETS)
    judge = Judge(network, limit)
    for channels in range(1, SETS):
        names = [name for i, name in enumerate(CHANNELS) if channels >> i & 1]
        odds = [float(judge.odds(p).mean()) for p in _pieces(checks, names, raised)]
        limit[channels] = np.percentile(odds, LIMIT)
    return Judge(network, limit)


def _pieces(
    checks: Sequence[TrainingCrop], names: Sequence[str], raised: bool
) -> Iterator[FloatImage]:
    for crop in checks:
        channels = {name: crop.channels[name].astype(np.float32) for name in names}
        yield all_pieces(normalise(channels, start_state(channels, raised=raised))[0])
