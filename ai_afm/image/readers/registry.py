"""Which readers there are: those built in, those of other packages, and what none of them reads."""

import logging
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from ai_afm.errors import BadInput
from ai_afm.image.readers.asd import AsdReader
from ai_afm.image.readers.base import Reader
from ai_afm.image.readers.gsf import GsfReader
from ai_afm.image.readers.gwy import GwyReader
from ai_afm.image.readers.hdf5 import Hdf5Reader
from ai_afm.image.readers.ibw import IbwReader
from ai_afm.image.readers.jpk import JpkReader
from ai_afm.image.readers.keysight import KeysightReader
from ai_afm.image.readers.mdt import MdtReader
from ai_afm.image.readers.nanoscope import NanoscopeReader
from ai_afm.image.readers.nanosurf import NanosurfReader
from ai_afm.image.readers.npz import NpzReader
from ai_afm.image.readers.park import ParkReader
from ai_afm.image.readers.sxm import SxmReader
from ai_afm.image.readers.wsxm import WsxmReader

_LOG = logging.getLogger(__name__)
_GROUP = "ai_afm.readers"
_HEAD = 512

BUILT_IN: tuple[Reader, ...] = (
    NpzReader(),
    Hdf5Reader(),
    GwyReader(),
    GsfReader(),
    SxmReader(),
    NanoscopeReader(),
    JpkReader(),
    ParkReader(),
    NanosurfReader(),
    MdtReader(),
    KeysightReader(),
    WsxmReader(),
    AsdReader(),
    IbwReader(),
)
"""The Igor reader comes last: the first two bytes of its format say little."""
FOREIGN = {
    b"\\*Force file list": "Bruker NanoScope force",
    b"II*\0": "TIFF picture",
    b"MM\0*": "TIFF picture",
    b"\x02\x00": "Igor curve (not an image)",
    b"\x89PNG": "PNG picture",
    b"\xff\xd8\xff": "JPEG picture",
}
"""First bytes of formats that are recognised only to say clearly that they cannot be read."""


@dataclass(frozen=True, slots=True)
class ReaderInfo:
    """An installed reader: format, where it comes from, and what is wrong with it, if anything."""

    name: str
    origin: str
    error: str | None = None


def reader_of(head: bytes) -> Reader | None:
    """Return the first reader that recognises a file by its first bytes."""
    readers = (*BUILT_IN, *(r for r, _ in plug_ins() if r is not None))
    return next((r for r in readers if r.recognises(head)), None)


def foreign_name(head: bytes) -> str | None:
    """Return the name of a format that is known but not read, by a file's first bytes."""
    return next((name for magic, name in FOREIGN.items() if head.startswith(magic)), None)


def list_readers() -> tuple[ReaderInfo, ...]:
    """Return all readers, built in and plugged in, broken ones with what is wrong."""
    built_in = tuple(ReaderInfo(r.name, "ai-afm") for r in BUILT_IN)
    return (*built_in, *(info for _, info in plug_ins()))


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file, which tell its format.

    Raises
    ------
    BadInput
        When it cannot be read, or is empty.
    """
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


def plug_ins() -> tuple[tuple[Reader | None, ReaderInfo], ...]:
    """Return the readers of other packages, `None` for a broken one, and what is known of each."""
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
