"""The simulated golden crops that every lab has: each kind of material, each set of channels.

They show what a candidate has forgotten, also where a lab has no golden set of its own. No
training ever makes a world of this seed: base trainings, their validation, the bank that a round
replays, the fit of the namer and the benchmarks all have others (docs/gate.md lists them).
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ai_afm.errors import StoreError
from ai_afm.flywheel.crop_file import read_crops, storable, write_crops
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.gate.cases import ALL, HEIGHT, NO_PHASE, Case, showings
from ai_afm.flywheel.headway import Headway
from ai_afm.flywheel.painted import scenes
from ai_afm.flywheel.painted.crops import painted_crops
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.image.normalise import CHANNELS

log = logging.getLogger(__name__)

RESERVED_SEED = 5_000_011
"""Seed of the golden worlds: nothing may ever be trained on it."""
RECIPE = 2
"""Raised whenever what is made changes, so that old files are made anew."""
TOP = "simulated"
WORLDS = "simulated worlds"
"""What is counted while a bank is made."""
_OF = ", world "
"""Between a material and the number of a world."""
Maker = Callable[[int, int, int], Sequence[TrainingCrop]]

_MIXES = {
    "180° walls": {"domains": 1.0},
    "twins": {"twins": 1.0},
    "180° walls and twins": {"both": 1.0},
    "grains": {"grains": 1.0},
    "grains with walls": {"grains_domains": 0.4, "grains_twins": 0.3, "all": 0.3},
    "bare": {"bare": 1.0},
}
_SCENES = {
    "180° walls": scenes.walls_180,
    "twins": scenes.twins,
    "domains in twins": scenes.twinned_domains,
    "grains": scenes.grains,
    "ferroelectric grains": scenes.ferroelectric_grains,
    "nothing": scenes.nothing,
}
MATERIALS: dict[str, Maker] = {
    **{f"twin, {name}": partial(twin_crops, mixes=mix) for name, mix in _MIXES.items()},
    **{
        f"painted, {name}": partial(painted_crops, scenes=((1.0, scene),))
        for name, scene in _SCENES.items()
    },
}
"""Name of each material, and who makes crops of it."""


@dataclass(frozen=True, slots=True)
class GoldenSettings:
    """What the bank holds.

    Parameters
    ----------
    worlds, crops_per_world
        Worlds of each material, and crops of each.
    seed
        Of the worlds.
    materials
        Keys of `MATERIALS`.
    """

    worlds: int = 16
    crops_per_world: int = 2
    seed: int = RESERVED_SEED
    materials: tuple[str, ...] = tuple(MATERIALS)


@dataclass(frozen=True, slots=True, eq=False)
class Golden:
    """The crops of each material with the numbers of their worlds, and the name of it all.

    Parameters
    ----------
    crops
        Material -> its crops.
    worlds
        Material -> the world of each crop.
    sha256
        Of the bytes of the crops.
    """

    crops: dict[str, tuple[TrainingCrop, ...]]
    worlds: dict[str, tuple[int, ...]]
    sha256: str

    def cases(self) -> list[Case]:
        """Return what models are asked: each crop in full, and with one of two smaller sets."""
        found: list[Case] = []
        for material, crops in self.crops.items():
            for k, (crop, world) in enumerate(zip(crops, self.worlds[material], strict=True)):
                sets = ALL, (NO_PHASE, HEIGHT)[k % 2]
                group = f"{material}{_OF}{world}"
                found += showings(crop, (TOP, material), group, sets)
        return found


def golden_file(cache: Path, settings: GoldenSettings) -> Path:
    """Return where such a bank lies or will lie."""
    key = hashlib.sha256(json.dumps([RECIPE, asdict(settings)], sort_keys=True).encode())
    return cache / f"gate-{key.hexdigest()[:16]}.crops"


def golden_bank(settings: GoldenSettings, cache: Path, headway: Headway | None = None) -> Golden:
    """Return the bank: the one in the cache, or a new one, which is put there.

    A damaged file is made anew: the same settings give the same crops.

    Parameters
    ----------
    settings
        What it holds.
    cache
        Folder.
    headway
        Told of each world that is made.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    path = golden_file(cache, settings)
    found = read_crops(path)
    if found is None:
        log.info("making %d simulated golden worlds, once for this lab", _count(settings))
        found = _made(settings, headway or Headway())
        write_crops(path, found)
        found = read_crops(path)
    if found is None:
        raise StoreError(f"{path} cannot be read although it has just been written")
    return _golden(found)


def _count(settings: GoldenSettings) -> int:
    return settings.worlds * len(settings.materials)


def _made(settings: GoldenSettings, headway: Headway) -> dict[str, tuple[TrainingCrop, ...]]:
    """Return the crops of each world, by "material" and number of the world."""
    found: dict[str, tuple[TrainingCrop, ...]] = {}
    headway.begin(WORLDS, _count(settings))
    for material in settings.materials:
        for world in range(settings.worlds):
            made = MATERIALS[material](settings.seed, world, settings.crops_per_world)
            usable = tuple(crop for crop in made if storable(crop))
            if usable:
                found[f"{material}{_OF}{world}"] = usable
            headway.step()
    return found


def _golden(parts: Mapping[str, tuple[TrainingCrop, ...]]) -> Golden:
    crops: dict[str, tuple[TrainingCrop, ...]] = {}
    worlds: dict[str, tuple[int, ...]] = {}
    digest = hashlib.sha256()
    for name, own in parts.items():
        material, _, world = name.rpartition(_OF)
        crops[material] = crops.get(material, ()) + own
        worlds[material] = worlds.get(material, ()) + (int(world),) * len(own)
        digest.update(name.encode())
        for crop in own:
            planes = (*(crop.channels[n] for n in CHANNELS), crop.label, crop.visible, crop.ignore)
            for plane in planes:
                digest.update(np.ascontiguousarray(plane).tobytes())
    return Golden(crops, worlds, digest.hexdigest())
