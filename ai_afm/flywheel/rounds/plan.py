"""What a round is going to do: decided before its first step, and never changed."""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from ai_afm.errors import StoreError
from ai_afm.flywheel.rounds.learn import RoundSettings
from ai_afm.flywheel.rounds.replay import BankSettings
from ai_afm.store import platform

PLAN, RESULT = "plan.json", "result.json"
FORMAT = "ai-afm round 1"
_OF_ROUND = re.compile(r"(?P<base>.+)\+r(?P<number>\d+)\.[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Task:
    """What a round learns from and how; the same task gives the same weights.

    Parameters
    ----------
    parent, parent_sha256
        The model that it starts from, "name@version", and the hash of its weights.
    dataset, dataset_name
        Hash and name of the frozen corrections.
    settings, bank
        How it learns, and what it replays.
    torch, processes
        Version, and number of processes that do the steps: others round differently.
    """

    parent: str
    parent_sha256: str
    dataset: str
    dataset_name: str
    settings: RoundSettings
    bank: BankSettings
    torch: str
    processes: int = 1

    @property
    def key(self) -> str:
        """What tells this round from others: a SHA-256."""
        text = json.dumps(asdict(self), sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """A task, the model that comes out of it, the day it was decided, and by whom."""

    task: Task
    model: str
    created: str
    who: str

    @property
    def version(self) -> str:
        """Version of the model that comes out."""
        return self.model.partition("@")[2]

    def write(self, folder: Path) -> None:
        """Write the plan into the folder of its round; raises StoreError when the disk refuses."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreError(f"{folder} could not be made: {exc}") from exc
        content = json.dumps({"format": FORMAT} | asdict(self), indent=1)
        platform.write_atomically(folder / PLAN, content.encode())

    @classmethod
    def read(cls, folder: Path) -> "Plan":
        """Read the plan of a round's folder.

        Raises
        ------
        StoreError
            When there is none, or one of a newer format.
        """
        try:
            stored = json.loads((folder / PLAN).read_text("utf-8"))
            if stored.pop("format") != FORMAT:
                raise StoreError(f"{folder / PLAN} was written by a newer ai-afm; use that one")
            task = dict(stored.pop("task"))
            settings = RoundSettings(**task.pop("settings"))
            bank = BankSettings(**task.pop("bank"))
            return cls(Task(**task, settings=settings, bank=bank), **stored)
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise StoreError(f"{folder / PLAN} cannot be read: {exc!r}") from exc


def round_folder(rounds: Path, task: Task) -> Path:
    """Return where a round works; the same task always has the same folder."""
    return rounds / task.key[:16]


def next_model(task: Task, known: Collection[str]) -> str:
    """Return the name of the model that comes out of a round: the parent's, with its version.

    A version is that of the model that the rounds began with, the number of the round, and six
    digits of its task, so that labs can exchange models.

    Parameters
    ----------
    task
        What the round does.
    known
        All models of the lab, "name@version".

    Examples
    --------
    >>> task = Task("wallnet@2.7.0", "", "", "", RoundSettings(), BankSettings(), "")
    >>> next_model(task, ["wallnet@2.7.0+r1.ab12cd"]).rpartition(".")[0]
    'wallnet@2.7.0+r2'
    """
    found = _OF_ROUND.fullmatch(task.parent)
    base = found["base"] if found else task.parent
    rounds = [m for m in map(_OF_ROUND.fullmatch, known) if m and m["base"] == base]
    number = 1 + max((int(m["number"]) for m in rounds), default=0)
    return f"{base}+r{number}.{task.key[:6]}"


def unfinished(rounds: Path) -> list[Path]:
    """Return the folders of rounds that have begun and not ended, the newest last."""
    found = [p.parent for p in rounds.glob(f"*/{PLAN}") if not (p.parent / RESULT).exists()]
    return sorted(found, key=lambda folder: (folder / PLAN).stat().st_mtime_ns)
