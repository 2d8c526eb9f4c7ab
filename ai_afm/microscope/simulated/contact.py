"""What a tip feels on its way over a sample: the lines of a frame as passes out and back.

The samples of a pass are taken in order of time, with a little overscan before and after the frame.
A block of n lines makes 2 n passes: first all traces, then all retraces.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import to_sample
from ai_afm.microscope.simulated.noise import LineEvents
from ai_afm.microscope.simulated.scanner import hysteresis_shift, plane_and_bow
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.surface import Array, Sample, Surface
from ai_afm.microscope.simulated.tip import blur, dilate, margin, two_apexes
from ai_afm.types import ScanRegion

IMAGED_SHARE = 0.9
"""Share of a line's time in which pixels are recorded; the rest is spent in turning."""

RELIEF = 40e-9
"""Height (m) of features outside a block of lines that the tip's flanks may still touch."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What all passes of a block have in common.

    Parameters
    ----------
    dwell
        Time of a pixel, s.
    voltages
        (DC bias, AC amplitude), V.
    events, phases
        What happens to the lines of the scan, and the (3, 12) phases of the slow drifts.
    in_order
        Whether the passes follow one another in time, so that 1/f noise goes on from one to the
        next: short sweeps would have too little of it each by itself.
    """

    dwell: float
    voltages: tuple[float, float]
    events: LineEvents
    phases: Array
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Neighbouring lines of a frame that are imaged together, in order of arrival.

    Parameters
    ----------
    region, shape, line_rate
        The frame: where it lies, (lines, pixels), Hz.
    rows
        (n,) consecutive row numbers, rising or falling.
    times
        (n,) when each line starts, s.
    displacement
        (n, 2) true minus believed position, m.
    voltages
        (DC bias, AC amplitude), V.
    events, phases
        What happens to the lines of the frame, and the (3, 12) phases of the slow drifts.
    """

    region: ScanRegion
    shape: tuple[int, int]
    line_rate: float
    rows: NDArray[np.int_]
    times: Array
    displacement: Array
    voltages: tuple[float, float]
    events: LineEvents
    phases: Array

    @property
    def dwell(self) -> float:
        """Time of a pixel, s."""
        return IMAGED_SHARE / (2 * self.shape[1] * self.line_rate)

    @property
    def conditions(self) -> Conditions:
        """What its passes have in common."""
        return Conditions(self.dwell, self.voltages, self.events, self.phases)

    @property
    def overscan(self) -> int:
        """Pixels passed beside the frame before and after each pass."""
        return max(2, math.ceil((1 / IMAGED_SHARE - 1) * self.shape[1] / 2))

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Distance of pixels along a line and between lines, m."""
        return self.region.size[0] / self.shape[1], self.region.size[1] / self.shape[0]


@dataclass(frozen=True, slots=True)
class Felt:
    """What the tip feels: arrays (passes, samples) in order of time; `rows` (passes,) of the scan.

    `plane` is the height of tilt and bow where the instrument believes to be, `share` how much of
    the time of the line has passed.
    """

    height: Array
    piezo: Array
    lateral: Array
    potential: Array
    stiffness: Array
    adhesion: Array
    slope: Array
    time: Array
    plane: Array
    share: Array
    rows: NDArray[np.int_]


def feel(sample: Sample, block: LineBlock, settings: ImagingSettings) -> Felt:
    """Return what the worn, perhaps double, tip feels along its path out and back."""
    n, pixels, apex = len(block.rows), block.shape[1], settings.tip
    rims = [max(1, margin(apex, RELIEF, step)) for step in block.pixel_size]
    columns = max(block.overscan, rims[0])
    surface = _grid(sample, block, (rims[1], columns), (0.0, 0.0))
    step = block.pixel_size
    height = dilate(surface.height, apex.worn_radius, step)
    piezo = blur(surface.piezo + surface.ionic, apex.electric_radius, step)
    potential = blur(surface.potential, apex.electric_radius, step)
    if apex.second is not None:
        other = _grid(sample, block, (rims[1], columns), apex.second.offset)
        second = (
            dilate(other.height, apex.worn_radius, step),
            blur(other.piezo + other.ionic, apex.electric_radius, step),
        )
        height, piezo = two_apexes((height, piezo), second, apex.second)
    crop = np.s_[
        rims[1] : rims[1] + n, columns - block.overscan : columns + pixels + block.overscan
    ]
    slope = _slope(height, block, settings)
    ways = _out_and_back(block, settings)
    samples = pixels + 2 * block.overscan
    starts = np.concatenate([block.times, block.times + samples * block.dwell])
    time = starts[:, None] + (np.arange(samples) - block.overscan) * block.dwell
    return Felt(
        height=_along(height[crop], ways),
        piezo=_along(piezo[crop], ways),
        lateral=_along(surface.lateral[crop], ways),
        potential=_along(potential[crop], ways),
        stiffness=_along(surface.stiffness[crop], ways),
        adhesion=_along(surface.adhesion[crop], ways),
        slope=_along(slope[crop], ways),
        time=time,
        plane=believed_plane(block, settings),
        share=(time - np.tile(block.times, 2)[:, None]) * block.line_rate,
        rows=np.concatenate([block.rows, block.rows]),
    )


def _grid(
    sample: Sample, block: LineBlock, rim: tuple[int, int], offset: tuple[float, float]
) -> Surface:
    """Return the surface on the block's pixels and `rim` (lines, columns) more on each side."""
    lines, pixels = block.shape
    step = 1 if len(block.rows) < 2 or block.rows[1] > block.rows[0] else -1
    count = np.arange(-rim[0], len(block.rows) + rim[0])
    v = (0.5 - (block.rows[0] + step * count + 0.5) / lines) * block.region.size[1]
    u = ((np.arange(-rim[1], pixels + rim[1]) + 0.5) / pixels - 0.5) * block.region.size[0]
    x, y = to_sample(block.region, u[None, :], v[:, None])
    inside = np.clip(count, 0, len(block.rows) - 1)
    shift = block.displacement[inside]
    if len(block.rows) > 1:  # the drift goes on at the same speed in the lines beside the block
        shift = shift + (count - inside)[:, None] * (block.displacement[1] - block.displacement[0])
    x = x + shift[:, :1] + offset[0]
    y = y + shift[:, 1:] + offset[1]
    return sample.surface(x, y, float(block.times.mean()))


def _slope(height: Array, block: LineBlock, settings: ImagingSettings) -> Array:
    """Return the slope along the cantilever's axis, same shape."""
    turn = settings.electrics.cantilever_angle - block.region.angle
    slow_sign = -1.0 if len(block.rows) < 2 or block.rows[1] > block.rows[0] else 1.0
    fast = np.gradient(height, block.pixel_size[0], axis=1)
    slow = np.gradient(height, slow_sign * block.pixel_size[1], axis=0)
    return np.asarray(math.cos(turn) * fast + math.sin(turn) * slow)


def _out_and_back(block: LineBlock, settings: ImagingSettings) -> tuple[Array, Array] | None:
    """Return the fractional columns truly passed, out and back; `None` for the pixels."""
    if settings.scanner.closed_loop:
        return None
    columns = np.arange(block.shape[1] + 2 * block.overscan, dtype=float)
    length, step = block.region.size[0], block.pixel_size[0]
    u = (columns - block.overscan + 0.5) * step - length / 2
    ahead = hysteresis_shift(u, length, settings.scanner) / step
    return columns + ahead, columns - ahead


def _along(grid: Array, ways: tuple[Array, Array] | None) -> Array:
    """Lay the columns of a grid (n, columns) in order of time, (2 n, columns): out, then back."""
    if ways is None:
        return np.concatenate([grid, grid[:, ::-1]])
    return np.concatenate([_sampled(grid, ways[0]), _sampled(grid, ways[1][::-1])])


def _sampled(grid: Array, path: Array) -> Array:
    low = np.clip(np.floor(path).astype(int), 0, grid.shape[1] - 2)
    share = path - low
    return np.asarray(grid[:, low] * (1 - share) + grid[:, low + 1] * share)


def recorded(path: Array, block: LineBlock) -> Array:
    """Cut (2 n, samples) in order of time into (2, n, pixels), trace and retrace in image order."""
    n, inside = len(block.rows), np.s_[block.overscan : block.overscan + block.shape[1]]
    return np.stack([path[:n, inside], path[n:, ::-1][:, inside]])


def believed_plane(block: LineBlock, settings: ImagingSettings) -> Array:
    """Return height (2 n, samples) of tilt and bow along the path."""
    lines, pixels = block.shape
    u = (
        (np.arange(-block.overscan, pixels + block.overscan) + 0.5) / pixels - 0.5
    ) * block.region.size[0]
    v = (0.5 - (block.rows + 0.5) / lines) * block.region.size[1]
    x, y = to_sample(block.region, u[None, :], v[:, None])
    return _along(plane_and_bow(x, y, settings.scanner), None)
