"""Gwyddion native files (.gwy): all data fields of the first scan in it.

Rows are stored from the top, as Gwyddion shows them. Gwyddion fields cannot hold NaN: a mask over
pixels that were not scanned is turned back into NaN where the file says that it means this
(`NOT_SCANNED`).
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.readers.base import (
    NAN,
    RawChannel,
    RawScan,
    bad,
    make_frame,
    number,
    placed_by_request,
    read_bytes,
    truncated,
)
from ai_afm.image.readers.gwyddion import GwyObject, GwyParser, gwyddion_center
from ai_afm.types import Frame, Measurement

_MAGIC = b"GWYP"
_OLD_MAGIC = b"GWYO"
NOT_SCANNED = "unscanned pixels"
"""Key of an image's metadata that says, with the text "mask", that its mask covers these."""
_CHANNEL = re.compile(r"/(\d+)/data")


class GwyReader:
    """Reads Gwyddion native files."""

    name = "Gwyddion (.gwy)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with Gwyddion's magic, the old one included."""
        return head.startswith((_MAGIC, _OLD_MAGIC))

    def read(self, path: Path) -> Frame:
        """Read all images of the first one's shape; others are named in the header facts."""
        content = read_bytes(path)
        if content.startswith(_OLD_MAGIC):
            raise bad(
                path,
                "this is a Gwyddion 1.x file (magic GWYO); open it in Gwyddion 2 and save it again",
            )
        root = GwyParser(content, path).parse(len(_MAGIC))
        numbers = sorted(
            int(found.group(1)) for key in root.items if (found := _CHANNEL.fullmatch(key))
        )
        # What a model saw in the scan is exported beside it; it is no channel.
        numbers = [n for n in numbers if "model_sha256" not in _meta(root, n)]
        if not numbers:
            raise bad(path, "the file holds no image; save an image channel in it")
        fields = {n: _field(root, n, path) for n in numbers}
        first = fields[numbers[0]]
        kept = [n for n in numbers if fields[n]["shape"] == first["shape"]]
        skipped = [f"{_title(root, n)} {fields[n]['shape']}" for n in numbers if n not in kept]
        raw = RawScan(
            tuple(_channel(root, n, fields[n]) for n in kept),
            first["extent"],
            Measurement(extra=_facts(root, numbers[0], skipped)),
            first["center"],
        )
        # Only our own exports carry the request.
        raw = placed_by_request(raw, _meta(root, numbers[0]).get("request", ""))
        return make_frame(raw, path)


def _field(root: GwyObject, index: int, path: Path) -> dict[str, Any]:
    field = root.items[f"/{index}/data"]
    if not isinstance(field, GwyObject) or field.type_name != "GwyDataField":
        raise bad(path, f"/{index}/data is no data field; save the file again in Gwyddion")
    items = field.items
    lines, pixels = items.get("yres"), items.get("xres")
    values = items.get("data")
    if not (isinstance(lines, int) and isinstance(pixels, int) and isinstance(values, np.ndarray)):
        raise bad(path, f"image {index} lacks its size or values; save it again")
    if lines < 1 or pixels < 1 or values.size != lines * pixels:
        raise truncated(
            path, 8 * lines * pixels, values.nbytes, f"image {index}, {lines} x {pixels}"
        )
    extent = (number(items.get("xreal")), number(items.get("yreal")))
    offset = (number(items.get("xoff"), 0.0), number(items.get("yoff"), 0.0))
    in_metres = _unit(items.get("si_unit_xy")) == "m"
    return {
        "shape": (lines, pixels),
        "values": values.astype(np.float64).reshape(lines, pixels),
        "extent": extent if in_metres else (NAN, NAN),
        "center": gwyddion_center(offset, extent) if in_metres else (0.0, 0.0),
        "unit": _unit(items.get("si_unit_z")) or "arb",
    }


def _channel(root: GwyObject, index: int, field: dict[str, Any]) -> RawChannel:
    image: NDArray[np.float64] = field["values"]
    mask = root.items.get(f"/{index}/mask")
    if _meta(root, index).get(NOT_SCANNED) == "mask" and isinstance(mask, GwyObject):
        covered = mask.items.get("data")
        if isinstance(covered, np.ndarray) and covered.size == image.size:
            image[covered.reshape(image.shape) > 0.5] = np.nan
    return RawChannel(_title(root, index), field["unit"], image)


def _title(root: GwyObject, index: int) -> str:
    title = root.items.get(f"/{index}/data/title")
    return title if isinstance(title, str) and title else f"channel {index}"


def _unit(unit: object) -> str:
    text = unit.items.get("unitstr", "") if isinstance(unit, GwyObject) else ""
    return str(text)


def _meta(root: GwyObject, index: int) -> dict[str, str]:
    meta = root.items.get(f"/{index}/meta")
    items = meta.items if isinstance(meta, GwyObject) else {}
    return {k: v for k, v in items.items() if isinstance(v, str)}


def _facts(root: GwyObject, index: int, skipped: list[str]) -> tuple[tuple[str, str], ...]:
    facts = tuple(_meta(root, index).items())
    if skipped:
        facts = (*facts, ("images of another shape, not read", "; ".join(skipped)))
    return facts
