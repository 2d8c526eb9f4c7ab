"""Labels as COCO: one file for all, polygons or run lengths, categories by their names.

Run lengths are exact; polygons, as other programs write them, within one pixel.

References
----------
COCO data format, https://cocodataset.org/#format-data, and the run lengths of its API.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import AfmError, BadInput
from ai_afm.flywheel.exchange.geojson import KEY
from ai_afm.flywheel.exchange.sidecar import (
    CODES,
    NAMES,
    Parcel,
    Sidecar,
    check_against,
    parse_sidecar,
)
from ai_afm.flywheel.exchange.vectors import (
    MAX_SHAPES,
    MAX_VERTICES,
    Area,
    as_points,
    check_work,
    drawn_label,
)
from ai_afm.flywheel.records import FrameRecord, Label
from ai_afm.types import ClassCode

FrameOf = Callable[[str], FrameRecord]
"""Returns the frame of a hash; refuses one that is not known."""


def to_coco(labels: Sequence[tuple[Sidecar, Label]]) -> dict[str, Any]:
    """Return labels as one COCO object: per class of a label one mask of run lengths."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, (about, label) in enumerate(labels, start=1):
        lines, pixels = label.shape
        images.append(
            {
                "id": number,
                "width": pixels,
                "height": lines,
                "file_name": about.previews[0] if about.previews else f"{about.frame[:12]}.png",
                KEY: about.model_dump(mode="json"),
            }
        )
        for code in np.unique(label[label != ClassCode.BACKGROUND]).tolist():
            mask = label == code
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": code,
                    "iscrowd": 1,
                    "area": int(mask.sum()),
                    "bbox": _box(mask),
                    "segmentation": {"size": [lines, pixels], "counts": run_lengths(mask)},
                }
            )
    categories = [{"id": code, "name": name} for code, name in NAMES.items() if code]
    return {"images": images, "annotations": annotations, "categories": categories}


def run_lengths(mask: NDArray[np.bool_]) -> list[int]:
    """Return how many pixels are off, on, off, ... column by column.

    Examples
    --------
    >>> run_lengths(np.array([[0, 1, 1], [0, 0, 1]], bool))
    [2, 1, 1, 2]
    """
    flat = mask.ravel(order="F")
    changes = np.flatnonzero(np.diff(flat)) + 1
    edges = [0, *changes.tolist(), flat.size]
    lengths = [b - a for a, b in pairwise(edges)]
    return [0, *lengths] if flat[0] else lengths


def _box(mask: NDArray[np.bool_]) -> list[int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1]


def from_coco(
    title: str, stored: dict[str, Any], frame_of: FrameOf
) -> Iterator[Parcel | tuple[str, str]]:
    """Yield the label of each image of a COCO object, or (title, reason) where it is refused.

    Raises
    ------
    BadInput
        When it is no COCO object at all.
    """
    images, annotations, categories = (
        _objects(stored, k) for k in ("images", "annotations", "categories")
    )
    codes = {_number(c.get("id")): CODES.get(str(c.get("name")).lower()) for c in categories}
    of_image: dict[int | None, list[dict[str, Any]]] = {}
    for annotation in annotations:
        of_image.setdefault(_number(annotation.get("image_id")), []).append(annotation)
    for image in images:
        number = _number(image.get("id"))
        name = f"{title}, image {number}"
        try:
            if number is None:
                raise BadInput("the image has no number")
            yield _parcel(name, image, of_image.get(number, []), codes, frame_of)
        except AfmError as exc:
            yield name, str(exc)


def _parcel(
    name: str,
    image: dict[str, Any],
    annotations: list[dict[str, Any]],
    codes: dict[int | None, int | None],
    frame_of: FrameOf,
) -> Parcel:
    about = parse_sidecar(image.get(KEY))
    check_against(about, frame_of(about.frame))
    shape = about.window.shape
    if (image.get("height"), image.get("width")) != shape:
        raise BadInput(f"the image is not of the size of its window, {shape}")
    if len(annotations) > MAX_SHAPES:
        raise BadInput(f"{len(annotations)} annotations; at most {MAX_SHAPES} are read")
    check_work(len(annotations), shape)
    label: Label = np.zeros(shape, np.uint8)
    for annotation in annotations:
        category = _number(annotation.get("category_id"))
        code = codes.get(category)
        if code is None:
            raise BadInput(f"the category {category} is no class")
        label[_mask(annotation.get("segmentation"), shape)] = code
    return Parcel(name, about, label)


def _mask(segmentation: Any, shape: tuple[int, int]) -> NDArray[np.bool_]:
    if isinstance(segmentation, list):
        rings = [_ring(flat) for flat in segmentation]
        areas = [Area(int(ClassCode.WALL), (ring,)) for ring in rings]
        return np.asarray(drawn_label(shape, areas) != ClassCode.BACKGROUND)
    if not isinstance(segmentation, dict) or segmentation.get("size") != list(shape):
        raise BadInput(f"a mask is not of the size of its window, {shape}")
    counts = segmentation.get("counts")
    lengths = _unpacked(counts, shape) if isinstance(counts, str) else counts
    return from_run_lengths(lengths, shape)


def _ring(flat: Any) -> NDArray[np.float64]:
    """Return a polygon x, y, x, y, ... as rows and columns; COCO counts from a pixel's corner."""
    if not isinstance(flat, list) or len(flat) % 2 or not 6 <= len(flat) <= MAX_VERTICES:
        raise BadInput("a polygon is a list of at least three x and y")
    points = as_points([[x, y] for x, y in zip(flat[::2], flat[1::2], strict=True)])
    return points[:, ::-1] - 0.5


def from_run_lengths(lengths: Any, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the mask that run lengths describe, (lines, pixels) bool.

    Raises
    ------
    BadInput
        When they are no list of whole numbers that add up to the size.
    """
    size = shape[0] * shape[1]
    if not isinstance(lengths, list) or not len(lengths) <= size + 1:
        raise BadInput("run lengths are a list of whole numbers")
    if any(type(n) is not int or not 0 <= n <= size for n in lengths) or sum(lengths) != size:
        raise BadInput(f"the run lengths do not add up to {size} px")
    on = np.arange(len(lengths)) % 2 == 1
    return np.repeat(on, lengths).reshape(shape, order="F")


def _unpacked(counts: str, shape: tuple[int, int]) -> list[int]:
    """Return the run lengths in COCO's text: 5 bits a character, differences from the third on."""
    if len(counts) > 8 * (shape[0] * shape[1] + 1):
        raise BadInput("the run lengths are longer than their mask")
    lengths: list[int] = []
    value = shift = 0
    for character in counts:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 60:
            raise BadInput("the run lengths are no text of COCO's")
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        lengths.append(value + lengths[-2] if len(lengths) > 2 else value)
        value = shift = 0
    if shift:
        raise BadInput("the run lengths break off")
    return lengths


def _objects(stored: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = stored.get(key)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadInput(f"a COCO file has a list {key!r} of objects")
    if len(found) > 10 * MAX_SHAPES:
        raise BadInput(f"{len(found)} {key}; import it in parts")
    return found


def _number(value: Any) -> int | None:
    return value if type(value) is int else None
