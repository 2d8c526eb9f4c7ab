"""The bank of simulated crops that a round replays, so that nothing is forgotten; made once a lab.

Crops of the twin, painted ones, and frames of no sample, as the base model has learned from, of
worlds that it has not seen. One file in the lab's `cache/`, which may be deleted at any time.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from ai_afm.errors import StoreError
from ai_afm.flywheel.crop_file import read_crops, storable, write_crops
from ai_afm.flywheel.crops import CropMaker, TrainingCrop
from ai_afm.flywheel.foreign import foreign_crops
from ai_afm.flywheel.headway import Headway
from ai_afm.flywheel.painted.crops import painted_crops
from ai_afm.flywheel.training_world import twin_crops

log = logging.getLogger(__name__)

RECIPE = 2
"""Raised whenever the crop makers change what they make, so that old banks are made anew."""
REPLAY_SEED, CHECK_SEED = 2_000_003, 3_000_017
"""Added to the seed of a bank: neither worlds of a base training nor of its validation."""
CROP_BYTES = 128 * 128 * 13
"""Size of a crop in the file."""
WORLDS = "simulated worlds"
"""What is counted while a bank is made."""


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
    check_worlds: int = 64
    check_crops: int = 2


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
    headway: Headway | None = None,
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
    headway
        Told of each world that is made.

    Raises
    ------
    BadInput
        When the makers give crops of different shapes, or none.
    StoreError
        When the disk refuses.
    """
    makers = makers or Makers()
    path = bank_file(cache, settings, makers)
    found = read_crops(path)
    if found is not None:
        return Bank(**found)
    log.info("making %d simulated worlds to replay, once for this lab", settings.worlds)
    s, headway = settings, headway or Headway()
    kinds = len(makers.worlds)
    headway.begin(WORLDS, kinds * (s.worlds + s.check_worlds) + (s.worlds if s.foreign else 0))
    replay, checks = [], []
    for maker in makers.worlds:
        asked = s.seed + REPLAY_SEED, s.worlds, s.crops_per_world
        replay += _made(maker, asked, wait, headway)
        checked = s.seed + CHECK_SEED, s.check_worlds, s.check_crops
        checks += _made(maker, checked, wait, headway)
    foreign = s.seed + REPLAY_SEED, s.worlds, s.foreign
    replay += _made(makers.foreign, foreign, wait, headway)
    write_crops(path, {"replay": replay, "checks": checks})
    # what was written is read, so that the first round learns from the same bits as the next
    again = read_crops(path)
    if again is None:
        raise StoreError(f"{path} cannot be read although it has just been written")
    return Bank(**again)


def _made(
    maker: CropMaker, counts: tuple[int, int, int], wait: Callable[[], None], headway: Headway
) -> list[TrainingCrop]:
    """Return crops of (seed, worlds, crops of each) that can be stored."""
    seed, worlds, count = counts
    crops: list[TrainingCrop] = []
    for world in range(worlds) if count else ():
        wait()
        crops += [c for c in maker(seed, world, count) if storable(c)]
        headway.step()
    return crops
