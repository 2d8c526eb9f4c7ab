"""Igor binary waves (.ibw, version 5) with an image stack, as Asylum Research software writes.

The wave is [x, y, channel] with x fastest and y upwards, so row 0 of the image is the last y. Its
scaling puts the centres of the first and of the last pixel at 0 and ScanSize: the pitch is ScanSize
/ (N - 1) and the region, which reaches to the outer edges of its pixels, N pitches wide. The
nominal size stays in the header.

References
----------
WaveMetrics, "Igor Binary Format", Technical Note PTN003.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.readers import asylum
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
from ai_afm.types import Frame

_HEADERS = 64 + 320  # BinHeader5 and WaveHeader5, bytes
_LABEL = 32
_LITTLE, _BIG = b"\x05\x00", b"\x00\x05"  # version 5; the others hold curves
_TYPES = {2: "f4", 4: "f8", 8: "i1", 0x10: "i2", 0x20: "i4", 0x48: "u1", 0x50: "u2", 0x60: "u4"}


@dataclass(frozen=True, slots=True)
class _Wave:
    stack: NDArray[np.floating]  # (x, y, channels)
    labels: tuple[str, ...]
    pitch: tuple[float, float]
    in_metres: bool
    note: str


class IbwReader:
    """Reads image waves of Asylum Research instruments."""

    name = "Igor binary wave (.ibw)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with the version of an Igor wave that can be an image."""
        return head[:2] in (_LITTLE, _BIG)

    def read(self, path: Path) -> Frame:
        """Read all channels of an image wave."""
        wave = _parse(read_bytes(path), path)
        header = asylum.parse_note(wave.note)
        pixels, lines, _ = wave.stack.shape
        channels = tuple(
            RawChannel(name, asylum.channel_unit(name, header), wave.stack[:, ::-1, i].T)
            for i, name in enumerate(wave.labels)
        )
        size = (pixels * wave.pitch[0], lines * wave.pitch[1]) if wave.in_metres else (NAN, NAN)
        center, angle, slow, rate = asylum.placement(header)
        raw = RawScan(channels, size, asylum.measurement(header), center, angle, slow, rate)
        return make_frame(raw, path)


def _parse(content: bytes, path: Path) -> _Wave:
    order = "<" if content[:2] == _LITTLE else ">"
    if len(content) < _HEADERS:
        raise truncated(path, _HEADERS, len(content), "the header")
    if np.frombuffer(content, order + "i2", _HEADERS // 2).sum(dtype=np.int16) != 0:
        raise bad(
            path,
            "the checksum of the Igor header is wrong, the file is damaged or something "
            "else; copy it again from the instrument",
        )
    sizes = struct.unpack_from(order + "15i", content, 4)
    formula_size, note_size, data_units, dim_units, labels = (
        sizes[1],
        sizes[2],
        sizes[3],
        sizes[4:8],
        sizes[8:12],
    )
    if min(formula_size, note_size, data_units, *dim_units, *labels) < 0:
        raise bad(path, "the Igor header declares negative sizes; copy the file again")
    shape, at = _stack_shape(content, order, path)
    stack, at = _stack(content, (order, at), shape, path)
    note_at = at + formula_size
    label_at = note_at + note_size + data_units + sum(dim_units) + sum(labels[:2])
    if label_at + labels[2] > len(content):
        raise truncated(path, label_at + labels[2] - at, len(content) - at, "the note of the wave")
    note = content[note_at : note_at + note_size].decode("latin-1")
    return _Wave(
        stack,
        _labels(content[label_at : label_at + labels[2]], shape[2]),
        struct.unpack_from(order + "2d", content, 64 + 84),
        content[64 + 152 : 64 + 160].replace(b"\0", b"") == b"mm",
        note,
    )


def _stack_shape(content: bytes, order: str, path: Path) -> tuple[tuple[int, int, int], int]:
    dims = struct.unpack_from(order + "4i", content, 64 + 68)
    if min(dims[:2]) < 1 or dims[2] < 0 or dims[3] > 1:
        raise bad(
            path,
            f"the wave has the dimensions {dims}; an image stack "
            "(pixels, lines, channels) is needed",
        )
    return (dims[0], dims[1], max(dims[2], 1)), _HEADERS


def _stack(
    content: bytes, where: tuple[str, int], shape: tuple[int, int, int], path: Path
) -> tuple[NDArray[np.floating], int]:
    order, at = where
    (kind,) = struct.unpack_from(order + "h", content, 64 + 16)
    if kind not in _TYPES:
        raise bad(path, f"Igor number type {kind:#x} is no real number; export as float")
    dtype = np.dtype(order + _TYPES[kind])
    count = shape[0] * shape[1] * shape[2]
    check_size(path, count * 4)
    if count * dtype.itemsize > len(content) - at:
        raise truncated(path, count * dtype.itemsize, len(content) - at, f"a stack of {shape}")
    flat = np.frombuffer(content, dtype, count, at)
    return flat.reshape(shape, order="F"), at + count * dtype.itemsize


def _labels(stored: bytes, channels: int) -> tuple[str, ...]:
    # The first label names the dimension itself, the others its elements.
    texts = [
        stored[i : i + _LABEL].split(b"\0", 1)[0].decode("latin-1")
        for i in range(_LABEL, len(stored), _LABEL)
    ]
    return tuple(
        texts[i] if i < len(texts) and texts[i] else f"channel {i}" for i in range(channels)
    )
