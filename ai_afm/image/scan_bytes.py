"""The HDF5 layout of one scan, as bytes and as a reader sees it, also while the scan is running.

A scan file has its full size before the tip moves. A pass is then written as raw bytes into the row
of each channel's dataset, followed by its record; the record's CRC covers both, so a row is valid
only if it was written completely. The number of rows is derived from the records, never stored.

    /entry/request, channels, measurement    JSON texts (see `ai_afm.types.codec`)
    /entry/path                              the same, only where the rows are sweeps of a path
    /entry/CHANNEL_DIRECTION/data, y, x      (lines, pixels[, bins]) float32, NaN: not scanned
    /entry/records/DIRECTION                 (lines,) `RECORD`
    /entry/state                             (2, 4096) uint8, two slots that are written in turn
"""

import json
import math
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import h5py
import numpy as np

from ai_afm.errors import BadInput
from ai_afm.image import safe_hdf5
from ai_afm.image.assemble import row_shapes
from ai_afm.types import (
    Channel,
    ChannelKey,
    Direction,
    Measurement,
    PathRequest,
    ScanLine,
    ScanRequest,
)
from ai_afm.types.codec import decode, loads

FORMAT = "ai-afm scan"
FORMAT_VERSION = 1
SLOT_SIZE = 4096
RECORD = np.dtype(
    [
        ("index", "<i4"),
        ("crc32", "<u4"),
        ("time", "<f8"),
        ("start", "<f8", (2,)),
        ("end", "<f8", (2,)),
        ("flags", "<u4"),
    ]
)
EMPTY_RECORD = np.array((-1, 0, np.nan, (np.nan, np.nan), (np.nan, np.nan), 0), RECORD)
_T = TypeVar("_T")
_RECORD = struct.Struct("<iIdddddI")
_SLOT = struct.Struct("<III")


class ScanState(StrEnum):
    """How far a scan came; a file that says `RUNNING` without a live writer was interrupted."""

    RUNNING = "running"
    COMPLETE = "complete"
    STOPPED = "stopped"
    ABORTED = "aborted"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class ScanLayout:
    """What a scan file is about and where (bytes from its start) its rows, records and slots lie.

    Parameters
    ----------
    number
        Number of the scan in its run.
    request, channels, measurement
        As in `Frame`.
    rows
        Channel name -> shape of one row, (pixels,) or (pixels, bins).
    images, records, state
        Offsets of the datasets, bytes.
    path
        The path whose sweeps are the rows (`ai_afm.image.path_table`), `None` for a frame.
    """

    number: int
    request: ScanRequest
    channels: tuple[Channel, ...]
    measurement: Measurement
    rows: Mapping[str, tuple[int, ...]]
    images: Mapping[ChannelKey, int]
    records: Mapping[Direction, int]
    state: int
    path: PathRequest | None = None

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Passes that a line consists of."""
        return tuple(self.records)

    @property
    def bins(self) -> dict[str, int]:
        """Length of the trailing axis of the channels that have one."""
        return {name: shape[1] for name, shape in self.rows.items() if len(shape) > 1}

    def row_size(self, name: str) -> int:
        """Return the bytes in one row of a channel."""
        return math.prod(self.rows[name]) * 4

    def row_offset(self, name: str, direction: Direction, index: int) -> int:
        """Return where a row starts, bytes."""
        return self.images[name, direction] + index * self.row_size(name)

    def record_offset(self, direction: Direction, index: int) -> int:
        """Return where the record of a row starts, bytes."""
        return self.records[direction] + index * RECORD.itemsize

    def slot_offset(self, slot: int) -> int:
        """Return where a state slot (0 or 1) starts, bytes."""
        return self.state + slot * SLOT_SIZE


def group_name(name: str, direction: Direction) -> str:
    """Return the absolute path of the group that holds a channel's image of one direction."""
    if not name or not name.isprintable() or "/" in name or name.startswith("."):
        raise BadInput(f"{name!r} cannot be the name of a channel")
    return f"/entry/{name}_{direction}"


def read_layout(path: Path) -> ScanLayout:
    """Read what a scan file holds and where.

    Raises
    ------
    BadInput
        When it is no scan file of ours, is truncated, or tries to make us read something else.
    """
    with safe_hdf5.opened(path) as file:
        safe_hdf5.require_format(file, FORMAT, FORMAT_VERSION)
        return _read_layout(file)


def _read_layout(file: h5py.File) -> ScanLayout:
    request = _typed(loads(safe_hdf5.text(file, "/entry/request")), ScanRequest)
    measurement = _typed(loads(safe_hdf5.text(file, "/entry/measurement")), Measurement)
    stored = json.loads(safe_hdf5.text(file, "/entry/channels"))
    channels = tuple(_typed(decode(c), Channel) for c in stored)
    lines = request.shape[0]
    present = safe_hdf5.find(file, "/entry/records")
    directions = [d for d in Direction if d.value in present]
    found: dict[ChannelKey, safe_hdf5.Stored] = {
        (c.name, d): safe_hdf5.contiguous(file, f"{group_name(c.name, d)}/data", "<f4")
        for c in channels
        for d in directions
    }
    bins = {n: s.shape[2] for (n, _), s in found.items() if len(s.shape) == 3}
    rows = row_shapes(request, channels, bins)
    for (name, direction), image in found.items():
        if image.shape != (lines, *rows[name]):
            raise BadInput(
                f"{file.filename}: {name} {direction} is {image.shape}, not {request.shape}"
            )
    records = {d: safe_hdf5.contiguous(file, f"/entry/records/{d}", RECORD) for d in directions}
    state = safe_hdf5.contiguous(file, "/entry/state", "u1")
    if not records or {r.shape for r in records.values()} != {(lines,)}:
        raise BadInput(f"{file.filename}: the line records do not fit {lines} lines")
    if state.shape != (2, SLOT_SIZE):
        raise BadInput(f"{file.filename}: the state slots have shape {state.shape}")
    return ScanLayout(
        safe_hdf5.integer(file, "/entry", "scan"),
        request,
        channels,
        measurement,
        rows,
        {key: image.offset for key, image in found.items()},
        {d: r.offset for d, r in records.items()},
        state.offset,
        _path(file),
    )


def _path(file: h5py.File) -> PathRequest | None:
    if "path" not in file["entry"]:
        return None
    return _typed(loads(safe_hdf5.text(file, "/entry/path")), PathRequest)


def _typed(value: Any, cls: type[_T]) -> _T:
    if type(value) is not cls:
        raise BadInput(f"a {type(value).__name__} is stored where a {cls.__name__} belongs")
    return value


def pack_record(line: ScanLine, rows: Iterable[bytes | memoryview]) -> bytes:
    """Return the record of a line; `rows` are the bytes of its channels in the layout's order."""
    x0, y0, x1, y1 = *line.start, *line.end
    values = (line.time, x0, y0, x1, y1, int(line.flags))
    crc = zlib.crc32(_RECORD.pack(line.index, 0, *values))
    for row in rows:
        crc = zlib.crc32(row, crc)
    return _RECORD.pack(line.index, crc, *values)


def record_fits(record: bytes, index: int, rows: Iterable[bytes]) -> bool:
    """Tell whether a record belongs to row `index` and its CRC to these bytes."""
    stored_index, stored_crc, *values = _RECORD.unpack(record)
    if stored_index != index:
        return False
    crc = zlib.crc32(_RECORD.pack(stored_index, 0, *values))
    for row in rows:
        crc = zlib.crc32(row, crc)
    return bool(crc == stored_crc)


def pack_slot(sequence: int, state: ScanState, reason: str) -> bytes:
    """Return a state slot; a reason too long for it is cut and says so."""
    kept = reason
    while (
        len(body := json.dumps({"state": state, "reason": kept}).encode()) > SLOT_SIZE - _SLOT.size
    ):
        keep = len(kept) * 3 // 4
        kept = f"{reason[:keep]} [cut, {len(reason) - keep} characters more]"
    crc = zlib.crc32(body, sequence)
    return (_SLOT.pack(sequence, len(body), crc) + body).ljust(SLOT_SIZE, b"\0")


def latest_state(slots: bytes) -> tuple[int, ScanState, str] | None:
    """Return (sequence, state, reason) of the newest whole slot, `None` if both are torn."""
    whole = []
    for slot in (slots[:SLOT_SIZE], slots[SLOT_SIZE:]):
        sequence, length, crc = _SLOT.unpack_from(slot)
        body = slot[_SLOT.size : _SLOT.size + length]
        if length and len(body) == length and zlib.crc32(body, sequence) == crc:
            stored = json.loads(body)
            whole.append((sequence, ScanState(stored["state"]), str(stored["reason"])))
    return max(whole, default=None, key=lambda s: s[0])
