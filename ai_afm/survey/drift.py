"""Drift: the shift of what a frame shows against an earlier, usually coarser and larger, one."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from ai_afm import geometry
from ai_afm.types import Direction, Frame, Point, ScanRegion

Image = NDArray[np.complex128]
Real = NDArray[np.float64]

MOST_POINTS = 256
"""Along a side of the common grid."""


@dataclass(frozen=True, slots=True)
class Offset:
    """A measured shift.

    Parameters
    ----------
    dx, dy
        Where a feature is in the frame minus where it was in the reference, m, sample frame.
    uncertainty
        Standard error of either, m.
    correlation
        Height of the correlation's peak, 0..1.
    """

    dx: float
    dy: float
    uncertainty: float
    correlation: float

    @property
    def shift(self) -> Point:
        """(dx, dy), m, as `Observation.offset` wants it."""
        return self.dx, self.dy


@dataclass(frozen=True, slots=True)
class Significance:
    """What a peak must be to count.

    Parameters
    ----------
    correlation
        Least height of the peak.
    deviations
        Least height over the median of all shifts, in robust standard deviations of them.
    second
        The highest correlation beyond the peak's own hill, as a share of it, must stay below this:
        else the pattern repeats, or is noise.
    overlap
        Least share of the frame that a shift must leave in common.
    """

    correlation: float = 0.3
    deviations: float = 5.0
    second: float = 0.8
    overlap: float = 0.4


def register(
    reference: Frame,
    frame: Frame,
    max_shift: float | None = None,
    significance: Significance | None = None,
) -> Offset | None:
    """Measure the shift of what `frame` shows against what `reference` shows.

    Both are resampled on a common grid, turned like `frame`, at the coarser of their pixel sizes;
    height and the complex response (amplitude and phase as one, whatever the phase offset) are
    correlated with masks for what was not scanned (normalised, doi 10.1109/TIP.2011.2181402) and
    the two correlations averaged.

    Parameters
    ----------
    reference, frame
        Frames that overlap; sizes, pixel sizes and angles may differ.
    max_shift
        Largest shift along either axis of `frame` that is looked for, m; half of the smaller side
        by default.
    significance
        What counts as a peak.

    Returns
    -------
    Offset or None
        `None` where nothing can be told: no overlap, nothing to see, noise, a pattern that repeats,
        or lines along which any shift fits.
    """
    limits = significance or Significance()
    region = frame.region
    reach = 0.5 * min(region.size) if max_shift is None else max_shift
    step = max(*reference.request.pixel_size, *frame.request.pixel_size)
    step = max(step, (max(region.size) + 2 * reach) / MOST_POINTS)
    border = math.ceil(reach / step)
    shape = max(4, round(region.size[1] / step)), max(4, round(region.size[0] / step))
    pixel = region.size[0] / shape[1], region.size[1] / shape[0]
    wide_shape = shape[0] + 2 * border, shape[1] + 2 * border
    wide = ScanRegion(
        region.center, (pixel[0] * wide_shape[1], pixel[1] * wide_shape[0]), region.angle
    )
    pairs = zip(_signals(frame, region, shape), _signals(reference, wide, wide_shape), strict=True)
    found = [
        masked_correlation(template, scene, limits.overlap)
        for template, scene in pairs
        if template is not None and scene is not None
    ]
    surfaces = [s for s in found if np.isfinite(s).any()]
    if not surfaces:
        return None
    surface = np.mean(surfaces, axis=0)
    peak = _peak(surface, limits)
    if peak is None:
        return None
    (row, column), height, error = peak
    # the template was found at this place of the scene: the feature has moved the other way
    u = -(column - border) * pixel[0]
    v = (row - border) * pixel[1]
    c, s = math.cos(region.angle), math.sin(region.angle)
    samples = shape[0] * shape[1] * len(surfaces)
    uncertainty = max(0.05, error / math.sqrt(samples)) * max(pixel)
    return Offset(c * u - s * v, s * u + c * v, uncertainty, height)


def _signals(
    frame: Frame, region: ScanRegion, shape: tuple[int, int]
) -> tuple[Image | None, Image | None]:
    """Return height (levelled) and complex response on a grid, NaN where not scanned."""
    height = _channel(frame, "height")
    amplitude, phase = _channel(frame, "amplitude"), _channel(frame, "phase")
    response = None
    if amplitude is not None and phase is not None:
        response = amplitude * np.exp(1j * phase)
    levelled = None if height is None else _levelled(height).astype(complex)
    return (
        None if levelled is None else _resampled(frame, levelled, region, shape),
        None if response is None else _resampled(frame, response, region, shape),
    )


def _channel(frame: Frame, name: str) -> Real | None:
    """Return a channel (trace, else retrace) as float64."""
    for direction in (Direction.TRACE, Direction.RETRACE):
        image = frame.get(name, direction)
        if image is not None and np.isfinite(image).any():
            return image.astype(float)
    return None


def _levelled(height: Real) -> Real:
    """Take the median of each line and the mean slope along lines away."""
    slope = np.nanmedian(np.diff(height, axis=1)) if np.isfinite(height).sum() > 1 else 0.0
    flat = height - (0.0 if np.isnan(slope) else slope) * np.arange(height.shape[1])
    good = np.isfinite(flat).any(axis=1)
    middle = np.full((len(flat), 1), np.nan)
    middle[good, 0] = np.nanmedian(flat[good], axis=1)
    levelled: Real = flat - middle
    return levelled


def _resampled(frame: Frame, image: Image, region: ScanRegion, shape: tuple[int, int]) -> Image:
    """Average an image down to the grid's pixels and look it up there; NaN where unknown."""
    known = np.isfinite(image)
    filled = np.where(known, image, 0)
    own = frame.request.pixel_size
    grid = region.size[0] / shape[1], region.size[1] / shape[0]
    sigma = [max(0.0, 0.5 * g / o) if g > 1.01 * o else 0.0 for g, o in zip(grid, own, strict=True)]
    weight = ndimage.gaussian_filter(known.astype(float), sigma[::-1], mode="constant")
    smooth = ndimage.gaussian_filter(filled, sigma[::-1], mode="constant")
    x, y = geometry.pixel_grid(region, shape)
    where = np.array(geometry.sample_to_pixel(frame.region, frame.shape, x, y))
    share = ndimage.map_coordinates(weight, where, order=1, mode="constant")
    value = ndimage.map_coordinates(smooth, where, order=1, mode="constant")
    lines, pixels = frame.shape
    inside = (np.abs(where[0] - (lines - 1) / 2) <= lines / 2) & (
        np.abs(where[1] - (pixels - 1) / 2) <= pixels / 2
    )
    result = np.full(shape, np.nan, complex)
    good = inside & (share > 0.25)
    result[good] = value[good] / share[good]
    return result


def masked_correlation(template: Image, scene: Image, overlap: float) -> Real:
    """Return the normalised cross-correlation of a template with all places of a scene, with masks.

    Parameters
    ----------
    template, scene
        Complex, NaN where unknown; the scene is larger.
    overlap
        Least share of the template's known pixels in common; NaN below.
    """
    size = [fft.next_fast_len(n) for n in scene.shape]
    out = tuple(s - t + 1 for s, t in zip(scene.shape, template.shape, strict=True))

    def spectrum(image: Image) -> Image:
        return np.asarray(fft.fft2(image, size))

    def correlate(a: Image, b: Image) -> Image:
        full = np.asarray(fft.ifft2(np.conj(a) * b))
        return full[: out[0], : out[1]]

    t_mask, s_mask = np.isfinite(template), np.isfinite(scene)
    if not t_mask.any() or not s_mask.any():
        return np.full(out, np.nan)
    # only differences count; a common offset would cost digits
    t = np.where(t_mask, template - template[t_mask].mean(), 0)
    s = np.where(s_mask, scene - scene[s_mask].mean(), 0)
    scale = (
        np.sqrt((np.abs(s) ** 2).sum() / s_mask.sum()),
        np.sqrt((np.abs(t) ** 2).sum() / t_mask.sum()),
    )
    if not min(scale) > 0:
        return np.full(out, np.nan)
    s, t = s / scale[0], t / scale[1]
    ft, fs = spectrum(t), spectrum(s)
    mt, ms = spectrum(t_mask.astype(complex)), spectrum(s_mask.astype(complex))
    count = np.maximum(correlate(mt, ms).real, 1e-9)
    mean_s, mean_t = correlate(mt, fs), np.conj(correlate(ft, ms))
    cross = correlate(ft, fs) - mean_s * np.conj(mean_t) / count
    power_s = correlate(mt, spectrum(np.abs(s) ** 2 + 0j)).real - np.abs(mean_s) ** 2 / count
    power_t = correlate(spectrum(np.abs(t) ** 2 + 0j), ms).real - np.abs(mean_t) ** 2 / count
    enough = (count >= overlap * t_mask.sum()) & (power_s > 1e-6 * count) & (power_t > 1e-6 * count)
    result = np.full(out, np.nan)
    # the phase of a response may have changed as a whole, the sign of a height may not
    top = np.abs(cross) if np.iscomplexobj(t) and np.abs(t.imag).any() else cross.real
    result[enough] = top[enough] / np.sqrt(power_s[enough] * power_t[enough])
    return result


def _peak(surface: Real, limits: Significance) -> tuple[tuple[float, float], float, float] | None:
    """Return place (row, column), height, and error x sqrt(samples) in px of a peak that counts."""
    known = np.isfinite(surface)
    if known.sum() < 9:
        return None
    values = np.where(known, surface, -1.0)
    row, column = (int(i) for i in np.unravel_index(int(np.argmax(values)), values.shape))
    height = float(values[row, column])
    spread = surface[known]
    middle = float(np.median(spread))
    deviation = 1.4826 * float(np.median(np.abs(spread - middle)))
    if height < limits.correlation or height - middle < limits.deviations * deviation:
        return None
    # its own hill: all that hangs together with it above half its height over the median
    hill, _ = ndimage.label(values > middle + 0.5 * (height - middle))
    own = hill == hill[row, column]
    own = ndimage.binary_dilation(own, iterations=2)
    rest = values[known & ~own]
    top = values > middle + limits.second * (height - middle)
    ridge, _ = ndimage.label(top)
    border = np.ones_like(top)
    border[1:-1, 1:-1] = False
    border |= ndimage.binary_dilation(~known)
    if (border & (ridge == ridge[row, column])).any():
        return None
    if len(rest) and rest.max() - middle > limits.second * (height - middle):
        return None
    return _vertex(values, row, column)


def _vertex(values: Real, row: int, column: int) -> tuple[tuple[float, float], float, float] | None:
    """Return the vertex of parabolas through the highest value and its neighbours."""
    place, curvatures = [], []
    for axis, index in enumerate((row, column)):
        line = values[:, column] if axis == 0 else values[row]
        low, mid, high = line[index - 1 : index + 2]
        curvature = 2 * mid - low - high
        if not curvature > 0:
            return None
        place.append(index + (high - low) / (2 * curvature))
        curvatures.append(curvature)
    height = min(1.0, float(values[row, column]))
    # Cramer-Rao bound of a shift: noise over slope, from the peak's height and the lesser curvature
    noise = (1 - height**2) / height
    error = math.sqrt(max(noise, 0.0) / min(curvatures))
    return (float(place[0]), float(place[1])), height, error
