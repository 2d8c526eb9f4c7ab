"""The crops of a gate's page as a file of arrays, for a window that shows them: no torch."""

import io
import json
import math
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import StoreError
from ai_afm.flywheel.records import Label
from ai_afm.store import platform

FORMAT = "ai-afm gate pictures 1"
_HANDS = ("before", "after", "person")


class Drawn(Protocol):
    """One crop with its channels, and what three hands have drawn: a `pictures.SideBySide`."""

    @property
    def frame(self) -> str:
        """Hash of its frame."""
        ...

    @property
    def channels(self) -> Mapping[str, NDArray[np.floating[Any]]]:
        """Name -> (lines, pixels)."""
        ...

    @property
    def before(self) -> Label:
        """(lines, pixels) class codes of the active model."""
        ...

    @property
    def after(self) -> Label:
        """(lines, pixels) class codes of the candidate."""
        ...

    @property
    def person(self) -> Label:
        """(lines, pixels) class codes of the person, 255 where nothing was said."""
        ...

    @property
    def f1_before(self) -> float:
        """Of the crop; NaN where the person drew nothing that was asked."""
        ...

    @property
    def f1_after(self) -> float:
        """Of the crop; NaN where the person drew nothing that was asked."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class StoredPicture:
    """A crop as it was written; for the fields see `Drawn`."""

    frame: str
    channels: Mapping[str, NDArray[np.floating[Any]]]
    before: Label
    after: Label
    person: Label
    f1_before: float
    f1_after: float


def write_pictures(path: Path, pictures: Iterable[Drawn]) -> None:
    """Write crops into one file; replaced when it exists.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    arrays: dict[str, NDArray[Any]] = {}
    told: list[dict[str, Any]] = []
    for k, one in enumerate(pictures):
        scores = {"f1_before": _finite(one.f1_before), "f1_after": _finite(one.f1_after)}
        told.append({"frame": one.frame, "channels": list(one.channels), **scores})
        for n, image in enumerate(one.channels.values()):
            arrays[f"{k}-channel-{n}"] = np.asarray(image, np.float32)
        for hand, codes in zip(_HANDS, (one.before, one.after, one.person), strict=True):
            arrays[f"{k}-{hand}"] = np.asarray(codes, np.uint8)
    about = json.dumps({"format": FORMAT, "pictures": told}, allow_nan=False)
    stream = io.BytesIO()
    arrays["about"] = np.frombuffer(about.encode(), np.uint8)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, array in arrays.items():
            with packed.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    platform.write_atomically(path, stream.getvalue())


def read_pictures(path: Path) -> tuple[StoredPicture, ...]:
    """Read crops.

    Raises
    ------
    StoreError
        When the file is missing, damaged, or of a newer version.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            about = json.loads(stored["about"].tobytes())
            if about["format"] != FORMAT:
                raise StoreError(f"{path} was written by a newer ai-afm; use that one")
            return tuple(_picture(stored, k, one) for k, one in enumerate(about["pictures"]))
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as exc:
        raise StoreError(f"{path} cannot be read: {exc}") from exc


def _picture(stored: Mapping[str, Any], k: int, told: Mapping[str, Any]) -> StoredPicture:
    before, after, person = (stored[f"{k}-{hand}"] for hand in _HANDS)
    scores = (told["f1_before"], told["f1_after"])
    return StoredPicture(
        told["frame"],
        {name: stored[f"{k}-channel-{n}"] for n, name in enumerate(told["channels"])},
        before,
        after,
        person,
        *(math.nan if score is None else float(score) for score in scores),
    )


def _finite(score: float) -> float | None:
    return float(score) if math.isfinite(score) else None
