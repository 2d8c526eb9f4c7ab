"""What is known of a segmented file: written last and in one step, so that it means "done"."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ai_afm.errors import StoreError
from ai_afm.store.platform import replace, write_atomically

FORMAT = 2
"""Grows whenever what is written of a frame changes: older results are then made again."""
FOLDER = ".archive"


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what comes out for a file, beside the file itself."""

    model_sha256: str
    channels: tuple[str, ...] | None = None
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class FrameResult:
    """One segmented frame.

    Parameters
    ----------
    row
        Its numbers by name, JSON values; the unit is the end of each name.
    card
        What the contact sheet shows of it, see `report.contact_sheet`.
    files
        Results, relative to the folder of the archive.
    """

    row: Mapping[str, Any]
    card: Mapping[str, Any]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file that is done.

    Parameters
    ----------
    sha256
        Of its content.
    recipe
        How it was segmented.
    frames
        One, or those of a movie.
    mapping
        Which channel was taken for what, a line for people each.
    """

    sha256: str
    recipe: Recipe
    frames: tuple[FrameResult, ...]
    mapping: tuple[str, ...] = ()


def record_file(out: Path, key: str) -> Path:
    """Return where the record of a file lies."""
    return out / FOLDER / f"{key}.json"


def write_record(out: Path, key: str, record: FileRecord) -> None:
    """Write a record in one step: a reader sees none, the old one, or the new one.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    path = record_file(out, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(asdict(record), allow_nan=False).encode())


def read_record(out: Path, key: str) -> FileRecord | None:
    """Return what is known of a file; `None` where nothing is, or it was written otherwise."""
    try:
        raw = json.loads(record_file(out, key).read_bytes())
        recipe = Recipe(
            raw["recipe"]["model_sha256"],
            None if raw["recipe"]["channels"] is None else tuple(raw["recipe"]["channels"]),
            raw["recipe"]["format"],
        )
        frames = tuple(FrameResult(f["row"], f["card"], tuple(f["files"])) for f in raw["frames"])
        return FileRecord(raw["sha256"], recipe, frames, tuple(raw["mapping"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def done(out: Path, key: str, sha256: str, recipe: Recipe) -> FileRecord | None:
    """Return the record of a file if it is of this content and recipe and its results are there."""
    record = read_record(out, key)
    if record is None or record.sha256 != sha256 or record.recipe != recipe:
        return None
    files = [out / name for frame in record.frames for name in frame.files]
    # a power cut can leave files without content; none of ours is empty
    return record if all(f.is_file() and f.stat().st_size for f in files) else None


def atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a file under another name, then give it its own in one step.

    Nothing waits for the disk here: after a power cut the record decides what is made again.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        replace(part, path)
    except OSError as exc:
        raise StoreError(f"{path.name} could not be written: {exc}") from exc
    finally:
        part.unlink(missing_ok=True)
