"""Readers of scan files: `read_file` tells the format from the content, never from the name."""

from pathlib import Path

from ai_afm.errors import BadInput
from ai_afm.image.readers.base import MAX_BYTES, Reader
from ai_afm.image.readers.npz import Reference, read_reference
from ai_afm.image.readers.registry import (
    ReaderInfo,
    foreign_name,
    head_of,
    list_readers,
    reader_of,
)
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


def read_file(path: Path) -> Frame:
    """Read a scan file of any known format.

    Parameters
    ----------
    path
        An ai-afm scan or NSID `.h5`, Asylum `.ibw`, Bruker `.spm`, JPK `.jpk`, Park `.tiff`,
        Nanonis `.sxm`, Nanosurf `.nid`, NT-MDT `.mdt`, Keysight `.mi`, WSxM `.stp` and `.top`,
        `.gwy`, `.gsf`, `.npz` with reference keys, or of a movie (`.asd`, `.h5-jpk`) its first
        whole frame; the name does not matter.

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
    head = head_of(path)
    reader = reader_of(head)
    if reader is not None:
        return reader.read(path)
    foreign = foreign_name(head)
    looks = (
        f"looks like a {foreign} file, which no installed reader reads"
        if foreign
        else ("is of no known format")
    )
    known = "; ".join(r.name for r in list_readers() if r.error is None)
    raise BadInput(
        f"{path.name}: the file {looks}; convert it to .gwy with Gwyddion (known: {known})"
    )
