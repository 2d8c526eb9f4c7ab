"""Serialised Gwyddion objects and Gwyddion's coordinates.

Only the format's documentation was used; every length is checked against what is left, so a damaged
file gives `BadInput` and never an endless loop or a huge allocation.

References
----------
Gwyddion user guide, "Gwyddion native data file",
http://gwyddion.net/documentation/user-guide-en/gwyfile-format.html
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ai_afm.image.readers.base import truncated
from ai_afm.types import Point

_FIXED = {"b": ("<?", 1), "c": ("<c", 1), "i": ("<i", 4), "q": ("<q", 8), "d": ("<d", 8)}
_ARRAYS = {"C": "<u1", "I": "<i4", "Q": "<i8", "D": "<f8"}
_MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class GwyObject:
    """A serialised object: its type name and its components."""

    type_name: str
    items: dict[str, Any]


def gwyddion_center(offset: Point, extent: tuple[float, float]) -> Point:
    """Return the centre of a Gwyddion field in the sample frame, m.

    Gwyddion's origin is at the top left and its y points down; ours points up. A field without an
    offset does not say where it lies: its own centre is the origin.

    Parameters
    ----------
    offset
        Position of the field's top left corner, m.
    extent
        Width and height, m.
    """
    if offset == (0.0, 0.0):
        return 0.0, 0.0
    return offset[0] + extent[0] / 2, -(offset[1] + extent[1] / 2)


class GwyParser:
    """Reads one serialised object from the content of a file."""

    def __init__(self, content: bytes, path: Path) -> None:
        self._content = content
        self._path = path

    def parse(self, start: int) -> GwyObject:
        """Return the object at `start`.

        Raises
        ------
        BadInput
            When a length points beyond the end, a type is unknown or objects nest too deeply.
        """
        return self._object(start, len(self._content), 0)[0]

    def _object(self, at: int, end: int, depth: int) -> tuple[GwyObject, int]:
        if depth > _MAX_DEPTH:
            raise truncated(self._path, 0, 0, f"an object nested {depth} deep")
        name, at = self._string(at, end)
        (size,), at = self._unpack("<I", at, end)
        self._need(at, size, end, f"the object {name[:40]!r}")
        end = at + size
        items: dict[str, Any] = {}
        while at < end:
            key, at = self._string(at, end)
            self._need(at, 1, end, f"the type of {key[:40]!r}")
            kind = chr(self._content[at])
            items[key], at = self._component(kind, at + 1, end, depth)
        return GwyObject(name, items), at

    def _component(self, kind: str, at: int, end: int, depth: int) -> tuple[Any, int]:
        if kind in _FIXED:
            (value,), at = self._unpack(_FIXED[kind][0], at, end)
            return value, at
        if kind == "s":
            return self._string(at, end)
        if kind == "o":
            return self._object(at, end, depth + 1)
        (count,), at = self._unpack("<I", at, end)
        if kind in _ARRAYS:
            dtype = np.dtype(_ARRAYS[kind])
            self._need(at, count * dtype.itemsize, end, f"an array of {count} numbers")
            array = np.frombuffer(self._content, dtype, count, at)
            return array, at + count * dtype.itemsize
        if kind not in {"S", "O"}:
            raise truncated(self._path, 1, 0, f"a component of the unknown type {kind!r}")
        values = []
        for _ in range(count):
            self._need(at, 1, end, f"a list of {count} items")
            value, at = self._component(kind.lower(), at, end, depth)
            values.append(value)
        return values, at

    def _string(self, at: int, end: int) -> tuple[str, int]:
        stop = self._content.find(b"\0", at, end)
        if stop < 0:
            raise truncated(self._path, end - at + 1, max(0, end - at), "a text")
        return self._content[at:stop].decode("utf-8", "replace"), stop + 1

    def _unpack(self, layout: str, at: int, end: int) -> tuple[tuple[Any, ...], int]:
        size = struct.calcsize(layout)
        self._need(at, size, end, "a number")
        return struct.unpack_from(layout, self._content, at), at + size

    def _need(self, at: int, size: int, end: int, what: str) -> None:
        if size > end - at:
            raise truncated(self._path, size, max(0, end - at), what)
