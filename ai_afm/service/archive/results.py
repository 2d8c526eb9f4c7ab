"""Where the segmentation of a scan lies, and how one knows that it is done and whole.

A result is named by all that decides its bytes: the content of the scan file, the model and its
card, channels and number format. So two files of the same content share one, whoever makes it, and
whoever makes it twice makes the same. Each file is written under another name and renamed; the
record that a scan is done is written last and holds the hashes of its results. So nothing has to
wait for the disk: what a power cut has left half written does not fit its hash, and is made again.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from ai_afm.errors import StoreError
from ai_afm.store import platform

FORMAT = 1
"""Grows whenever what is written of a scan changes: older results are then made again."""
RESULTS, MODELS, SESSIONS = "results", "models", ".sessions"
"""Folders below that of the archive: results, models that made them, and what is under way."""
_HEX = 40


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what comes out for a scan, beside the scan file itself.

    Parameters
    ----------
    model
        "name@version".
    model_sha256, card_sha256
        Of its weights, and of its card, which holds the thresholds.
    channels
        Canonical names of the channels that may be used, `None`: all.
    dtype
        Number format of the arithmetic.
    format
        See `FORMAT`.
    """

    model: str
    model_sha256: str
    card_sha256: str
    channels: tuple[str, ...] | None
    dtype: str
    format: int = FORMAT


def result_key(scan_sha256: str, recipe: Recipe) -> str:
    """Return the name of the results of a scan file: 40 hex digits.

    Parameters
    ----------
    scan_sha256
        Of the file's content.
    recipe
        How it is segmented.

    Examples
    --------
    >>> recipe = Recipe("wallnet@2.7.0", "ab" * 32, "cd" * 32, None, "float32")
    >>> len(result_key("ef" * 32, recipe))
    40
    """
    decides = json.dumps(asdict(recipe) | {"scan": scan_sha256}, sort_keys=True)
    return hashlib.sha256(decides.encode()).hexdigest()[:_HEX]


def result_name(key: str, frame: int) -> str:
    """Return where the segmentation of a frame lies, relative to the archive's folder.

    Examples
    --------
    >>> result_name("5f" * 20, 0), result_name("5f" * 20, 12)[-13:]
    ('results/5f/5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f.h5', 'f5f5f-0012.h5')
    """
    later = f"-{frame:04d}" if frame else ""
    return f"{RESULTS}/{key[:2]}/{key}{later}.h5"


def record_name(key: str) -> str:
    """Return where the record of a scan lies, relative to the archive's folder."""
    return f"{RESULTS}/{key[:2]}/{key}.json"


def write_record(out: Path, key: str, rows: list[dict[str, Any]], session: Path) -> None:
    """Write down that a scan is done: its frames' numbers, and the hash of each result.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    scratch = scratch_file(session, ".json")
    content = json.dumps({"format": FORMAT, "frames": rows}, allow_nan=False).encode()
    try:
        scratch.write_bytes(content)
    except OSError as exc:
        raise StoreError(f"the record {key}.json could not be written: {exc}") from exc
    put_in_place(scratch, out / record_name(key))


def whole_rows(out: Path, key: str) -> list[dict[str, Any]] | None:
    """Return the rows of a scan that is done and whose results are what its record says.

    `None` where there is no record, or a result is missing or not the one that was written: then
    the scan is segmented again.
    """
    try:
        record = json.loads((out / record_name(key)).read_bytes())
        rows = list(record["frames"])
        sound = record["format"] == FORMAT and all(_is_whole(out, row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return rows if sound else None


def _is_whole(out: Path, row: Mapping[str, Any]) -> bool:
    content = (out / str(row["result"])).read_bytes()
    return hashlib.sha256(content).hexdigest() == str(row["result_sha256"])


def scratch_file(session: Path, suffix: str) -> Path:
    """Return a name that nobody else writes to: two workers may be at the same scan."""
    return session / f"{uuid4().hex}{suffix}"


def put_in_place(scratch: Path, target: Path) -> None:
    """Give a finished file its name in one step; what was there is replaced.

    Raises
    ------
    StoreError
        When the disk refuses, or the session has been ended meanwhile.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        platform.replace(scratch, target)
    except OSError as exc:
        raise StoreError(f"{target.name} could not be put in place: {exc}") from exc


def keep_model(out: Path, folder: Path, files: tuple[str, ...]) -> Path:
    """Copy a model beside the results that it makes; return its folder there.

    Workers on other computers read it from there, so that all have the same.

    Parameters
    ----------
    out
        Folder of the archive.
    folder
        Of the model: `<name>/<version>`.
    files
        Names of the files that are the model.

    Raises
    ------
    StoreError
        When the disk refuses, or another model of this name lies there.
    """
    kept = out / MODELS / folder.parent.name / folder.name
    try:
        kept.mkdir(parents=True, exist_ok=True)
        for name in files:
            content = (folder / name).read_bytes()
            there = kept / name
            if not there.exists():
                scratch = kept / f".{name}.{os.getpid()}"
                platform.write_atomically(scratch, content)
                platform.replace(scratch, there)
            elif there.read_bytes() != content:
                raise StoreError(
                    f"{there} is not that of the model in {folder}, which has the same name and "
                    "version; give another --out"
                )
    except OSError as exc:
        raise StoreError(f"the model could not be put beside the results: {exc}") from exc
    return kept
