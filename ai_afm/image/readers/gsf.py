"""Gwyddion simple fields (.gsf): one channel, rows from the top, float32.

References
----------
Gwyddion user guide, "Gwyddion Simple Field",
http://gwyddion.net/documentation/user-guide-en/gsf.html
"""

from pathlib import Path

import numpy as np

from ai_afm.image.readers.base import (
    NAN,
    RawChannel,
    RawScan,
    bad,
    check_size,
    make_frame,
    number,
    read_bytes,
    truncated,
)
from ai_afm.image.readers.gwyddion import gwyddion_center
from ai_afm.types import Frame, Measurement

_MAGIC = b"Gwyddion Simple Field 1.0\n"


class GsfReader:
    """Reads Gwyddion simple fields."""

    name = "Gwyddion simple field (.gsf)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with the magic line."""
        return head.startswith(_MAGIC)

    def read(self, path: Path) -> Frame:
        """Read a file; fields whose lateral unit is not the metre have an unknown size (NaN)."""
        content = read_bytes(path)
        end = content.find(b"\0", len(_MAGIC))
        if end < 0:
            raise truncated(path, len(content) + 1, 0, "the header")
        header = _parse(content[len(_MAGIC) : end].decode("utf-8", "replace"))
        shape = _shape(header, path)
        start = end + 4 - end % 4
        size = 4 * shape[0] * shape[1]
        check_size(path, size)
        if len(content) - start != size:
            raise truncated(path, size, max(0, len(content) - start), f"an image of {shape} px")
        image = np.frombuffer(content, "<f4", shape[0] * shape[1], start).reshape(shape)
        in_metres = header.get("XYUnits", "") == "m"
        extent = (number(header.get("XReal")), number(header.get("YReal")))
        offset = (number(header.get("XOffset"), 0.0), number(header.get("YOffset"), 0.0))
        channel = RawChannel(
            header.get("Title", "") or path.stem, header.get("ZUnits", "") or "arb", image
        )
        raw = RawScan(
            (channel,),
            extent if in_metres else (NAN, NAN),
            Measurement(extra=tuple(header.items())),
            gwyddion_center(offset, extent) if in_metres and "XReal" in header else (0.0, 0.0),
            number(header.get("AngleRad"), 0.0),
        )
        return make_frame(raw, path)


def _parse(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _shape(header: dict[str, str], path: Path) -> tuple[int, int]:
    try:
        lines, pixels = int(header["YRes"]), int(header["XRes"])
    except (KeyError, ValueError) as exc:
        raise bad(path, "the header has no usable XRes and YRes; export again") from exc
    if lines < 1 or pixels < 1:
        raise bad(path, f"the header declares {lines} x {pixels} px; export again")
    return lines, pixels
