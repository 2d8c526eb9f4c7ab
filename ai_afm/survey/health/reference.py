"""Where a reference patch tells most: ground with edges and with contrast in the response.

A smooth place says nothing about the tip, however often it is scanned.
"""

import numpy as np
from scipy.ndimage import distance_transform_edt, uniform_filter

from ai_afm import geometry
from ai_afm.survey.health.passes import Passes, Rows, levelled, passes_of, responses
from ai_afm.types import Frame, Point

FEWEST = 32
"""Lines below which a frame is no map to choose by."""


def reference_places(frame: Frame, size: tuple[float, float], most: int = 12) -> list[list[float]]:
    """Return the centres of patches that tell most about the tip, the best first.

    What trace and retrace do not share is noise: the product of their slopes has no part of it.

    Parameters
    ----------
    frame
        An overview.
    size
        Extent (fast, slow) of the patch, m.
    most
        Number of places, which do not overlap.

    Returns
    -------
    list of [x, y, worth]
        m, and how much steeper and richer in contrast than the mean of the frame; for
        `Observation.notes["quiet"]`. Empty where the frame has fewer than 32 whole lines.
    """
    passes = passes_of(frame)
    if passes is None or passes.shape[0] < FEWEST or passes.shape[0] < frame.shape[0]:
        return []
    pixels = [max(3, round(s / p)) for s, p in zip(size, frame.request.pixel_size, strict=True)]
    wide, high = pixels
    lines, columns = passes.shape
    if high > lines or wide > columns:
        return []
    worth = _worth(passes, (high, wide))
    inside = np.full(worth.shape, -np.inf)
    middle = (slice(high // 2, lines - high // 2), slice(wide // 2, columns - wide // 2))
    inside[middle] = worth[middle]
    found = []
    for _ in range(most):
        row, column = np.unravel_index(int(inside.argmax()), inside.shape)
        if not np.isfinite(inside[row, column]):
            break
        x, y = geometry.pixel_to_sample(frame.region, frame.shape, np.array(row), np.array(column))
        found.append([float(x), float(y), float(worth[row, column])])
        inside[
            max(row - high, 0) : row + high + 1, max(column - wide, 0) : column + wide + 1
        ] = -np.inf
    return found


def _worth(passes: Passes, window: tuple[int, int]) -> Rows:
    """Return, for a patch around each pixel, its steepness and contrast against the mean's."""
    pair = passes.both("height")
    parts = [] if pair is None else [_shared(levelled(pair[0]), levelled(pair[1]))]
    complex_pair = responses(passes)
    if complex_pair is not None:
        out, back = complex_pair
        parts.append(_shared(out.real, back.real) + _shared(out.imag, back.imag))
    total = np.zeros(passes.shape)
    for part in parts:
        local = np.maximum(uniform_filter(part, window, mode="nearest"), 0.0)
        mean = float(local.mean())
        if mean > 0:
            total += np.sqrt(local / mean)
    return total


def _shared(out: Rows, back: Rows) -> Rows:
    """Return the squared slope that both ways share, (lines, pixels)."""
    product: Rows = np.gradient(out, axis=1) * np.gradient(back, axis=1)
    return product


def reference_spots(frame: Frame, apart: float, most: int = 96) -> list[list[float]]:
    """Return spots within one domain, for loops that are to be compared with each other.

    Parameters
    ----------
    frame
        An overview.
    apart
        Least distance of two spots, and half of it to the edge of the domain, m.
    most
        Number of spots.

    Returns
    -------
    list of [x, y]
        m, those farthest from all walls first; for `Observation.notes["spots"]`.
    """
    passes = passes_of(frame)
    pair = None if passes is None else responses(passes)
    if pair is None or passes is None or passes.shape[0] < frame.shape[0]:
        return []
    mean = (pair[0] + pair[1]) / 2
    mean = mean - mean.mean()
    axis = np.angle(np.mean(mean**2)) / 2
    along = uniform_filter((mean * np.exp(-1j * axis)).real, 3, mode="nearest")
    up = along > 0
    domain = up if up.mean() > 0.5 else ~up
    room = distance_transform_edt(domain, sampling=frame.request.pixel_size[::-1])
    spots: list[Point] = []
    found: list[list[float]] = []
    for index in np.argsort(-room, axis=None, kind="stable"):
        row, column = np.unravel_index(int(index), room.shape)
        if room[row, column] < apart / 2 or len(found) == most:
            break
        x, y = geometry.pixel_to_sample(frame.region, frame.shape, np.array(row), np.array(column))
        spot = float(x), float(y)
        if all((spot[0] - a) ** 2 + (spot[1] - b) ** 2 >= apart**2 for a, b in spots):
            spots.append(spot)
            found.append([*spot])
    return found
