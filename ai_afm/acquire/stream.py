"""The acquisition thread: reads, checks and stores each line before anybody sees it."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

import numpy as np

from ai_afm.image.assemble import Assembler
from ai_afm.microscope.base import Microscope
from ai_afm.store.scan_file import ScanFileWriter
from ai_afm.types import FloatImage, LineFlag, ScanLine, ScanRequest

log = logging.getLogger(__name__)


POLL = 0.01
"""Seconds between two looks for new lines."""


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line that is in the scan file; `durable` rows (in order of arrival) are fsynced."""

    line: ScanLine
    durable: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where the lines of a stream come from.

    Parameters
    ----------
    begin
        Starts the scan or path and yields its passes.
    rows
        How many rows (or sweeps) there will be.
    passes
        Passes of each: 2 there and back, 1 one way.
    as_row
        Turns a pass into what the file takes.
    """

    begin: Callable[[], Iterator[ScanLine]]
    rows: int
    passes: int = 2
    as_row: Callable[[ScanLine], ScanLine] = lambda line: line


def source_of(microscope: Microscope, request: ScanRequest) -> Source:
    """Return the source of a frame's lines."""
    return Source(lambda: microscope.scan(request), request.shape[0])


def checked(line: ScanLine, previous: ScanLine | None) -> ScanLine:
    """Return the line with flags for non-finite, saturated and frozen readings.

    Saturated: 32 samples or more in a row sit on the channel's own extreme value. Frozen: a channel
    repeats the previous line of its direction bit by bit.
    """
    flags = line.flags
    for name, values in line.channels.items():
        if not _all_finite(values):
            flags |= LineFlag.NON_FINITE
        if _longest_extreme_run(values) >= 32:
            flags |= LineFlag.SATURATED
        if previous is not None and _same(previous.channels.get(name), values):
            flags |= LineFlag.FROZEN
    return line if flags == line.flags else replace(line, flags=flags)


def _all_finite(values: FloatImage) -> bool:
    # A double sum of floats cannot overflow, so it is finite exactly when all of them are.
    return math.isfinite(np.add.reduce(values, axis=None, dtype=np.float64))


def _same(before: FloatImage | None, now: FloatImage) -> bool:
    if before is None or before.shape != now.shape or before.flat[0] != now.flat[0]:
        return False
    return np.array_equal(before, now)


def _longest_extreme_run(values: FloatImage) -> int:
    flat = values.ravel()
    if flat.size < 32:
        return 0
    # Runs are rare: 32 equal neighbours always cover a multiple of 16 and the sample 15 after it.
    coarse = flat[:-15:16]
    if not (coarse == flat[15::16][: coarse.size]).any():
        return 0
    at_rail = (flat == flat.max()) | (flat == flat.min())
    edges = np.flatnonzero(np.diff(np.concatenate(([0], at_rail.view(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))


class Stream:
    """A scan under way in its own thread.

    The thread never waits for the consumer, unless `hold` or a row limit (`allow`) tells it to: a
    twin
    whose clock is not real must not run ahead of the network that looks at it.
    """

    def __init__(
        self,
        source: Source,
        writer: ScanFileWriter,
        assembler: Assembler,
        acknowledge: Callable[[ScanLine], None] | None = None,
    ) -> None:
        self._source = source
        self._writer, self._assembler, self._acknowledge = writer, assembler, acknowledge
        self._lines: SimpleQueue[StoredLine | None] = SimpleQueue()
        self._stop, self._changed = threading.Event(), threading.Condition()
        self._held, self._allowed = False, source.rows
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="acquisition", daemon=True)

    def start(self) -> None:
        """Begin to scan."""
        self._thread.start()

    def allow(self, rows: int) -> None:
        """Let the scan go on until this many rows have arrived."""
        with self._changed:
            self._allowed = rows
            self._changed.notify_all()

    def hold(self, held: bool) -> None:
        """Pause between two lines, or go on."""
        with self._changed:
            self._held = held
            self._changed.notify_all()

    def stop(self) -> None:
        """End the scan after the line under way."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; tell whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def take(self, timeout: float) -> StoredLine | None:
        """Return the next stored line, or `None` after `timeout` seconds without one."""
        # Looking 100 times a second costs less than being woken for each of 2000 passes a second.
        deadline = time.monotonic() + timeout
        while self._lines.empty():
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            time.sleep(min(left, POLL))
        try:
            return self._lines.get_nowait()
        except Empty:
            return None

    @property
    def running(self) -> bool:
        """Whether more lines may come."""
        return self._thread.is_alive() or not self._lines.empty()

    def _work(self) -> None:
        lines = self._source.begin()
        try:
            self._store(lines)
        except BaseException as exc:  # the top of a thread: handed to the run, which decides
            self.error = exc
        finally:
            close = getattr(lines, "close", None)
            if close is not None:
                self._close(close)

    def _close(self, close: Callable[[], None]) -> None:
        try:
            close()
        except Exception as exc:
            log.exception("the scan did not close cleanly")
            self.error = self.error or exc

    def _store(self, lines: Iterator[ScanLine]) -> None:
        previous: dict[str, ScanLine] = {}
        waiting: deque[ScanLine] = deque()
        arrived = 0
        for raw in lines:
            line = checked(raw, previous.get(raw.direction))
            previous[line.direction] = line
            row = self._source.as_row(line)
            durable = self._writer.write(row)
            self._assembler.add(row)
            self._lines.put(StoredLine(line, durable))
            arrived += 1
            waiting.append(line)
            self._acknowledge_durable(waiting, arrived)
            rows, under_way = divmod(arrived, self._source.passes)
            if not under_way and not self._may_go_on(rows):
                break
        self._writer.sync()
        self._acknowledge_durable(waiting, arrived)

    def _acknowledge_durable(self, waiting: deque[ScanLine], arrived: int) -> None:
        while waiting and arrived - len(waiting) < self._writer.durable_passes:
            line = waiting.popleft()
            if self._acknowledge is not None:
                self._acknowledge(line)

    def _may_go_on(self, rows: int) -> bool:
        with self._changed:
            while not self._stop.is_set() and (self._held or rows >= self._allowed):
                if rows >= self._source.rows:
                    return True
                self._changed.wait(0.1)
        return not self._stop.is_set()
