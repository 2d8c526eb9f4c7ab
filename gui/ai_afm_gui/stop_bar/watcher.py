"""Looks at a run's life again and again, in a thread that ends with its process."""

import threading
from collections.abc import Callable
from pathlib import Path

from ai_afm_gui.shell.glance import Glance, glance

EVERY = 0.5
"""s between two looks."""


class Watcher:
    """Holds the newest glance of a run; whoever reads it waits for nothing.

    Parameters
    ----------
    run
        Folder of the run.
    look
        How it is looked at; may block.
    """

    def __init__(self, run: Path, look: Callable[[Path], Glance] = glance) -> None:
        self._run, self._look = run, look
        self._newest: Glance | None = None
        self._over = threading.Event()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    @property
    def newest(self) -> Glance | None:
        """The last look; `None` before the first one."""
        return self._newest

    def close(self) -> None:
        """Look no more."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.is_set():
            self._newest = self._look(self._run)
            self._over.wait(EVERY)
