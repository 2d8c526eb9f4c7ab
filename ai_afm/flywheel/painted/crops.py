"""Painted crops: a scene, what looks like it, an instrument, and the truth of it."""

import numpy as np

from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.mishaps import Mishap, RawCrop, spoiled
from ai_afm.flywheel.painted.disguises import DISGUISES, lost_channel
from ai_afm.flywheel.painted.fields import Shape
from ai_afm.flywheel.painted.look_alikes import with_edges
from ai_afm.flywheel.painted.response import dead_texture, noisy, of_the_tip
from ai_afm.flywheel.painted.scenes import (
    Scene,
    ferroelectric_grains,
    grains,
    nothing,
    twinned_domains,
    twins,
    walls_180,
)
from ai_afm.flywheel.training_world import CROP, finished

Scenes = tuple[tuple[float, Scene], ...]

SCENES: Scenes = (
    (0.17, walls_180),
    (0.22, twins),
    (0.12, twinned_domains),
    (0.18, grains),
    (0.11, ferroelectric_grains),
    (0.20, nothing),
)
"""Share of crops of each kind."""
CROWDED: Scenes = (
    (0.13, walls_180),
    (0.22, twins),
    (0.12, twinned_domains),
    (0.18, grains),
    (0.15, ferroelectric_grains),
    (0.20, nothing),
)
"""The same with more crops where several kinds of lines lie together."""

EDGES_ON = {"nothing": 0.6, "others": 0.12}
"""Share of crops with look-alikes that have edges."""
DISGUISED = {"nothing": 0.6, "others": 0.3}
"""Share of crops with look-alikes that have none."""
DEAD_TEXTURE, LOST_CHANNEL = 0.12, 0.08
"""Share of crops with a region of no response, and with a channel that carries nothing."""

_STREAM = 41
"""Keeps these crops apart from those that other makers draw from the same seed."""


def painted_crops(
    seed: int,
    world_number: int,
    count: int,
    shape: Shape = (CROP, CROP),
    scenes: Scenes = SCENES,
) -> list[TrainingCrop]:
    """Paint crops of random materials under random instruments.

    Parameters
    ----------
    seed, world_number
        Together they determine everything; a longer list begins with the shorter one.
    count
        Number of crops.
    shape
        (lines, pixels) of each, at least 32.
    scenes
        Shares of kinds; `SCENES` or `CROWDED`.
    """
    return [
        _crop(np.random.default_rng([seed, world_number, _STREAM, number]), shape, scenes)
        for number in range(count)
    ]


def painted(rng: np.random.Generator, shape: Shape, scenes: Scenes = SCENES) -> RawCrop:
    """Paint one crop that no instrument has spoiled yet."""
    scene = scenes[rng.choice(len(scenes), p=[share for share, _ in scenes])][1]
    raw, kind = scene(rng, shape), "nothing" if scene is nothing else "others"
    if rng.random() < DISGUISED[kind]:
        raw = _one_disguise(rng)(raw, rng)
    if rng.random() < EDGES_ON[kind]:
        raw = with_edges(raw, rng)
    return of_the_tip(raw, rng)


def _one_disguise(rng: np.random.Generator) -> Mishap:
    return DISGUISES[rng.choice(len(DISGUISES), p=[share for share, _ in DISGUISES])][1]


def _crop(rng: np.random.Generator, shape: Shape, scenes: Scenes) -> TrainingCrop:
    raw = spoiled(painted(rng, shape, scenes), rng)
    # noise comes after what marks an edge of the phase as undecidable: nets of lines in the noise
    # of a dead region are background, and have to be learnt as such
    if rng.random() < DEAD_TEXTURE:
        raw = dead_texture(raw, rng)
    raw = noisy(raw, rng)
    if rng.random() < LOST_CHANNEL:
        raw = lost_channel(raw, rng)
    return finished(raw, rng)
