"""One go at an archive: find the files, let a crew segment them in batches, keep the table."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from ai_afm.errors import BadInput, StoreError
from ai_afm.segment.model_file import CARD, WEIGHTS, LoadedModel
from ai_afm.service.archive import results
from ai_afm.service.archive.crew import Crew
from ai_afm.service.archive.results import Recipe
from ai_afm.service.archive.summary import Table
from ai_afm.service.archive.task import Orders, ScanResult
from ai_afm.service.folder.scans import JOURNAL, SCANS

UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", "~")
"""Ends of names of files that some program is still writing, or left behind."""
LARGEST_BATCH = 64
_BATCHES_A_WORKER = 8


@dataclass(slots=True)
class Tally:
    """What a session amounts to, so far."""

    kinds: dict[str, int] = field(default_factory=dict)
    failed: list[dict[str, str]] = field(default_factory=list)
    unread: list[dict[str, str]] = field(default_factory=list)
    cpu_seconds: float = 0.0
    start_seconds: float = 0.0
    lost: int = 0
    frames: int = 0

    def add(self, result: ScanResult) -> None:
        """Count one file."""
        self.kinds[result.kind] = self.kinds.get(result.kind, 0) + 1
        self.frames += len(result.rows)
        self.lost += result.lost
        self.start_seconds += result.start_seconds
        if result.kind == "done":
            self.cpu_seconds += result.cpu_seconds
        if result.kind == "failed":
            self.failed.append({"file": result.file, "reason": result.reason})
        if result.kind == "unread":
            self.unread.append({"file": result.file, "format": result.reason})

    def count(self, *kinds: str) -> int:
        """Return the number of files of these kinds."""
        return sum(self.kinds.get(kind, 0) for kind in kinds)

    def said(self) -> dict[str, Any]:
        """Return the counts under the names that `--json` gives them; failures by file name."""
        done = self.count("done")
        return {
            "scans": self.count("done", "known", "failed"),
            "done": done,
            "known": self.count("known"),
            "failed": sorted(self.failed, key=lambda f: f["file"]),
            "unread": sorted(self.unread, key=lambda f: f["file"]),
            "other_files": self.count("other"),
            "frames": self.frames,
            "workers_lost": self.lost,
            "cpu_seconds_per_scan": self.cpu_seconds / done if done else None,
            "start_cpu_seconds": self.start_seconds,
        }


def archive_files(folder: Path, out: Path) -> list[str]:
    """Return the files below a folder that may be scans, sorted folder by folder.

    Hidden files and folders, files that are being written, links to folders and the results in
    `out` are passed over; of a run's folder only its scans count.

    Parameters
    ----------
    folder
        To be searched.
    out
        Where results go.

    Raises
    ------
    BadInput
        When it is no folder.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder; check the path")
    out = out.absolute()
    found: list[str] = []
    for name, below, files in os.walk(folder.absolute()):
        here = Path(name)
        of_run = JOURNAL in files
        wanted = [SCANS] if of_run else sorted(below)
        below[:] = [b for b in wanted if b in below and b[0] != "." and here / b != out]
        if not of_run:
            found += [str(here / f) for f in sorted(files) if _may_be_scan(f)]
    return found


def _may_be_scan(name: str) -> bool:
    return name[0] != "." and not name.lower().endswith(UNFINISHED)


def batch_size(files: int, workers: int) -> int:
    """Return how many scans a worker is given at a time.

    Small enough that all workers end together, large enough that the scheduler of a large archive
    has little to do.

    Examples
    --------
    >>> batch_size(200, 2), batch_size(12, 2), batch_size(1_000_000, 500)
    (12, 1, 64)
    """
    return min(max(1, files // (_BATCHES_A_WORKER * max(workers, 1))), LARGEST_BATCH)


def recipe_of(model: LoadedModel, channels: tuple[str, ...] | None, dtype: str) -> Recipe:
    """Return what decides the results of a model, see `Recipe`."""
    try:
        card = (model.folder / CARD).read_bytes()
    except OSError as exc:
        raise StoreError(f"the card of {model.spec} cannot be read: {exc}") from exc
    card_sha256 = hashlib.sha256(card).hexdigest()
    return Recipe(model.spec, model.sha256, card_sha256, channels, dtype)


@contextmanager
def session(out: Path, model: LoadedModel, recipe: Recipe) -> Iterator[Orders]:
    """Begin a session: put the model beside the results, and make room for what is under way.

    In the end that room is removed, and with it whatever was not finished.

    Parameters
    ----------
    out
        Folder of the results.
    model
        From `load_model`.
    recipe
        Of that model.

    Raises
    ------
    StoreError
        When the disk refuses, or another model of the same name lies there.
    """
    results.keep_model(out, model.folder, (WEIGHTS, CARD))
    room = out / results.SESSIONS / uuid4().hex[:12]
    try:
        room.mkdir(parents=True)
    except OSError as exc:
        raise StoreError(f"{room} could not be made: {exc}") from exc
    try:
        yield Orders(str(out), str(room), recipe)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def segment_files(
    files: Sequence[str], crew: Crew, orders: Orders, size: int, table: Table
) -> Iterator[ScanResult]:
    """Let a crew segment files; yield what became of each, as its batch is ready.

    Parameters
    ----------
    files
        From `archive_files`.
    crew
        Who works.
    orders
        From `session`.
    size
        Files a batch.
    table
        Gets the rows.

    Raises
    ------
    StoreError
        When the disk refuses, or there is no worker any more.
    ModelError
        When a worker cannot use the model.
    """
    first = {files[start]: start // size for start in range(0, len(files), size)}
    batches = (files[start : start + size] for start in range(0, len(files), size))
    for found in crew.work(batches, orders):
        table.add(first[found[0].file], found)
        yield from found
