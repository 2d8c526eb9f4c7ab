"""Park Systems TIFF files (.tiff): the picture is a preview, the data are in private tags.

One file holds one channel in one direction. A value is gain x (scale x stored number + offset) in
the unit that is written there; lengths are in micrometres. Rows are stored from the bottom.
"""

import math
import struct
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
from ai_afm.image.readers.tiff import TiffPage, first_tags, read_pages
from ai_afm.image.readers.units import to_si
from ai_afm.types import UNKNOWN, Direction, Frame, Measurement, Mode, SlowDirection

_MAGIC, _VERSION, _DATA, _HEADER = 50432, 50433, 50434, 50435
_NUMBER = 0x0E031301
_VERSIONS = (0x1000001, 0x1000002)
# Fields in their order, with struct codes; text is UTF-16.
_FIELDS = (
    "image_type:I source:64s mode:16s lpf_strength:d auto_flatten:I ac_track:I pixels:I lines:I "
    "angle_deg:d sine:I overscan:d forward:I scan_up:I swap_xy:I width_um:d height_um:d x_um:d "
    "y_um:d scan_rate:d set_point:d set_point_unit:16s tip_bias:d sample_bias:d gain:d scale:d "
    "offset:d unit:16s low:i high:i mean:i compression:I log:I square:I"
)
_MORE = (
    " servo_gain:d scanner_range:d xy_voltage_mode:16s z_voltage_mode:16s xy_servo_mode:16s "
    "data_type:I _a:I _b:I drive_percent:d drive_frequency:d cantilever:32s"
)
_TYPES = {0: "<i2", 1: "<i4", 2: "<f4"}
_MODES = {"Tapping": Mode.TAPPING, "Contact": Mode.CONTACT, "C-AFM": Mode.CONTACT}

_Value = str | float


class ParkReader:
    """Reads scans of Park instruments."""

    name = "Park Systems TIFF (.tiff)"

    def recognises(self, head: bytes) -> bool:
        """Tell whether a TIFF file's first page carries Park's tags."""
        return first_tags(head) >= {_MAGIC, _VERSION}

    def read(self, path: Path) -> Frame:
        """Read the one channel of a file."""
        page = read_pages(read_bytes(path), path)[0]
        header = _parse(page, path)
        factor, unit = to_si(str(header["unit"]))
        # A scale of 0 means none.
        scale = _real(header, "scale") or 1.0
        values = scale * _stored(page, header, path).astype(np.float64) + _real(header, "offset")
        image = values * (_real(header, "gain") * factor)
        way = Direction.TRACE if header["forward"] else Direction.RETRACE
        rate = _real(header, "scan_rate")
        center = (_real(header, "x_um") * 1e-6, _real(header, "y_um") * 1e-6)
        raw = RawScan(
            (RawChannel(str(header["source"]) or "channel", unit, image[::-1], way),),
            (_size(header, "width_um"), _size(header, "height_um")),
            _measurement(header),
            center,
            math.radians(_real(header, "angle_deg")),
            SlowDirection.UP if header["scan_up"] else SlowDirection.DOWN,
            rate if 0 < rate < math.inf else NAN,
        )
        return make_frame(raw, path)


def _parse(page: TiffPage, path: Path) -> dict[str, _Value]:
    version, stored = page.number(_VERSION), page.tags.get(_HEADER)
    if page.number(_MAGIC) != _NUMBER or version not in _VERSIONS:
        raise bad(path, f"a Park file of version {version} is unknown; export the scan again")
    fields = _FIELDS + (_MORE if version == _VERSIONS[1] else "")
    names, codes = zip(*(field.split(":") for field in fields.split()), strict=True)
    form = "<" + "".join(codes)
    if not isinstance(stored, bytes) or len(stored) < struct.calcsize(form):
        have = len(stored) if isinstance(stored, bytes) else 0
        raise truncated(path, struct.calcsize(form), have, "the Park header")
    values = struct.unpack_from(form, stored)
    header = {n: _plain(v) for n, v in zip(names, values, strict=True) if n[0] != "_"}
    if header["image_type"] != 0 or header["compression"] != 0 or header["log"] != 0:
        raise bad(path, "the Park file is no plain image (a profile, or packed); export an image")
    return header


def _plain(value: bytes | float) -> _Value:
    if isinstance(value, bytes):
        return value.decode("utf-16-le", "replace").split("\0", 1)[0].strip()
    return value


def _stored(page: TiffPage, header: dict[str, _Value], path: Path) -> NDArray[np.generic]:
    """Return the stored numbers (lines, pixels), the first row at the bottom."""
    lines, pixels = int(header["lines"]), int(header["pixels"])
    # The first version knows 16-bit integers only.
    kind = int(header.get("data_type", 0))
    data = page.tags.get(_DATA)
    if min(lines, pixels) < 1 or kind not in _TYPES:
        raise bad(path, f"{lines} x {pixels} px of data type {kind} cannot be; export again")
    dtype = np.dtype(_TYPES[kind])
    need = lines * pixels * dtype.itemsize
    check_size(path, need)
    if not isinstance(data, bytes) or len(data) < need:
        have = len(data) if isinstance(data, bytes) else 0
        raise truncated(path, need, have, f"an image of {lines} x {pixels} px")
    return np.frombuffer(data, dtype, lines * pixels).reshape(lines, pixels)


def _real(header: dict[str, _Value], key: str) -> float:
    return float(header[key])


def _size(header: dict[str, _Value], key: str) -> float:
    value = _real(header, key)
    return value / 1e6 if 0 < value < math.inf else NAN


def _measurement(header: dict[str, _Value]) -> Measurement:
    mode = _MODES.get(str(header["mode"]), Mode.UNKNOWN)
    drive = finite_or_none(header.get("drive_frequency"))
    factor, unit = to_si(str(header["set_point_unit"]))
    setpoint = finite_or_none(header["set_point"])
    rate = finite_or_none(header["scan_rate"])
    return Measurement(
        mode=mode,
        instrument="Park Systems",
        drive_frequencies=(drive,) if mode is Mode.TAPPING and drive else (),
        setpoint=setpoint * factor if setpoint is not None else None,
        setpoint_unit=unit if setpoint is not None else UNKNOWN,
        line_rate=rate if rate is not None and rate > 0 else None,
        tip=str(header.get("cantilever", "")) or UNKNOWN,
        extra=(
            *((key, str(value)) for key, value in header.items()),
            ("scan angle", "taken as counter-clockwise degrees; not checked on an instrument"),
        ),
    )
