"""Reading what somebody else has packed: a file, a folder or a zip archive.

Names may not lead out of it, links are not followed, and nothing is read that is larger than it may
be. An archive is read member by member into memory; nothing is unpacked.
"""

import json
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from ai_afm.errors import BadInput

MAX_FILE = 64 << 20
"""Largest file, bytes."""
MAX_FILES = 20_000
"""Most files of a folder or archive."""
LISTS = (".json", ".geojson")
"""Endings of the files that say what is to be imported."""
PICTURES = (".png", ".tif", ".tiff")
"""Endings of label images; what they are of, a .json of the same name says."""


class Source(Protocol):
    """A folder or archive."""

    @property
    def title(self) -> str:
        """How it is called in a message."""

    @property
    def names(self) -> tuple[str, ...]:
        """All files that are to be imported, in order; a "/" in a name is a folder."""

    def read(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises
        ------
        BadInput
            When the name leads out of it, is of a link, or the file is missing or too large.
        """

    def close(self) -> None:
        """Close what is open."""


def beside(name: str, other: str) -> str:
    """Return the name of a file that lies in the same folder as another.

    Raises
    ------
    BadInput
        When it is no bare file name.
    """
    _check_part(other)
    return str(PurePosixPath(name).parent / other)


def _check_part(part: str) -> None:
    odd = not part or part in (".", "..") or len(part) > 255 or not part.isprintable()
    if odd or any(c in part for c in '/\\:*?"<>|'):
        raise BadInput(f"{part[:80]!r} is no plain file name")


def _check_name(name: str) -> None:
    parts = name.split("/")
    if len(parts) > 16:
        raise BadInput(f"{name[:80]!r} lies too deep")
    for part in parts:
        _check_part(part)


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Files below a folder."""

    root: Path
    names: tuple[str, ...]

    @property
    def title(self) -> str:
        """The folder."""
        return str(self.root)

    def read(self, name: str) -> bytes:
        """Return the bytes of a regular file; see `Source`."""
        _check_name(name)
        path = self.root
        try:
            for part in name.split("/"):
                path = path / part
                if path.is_symlink():
                    raise BadInput(f"{name} is a link, or lies behind one; links are not followed")
            return _bounded(path, name)
        except OSError as exc:
            raise BadInput(f"{name} cannot be read: {exc.strerror or exc}") from exc

    def close(self) -> None:
        """Nothing is open."""


def _bounded(path: Path, name: str) -> bytes:
    # O_NONBLOCK: opening a pipe would wait for a writer; what was opened is looked at, not the name
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    fd = os.open(path, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(fd, "rb") as file:
        told = os.fstat(fd)
        if not stat.S_ISREG(told.st_mode):
            raise BadInput(f"{name} is no regular file")
        if told.st_size > MAX_FILE:
            raise BadInput(f"{name} has {told.st_size} bytes, at most {MAX_FILE} are read")
        return file.read(MAX_FILE)


@dataclass(frozen=True, slots=True)
class ZipSource:
    """Members of a zip archive."""

    archive: zipfile.ZipFile
    names: tuple[str, ...]

    @property
    def title(self) -> str:
        """The archive."""
        return str(self.archive.filename)

    def read(self, name: str) -> bytes:
        """Return the bytes of a member; see `Source`."""
        _check_name(name)
        try:
            member = self.archive.getinfo(name)
            _check_member(member)
            with self.archive.open(member) as file:
                # the archive's own word on the size is not believed
                content = file.read(MAX_FILE + 1)
        except KeyError as exc:
            raise BadInput(f"{name} is not in the archive") from exc
        except _BROKEN_ZIP as exc:
            raise BadInput(f"{name} cannot be read from the archive: {exc}") from exc
        if len(content) > MAX_FILE:
            raise BadInput(f"{name} has more than {MAX_FILE} bytes")
        return content

    def close(self) -> None:
        """Close the archive."""
        self.archive.close()


_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


def _check_member(member: zipfile.ZipInfo) -> None:
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BadInput(f"{member.filename} is a link; links are not followed")
    if member.file_size > MAX_FILE:
        raise BadInput(
            f"{member.filename} unpacks to {member.file_size} bytes, at most {MAX_FILE} are read"
        )


def open_source(path: Path) -> Source:
    """Open a file, folder or zip archive of corrections.

    Raises
    ------
    BadInput
        When there is nothing of the kind, or it holds too many files.
    """
    if path.is_symlink():
        raise BadInput(f"{path} is a link; name what it leads to")
    if path.is_dir():
        return FolderSource(path, tuple(_few(_below(path), path)))
    if not path.is_file():
        raise BadInput(f"{path} is neither a file nor a folder")
    if path.suffix.lower() == ".zip":
        return _archive(path)
    if path.suffix.lower() in (*LISTS, *PICTURES):
        return FolderSource(path.absolute().parent, (path.name,))
    raise BadInput(
        f"{path.name}: corrections come as .json, .geojson, .png, .tif, .zip or a folder"
    )


def _few(names: Iterator[str], path: Path) -> list[str]:
    found: list[str] = []
    for name in names:
        if PurePosixPath(name).suffix.lower() in (*LISTS, *PICTURES):
            found.append(name)
        if len(found) > MAX_FILES:
            raise BadInput(f"{path} holds more than {MAX_FILES} files; import it in parts")
    return sorted(found)


def _below(root: Path) -> Iterator[str]:
    for folder, _, files in os.walk(root, followlinks=False):
        for file in files:
            yield (Path(folder) / file).relative_to(root).as_posix()


def _archive(path: Path) -> ZipSource:
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN_ZIP as exc:
        raise BadInput(f"{path.name} is no sound zip archive: {exc}") from exc
    try:
        members = (m.filename for m in archive.infolist() if not m.is_dir())
        return ZipSource(archive, tuple(_few(members, path)))
    except BadInput:
        archive.close()
        raise


def parse_json(content: bytes) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises
    ------
    BadInput
        When it is not UTF-8, not JSON, holds NaN or infinity, is nested too deep, or is no object.
    """
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"not JSON: {str(exc)[:200]}") from exc
    if not isinstance(value, dict):
        raise BadInput("not a JSON object")
    return value


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number in JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is too large a number")
    return number
