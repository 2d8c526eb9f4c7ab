"""A run as a thread reads it for the page: its book and its probes, or why not. No Qt."""

from dataclasses import dataclass
from pathlib import Path

from ai_afm.errors import AfmError
from ai_afm_gui.nights.book import Book
from ai_afm_gui.nights.book_reader import read_book
from ai_afm_gui.nights.listing import Signature, signature
from ai_afm_gui.nights.morning import Trio, trios


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A run as it was read.

    Parameters
    ----------
    folder, signature
        Which run, and the state of its journal.
    book
        What the journal tells, `None` where it cannot be read.
    probes
        With the frames around them.
    fault
        Why it cannot be read, empty if it can.
    """

    folder: Path
    signature: Signature
    book: Book | None
    probes: tuple[Trio, ...] = ()
    fault: str = ""


def read_run(folder: Path, before: Book | None) -> Read:
    """Read a run; of one that was read before only what is new."""
    now = signature(folder)
    try:
        book = read_book(folder, before)
        return Read(folder, now, book, trios(book))
    except (AfmError, OSError, KeyError, ValueError) as exc:
        return Read(folder, now, None, fault=str(exc))
