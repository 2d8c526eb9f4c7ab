"""NT-MDT files (.mdt) of the Nova software: frames of many kinds, of which images are read.

Images in "multi-dimensional array" frames, and the older "scanned" frames, carry a calibration per
axis and for their values: a physical value is bias + scale x stored number, in the unit that is
written there. Rows are stored from the bottom, forward and backward alike. Scales give the pitch of
the pixels; the region, which reaches to the outer edges of its pixels, is N pitches wide. All
images of the first one's shape are taken as channels of one scan; the titles ("1F:Height") tell
forward from backward.

References
----------
Kaitai project, format gallery, "NT-MDT data", https://formats.kaitai.io/nt_mdt/
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.readers.base import (
    NAN,
    RawChannel,
    RawScan,
    bad,
    check_size,
    make_frame,
    read_bytes,
    truncated,
)
from ai_afm.image.readers.units import to_si
from ai_afm.types import UNKNOWN, Direction, Frame, Measurement, Mode

_MAGIC = b"\x01\xb0\x93\xff"
_FIRST = 33  # bytes before the first frame
_FRAME = 22  # bytes of a frame's header
_SCANNED, _ARRAY = 0, 106
_AXES, _GRID = 30, 36  # bytes of the old frames' axes, and with what follows of the grid
# Codes of units and signals in the old frames.
_UNITS = {
    -5: "m",
    -3: "mm",
    -2: "um",
    -1: "nm",
    0: "\N{LATIN CAPITAL LETTER A WITH RING ABOVE}",
    1: "nA",
    2: "V",
    4: "kHz",
    5: "deg",
    9: "s",
    20: "A",
    21: "mA",
    22: "uA",
    23: "nA",
    24: "pA",
    25: "V",
    26: "mV",
    27: "uV",
    30: "N",
    31: "mN",
    32: "uN",
    33: "nN",
    34: "pN",
}
_SIGNALS = {
    0: "Height",
    1: "DFL",
    2: "Lateral F",
    3: "Bias V",
    4: "Current",
    5: "FB-Out",
    6: "MAG",
    11: "Phase1",
    12: "Phase2",
}
_HEADER = 76  # bytes of an array frame's own header
_SIZES = 44  # where in it the sizes of its sections stand
_TITLE = re.compile(r"^\d*([FB]):(.+)$")
_TYPES = {
    -1: "i1",
    1: "u1",
    -2: "<i2",
    2: "<u2",
    -4: "<i4",
    4: "<u4",
    -8: "<i8",
    8: "<u8",
    -(4 + 23 * 256): "<f4",
    -(8 + 52 * 256): "<f8",
}
_MODES = {"Contact": Mode.CONTACT, "Semicontact": Mode.TAPPING, "STM": Mode.STM}


@dataclass(frozen=True, slots=True)
class _Axis:
    """Calibration of a dimension or of the values."""

    unit: str
    bias: float
    scale: float
    count: int
    kind: int


@dataclass(frozen=True, slots=True)
class _Image:
    title: str
    comment: str
    x: _Axis
    y: _Axis
    image: NDArray[np.float64]
    unit: str


class MdtReader:
    """Reads images of NT-MDT instruments."""

    name = "NT-MDT (.mdt)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with NT-MDT's magic."""
        return head.startswith(_MAGIC)

    def read(self, path: Path) -> Frame:
        """Read all images of the first one's shape; other frames are named in the header facts."""
        content = read_bytes(path)
        images: list[_Image] = []
        others: list[str] = []
        for kind, start, end in _frames(content, path):
            image = _read(kind, content[start:end], path)
            if image is None:
                others.append(f"frame of type {kind}")
            elif images and image.image.shape != images[0].image.shape:
                others.append(f"{image.title} {image.image.shape}")
            else:
                images.append(image)
        if not images:
            what = "; ".join(others[:5])
            raise bad(path, f"the NT-MDT file holds no image ({what}); export one as .gwy or .gsf")
        first = images[0]
        raw = RawScan(
            tuple(_channel(image) for image in images),
            (_extent(first.x), _extent(first.y)),
            _measurement(first, others),
        )
        return make_frame(raw, path)


def _frames(content: bytes, path: Path) -> Iterator[tuple[int, int, int]]:
    """Yield type, first byte and end of each frame's body."""
    (last,) = _unpack("<H", content, 12, path)
    at = _FIRST
    for _ in range(int(last) + 1):
        size, kind = _unpack("<IH", content, at, path)
        if size < _FRAME:
            raise bad(path, f"a frame declares {size} bytes; the file is damaged, copy it again")
        if at + size > len(content):
            raise truncated(path, int(size), len(content) - at, "a frame")
        # The body of an old frame begins with the size of its variables, the header's last number.
        yield int(kind), at + _FRAME - 2, at + int(size)
        at += int(size)


def _read(kind: int, body: bytes, path: Path) -> _Image | None:
    """Read a frame; `None` for one that is no image: a text, a curve, a cloud of points."""
    if kind == _ARRAY:
        return _array(body[2:], path)
    return _scanned(body, path) if kind == _SCANNED else None


def _scanned(body: bytes, path: Path) -> _Image | None:
    """Read an old frame; `None` for one that holds points only."""
    (variables,) = (int(n) for n in _unpack("<H", body, 0, path))
    if variables < _GRID:
        raise bad(path, f"a frame has {variables} bytes of variables, not {_GRID}; copy it again")
    numbers = _unpack("<ffhffhffh", body, 2, path)
    (signal,) = _unpack("<B", body, 2 + _AXES, path)
    at = 2 + variables
    _, pixels, lines, points = (int(n) for n in _unpack("<4H", body, at, path))
    # Curves at single points stand before the image.
    at += 8 + (14 + 16 * points if points else 0)
    if pixels < 1 or lines < 1:
        return None
    need = 2 * pixels * lines
    if at + need > len(body):
        what = f"an image of {lines} x {pixels} px"
        raise truncated(path, need, max(0, len(body) - at), what)
    x, y, z = (
        _Axis(_UNITS.get(int(code), ""), float(bias), float(scale), count, -2)
        for (bias, scale, code), count in zip(
            (numbers[:3], numbers[3:6], numbers[6:]), (pixels, lines, 0), strict=True
        )
    )
    if not np.isfinite(z.scale) or not np.isfinite(z.bias) or z.scale == 0:
        # Without a calibration the steps of the converter stay.
        z = _Axis("", 0.0, 1.0, 0, -2)
    factor, unit = to_si(z.unit)
    stored = np.frombuffer(body, "<i2", pixels * lines, at).reshape(lines, pixels)
    image = (z.bias + z.scale * stored[::-1].astype(np.float64)) * factor
    (length,) = _unpack("<I", body, at + need, path) if at + need + 4 <= len(body) else (0,)
    title = body[at + need + 4 : at + need + 4 + int(length)].decode("latin-1")
    name = _SIGNALS.get(int(signal), title or f"signal {int(signal)}")
    return _Image(name, title, x, y, image, unit)


def _array(body: bytes, path: Path) -> _Image | None:
    """Read an array frame; `None` for one that is no image: a curve, a cloud of points."""
    sizes = [int(n) for n in _unpack("<6I", body, _SIZES, path)]
    ends = np.cumsum([_HEADER, *sizes]).tolist()
    if ends[-1] > len(body):
        raise truncated(path, ends[-1], len(body), "the sections of a frame")
    title = body[_HEADER : ends[1]].decode("utf-8", "replace")
    comment = body[ends[1] : ends[2]].decode("utf-16-le", "replace")
    layout = _axes(body[ends[5] : ends[6]], path) if sizes[5] else None
    if layout is None:
        return None
    (x, y), values = layout
    if values.kind not in _TYPES:
        raise bad(path, f"numbers of type {values.kind} in {title!r} are unknown; export as .gwy")
    dtype = np.dtype(_TYPES[values.kind])
    need = x.count * y.count * dtype.itemsize
    check_size(path, need)
    if need > len(body) - ends[6]:
        what = f"an image of {y.count} x {x.count} px"
        raise truncated(path, need, max(0, len(body) - ends[6]), what)
    stored = np.frombuffer(body, dtype, x.count * y.count, ends[6]).reshape(y.count, x.count)
    factor, unit = to_si(values.unit)
    image = (values.bias + values.scale * stored[::-1].astype(np.float64)) * factor
    return _Image(title, comment, x, y, image, unit)


def _axes(section: bytes, path: Path) -> tuple[tuple[_Axis, _Axis], _Axis] | None:
    """Return the axes x and y and the values' calibration; `None` where they are no image."""
    (size,) = _unpack("<I", section, 4, path)
    dimensions, measurands = _unpack("<2I", section, 20, path)
    if (dimensions, measurands) != (2, 1):
        return None
    at = 8 + int(size)
    axes = []
    for _ in range(3):
        total, fixed, name, comment, unit = (int(n) for n in _unpack("<5I", section, at, path))
        bias, scale, low, high, kind = _unpack("<2d2qi", section, at + 44, path)
        text = at + 8 + fixed + name + comment
        label = section[text : text + unit].decode("utf-8", "replace")
        axes.append(_Axis(label, bias, scale, int(high) - int(low) + 1, int(kind)))
        at += max(total, _FRAME)
    if min(axes[0].count, axes[1].count) < 1:
        raise bad(path, f"a frame declares {axes[1].count} x {axes[0].count} px; copy it again")
    return (axes[0], axes[1]), axes[2]


def _channel(image: _Image) -> RawChannel:
    found = _TITLE.match(image.title)
    if found is None:
        return RawChannel(image.title or "channel", image.unit, image.image)
    way = Direction.TRACE if found.group(1) == "F" else Direction.RETRACE
    return RawChannel(found.group(2), image.unit, image.image, way)


def _extent(axis: _Axis) -> float:
    factor, unit = to_si(axis.unit)
    extent = abs(axis.scale) * axis.count * factor
    return extent if unit == "m" and 0 < extent < np.inf else NAN


def _measurement(image: _Image, others: list[str]) -> Measurement:
    def said(tag: str) -> str:
        found = re.search(rf"<{tag}>([^<]*)</{tag}>", image.comment)
        return found.group(1).strip() if found else ""

    # The file's time has no zone; it stays in `extra` as it is.
    facts = [("title", image.title), ("frame comment", image.comment.strip("\0"))]
    if others:
        facts.append(("frames not read", "; ".join(others)))
    return Measurement(
        mode=_MODES.get(said("Technic"), Mode.UNKNOWN),
        instrument=f"NT-MDT {said('DeviceType')}".strip(),
        software=said("BuildID") or UNKNOWN,
        extra=tuple(facts),
    )


def _unpack(layout: str, content: bytes, at: int, path: Path) -> tuple[float, ...]:
    size = struct.calcsize(layout)
    if at + size > len(content):
        raise truncated(path, size, max(0, len(content) - at), "a header")
    return struct.unpack_from(layout, content, at)
