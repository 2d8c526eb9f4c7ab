"""Crops on the disk: made once, and made anew where the file is damaged."""

import hashlib
import io
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput, StoreError
from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.image.normalise import CHANNELS
from ai_afm.store import platform

log = logging.getLogger(__name__)

_HASH = hashlib.sha256().digest_size
_LABEL_BITS, _VISIBLE_BITS = 3, 3

Parts = Mapping[str, Sequence[TrainingCrop]]


def write_crops(path: Path, parts: Parts) -> None:
    """Store crops; a reader sees all of them or none. Channels become single floats.

    Parameters
    ----------
    path
        Where; its folder is made when it is missing.
    parts
        Name -> its crops, all of one shape, at least one; see `storable`.

    Raises
    ------
    BadInput
        When a part is empty, or its crops have different shapes.
    StoreError
        When the disk refuses.
    """
    arrays: dict[str, NDArray[np.generic]] = {}
    for part, crops in parts.items():
        if len({crop.label.shape for crop in crops}) != 1:
            raise BadInput(f"crops of one shape, at least one, make up {part}")
        for name in CHANNELS:
            images = [crop.channels[name].astype(np.float32) for crop in crops]
            arrays[f"{part}.{name}"] = np.stack(images)
        arrays[f"{part}.lines"] = np.stack([_byte(crop) for crop in crops])
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    content = stream.getvalue()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreError(f"{path.parent} could not be made: {exc}") from exc
    platform.write_atomically(path, hashlib.sha256(content).digest() + content)


def read_crops(path: Path) -> dict[str, tuple[TrainingCrop, ...]] | None:
    """Return the crops of each part; `None` where there is no file, or a damaged one."""
    if not path.is_file():
        return None
    try:
        stored = path.read_bytes()
        digest, content = stored[:_HASH], stored[_HASH:]
        # before anything is parsed: a reader of damaged archives may end in any way
        if hashlib.sha256(content).digest() != digest:
            raise ValueError("it has been damaged")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            names = [n.removesuffix(".lines") for n in arrays.files if n.endswith(".lines")]
            return {name: _crops(arrays, name) for name in names}
    except (OSError, ValueError, KeyError) as exc:
        log.warning("%s cannot be read and is made anew: %s", path.name, exc)
        return None


def storable(crop: TrainingCrop) -> bool:
    """Tell whether each reading is there, and of a size that a single float has."""
    with np.errstate(over="ignore"):
        singles = [image.astype(np.float32) for image in crop.channels.values()]
    return all(np.isfinite(image).all() for image in singles)


def _byte(crop: TrainingCrop) -> NDArray[np.uint8]:
    """Return label, visible and ignore in one byte a pixel."""
    bits = crop.label | (crop.visible << _LABEL_BITS)
    return np.asarray(bits | (crop.ignore.astype(np.uint8) << (_LABEL_BITS + _VISIBLE_BITS)))


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
