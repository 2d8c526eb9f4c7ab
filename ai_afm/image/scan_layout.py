"""Reading a scan file: as a whole, or again and again while the scan runs.

The layout itself is described in `ai_afm.image.scan_bytes`.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import BadInput
from ai_afm.image import path_table, redo_log
from ai_afm.image.assemble import Assembler
from ai_afm.image.scan_bytes import (
    RECORD,
    SLOT_SIZE,
    ScanLayout,
    ScanState,
    latest_state,
    read_layout,
    record_fits,
)
from ai_afm.types import Direction, FloatImage, Frame, LineFlag, PathRequest, ScanLine

__all__ = ["LiveScan", "ScanLayout", "ScanState", "StoredScan", "read_layout", "read_scan"]


@dataclass(frozen=True, slots=True)
class StoredScan:
    """A scan as it lies on the disk; rows whose CRC does not match are not in it.

    Parameters
    ----------
    path, number
        The file, and the number of the scan in its run.
    frame
        The valid rows, NaN elsewhere.
    records
        Direction -> (lines,) `RECORD`: time s, start and end m, flags; NaN in rows that are not
        valid.
    state, reason
        How far the scan came and why it ended.
    walked
        The path whose sweeps are the rows, `None` for a frame.
    """

    path: Path
    number: int
    frame: Frame
    records: Mapping[Direction, NDArray[np.void]]
    state: ScanState
    reason: str
    walked: PathRequest | None = None

    @property
    def times(self) -> Mapping[Direction, NDArray[np.float64]]:
        """Direction -> (lines,) float64, s: clock at the end of each pass, NaN without one."""
        return {d: r["time"] for d, r in self.records.items()}

    @property
    def passes(self) -> int:
        """Number of valid rows, trace and retrace counted apart."""
        return sum(int(rows.sum()) for rows in self.frame.scanned.values())

    def lines(self) -> Iterator[ScanLine]:
        """Yield the valid lines in order of their time stamps, as they once arrived."""
        found = [
            (float(self.records[d]["time"][i]), int(i), d)
            for d, rows in self.frame.scanned.items()
            for i in np.flatnonzero(rows)
        ]
        for time, i, d in sorted(found, key=lambda f: f[0]):
            record = self.records[d][i]
            start, end = (tuple(map(float, record[key])) for key in ("start", "end"))
            line = ScanLine(
                i,
                d,
                (start[0], start[1]),
                (end[0], end[1]),
                {n: image[i] for (n, on), image in self.frame.data.items() if on is d},
                time,
                LineFlag(int(record["flags"])),
            )
            yield line if self.walked is None else path_table.pass_of(self.walked, line)


class LiveScan:
    """A scan file that is kept open while another process writes it; `refresh` reads only new rows.

    Parameters
    ----------
    path
        The scan file.

    Raises
    ------
    BadInput
        When it is no sound scan file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.layout: ScanLayout = read_layout(path)
        layout = self.layout
        self._assembler = Assembler(
            layout.request, layout.channels, layout.measurement, layout.bins, layout.directions
        )
        lines = layout.request.shape[0]
        self._records = {d: np.zeros(lines, RECORD) for d in layout.directions}
        for records in self._records.values():
            for key in ("time", "start", "end"):
                records[key] = np.nan
        self._file = path.open("rb", buffering=0)
        self._overlay = _Overlay(redo_log.log_path(path))

    @property
    def frame(self) -> Frame:
        """The rows that were valid at the last `refresh`; the same views grow with each."""
        return self._assembler.frame

    @property
    def state(self) -> tuple[ScanState, str]:
        """State and reason that the file tells now."""
        slots = self._read(self.layout.state, 2 * SLOT_SIZE)
        latest = latest_state(slots)
        if latest is None:
            raise BadInput(f"{self.path}: neither state slot is whole")
        return latest[1], latest[2]

    def refresh(self) -> Frame:
        """Read the rows that were written since the last call.

        Returns
        -------
        Frame
            The same views each time; a row whose CRC does not (yet) match stays NaN.
        """
        self._overlay.refresh()
        for direction, start in self.layout.records.items():
            raw = self._read(start, self.layout.request.shape[0] * RECORD.itemsize)
            written = np.frombuffer(raw, RECORD)["index"] == np.arange(len(raw) // RECORD.itemsize)
            for index in np.flatnonzero(written & ~self.frame.scanned[direction]):
                record = raw[index * RECORD.itemsize : (index + 1) * RECORD.itemsize]
                self._add(direction, int(index), record)
        return self.frame

    def stored(self) -> StoredScan:
        """Return everything that is valid now."""
        frame = self.refresh()
        state, reason = self.state
        layout = self.layout
        return StoredScan(
            self.path, layout.number, frame, self._records, state, reason, layout.path
        )

    def close(self) -> None:
        """Close the file; the frame stays usable."""
        self._file.close()

    def __enter__(self) -> "LiveScan":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _add(self, direction: Direction, index: int, record: bytes) -> None:
        """Take a row over if its CRC fits."""
        layout = self.layout
        rows = {
            n: self._read(layout.row_offset(n, direction, index), layout.row_size(n))
            for n in layout.rows
        }
        if not record_fits(record, index, rows.values()):
            return
        channels: dict[str, FloatImage] = {
            n: np.frombuffer(raw, "<f4").reshape(layout.rows[n]) for n, raw in rows.items()
        }
        unpacked = np.frombuffer(record, RECORD)[0]
        flags = LineFlag(int(unpacked["flags"]))
        self._records[direction][index] = unpacked
        self._assembler.add(
            ScanLine(index, direction, (0.0, 0.0), (0.0, 0.0), channels, unpacked["time"], flags)
        )

    def _read(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        parts = []
        missing = size
        while missing:
            part = self._file.read(missing)
            if not part:
                raise BadInput(f"{self.path}: the file has become shorter")
            parts.append(part)
            missing -= len(part)
        return self._overlay.over(offset, b"".join(parts))


class _Overlay:
    """The redo log of a scan file, laid over what is read from it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = -1
        self._writes: dict[int, bytes] = {}
        self._offsets: list[int] = []
        self.refresh()

    def refresh(self) -> None:
        try:
            size = self._path.stat().st_size
            if size == self._size:
                return
            log = self._path.read_bytes()
        except FileNotFoundError:
            return  # never needed, or applied by now: then the scan file has it all
        self._size = size
        self._writes = dict(redo_log.entries(log))
        self._offsets = sorted(self._writes)

    def over(self, offset: int, content: bytes) -> bytes:
        if not self._offsets:
            return content
        end = offset + len(content)
        merged = bytearray(content)
        # An entry is at most one row or slot long, so the one before `offset` may reach into the
        # range.
        for at in self._offsets[max(bisect_left(self._offsets, offset) - 1, 0) :]:
            if at >= end:
                break
            write = self._writes[at]
            low, high = max(at, offset), min(at + len(write), end)
            if low < high:
                merged[low - offset : high - offset] = write[low - at : high - at]
        return bytes(merged)


def read_scan(path: Path) -> StoredScan:
    """Read a scan file, finished or not.

    Raises
    ------
    BadInput
        When it is no sound scan file.

    See Also
    --------
    LiveScan : for reading the same file again and again.
    """
    with LiveScan(path) as live:
        return live.stored()
