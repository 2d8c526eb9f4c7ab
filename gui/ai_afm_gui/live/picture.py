"""An image of a frame as pixels of a screen, where only what is new is worked out. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.types import FloatImage, Frame
from ai_afm_gui.live.channels import (
    Choice,
    Levelling,
    Map,
    indices,
    plane_of,
    range_of,
    row_medians,
)

Pixels = NDArray[np.uint32]
GROWTH = 1.05
"""The range and the plane are estimated anew when a frame has so many times more rows."""
DOUBTFUL = 0.1
"""Uncertainty below which nothing is laid over the image."""


@dataclass(frozen=True, slots=True)
class Tint:
    """A colour that is laid over an image: 0..255 each, and how dense it is at most (0..1)."""

    red: int
    green: int
    blue: int
    most: float = 0.85


def packed(table: NDArray[np.uint8]) -> Pixels:
    """Return a colour map, (256, 3), as opaque pixels, (256,)."""
    r, g, b = (table[:, i].astype(np.uint32) for i in range(3))
    return np.asarray((np.uint32(255) << 24) | (r << 16) | (g << 8) | b, np.uint32)


class Picture:
    """One channel of a frame in colours; `update` takes over the rows that have arrived since.

    Parameters
    ----------
    frame
        Whose rows arrive.
    choice
        What is shown of it; the frame has that image.
    tables
        Colour map -> (256,) pixels.

    Attributes
    ----------
    pixels
        (lines, pixels) uint32, 0 (transparent) where nothing was scanned.
    limits
        Values of the first and the last colour, `None` before the first row.
    """

    def __init__(self, frame: Frame, choice: Choice, tables: Mapping[Map, Pixels]) -> None:
        self.frame, self.choice = frame, choice
        self._image: FloatImage = frame.data[choice.channel, choice.direction]
        self._scanned = frame.scanned[choice.direction]
        self._table = tables[choice.map]
        self.pixels: Pixels = np.zeros(self._image.shape, np.uint32)
        self.limits: tuple[float, float] | None = None
        self.unit = frame.unit(choice.channel) or ""
        self._done = np.zeros(len(self._image), np.bool_)
        self._plane: FloatImage | None = None
        self._ranged = 0

    @property
    def rows(self) -> int:
        """Rows that are shown."""
        return int(self._done.sum())

    @property
    def complete(self) -> bool:
        """Whether every row is shown."""
        return bool(self._done.all())

    @property
    def blank(self) -> tuple[int, int]:
        """First blank row and the one after the last; what lies between may be blank or not."""
        rows = np.flatnonzero(~self._done)
        return (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)

    def update(self) -> bool:
        """Show the rows that are new; return whether there were any."""
        new = np.flatnonzero(self._scanned & ~self._done)
        if not len(new):
            return False
        self._done[new] = True
        count = self.rows
        if self.limits is None or count >= self._ranged * GROWTH or self.complete:
            self._ranged = count
            self._paint_all()
        else:
            self._paint(new, self._levelled(new))
        return True

    def redo(self) -> None:
        """Work out all pixels again."""
        self._paint_all()

    def _paint_all(self) -> None:
        rows = np.flatnonzero(self._done)
        if self.choice.levelling is Levelling.PLANE:
            self._plane = plane_of(self._image)
        whole = self._levelled(slice(None) if len(rows) == len(self._done) else rows)
        self.limits = range_of(whole, self.choice, self.unit)
        if self.limits is not None:
            self._paint(rows, whole)

    def _levelled(self, rows: NDArray[np.intp] | slice) -> FloatImage:
        image = self._image[rows]
        if self.choice.levelling is Levelling.PLANE and self._plane is not None:
            return np.asarray(image - self._plane[rows], np.float32)
        if self.choice.levelling is Levelling.ROWS:
            return np.asarray(image - row_medians(image)[:, np.newaxis], np.float32)
        return image

    def _paint(self, rows: NDArray[np.intp], image: FloatImage) -> None:
        if self.limits is None:
            return
        colours = self._table[indices(image, self.limits, cyclic=self.choice.map is Map.CYCLIC)]
        unknown = np.isnan(image)
        if unknown.any():
            colours[unknown] = 0
        self.pixels[rows] = colours


def veil(uncertainty: FloatImage, tint: Tint) -> Pixels:
    """Return a colour that is the denser the less sure the model is, (lines, pixels) uint32.

    Parameters
    ----------
    uncertainty
        0..1, NaN where nothing was seen.
    tint
        The colour.
    """
    share = np.clip((np.arange(256) / 255 - DOUBTFUL) / (0.5 - DOUBTFUL), 0, 1) * tint.most
    parts = [np.rint(share * c).astype(np.uint32) for c in (255, tint.red, tint.green, tint.blue)]
    table = (parts[0] << 24) | (parts[1] << 16) | (parts[2] << 8) | parts[3]
    known = np.nan_to_num(uncertainty, nan=0.0)
    return np.asarray(table[np.rint(known * 255).astype(np.uint8)], np.uint32)
