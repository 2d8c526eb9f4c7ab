"""What is chosen after training, on simulated crops only: the temperature."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ai_afm.flywheel.crops import CLASSES, TrainingCrop, example
from ai_afm.segment.metrics import near_share, thinned
from ai_afm.segment.model_file import DecisionCard
from ai_afm.segment.unet import UNet
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode

TEMPERATURES = np.geomspace(0.5, 3.0, 26)
WARMER = 1.15
"""Temperature over the likeliest one on validation crops.

These come from the recipe of the training, and every other sample is a little beyond it: on
benchmark worlds of seed 11 the likeliest temperature was too sure, and this one halved the gap of
confidence under the worst shifts at no cost elsewhere.
"""
THRESHOLD = 0.5
"""Probability of "any line" from which a pixel is called: then a line is likelier than none."""
MIN_PIXELS = 12
SMALLEST_PIXEL = 1e-10
"""m: a tenth of the smallest pixel that is simulated; the sharpest wall is 40 such pixels wide."""
TOLERANCE = 2.0
WALLS = tuple(CLASSES.index(c) for c in DOMAIN_WALL_CODES)
"""Class indices of domain walls."""
BOUNDARY = CLASSES.index(ClassCode.GRAIN_BOUNDARY)
DRAWN = (*WALLS, BOUNDARY)
"""Class indices that count as "any line"."""

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network says about examples, and what was asked.

    `logits` (n, classes, lines, pixels) float32, `targets` (n, lines, pixels) int64, negative
    where nothing is asked.
    """

    logits: Logits
    targets: NDArray[np.int64]


@torch.inference_mode()
def answers(network: UNet, crops: Sequence[TrainingCrop], rng: np.random.Generator) -> Answers:
    """Ask a folded network about one random example of each crop."""
    logits, targets = [], []
    for crop in crops:
        planes, expected = example(crop, rng, raised=network.architecture.raised)
        batch = torch.from_numpy(planes)[None].contiguous(memory_format=torch.channels_last)
        logits.append(network(batch)[0].numpy())
        targets.append(expected)
    return Answers(np.stack(logits), np.stack(targets))


def decide(seen: Answers) -> DecisionCard:
    """Choose the temperature on validation crops, a little above the likeliest.

    The threshold of a calibrated model needs no choice. Vectors go on below it (`survey.walls`).
    """
    return DecisionCard(
        temperature=float(np.round(WARMER * likeliest_temperature(seen), 4)),
        any_threshold=THRESHOLD,
        edge_threshold=0.5,
        min_pixels=MIN_PIXELS,
        smallest_pixel=SMALLEST_PIXEL,
    )


def measure(seen: Answers, decision: DecisionCard) -> dict[str, float]:
    """Return scores on validation answers: of any line, of each class, and calibration."""
    probability = _softmax(seen.logits / decision.temperature)
    every = line_score(probability, seen.targets, decision.any_threshold)
    metrics = every.named("any") | {"drawn_over_true_length": every.drawn / max(every.true, 1.0)}
    called = probability[:, list(DRAWN)].sum(axis=1) > decision.any_threshold
    boundary = probability[:, BOUNDARY] > probability[:, list(WALLS)].sum(axis=1)
    for name, group in (("wall", WALLS), ("grain_boundary", (BOUNDARY,))):
        own = called & (boundary == (group != WALLS))
        score = _pooled(own, np.isin(seen.targets, group), seen.targets < 0)
        metrics |= score.named(name)
    metrics["calibration_error"] = _calibration_error(probability, seen.targets)
    metrics["negative_log_likelihood"] = _likelihood(seen, decision.temperature)
    return {name: round(float(value), 4) for name, value in metrics.items()}


@dataclass(frozen=True, slots=True)
class LineScore:
    """How well thinned lines agree at 2 px: pixels drawn, of them right; true, of them found."""

    drawn: float
    right: float
    true: float
    found: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        precision, recall = self.right / max(self.drawn, 1.0), self.found / max(self.true, 1.0)
        return 2 * precision * recall / max(precision + recall, 1e-9)

    def named(self, name: str) -> dict[str, float]:
        """Return precision, recall and F1 under a name's keys."""
        return {
            f"{name}_precision_2px": self.right / max(self.drawn, 1.0),
            f"{name}_recall_2px": self.found / max(self.true, 1.0),
            f"{name}_f1_2px": self.f1,
        }


def line_score(probability: Logits, targets: NDArray[np.int64], threshold: float) -> LineScore:
    """Return the score of "any line" over all examples together."""
    called = probability[:, list(DRAWN)].sum(axis=1) > threshold
    return _pooled(called, np.isin(targets, DRAWN), targets < 0)


def _pooled(
    called: NDArray[np.bool_], bands: NDArray[np.bool_], ignore: NDArray[np.bool_]
) -> LineScore:
    drawn_total = right = true_total = found = 0.0
    for mask, band, skip in zip(called, bands, ignore, strict=True):
        drawn, true = thinned(mask, MIN_PIXELS), thinned(band)
        points, lines = drawn & ~skip, true & ~skip
        right += points.sum() * (near_share(points, true, TOLERANCE) or 0.0)
        found += lines.sum() * (near_share(lines, drawn, TOLERANCE) or 0.0)
        drawn_total += points.sum()
        true_total += lines.sum()
    return LineScore(drawn_total, right, true_total, found)


def _softmax(logits: Logits) -> Logits:
    return torch.from_numpy(logits).softmax(dim=1).numpy()


def _likelihood(seen: Answers, temperature: float) -> float:
    """Return the mean negative log likelihood of the asked pixels."""
    log = torch.from_numpy(seen.logits / np.float32(temperature)).log_softmax(dim=1)
    index = torch.from_numpy(np.maximum(seen.targets, 0))
    said = log.gather(1, index[:, None])[:, 0].numpy()
    return float(-said[seen.targets >= 0].mean())


def likeliest_temperature(seen: Answers) -> float:
    """Return the temperature of `TEMPERATURES` at which the targets are likeliest."""
    return float(min(TEMPERATURES, key=lambda t: _likelihood(seen, float(t))))


def _calibration_error(probability: Logits, targets: NDArray[np.int64]) -> float:
    """Return the expected calibration error of the probability of "any line", 15 equal bins."""
    asked = targets >= 0
    said = probability[:, list(DRAWN)].sum(axis=1)[asked]
    true = np.isin(targets, DRAWN)[asked]
    bins = np.minimum((said * 15).astype(int), 14)
    count = np.bincount(bins, minlength=15)
    gap = np.abs(np.bincount(bins, said, 15) - np.bincount(bins, true, 15))
    return float(gap.sum() / max(count.sum(), 1))
