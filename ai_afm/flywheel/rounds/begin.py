"""Before a round begins: what was asked for, what it becomes, and whether it may begin."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import torch

from ai_afm.errors import ModelError, StoreError
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.registry import Registry
from ai_afm.flywheel.rounds.course import Watch
from ai_afm.flywheel.rounds.learn import RoundSettings, learn
from ai_afm.flywheel.rounds.plan import PLAN, Plan, Task, next_model, round_folder
from ai_afm.flywheel.rounds.replay import CROP_BYTES, BankSettings, Makers, bank_file
from ai_afm.flywheel.rounds.sources import check_leaks, chosen_dataset
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.segment.model_file import LoadedModel, list_models, load_model
from ai_afm.segment.unet import UNet
from ai_afm.store import platform
from ai_afm.store.platform import FolderLock

log = logging.getLogger(__name__)

LOCK = "train.lock"
Learn: TypeAlias = Callable[
    [
        RoundSettings,
        LoadedModel,
        Sequence[TrainingCrop],
        Sequence[TrainingCrop],
        Watch,
        Sequence[float],
    ],
    UNet,
]
"""As `learn.learn`, which does it in this process alone."""
ROOM = 64 << 20
"""Bytes that checkpoints, curve and model need at most, beside the bank."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for.

    Parameters
    ----------
    who
        Who asks.
    dataset
        Name or hash; the newest training set by default.
    parent
        "name@version"; the active model by default.
    settings, bank
        How it learns, and what it replays.
    """

    who: str
    dataset: str | None = None
    parent: str | None = None
    settings: RoundSettings = field(default_factory=RoundSettings)
    bank: BankSettings = field(default_factory=BankSettings)


@dataclass(frozen=True, slots=True)
class Around:
    """What a training has around it.

    Parameters
    ----------
    live
        Returns the run that it has to wait for, `None` without one.
    say
        Told what a person should know.
    makers
        Of simulated crops.
    shipped
        Models folder after the lab's own, the one that ships by default.
    learn, processes
        What does the learning, with the arguments of `learn.learn`; and how many processes do,
        since sums of several round differently.
    """

    live: Callable[[], Path | None] = lambda: None
    say: Callable[[str], None] = lambda text: None
    makers: Makers = field(default_factory=Makers)
    shipped: Path | None = None
    learn: Learn = learn
    processes: int = 1


@contextmanager
def alone(store: FlywheelStore) -> Iterator[Path]:
    """Yield the folder of the rounds, held against every other training of the lab.

    Raises
    ------
    StoreError
        When there is another one, or the disk refuses.
    """
    rounds = store.lab.path / "rounds"
    try:
        rounds.mkdir(exist_ok=True)
    except OSError as exc:
        raise StoreError(f"{rounds} could not be made: {exc}") from exc
    try:
        lock = FolderLock(rounds / LOCK)
    except StoreError as exc:
        raise StoreError(
            f"another training of the lab {store.lab.path} is under way; wait until it has ended"
        ) from exc
    with lock:
        yield rounds


def planned(store: FlywheelStore, rounds: Path, wish: Wish, around: Around) -> Plan:
    """Return the plan of a wish: that of the round that was begun with it, or a new one.

    Raises
    ------
    BadInput, StoreError, ModelError
        See `training.train_round`.
    """
    frozen = chosen_dataset(store, wish.dataset)
    folders = [store.lab.models, *([around.shipped] if around.shipped else [])]
    parent = load_model(wish.parent, folders)
    task = Task(
        parent.spec,
        parent.sha256,
        frozen.dataset.sha256,
        frozen.name,
        wish.settings,
        wish.bank,
        torch.__version__,
        around.processes,
    )
    folder = round_folder(rounds, task)
    if (folder / PLAN).is_file():
        try:
            return Plan.read(folder)
        except StoreError as exc:
            log.warning("%s; the round is planned anew", exc)
    check_leaks(store, frozen)
    records = Registry(store, around.shipped).records
    known = {m.spec for m in list_models(folders)} | {m.model for m in records.models()}
    day = store.database.wall().date().isoformat()
    plan = Plan(task, next_model(task, known), day, wish.who)
    plan.write(folder)
    return plan


def same_parent(
    store: FlywheelStore, registry: Registry, task: Task, around: Around
) -> LoadedModel:
    """Return the parent, the same weights as when the round was planned.

    Raises
    ------
    ModelError
        When it is missing, damaged, or another one.
    """
    folders = [store.lab.models, *([around.shipped] if around.shipped else [])]
    parent = load_model(task.parent, folders)
    if registry.records.find(task.parent) is not None:
        registry.check(task.parent)
    if parent.sha256 != task.parent_sha256:
        raise ModelError(
            f"{task.parent} has other weights ({parent.sha256[:12]}) than when the round was begun "
            f"({task.parent_sha256[:12]}): install the model again"
        )
    return parent


def check_room(store: FlywheelStore, task: Task, around: Around) -> None:
    """Look whether the disk has room for a round; raises StoreError when it has not."""
    needed = ROOM
    if not bank_file(store.lab.path / "cache", task.bank, around.makers).is_file():
        b, kinds = task.bank, len(around.makers.worlds)
        crops = kinds * (b.worlds * b.crops_per_world + b.check_worlds * b.check_crops)
        needed += CROP_BYTES * (crops + b.worlds * b.foreign)
    free = platform.free_space(store.lab.path)
    if free < needed:
        raise StoreError(
            f"a round needs {needed >> 20} MiB on the disk of {store.lab.path}, {free >> 20} MiB "
            "are free; make room"
        )
