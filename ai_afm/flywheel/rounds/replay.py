"""The bank of simulated crops that a round replays, so that nothing is forgotten; made once a lab.

Crops of the twin, painted ones, and frames of no sample, as the base model has learned from, of
worlds that it has not seen. One file in the lab's `cache/`, which may be deleted at any time.
"""

import hashlib
import io
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.flywheel.crops import CropMaker, TrainingCrop
from ai_afm.flywheel.foreign import foreign_crops
from ai_afm.flywheel.painted.crops import painted_crops
from ai_afm.flywheel.training_world import twin_crops
from ai_afm.image.normalise import CHANNELS
from ai_afm.store import platform

log = logging.getLogger(__name__)

RECIPE = 1
"""Raised whenever the crop makers change what they make, so that old banks are made anew."""
REPLAY_SEED, CHECK_SEED = 2_000_003, 3_000_017
"""Added to the seed of a bank: neither worlds of a base training nor of its validation."""
CROP_BYTES = 128 * 128 * 7
"""Size of a crop in the file."""
_LABEL_BITS, _VISIBLE_BITS = 3, 3
_HASH = 32
"""Bytes of the hash before the arrays."""
_TOLD = 10
"""Worlds between two lines of the log."""


@dataclass(frozen=True, slots=True)
class BankSettings:
    """What a bank holds.

    Parameters
    ----------
    seed
        Of worlds and instruments; the same for all rounds of a lab, so that one bank serves all.
    worlds, crops_per_world
        Worlds of each kind (the twin's and painted ones), and crops of each.
    foreign
        Crops of no sample, per world.
    check_worlds, check_crops
        Worlds of each kind that a temperature is chosen on, and crops of each.
    """

    seed: int = 0
    worlds: int = 60
    crops_per_world: int = 6
    foreign: int = 1
    check_worlds: int = 24
    check_crops: int = 4


@dataclass(frozen=True, slots=True)
class Makers:
    """Who makes the crops: of worlds with lines, and of no sample.

    Parameters
    ----------
    worlds
        Each makes as many crops of as many worlds.
    foreign
        Makes crops in which nothing is to be drawn.
    """

    worlds: tuple[CropMaker, ...] = (twin_crops, painted_crops)
    foreign: CropMaker = foreign_crops

    @property
    def names(self) -> list[str]:
        """What tells these makers from others."""
        return [f"{m.__module__}.{m.__qualname__}" for m in (*self.worlds, self.foreign)]


@dataclass(frozen=True, slots=True)
class Bank:
    """Crops to replay, and crops of other worlds that a temperature is chosen on."""

    replay: tuple[TrainingCrop, ...]
    checks: tuple[TrainingCrop, ...]


def bank_file(cache: Path, settings: BankSettings, makers: Makers | None = None) -> Path:
    """Return where such a bank lies or will lie."""
    about = [RECIPE, asdict(settings), (makers or Makers()).names]
    key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    return cache / f"replay-{key[:16]}.bank"


def bank(
    settings: BankSettings,
    cache: Path,
    makers: Makers | None = None,
    wait: Callable[[], None] = lambda: None,
) -> Bank:
    """Return a bank: the one in the cache, or a new one, which is put there.

    Parameters
    ----------
    settings
        What it holds.
    cache
        Folder; made when it is missing.
    makers
        Who makes the crops; the twin, the painter and the painter of foreign things by default.
    wait
        Called before each world; returns when it may be made.

    Raises
    ------
    BadInput
        When the makers give crops of different shapes, or none.
    StoreError
        When the disk refuses.
    """
    makers = makers or Makers()
    path = bank_file(cache, settings, makers)
    found = _read(path) if path.is_file() else None
    if found is not None:
        return found
    log.info("making %d simulated worlds to replay, once for this lab", settings.worlds)
    s = settings
    replay, checks = [], []
    for maker in makers.worlds:
        replay += _made(maker, (s.seed + REPLAY_SEED, s.worlds, s.crops_per_world), wait)
        checks += _made(maker, (s.seed + CHECK_SEED, s.check_worlds, s.check_crops), wait)
    replay += _made(makers.foreign, (s.seed + REPLAY_SEED, s.worlds, s.foreign), wait)
    content = _packed({"replay": replay, "checks": checks})
    cache.mkdir(parents=True, exist_ok=True)
    platform.write_atomically(path, content)
    # what was written is read, so that the first round learns from the same bits as the next
    again = _read(path)
    if again is None:
        raise BadInput(f"{path} cannot be read although it has just been written")
    return again


def _made(
    maker: CropMaker, counts: tuple[int, int, int], wait: Callable[[], None]
) -> list[TrainingCrop]:
    """Return crops of (seed, worlds, crops of each) that can be stored."""
    seed, worlds, count = counts
    crops: list[TrainingCrop] = []
    for world in range(worlds) if count else ():
        wait()
        crops += [c for c in maker(seed, world, count) if _storable(c)]
        if (world + 1) % _TOLD == 0:
            log.info("%s: world %d of %d", maker.__name__, world + 1, worlds)
    return crops


def _storable(crop: TrainingCrop) -> bool:
    """Tell whether the instrument has got a reading everywhere, of a size that a half float has."""
    with np.errstate(over="ignore"):
        halves = [image.astype(np.float16) for image in crop.channels.values()]
    return all(np.isfinite(image).all() for image in halves)


def _packed(parts: dict[str, list[TrainingCrop]]) -> bytes:
    """Return crops as a hash and a .npz; label, visible and ignore share a byte."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for part, crops in parts.items():
        if len({crop.label.shape for crop in crops}) != 1:
            raise BadInput(f"a bank needs crops of one shape to {part}, at least one")
        for name in CHANNELS:
            images = [crop.channels[name].astype(np.float16) for crop in crops]
            arrays[f"{part}.{name}"] = np.stack(images)
        arrays[f"{part}.lines"] = np.stack([_byte(crop) for crop in crops])
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    content = stream.getvalue()
    return hashlib.sha256(content).digest() + content


def _byte(crop: TrainingCrop) -> NDArray[np.uint8]:
    bits = crop.label | (crop.visible << _LABEL_BITS)
    return np.asarray(bits | (crop.ignore.astype(np.uint8) << (_LABEL_BITS + _VISIBLE_BITS)))


def _read(path: Path) -> Bank | None:
    """Return the bank of a file, `None` where it is damaged: it is made anew then."""
    try:
        stored = path.read_bytes()
        digest, content = stored[:_HASH], stored[_HASH:]
        # before anything is parsed: a reader of damaged archives may end in any way
        if hashlib.sha256(content).digest() != digest:
            raise ValueError("it has been damaged")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return Bank(_crops(arrays, "replay"), _crops(arrays, "checks"))
    except (OSError, ValueError, KeyError) as exc:
        log.warning("%s cannot be read and is made anew: %s", path.name, exc)
        return None


def _crops(stored: "np.lib.npyio.NpzFile", part: str) -> tuple[TrainingCrop, ...]:
    lines: NDArray[np.uint8] = stored[f"{part}.lines"]
    images = {name: stored[f"{part}.{name}"] for name in CHANNELS}
    for name, image in images.items():
        if image.shape != lines.shape or not np.isfinite(image).all():
            raise ValueError(f"{part}: {name} does not fit its lines, or is not finite")
    visible = (lines >> _LABEL_BITS) & ((1 << _VISIBLE_BITS) - 1)
    label = lines & ((1 << _LABEL_BITS) - 1)
    ignore = (lines >> (_LABEL_BITS + _VISIBLE_BITS)) > 0
    return tuple(
        TrainingCrop({name: image[i] for name, image in images.items()}, *planes)
        for i, planes in enumerate(zip(label, visible, ignore, strict=True))
    )
