"""What a model saw in a scan, as a file that each glimpse replaces; final at the scan's end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ai_afm.errors import BadInput
from ai_afm.image import safe_hdf5
from ai_afm.store import small_hdf5
from ai_afm.types import ClassCode, Direction, FloatImage, Segmentation, SlowDirection

FORMAT = "ai-afm segmentation"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a segmentation was made, beside what it says itself.

    Parameters
    ----------
    scan
        Number of the scan.
    lines
        Rows, in order of arrival, that the model has seen.
    final
        Whether no more rows will come.
    torch
        Version of torch, "none" for a model without it.
    dtype
        Number format of the arithmetic.
    threads
        Threads it ran on.
    direction
        Passes that the model looked at.
    milliseconds
        Time it took.
    normalisation
        JSON values: the state with which the input was normalised.
    cpu
        Type of the processor (see `segment.processor`); empty where it is not known, as in files
        that were written before it was stored.
    """

    scan: int
    lines: int
    final: bool
    torch: str = "none"
    dtype: str = "float32"
    threads: int = 1
    direction: Direction = Direction.TRACE
    milliseconds: float = 0.0
    normalisation: Mapping[str, Any] = field(default_factory=dict)
    cpu: str = ""


@dataclass(frozen=True, slots=True)
class StoredSegmentation:
    """A segmentation as it lies on the disk, and how it was made."""

    path: Path
    segmentation: Segmentation
    provenance: Provenance


def quantised(segmentation: Segmentation) -> Segmentation:
    """Return what reading the stored segmentation will give: probabilities in steps of 1/255.

    Whoever decides on a segmentation in memory decides on this one, so that a decision can be
    repeated from the run folder.
    """
    probability, uncertainty = _to_bytes(segmentation)
    return replace(
        segmentation,
        probability=_to_probability(probability),
        uncertainty=_to_uncertainty(uncertainty, probability),
    )


def segmentation_name(source: Path, model_sha256: str) -> str:
    """Return the file name of a model's segmentation of a scan file, or of a map's.

    Examples
    --------
    >>> segmentation_name(Path("scans/000007.h5"), "6289273b69109f9f")
    '000007-6289273b6910.h5'
    >>> segmentation_name(Path("maps/000002.h5"), "6289273b69109f9f")
    'map-000002-6289273b6910.h5'
    """
    of_map = "map-" if source.parent.name == "maps" else ""
    return f"{of_map}{source.stem}-{model_sha256[:12]}.h5"


def write_segmentation(path: Path, segmentation: Segmentation, provenance: Provenance) -> None:
    """Store a segmentation; a reader sees the one before or this one, never a part.

    Parameters
    ----------
    path
        Where; replaced when it exists.
    segmentation, provenance
        What the model saw, and how.

    Raises
    ------
    StoreError
        When the disk refuses.
    BadInput
        When the arrays do not fit one another.
    """
    lines, pixels = segmentation.label.shape
    if segmentation.probability.shape != (len(segmentation.classes), lines, pixels):
        raise BadInput(
            f"probability {segmentation.probability.shape} does not fit "
            f"{len(segmentation.classes)} classes of {lines} lines and {pixels} px"
        )
    small_hdf5.write(
        path, FORMAT, FORMAT_VERSION, lambda file: _fill(file, segmentation, provenance)
    )


def _fill(file: h5py.File, segmentation: Segmentation, provenance: Provenance) -> None:
    probability, uncertainty = _to_bytes(segmentation)
    facts = {
        "scan": provenance.scan,
        "lines": provenance.lines,
        "final": provenance.final,
        "torch": provenance.torch,
        "dtype": provenance.dtype,
        "threads": provenance.threads,
        "direction": provenance.direction.value,
        "milliseconds": provenance.milliseconds,
        "normalisation": dict(provenance.normalisation),
        "cpu": provenance.cpu,
        "classes": [int(c) for c in segmentation.classes],
        "model": segmentation.model,
        "model_sha256": segmentation.model_sha256,
        "settled": segmentation.settled,
        "slow_direction": segmentation.slow_direction.value,
        "ood_score": segmentation.ood_score,
        "ood": segmentation.ood,
    }
    entry = file["entry"]
    small_hdf5.put_text(file, "facts", json.dumps(facts, allow_nan=False, ensure_ascii=False))
    for name, fact in facts.items():
        if fact is not None:
            entry.attrs[name] = json.dumps(fact) if isinstance(fact, dict) else fact
    entry.attrs["default"] = "label"
    planes = {"label": segmentation.label, "probability": probability, "uncertainty": uncertainty}
    for name, plane in planes.items():
        group = entry.create_group(name)
        group.attrs.update({"NX_class": "NXdata", "signal": "data", "title": name})
        group.create_dataset("data", data=np.ascontiguousarray(plane, np.uint8))
    names = [ClassCode(c).name.lower() for c in segmentation.classes]
    entry["probability"]["data"].attrs.update({"scale": 1 / 255, "class_names": names})
    entry["uncertainty"]["data"].attrs["scale"] = 1 / 255
    entry["label"]["data"].attrs["meaning"] = "class codes; 255 where nothing was scanned"


def _to_bytes(segmentation: Segmentation) -> tuple[Any, Any]:
    """Return probability and uncertainty as uint8; all classes are 0 where nothing is known."""
    probability = np.nan_to_num(segmentation.probability, nan=0.0)
    uncertainty = np.nan_to_num(segmentation.uncertainty, nan=1.0)
    if probability.size and (probability.min() < 0 or probability.max() > 1 + 1e-5):
        raise BadInput("probabilities must lie between 0 and 1")
    return np.rint(probability * 255).astype(np.uint8), np.rint(uncertainty * 255).astype(np.uint8)


def _to_probability(stored: Any) -> FloatImage:
    total = stored.sum(axis=0, dtype=np.float32)
    total[total == 0] = np.nan
    return np.asarray(stored / total, np.float32)


def _to_uncertainty(stored: Any, probability: Any) -> FloatImage:
    seen = probability.any(axis=0)
    return np.asarray(np.where(seen, stored / np.float32(255), np.nan), np.float32)


def read_segmentation(path: Path) -> StoredSegmentation:
    """Read a segmentation back; equal to `quantised` of what was written.

    Raises
    ------
    BadInput
        When it is no sound segmentation file of ours.
    """
    with safe_hdf5.opened(path) as file:
        facts = _facts(file)
        segmentation = _segmentation(file, facts)
    provenance = Provenance(
        int(facts["scan"]),
        int(facts["lines"]),
        bool(facts["final"]),
        str(facts["torch"]),
        str(facts["dtype"]),
        int(facts["threads"]),
        Direction(facts["direction"]),
        float(facts["milliseconds"]),
        dict(facts["normalisation"]),
        str(facts.get("cpu", "")),
    )
    return StoredSegmentation(path, segmentation, provenance)


def _segmentation(file: h5py.File, facts: Mapping[str, Any]) -> Segmentation:
    label, probability, uncertainty = (
        _plane(file, f"/entry/{n}/data") for n in ("label", "probability", "uncertainty")
    )
    classes = tuple(int(c) for c in facts["classes"])
    if probability.shape != (len(classes), *label.shape) or uncertainty.shape != label.shape:
        raise BadInput(f"{file.filename}: probability {probability.shape} and label do not fit")
    return Segmentation(
        _to_probability(probability),
        classes,
        label,
        _to_uncertainty(uncertainty, probability),
        str(facts["model"]),
        str(facts["model_sha256"]),
        int(facts["settled"]),
        SlowDirection(facts["slow_direction"]),
        None if facts["ood_score"] is None else float(facts["ood_score"]),
        bool(facts["ood"]),
    )


_FACTS = {f.name for f in fields(Provenance) if f.name != "cpu"} | {
    f.name for f in fields(Segmentation) if f.name not in ("probability", "label", "uncertainty")
}


def _facts(file: h5py.File) -> dict[str, Any]:
    safe_hdf5.require_format(file, FORMAT, FORMAT_VERSION)
    facts = json.loads(safe_hdf5.text(file, "/entry/facts"))
    if not isinstance(facts, dict) or not facts.keys() >= _FACTS:
        raise BadInput(f"{file.filename}: /entry/facts is not complete")
    return facts


def _plane(file: h5py.File, name: str) -> Any:
    stored = safe_hdf5.dataset(file, name)
    if stored.dtype != np.uint8:
        raise BadInput(f"{file.filename}: {name} is of type {stored.dtype}, not uint8")
    return stored[()]
