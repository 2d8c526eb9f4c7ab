"""Bringing the folder of a run that died into order; doing it twice changes nothing more."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ai_afm.errors import BadInput, StoreError
from ai_afm.image import redo_log
from ai_afm.image.scan_bytes import SLOT_SIZE, ScanState, latest_state, pack_slot, read_layout
from ai_afm.image.scan_layout import read_scan
from ai_afm.store import platform, spill
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import Direction

logger = logging.getLogger(__name__)

KIND = "interrupted"
"""Kind of the journal row that tells of an interrupted scan, once for each."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a recovery found.

    Parameters
    ----------
    scans
        Number of sound scan files.
    passes
        Valid lines in them and in the paths, trace and retrace counted apart.
    interrupted
        Numbers of the scans that were broken off.
    newly_interrupted
        Those of them that this recovery has marked.
    spilled
        Writes that were moved from logs into their scan files.
    damaged
        (file name, what is wrong): files that cannot be read; they are left as they are.
    removed
        Names of half-made files that were deleted.
    journal_rows
        Rows of the journal, whose hash chain is whole.
    paths
        Number of sound path files.
    interrupted_paths
        Numbers of the paths that were broken off.
    """

    scans: int
    passes: int
    interrupted: tuple[int, ...]
    newly_interrupted: tuple[int, ...] = ()
    spilled: int = 0
    damaged: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = field(default=())
    journal_rows: int = 0
    paths: int = 0
    interrupted_paths: tuple[int, ...] = ()


def recover(run: Path) -> Recovery:
    """Make the folder of a run whole after its process died.

    Half-made files are removed, spilled writes are moved into their scan files, scans that say
    "running" are marked as interrupted and journalled once. Lines are judged by their CRC alone;
    none is changed.

    Raises
    ------
    StoreError
        When the run is still running, its journal cannot be trusted, or the disk refuses.
    """
    folder = RunFolder.open(run)
    with folder.lock(), Journal.open(folder.journal_file) as journal:
        journal.verify()
        removed = _remove_half_made(folder)
        found: list[_Found] = []
        damaged: list[tuple[str, str]] = []
        marked: list[int] = []
        spilled = 0
        for kind, path in _recorded(folder):
            try:
                spilled += _move_log(path)
                if _mark_interrupted(path) and kind == "scan":
                    marked.append(int(path.stem))
                found.append(_look_at(kind, path))
            except BadInput as exc:
                logger.warning("%s is damaged: %s", path, exc)
                damaged.append((path.name, str(exc)))
        _journal_once(journal, found)
        broken = [f for f in found if f.state is ScanState.INTERRUPTED]
        return Recovery(
            scans=sum(f.kind == "scan" for f in found),
            passes=sum(sum(f.rows.values()) for f in found),
            interrupted=tuple(f.number for f in broken if f.kind == "scan"),
            newly_interrupted=tuple(marked),
            spilled=spilled,
            damaged=tuple(damaged),
            removed=tuple(removed),
            journal_rows=journal.verify(),
            paths=sum(f.kind == "path" for f in found),
            interrupted_paths=tuple(f.number for f in broken if f.kind == "path"),
        )


def _recorded(folder: RunFolder) -> Iterator[tuple[str, Path]]:
    """Yield what the tip has recorded, as (kind, file)."""
    for number in folder.scan_numbers():
        yield "scan", folder.scan_file(number)
    for number in folder.path_numbers():
        yield "path", folder.path_file(number)


@dataclass(frozen=True, slots=True)
class _Found:
    """What recovery remembers of a file; frames of a whole night would not fit into memory."""

    kind: str
    number: int
    state: ScanState
    rows: dict[str, int]


def _look_at(kind: str, path: Path) -> _Found:
    scan = read_scan(path)
    rows = {d.value: int(valid.sum()) for d, valid in scan.frame.scanned.items()}
    return _Found(kind, scan.number, scan.state, rows)


def _remove_half_made(folder: RunFolder) -> list[str]:
    """Delete what was being made when the process died; nothing in it was ever reported."""
    half_made = sorted(p for part in folder.parts if part.is_dir() for p in part.glob("*.tmp"))
    for path in half_made:
        _disk(path, path.unlink)
    return [p.name for p in half_made]


def _move_log(path: Path) -> int:
    if redo_log.log_path(path).exists():
        read_layout(path)  # a damaged file is left alone
    return int(_disk(path, lambda: spill.apply(path)))


def _mark_interrupted(path: Path) -> bool:
    """Write "interrupted" into a scan that says "running", and tell whether that was so."""
    layout = read_layout(path)
    fd = platform.open_write(path)
    try:
        os.lseek(fd, layout.state, os.SEEK_SET)
        latest = latest_state(os.read(fd, 2 * SLOT_SIZE))
        if latest is not None and latest[1] is not ScanState.RUNNING:
            return False
        sequence = 1 if latest is None else latest[0]
        slot = pack_slot(
            sequence + 1, ScanState.INTERRUPTED, "the run ended without closing the scan"
        )
        offset = layout.slot_offset(sequence % 2)
        _disk(path, lambda: platform.pwrite(fd, slot, offset))
        _disk(path, lambda: os.fsync(fd))
    finally:
        os.close(fd)
    return True


def _journal_once(journal: Journal, scans: list[_Found]) -> None:
    told = {
        (kind, row.payload[kind])
        for row in journal.rows(KIND)
        for kind in ("scan", "path")
        if kind in row.payload
    }
    for scan in scans:
        if scan.state is ScanState.INTERRUPTED and (scan.kind, scan.number) not in told:
            journal.append(KIND, {scan.kind: scan.number, "rows": scan.rows}, actor="recover")


def _disk(path: Path, act: Callable[[], Any]) -> Any:
    """Do something on the disk and translate its failure."""
    try:
        return act()
    except OSError as exc:
        raise StoreError(f"{path} could not be brought into order: {exc}") from exc


def check_acks(run: Path, acks_file: Path) -> tuple[int, int]:
    """Compare the lines that a run reported as durable with those that its folder holds.

    Parameters
    ----------
    run
        The run folder.
    acks_file
        JSON lines `{"scan", "line", "direction", ...}` with "line" the row of the frame (or "path"
        instead of "scan", and the sweep), other kinds of lines are passed over. A last line without
        its end was never reported.

    Returns
    -------
    lines_acked, lines_lost
        Number of reported lines, and how many of them are not there or not valid.

    Raises
    ------
    BadInput
        When the file cannot be read or holds something else.
    """
    folder = RunFolder.open(run)
    acked = _read_acks(acks_file)
    lost = 0
    files = {"scan": folder.scan_file, "path": folder.path_file}
    for kind, number in sorted({where for where, _, _ in acked}):
        wanted = [(row, d) for where, row, d in acked if where == (kind, number)]
        try:
            scanned = read_scan(files[kind](number)).frame.scanned
        except BadInput:
            lost += len(wanted)
            continue
        lost += sum(
            not (d in scanned and 0 <= r < len(scanned[d]) and scanned[d][r]) for r, d in wanted
        )
    return len(acked), lost


_Ack = tuple[tuple[str, int], int, Direction]
"""(kind and number of the file, row, pass)."""


def _read_acks(path: Path) -> list[_Ack]:
    try:
        whole, _, _ = path.read_bytes().rpartition(b"\n")
        stored = [json.loads(line) for line in whole.splitlines() if line.strip()]
        return [
            ((kind, int(s[kind])), int(s["line"]), Direction(s["direction"]))
            for s in stored
            for kind in ("scan", "path")
            if kind in s and "line" in s
        ]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise BadInput(f"{path}: not a file of reported lines ({exc!r})") from exc
