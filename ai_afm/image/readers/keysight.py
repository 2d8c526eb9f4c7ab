"""Agilent and Keysight PicoView images (.mi): a text header of fixed columns, then all images.

The header's keys take 14 columns. Each image is a `bufferLabel` with its own range and unit: the
largest integer means the range. Rows are stored from the bottom, for scans up and down. Lengths
are in metres.
"""

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
from ai_afm.image.readers.units import to_si
from ai_afm.types import UNKNOWN, Direction, Frame, Measurement, Mode, SlowDirection

_MAGIC = b"fileType      "
_COLUMNS = 14
_BUFFER, _DATA = "bufferLabel", b"\ndata          "
_TYPES = {"BINARY": "<i2", "BINARY_32": "<i4"}
_MODES = {"Contact AFM": Mode.CONTACT, "STM": Mode.STM}


@dataclass(frozen=True, slots=True)
class _Header:
    common: dict[str, str]
    buffers: tuple[dict[str, str], ...]
    kind: str
    start: int


class KeysightReader:
    """Reads images of Agilent and Keysight instruments."""

    name = "Agilent/Keysight PicoView (.mi)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with PicoView's first key."""
        return head.startswith(_MAGIC)

    def read(self, path: Path) -> Frame:
        """Read all images of a file."""
        content = read_bytes(path)
        header = _parse(content, path)
        common = header.common
        up = common.get("scanUp", "").upper() == "TRUE"
        rate = number(common.get("scanSpeed"))
        raw = RawScan(
            _channels(content, header, path),
            (_positive(common.get("xLength")), _positive(common.get("yLength"))),
            _measurement(header),
            (number(common.get("xOffset"), 0.0), number(common.get("yOffset"), 0.0)),
            np.radians(number(common.get("scanAngle"), 0.0)),
            SlowDirection.UP if up else SlowDirection.DOWN,
            rate if rate > 0 else NAN,
        )
        return make_frame(raw, path)


def _parse(content: bytes, path: Path) -> _Header:
    end = content.find(_DATA)
    after = content.find(b"\n", end + 1) if end >= 0 else -1
    if after < 0:
        raise truncated(path, len(content) + 1, 0, "the header (up to its data line)")
    common: dict[str, str] = {}
    buffers: list[dict[str, str]] = []
    for line in content[:end].decode("latin-1").splitlines():
        key, value = line[:_COLUMNS].strip(), line[_COLUMNS:].strip()
        if key == _BUFFER:
            buffers.append({})
        # Lines that continue another one begin with blanks.
        if key and not line.startswith(" "):
            (buffers[-1] if buffers else common).setdefault(key, value)
    kind = content[end + len(_DATA) : after].decode("latin-1").strip()
    if common.get("fileType") != "Image" or not buffers:
        raise bad(path, f"a PicoView file of {common.get('fileType')!r} holds no image; export one")
    if kind not in _TYPES:
        raise bad(path, f"data stored as {kind!r} are unknown ({', '.join(_TYPES)} are known)")
    return _Header(common, tuple(buffers), kind, after + 1)


def _channels(content: bytes, header: _Header, path: Path) -> tuple[RawChannel, ...]:
    lines, pixels = (number(header.common.get(key)) for key in ("yPixels", "xPixels"))
    if not (1 <= lines <= 2**20 and 1 <= pixels <= 2**20):
        raise bad(path, f"the header declares {lines:g} x {pixels:g} px; save the scan again")
    shape = (len(header.buffers), int(lines), int(pixels))
    dtype = np.dtype(_TYPES[header.kind])
    need = shape[0] * shape[1] * shape[2] * dtype.itemsize
    check_size(path, need)
    if need > len(content) - header.start:
        what = f"{shape[0]} images of {shape[1]} x {shape[2]} px"
        raise truncated(path, need, len(content) - header.start, what)
    stack = np.frombuffer(content, dtype, need // dtype.itemsize, header.start).reshape(shape)
    channels = []
    for buffer, image in zip(header.buffers, stack, strict=True):
        span = number(buffer.get("bufferRange"))
        if not np.isfinite(span):
            raise bad(path, f"the range of {buffer[_BUFFER]!r} is {span:g}; save the scan again")
        factor, unit = to_si(buffer.get("bufferUnit", ""))
        values = image[::-1].astype(np.float64) * (span * factor / 2.0 ** (8 * dtype.itemsize - 1))
        back = buffer.get("trace", buffer.get("direction", "")).lower() == "retrace"
        way = Direction.RETRACE if back else Direction.TRACE
        channels.append(RawChannel(buffer[_BUFFER] or "channel", unit, values, way))
    return tuple(channels)


def _positive(text: str | None) -> float:
    value = number(text)
    return value if 0 < value < np.inf else NAN


def _measurement(header: _Header) -> Measurement:
    # The header's time has no zone; it stays in `extra` as it is.
    common = header.common
    rate = finite_or_none(common.get("scanSpeed"))
    numbered = (
        (f"buffer {n}: {key}", value)
        for n, buffer in enumerate(header.buffers, 1)
        for key, value in buffer.items()
    )
    return Measurement(
        mode=_MODES.get(common.get("mode", ""), Mode.UNKNOWN),
        instrument="Agilent/Keysight",
        software=common.get("version") or UNKNOWN,
        line_rate=rate if rate is not None and rate > 0 else None,
        extra=(
            *common.items(),
            *numbered,
            ("scan angle", "taken as counter-clockwise; not checked on an instrument"),
        ),
    )
