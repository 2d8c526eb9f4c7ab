"""The frame that is shown: kept open while it grows, with what a model sees in it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import AfmError
from ai_afm.image.scan_bytes import ScanState
from ai_afm.image.scan_layout import LiveScan
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.types import Direction
from ai_afm_gui.client.state import Seen, View
from ai_afm_gui.client.values import Entry


class FrameReader:
    """Follows one scan, path or map at a time; each look reads only rows that are new.

    Parameters
    ----------
    folder
        Run folder.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._live: LiveScan | None = None
        self._key: tuple[str, int] | None = None
        self._view: View | None = None
        self._signature: tuple[int, int, int] | None = None
        self._versions = 0
        self._rows: dict[Direction, int] = {}

    def look(self, entry: Entry) -> View:
        """Return the newest state of an entry's frame; the same object when nothing is new.

        Raises
        ------
        AfmError, OSError
            When its file cannot be read.
        """
        if self._key != (entry.kind, entry.number):
            self.close()
            self._live = LiveScan(self._file(entry.kind, entry.number))
            self._key = entry.kind, entry.number
        view = self._frame(entry)
        seen = self._segmentation(entry, view.seen)
        self._view = view if seen is view.seen else replace(view, seen=seen)
        return self._view

    def close(self) -> None:
        """Close the file; views stay usable."""
        if self._live is not None:
            self._live.close()
        self._live = self._key = self._view = self._signature = None

    def _file(self, kind: str, number: int) -> Path:
        folder = self._folder
        files = {"scan": folder.scan_file, "path": folder.path_file, "map": folder.map_file}
        return files[kind](number)

    def _frame(self, entry: Entry) -> View:
        """Read new rows; a frame that has ended is read no more."""
        before, live = self._view, self._live
        if before is not None and not before.live:
            return before
        assert live is not None
        frame = live.refresh()
        state, reason = live.state
        rows = {d: int(done.sum()) for d, done in frame.scanned.items()}
        if before is not None and state is before.state and rows == self._rows:
            return before
        down = frame.request.slow_direction.value == "down"
        newest = {d: _newest(done, down) for d, done in frame.scanned.items()}
        shown = rows.get(Direction.TRACE, max(rows.values(), default=0))
        seen = None if before is None else before.seen
        self._rows = rows
        return View(entry.kind, entry.number, frame, shown, newest, state, reason, seen)

    def _segmentation(self, entry: Entry, before: Seen | None) -> Seen | None:
        """Read what the model sees where its file was replaced since the last look."""
        if entry.segmentation is None:
            return None
        path = self._folder.segmentations / entry.segmentation
        try:
            facts = path.stat()
            signature = facts.st_mtime_ns, facts.st_size, facts.st_ino
            if before is not None and before.path == path and signature == self._signature:
                return before
            stored = read_segmentation(path)
        except (AfmError, OSError):
            # replaced, or removed, at this very moment: what was there before is still true
            return before if before is not None and before.path == path else None
        self._signature = signature
        self._versions += 1
        made = stored.provenance
        return Seen(
            path, self._versions, stored.segmentation, made.lines, made.final, made.milliseconds
        )


def ended(view: View) -> View:
    """Return the view of a frame whose writer is gone, though its file says that it goes on."""
    return replace(view, state=ScanState.INTERRUPTED) if view.live else view


def _newest(done: NDArray[np.bool_], down: bool) -> int | None:
    """Return the row that arrived last, by the order in which they arrive."""
    rows = np.flatnonzero(done)
    if not len(rows):
        return None
    return int(rows[-1] if down else rows[0])
