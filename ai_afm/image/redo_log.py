"""Raw writes that could not go into a scan file at once, kept beside it until they can.

On Windows another program's HDF5 library may hold a mandatory lock on the file that is being
written. The write then goes here, `(offset, length, crc32, bytes)` after one another, and readers
lay it over the file. Rows are written once only, so the order in which file and log are filled does
not matter.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

_HEAD = struct.Struct("<QII")


def log_path(scan_file: Path) -> Path:
    """Return where the log of a scan file lies."""
    return scan_file.with_suffix(".spill")


def pack(offset: int, content: bytes) -> bytes:
    """Return one entry: `content` belongs at `offset` (bytes) of the scan file."""
    return _HEAD.pack(offset, len(content), zlib.crc32(content, offset & 0xFFFFFFFF)) + content


def entries(log: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (offset, bytes) of all whole entries; a torn tail ends the log."""
    at = 0
    while at + _HEAD.size <= len(log):
        offset, length, crc = _HEAD.unpack_from(log, at)
        content = log[at + _HEAD.size : at + _HEAD.size + length]
        if len(content) < length or zlib.crc32(content, offset & 0xFFFFFFFF) != crc:
            return
        yield offset, content
        at += _HEAD.size + length
