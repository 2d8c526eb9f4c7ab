"""A small image around a probe site as a signed response: -1 and +1 in the two polarities."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.errors import BadInput
from ai_afm.image.channels import phase_in_radians
from ai_afm.types import Direction, Frame, Point, ScanRegion

Image: TypeAlias = NDArray[np.float64]
Complex: TypeAlias = NDArray[np.complex128]
Mask: TypeAlias = NDArray[np.bool_]

CONTRAST = 6.0
"""Distance of the two levels, in deviations of a pixel's noise, below which there are no two."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How complex samples become signed: s = Re((z - middle) conj(half)) / |half|^2."""

    middle: complex
    half: complex

    def signed(self, z: Complex) -> Image:
        """Return the signed response of complex samples, about -1 and +1 in the domains."""
        return np.asarray(((z - self.middle) * np.conj(self.half)).real / abs(self.half) ** 2)


@dataclass(frozen=True, slots=True)
class Patch:
    """Signed response of a frame.

    Parameters
    ----------
    region
        Where it lies.
    signed
        (passes, lines, pixels), NaN where nothing was scanned; passes are trace and retrace.
    noise
        Standard deviation of a pixel of one pass.
    """

    region: ScanRegion
    signed: Image
    noise: float

    @property
    def mean(self) -> Image:
        """(lines, pixels), the mean of the passes: what a lock-in's lag shifts cancels in it."""
        return np.asarray(self.signed.mean(axis=0))

    @property
    def shape(self) -> tuple[int, int]:
        """(lines, pixels)."""
        return self.signed.shape[1], self.signed.shape[2]

    @property
    def pixel(self) -> float:
        """The coarser of the pixel sizes, m."""
        return max(self.region.size[0] / self.shape[1], self.region.size[1] / self.shape[0])


@dataclass(frozen=True, slots=True)
class NearWall:
    """The nearest point of a wall to a place.

    Parameters
    ----------
    at
        The point, m.
    normal
        Unit vector across the wall, towards the positive signed response.
    distance
        Of the place from the wall, m, positive on the side of the positive signed response.
    """

    at: Point
    normal: Point
    distance: float


def scale_of(*frames: Frame, like: Scale | None = None) -> Scale | None:
    """Return the scale on which all of some frames have two levels, `None` where there are none.

    Parameters
    ----------
    frames
        Of one place with one tip, e.g. before and after a probe: one of them may show one polarity
        only.
    like
        An earlier scale whose positive side stays the positive one; without one it is chance, as
        nothing tells up from down without a calibration.
    """
    parts, noises = [], []
    for frame in frames:
        z = response(frame)
        parts.append(z[np.isfinite(z)])
        noises.append(_noise(z))
    z = np.concatenate(parts)
    noise = float(np.median(noises)) if noises else math.nan
    if len(z) < 16 or not math.isfinite(noise):
        return None
    centred = z - z.mean()
    # along the axis of the largest scatter, the levels are those of the two halves
    angle = float(np.angle(np.sum(centred**2))) / 2
    along = (centred * np.exp(-1j * angle)).real
    low, high = np.quantile(along, [0.02, 0.98])
    split = (low + high) / 2
    if not (along < split).any() or not (along >= split).any():
        return None
    down, up = (_middle(z[along < split]), _middle(z[along >= split]))
    if abs(up - down) < CONTRAST * noise:
        return None
    half = (up - down) / 2
    if like is not None and (half * like.half.conjugate()).real < 0:
        half = -half
    return Scale((up + down) / 2, half)


def read_patch(frame: Frame, scale: Scale) -> Patch:
    """Return the signed response of a frame on a scale.

    Raises
    ------
    BadInput
        When the frame has no response.
    """
    z = response(frame)
    return Patch(frame.region, scale.signed(z), _noise(z) / abs(scale.half))


def response(frame: Frame) -> Complex:
    """Return amplitude and phase as one complex response, (passes, lines, pixels).

    Raises
    ------
    BadInput
        When the frame has no amplitude or phase.
    """
    passes = []
    for direction in Direction:
        amplitude, phase = frame.get("amplitude", direction), frame.get("phase", direction)
        if amplitude is not None and phase is not None:
            radians, _ = phase_in_radians(phase, frame.unit("phase") or "rad")
            passes.append(amplitude.astype(float) * np.exp(1j * radians.astype(float)))
    if not passes:
        raise BadInput("the image has no amplitude and phase: nothing says which way it switched")
    return np.stack(passes)


def wall_near(patch: Patch, place: Point) -> NearWall | None:
    """Return the point of the zero line of the signed response that is nearest to a place.

    `None` where the patch shows one polarity only, or nothing was scanned around it. Crossings are
    interpolated between pixels along lines and columns; only those count whose sides differ by more
    than the noise of a pixel.
    """
    smooth = ndimage.gaussian_filter(patch.mean, 0.7)  # NaN stays NaN, and spreads a little
    rows, columns = _crossings(smooth, patch.noise)
    if not len(rows):
        return None
    x, y = geometry.pixel_to_sample(patch.region, patch.shape, rows, columns)
    distance = np.hypot(x - place[0], y - place[1])
    best = int(distance.argmin())
    at = float(x[best]), float(y[best])
    # the direction across, from the slope averaged over a few pixels around the point
    slope = [
        float(
            ndimage.map_coordinates(
                ndimage.gaussian_filter(smooth, 1.2, order=order),
                [[rows[best]], [columns[best]]],
                order=1,
                mode="nearest",
            )[0]
        )
        for order in ((1, 0), (0, 1))
    ]
    step = patch.region.size[1] / patch.shape[0], patch.region.size[0] / patch.shape[1]
    u, v = slope[1] / step[1], -slope[0] / step[0]
    length = math.hypot(u, v)
    if not length > 0:
        return None
    c, s = math.cos(patch.region.angle), math.sin(patch.region.angle)
    normal = (c * u - s * v) / length, (s * u + c * v) / length
    along = (place[0] - at[0]) * normal[0] + (place[1] - at[1]) * normal[1]
    return NearWall(at, normal, math.copysign(float(distance[best]), along))


def _crossings(values: Image, noise: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (rows, columns) of the zeros between neighbours along lines and columns."""
    least = noise if math.isfinite(noise) else 0.0
    rows, columns = [], []
    for axis in (0, 1):
        a = values[:-1] if axis == 0 else values[:, :-1]
        b = values[1:] if axis == 0 else values[:, 1:]
        with np.errstate(invalid="ignore"):
            i, j = np.nonzero((a * b < 0) & (np.abs(a - b) > least))
        share = a[i, j] / (a[i, j] - b[i, j])
        rows.append(i + share if axis == 0 else i.astype(float))
        columns.append(j.astype(float) if axis == 0 else j + share)
    return np.concatenate(rows), np.concatenate(columns)


def _noise(z: Complex) -> float:
    """Return the deviation of one pixel's quadrature from second differences along the lines."""
    if z.shape[-1] < 4:
        return math.nan
    second = (z[..., :-2] - 2 * z[..., 1:-1] + z[..., 2:]) / math.sqrt(6)
    parts = np.concatenate([second.real.ravel(), second.imag.ravel()])
    parts = parts[np.isfinite(parts)]
    return float(1.4826 * np.median(np.abs(parts))) if len(parts) else math.nan


def _middle(z: Complex) -> complex:
    return complex(np.median(z.real), np.median(z.imag))
