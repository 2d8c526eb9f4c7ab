"""Nanosurf images (.nid): an INI header, then behind "#!" the binary data of all its channels.

Groups are passes ("Scan forward", "Scan backward") and name their channels' sections. The stored
integers span ``Dim2Range`` from ``Dim2Min`` on, over all values of their type. Rows are stored from
the bottom, forward and backward alike.
"""

import re
from collections.abc import Iterator
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
from ai_afm.image.readers.units import to_si
from ai_afm.types import UNKNOWN, Direction, Frame, Measurement, SlowDirection

_MAGIC = b"[DataSet]"
_DATA = b"\n#!"
_INFO = "DataSet-Info"
_MAX_CHANNELS = 100
_SECONDS = {"s": 1.0, "ms": 1e-3}

_Sections = dict[str, dict[str, str]]


class NanosurfReader:
    """Reads images of Nanosurf instruments."""

    name = "Nanosurf (.nid)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with Nanosurf's first section."""
        return head.startswith(_MAGIC)

    def read(self, path: Path) -> Frame:
        """Read all channels of the first one's shape; others are named in the header facts."""
        content = read_bytes(path)
        sections, start = _parse(content, path)
        entries = list(_entries(sections, path))
        if not entries:
            raise bad(path, "the Nanosurf header lists no channel; save the scan again")
        channels: list[RawChannel] = []
        left: list[RawChannel] = []
        for entry in entries:
            channel, size = _channel(content, start, entry, path)
            start += size
            same = not channels or channel.image.shape == channels[0].image.shape
            (channels if same else left).append(channel)
        info = sections.get(_INFO, {})
        rate = _line_rate(info)
        raw = RawScan(
            tuple(channels),
            (_extent(entries[0], "Dim0"), _extent(entries[0], "Dim1")),
            _measurement(sections, left, rate),
            (_metres(info.get("X-Pos")), _metres(info.get("Y-Pos"))),
            np.radians(number(info.get("Rotation"), 0.0)),
            SlowDirection.DOWN if info.get("Scan direction") == "Down" else SlowDirection.UP,
            rate,
        )
        return make_frame(raw, path)


def _parse(content: bytes, path: Path) -> tuple[_Sections, int]:
    end = content.find(_DATA)
    if end < 0:
        raise truncated(path, len(content) + 1, 0, "the header (up to #!)")
    sections: _Sections = {}
    current: dict[str, str] = {}
    for line in content[:end].decode("latin-1").splitlines():
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], {})
            continue
        key, sign, value = line.partition("=")
        if sign:
            current.setdefault(key.strip(), value.strip())
    return sections, end + len(_DATA)


def _entries(sections: _Sections, path: Path) -> Iterator[dict[str, str]]:
    """Yield the sections of the channels in the order of their data."""
    top = sections.get("DataSet", {})
    places = []
    for key, name in top.items():
        found = re.fullmatch(r"Gr(\d{1,4})-Ch(\d{1,4})", key)
        if found:
            places.append((int(found.group(1)), int(found.group(2)), name))
    if len(places) > _MAX_CHANNELS:
        raise bad(path, f"the header lists {len(places)} channels, {_MAX_CHANNELS} are read")
    for _, _, name in sorted(places):
        # A channel may be listed that was not recorded.
        if name in sections:
            yield sections[name]


def _channel(
    content: bytes, start: int, entry: dict[str, str], path: Path
) -> tuple[RawChannel, int]:
    """Return a channel, and its size in the file."""
    lines, pixels = (number(entry.get(key)) for key in ("Lines", "Points"))
    bits = number(entry.get("SaveBits"))
    if not (1 <= lines <= 2**20 and 1 <= pixels <= 2**20) or bits not in {8, 16, 32}:
        raise bad(
            path, f"a channel of {lines:g} x {pixels:g} px with {bits:g} bits cannot be; save again"
        )
    if entry.get("SaveMode") != "Binary":
        raise bad(path, f"data stored as {entry.get('SaveMode')!r} are unknown; save as binary")
    signed = entry.get("SaveSign") == "Signed"
    order = "<" if entry.get("SaveOrder") == "Intel" else ">"
    dtype = np.dtype(f"{order}{'i' if signed else 'u'}{int(bits) // 8}")
    shape = (int(lines), int(pixels))
    need = shape[0] * shape[1] * dtype.itemsize
    check_size(path, need)
    if need > len(content) - start:
        what = f"an image of {shape[0]} x {shape[1]} px"
        raise truncated(path, need, max(0, len(content) - start), what)
    span, low = number(entry.get("Dim2Range")), number(entry.get("Dim2Min"))
    if not (np.isfinite(span) and np.isfinite(low)):
        raise bad(path, f"a channel's values span {span:g} from {low:g}; save the scan again")
    stored = np.frombuffer(content, dtype, shape[0] * shape[1], start).reshape(shape)[::-1]
    steps = stored.astype(np.float64) + (2.0 ** (bits - 1) if signed else 0.0)
    factor, unit = to_si(entry.get("Dim2Unit", ""))
    image = (low + span * steps / 2.0**bits) * factor
    back = "backward" in entry.get("Frame", "").lower()
    way = Direction.RETRACE if back else Direction.TRACE
    return RawChannel(entry.get("Dim2Name") or "channel", unit, image, way), need


def _extent(entry: dict[str, str], axis: str) -> float:
    factor, unit = to_si(entry.get(f"{axis}Unit", ""))
    extent = number(entry.get(f"{axis}Range")) * factor
    return extent if unit == "m" and 0 < extent < np.inf else NAN


def _metres(text: str | None) -> float:
    found = re.fullmatch(r"\s*([-+.\deE]+)\s*(\S*)\s*", text or "")
    factor, unit = to_si(found.group(2)) if found else (1.0, "")
    value = number(found.group(1)) * factor if found else NAN
    return value if unit == "m" and np.isfinite(value) else 0.0


def _line_rate(info: dict[str, str]) -> float:
    """Return lines per second; the header's time is that of one way of the tip."""
    found = re.fullmatch(r"([.\deE+-]+)\s*(s|ms)", info.get("Time/Line", ""))
    time = number(found.group(1)) * _SECONDS[found.group(2)] if found else NAN
    return 1 / (2 * time) if 0 < time < np.inf else NAN


def _measurement(sections: _Sections, left: list[RawChannel], rate: float) -> Measurement:
    # The header's time has no zone; it stays in `extra` as it is.
    info = sections.get(_INFO, {})
    facts = [(f"{s}: {k}", v) for s, keys in sections.items() for k, v in keys.items()]
    if left:
        names = "; ".join(f"{c.name} {c.image.shape}" for c in left)
        facts.append(("images of another shape, not read", names))
    facts.append(("scan angle", "taken as counter-clockwise; not checked on an instrument"))
    return Measurement(
        instrument=f"Nanosurf {info.get('Head type', '')}".strip(),
        software=info.get("Software ver.") or UNKNOWN,
        line_rate=rate if rate > 0 else None,
        extra=tuple(facts),
    )
