"""Clocks for the twin: real, accelerated, or one that jumps, for a night in a second."""

import time
from typing import Protocol


class Clock(Protocol):
    """Instrument time, s, and waiting for it to pass."""

    def now(self) -> float:
        """Return the time, s; it never runs backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` (>= 0) of instrument time pass."""
        ...


class InstantClock:
    """A clock that jumps: sleeping costs nothing.

    Examples
    --------
    >>> clock = InstantClock()
    >>> clock.sleep(3600.0)
    >>> clock.now()
    3600.0
    """

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """Return the time, s."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Jump ahead by `seconds`."""
        if seconds < 0:
            raise ValueError(f"cannot sleep for {seconds} s")
        self._now += seconds


class AcceleratedClock:
    """A clock that runs `factor` times as fast as the wall; it keeps pace over many short sleeps.

    Instrument time is the sum of what was slept, plus the wall time since, times `factor`. A sleep
    ends when the wall has caught up with it, so that the cost of computing a line is not added to
    the line.
    """

    def __init__(self, factor: float, start: float = 0.0) -> None:
        if factor <= 0:
            raise ValueError(f"a clock cannot run {factor} times as fast")
        self._factor = factor
        self._origin = time.monotonic() - start / factor
        self._due = start

    def now(self) -> float:
        """Return the time, s, and count waiting from here."""
        self._due = max(self._due, self._wall())
        return self._due

    def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed since the last sleep was due or `now` was asked."""
        if seconds < 0:
            raise ValueError(f"cannot sleep for {seconds} s")
        # Computing may have taken longer than the line that it simulates: then time has simply
        # passed.
        self._due = max(self._due + seconds, self._wall())
        time.sleep(max(0.0, (self._due - self._wall()) / self._factor))

    def _wall(self) -> float:
        return (time.monotonic() - self._origin) * self._factor


class RealClock(AcceleratedClock):
    """A clock that keeps pace with the wall."""

    def __init__(self, start: float = 0.0) -> None:
        super().__init__(1.0, start)


class ShiftedClock:
    """Another clock, ahead by `offset` s, so that time goes on where a former session ended."""

    def __init__(self, clock: Clock, offset: float) -> None:
        self._clock, self._offset = clock, offset

    def now(self) -> float:
        """Return the time, s."""
        return self._clock.now() + self._offset

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._clock.sleep(seconds)
