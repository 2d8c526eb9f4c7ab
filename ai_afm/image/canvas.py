"""A map that paths draw on: pixels of one grid, coarse everywhere, fine where the tip really was.

A network that sees a narrow strip in nothing takes the strip's edges for lines. So what was not
scanned finely is filled with the overview, enlarged: with 7-px strips the network then finds the
walls that it finds in the full frame, and no edges of strips (`docs/policy.md`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.errors import BadInput
from ai_afm.types import Channel, Direction, FloatImage, Frame, Measurement, ScanLine, ScanRegion
from ai_afm.types import ScanRequest as Request

Covered = NDArray[np.bool_]

_OFF_GRID = 0.1
"""Share of a pixel by which a pass may miss the grid's pixels."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The pixels of a map.

    Parameters
    ----------
    region
        Where.
    shape
        (lines, pixels).
    """

    region: ScanRegion
    shape: tuple[int, int]

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Distance of pixel centres (along a line, between lines), m."""
        return self.region.size[0] / self.shape[1], self.region.size[1] / self.shape[0]

    def coarser(self, factor: int) -> "Grid":
        """Return the grid of the same region with pixels about `factor` times as large."""
        lines, pixels = (max(1, round(n / factor)) for n in self.shape)
        return Grid(self.region, (lines, pixels))


class Canvas:
    """The channels of a map while passes arrive; trace only, NaN where the tip has not been.

    Parameters
    ----------
    grid
        Its pixels.
    names
        Channels that are kept, as far as the lines have them.
    """

    def __init__(self, grid: Grid, names: Iterable[str] = ("height", "amplitude", "phase")) -> None:
        self.grid = grid
        self.names = tuple(names)
        self.data: dict[str, FloatImage] = {}
        self.covered: Covered = np.zeros(grid.shape, np.bool_)

    def add(self, lines: Iterable[ScanLine], fine: bool = True) -> None:
        """Draw passes along the grid's lines; of there and back, the way out.

        Only `fine` passes make their pixels `covered`.

        Raises
        ------
        BadInput
            When a pass does not lie on pixels of the grid.
        """
        for line in lines:
            if line.direction is not Direction.TRACE:
                continue
            count = len(next(iter(line.channels.values())))
            row, first, step = self._place(line, count)
            columns = (
                slice(first, first + count) if step > 0 else slice(first - count + 1, first + 1)
            )
            for name in self.names:
                if name in line.channels:
                    image = self._image(name)
                    image[row, columns] = line.channels[name][::step]
            self.covered[row, columns] |= fine

    def _image(self, name: str) -> FloatImage:
        if name not in self.data:
            self.data[name] = np.full(self.grid.shape, np.nan, np.float32)
        return self.data[name]

    def _place(self, line: ScanLine, count: int) -> tuple[int, int, int]:
        """Return row, column of the first reading, and +1 or -1 for the way along the row."""
        region, shape = self.grid.region, self.grid.shape
        ends = np.array([line.start, line.end])
        rows, columns = geometry.sample_to_pixel(region, shape, ends[:, 0], ends[:, 1])
        row, first, last = round(float(rows[0])), round(float(columns[0])), round(float(columns[1]))
        off = max(np.abs(rows - row).max(), abs(columns[0] - first), abs(columns[1] - last))
        if off > _OFF_GRID or abs(last - first) + 1 != count:
            raise BadInput(
                f"a pass from pixel ({rows[0]:.2f}, {columns[0]:.2f}) to ({rows[1]:.2f},"
                f" {columns[1]:.2f}) with {count} readings does not lie on the map's pixels"
            )
        return row, first, 1 if last >= first else -1


def filled(fine: Canvas, coarse: Canvas) -> dict[str, FloatImage]:
    """Return the channels of the fine map, the coarse one enlarged where the tip was not.

    Amplitude and phase are enlarged as one complex signal. The height of each fine pass is moved by
    the median of its distance to the coarse one: its own level would be a step at its ends.
    """
    result = _enlarged(coarse, fine.grid.shape)
    for name, image in result.items():
        if name in fine.data:
            known = np.isfinite(fine.data[name])
            own = fine.data[name]
            if name == "height":
                own = own - _level(own - image, known)
            image[known] = own[known]
    return result


def _enlarged(coarse: Canvas, shape: tuple[int, int]) -> dict[str, FloatImage]:
    def larger(image: NDArray[np.floating]) -> FloatImage:
        size = (shape[1], shape[0])
        return np.asarray(cv2.resize(image.astype(np.float32), size), np.float32)

    result = {n: larger(i) for n, i in coarse.data.items() if n != "phase"}
    if "phase" in coarse.data:
        weight = coarse.data.get("amplitude", np.ones_like(coarse.data["phase"]))
        signal = weight * np.exp(1j * coarse.data["phase"])
        real, imaginary = larger(signal.real), larger(signal.imag)
        result["phase"] = np.arctan2(imaginary, real)
    return result


def _level(difference: FloatImage, known: Covered) -> FloatImage:
    """Return the median of each pass, (lines, pixels); 0 elsewhere."""
    level = np.zeros_like(difference)
    for row in np.flatnonzero(known.any(axis=1)):
        columns = np.flatnonzero(known[row])
        for part in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1):
            level[row, part] = np.median(difference[row, part])
    return level


def as_frame(
    channels: Mapping[str, FloatImage], grid: Grid, line_rate: float, units: Mapping[str, Channel],
    measurement: Measurement,
) -> Frame:  # fmt: skip
    """Return a map's channels as a frame, for whoever segments frames."""
    data = {(name, Direction.TRACE): image for name, image in channels.items()}
    request = Request(grid.region, grid.shape, line_rate)
    scanned = {Direction.TRACE: np.ones(grid.shape[0], np.bool_)}
    kept = tuple(units[name] for name in channels)
    return Frame(request, data, kept, scanned, measurement)
