"""Which files an archive holds, and what the results of each are called."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ai_afm.errors import BadInput
from ai_afm.image.readers.frames import foreign_format, format_of

JOURNAL, SCANS = "journal.sqlite", "scans"
"""A folder with a journal is a run: of it only the scans are scans."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Scan:
    """A file to be segmented.

    Parameters
    ----------
    file
        Absolute path.
    key
        Names its results: "<key>-mask.png"; a "/" in it is a folder.
    """

    file: Path
    key: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk brought.

    Parameters
    ----------
    scans
        Files to be segmented, in order of their keys' roots and names.
    unread
        Scans of formats that no installed reader reads, with the format's name.
    others
        Number of files that are no scans.
    """

    scans: tuple[Scan, ...]
    unread: tuple[tuple[Path, str], ...] = ()
    others: int = 0


def find_scans(paths: Sequence[Path], out: Path) -> Found:
    """Find the scans that are named, and all that lie below folders that are named.

    Parameters
    ----------
    paths
        Files, taken as they are, and folders, searched for files that a reader recognises by their
        content. Hidden files, links to folders, and the results in `out` are passed over; of a run
        folder only its scans count.
    out
        Where the results go.

    Raises
    ------
    BadInput
        When a path does not exist.
    """
    named: list[tuple[Path, Path]] = []
    unread: list[tuple[Path, str]] = []
    others = 0
    for path in paths:
        if not path.exists():
            raise BadInput(f"{path} does not exist; check the path")
        if not path.is_dir():
            named.append((path.absolute(), path.absolute().parent))
            continue
        for file in _files_below(path.absolute(), out.absolute()):
            if format_of(file) is not None:
                named.append((file, path.absolute()))
            elif (foreign := foreign_format(file)) is not None:
                unread.append((file, foreign))
            else:
                others += 1
    return Found(_keyed(dict(named)), tuple(unread), others)


def _files_below(root: Path, out: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(root):
        here = Path(folder)
        wanted = [SCANS] if JOURNAL in files else sorted(below)
        below[:] = [b for b in wanted if b in below and b[0] != "." and here / b != out]
        if JOURNAL in files:
            continue
        yield from (here / name for name in sorted(files) if name[0] != ".")


def _keyed(files: dict[Path, Path]) -> tuple[Scan, ...]:
    """Name each file by its place below its root, as short as it stays unambiguous.

    `a.ibw` beside `a.gwy` are told apart by their whole names, files of the same name from
    different roots by the root's name, and what is left by a hash of the path.
    """
    ways: tuple[Callable[[Path, Path], str], ...] = (
        lambda file, root: file.relative_to(root).with_suffix("").as_posix(),
        lambda file, root: file.relative_to(root).as_posix(),
        lambda file, root: f"{root.name}/{file.relative_to(root).as_posix()}",
        lambda file, root: f"{file.name}-{hashlib.sha256(bytes(file)).hexdigest()[:8]}",
    )
    scans = [Scan(file, ways[0](file, root)) for file, root in files.items()]
    for way in ways[1:]:
        doubled = _doubled(s.key for s in scans)
        if not doubled:
            break
        scans = [
            replace(s, key=way(s.file, files[s.file])) if s.key.casefold() in doubled else s
            for s in scans
        ]
    return tuple(scans)


def _doubled(keys: Iterable[str]) -> set[str]:
    """Return keys that occur twice; file systems may not tell capitals apart."""
    return {key for key, count in Counter(k.casefold() for k in keys).items() if count > 1}


def digest(file: Path) -> str:
    """Return the sha256 of a file's content.

    Raises
    ------
    BadInput
        When it cannot be read.
    """
    total = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK):
                total.update(block)
    except OSError as exc:
        raise BadInput(f"{file}: cannot be read ({exc.strerror or exc}); check the path") from exc
    return total.hexdigest()
