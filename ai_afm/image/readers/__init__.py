"""Readers of scan files: `read_file` tells the format from the content, never from the name."""

import logging
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from ai_afm.errors import BadInput
from ai_afm.image.readers.base import MAX_BYTES, Reader
from ai_afm.image.readers.gsf import GsfReader
from ai_afm.image.readers.gwy import GwyReader
from ai_afm.image.readers.hdf5 import Hdf5Reader
from ai_afm.image.readers.ibw import IbwReader
from ai_afm.image.readers.npz import NpzReader, Reference, read_reference
from ai_afm.image.readers.sxm import SxmReader
from ai_afm.types import Frame

__all__ = [
    "MAX_BYTES",
    "Reader",
    "ReaderInfo",
    "Reference",
    "list_readers",
    "read_file",
    "read_reference",
]

_LOG = logging.getLogger(__name__)
_GROUP = "ai_afm.readers"
_HEAD = 512
# The Igor reader comes last: the first two bytes of its format say little.
_BUILT_IN: tuple[Reader, ...] = (
    NpzReader(),
    Hdf5Reader(),
    GwyReader(),
    GsfReader(),
    SxmReader(),
    IbwReader(),
)
# Formats that are recognised only to say clearly that they cannot be read.
_FOREIGN = {
    b"\\*File list": "Bruker NanoScope",
    b"\\*Force file list": "Bruker NanoScope force",
    b"II*\0": "TIFF (Park, JPK)",
    b"MM\0*": "TIFF (Park, JPK)",
    b"fileformat": "Keysight",
    b"\x01\xb0\x93\xff": "NT-MDT",
    b"[DataSet]": "Nanosurf",
    b"WSxM": "WSxM",
    b"\x02\x00": "Igor curve (not an image)",
    b"\x89PNG": "PNG picture",
    b"\xff\xd8\xff": "JPEG picture",
}


@dataclass(frozen=True, slots=True)
class ReaderInfo:
    """An installed reader: format, where it comes from, and what is wrong with it, if anything."""

    name: str
    origin: str
    error: str | None = None


def read_file(path: Path) -> Frame:
    """Read a scan file of any known format.

    Parameters
    ----------
    path
        An ai-afm scan or NSID `.h5`, `.ibw`, `.gwy`, `.gsf`, `.sxm`, or `.npz` with reference keys;
        the name does not matter.

    Returns
    -------
    Frame
        Row 0 at the top, column 0 at the left, for trace and retrace; SI units, phases in rad; NaN
        where nothing was scanned. `request.region` has NaN as its size, and `request.line_rate` is
        NaN, where the file does not say; the vendor's header is in `measurement.extra`.

    Raises
    ------
    BadInput
        When the file is missing, empty, truncated, hostile, too large, of no known format, or
        without a single reading.
    """
    path = Path(path)
    head = _head(path)
    for reader in (*_BUILT_IN, *(r for r, _ in _plug_ins() if r is not None)):
        if reader.recognises(head):
            return reader.read(path)
    foreign = next((f for magic, f in _FOREIGN.items() if head.startswith(magic)), None)
    looks = (
        f"looks like a {foreign} file, which no installed reader reads"
        if foreign
        else ("is of no known format")
    )
    known = "; ".join(r.name for r in list_readers() if r.error is None)
    raise BadInput(
        f"{path.name}: the file {looks}; convert it to .gwy with Gwyddion (known: {known})"
    )


def list_readers() -> tuple[ReaderInfo, ...]:
    """Return all readers, built in and plugged in, broken ones with what is wrong."""
    built_in = tuple(ReaderInfo(r.name, "ai-afm") for r in _BUILT_IN)
    return (*built_in, *(info for _, info in _plug_ins()))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as exc:
        raise BadInput(f"{path}: cannot be read ({exc.strerror or exc}); check the path") from exc
    if not head:
        raise BadInput(
            f"{path.name}: the file is empty (0 bytes); copy it again from the instrument"
        )
    return head


def _plug_ins() -> tuple[tuple[Reader | None, ReaderInfo], ...]:
    return tuple(_load(point) for point in entry_points(group=_GROUP))


def _load(point: EntryPoint) -> tuple[Reader | None, ReaderInfo]:
    origin = point.dist.name if point.dist is not None else point.value
    try:
        reader = point.load()
    except Exception as exc:  # a third party's module may raise anything; it must not stop ours
        _LOG.warning("reader plug-in %s of %s cannot be loaded: %r", point.name, origin, exc)
        return None, ReaderInfo(point.name, origin, f"cannot be loaded: {exc!r}")
    if isinstance(reader, type):
        reader = reader()
    if not isinstance(reader, Reader):
        return None, ReaderInfo(point.name, origin, "has no name, recognises() and read()")
    return reader, ReaderInfo(reader.name, origin)
