"""Which patch pins the place down for the least time: contrast in two directions, few lines."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import to_sample
from ai_afm.image.instrument_time import InstrumentTimes, move_seconds, scan_seconds
from ai_afm.survey.tracking.contrast import Contrast
from ai_afm.types import Point, ScanRegion, ScanRequest

Real = NDArray[np.float64]

STRIDE = 8
"""Pixels between the places that are tried."""


@dataclass(frozen=True, slots=True)
class CheckFrames:
    """What check frames may be.

    Parameters
    ----------
    pixel
        Pixel size, m.
    widths, lines
        Pixels and lines to choose from.
    line_rate
        Hz, at a line of `widths[-1]` pixels; the tip's speed is the same in shorter ones.
    distance
        Largest distance of the patch from the target, m.
    margin
        Room that a patch leaves to the edge of the reference, m: so far a jump is still seen.
    """

    pixel: float = 8e-9
    widths: tuple[int, ...] = (48, 64)
    lines: tuple[int, ...] = (32, 48, 64)
    line_rate: float = 4.0
    distance: float = 300e-9
    margin: float = 300e-9


@dataclass(frozen=True, slots=True)
class Patch:
    """A check frame in the reference's coordinates.

    Parameters
    ----------
    region, shape, line_rate
        Where, (lines, pixels), Hz.
    uncertainty
        Standard error that it promises in the worst direction, m.
    seconds
        What it costs with the moves there and back, s.
    """

    region: ScanRegion
    shape: tuple[int, int]
    line_rate: float
    uncertainty: float
    seconds: float


def choose(
    known: Contrast, target: Point, limit: float, frames: CheckFrames, times: InstrumentTimes
) -> Patch | None:
    """Return the cheapest patch that pins the place down to `limit`, else the surest.

    Parameters
    ----------
    known
        Of the reference.
    target
        Point of interest, m, in the reference's coordinates.
    limit
        Standard error that is asked for in the worst direction, m.
    frames, times
        What may be scanned, and what it costs.

    Returns
    -------
    Patch or None
        `None` where no patch fits into the reference, or nothing in it tells of two directions.
    """
    found = [
        patch
        for shape in _shapes(frames)
        for patch in _patches(known, target, shape, frames, times)
        if math.isfinite(patch.uncertainty)
    ]
    good = [p for p in found if p.uncertainty <= limit]
    if good:
        return min(good, key=lambda p: (round(p.seconds, 1), p.uncertainty))
    return min(found, key=lambda p: p.uncertainty, default=None)


def telling(
    known: Contrast, pixels: int, margin: float, parts: int = 3
) -> tuple[tuple[Point, float], ...]:
    """Return the best place for a patch in each part of a frame, and what it promises.

    Parameters
    ----------
    known
        Of the frame.
    pixels
        Lines and pixels of the patch.
    margin
        Room that it leaves to the frame's edge, m.
    parts
        The frame is cut into so many parts along either side.

    Returns
    -------
    places
        Centre (x, y), m, and standard error in the worst direction, m; the surest first. Parts
        without a place that tells of two directions are left out.
    """
    width, height = known.region.size
    least, u, v = _least(known, (pixels, pixels))
    half = 0.5 * pixels * known.pixel + margin
    least[np.abs(v) + half > 0.5 * height] = 0.0
    least[:, np.abs(u) + half > 0.5 * width] = 0.0
    rows, columns = (
        np.clip(((0.5 + w / size) * parts).astype(int), 0, parts - 1)
        for w, size in ((v, height), (u, width))
    )
    found = []
    for part in np.ndindex(parts, parts):
        mine = (rows == part[0])[:, None] & (columns == part[1])[None, :]
        if (least * mine).max(initial=0.0) > 0:
            i, j = np.unravel_index(int(np.argmax(least * mine)), least.shape)
            x, y = to_sample(known.region, u[j], v[i])
            found.append(((float(x), float(y)), 1 / math.sqrt(float(least[i, j]))))
    return tuple(sorted(found, key=lambda entry: entry[1]))


def _least(known: Contrast, shape: tuple[int, int]) -> tuple[Real, Real, Real]:
    """Return what windows tell of the worse direction, 1/m^2, and their centres u, v, m."""
    lines, pixels = known.tensor.shape[1:]
    rows = np.arange(0, lines - shape[0] + 1, STRIDE)
    columns = np.arange(0, pixels - shape[1] + 1, STRIDE)
    u = (columns + shape[1] / 2 - pixels / 2) * known.pixel
    v = (lines / 2 - rows - shape[0] / 2) * known.pixel
    if not len(rows) or not len(columns):
        return np.zeros((len(rows), len(columns))), u, v
    xx, xy, yy = (_window_sums(plane, shape)[np.ix_(rows, columns)] for plane in known.tensor)
    return 0.5 * (xx + yy) - np.hypot(0.5 * (xx - yy), xy), u, v


def _shapes(frames: CheckFrames) -> Iterator[tuple[int, int]]:
    for lines in frames.lines:
        for pixels in frames.widths:
            yield lines, pixels


def _patches(
    known: Contrast, target: Point, shape: tuple[int, int], frames: CheckFrames,
    times: InstrumentTimes,
) -> Iterator[Patch]:  # fmt: skip
    """Yield the best patch of a shape near the target and the best at the target itself."""
    least, u, v = _least(known, shape)
    size = shape[1] * frames.pixel, shape[0] * frames.pixel
    x, y = to_sample(known.region, u[None, :], v[:, None])
    inside = (np.abs(u)[None, :] + size[0] / 2 + frames.margin <= known.region.size[0] / 2) & (
        np.abs(v)[:, None] + size[1] / 2 + frames.margin <= known.region.size[1] / 2
    )
    distance = np.hypot(x - target[0], y - target[1])
    allowed = inside & (distance <= frames.distance)
    if not allowed.any():
        return
    least = np.where(allowed, least, -np.inf)
    row, column = np.unravel_index(int(np.argmax(least)), least.shape)
    information = float(least[row, column])
    if not information > 0:
        return
    rate = frames.line_rate * frames.widths[-1] / shape[1]
    region = ScanRegion((float(x[row, column]), float(y[row, column])), size, known.region.angle)
    seconds = scan_seconds(ScanRequest(region, shape, rate), times)
    seconds += 2 * move_seconds(float(distance[row, column]), times)
    yield Patch(region, shape, rate, 1 / math.sqrt(information), seconds)


def _window_sums(plane: Real, shape: tuple[int, int]) -> Real:
    """Return the sums over all windows of a shape, by their upper left pixel."""
    total = np.pad(np.cumsum(np.cumsum(plane, axis=0), axis=1), ((1, 0), (1, 0)))
    lines, pixels = shape
    return np.asarray(
        total[lines:, pixels:] - total[:-lines, pixels:] - total[lines:, :-pixels]
        + total[:-lines, :-pixels]
    )  # fmt: skip
