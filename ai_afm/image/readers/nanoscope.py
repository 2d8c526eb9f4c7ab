r"""Bruker, Veeco and Digital Instruments NanoScope images (.spm, .001, .di), from version 4.3 on.

A text header of lists (``\*Ciao image list``) and then one block of integers per image. A pixel's
value is its integer over the integer's range, times the *hard value* of the image's ``Z scale``,
times the *soft scale* that this line names in square brackets and that stands elsewhere in the
header. The *hard scale* in round brackets (V/LSB) belongs to the converter, not to what is stored.

Rows are stored from the bottom, for scans up and down, and trace and retrace alike. From version
9.2 on the integers have 32 bits; ``Bytes/pixel`` then only tells their range.

References
----------
Bruker, "NanoScope Software 8.10 User Guide", 004-1025-000, appendix on the file format.
"""

import math
import re
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
    finite_or_none,
    make_frame,
    number,
    read_bytes,
    truncated,
)
from ai_afm.image.readers.units import length, per_unit, to_si
from ai_afm.types import UNKNOWN, Direction, Frame, Measurement, Mode, Point, SlowDirection

_MAGIC = b"\\*File list"
_END = b"\\*File list end"
_IMAGES = "ciao image list"
_FIRST_32_BIT = 0x09020000
_MODES = {"TMMode": Mode.TAPPING, "AFMMode": Mode.CONTACT, "STMMode": Mode.STM}
_DIRECTIONS = {"trace": Direction.TRACE, "retrace": Direction.RETRACE}
# V [soft scale] (hard scale) hard value, or S [internal name] "name"; each part may be missing.
_OBJECT = re.compile(r"^([VCS])\s*(?:\[([^\]]*)\])?\s*(?:\((.*LSB\s*)\))?\s*(.*)$")


@dataclass(frozen=True, slots=True)
class _Header:
    """The lists before the images, as one, and those of the images; keys in lower case."""

    common: dict[str, str]
    images: tuple[dict[str, str], ...]
    verbatim: tuple[tuple[str, str], ...]

    @property
    def version(self) -> int:
        try:
            return int(self.common.get("version", "0"), 16)
        except ValueError:
            return 0


class NanoscopeReader:
    """Reads images of NanoScope controllers."""

    name = "Bruker NanoScope (.spm, .001, .di)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with the list of a NanoScope image file."""
        return head.startswith(_MAGIC)

    def read(self, path: Path) -> Frame:
        """Read all images of the first one's shape; others are named in the header facts."""
        content = read_bytes(path)
        header = _parse(content, path)
        images = [_image(content, header, entry, path) for entry in header.images]
        kept = [i for i, c in enumerate(images) if c.image.shape == images[0].image.shape]
        facts = header.verbatim
        if len(kept) < len(images):
            left = "; ".join(f"{c.name} {c.image.shape}" for c in images[len(kept) :])
            facts = (*facts, ("images of another shape, not read", left))
        raw = RawScan(
            tuple(images[i] for i in kept),
            _size(header, header.images[0], images[0].image.shape, path),
            _measurement(header, facts),
            _center(header.common),
            # Radians in all versions seen (5.31 to 9.3).
            number(header.common.get("rotate ang."), 0.0),
            _slow_direction(header.images[0]),
            _positive(number(header.common.get("scan rate"))),
        )
        return make_frame(raw, path)


def _parse(content: bytes, path: Path) -> _Header:
    end = content.find(_END)
    if end < 0:
        raise truncated(path, len(content) + 1, 0, r"the header (up to \*File list end)")
    common: dict[str, str] = {}
    images: list[dict[str, str]] = []
    verbatim: list[tuple[str, str]] = []
    current, place = common, ""
    for line in content[:end].decode("latin-1").splitlines():
        if line.startswith("\\*"):
            is_image = line[2:].strip().lower() == _IMAGES
            if is_image:
                images.append({})
            current = images[-1] if is_image else common
            place = f"image {len(images)}: " if is_image else ""
            continue
        key, colon, value = _split(line)
        if colon:
            current.setdefault(key.lower(), value)
            verbatim.append((place + key, value))
    if not images:
        raise bad(
            path,
            "the NanoScope header lists no image (no 'Ciao image list', files before version 4.3 "
            "and force curves have none); export an image",
        )
    return _Header(common, tuple(images), tuple(verbatim))


def _split(line: str) -> tuple[str, bool, str]:
    r"""Cut a line at its colon, without the group number before some keys: ``\@2:Z scale: ``."""
    text = line.lstrip("\\")
    group = re.match(r"@\d+:", text)
    start = group.end() if group else 0
    at = text.find(":", start)
    return (text[start:at].strip(), True, text[at + 1 :].strip()) if at >= 0 else ("", False, "")


def _image(content: bytes, header: _Header, entry: dict[str, str], path: Path) -> RawChannel:
    name = _name(entry)
    stored = _integers(content, header, entry, path)
    bits = 8 * int(number(entry.get("bytes/pixel"), 2.0))
    factor, unit = _scale(header, entry, name, path)
    line = entry.get("line direction", "").lower()
    if entry.get("scan line", "").lower() == "interleave" and _lifted(header):
        name = f"Nap {name}"
    image = stored[::-1] * (factor / 2.0**bits)
    return RawChannel(name, unit, image, _DIRECTIONS.get(line))


def _name(entry: dict[str, str]) -> str:
    found = _OBJECT.match(entry.get("image data", ""))
    if found is None:
        return "channel"
    return found.group(4).strip().strip('"') or found.group(2) or "channel"


def _lifted(header: _Header) -> bool:
    """Tell whether interleaved lines were a pass of their own, not only a third buffer."""
    found = _OBJECT.match(header.common.get("@interleavelist", ""))
    return found is None or (found.group(2) or "") not in {"InterleaveOffMode", ""}


def _integers(
    content: bytes, header: _Header, entry: dict[str, str], path: Path
) -> NDArray[np.integer]:
    """Return the stored integers (lines, pixels), the first row at the bottom."""
    pixels, lines = _count(entry, "samps/line", path), _count(entry, "number of lines", path)
    start, declared = _count(entry, "data offset", path), _count(entry, "data length", path)
    written = _count(entry, "bytes/pixel", path) if "bytes/pixel" in entry else 2
    if written not in {2, 4}:
        raise bad(path, f"the header declares {written} bytes per pixel, 2 or 4 are known")
    itemsize = 4 if header.version >= _FIRST_32_BIT else written
    need = lines * pixels * itemsize
    check_size(path, need)
    if declared != need and declared == lines * pixels * written:
        itemsize, need = written, declared
    if declared != need:
        raise bad(
            path,
            f"an image of {lines} x {pixels} px with {itemsize} bytes each needs {need} bytes, "
            f"the header declares {declared}; it is damaged, export the image again",
        )
    if start + need > len(content):
        what = f"an image of {lines} x {pixels} px"
        raise truncated(path, need, max(0, len(content) - start), what)
    return np.frombuffer(content, f"<i{itemsize}", lines * pixels, start).reshape(lines, pixels)


def _count(entry: dict[str, str], key: str, path: Path) -> int:
    value = number(entry.get(key))
    if not (1 <= value <= 2**40 and value.is_integer()):
        raise bad(
            path,
            f"the header's {key!r} is {entry.get(key)!r}, a whole number is needed; copy again",
        )
    return int(value)


def _scale(header: _Header, entry: dict[str, str], name: str, path: Path) -> tuple[float, str]:
    """Return what the integer's whole range means, in SI, and the unit."""
    found = _OBJECT.match(entry.get("z scale", ""))
    value, unit = _quantity(found.group(4)) if found else (NAN, "")
    if found is None or not math.isfinite(value):
        raise bad(
            path,
            f"the header's Z scale of {name!r} is {entry.get('z scale')!r}; without it the image "
            "has no unit, export it again",
        )
    soft = header.common.get(f"@{(found.group(2) or '').lower()}")
    if soft is None:
        # Older headers name a scale for raw signals that they do not list: the volts stay.
        factor, si = to_si(unit)
        return value * factor, si
    said = _OBJECT.match(soft)
    times, per = _quantity(said.group(4)) if said else (NAN, "")
    if not math.isfinite(times):
        raise bad(path, f"the header's scale {found.group(2)!r} is {soft!r}, a number is needed")
    factor, si = per_unit(per, unit)
    return value * times * factor, si


def _quantity(text: str) -> tuple[float, str]:
    figure, _, unit = text.strip().partition(" ")
    return number(figure), unit.strip()


def _size(
    header: _Header, entry: dict[str, str], shape: tuple[int, ...], path: Path
) -> tuple[float, float]:
    """Return the extent along the fast and the slow axis, m; NaN where the header has none."""
    words = entry.get("scan size", header.common.get("scan size", "")).split()
    unit = words[-1] if words else ""
    sizes = [length(f"{word} {unit}") for word in words[:-1]]
    if not sizes or sizes[0] is None:
        return NAN, NAN
    slow = length(header.common.get("slow axis size", ""))
    if slow is not None:
        # The second number of "Scan size" is wrong in files that have this key.
        return sizes[0], slow * shape[0] / max(1.0, number(header.common.get("lines"), shape[0]))
    if len(sizes) > 1 and sizes[1] is not None:
        return sizes[0], sizes[1]
    aspect = entry.get("aspect ratio", header.common.get("aspect ratio", ""))
    ratio = [number(part) for part in aspect.split(":")]
    if len(ratio) != 2 or not all(r > 0 for r in ratio):
        return sizes[0], NAN
    return sizes[0], sizes[0] * ratio[1] / ratio[0]


def _center(common: dict[str, str]) -> Point:
    x, y = length(common.get("x offset", "")), length(common.get("y offset", ""))
    return (x or 0.0, y or 0.0)


def _slow_direction(entry: dict[str, str]) -> SlowDirection:
    up = entry.get("frame direction", "").strip().lower() == "up"
    return SlowDirection.UP if up else SlowDirection.DOWN


def _positive(value: float) -> float:
    return value if value > 0 else NAN


def _measurement(header: _Header, facts: tuple[tuple[str, str], ...]) -> Measurement:
    # The header's time has no zone; it stays in `extra` as it is.
    common = header.common
    found = _OBJECT.match(common.get("@microscopelist", ""))
    mode = _MODES.get((found.group(2) or "") if found else "", Mode.UNKNOWN)
    drive = tuple(_drive(common, "drive frequency")) if mode is Mode.TAPPING else ()
    strength = next(_drive(common, "drive amplitude"), None) if mode is Mode.TAPPING else None
    return Measurement(
        mode=mode,
        instrument=f"Bruker {common.get('microscope', common.get('description', ''))}".strip(),
        software=f"NanoScope {common.get('version', UNKNOWN)}",
        drive_amplitude=strength,
        drive_frequencies=drive,
        line_rate=finite_or_none(common.get("scan rate")),
        tip_serial=common.get("tip serial number") or UNKNOWN,
        extra=(*facts, ("scan angle", "taken as counter-clockwise; not checked on an instrument")),
    )


def _drive(common: dict[str, str], key: str) -> Iterator[float]:
    found = _OBJECT.match(common.get(key, ""))
    if found:
        value, unit = _quantity(found.group(4))
        factor, base = to_si(unit)
        if base in {"Hz", "V"} and math.isfinite(value):
            yield value * factor
