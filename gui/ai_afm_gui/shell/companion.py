"""Opens the stop bar beside a live run: a process of its own that outlives the window."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ai_afm_gui.shell.demo import detached

PATIENCE = 5.0
"""s that a stop bar is given to go."""


class Companion:
    """Starts one stop bar for each run; a second one for the same run leaves by itself.

    Parameters
    ----------
    arguments
        Added to the command, such as the theme.
    """

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        self._arguments = tuple(arguments)
        self._bars: dict[Path, subprocess.Popen[bytes]] = {}
        self._told: set[Path] = set()

    def accompany(self, run: Path) -> None:
        """Open a stop bar for a run; a person may close it, then it stays closed."""
        if run in self._bars:
            return
        self.open(run)

    def open(self, run: Path) -> None:
        """Open a stop bar for a run, even if one was closed before; one that is open stays."""
        before = self._bars.get(run)
        if before is not None and before.poll() is None:
            return
        self._told.discard(run)
        self._bars[run] = subprocess.Popen(
            [sys.executable, "-m", "ai_afm_gui.stop_bar", str(run), *self._arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **detached(),
        )

    def failed(self) -> tuple[Path, int] | None:
        """Return a run whose bar has ended with an error, and its code; each is told once."""
        for run, bar in self._bars.items():
            code = bar.poll()
            if code and run not in self._told:
                self._told.add(run)
                return run, code
        return None

    def close(self, run: Path) -> None:
        """Close the stop bar of a run that is over."""
        bar = self._bars.pop(run, None)
        if bar is not None and bar.poll() is None:
            bar.terminate()
            bar.wait(PATIENCE)
