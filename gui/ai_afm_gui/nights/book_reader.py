"""Reads the book of a run from its journal, and later only what is new. No Qt."""

from dataclasses import replace
from pathlib import Path

from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm_gui.nights.book import Book
from ai_afm_gui.nights.folds import take


def read_rows(book: Book) -> bool:
    """Fold the rows in that were written since the last call; return whether there were any.

    Raises
    ------
    StoreError
        When the journal cannot be read.
    """
    with Journal.read(RunFolder(book.folder).journal_file) as journal:
        rows = journal.rows(after=book.sequence)
    for row in rows:
        take(book, row)
    return bool(rows)


def read_book(folder: Path, before: Book | None = None) -> Book:
    """Return the book of a run as it is now; what was read before is not read again.

    The book from before is left as it was, so that somebody else may go on looking at it.

    Raises
    ------
    StoreError
        When the journal cannot be read.
    """
    if before is None or before.folder != folder:
        book = Book(folder)
    else:
        book = replace(
            before,
            shots=list(before.shots),
            probes=list(before.probes),
            decisions=list(before.decisions),
            events=list(before.events),
            models=list(before.models),
            places=dict(before.places),
        )
    read_rows(book)
    return book
