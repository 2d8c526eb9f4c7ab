"""Opening HDF5 files that somebody else made: nothing is believed that the file cannot back.

A dataset of 1 kB on disk can declare 320 GB, and external storage, external links and virtual
datasets make a library read other files of the computer. All of that is refused before a byte of it
is read.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import DTypeLike

from ai_afm.errors import BadInput

MAX_TEXT = 1 << 26
"""Longest text (bytes) that is read from a file: a vendor's header has been seen at a few MB."""

_BROKEN = (
    OSError,
    KeyError,
    ValueError,
    RuntimeError,
    TypeError,
    AttributeError,
    IndexError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A contiguous dataset that lies inside its file: shape, and where it starts (bytes)."""

    shape: tuple[int, ...]
    offset: int


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading, without a lock, beside a live writer if need be.

    Raises
    ------
    BadInput
        When the file is missing, empty, truncated or corrupt, also when that shows only while
        reading.
    """
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except FileNotFoundError as exc:
        raise BadInput(f"{path}: no such file") from exc
    except _BROKEN as exc:
        raise BadInput(f"{path}: not a sound HDF5 file ({exc})") from exc


def find(file: h5py.File, name: str) -> h5py.Group | h5py.Dataset:
    """Return the group or dataset at an absolute path that consists of hard links only."""
    item: Any = file
    for part in name.strip("/").split("/"):
        if not isinstance(item, h5py.Group) or part not in item:
            raise BadInput(f"{file.filename}: {name} is missing")
        if not isinstance(item.get(part, getlink=True), h5py.HardLink):
            raise BadInput(f"{file.filename}: {name} is a link; linked data are not read")
        item = item[part]
    return item


def dataset(file: h5py.File, name: str) -> h5py.Dataset:
    """Return a dataset that is stored in this file, at most as large as the file allows.

    Raises
    ------
    BadInput
        For links, external or virtual storage, and a declared size beyond the file's.
    """
    item = find(file, name)
    if not isinstance(item, h5py.Dataset):
        raise BadInput(f"{file.filename}: {name} is not a dataset")
    plist = item.id.get_create_plist()
    if item.is_virtual or plist.get_external_count():
        raise BadInput(f"{file.filename}: {name} is stored in another file; such data are not read")
    if plist.get_layout() == h5py.h5d.CHUNKED:
        raise BadInput(f"{file.filename}: {name} is chunked; ai-afm writes no such files")
    if item.size is None or item.nbytes > file.id.get_filesize():
        raise BadInput(
            f"{file.filename}: {name} declares {item.nbytes} bytes, more than the file has"
        )
    return item


def contiguous(file: h5py.File, name: str, dtype: DTypeLike) -> Stored:
    """Return where a contiguous dataset of the given type lies in the file.

    Raises
    ------
    BadInput
        As `dataset`, and when the type is another one or the bytes do not lie inside the file.
    """
    item = dataset(file, name)
    if item.dtype != np.dtype(dtype):
        raise BadInput(f"{file.filename}: {name} is of type {item.dtype}, not {np.dtype(dtype)}")
    offset = item.id.get_offset()
    if offset is None or offset + item.nbytes > Path(file.filename).stat().st_size:
        raise BadInput(f"{file.filename}: {name} does not lie inside the file; it is truncated")
    return Stored(item.shape, int(offset))


def text(file: h5py.File, name: str) -> str:
    """Return a scalar text dataset."""
    item = dataset(file, name)
    if item.shape != () or item.nbytes > MAX_TEXT or h5py.check_string_dtype(item.dtype) is None:
        raise BadInput(f"{file.filename}: {name} is not a text of at most {MAX_TEXT} bytes")
    stored = item[()]
    if not isinstance(stored, bytes):
        raise BadInput(f"{file.filename}: {name} is not a text")
    return stored.decode("utf-8")


def require_format(file: h5py.File, name: str, version: int) -> None:
    """Raise `BadInput` unless the root attributes name this format and version."""
    if "format" not in file.attrs:
        raise BadInput(f"{file.filename}: not an {name} file")
    # Only text of fixed length is read: for other text HDF5 follows pointers into its heap, and a
    # damaged heap has been seen to keep it busy for 20 s.
    stored = file.attrs.get_id("format")
    small = stored.shape == () and stored.dtype.kind == "S" and stored.dtype.itemsize <= 64
    if not small or file.attrs["format"] != name.encode():
        raise BadInput(f"{file.filename}: not an {name} file")
    found = integer(file, "/", "format_version")
    if found != version:
        raise BadInput(f"{file.filename}: format version {found}; this program reads {version}")


def integer(file: h5py.File, group: str, name: str) -> int:
    """Return a scalar integer attribute."""
    attributes = (find(file, group) if group.strip("/") else file).attrs
    if name not in attributes or attributes.get_id(name).shape != ():
        raise BadInput(f"{file.filename}: attribute {name} of {group} is missing")
    stored = attributes[name]
    if not isinstance(stored, (int, np.integer)):
        raise BadInput(f"{file.filename}: attribute {name} of {group} is not an integer")
    return int(stored)
