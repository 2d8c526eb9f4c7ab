"""The open `flywheel.sqlite`: transactions that are on the disk when they end, and nothing else."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ai_afm.errors import StoreError
from ai_afm.flywheel import migrations

TIMEOUT = 10.0
"""Seconds that a writer waits for another one."""

RETRY = 0.02
"""Seconds between two tries to open a file that others hold."""


def wall_clock() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


class Database:
    """SQLite in WAL mode with synchronous=FULL; may be used from any thread.

    Parameters
    ----------
    path
        The file; made when it is missing, brought to the newest layout when it is older.
    wall
        Clock for the time that each row carries.
    scripts
        SQL of all migrations; those that ship when left out.

    Raises
    ------
    StoreError
        When the file is of a newer version, is no database, or the disk refuses.
    """

    def __init__(
        self,
        path: Path,
        wall: Callable[[], datetime] = wall_clock,
        scripts: Sequence[str] | None = None,
    ) -> None:
        self.path = path
        self.wall = wall
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._connection = _opened(path, scripts or migrations.shipped())
        except (sqlite3.Error, OSError) as exc:
            raise StoreError(f"{path} cannot be opened: {exc}") from exc

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything in the block one change: on the disk when it ends, or not made at all.

        A block within a block belongs to the outer one. While it lasts other writers wait, so what
        is read in it is still true when it ends.
        """
        with self._lock, self._errors():
            if self._depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def insert(self, table: str, **values: Any) -> int:
        """Add a row with the time of now; return its number.

        Table and column names are the program's own, never input.
        """
        values["added"] = self.wall().isoformat()
        marks = ", ".join("?" * len(values))
        names = ", ".join(f'"{name}"' for name in values)
        sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608 - see above
        with self.transaction():
            return int(self._connection.execute(sql, tuple(values.values())).lastrowid or 0)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        with self._lock, self._errors():
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Close; the last one folds the write-ahead log into the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise StoreError(f"{self.path}: {exc}") from exc


def _opened(path: Path, scripts: Sequence[str]) -> sqlite3.Connection:
    """Open and migrate; waits for others that make, migrate or close the file just now.

    SQLite's own waiting does not cover the change to write-ahead logging, which needs the file for
    itself: it answers "locked" at once. Until the time is over, "locked" means "try again".
    """
    give_up = time.monotonic() + TIMEOUT
    while True:
        try:
            return _open_once(path, scripts)
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(RETRY)


def _open_once(path: Path, scripts: Sequence[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # so that INSERT OR REPLACE, too, meets the triggers that keep rows as they are
        connection.execute("PRAGMA recursive_triggers=ON")
        migrations.migrate(connection, path, scripts)
    except BaseException:
        connection.close()
        raise
    return connection
