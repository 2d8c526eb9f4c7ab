"""Crops with known lines, and networks that answer what they are told to."""

import numpy as np
import torch

from ai_afm.flywheel.crops import CLASSES, TrainingCrop
from ai_afm.flywheel.gate.cases import ALL, Case
from ai_afm.flywheel.gate.tally import Looker
from ai_afm.segment.model_file import DecisionCard
from ai_afm.segment.unet import Architecture

SHAPE = (48, 64)
DECISION = DecisionCard(temperature=1.0, any_threshold=0.5, edge_threshold=0.5, min_pixels=12)


def a_crop(seed, columns=(12, 30, 50), code=2, shape=SHAPE):
    """Noise, and upright lines of a class that stand out in every channel."""
    rng = np.random.default_rng(seed)
    channels = {n: rng.normal(size=shape).astype(np.float32) for n in ALL}
    label = np.zeros(shape, np.uint8)
    label[:, list(columns)] = code
    return TrainingCrop(channels, label, np.where(label > 0, 7, 0).astype(np.uint8), label > 99)


def cases_of(crops, path=("simulated", "stripes"), each=1):
    """One case a crop; `each` neighbours share a group."""
    return [Case(c, ALL, path, f"world {k // each}") for k, c in enumerate(crops)]


def lines(crop, code=None, shift=0):
    """Probabilities (classes, lines, pixels) that say the lines of a crop, 3 px wide."""
    said = np.full((len(CLASSES), *crop.label.shape), 0.002, np.float32)
    for found in np.unique(crop.label[crop.label > 0]):
        named = CLASSES.index(int(found) if code is None else code)
        mask = np.roll(crop.label == found, shift, axis=1)
        band = mask | np.roll(mask, 1, axis=1) | np.roll(mask, -1, axis=1)
        said[named][band] = 0.95
    said[0] = 1 - said[1:].sum(axis=0)
    return said


def nothing(crop):
    said = np.full((len(CLASSES), *crop.label.shape), 0.002, np.float32)
    said[0] = 0.99
    return said


class Oracle:
    """A network that knows what to say to each input."""

    architecture = Architecture(7, len(CLASSES))

    def __init__(self, cases, draw):
        self._answers = {c.planes().tobytes(): draw(c.crop) for c in cases}

    def __call__(self, batch):
        said = self._answers[batch[0].contiguous().numpy().tobytes()]
        return torch.from_numpy(np.log(said))[None]


def looker(cases, draw):
    return Looker(Oracle(cases, draw), DECISION)


def but_for(draw, other, chosen):
    """Draw, except for the crops that are chosen (by identity)."""
    ids = {id(c) for c in chosen}
    return lambda crop: (other if id(crop) in ids else draw)(crop)
