"""Making a scan file of full size before the tip moves; its structure never changes after.

HDF5 only writes the structure (datasets are laid out early, but never filled by the library), so a
full disk is met by our own calls and ends in an error instead of in the library's close.

The same groups carry NeXus (NXroot, NXentry, NXdata) and pyNSID attributes: silx, nexusformat and
pycroscopy open the file as it is.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import DTypeLike

from ai_afm import __version__
from ai_afm.errors import BadInput, StoreError
from ai_afm.image.scan_bytes import (
    EMPTY_RECORD,
    FORMAT,
    FORMAT_VERSION,
    RECORD,
    SLOT_SIZE,
    ScanLayout,
    ScanState,
    group_name,
    pack_slot,
    read_layout,
)
from ai_afm.store import platform
from ai_afm.types import Channel, Direction, Measurement, Mode, PathRequest, ScanRequest
from ai_afm.types.codec import dumps, encode

STRUCTURE_SIZE = 1 << 18
"""Upper bound of what the structure of a usual file takes (bytes), texts not counted."""

_QUANTITY = {"m": "length", "rad": "phase", "V": "voltage", "A": "current", "Hz": "frequency"}


@dataclass(frozen=True, slots=True)
class About:
    """What a scan file is about: as in `ScanFileWriter.create`, and the path that was walked."""

    number: int
    request: ScanRequest
    channels: tuple[Channel, ...]
    measurement: Measurement
    path: PathRequest | None = None


def create_layout(
    path: Path,
    about: About,
    rows: Mapping[str, tuple[int, ...]],
    directions: tuple[Direction, ...],
) -> ScanLayout:
    """Write the empty scan file (state: running, all NaN) under its final name, durably.

    Parameters
    ----------
    path
        Where; must not exist.
    about
        What is stored beside the rows.
    rows
        Channel name -> shape of one row.
    directions
        Passes that a line consists of.

    Raises
    ------
    StoreError
        When the disk refuses; nothing is left behind.
    """
    if path.exists():
        raise StoreError(f"{path} exists already; a scan is never overwritten")
    temporary = path.with_name(path.name + ".tmp")
    try:
        with h5py.File(temporary, "w", libver="earliest", locking=False) as file:
            _describe_scan(file, about)
            _store_texts(file, about)
            _lay_out_records(file, about.request.shape[0], directions)
            for channel in about.channels:
                for direction in directions:
                    _lay_out_image(file, channel, direction, about.request, rows[channel.name])
            _describe_default(file, about.channels, directions)
        layout = read_layout(temporary)
        _fill(temporary, layout)
        platform.replace(temporary, path)
        platform.fsync_directory(path.parent)
    except (OSError, ValueError, RuntimeError, BadInput) as exc:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StoreError(f"scan file {path} could not be made: {exc}") from exc
    return layout


def expected_size(
    request: ScanRequest, rows: Mapping[str, tuple[int, ...]], directions: tuple[Direction, ...]
) -> int:
    """Return about how many bytes the file of a scan will take."""
    row = sum(int(np.prod(shape)) * 4 for shape in rows.values()) + RECORD.itemsize
    return request.shape[0] * row * len(directions) + STRUCTURE_SIZE


def _fill(path: Path, layout: ScanLayout) -> None:
    """Claim the room on the disk, then write NaN, empty records and the first state slot."""
    lines = layout.request.shape[0]
    fd = platform.open_write(path)
    try:
        platform.preallocate(fd, os.fstat(fd).st_size)
        nan = np.full(platform.BLOCK // 4, np.nan, "<f4").tobytes()
        for (name, _), offset in layout.images.items():
            end = offset + lines * layout.row_size(name)
            for at in range(offset, end, len(nan)):
                platform.pwrite(fd, nan[: min(len(nan), end - at)], at)
        for offset in layout.records.values():
            platform.pwrite(fd, np.full(lines, EMPTY_RECORD, RECORD).tobytes(), offset)
        slots = pack_slot(1, ScanState.RUNNING, "") + bytes(SLOT_SIZE)
        platform.pwrite(fd, slots, layout.state)
        os.fsync(fd)
    finally:
        os.close(fd)


def _early(dtype: DTypeLike, fill: Any) -> Any:
    """Return HDF5 settings: contiguous, room laid out at creation, filled by us and not by HDF5."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.CONTIGUOUS)
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    if fill is not None:
        plist.set_fill_value(np.asarray(fill, dtype))
    return plist


def _lay_out(
    group: h5py.Group, name: str, shape: tuple[int, ...], dtype: DTypeLike, fill: Any
) -> Any:
    return group.create_dataset(name, shape, dtype, dcpl=_early(dtype, fill))


def _describe_scan(file: h5py.File, about: About) -> None:
    """Write what a person or a program without our codec wants to know as plain attributes."""
    number, request, measurement = about.number, about.request, about.measurement
    kind = "scan" if about.path is None else "path"
    file.attrs.update(
        {"NX_class": "NXroot", "default": "entry", "creator": f"ai-afm {__version__}"}
    )
    file.attrs.update({"format": np.bytes_(FORMAT), "format_version": FORMAT_VERSION})
    region = request.region
    entry = file.create_group("entry")
    entry.attrs.update(
        {
            "NX_class": "NXentry",
            "title": f"{kind} {number}, {request.role.value}",
            "scan": number,
            "center_m": region.center,
            "size_m": region.size,
            "angle_rad": region.angle,
            "pixel_size_m": request.pixel_size,
            "line_rate_hz": request.line_rate,
            "slow_direction": request.slow_direction.value,
        }
    )
    instrument = entry.create_group("instrument")
    instrument.attrs["NX_class"] = "NXinstrument"
    for name, stored in _plain_fields(measurement).items():
        instrument.attrs[name] = stored


def _plain_fields(measurement: Measurement) -> dict[str, Any]:
    """Return the fields that are known and small; everything is in /entry/measurement."""
    named = {f.name: getattr(measurement, f.name) for f in fields(measurement) if f.name != "extra"}
    known = {n: v for n, v in named.items() if v is not None and v != () and len(str(v)) < 2000}
    return {n: v.value if isinstance(v, Mode) else v for n, v in known.items()}


def _store_texts(file: h5py.File, about: About) -> None:
    """Store what our reader needs as texts; an attribute could not hold a long vendor header."""
    texts = {
        "request": dumps(about.request),
        "channels": json.dumps([encode(c) for c in about.channels], ensure_ascii=False),
        "measurement": dumps(about.measurement),
    }
    if about.path is not None:
        texts["path"] = dumps(about.path)
    for name, content in texts.items():
        raw = content.encode()
        kind = h5py.string_dtype("utf-8", len(raw))
        file["entry"].create_dataset(name, data=np.array(raw, kind))


def _lay_out_records(file: h5py.File, lines: int, directions: tuple[Direction, ...]) -> None:
    group = file.create_group("entry/records")
    group.attrs["NX_class"] = "NXcollection"
    group.attrs["description"] = (
        "one record a pass; its crc32 covers the record (with crc32 = 0) and the rows of all "
        "channels in the order of /entry/channels"
    )
    for direction in directions:
        _lay_out(group, direction.value, (lines,), RECORD, EMPTY_RECORD)
    _lay_out(file["entry"], "state", (2, SLOT_SIZE), "u1", None)


def _lay_out_image(
    file: h5py.File,
    channel: Channel,
    direction: Direction,
    request: ScanRequest,
    row: tuple[int, ...],
) -> None:
    """Make one NXdata group, which is a pyNSID main dataset with its dimension scales as well."""
    group = file.create_group(group_name(channel.name, direction))
    title = f"{channel.name} {direction.value}"
    axes = ["y", "x", "bin"][: 1 + len(row)]
    group.attrs.update({"NX_class": "NXdata", "signal": "data", "axes": axes, "title": title})
    group.attrs.update({f"{a}_indices": i for i, a in enumerate(axes)})
    # The mark that a pyNSID reader looks for; the version is that of the layout it describes.
    group.attrs["pyNSID_version"] = "0.0.7"
    image = _lay_out(group, "data", (request.shape[0], *row), "<f4", np.nan)
    image.attrs.update(
        {
            "units": channel.unit,
            "quantity": _QUANTITY.get(channel.unit, channel.name),
            "long_name": f"{title} ({channel.unit})",
            "title": title,
            "data_type": "IMAGE" if len(row) == 1 else "SPECTRAL_IMAGE",
            "modality": "scanning probe microscopy",
            "source": "ai-afm",
            "original_name": channel.original_name,
            "main_data_name": "data",
            "pyNSID_version": "0.0.7",
        }
    )
    for i, axis in enumerate(axes):
        _add_axis(group, image, i, axis, request)
    original = group.create_group("original_metadata")
    original.attrs["original_name"] = channel.original_name
    group.create_group("metadata").attrs["direction"] = direction.value


def _add_axis(
    group: h5py.Group, image: h5py.Dataset, i: int, name: str, request: ScanRequest
) -> None:
    """Attach a dimension scale: metres in the frame's own axes, origin at its centre, y up."""
    count = image.shape[i]
    if name == "bin":
        positions, unit, kind = np.arange(count, dtype=float), "", "SPECTRAL"
    else:
        step = request.pixel_size[0] if name == "x" else -request.pixel_size[1]
        positions, unit, kind = step * (np.arange(count) - (count - 1) / 2), "m", "SPATIAL"
    axis = group.create_dataset(name, data=positions)
    axis.make_scale(name)
    axis.attrs.update({"units": unit, "name": name, "quantity": "distance" if unit else "bin"})
    axis.attrs.update({"dimension_type": kind, "long_name": f"{name} ({unit})"})
    image.dims[i].attach_scale(axis)
    image.dims[i].label = name


def _describe_default(
    file: h5py.File, channels: tuple[Channel, ...], directions: tuple[Direction, ...]
) -> None:
    """Point generic viewers at the first channel."""
    first = group_name(channels[0].name, directions[0]).split("/")[-1]
    file["entry"].attrs["default"] = first
