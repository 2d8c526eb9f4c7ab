"""The rows of a long journal: the newest at once, the history behind them when it is read."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from ai_afm.errors import AfmError
from ai_afm.store.journal import Journal, Row
from ai_afm_gui.client.digest import Digest

AT_ONCE = 5000
"""Rows up to which a journal is read as a whole before anything is shown."""
TAIL = 1500
"""Newest rows of a longer one that are read first."""
LASTING = ("run_started", "calibrated", "command", "model_swapped", "queued_for_review")
"""Kinds of rows that still count, however long ago they were written."""


class History:
    """A digest that is up to date from the first look on, and complete as soon as it can be.

    Parameters
    ----------
    path
        The journal.
    make
        Makes an empty digest.
    """

    def __init__(self, path: Path, make: Callable[[], Digest]) -> None:
        self._path, self._make = path, make
        self._journal = Journal.read(path)
        self._digest = make()
        self._threads: ThreadPoolExecutor | None = None
        self._whole: Future[Digest] | None = None
        self._begun = False
        self.problems: list[str] = []

    @property
    def digest(self) -> Digest:
        """What is known by now; another object once the whole history is read."""
        return self._digest

    @property
    def whole(self) -> bool:
        """Whether the digest holds every row."""
        return self._begun and self._whole is None

    def look(self) -> None:
        """Take the rows that are new.

        Raises
        ------
        StoreError
            When the journal cannot be read any more.
        """
        if not self._begun:
            self._begun = True
            self._begin()
        elif self._whole is not None and self._whole.done():
            digest, self._whole = self._whole.result(), None
            self._take(digest, self._journal.rows(after=digest.row))
            self._digest = digest
        self._take(self._digest, self._journal.rows(after=self._digest.row))

    def close(self) -> None:
        """Close the journal; a history that is still being read is left alone."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._journal.close()

    def _begin(self) -> None:
        newest = self._journal.last_sequence
        if newest <= AT_ONCE:
            return
        first = newest - TAIL
        early = [
            row for kind in LASTING for row in self._journal.rows(kind) if row.sequence <= first
        ]
        self._take(self._digest, sorted(early, key=lambda row: row.sequence))
        self._take(self._digest, self._journal.rows(after=first))
        self._threads = ThreadPoolExecutor(1, "history")
        self._whole = self._threads.submit(self._read_all)

    def _read_all(self) -> Digest:
        digest = self._make()
        with Journal.read(self._path) as journal:
            self._take(digest, journal.rows())
        return digest

    def _take(self, digest: Digest, rows: Iterable[Row]) -> None:
        for row in rows:
            try:
                digest.take(row)
            except (AfmError, KeyError, TypeError, ValueError) as exc:
                text = f"row {row.sequence} ({row.kind}) cannot be read: {exc!r}"
                if text not in self.problems:
                    self.problems = [*self.problems[-9:], text]
