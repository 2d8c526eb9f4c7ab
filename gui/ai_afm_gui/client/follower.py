"""A reader in a thread of its own: whoever wants the newest state takes it and goes on."""

import logging
import threading
from pathlib import Path

from ai_afm.errors import AfmError
from ai_afm.store.run_folder import RunFolder
from ai_afm_gui.client.reader import RunReader
from ai_afm_gui.client.state import RunState

log = logging.getLogger(__name__)

EVERY = 0.04
"""Seconds between two looks at a live run."""
RARELY = 0.5
"""Seconds between two looks at a run that is not live; it may go on at any time."""


class Follower:
    """Looks at a run again and again, in a thread; nothing of it blocks.

    Parameters
    ----------
    folder
        Run folder.
    every
        Seconds between two looks at a live run.

    Raises
    ------
    StoreError
        When it is not the folder of a run. That it cannot be read becomes `problem`.
    """

    def __init__(self, folder: Path, every: float = EVERY) -> None:
        self._folder = RunFolder.open(folder).path
        self._every = every
        self._newest: RunState | None = None
        self._problem = ""
        self._wanted: tuple[str, int] | None = None
        self._wake, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._follow, name="follow a run", daemon=True)
        self._thread.start()

    def newest(self) -> RunState | None:
        """Return the newest state, `None` before the first look."""
        return self._newest

    @property
    def problem(self) -> str:
        """Why the run cannot be read just now, "" where it can."""
        return self._problem

    def show(self, kind: str, number: int) -> None:
        """Pin a scan, path or map as the view from the next look on; "" follows the run again."""
        self._wanted = kind, number
        self._wake.set()

    def close(self) -> None:
        """Look no more; waits for the look under way."""
        self._ended.set()
        self._wake.set()
        self._thread.join(5.0)

    def _follow(self) -> None:
        reader: RunReader | None = None
        try:
            while not self._ended.is_set():
                reader = self._look(reader)
                state = self._newest
                live = state is not None and (state.live.held or state.live.answers)
                self._wake.wait(self._every if live else RARELY)
                self._wake.clear()
        finally:
            if reader is not None:
                reader.close()

    def _look(self, reader: RunReader | None) -> RunReader | None:
        """Look once; return the reader, `None` while the run cannot be opened."""
        try:
            reader = reader or RunReader(self._folder)
            wanted, self._wanted = self._wanted, None
            if wanted is not None:
                reader.show(*wanted)
            self._newest = reader.poll()
            self._problem = ""
        except (AfmError, OSError) as exc:
            if str(exc) != self._problem:
                log.warning("%s cannot be read: %s", self._folder, exc)
            self._problem = str(exc)
        return reader
