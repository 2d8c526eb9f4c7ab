"""Bringing `flywheel.sqlite` to the layout of this version: numbered files of plain SQL.

The number of the last one that was applied is the database's `user_version`. Before an older
database is changed, a copy of it is put beside it.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from importlib import resources
from pathlib import Path

from ai_afm.errors import StoreError
from ai_afm.store import platform


def shipped() -> tuple[str, ...]:
    """Return the SQL of all migrations, the first one first."""
    folder = resources.files("ai_afm.flywheel") / "sql"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return tuple((folder / name).read_text(encoding="utf-8") for name in names)


def migrate(connection: sqlite3.Connection, path: Path, scripts: Sequence[str]) -> int:
    """Apply what is missing, all of it or nothing.

    Parameters
    ----------
    connection
        In autocommit mode.
    path
        The database file, for the copy and for messages.
    scripts
        SQL of all migrations.

    Returns
    -------
    int
        How many were applied.

    Raises
    ------
    StoreError
        When the database is of a newer version than this program.
    """
    version = _version(connection)
    if version > len(scripts):
        raise StoreError(
            f"{path} has layout {version}, this ai-afm knows {len(scripts)}; use the newer ai-afm "
            "that has written it"
        )
    if version == len(scripts):
        return 0
    if version > 0:
        _back_up(connection, path.with_name(f"{path.name}.layout-{version}"))
    connection.execute("BEGIN IMMEDIATE")
    try:
        # another process may have been faster while this one waited
        version = _version(connection)
        for script in scripts[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(version, len(scripts)):d}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return max(len(scripts) - version, 0)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    """Copy the whole database; a copy under the name is whole."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.unlink(missing_ok=True)
    with closing(sqlite3.connect(temporary)) as copy:
        connection.backup(copy)
    platform.replace(temporary, path)
    platform.fsync_directory(path.parent)


def _statements(script: str) -> list[str]:
    """Cut a script at the ends of its statements; a trigger with its inner ones is one."""
    statements, begun = [], ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            statements.append(begun)
            begun = ""
    if any(part and not part.startswith("--") for part in map(str.strip, begun.splitlines())):
        raise StoreError(f"a migration ends within a statement: {begun.strip()[:80]!r}")
    return statements
