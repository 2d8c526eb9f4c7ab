"""Finds the lab where nobody has named one; in a thread, since it reads much code to do so."""

from concurrent.futures import Executor, Future
from pathlib import Path

from ai_afm_gui.context import Context


class LabSearch:
    """Looks for the lab that the command line would use, once.

    Parameters
    ----------
    context
        Is told of it.
    executor
        Its threads do the looking.
    """

    def __init__(self, context: Context, executor: Executor) -> None:
        self._context, self._executor = context, executor
        self._future: Future[Path | None] | None = None

    def begin(self) -> None:
        """Start looking."""
        self._future = self._executor.submit(_find)

    def tick(self) -> None:
        """Use what was found, unless a lab has been chosen since."""
        if self._future is None or not self._future.done():
            return
        found, self._future = self._future.result(), None
        if found is not None and self._context.lab is None:
            self._context.use_lab(found)


def _find() -> Path | None:
    from ai_afm.service.lab import find_lab

    return find_lab()
