"""How far something is that takes minutes, as lines that a person reads, and a window can."""

import time
from collections.abc import Callable

EVERY = 2.0
"""s between two lines."""


def _silent(_text: str) -> None:
    pass


class Headway:
    """Counts what is done of how many, and says so now and then: "crops: 12 of 96, 40 s to go".

    Parameters
    ----------
    say
        Takes a line; absent, nothing is said.
    clock
        s, monotonic.

    Examples
    --------
    >>> headway = Headway(print, lambda: 0.0)
    >>> headway.begin("crops", 2)
    crops: 0 of 2
    >>> headway.step(); headway.step()
    crops: 2 of 2
    """

    def __init__(
        self, say: Callable[[str], None] = _silent, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say, self._clock = say, clock
        self._what, self._done, self._whole = "", 0, 0
        self._began = self._said = 0.0

    def begin(self, what: str, whole: int) -> None:
        """Begin to count something."""
        self._what, self._done, self._whole = what, 0, whole
        self._began = self._said = self._clock()
        self._say(f"{what}: 0 of {whole}")

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        now = self._clock()
        if self._done < self._whole and now < self._said + EVERY:
            return
        self._said = now
        left = (now - self._began) / self._done * (self._whole - self._done)
        to_go = f", {left:.0f} s to go" if left > 0 else ""
        self._say(f"{self._what}: {self._done} of {self._whole}{to_go}")
