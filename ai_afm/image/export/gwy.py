"""Frames and segmentations as a Gwyddion file (.gwy): one image a channel and direction."""

import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from gwyfile.objects import GwyContainer, GwyDataField, GwySIUnit
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.image.export.target import gwyddion_offset, request_text, si_unit, whole_file
from ai_afm.image.readers.gwy import NOT_SCANNED
from ai_afm.types import ClassCode, Frame, Segmentation


def write_gwy(path: Path, frame: Frame, segmentation: Segmentation | None = None) -> None:
    """Write all channels of a frame, and what a model saw in it, for Gwyddion.

    Gwyddion's fields cannot hold NaN. Pixels that were not scanned get the mean of the others and a
    mask, and the image's metadata say so; our reader turns them into NaN again. Channels with a
    trailing axis are left out, Gwyddion's images have none.

    Parameters
    ----------
    path
        Where; replaced when it exists.
    frame
        What was scanned.
    segmentation
        Adds an image of each class's probability, and a mask of walls and boundaries to the label.

    Raises
    ------
    StoreError
        When the disk refuses.
    BadInput
        When the segmentation has another shape than the frame, or there is no image.
    """
    images = [
        (f"{name} {direction}", frame.unit(name) or "", image)
        for (name, direction), image in frame.data.items()
        if image.ndim == 2
    ]
    if not images:
        raise BadInput("the frame has no image to export")
    container = GwyContainer()
    container["/filename"] = path.name
    for number, (title, unit, image) in enumerate(images):
        _add_image(container, number, title, _field(frame, image, unit))
        unscanned = ~np.isfinite(image)
        if unscanned.any():
            container[f"/{number}/mask"] = _field(frame, unscanned, "")
        facts = _facts(frame, unit) | ({NOT_SCANNED: "mask"} if unscanned.any() else {})
        container[f"/{number}/meta"] = _texts(facts)
    if segmentation is not None:
        _add_segmentation(container, len(images), frame, segmentation)
    with whole_file(path) as temporary:
        container.tofile(str(temporary))


def _add_image(container: GwyContainer, number: int, title: str, field: GwyDataField) -> None:
    container[f"/{number}/data"] = field
    container[f"/{number}/data/title"] = title
    container[f"/{number}/data/visible"] = True


def _add_segmentation(
    container: GwyContainer, first: int, frame: Frame, segmentation: Segmentation
) -> None:
    """Add the probability of each class, masked where the label is that class."""
    if segmentation.label.shape != frame.shape:
        raise BadInput(f"segmentation {segmentation.label.shape} and frame {frame.shape} differ")
    pairs = zip(segmentation.classes, segmentation.probability, strict=True)
    for number, (code, probability) in enumerate(pairs, first):
        title = f"probability of {ClassCode(code).name.lower()} ({segmentation.model})"
        _add_image(container, number, title, _field(frame, probability, ""))
        container[f"/{number}/mask"] = _field(frame, segmentation.label == code, "")
        facts = {"model": segmentation.model, "model_sha256": segmentation.model_sha256}
        container[f"/{number}/meta"] = _texts(facts | {"mask": "the model's label"})


def _field(frame: Frame, image: NDArray[Any], unit: str) -> GwyDataField:
    values = np.asarray(image, np.float64)
    known = np.isfinite(values)
    filled = np.where(known, values, values[known].mean() if known.any() else 0.0)
    x, y = gwyddion_offset(frame)
    width, height = frame.region.size
    return GwyDataField(
        filled,
        xreal=width,
        yreal=height,
        xoff=x,
        yoff=y,
        si_unit_xy=GwySIUnit(unitstr="m"),
        si_unit_z=GwySIUnit(unitstr=si_unit(unit)),
    )


def _texts(facts: dict[str, str]) -> GwyContainer:
    """Return facts as a container of strings; gwyfile by itself would store "m" as a character.

    A NUL, which vendors' headers contain, would end the string in the middle of the file.
    """
    clean = {k.replace("\0", "\u2400"): v.replace("\0", "\u2400") for k, v in facts.items()}
    return GwyContainer(clean, dict.fromkeys(clean, "s"))


def _facts(frame: Frame, unit: str) -> dict[str, str]:
    """Return what Gwyddion's metadata browser shows."""
    measurement = frame.measurement
    facts = {f.name: getattr(measurement, f.name) for f in fields(measurement) if f.name != "extra"}
    known = {name: str(fact) for name, fact in facts.items() if fact not in (None, ())}
    return (
        known
        | dict(measurement.extra)
        | {
            "unit": unit,
            "angle_deg": f"{math.degrees(frame.region.angle):.9g}",
            "slow_direction": frame.request.slow_direction.value,
            "line_rate_hz": f"{frame.request.line_rate:.9g}",
            "request": request_text(frame),
        }
    )
