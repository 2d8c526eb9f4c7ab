"""What of a frame is compared with another: edges of the response and of the relief, on a grid."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.types import Direction, Frame, Point, ScanRegion, SlowDirection

Plane = NDArray[np.complex128]
"""(lines, pixels), NaN where nothing is known; a real plane has no imaginary part."""
Real = NDArray[np.float64]

SMOOTH = 0.8
"""Smoothing before a derivative, grid pixels."""
SUPPORT = 2
"""Pixels beside an unknown one whose derivative is not known either."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A frame as it is compared: seen one way (trace or retrace), with the drift while it lasted.

    Parameters
    ----------
    frame
        The frame.
    rate
        (x, y) by how much features moved on while it was scanned, m/s. Coordinates are those at
        the frame's middle time.
    hysteresis
        Of the scanner: how far the tip is ahead of its believed place in the middle of a line on
        the way out, as a share of the line's length; on the way back it is as far behind.
    """

    frame: Frame
    rate: Point = (0.0, 0.0)
    hysteresis: float = 0.0

    @property
    def pixel(self) -> float:
        """The coarser of its two pixel sizes, m."""
        return max(self.frame.request.pixel_size)


@dataclass(frozen=True, slots=True)
class Grid:
    """Where planes are looked up: a rotated rectangle cut into (lines, pixels)."""

    region: ScanRegion
    shape: tuple[int, int]


def planes(sight: Sight, grid: Grid, direction: Direction) -> tuple[Plane | None, ...]:
    """Return what a frame shows of the response and of the relief.

    Derivatives are compared, not values: walls and outlines tell where one is, slow changes of gain
    and background do not; and a derivative at a place is the same in a small frame and a large one.

    Parameters
    ----------
    sight, grid
        What is seen, and where: all coordinates at the frame's middle time.
    direction
        Trace or retrace.

    Returns
    -------
    planes
        Derivatives of the complex response along and across the grid's lines, and of the height
        along them (it then knows nothing of the offset that each line has). Each in units of its
        own spread, `None` where it was not recorded or shows nothing.
    """
    frame = sight.frame
    ahead = sight.hysteresis if direction is Direction.TRACE else -sight.hysteresis
    amplitude, phase = frame.get("amplitude", direction), frame.get("phase", direction)
    height = frame.get("height", direction)
    along: Plane | None = None
    across: Plane | None = None
    relief: Plane | None = None
    if amplitude is not None and phase is not None:
        response = _looked_up(sight, amplitude * np.exp(1j * phase), grid, ahead)
        along, across = (_standardised(_derivative(response, axis)) for axis in (1, 0))
    if height is not None:
        middle = np.nanmedian(height) if np.isfinite(height).any() else 0.0
        found = _looked_up(sight, (height - middle).astype(complex), grid, ahead)
        relief = _standardised(_derivative(found, 1))
    return along, across, relief


def _standardised(image: Plane) -> Plane | None:
    known = np.isfinite(image)
    if known.sum() < 16:
        return None
    centred: Plane = image - image[known].mean()
    spread = math.sqrt(float((np.abs(centred[known]) ** 2).mean()))
    return centred / spread if spread > 0 else None


def _looked_up(sight: Sight, image: Plane, grid: Grid, ahead: float) -> Plane:
    """Average an image down to the grid's pixels and look it up there; NaN where unknown."""
    frame = sight.frame
    known = np.isfinite(image)
    step = grid.region.size[0] / grid.shape[1], grid.region.size[1] / grid.shape[0]
    sigma = [
        0.5 * g / o if g > 1.01 * o else 0.0
        for g, o in zip(step, frame.request.pixel_size, strict=True)
    ][::-1]
    weight = ndimage.gaussian_filter(known.astype(float), sigma, mode="constant")
    smooth = ndimage.gaussian_filter(np.where(known, image, 0), sigma, mode="constant")
    where = _recorded_at(sight, grid, ahead)
    share = ndimage.map_coordinates(weight, where, order=1, mode="constant")
    value = ndimage.map_coordinates(smooth, where, order=1, mode="constant")
    lines, pixels = frame.shape
    inside = (np.abs(where[0] - (lines - 1) / 2) <= lines / 2) & (
        np.abs(where[1] - (pixels - 1) / 2) <= pixels / 2
    )
    result = np.full(grid.shape, np.nan, complex)
    good = inside & (share > 0.5)
    result[good] = value[good] / share[good]
    return result


def _recorded_at(sight: Sight, grid: Grid, ahead: float) -> Real:
    """Return the (row, column) at which a frame recorded the grid's places, (2, lines, pixels).

    A place that is at q in the middle of the frame was at q + rate (t - middle) when its line came,
    and the tip was there when it was believed to be short of it by the hysteresis.
    """
    frame = sight.frame
    x, y = geometry.pixel_grid(grid.region, grid.shape)
    row, column = geometry.sample_to_pixel(frame.region, frame.shape, x, y)
    if any(sight.rate):
        sense = 1.0 if frame.request.slow_direction is SlowDirection.DOWN else -1.0
        late = sense * (row - (frame.shape[0] - 1) / 2) / frame.request.line_rate
        row, column = geometry.sample_to_pixel(
            frame.region, frame.shape, x + sight.rate[0] * late, y + sight.rate[1] * late
        )
    if ahead:
        column = _short_of(column, frame.shape[1], ahead)
    return np.stack([row, column])


def _short_of(column: Real, pixels: int, ahead: float) -> Real:
    """Return the believed columns at which the tip truly was at given ones.

    The loop is taken for a lens: nothing at the ends of a line, most in the middle.
    """
    believed = column
    for _ in range(2):
        place = np.clip(2 * (believed - (pixels - 1) / 2) / pixels, -1.0, 1.0)
        believed = column - ahead * pixels * (1 - place**2)
    return np.asarray(believed, float)


def _derivative(image: Plane, axis: int) -> Plane:
    """Return the smoothed derivative along an axis; NaN where it would need an unknown pixel."""
    known = np.isfinite(image)
    order = [0, 0]
    order[axis] = 1
    slope = ndimage.gaussian_filter(np.where(known, image, 0), SMOOTH, order=order, mode="nearest")
    safe = ndimage.binary_erosion(known, np.ones((2 * SUPPORT + 1,) * 2, bool))
    return np.where(safe, slope, np.nan)
