"""WSxM images (.stp, .top and its other images): a text header of sections, then one image.

The image is stored turned by half a turn: its last row is the top one, its last column the left
one. Integers are the converter's steps, of which the Z amplitude spans those from the smallest to
the largest; floating point values are in the Z amplitude's unit.

References
----------
I. Horcas et al., "WSXM: a software for scanning probe microscopy and a tool for nanotechnology",
Rev. Sci. Instrum. 78, 013705 (2007), https://doi.org/10.1063/1.2432410
"""

import math
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.readers.base import (
    NAN,
    RawChannel,
    RawScan,
    bad,
    check_size,
    finite_or_none,
    make_frame,
    number,
    read_bytes,
    truncated,
)
from ai_afm.image.readers.units import length, to_si
from ai_afm.types import UNKNOWN, Direction, Frame, Measurement, SlowDirection

_MAGIC = b"WSxM file copyright"
_KIND = b"SxM Image file"
_HEADER_SIZE = re.compile(rb"Image header size:\s*(\d{1,9})\s")
_END = "[Header end]"
_TYPES = {"short": "<i2", "integer": "<i4", "float": "<f4", "double": "<f8"}
_DIRECTIONS = {"forward": Direction.TRACE, "backward": Direction.RETRACE}
_TOP = 400  # bytes in which the first lines lie


class WsxmReader:
    """Reads images that WSxM or its instruments saved."""

    name = "WSxM image (.stp, .top)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with WSxM's copyright line."""
        return head.startswith(_MAGIC)

    def read(self, path: Path) -> Frame:
        """Read the one image of a file."""
        content = read_bytes(path)
        header, start = _parse(content, path)
        stored = _stored(content, start, header, path)
        image, unit = _calibrated(stored, header, path)
        name = header.get("General Info: Acquisition channel", "") or path.stem
        way = _DIRECTIONS.get(header.get("General Info: X scanning direction", "").lower())
        width = _length(header, "X Amplitude")
        rate = number(header.get("Control: X-Frequency"))
        raw = RawScan(
            # Half a turn, see above.
            (RawChannel(name, unit, image[::-1, ::-1], way),),
            (width, _length(header, "Y Amplitude")),
            _measurement(header),
            (_offset(header, "X Offset"), _offset(header, "Y Offset")),
            math.radians(number(header.get("Control: Angle"), 0.0)),
            _slow_direction(header),
            rate if rate > 0 else NAN,
        )
        return make_frame(raw, path)


def _parse(content: bytes, path: Path) -> tuple[dict[str, str], int]:
    """Return the header as "Section: key" -> text, and where the image begins."""
    first = content[:_TOP].splitlines()
    if len(first) < 2 or first[1].strip() != _KIND:
        what = first[1].decode("latin-1") if len(first) > 1 else "nothing"
        raise bad(path, f"a WSxM file of {what[:60]!r} is no image; export an image from WSxM")
    found = _HEADER_SIZE.search(content[:_TOP])
    if found is None:
        raise bad(path, "the WSxM header does not tell its size; save the file again in WSxM")
    start = int(found.group(1))
    if start > len(content):
        raise truncated(path, start, len(content), "the header")
    text = content[:start].decode("latin-1")
    if _END not in text:
        raise bad(path, f"the WSxM header of {start} bytes has no end mark; save the file again")
    header: dict[str, str] = {}
    section = ""
    for line in text[: text.index(_END)].splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        key, colon, value = line.partition(":")
        if colon and section:
            header.setdefault(f"{section}: {key.strip()}", value.strip())
    return header, start


def _stored(content: bytes, start: int, header: dict[str, str], path: Path) -> NDArray[np.generic]:
    lines, pixels = (
        number(header.get(f"General Info: Number of {what}")) for what in ("rows", "columns")
    )
    if not (1 <= lines <= 2**20 and 1 <= pixels <= 2**20):
        raise bad(path, f"the header declares {lines:g} rows of {pixels:g} px; save it again")
    shape = (int(lines), int(pixels))
    # Before it had the key, WSxM wrote 16-bit integers only.
    kind = header.get("General Info: Image Data Type", "short")
    if kind not in _TYPES:
        raise bad(path, f"data of type {kind!r} are unknown ({', '.join(_TYPES)} are known)")
    dtype = np.dtype(_TYPES[kind])
    need = shape[0] * shape[1] * dtype.itemsize
    check_size(path, need)
    if need > len(content) - start:
        raise truncated(path, need, len(content) - start, f"an image of {shape[0]} x {shape[1]} px")
    return np.frombuffer(content, dtype, shape[0] * shape[1], start).reshape(shape)


def _calibrated(
    stored: NDArray[np.generic], header: dict[str, str], path: Path
) -> tuple[NDArray[np.float64], str]:
    amplitude = header.get("General Info: Z Amplitude", "")
    figure, _, unit = amplitude.partition(" ")
    factor, si = to_si(unit)
    values = stored.astype(np.float64)
    if stored.dtype.kind == "f":
        return values * factor, si
    span = number(figure)
    if not math.isfinite(span):
        raise bad(
            path, f"the header's Z amplitude is {amplitude!r}, a number is needed; save again"
        )
    ends = [number(header.get(f"Miscellaneous: {end}")) for end in ("Maximum", "Minimum")]
    steps = ends[0] - ends[1]
    if not steps > 0:
        steps = float(values.max() - values.min())
    # An image without any contrast does not show what a step means.
    return (values * (span / steps * factor), si) if steps > 0 else (values, "arb")


def _length(header: dict[str, str], key: str) -> float:
    value = length(header.get(f"Control: {key}", ""))
    return value if value is not None and value > 0 else NAN


def _offset(header: dict[str, str], key: str) -> float:
    value = length(header.get(f"Control: {key}", ""))
    return value if value is not None and math.isfinite(value) else 0.0


def _slow_direction(header: dict[str, str]) -> SlowDirection:
    up = header.get("General Info: Y scanning direction", "").lower() == "up"
    return SlowDirection.UP if up else SlowDirection.DOWN


def _measurement(header: dict[str, str]) -> Measurement:
    # The header's time has no zone; it stays in `extra` as it is.
    setpoint = header.get("Control: Set Point", "")
    figure, _, unit = setpoint.partition(" ")
    factor, si = to_si(unit)
    value = finite_or_none(figure)
    rate = finite_or_none(header.get("Control: X-Frequency"))
    software = header.get("Miscellaneous: Acquired with version", "")
    return Measurement(
        software=f"WSxM {software}".strip(),
        setpoint=value * factor if value is not None else None,
        setpoint_unit=si if value is not None else UNKNOWN,
        line_rate=rate if rate is not None and rate > 0 else None,
        extra=(
            *header.items(),
            ("scan angle", "taken as counter-clockwise; not checked on an instrument"),
        ),
    )
