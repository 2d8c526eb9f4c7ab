"""Nanonis scans (.sxm).

Each channel is stored in the order of acquisition: with SCAN_DIR up the first row is the bottom
one, and the backward image is mirrored. SCAN_ANGLE is positive clockwise. Rows that were not
scanned are NaN.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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
from ai_afm.types import UNKNOWN, Direction, Frame, Measurement, Mode, SlowDirection

_MAGIC = b":NANONIS_VERSION:"
_END = b":SCANIT_END:"
_DATA = b"\x1a\x04"
_KEY = re.compile(r"^:(.+):$")
_DIRECTIONS = {
    "both": (Direction.TRACE, Direction.RETRACE),
    "forward": (Direction.TRACE,),
    "backward": (Direction.RETRACE,),
}


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    unit: str
    directions: tuple[Direction, ...]


class SxmReader:
    """Reads Nanonis scans."""

    name = "Nanonis (.sxm)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with a Nanonis header."""
        return head.startswith(_MAGIC)

    def read(self, path: Path) -> Frame:
        """Read all channels, forward as trace and backward as retrace."""
        content = read_bytes(path)
        end = content.find(_END)
        start = content.find(_DATA, end) if end >= 0 else -1
        if start < 0:
            raise truncated(path, len(content) + 1, 0, "the header (up to :SCANIT_END: and 1A 04)")
        header = _parse(content[:end].decode("latin-1"))
        if header.get("SCANIT_TYPE", "").split() != ["FLOAT", "MSBFIRST"]:
            raise bad(
                path,
                f"data of type {header.get('SCANIT_TYPE', UNKNOWN)!r}; "
                "only FLOAT MSBFIRST is known",
            )
        listed = _listed(header, path)
        pixels, lines = _pair(header, "SCAN_PIXELS", path)
        width, height = _pair(header, "SCAN_RANGE", path)
        shape = (int(lines), int(pixels))
        up = header.get("SCAN_DIR", "down").strip() == "up"
        raw = RawScan(
            _images(content, start + len(_DATA), (listed, shape, up), path),
            (width, height),
            _measurement(header),
            _pair(header, "SCAN_OFFSET", path),
            math.radians(0.0 - number(header.get("SCAN_ANGLE"), 0.0)),
            SlowDirection.UP if up else SlowDirection.DOWN,
            _line_rate(header),
        )
        return make_frame(raw, path)


def _parse(text: str) -> dict[str, str]:
    header: dict[str, str] = {}
    key = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        found = _KEY.match(line)
        if found:
            key = found.group(1)
            header[key] = ""
        elif key:
            header[key] = f"{header[key]}\n{line}" if header[key] else line
    return header


def _pair(header: dict[str, str], key: str, path: Path) -> tuple[float, float]:
    values = [number(word) for word in header.get(key, "").split()]
    if len(values) != 2 or not all(math.isfinite(v) for v in values):
        raise bad(path, f"the header's {key} is {header.get(key)!r}, two numbers are needed")
    return values[0], values[1]


def _listed(header: dict[str, str], path: Path) -> tuple[_Listed, ...]:
    rows = [line.split("\t") for line in header.get("DATA_INFO", "").splitlines() if line.strip()]
    table = [[cell.strip() for cell in row if cell.strip()] for row in rows[1:]]
    if not table or any(len(row) < 4 or row[3] not in _DIRECTIONS for row in table):
        raise bad(path, "the header's DATA_INFO lists no usable channels; save it again")
    return tuple(_Listed(row[1], row[2], _DIRECTIONS[row[3]]) for row in table)


def _images(
    content: bytes, at: int, layout: tuple[tuple[_Listed, ...], tuple[int, int], bool], path: Path
) -> tuple[RawChannel, ...]:
    listed, shape, up = layout
    if min(shape) < 1:
        raise bad(path, f"the header declares {shape[0]} x {shape[1]} px; save it again")
    blocks = sum(len(c.directions) for c in listed)
    need = 4 * shape[0] * shape[1] * blocks
    check_size(path, need)
    if need > len(content) - at:
        what = f"{blocks} images of {shape[0]} x {shape[1]} px"
        raise truncated(path, need, len(content) - at, what)
    stack = np.frombuffer(content, ">f4", need // 4, at).reshape(blocks, *shape).astype(np.float32)
    if up:
        stack = stack[:, ::-1]
    images = iter(stack)
    channels = []
    for entry in listed:
        for direction in entry.directions:
            image = next(images)
            # The way back is stored as the tip went: from right to left.
            stored = image[:, ::-1] if direction is Direction.RETRACE else image
            channels.append(RawChannel(entry.name, entry.unit, stored, direction))
    return tuple(channels)


def _line_rate(header: dict[str, str]) -> float:
    times = [number(word) for word in header.get("SCAN_TIME", "").split()]
    total = sum(times) if len(times) == 2 else NAN
    return 1.0 / total if total > 0 else NAN


def _measurement(header: dict[str, str]) -> Measurement:
    # The vendor's time has no zone; it stays in `extra` as it is.
    rate = _line_rate(header)
    oscillating = header.get("Oscillation Control>output off", "").strip().upper() == "FALSE"
    return Measurement(
        mode=Mode.UNKNOWN,
        instrument="Nanonis",
        software=header.get("NanonisMain>SW Version", UNKNOWN).strip() or UNKNOWN,
        drive_frequencies=_frequencies(header) if oscillating else (),
        setpoint=finite_or_none(header.get("Z-Controller>Setpoint")),
        setpoint_unit=header.get("Z-Controller>Setpoint unit", "").strip() or UNKNOWN,
        line_rate=rate if math.isfinite(rate) else None,
        temperature=finite_or_none(header.get("REC_TEMP")),
        extra=tuple(header.items()),
    )


def _frequencies(header: dict[str, str]) -> tuple[float, ...]:
    center = finite_or_none(header.get("Oscillation Control>Center Frequency (Hz)"))
    return () if center is None else (center,)
