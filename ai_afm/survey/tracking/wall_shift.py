"""The shift of segmented walls against those of an earlier frame: a second, independent witness.

It sees lines, not amplitudes: it holds where the tip has lost its coating, where another mode or
another drive was used, and where the topography is flat.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from ai_afm import geometry
from ai_afm.survey.match import sample_walls
from ai_afm.survey.tracking.likeness import Likeness
from ai_afm.survey.tracking.shift import Demands, Expected, NoShift, Shift, Why, most_likely, worst
from ai_afm.types import Point, ScanRegion, Wall, WallNetwork

Real = NDArray[np.float64]

SPREAD = 1.5
"""Standard deviation of a drawn line about the true one, pixels."""
FOUND = 0.8
"""Share of a frame's lines that are expected to be drawn in the other, too."""
PIECE = 8.0
"""Length of line, pixels, over which the error of a drawn line goes together."""
LINES = (1, 2, 3, 4)
"""Class codes that count: walls and grain boundaries."""
WALL_DEMANDS = Demands(correlation=0.8, gain=10.0, odds=10.0, floor=0.3, inflation=1.0)
"""Found on twin worlds of seeds 100 to 199."""


def measure_wall_shift(
    reference: WallNetwork,
    frame: WallNetwork,
    pixel: float,
    expected: Expected,
    demands: Demands = WALL_DEMANDS,
) -> Shift | NoShift:
    """Measure the shift of the walls of `frame` against those of `reference`.

    Parameters
    ----------
    reference, frame
        Walls of two frames. Where the frames do not overlap nothing counts.
    pixel
        The coarser pixel size of the two frames, m.
    expected
        Where to look, and how surprising each place would be.
    demands
        What counts; `correlation` is the share of the frame's lines that have a counterpart.

    Returns
    -------
    Shift or NoShift
        Parallel walls leave the direction along them as good as unknown: the covariance says so.
    """
    reach = 4 * max(worst(expected.covariance), expected.reach if expected.jump > 0 else 0.0)
    surface = wall_likeness(reference, frame, pixel, expected.shift, reach)
    if surface is None:
        return NoShift(Why.NOTHING, "there are no walls to compare")
    return most_likely(surface, expected, demands)


def wall_likeness(
    reference: WallNetwork, frame: WallNetwork, pixel: float, around: Point, reach: float
) -> Likeness | None:
    """Return how likely each shift is by the distances of the frame's lines from the reference's.

    A line that has a counterpart lies beside it by a normal error; one that has none lies anywhere.
    """
    lines = _lines(reference), _lines(frame)
    if not lines[0] or not lines[1]:
        return None
    border = math.ceil(reach / pixel) + 1
    half = [math.ceil(0.5 * s / pixel) for s in frame.region.size]
    template = _drawn(lines[1], frame.region, (2 * half[1] + 1, 2 * half[0] + 1), pixel)
    at = frame.region.center[0] - around[0], frame.region.center[1] - around[1]
    shape = template.shape[0] + 2 * border, template.shape[1] + 2 * border
    wide = ScanRegion(at, (shape[1] * pixel, shape[0] * pixel), frame.region.angle)
    away, inside = _distances(lines[0], reference.region, wide, shape)
    density = sum(w.length for w in lines[0]) * pixel / _area(reference.region) * pixel
    near = math.sqrt(2 / math.pi) / SPREAD * np.exp(-0.5 * (away / SPREAD) ** 2)
    ratio = np.where(inside, np.log(1 - FOUND + FOUND * near / max(2 * density, 1e-6)), 0.0)
    total = float(template.sum())
    if not total > 0:
        return None
    log = _correlated(template, ratio) / PIECE
    matched = _correlated(template, (inside & (away <= 3 * SPREAD)).astype(float))
    common = np.maximum(_correlated(template, inside.astype(float)), 1e-9)
    rows, columns = np.indices(log.shape)
    u, v = -(columns - border) * pixel, (rows - border) * pixel
    angle = frame.region.angle
    dx, dy = geometry.to_sample(ScanRegion(around, (1.0, 1.0), angle), u, v)
    c, s = math.cos(angle), math.sin(angle)
    axes = pixel * np.array([[-c, -s], [-s, c]])
    log = np.where(common >= 0.4 * total, log, -np.inf)
    return Likeness(log, np.clip(matched / common, 0, 1), log, dx, dy, axes)


def _lines(network: WallNetwork) -> list[Wall]:
    return [wall for wall in network.walls if wall.code in LINES]


def _area(region: ScanRegion) -> float:
    return region.size[0] * region.size[1]


def _drawn(walls: list[Wall], region: ScanRegion, shape: tuple[int, int], pixel: float) -> Real:
    """Return the length of line in each pixel of a grid around a region's centre, px."""
    points, lengths = sample_walls(walls, 0.5 * pixel)
    row, column = _places(points, region, shape, pixel)
    image = np.zeros(shape)
    good = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    np.add.at(image, (row[good], column[good]), lengths[good] / pixel)
    return image


def _places(
    points: Real, region: ScanRegion, shape: tuple[int, int], pixel: float
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    u, v = geometry.to_region(region, *points.T)
    column = np.round(u / pixel + (shape[1] - 1) / 2).astype(int)
    row = np.round((shape[0] - 1) / 2 - v / pixel).astype(int)
    return row, column


def _distances(
    walls: list[Wall], known: ScanRegion, wide: ScanRegion, shape: tuple[int, int]
) -> tuple[Real, NDArray[np.bool_]]:
    """Return each grid pixel's distance from the next line, px, and whether it was seen at all."""
    pixel = wide.size[0] / shape[1]
    line = _drawn(walls, wide, shape, pixel) > 0
    x, y = geometry.pixel_grid(wide, shape)
    inside = geometry.is_inside(known, x, y)
    if not line.any():
        return np.full(shape, float(max(shape))), inside
    away = cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away, float), inside


def _correlated(template: Real, scene: Real) -> Real:
    """Return the sum of the scene under the template at all its places."""
    return np.asarray(fftconvolve(scene, template[::-1, ::-1], mode="valid"), float)
