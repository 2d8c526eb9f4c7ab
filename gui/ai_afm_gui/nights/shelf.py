"""Which runs there are: those of the lab and those that were opened, listed in a thread. No Qt."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from ai_afm_gui.nights.latest import Latest
from ai_afm_gui.nights.listing import Lister, RunLine, run_folders

EVERY = 2.0
"""s between two looks at all runs."""


class Shelf:
    """Keeps the lines of runs up to date; their walls are measured one run after the other.

    Parameters
    ----------
    clock
        s, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lister = Lister()
        self._reads: Latest[tuple[RunLine, ...] | RunLine] = Latest("runs")
        self._due = float("-inf")
        self.lines: tuple[RunLine, ...] = ()

    def line(self, folder: Path | None) -> RunLine | None:
        """Return the line of a run, `None` before it was read."""
        return next((line for line in self.lines if line.folder == folder), None)

    def hurry(self) -> None:
        """Look again at the next tick."""
        self._due = float("-inf")

    def tick(self, lab: Path | None, opened: Iterable[Path]) -> bool:
        """Take over what was read, and ask for what is new; return whether `lines` has changed.

        Parameters
        ----------
        lab
            Whose runs are listed, `None` for none.
        opened
            Folders of other runs.
        """
        found = self._reads.take()
        before = self.lines
        if isinstance(found, RunLine):
            self.lines = tuple(found if x.folder == found.folder else x for x in before)
        elif found is not None:
            self.lines = found
        if self._reads.idle:
            self._ask(lab, opened)
        return found is not None and self.lines != before

    def close(self) -> None:
        """End the thread."""
        self._reads.close()

    def _ask(self, lab: Path | None, opened: Iterable[Path]) -> None:
        if self._clock() >= self._due:
            self._due = self._clock() + EVERY
            self._reads.ask(partial(self._look, lab, tuple(opened)))
        elif any(line.wide and line.walls is None for line in self.lines):
            self._reads.ask(partial(self._measured, [line.folder for line in self.lines]))

    def _look(self, lab: Path | None, opened: tuple[Path, ...]) -> tuple[RunLine, ...]:
        """Look for runs and read what has changed, in the thread."""
        return self._lister.look(run_folders(lab, opened))

    def _measured(self, folders: list[Path]) -> tuple[RunLine, ...] | RunLine:
        """Measure the walls of one more run, in the thread."""
        return self._lister.measure(folders) or self._lister.look(folders)
