"""Writing a scan line by line so that nothing which was reported durable can be lost.

See `ai_afm.image.scan_bytes` for the layout and `ai_afm.store.scan_create` for how the file is
made.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput, StoreError
from ai_afm.image.assemble import BOTH, check_fits, row_shapes
from ai_afm.image.scan_bytes import ScanLayout, ScanState, pack_record, pack_slot
from ai_afm.store import platform, scan_create, spill
from ai_afm.types import (
    Channel,
    Direction,
    Measurement,
    PathRequest,
    ScanLine,
    ScanRequest,
    SlowDirection,
)

logger = logging.getLogger(__name__)

SLOW = 20.0
"""Passes per second below which each is made durable by itself."""


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """How a scan file is written.

    Parameters
    ----------
    clock
        Monotonic clock, s; decides when the next durable write is due.
    sync_interval
        Longest time that a pass waits for it while passes come in, s.
    reserve
        Bytes that have to stay free on the disk beside the scan (journal, probes, report).
    bins
        Length of the trailing axis of channels that have one.
    directions
        Passes that a line consists of.
    path
        The path whose sweeps are the rows of the file, `None` for a frame.
    slow_below
        Lines per second below which each pass is made durable by itself.
    """

    clock: Callable[[], float] = time.monotonic
    sync_interval: float = 0.1
    reserve: int = 256 << 20
    bins: Mapping[str, int] = field(default_factory=dict)
    directions: tuple[Direction, ...] = BOTH
    path: PathRequest | None = None
    slow_below: float = SLOW


@dataclass(frozen=True, slots=True)
class _Pending:
    """A wait for the disk under way, and what is durable when it ends well."""

    outcome: Future[None]
    passes: int
    rows: int


class ScanFileWriter:
    """An open scan file that takes lines; made by `create`.

    A failed write or sync is final: what the system still holds is unknown then, so every later
    call raises `StoreError`, and a new scan needs a new file.
    """

    def __init__(self, path: Path, layout: ScanLayout, options: WriterOptions) -> None:
        self.path = path
        self.layout = layout
        self._options = options
        self._slow = layout.request.line_rate < options.slow_below
        self._written: dict[Direction, NDArray[np.bool_]] = {
            d: np.zeros(layout.request.shape[0], np.bool_) for d in layout.directions
        }
        self._starts = {d: [layout.images[n, d] for n in layout.rows] for d in layout.directions}
        self._passes = 0
        self._durable_passes = 0
        self._rows = 0
        self._durable_rows = 0
        self._last_sync = options.clock()
        self._syncer: ThreadPoolExecutor | None = None
        self._pending: _Pending | None = None
        self._failed: str | None = None
        self._spilled = False
        self._fd: int | None = platform.open_write(path)

    @classmethod
    def create(
        cls,
        path: Path,
        number: int,
        request: ScanRequest,
        channels: tuple[Channel, ...],
        measurement: Measurement,
        options: WriterOptions | None = None,
    ) -> "ScanFileWriter":
        """Make the file at full size, durably, and open it for lines; call it before the tip moves.

        Parameters
        ----------
        path
            Where; must not exist.
        number
            Number of the scan in its run, from 1.
        request
            What the instrument will really do (after `accept`).
        channels, measurement
            What it records and how.
        options
            Clock, reserve and so on; the defaults of `WriterOptions` when left out.

        Raises
        ------
        StoreError
            When there is no room for the scan and the reserve, or the disk refuses. Nothing is
            left.
        BadInput
            When request and channels make no frame.
        """
        options = options or WriterOptions()
        rows = row_shapes(request, channels, options.bins)
        needed = scan_create.expected_size(request, rows, options.directions) + options.reserve
        free = platform.free_space(path.parent)
        if free < needed:
            raise StoreError(
                f"scan {number} needs {needed / 1e6:.0f} MB (reserve included), {path.parent} has "
                f"{free / 1e6:.0f} MB left; free some or store the run elsewhere"
            )
        about = scan_create.About(number, request, channels, measurement, options.path)
        layout = scan_create.create_layout(path, about, rows, options.directions)
        return cls(path, layout, options)

    @property
    def durable_rows(self) -> int:
        """Rows, in order of arrival, of which everything that will ever come is on the disk."""
        return self._durable_rows

    @property
    def durable_passes(self) -> int:
        """How many of the lines given to `write` so far, in their order, are on the disk."""
        return self._durable_passes

    def write(self, line: ScanLine) -> int:
        """Store a line and see to it that it becomes durable.

        Slow scans wait for the disk at once. In fast ones another thread waits for it, each
        `sync_interval`, so that a slow disk delays the report and never the next line.

        Returns
        -------
        int
            Durable rows (see `durable_rows`).

        Raises
        ------
        BadInput
            When the line does not fit the scan, or its row has been written before.
        StoreError
            When the disk fails or has failed meanwhile; the scan has to end.
        """
        layout = self.layout
        self._require_open()
        self._collect()
        check_fits(line, layout.rows, layout.request.shape[0])
        written = self._written.get(line.direction)
        if written is None:
            raise BadInput(f"a {line.direction} line came; the scan has no such direction")
        if written[line.index]:
            raise BadInput(f"row {line.index} ({line.direction}) came twice; rows never change")
        rows = [np.ascontiguousarray(line.channels[n], "<f4").data.cast("B") for n in layout.rows]
        for start, row in zip(self._starts[line.direction], rows, strict=True):
            self._put(row, start + line.index * len(row))
        self._put(pack_record(line, rows), layout.record_offset(line.direction, line.index))
        written[line.index] = True
        self._passes += 1
        self._rows = max(self._rows, self._rows_after(line.index))
        if self._slow:
            return self.sync()
        now = self._options.clock()
        if self._pending is None and now - self._last_sync >= self._options.sync_interval:
            self._begin_sync(now)
        return self._durable_rows

    def sync(self) -> int:
        """Wait until everything that was written is on the disk; call it also when lines pause.

        Returns
        -------
        int
            Durable rows.

        Raises
        ------
        StoreError
            When the system could not; that is never tried again.
        """
        fd = self._require_open()
        self._collect(wait=True)
        if self._durable_passes < self._passes:
            try:
                platform.fdatasync(fd)
            except OSError as exc:
                raise self._fail(f"{self.path} could not be made durable: {exc}") from exc
        self._last_sync = self._options.clock()
        self._durable_passes, self._durable_rows = self._passes, self._rows
        return self._durable_rows

    def finish(self, state: ScanState, reason: str = "") -> None:
        """Write how the scan ended, make all durable, and close."""
        self._require_open()
        self.sync()
        if self._spilled:
            self._spilled = not self._apply_log()
        self._put(pack_slot(2, state, reason), self.layout.slot_offset(1))
        self._passes += 1  # so that the slot is synced like a pass
        self.sync()
        self.close()

    def close(self) -> None:
        """Close the file; without `finish` before, it goes on saying that the scan is running."""
        if self._syncer is not None:
            self._syncer.shutdown(wait=True)
            self._syncer = None
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> "ScanFileWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _require_open(self) -> int:
        if self._failed:
            raise StoreError(f"{self._failed}; this scan file takes no more lines")
        if self._fd is None:
            raise StoreError(f"{self.path} is closed")
        return self._fd

    def _begin_sync(self, now: float) -> None:
        """Have another thread wait for the disk; what is written now is durable when it is done."""
        if self._syncer is None:
            self._syncer = ThreadPoolExecutor(1, "durable")
        outcome = self._syncer.submit(platform.fdatasync, self._require_open())
        self._pending = _Pending(outcome, self._passes, self._rows)
        self._last_sync = now

    def _collect(self, wait: bool = False) -> None:
        """Take the outcome of the other thread, if there is one."""
        pending = self._pending
        if pending is None or not (wait or pending.outcome.done()):
            return
        self._pending = None
        try:
            pending.outcome.result()
        except OSError as exc:
            raise self._fail(f"{self.path} could not be made durable: {exc}") from exc
        self._durable_passes, self._durable_rows = pending.passes, pending.rows

    def _fail(self, message: str) -> StoreError:
        self._failed = message
        return StoreError(message)

    def _rows_after(self, index: int) -> int:
        """Return how many rows, in order of arrival, have come when row `index` just got a pass."""
        lines = self.layout.request.shape[0]
        arrived = (
            index if self.layout.request.slow_direction is SlowDirection.DOWN else lines - 1 - index
        )
        return arrived + all(bool(rows[index]) for rows in self._written.values())

    def _put(self, content: bytes | memoryview, offset: int) -> None:
        """Write into the file, or into the log beside it while another program locks the file."""
        try:
            platform.pwrite(self._require_open(), content, offset)
        except OSError as exc:
            if exc.errno not in platform.LOCKED:
                raise self._fail(f"{self.path} could not be written: {exc}") from exc
            self._spill(bytes(content), offset)

    def _spill(self, content: bytes, offset: int) -> None:
        if not self._spilled:
            logger.warning("%s is locked by another program; lines go beside it", self.path)
        self._spilled = True
        try:
            spill.append(self.path, content, offset)
        except OSError as exc:
            raise self._fail(f"the log of {self.path} could not be written: {exc}") from exc

    def _apply_log(self) -> bool:
        """Move the log into the file and tell whether that was possible."""
        try:
            spill.apply(self.path)
        except OSError as exc:
            if exc.errno not in platform.LOCKED:
                raise self._fail(f"{self.path} could not be written: {exc}") from exc
            return False
        return True
