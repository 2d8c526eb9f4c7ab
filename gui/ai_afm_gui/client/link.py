"""Commands to a live run, asked in a thread of their own: whoever asks goes on at once."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai_afm.errors import AfmError
from ai_afm.service.link import ask
from ai_afm.store.run_folder import RunFolder

TIMEOUT = 5.0
"""Seconds that a run is given to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run has answered.

    Parameters
    ----------
    do
        The command.
    ok
        Whether it is (or will be) obeyed.
    result
        The answer, words or (for "status") a mapping; of a refusal its reason.
    seconds
        From asking to the answer.
    """

    do: str
    ok: bool
    result: Any
    seconds: float

    @property
    def text(self) -> str:
        """The answer in words."""
        return str(self.result)


class RunLink:
    """Speaks with the steering socket of a run; commands are sent one after the other.

    "withdraw" has a connection and a thread of its own, so that it waits for no other answer.

    Parameters
    ----------
    folder
        Run folder; the run may begin, end, and go on again.
    clock
        Seconds, for the time of an answer.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = RunFolder(folder).steering_file
        self._clock = clock
        self._commands = ThreadPoolExecutor(1, "steer")

    def ask(
        self, do: str, args: Mapping[str, Any] | None = None, wait: float = 0.0
    ) -> "Future[Answer]":
        """Send a command; the future never raises, an `Answer` says what went wrong.

        Parameters
        ----------
        do, args
            Command and arguments, JSON values.
        wait
            s that the run is given to obey and to say what came of it.
        """
        if do == "withdraw":
            return self._at_once(do, args or {}, wait)
        return self._commands.submit(self._ask, do, args or {}, wait)

    def close(self) -> None:
        """Send nothing more; what is under way ends by itself."""
        self._commands.shutdown(wait=False, cancel_futures=True)

    def _at_once(self, do: str, args: Mapping[str, Any], wait: float) -> "Future[Answer]":
        answer: Future[Answer] = Future()

        def send() -> None:
            answer.set_result(self._ask(do, args, wait))

        threading.Thread(target=send, name="withdraw", daemon=True).start()
        return answer

    def _ask(self, do: str, args: Mapping[str, Any], wait: float) -> Answer:
        begun = self._clock()
        try:
            result = ask(self._file, do, args, TIMEOUT, wait)
        except (AfmError, OSError, KeyError, TypeError) as exc:
            return Answer(do, False, str(exc), self._clock() - begun)
        return Answer(do, True, result, self._clock() - begun)
