"""Roughness of a surface: rms height, and how it grows with the distance (Hurst exponent)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.flatten import level_plane
from ai_afm.survey.intervals import NORMAL, Estimate, positive
from ai_afm.survey.modes import spread_of_total
from ai_afm.types import FloatImage, ScanRegion

Floats = NDArray[np.float64]

_SHORTEST = 4
"""Shortest wave, px: below, pixels and feedback smooth more than the surface does."""
_SPAN = 5
"""The longest wave is this part of the shorter side."""
_BINS_PER_OCTAVE = 3
_FEWEST_BINS = 5
"""Bins (1.7 octaves) that an exponent needs."""
_LINE_WAVES = 3
"""Waves along a line below this are left out: offsets of the lines look like them."""
_WINDOW_LOSS = (35 / 18) ** 2
"""Neighbouring waves that share their power under a Hann window, both axes."""
_BEND = 0.1
"""Change of the exponent over the range that is tolerated; below 2 standard errors any is."""
_LOOSEST = 0.25
"""Half width of the exponent's interval beyond which it is not given."""
_CELLS = 48
"""Cells along each side that the squares of the heights are averaged over."""


@dataclass(frozen=True, slots=True)
class Roughness:
    """Roughness of a frame.

    Parameters
    ----------
    rms
        Sq, m, with the plane removed; for a frame of this size. `None` without readings.
    hurst
        Exponent H: height differences grow as distance^H. `None` where no range of waves follows a
        power law with 0 < H < 1: frames below 64 px, gratings, noise, smooth films.
    valid
        (shortest, longest) wave in m between which `hurst` was found, `None` without it.
    """

    rms: Estimate | None
    hurst: Estimate | None
    valid: tuple[float, float] | None


def roughness(height: FloatImage, region: ScanRegion, tip_radius: float = 0.0) -> Roughness:
    """Measure the roughness of a frame.

    Parameters
    ----------
    height
        (lines, pixels) m, NaN where nothing was scanned.
    region
        Where the frame lies.
    tip_radius
        m; structure below it is the tip's. 0 leaves that out of account.

    Notes
    -----
    A self-affine surface has the power spectrum k^(-2 - 2 H) (B. N. J. Persson et al. 2005, J.
    Phys.: Condens. Matter 17, R1). The spectrum is that of both axes under a Hann window, without
    the waves that run along the slow axis (offsets of lines); the slope is fitted to means over
    thirds of octaves, each weighted with its waves. Where it bends downwards (the surface has a
    longest wave of its own) long waves are left out, where it bends upwards (noise) short ones.
    Unlike height differences in real space it is not led astray by what is missing below a pixel.
    The error is that of the periodogram, more where the means scatter about the line by more.
    """
    hurst, valid = _hurst(np.asarray(height, float), region, tip_radius)
    return Roughness(_rms(height, region), hurst, valid)


def _rms(height: FloatImage, region: ScanRegion) -> Estimate | None:
    known = np.isfinite(height)
    if known.sum() < 4:
        return None
    square = np.where(known, level_plane(height).astype(float) ** 2, 0.0)
    lines, pixels = (min(_CELLS, n) for n in height.shape)
    sums, counts = (_cells(a, lines, pixels) for a in (square, known.astype(float)))
    mean = float(sums.sum() / counts.sum())
    if mean == 0:
        return Estimate(0.0, 0.0, 0.0)
    v, u = np.meshgrid(
        (0.5 - (np.arange(lines) + 0.5) / lines) * region.size[1],
        ((np.arange(pixels) + 0.5) / pixels - 0.5) * region.size[0],
        indexing="ij",
    )
    deviations = (sums - mean * counts) / counts.sum()
    spread = spread_of_total(
        u.ravel(), v.ravel(), deviations.ravel(), region.size, min(region.size) / 3
    )
    return positive(mean, spread / mean).mapped(math.sqrt)


def _cells(image: Floats, lines: int, pixels: int) -> Floats:
    """Return the sums of an image over a grid of cells, (lines, pixels)."""
    rows = np.arange(lines) * image.shape[0] // lines
    columns = np.arange(pixels) * image.shape[1] // pixels
    sums: Floats = np.add.reduceat(np.add.reduceat(image, rows, axis=0), columns, axis=1)
    return sums


def _hurst(
    height: Floats, region: ScanRegion, tip_radius: float
) -> tuple[Estimate | None, tuple[float, float] | None]:
    block = _complete(height)
    pixel = region.size[1] / height.shape[0], region.size[0] / height.shape[1]
    longest = min(block.shape[0] * pixel[0], block.shape[1] * pixel[1]) / _SPAN
    shortest = max(_SHORTEST * max(pixel), 2 * tip_radius)
    if longest <= shortest:
        return None, None
    count = int(math.log2(longest / shortest) * _BINS_PER_OCTAVE)
    edges = 1 / longest * 2 ** (np.arange(count + 1) / _BINS_PER_OCTAVE)
    logs, waves = _spectrum(block, pixel, edges)
    x = np.log(edges[1:] * edges[:-1]) / 2
    first, last = 0, count
    while last - first >= _FEWEST_BINS:
        fit = _line(x[first:last], logs[first:last], waves[first:last])
        if fit is None:
            return None, None
        if abs(fit.bend) <= max(2 * _BEND, 2 * fit.bend_error):
            valid = float(1 / edges[last]), float(1 / edges[first])
            return _exponent(fit, valid)
        if fit.bend < 0:
            first += 1
        else:
            last -= 1
    return None, None


def _complete(height: Floats) -> Floats:
    """Return the longest run of lines without NaN, plane removed."""
    whole = np.concatenate([[False], np.isfinite(height).all(axis=1), [False]])
    changes = np.flatnonzero(np.diff(whole))
    if not len(changes):
        return height[:0]
    start, stop = max(changes.reshape(-1, 2), key=lambda run: run[1] - run[0])
    return level_plane(height[start:stop].astype(np.float32)).astype(float)


def _spectrum(
    block: Floats, pixel: tuple[float, float], edges: Floats
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the log of the mean power (any unit) and the waves in bins of wave number, 1/m."""
    lines, pixels = block.shape
    window = np.hanning(lines)[:, None] * np.hanning(pixels)
    power = np.abs(np.fft.rfft2(block * window)) ** 2
    k = np.hypot(np.fft.fftfreq(lines, pixel[0])[:, None], np.fft.rfftfreq(pixels, pixel[1]))
    bins = np.searchsorted(edges, k[:, _LINE_WAVES:].ravel(), side="right")
    sums = np.bincount(bins, power[:, _LINE_WAVES:].ravel(), len(edges) + 1)[1:-1]
    waves = np.bincount(bins, minlength=len(edges) + 1)[1:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(sums / waves), waves


@dataclass(frozen=True, slots=True)
class _Line:
    """A fitted line in a log-log plot; `bend` is the change of its slope over the range."""

    slope: float
    error: float
    bend: float
    bend_error: float


def _line(x: Floats, logs: Floats, waves: NDArray[np.int64]) -> _Line | None:
    """Fit log power against log wave number; `None` where a bin has no waves or no power."""
    if not np.isfinite(logs).all():
        return None
    root = np.sqrt(waves / _WINDOW_LOSS)
    x = x - np.average(x, weights=waves)
    slopes, errors, scatter = [], [], 1.0
    for degree in (2, 1):
        design = root[:, None] * np.vander(x, degree + 1)
        found, _, _, _ = np.linalg.lstsq(design, root * logs)
        rest = design @ found - root * logs
        scatter = max(1.0, float(rest @ rest) / (len(x) - degree - 1))
        covariance = scatter * np.linalg.inv(design.T @ design)
        slopes.append(float(found[0]))
        errors.append(math.sqrt(float(covariance[0, 0])))
    span = 2 * float(np.ptp(x))
    return _Line(slopes[1], errors[1], slopes[0] * span, errors[0] * span)


def _exponent(
    fit: _Line, valid: tuple[float, float]
) -> tuple[Estimate | None, tuple[float, float] | None]:
    value, half = -1 - fit.slope / 2, NORMAL * fit.error / 2
    if not 0 < value < 1 or half > _LOOSEST:
        return None, None
    return Estimate(value, value - half, value + half), valid
