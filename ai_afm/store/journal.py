"""The journal of a run: one SQLite table, hash-chained, of all that was decided and done.

A row is on the disk when `append` returns (WAL, synchronous=FULL), so a decision can be stored
before the tip moves. Each row carries the hash of the one before it: a later change shows in
`verify`.
"""

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from ai_afm.errors import StoreError

_TABLE = """
CREATE TABLE IF NOT EXISTS journal (
    sequence  INTEGER PRIMARY KEY,
    wall      TEXT NOT NULL,
    monotonic REAL NOT NULL,
    actor     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    payload   TEXT NOT NULL,
    previous  TEXT NOT NULL,
    hash      TEXT NOT NULL
)
"""
_SELECT = """
SELECT sequence, wall, monotonic, actor, kind, payload, previous, hash FROM journal
WHERE sequence > ? AND (? IS NULL OR kind = ?) ORDER BY sequence
"""
FIRST = "0" * 64
"""What stands for the hash of a row before the first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a journal.

    Parameters
    ----------
    sequence
        1, 2, 3, ... without gaps.
    wall
        ISO 8601 time, UTC.
    monotonic
        Clock that never jumps, s; comparable within one start of a run only.
    actor
        Who did it: "run", "person", "recover", ...
    kind
        What it is: "decision", "scan", "probe", "fault", ...
    payload
        JSON object.
    previous, hash
        SHA-256 of the row before and of this one.
    """

    sequence: int
    wall: str
    monotonic: float
    actor: str
    kind: str
    payload: Mapping[str, Any]
    previous: str
    hash: str


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Journal:
    """An open journal; made by `Journal.create`, `Journal.open` (the writer) or `Journal.read`.

    `append` may be called from any thread. There is one writer, and any number of readers beside
    it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Journal.create(Path(folder) / "journal.sqlite") as journal:
    ...         journal.append("decision", {"reason": "a wall ends here"})
    ...         [row.payload["reason"] for row in journal.rows("decision")]
    1
    ['a wall ends here']
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        wall: Callable[[], datetime] = _wall_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._connection = connection
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()

    @classmethod
    def create(
        cls,
        path: Path,
        wall: Callable[[], datetime] = _wall_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> "Journal":
        """Make a new journal.

        Raises
        ------
        StoreError
            When the file exists or cannot be made.
        """
        if path.exists():
            raise StoreError(f"{path} exists already")
        return cls._open_writer(path, wall, monotonic)

    @classmethod
    def open(
        cls,
        path: Path,
        wall: Callable[[], datetime] = _wall_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> "Journal":
        """Open an existing journal for appending; whoever does so holds the lock of the run folder.

        Raises
        ------
        StoreError
            When it is missing or no journal.
        """
        if not path.exists():
            raise StoreError(f"{path}: no such journal")
        return cls._open_writer(path, wall, monotonic)

    @classmethod
    def read(cls, path: Path) -> "Journal":
        """Open a journal for reading only, also beside a live writer or on a read-only disk.

        Raises
        ------
        StoreError
            When it is missing or no journal.
        """
        if not path.exists():
            raise StoreError(f"{path}: no such journal")
        address = path.resolve().as_uri()
        try:
            journal = cls(path, _connect(f"{address}?mode=ro"))
            journal.last_sequence  # noqa: B018 - the first access is where SQLite looks at the file
        except (sqlite3.Error, StoreError):
            # Without write permission for the folder SQLite cannot share memory with a writer; then
            # there is none, and the file may be taken as it is unless a log of a killed run lies
            # there.
            if path.with_name(path.name + "-wal").exists():
                raise
            journal = cls(path, _connect(f"{address}?mode=ro&immutable=1"))
            journal.last_sequence  # noqa: B018 - as above
        return journal

    @classmethod
    def _open_writer(
        cls, path: Path, wall: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> "Journal":
        connection = None
        try:
            connection = _connect(path.resolve().as_uri())
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(_TABLE)
        except sqlite3.Error as exc:
            if connection is not None:
                connection.close()
            raise StoreError(f"{path} cannot be opened as a journal: {exc}") from exc
        return cls(path, connection, wall, monotonic)

    @property
    def last_sequence(self) -> int:
        """Number of the newest row, 0 in an empty journal."""
        with self._lock, _errors(self.path):
            newest = self._connection.execute("SELECT max(sequence) FROM journal").fetchone()
        return int(newest[0] or 0)

    def append(self, kind: str, payload: Mapping[str, Any], actor: str = "run") -> int:
        """Store one row; it is on the disk when this returns.

        Parameters
        ----------
        kind
            What happened.
        payload
            JSON values; NaN and infinity are refused, because JSON has none.
        actor
            Who did it.

        Returns
        -------
        int
            Sequence number of the row.

        Raises
        ------
        StoreError
            When the payload is not JSON or the disk fails.
        """
        try:
            text = json.dumps(payload, allow_nan=False, ensure_ascii=False, sort_keys=True)
        except (TypeError, ValueError) as exc:
            raise StoreError(f"a journal row {kind!r} must hold plain JSON values: {exc}") from exc
        with self._lock, _errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                last = self._connection.execute(
                    "SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1"
                ).fetchone() or (0, FIRST)
                head = (last[0] + 1, self._wall().isoformat(), self._monotonic(), actor, kind, text)
                row = (*head, last[1], _hash(head, last[1]))
                self._connection.execute("INSERT INTO journal VALUES (?,?,?,?,?,?,?,?)", row)
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
        return int(head[0])

    def rows(self, kind: str | None = None, after: int = 0) -> list[Row]:
        """Return the rows with a sequence number above `after`, oldest first, of one kind or all.

        Raises
        ------
        StoreError
            When the file cannot be read.
        """
        with self._lock, _errors(self.path):
            found = self._connection.execute(_SELECT, (after, kind, kind)).fetchall()
            return [_row(values) for values in found]

    def verify(self) -> int:
        """Check the hash chain.

        Returns
        -------
        int
            Number of rows, all of them as they were written and without a gap. (Rows cut off at the
            end leave no trace; compare `last_sequence` with what was reported elsewhere.)

        Raises
        ------
        StoreError
            At the first row that was changed, added, removed or moved.
        """
        previous, count = FIRST, 0
        with self._lock, _errors(self.path):
            found = self._connection.execute(_SELECT, (-1, None, None)).fetchall()
        for *head, stored_previous, stored_hash in found:
            count += 1
            same_chain = head[0] == count and stored_previous == previous
            if not same_chain or _hash(tuple(head), previous) != stored_hash:
                raise StoreError(f"{self.path}: row {head[0]} is not as it was written")
            previous = stored_hash
        return count

    def close(self) -> None:
        """Close; the last writer folds the write-ahead log into the file."""
        self._connection.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _connect(address: str) -> sqlite3.Connection:
    """Open a SQLite file by its URI; transactions are ours, waiting for a lock ends after 10 s."""
    return sqlite3.connect(
        address, timeout=10.0, isolation_level=None, check_same_thread=False, uri=True
    )


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Translate what SQLite raises."""
    try:
        yield
    except (sqlite3.Error, ValueError) as exc:
        raise StoreError(f"{path}: {exc}") from exc


def _row(values: tuple[Any, ...]) -> Row:
    sequence, wall, monotonic, actor, kind, payload, previous, own = values
    return Row(sequence, wall, monotonic, actor, kind, json.loads(payload), previous, own)


def _hash(head: tuple[Any, ...], previous: str) -> str:
    """Return the SHA-256 of a row's fields and the hash before it; `head` ends with the payload."""
    text = json.dumps([*head, previous], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
