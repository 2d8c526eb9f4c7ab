"""Work in a thread of its own where only the newest question matters. No Qt."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Does one job at a time; of those that were asked for meanwhile only the last one is done.

    Parameters
    ----------
    name
        Of the thread.
    """

    def __init__(self, name: str) -> None:
        self._threads = ThreadPoolExecutor(1, name)
        self._doing: Future[T] | None = None
        self._next: Callable[[], T] | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and nothing waits."""
        return self._doing is None

    def ask(self, job: Callable[[], T]) -> None:
        """Have a job done, at once or after the one that is under way."""
        if self._doing is None:
            self._doing = self._threads.submit(job)
        else:
            self._next = job

    def take(self) -> T | None:
        """Return what a job has brought since the last call, `None` where there is nothing yet.

        Raises
        ------
        Exception
            What the job has raised.
        """
        if self._doing is None or not self._doing.done():
            return None
        done, self._doing = self._doing, None
        if self._next is not None:
            self._doing, self._next = self._threads.submit(self._next), None
        return done.result()

    def close(self) -> None:
        """Forget what waits, and wait for what is under way."""
        self._next = None
        self._threads.shutdown(wait=True, cancel_futures=True)
