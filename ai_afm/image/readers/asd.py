"""Movies of RIBM high-speed AFMs (.asd), versions 0, 1 and 2: one or two channels of whole frames.

All frames of the first channel come before those of the second, each behind a header of its own.
The samples are levels of an analogue-digital converter: level 0 is its upper end, so a higher level
is a lower surface. A line in which no level differs from 0 was not recorded: it is NaN, and frames
whose first channel has no other lines are passed over (movies begin and end with such). The order
of the lines is taken as from the top; no file that shows up and down was at hand.

References
----------
T. Niina, libasd, https://github.com/ToruNiina/libasd (names and units of the header's fields).
"""

import math
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
    finite_or_none,
    make_frame,
    read_bytes,
    truncated,
)
from ai_afm.types import Frame, Measurement

_NONE = "none"
_KINDS = {b"TP": "Topography", b"ER": "Error", b"PH": "Phase", b"\0\0": _NONE}
# Code of the converter's range -> its upper end, V. Of the unipolar ones (codes 1, 2 and 4) the
# programs that read them disagree about the sign.
_RANGES = {0x10000: 1.0, 0x20000: 2.5, 0x40000: 5.0}
_DATES = ("year", "month", "day", "hour", "minute", "second")
# Fields in their order in the file, with their struct codes; "_" is not used.
_OLD = (
    "kind1:2s kind2:2s header_size:i frame_header_size:i name_size:i comment_offset:i "
    "comment_size:i pixels:h lines:h width_nm:h height_nm:h frame_time_ms:f z_extension:f z_gain:f "
    "range_code:I bits:i averaged:? average_window:i _:2x year:h month:B day:B hour:B minute:B "
    "second:B rounding:B x_range_nm:f y_range_nm:f _:12x recorded_frames:i frames:i machine:i "
    "file_id:h"
)
_OLD_END = "sensor_nm_per_v:f phase_deg_per_v:f scan_direction:i"
_NEW = (
    "header_size:i frame_header_size:i text_encoding:i name_size:i comment_size:i kind1:2s _:2x "
    "kind2:2s _:2x recorded_frames:i frames:i scan_direction:i file_id:i pixels:i lines:i "
    "width_nm:i height_nm:i averaged:? average_window:i year:i month:i day:i hour:i minute:i "
    "second:i x_rounding:i y_rounding:i frame_time_ms:f sensor_nm_per_v:f phase_deg_per_v:f "
    "offset:i _:12x machine:i range_code:I bits:i x_range_nm:f y_range_nm:f x_extension:f "
    "y_extension:f z_extension:f z_gain:f"
)
_FRAME_HEADER = 32
_MAX_BITS = 16


@dataclass(frozen=True, slots=True)
class _Movie:
    content: bytes
    header: dict[str, float]
    channels: tuple[str, ...]
    shape: tuple[int, int]
    frames: int
    start: int


class AsdReader:
    """Reads movies of RIBM instruments."""

    name = "RIBM high-speed AFM movie (.asd)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file begins with a version from 0 to 2 and known kinds of channels."""
        version = head[:4]
        at = 4 if version == b"\0\0\0\0" else 24
        step = 2 if at == 4 else 4
        kinds = (head[at : at + 2], head[at + step : at + step + 2])
        known = version in {bytes((n, 0, 0, 0)) for n in range(3)}
        return known and kinds[0] in _KINDS and kinds[0] != b"\0\0" and kinds[1] in _KINDS

    def read(self, path: Path) -> Frame:
        """Read the first frame of a movie that was recorded in whole, else the first at all."""
        movie = _parse(read_bytes(path), path)
        recorded = list(_recorded(movie, path))
        whole = (i for i in recorded if _levels(movie, 0, i).any(axis=1).all())
        return _frame(movie, next(whole, recorded[0]), path)

    def read_frames(self, path: Path) -> Iterator[Frame]:
        """Yield the recorded frames of a movie, the oldest first."""
        movie = _parse(read_bytes(path), path)
        for index in _recorded(movie, path):
            yield _frame(movie, index, path)


def _recorded(movie: _Movie, path: Path) -> Iterator[int]:
    """Yield the frames with at least one line in their first channel."""
    found = False
    for index in range(movie.frames):
        if _levels(movie, 0, index).any():
            found = True
            yield index
    if not found:
        raise bad(path, f"none of the {movie.frames} frames was recorded; record the movie again")


def _parse(content: bytes, path: Path) -> _Movie:
    header, start = _header(content, path)
    kinds = [_KINDS.get(k) for k in (bytes(content[slice(*place)]) for place in _kinds(content))]
    channels = tuple(k for k in kinds if k is not None and k != _NONE)
    lines, pixels = int(header["lines"]), int(header["pixels"])
    frames = int(header["frames"])
    if min(lines, pixels, frames) < 1 or not channels:
        raise bad(path, f"the header declares {frames} frames of {lines} x {pixels} px; copy again")
    if header["frame_header_size"] != _FRAME_HEADER or not 1 <= header["bits"] <= _MAX_BITS:
        raise bad(
            path,
            f"frame headers of {header['frame_header_size']:g} bytes and samples of "
            f"{header['bits']:g} bits are unknown ({_FRAME_HEADER} and 1 to {_MAX_BITS} are); "
            "export the movie in another format",
        )
    if header["range_code"] not in _RANGES:
        raise bad(
            path,
            f"the converter's range has the code {int(header['range_code']):#x}; only the bipolar "
            "ranges of 1, 2.5 and 5 V are known, export the movie in another format",
        )
    need = len(channels) * frames * (_FRAME_HEADER + 2 * lines * pixels)
    check_size(path, need)
    if start + need > len(content):
        what = f"{len(channels)} x {frames} frames of {lines} x {pixels} px"
        raise truncated(path, need, max(0, len(content) - start), what)
    return _Movie(content, header, channels, (lines, pixels), frames, start)


def _kinds(content: bytes) -> tuple[tuple[int, int], tuple[int, int]]:
    return ((4, 6), (6, 8)) if content[:4] == bytes(4) else ((24, 26), (28, 30))


def _header(content: bytes, path: Path) -> tuple[dict[str, float], int]:
    """Return the header's numbers, and where the first frame begins."""
    if content[:4] != bytes(4):
        header, _ = _fields(content, 4, _NEW, path)
        return header, _inside(header["header_size"], content, path)
    header, at = _fields(content, 4, _OLD, path)
    at = _inside(at + header["name_size"], content, path)
    more, _ = _fields(content, at, _OLD_END, path)
    sizes = (header[k] for k in ("header_size", "comment_offset", "comment_size"))
    return header | more, _inside(sum(sizes), content, path)


def _inside(place: float, content: bytes, path: Path) -> int:
    if not 0 <= place <= len(content):
        raise truncated(path, int(place), len(content), "the header")
    return int(place)


def _fields(content: bytes, at: int, layout: str, path: Path) -> tuple[dict[str, float], int]:
    names, codes = zip(*(field.split(":") for field in layout.split()), strict=True)
    form = "<" + "".join(codes)
    if at + struct.calcsize(form) > len(content):
        raise truncated(path, struct.calcsize(form), max(0, len(content) - at), "the header")
    values = struct.unpack_from(form, content, at)
    kept = [name for name in names if name != "_"]
    header = {
        name: float(value)
        for name, value in zip(kept, values, strict=True)
        if not isinstance(value, bytes)
    }
    return header, at + struct.calcsize(form)


def _levels(movie: _Movie, channel: int, index: int) -> NDArray[np.int16]:
    lines, pixels = movie.shape
    size = _FRAME_HEADER + 2 * lines * pixels
    at = movie.start + (channel * movie.frames + index) * size + _FRAME_HEADER
    return np.frombuffer(movie.content, "<i2", lines * pixels, at).reshape(lines, pixels)


def _frame(movie: _Movie, index: int, path: Path) -> Frame:
    header = movie.header
    end = _RANGES[int(header["range_code"])]
    channels = []
    for number, name in enumerate(movie.channels):
        image = _levels(movie, number, index)
        factor, unit = _calibration(name, header)
        if not math.isfinite(factor):
            raise bad(path, f"the calibration of {name} is {factor:g}; copy the file again")
        volts = end - 2 * end * image.astype(np.float64) / 2.0 ** header["bits"]
        volts[~image.any(axis=1)] = np.nan
        channels.append(RawChannel(name, unit, volts * factor))
    rate = 1e3 * movie.shape[0] / header["frame_time_ms"] if header["frame_time_ms"] > 0 else NAN
    # The header's time has no zone; it stays in `extra` as it is.
    date = "-".join(f"{header[k]:02.0f}" for k in _DATES)
    facts = (
        *((key, f"{value:g}") for key, value in header.items() if key not in _DATES),
        ("date", date),
        ("frame", f"{index + 1} of {movie.frames}"),
        ("rows", "taken as from the top; not checked on an instrument"),
    )
    raw = RawScan(
        tuple(channels),
        (_nanometres(header["width_nm"]), _nanometres(header["height_nm"])),
        Measurement(instrument="RIBM high-speed AFM", line_rate=finite_or_none(rate), extra=facts),
        line_rate=rate if math.isfinite(rate) else NAN,
    )
    return make_frame(raw, path)


def _calibration(name: str, header: dict[str, float]) -> tuple[float, str]:
    """Return SI units (deg for a phase) per volt; 1 V where the header has no sensitivity."""
    if name == "Topography":
        return header["z_gain"] * header["z_extension"] * 1e-9, "m"
    key, factor, unit = {
        "Error": ("sensor_nm_per_v", 1e-9, "m"),
        "Phase": ("phase_deg_per_v", 1.0, "deg"),
    }[name]
    # The instrument's own program turns the sign of both.
    return (-header[key] * factor, unit) if header[key] != 0 else (1.0, "V")


def _nanometres(value: float) -> float:
    return value / 1e9 if value > 0 else NAN
