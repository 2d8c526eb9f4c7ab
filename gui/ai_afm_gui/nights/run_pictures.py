"""A small picture of each run for the list, made in a thread and kept in memory. No Qt."""

import logging
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import AfmError
from ai_afm.image.scan_layout import read_scan
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.segmentation_file import read_segmentation
from ai_afm.types import Direction, Frame
from ai_afm_gui.look.palette import LINES
from ai_afm_gui.nights.latest import Latest
from ai_afm_gui.nights.listing import FrameName, RunLine

log = logging.getLogger(__name__)

Pixels = NDArray[np.uint8]
"""(lines, pixels, 4): red, green, blue, and 0 where nothing was scanned or 255."""
EDGE = 160
"""Pixels of a small picture at most, along either side: enough for screens of double density."""
CHANNELS = ("phase", "amplitude", "height")
"""Which channel is shown, the first that a frame has."""
_RANGE = (2.0, 98.0)
"""Percentiles that are darkest and brightest."""
_BRIGHTEST = 190
"""Of the grey, so that lines come out on it."""


class RunPictures:
    """Makes the pictures of runs one after the other; asking for them never waits."""

    def __init__(self) -> None:
        self._made: dict[Path, FrameName] = {}
        self._reads: Latest[tuple[Path, FrameName, Pixels | None]] = Latest("pictures")

    def tick(self, lines: Iterable[RunLine]) -> tuple[Path, Pixels | None] | None:
        """Take over a picture that was made, and have the next one made.

        Parameters
        ----------
        lines
            Runs whose pictures are wanted; those that come first are made first.

        Returns
        -------
        made
            Folder of a run and its picture, `None` where none can be made; `None` while nothing
            is new.
        """
        done = self._reads.take()
        if done is not None:
            self._made[done[0]] = done[1]
        if self._reads.idle:
            self._ask(lines)
        return None if done is None else (done[0], done[2])

    def close(self) -> None:
        """End the thread."""
        self._reads.close()

    def _ask(self, lines: Iterable[RunLine]) -> None:
        for line in lines:
            if line.picture is not None and self._made.get(line.folder) != line.picture:
                self._reads.ask(partial(_read, line.folder, line.picture))
                return


def _read(folder: Path, name: FrameName) -> tuple[Path, FrameName, Pixels | None]:
    run = RunFolder(folder)
    file = run.map_file if name.kind == "map" else run.scan_file
    pixels = None
    try:
        frame = read_scan(file(name.number)).frame
        pixels = small_picture(frame, _label(run, name))
    except (AfmError, OSError, ValueError) as exc:
        log.warning("no small picture of %s: %s", folder.name, exc)
    return folder, name, pixels


def _label(run: RunFolder, name: FrameName) -> NDArray[np.uint8] | None:
    """Return what a model saw in a frame, `None` where that is not there any more."""
    if not name.segmentation:
        return None
    try:
        return read_segmentation(run.segmentations / name.segmentation).segmentation.label
    except (AfmError, OSError):
        return None


def small_picture(frame: Frame, label: NDArray[np.uint8] | None) -> Pixels | None:
    """Return a frame in grey with its lines in colour, `None` where it has no line yet.

    Parameters
    ----------
    frame
        With one of `CHANNELS`.
    label
        (lines, pixels) class codes, `None` where no model has looked.
    """
    found = (frame.get(name, Direction.TRACE) for name in CHANNELS)
    values = next((v for v in found if v is not None and v.ndim == 2), None)
    if values is None:
        return None
    step = max(1, -(-max(values.shape) // EDGE))
    small = np.array(values[::step, ::step], np.float64)
    known = np.isfinite(small)
    if not known.any():
        return None
    low, high = np.percentile(small[known], _RANGE)
    grey = (np.nan_to_num(small) - low) / max(high - low, 1e-30)
    pixels = np.zeros((*small.shape, 4), np.uint8)
    pixels[..., :3] = (_BRIGHTEST * grey.clip(0, 1)).astype(np.uint8)[..., np.newaxis]
    pixels[..., 3] = np.where(known, 255, 0)
    if label is not None and label.shape == values.shape:
        _draw(pixels, label, step)
    return pixels


def _draw(pixels: Pixels, label: NDArray[np.uint8], step: int) -> None:
    """Draw each line where any of the pixels that one stands for is on it."""
    for code, colour in LINES.items():
        rows, columns = np.nonzero(label == code)
        rgb = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
        pixels[rows // step, columns // step] = (*rgb, 255)
