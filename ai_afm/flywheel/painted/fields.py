"""Random fields and the geometry of level sets, in pixels."""

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from ai_afm.flywheel.mishaps import Array

Shape: TypeAlias = tuple[int, int]
Complex: TypeAlias = NDArray[np.complex128]
Mask: TypeAlias = NDArray[np.bool_]

FAR = 1e3
"""Distance to a border that is not in the image, px."""


def turned_axes(shape: Shape, angle: float) -> tuple[Array, Array]:
    """Return coordinates u across and v along a direction, px from the image's centre.

    Parameters
    ----------
    shape
        (lines, pixels).
    angle
        Angle from the lines to u, rad.
    """
    y = np.arange(shape[0], dtype=float)[:, None] - shape[0] / 2
    x = np.arange(shape[1], dtype=float)[None, :] - shape[1] / 2
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def spectral_field(
    rng: np.random.Generator, shape: Shape, weight: Callable[[Array, Array], Array]
) -> Array:
    """Draw a random field of zero mean and unit spread from the weight of its plane waves.

    Parameters
    ----------
    rng, shape
        Source of randomness; (lines, pixels).
    weight
        From wave numbers along y and x, cycles per px, to amplitude.
    """
    ky, kx = fft.fftfreq(shape[0])[:, None], fft.rfftfreq(shape[1])[None, :]
    waves = fft.rfft2(rng.standard_normal(shape)) * weight(ky, kx)
    field = fft.irfft2(waves, s=shape)
    return np.asarray((field - field.mean()) / (field.std() + 1e-12))


def fractal_field(rng: np.random.Generator, shape: Shape, slope: float) -> Array:
    """Draw a self-affine texture whose amplitude falls as wave number to the power -slope."""
    return spectral_field(rng, shape, lambda ky, kx: (np.hypot(ky, kx) + 0.01) ** -slope)


def stretched_field(rng: np.random.Generator, shape: Shape, scale: float, stretch: float) -> Array:
    """Draw a smooth field, features of `scale` px, `stretch` times as long in one direction."""
    angle = rng.uniform(0, np.pi)

    def weight(ky: Array, kx: Array) -> Array:
        across = kx * np.cos(angle) + ky * np.sin(angle)
        along = (ky * np.cos(angle) - kx * np.sin(angle)) * stretch
        return np.asarray(np.exp(-3 * scale**2 * (across**2 + along**2)))

    return spectral_field(rng, shape, weight)


def band_field(rng: np.random.Generator, shape: Shape, period: float, fan: float) -> Array:
    """Draw a field of one period, px: stripes where the fan of its directions (rad) is small."""
    angle = rng.uniform(0, np.pi)
    sharpness = rng.uniform(3, 6)

    def weight(ky: Array, kx: Array) -> Array:
        ring = np.exp(-((sharpness * (np.hypot(ky, kx) * period - 1)) ** 2))
        turn = np.abs(np.sin(np.arctan2(ky, kx) - angle))
        return np.asarray(ring * np.exp(-((turn / fan) ** 2)))

    return spectral_field(rng, shape, weight)


def signed_distance(field: Array) -> Array:
    """Return the distance to the zero level of a field, px, positive where the field is."""
    inside = (field > 0).astype(np.uint8)
    if inside.all() or not inside.any():
        return np.full(field.shape, FAR if inside.any() else -FAR)
    far = _to_zero(inside) - _to_zero(1 - inside)
    far -= 0.5 * np.sign(far)  # the zero level lies between the pixels
    gy, gx = np.gradient(field)
    near = field / np.maximum(np.hypot(gx, gy), 1e-9)
    return np.where(np.abs(far) < 1.2, np.clip(near, -1.5, 1.5), far)


def distance_to(line: Mask) -> Array:
    """Return the distance to the nearest marked pixel, px."""
    if not line.any():
        return np.full(line.shape, FAR)
    return _to_zero((~line).astype(np.uint8))


def _to_zero(inside: NDArray[np.uint8]) -> Array:
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5), np.float64)


def border(region: NDArray[np.integer] | Mask, away: Array) -> Mask:
    """Mark the lines where a map changes its value, 1 px wide.

    Parameters
    ----------
    region
        (lines, pixels) bool or integer.
    away
        (lines, pixels) float64, grows with the distance to the border: of the two pixels on
        either side the one nearer to the border is marked, so that the line is shifted nowhere.
    """
    line = np.zeros(region.shape, np.bool_)
    for first, second in (
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1], np.s_[1:]),
    ):
        change = region[first] != region[second]
        nearer = away[first] <= away[second]
        line[first] |= change & nearer
        line[second] |= change & ~nearer
    return line


def bell(distance: Array, width: float) -> Array:
    """Return a profile that is 1 at distance 0 and falls off over `width` px."""
    return np.exp(-((distance / width) ** 2))


def blurred(image: Array, sigma: float) -> Array:
    """Smooth an image over `sigma` px."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float64)


def blurred_along(image: Array, along: float, across: float) -> Array:
    """Smooth an image along its lines and across them, px."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), along, sigmaY=across), np.float64)


def blurred_response(response: Complex, sigma: float) -> Complex:
    """Smooth a complex image over `sigma` px, as a tip does: before the amplitude is taken."""
    parts = np.ascontiguousarray(response).view(np.float64).reshape(*response.shape, 2)
    smooth = np.ascontiguousarray(cv2.GaussianBlur(parts, (0, 0), sigma))
    return np.asarray(smooth.view(np.complex128)[..., 0])
