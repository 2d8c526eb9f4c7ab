"""All frames of a file, and whether a file is a scan at all: what a walk through folders asks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from ai_afm.errors import BadInput
from ai_afm.image.readers import read_file
from ai_afm.image.readers.registry import foreign_name, head_of, reader_of
from ai_afm.types import Frame

_PICTURE = "picture"


@runtime_checkable
class MovieReader(Protocol):
    """A reader whose files may hold several frames, such as movies of high-speed instruments."""

    def read_frames(self, path: Path) -> Iterator[Frame]:
        """Yield the frames of a file, the oldest first; raises `BadInput` as `Reader.read`."""
        ...


def read_frames(path: Path) -> Iterator[Frame]:
    """Yield all frames of a scan file: one, or those of a movie, the oldest first.

    See `read_file` for what a frame holds.

    Raises
    ------
    BadInput
        As `read_file`; of a movie, also when a later frame turns out to be damaged.
    """
    reader: object = reader_of(head_of(path))
    if isinstance(reader, MovieReader):
        yield from reader.read_frames(path)
        return
    yield read_file(path)


def format_of(path: Path) -> str | None:
    """Return the name of the format that an installed reader sees in a file, else `None`.

    Only the first bytes are looked at; the file may still be damaged.
    """
    try:
        reader = reader_of(head_of(path))
    except BadInput:
        return None
    return reader.name if reader is not None else None


def foreign_format(path: Path) -> str | None:
    """Return the name of a scan format that is known but that no installed reader reads.

    Pictures, texts and everything else that is no scan give `None`.
    """
    try:
        head = head_of(path)
    except BadInput:
        return None
    if reader_of(head) is not None:
        return None
    name = foreign_name(head)
    return None if name is None or name.endswith(_PICTURE) else name
