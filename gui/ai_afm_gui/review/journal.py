"""Strokes to the disk, in their order, by a thread; what counts as saved is what was acknowledged.

A stroke that was refused stops all that follow it: an undo must never reach the disk without the
stroke that it takes back. They wait until somebody tries again.
"""

from collections import deque
from concurrent.futures import Executor, Future
from typing import Any, Protocol

from ai_afm.errors import AfmError
from ai_afm.flywheel.strokes import Stroke


class Session(Protocol):
    """What is needed of a `CorrectionSession`."""

    def add(self, stroke: Stroke) -> int:
        """Write a stroke; return its number once it is on the disk."""


class Journal:
    """The journal of one session.

    Parameters
    ----------
    session
        Open.
    thread
        An executor with one thread: it keeps the order.
    saved
        Number of strokes that are on the disk already.
    """

    def __init__(self, session: Session, thread: Executor, saved: int = 0) -> None:
        self.saved = saved
        self.error = ""
        self._session, self._thread = session, thread
        self._waiting: deque[Stroke] = deque()
        self._last: Future[Any] | None = None

    @property
    def pending(self) -> int:
        """How many strokes are not on the disk yet."""
        return len(self._waiting)

    def put(self, stroke: Stroke) -> None:
        """Write a stroke behind all others."""
        self._waiting.append(stroke)
        self._last = self._thread.submit(self._write_one)

    def try_again(self) -> None:
        """Send what was refused, and what came after it, once more."""
        self.error = ""
        for _ in range(len(self._waiting)):
            self._last = self._thread.submit(self._write_one)

    def flush(self) -> bool:
        """Wait until all is on the disk; return whether it is. Not for the thread of the window."""
        if self._last is not None:
            self._last.result()
        return not self._waiting

    def _write_one(self) -> None:
        """In the thread: write the first that waits."""
        if self.error or not self._waiting:
            return
        try:
            self.saved = self._session.add(self._waiting[0])
        except (AfmError, OSError) as exc:
            self.error = str(exc)
        else:
            # from here on it counts as saved
            self._waiting.popleft()
