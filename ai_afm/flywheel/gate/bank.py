"""The simulated golden crops that every lab has: each kind of material, each set of channels.

They show what a candidate has forgotten, also where a lab has no golden set of its own. No
training ever makes a world of this seed: base trainings, their validation, the bank that a round
replays, the fit of the namer and the benchmarks all have others (docs/gate.md lists them).
"""

import hashlib
import io
import json
import logging
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.gate.cases import ALL, HEIGHT, NO_PHASE, Case, showings
from ai_afm.flywheel.painted import scenes
from ai_afm.flywheel.painted.crops import painted_crops
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.image.normalise import CHANNELS
from ai_afm.store import platform

log = logging.getLogger(__name__)

RESERVED_SEED = 5_000_011
"""Seed of the golden worlds: nothing may ever be trained on it."""
RECIPE = 1
"""Raised whenever what is made changes, so that old files are made anew."""
TOP = "simulated"
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
                group = f"{material}, world {world}"
                found += showings(crop, (TOP, material), group, sets)
        return found


def golden_file(cache: Path, settings: GoldenSettings) -> Path:
    """Return where such a bank lies or will lie."""
    key = hashlib.sha256(json.dumps([RECIPE, asdict(settings)], sort_keys=True).encode())
    return cache / f"gate-{key.hexdigest()[:16]}.npz"


def golden_bank(settings: GoldenSettings, cache: Path) -> Golden:
    """Return the bank: the one in the cache, or a new one, which is put there.

    A damaged file is made anew: the same settings give the same crops.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    path = golden_file(cache, settings)
    found = _read(path) if path.is_file() else None
    if found is not None:
        return found
    log.info("making %d simulated golden worlds, once for this lab", _count(settings))
    content = _packed(settings)
    cache.mkdir(parents=True, exist_ok=True)
    platform.write_atomically(path, content)
    return _unpacked(content)


def _count(settings: GoldenSettings) -> int:
    return settings.worlds * len(settings.materials)


def _packed(settings: GoldenSettings) -> bytes:
    arrays: dict[str, NDArray[np.generic]] = {}
    for k, material in enumerate(settings.materials):
        crops: list[TrainingCrop] = []
        worlds: list[int] = []
        for world in range(settings.worlds):
            made = MATERIALS[material](settings.seed, world, settings.crops_per_world)
            usable = [c for c in made if all(np.isfinite(i).all() for i in c.channels.values())]
            crops, worlds = crops + usable, worlds + [world] * len(usable)
        for name in CHANNELS:
            arrays[f"{k}.{name}"] = np.stack([c.channels[name].astype(np.float16) for c in crops])
        for name in ("label", "visible", "ignore"):
            arrays[f"{k}.{name}"] = np.stack([getattr(c, name).astype(np.uint8) for c in crops])
        arrays[f"{k}.worlds"] = np.array(worlds)
    arrays["materials"] = np.array(settings.materials)
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def _read(path: Path) -> Golden | None:
    try:
        return _unpacked(path.read_bytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as exc:
        log.warning("%s cannot be read and is made anew: %s", path.name, exc)
        return None


def _unpacked(content: bytes) -> Golden:
    crops: dict[str, tuple[TrainingCrop, ...]] = {}
    worlds: dict[str, tuple[int, ...]] = {}
    digest = hashlib.sha256()
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        for k, material in enumerate(map(str, stored["materials"])):
            names = (*CHANNELS, "label", "visible", "ignore", "worlds")
            part = {name: stored[f"{k}.{name}"] for name in names}
            digest.update(material.encode())
            for array in part.values():
                digest.update(np.ascontiguousarray(array).tobytes())
            crops[material] = tuple(
                TrainingCrop({name: part[name][i] for name in CHANNELS}, part["label"][i],
                             part["visible"][i], part["ignore"][i].astype(np.bool_))
                for i in range(len(part["worlds"]))
            )  # fmt: skip
            worlds[material] = tuple(int(w) for w in part["worlds"])
    return Golden(crops, worlds, digest.hexdigest())
