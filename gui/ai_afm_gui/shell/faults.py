"""What happens to an error that nobody caught: it is logged and shown, and the window goes on."""

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

log = logging.getLogger(__name__)

Tell = Callable[[str], None]


class Faults:
    """Takes the place of Python's hooks for errors; `remove` gives them back.

    Parameters
    ----------
    tell
        Is given one sentence about each error, in the thread where it happened.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._last: tuple[type[BaseException], str] | None = None
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook, threading.excepthook = self._in_slot, self._in_thread

    def remove(self) -> None:
        """Give the hooks back that were there before."""
        sys.excepthook, threading.excepthook = self._before

    def _in_slot(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        self._log("a slot", kind, error, trace)
        self._say(error)

    def _in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_type is SystemExit or args.exc_value is None:
            return
        name = args.thread.name if args.thread else "?"
        self._log(f"thread {name}", args.exc_type, args.exc_value, args.exc_traceback)
        self._say(args.exc_value)

    def _log(
        self,
        where: str,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        # what fails at each tick is written down in full once
        same = (kind, str(error))
        if same == self._last:
            log.error("not caught in %s, again: %s", where, error)
        else:
            log.error("not caught in %s", where, exc_info=(kind, error, trace))
        self._last = same

    def _say(self, error: BaseException) -> None:
        text = str(error).strip() or "no more is known"
        try:
            self._tell(f"{type(error).__name__}: {text}")
        except Exception:  # the hook of last resort must not fail
            log.exception("the error could not be shown")
