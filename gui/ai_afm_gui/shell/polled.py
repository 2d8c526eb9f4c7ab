"""A question that is asked again and again in a worker thread, and never waited for."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Polled(Generic[T]):
    """Asks in a worker thread at most each `every` seconds.

    Parameters
    ----------
    executor
        Its threads do the asking.
    ask
        The question; it may block.
    every
        s between two questions.
    clock
        s, monotonic.
    """

    def __init__(
        self, executor: Executor, ask: Callable[[], T], every: float, clock: Callable[[], float]
    ) -> None:
        self._executor, self._ask, self._every, self._clock = executor, ask, every, clock
        self._due = float("-inf")
        self._future: Future[T] | None = None

    def poll(self) -> T | None:
        """Return a new answer, or `None`; ask when it is time. Never blocks.

        Raises
        ------
        Exception
            What the question has raised.
        """
        answer = None
        if self._future is not None and self._future.done():
            future, self._future = self._future, None
            answer = future.result()
        if self._future is None and self._clock() >= self._due:
            self._due = self._clock() + self._every
            self._future = self._executor.submit(self._ask)
        return answer
