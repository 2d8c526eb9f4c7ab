"""The part of TIFF that microscopes use: uncompressed grey pages in strips, and private tags.

Every offset and size is checked against the file before anything is read, and a chain of pages that
leads back to itself ends.

References
----------
Adobe, "TIFF Revision 6.0", 1992.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.readers.base import bad, check_size, truncated

Value: TypeAlias = str | bytes | tuple[float, ...]

_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
# Type -> (struct code, bytes); a rational is two numbers and none of those that are used here.
_TYPES = {
    1: ("B", 1),
    2: ("s", 1),
    3: ("H", 2),
    4: ("I", 4),
    6: ("b", 1),
    7: ("s", 1),
    8: ("h", 2),
    9: ("i", 4),
    11: ("f", 4),
    12: ("d", 8),
}
_ASCII, _BLOBS = 2, {1, 7}
_KINDS = {1: "u", 2: "i", 3: "f"}
_WIDTH, _LENGTH, _BITS, _COMPRESSION, _STRIPS = 256, 257, 258, 259, 273
_SAMPLES, _COUNTS, _FORMAT = 277, 279, 339
_MAX_PAGES = 1000
_ENTRY = 12


@dataclass(frozen=True, slots=True)
class TiffPage:
    """The tags of a page: texts, numbers as tuples, and bytes (types 1 and 7) as they are."""

    tags: Mapping[int, Value]
    order: str

    def text(self, tag: int, default: str = "") -> str:
        """Return a text tag, the default where it is missing or no text."""
        value = self.tags.get(tag)
        return value if isinstance(value, str) else default

    def number(self, tag: int) -> float | None:
        """Return the first number of a tag, `None` where there is none."""
        value = self.tags.get(tag)
        return float(value[0]) if isinstance(value, tuple) and value else None


def first_tags(head: bytes) -> frozenset[int]:
    """Return those tags of a TIFF file's first page that its first bytes show; none for others."""
    order = _ORDERS.get(head[:4])
    if order is None or len(head) < 8:
        return frozenset()
    (at,) = struct.unpack_from(f"{order}I", head, 4)
    if at + 2 > len(head):
        return frozenset()
    (count,) = struct.unpack_from(f"{order}H", head, at)
    places = range(at + 2, min(at + 2 + _ENTRY * count, len(head) - 1), _ENTRY)
    return frozenset(struct.unpack_from(f"{order}H", head, place)[0] for place in places)


def read_pages(content: bytes, path: Path) -> tuple[TiffPage, ...]:
    """Return all pages of a TIFF file.

    Raises
    ------
    BadInput
        When it is no TIFF file, or damaged.
    """
    order = _ORDERS.get(content[:4])
    if order is None:
        raise bad(path, "the file is no TIFF file; give a scan")
    pages: list[TiffPage] = []
    seen: set[int] = set()
    (at,) = _unpack(f"{order}I", content, 4, path)
    while at:
        if at in seen or len(pages) >= _MAX_PAGES:
            raise bad(
                path, "the chain of TIFF pages has no end; the file is damaged, copy it again"
            )
        seen.add(at)
        (count,) = _unpack(f"{order}H", content, at, path)
        tags: dict[int, Value] = {}
        for place in range(at + 2, at + 2 + _ENTRY * count, _ENTRY):
            tag, value = _tag(content, order, place, path)
            if value is not None:
                tags.setdefault(tag, value)
        pages.append(TiffPage(tags, order))
        (at,) = _unpack(f"{order}I", content, at + 2 + _ENTRY * count, path)
    return tuple(pages)


def read_image(content: bytes, page: TiffPage, path: Path) -> NDArray[np.generic]:
    """Return a page's picture (lines, pixels) of integers or floats as they are stored.

    Raises
    ------
    BadInput
        When the page has another layout than uncompressed grey strips, or lies outside the file.
    """
    lines, pixels = (int(page.number(tag) or 0) for tag in (_LENGTH, _WIDTH))
    bits = int(page.number(_BITS) or 0)
    kind = _KINDS.get(int(page.number(_FORMAT) or 1))
    if (page.number(_COMPRESSION) or 1) != 1 or (page.number(_SAMPLES) or 1) != 1:
        raise bad(path, "a compressed or coloured TIFF page is no scan; save it uncompressed")
    if kind is None or bits not in ({32, 64} if kind == "f" else {8, 16, 32}):
        raise bad(
            path, f"{bits} bits of TIFF sample format {kind!r} are unknown; export as 32 bits"
        )
    if lines < 1 or pixels < 1:
        raise bad(path, f"a TIFF page declares {lines} x {pixels} px; export it again")
    need = lines * pixels * bits // 8
    check_size(path, need)
    data = b"".join(_strips(content, page, path))
    if len(data) < need:
        raise truncated(path, need, len(data), f"an image of {lines} x {pixels} px")
    dtype = np.dtype(f"{page.order}{kind}{bits // 8}")
    return np.frombuffer(data, dtype, lines * pixels).reshape(lines, pixels)


def _strips(content: bytes, page: TiffPage, path: Path) -> list[bytes]:
    starts, counts = page.tags.get(_STRIPS), page.tags.get(_COUNTS)
    if not isinstance(starts, tuple) or not isinstance(counts, tuple) or len(starts) != len(counts):
        raise bad(path, "a TIFF page lacks its strips; export it again in strips, not in tiles")
    # Strips that overlap would make a small file large.
    if sum(counts) > len(content):
        raise truncated(path, int(sum(counts)), len(content), "the strips of a TIFF page")
    return [content[int(s) : int(s) + int(n)] for s, n in zip(starts, counts, strict=True)]


def _tag(content: bytes, order: str, place: int, path: Path) -> tuple[int, Value | None]:
    tag, kind, count = _unpack(f"{order}HHI", content, place, path)
    if kind not in _TYPES:
        return tag, None
    code, itemsize = _TYPES[kind]
    size = count * itemsize
    at = place + 8
    if size > 4:
        (at,) = _unpack(f"{order}I", content, at, path)
    if at + size > len(content):
        raise truncated(path, size, max(0, len(content) - at), f"TIFF tag {tag}")
    if kind == _ASCII:
        return tag, content[at : at + size].split(b"\0", 1)[0].decode("utf-8", "replace")
    if kind in _BLOBS and count > 1:
        return tag, content[at : at + size]
    return tag, tuple(struct.unpack_from(f"{order}{count}{code}", content, at))


def _unpack(layout: str, content: bytes, at: int, path: Path) -> tuple[int, ...]:
    size = struct.calcsize(layout)
    if at + size > len(content):
        raise truncated(path, size, max(0, len(content) - at), "a directory of the TIFF file")
    return struct.unpack_from(layout, content, at)
