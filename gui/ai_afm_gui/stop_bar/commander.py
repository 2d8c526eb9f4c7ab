"""Commands to a live run that nothing waits for; each has a connection and a thread of its own."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from ai_afm.errors import AfmError
from ai_afm.service.link import ask
from ai_afm.store.run_folder import RunFolder

TIMEOUT = 5.0
"""s that a run is given to answer."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a command.

    Parameters
    ----------
    do
        The command.
    ok
        Whether the run obeys; a `withdraw` that is ok has been carried out.
    text
        The run's words, or why it could not be reached.
    seconds
        From the press to the answer.
    """

    do: str
    ok: bool
    text: str
    seconds: float


class Commander:
    """Sends commands to the steering socket of a run; its address is read again for each.

    Parameters
    ----------
    run
        Folder of the run.
    clock
        s, monotonic.
    """

    def __init__(self, run: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.run = run
        self._file = RunFolder(run.absolute()).steering_file
        self._clock = clock
        self._answers: SimpleQueue[Told] = SimpleQueue()

    def press(self, do: str) -> None:
        """Send a command and come back at once; one that hangs holds up no other."""
        begun = self._clock()
        threading.Thread(target=self._send, args=(do, begun), name=do, daemon=True).start()

    def answer(self) -> Told | None:
        """Return the next answer, or `None`."""
        try:
            return self._answers.get_nowait()
        except Empty:
            return None

    def _send(self, do: str, begun: float) -> None:
        try:
            text, ok = str(ask(self._file, do, {}, timeout=TIMEOUT)), True
        except (AfmError, OSError, KeyError, TypeError, ValueError) as exc:
            text, ok = str(exc), False
        self._answers.put(Told(do, ok, text, self._clock() - begun))
