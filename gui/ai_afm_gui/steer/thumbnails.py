"""Small pictures of finished scans for the map, read beside the window, once each."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import AfmError
from ai_afm.image.scan_layout import read_scan
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import Direction, Frame, ScanRegion
from ai_afm_gui.client import RunState

log = logging.getLogger(__name__)

EDGE = 64
"""Pixels of a small picture at most, along either side."""
MOST = 60
"""Pictures that are kept; the newest scans have one."""
CHANNELS = ("phase", "amplitude", "height")
"""Which channel is shown, the first that a scan has."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture of a scan: values (rows, columns), NaN where nothing was scanned.

    Parameters
    ----------
    number
        Of the scan.
    region
        Where it lies.
    values
        Row 0 at the top.
    low, high
        Robust range of the values.
    """

    number: int
    region: ScanRegion
    values: NDArray[np.float32]
    low: float
    high: float


class Thumbnails:
    """Reads the small pictures of a run in a thread; asking for them never waits."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "thumbnails")
        self._folder: Path | None = None
        self._asked: dict[int, Future[Thumbnail | None]] = {}
        self._shown: tuple[Thumbnail, ...] = ()

    def images(self, state: RunState) -> tuple[Thumbnail, ...]:
        """Return those that have been read by now; the same object while none is new."""
        if state.facts.folder != self._folder:
            self._folder, self._asked, self._shown = state.facts.folder, {}, ()
        over = [e.number for e in state.entries if e.kind == "scan" and e.finished is not None]
        for number in over[-MOST:]:
            if number not in self._asked:
                file = RunFolder(state.facts.folder).scan_file(number)
                self._asked[number] = self._pool.submit(_read, number, file)
        for number in list(self._asked)[:-MOST]:
            del self._asked[number]
        ready = [f.result() for f in self._asked.values() if f.done() and not f.cancelled()]
        found = tuple(t for t in ready if t is not None)
        if [t.number for t in found] != [t.number for t in self._shown]:
            self._shown = found
        return self._shown

    def close(self) -> None:
        """Read no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _read(number: int, file: Path) -> Thumbnail | None:
    try:
        return thumbnail(number, read_scan(file).frame)
    except (AfmError, OSError) as exc:
        log.warning("no small picture of scan %d: %s", number, exc)
        return None


def thumbnail(number: int, frame: Frame) -> Thumbnail | None:
    """Return the small picture of a frame, `None` where it has no plain channel or no line."""
    found = (frame.get(name, Direction.TRACE) for name in CHANNELS)
    values = next((v for v in found if v is not None and v.ndim == 2), None)
    if values is None:
        return None
    step = max(1, -(-max(values.shape) // EDGE))
    small = np.array(values[::step, ::step], np.float32)
    good = small[np.isfinite(small)]
    if not good.size:
        return None
    low, high = (float(v) for v in np.percentile(good, (2, 98)))
    return Thumbnail(number, frame.region, small, low, high if high > low else low + 1.0)
