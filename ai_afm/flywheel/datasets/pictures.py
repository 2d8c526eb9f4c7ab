"""Whether two frames show the same place: correlation of what both have in common, at any shift.

A frame that was scanned again has new noise, is shifted by drift, and may be finer, coarser or
turned. A frame that was imported again may have lost its place and its units. Both are found by the
normalised cross-correlation of the two pictures, coarse, levelled and freed from slow changes, over
all shifts at which they share enough. What counts is how far the best shift stands out from the
others: noise lowers all of them alike, and a pattern that repeats itself fits at many.

References
----------
The correlation is that of D. Padfield, "Masked object registration in the Fourier domain" (2012),
DOI 10.1109/TIP.2011.2181402.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from ai_afm.types import Direction, FloatImage, Frame

STANDS_OUT = 5.5
"""Times that the best shift's correlation exceeds the typical one in two frames of one place."""
EQUAL = 0.9
"""Correlation from which two frames are the same whatever else fits: a copy of a grating."""
CHANNELS = ("height", "amplitude")
SIDE = 64
"""Longer side of the coarse pictures, px."""
SLOW = 4.0
"""Changes over more than this many coarse pixels are taken out: tilt, bow, flattening, drift."""
SHARED = 0.35
"""Part of the smaller picture that both must show; a chance agreement of less says little."""
LARGEST_RATIO = 3.0
"""Ratio of pixel sizes up to which two frames are brought to one scale."""
LIMIT = 3.0
"""Typical deviations to which single pixels are limited before they are averaged."""
CLIP = 1.5
"""Values beyond this many typical deviations count no more: two particles are not a place."""

Image32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """How well two pictures fit at the best shift.

    Parameters
    ----------
    correlation
        -1 to 1, times the root of the part of the largest overlap that it is found in; 0 where
        nothing is comparable.
    standing_out
        That, over its root mean square over all shifts; 0 where nothing is comparable.
    """

    correlation: float = 0.0
    standing_out: float = 0.0

    @property
    def is_same(self) -> bool:
        """Whether both show the same place."""
        return self.standing_out >= STANDS_OUT or self.correlation >= EQUAL


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What is left of a frame to be compared.

    Parameters
    ----------
    images
        Channel -> (lines, pixels) float32, levelled, in typical deviations, NaN where unknown.
    pixel
        (across, down) sizes of a pixel, m.
    angle
        Of the frame, rad.
    """

    images: Mapping[str, Image32]
    pixel: tuple[float, float]
    angle: float


def look_at(frame: Frame) -> Look:
    """Return what is compared of a frame: one image of each of `CHANNELS` that it has.

    Amplitudes are taken as logarithms, so their unknown gain is an offset that goes away.
    """
    images: dict[str, Image32] = {}
    for name in CHANNELS:
        image = frame.data.get((name, Direction.TRACE))
        if image is None:
            image = frame.data.get((name, Direction.RETRACE))
        if image is None or image.ndim != 2:
            continue
        if name == "amplitude":
            small = 0.05 * float(np.nanmedian(image)) if np.isfinite(image).any() else 0.0
            if small > 0:
                image = np.log(np.maximum(image, 0) + np.float32(small))
        levelled = _levelled(image)
        if levelled is not None:
            images[name] = levelled
    dx, dy = frame.request.pixel_size
    return Look(images, (dx, dy), frame.region.angle)


def likeness(a: Look, b: Look) -> Match:
    """Return how well two frames fit at the best shift.

    Compared as they lie in their files and, where scale or angle differ, as their places say. The
    channel in which they fit best counts, for another one may be mere noise; or both together, for
    each of them may be too noisy alone.
    """
    names = [name for name in CHANNELS if name in a.images and name in b.images]
    stored, placed = [], []
    for name in names:
        one, other = a.images[name], b.images[name]
        factor = max(*one.shape, *other.shape) / SIDE
        stored.append(_fits(_coarse(one, factor), _coarse(other, factor)))
        turned = _as_placed(one, other, a, b)
        if turned is not None:
            placed.append(_fits(*turned))
    best = Match()
    for fits in (stored, placed):
        for chosen in (*([fit] for fit in fits), fits):
            best = _better(best, _match(chosen))
    return best


def _better(a: Match, b: Match) -> Match:
    if a.is_same is not b.is_same:
        return a if a.is_same else b
    return max(a, b, key=lambda match: match.standing_out)


def _as_placed(one: Image32, other: Image32, a: Look, b: Look) -> tuple[Image32, Image32] | None:
    """Return two images at one scale and angle, `None` where they lie so already or never can."""
    sizes = np.array([*a.pixel, *b.pixel])
    ratio = float(sizes.max() / sizes.min())
    turn = math.remainder(b.angle - a.angle, 2 * math.pi)
    if ratio > LARGEST_RATIO or (ratio < 1.02 and abs(turn) < 0.02):
        return None
    extent = max(one.shape[1] * a.pixel[0], one.shape[0] * a.pixel[1],
                 other.shape[1] * b.pixel[0], other.shape[0] * b.pixel[1])  # fmt: skip
    pitch = max(extent / SIDE, float(sizes.max()))
    return _resampled(one, a.pixel, pitch, 0.0), _resampled(other, b.pixel, pitch, turn)


def _resampled(image: Image32, pixel: tuple[float, float], pitch: float, turn: float) -> Image32:
    """Return an image on square pixels of `pitch` (m), turned counter-clockwise by `turn`."""
    across, down = (p / pitch for p in pixel)
    flat = _coarse_to(image, (max(round(image.shape[0] * down), 2),
                              max(round(image.shape[1] * across), 2)))  # fmt: skip
    if abs(turn) < 0.02:
        return flat
    lines, pixels = flat.shape
    diagonal = math.ceil(math.hypot(lines, pixels))
    # row 0 is at the top, so OpenCV's angle is counter-clockwise as ours is
    matrix = cv2.getRotationMatrix2D(((pixels - 1) / 2, (lines - 1) / 2), math.degrees(turn), 1.0)
    matrix[:, 2] += (diagonal - pixels) / 2, (diagonal - lines) / 2
    known = np.isfinite(flat).astype(np.float32)
    warped = [
        np.asarray(cv2.warpAffine(part, matrix, (diagonal, diagonal)), np.float32)
        for part in (np.nan_to_num(flat) * known, known)
    ]
    return _quotient(warped[0], warped[1])


def _fits(a: Image32, b: Image32) -> NDArray[np.float64]:
    """Return how well two images fit at each shift, NaN where they share too little."""
    correlation, count = _correlations(a, b)
    smaller = min(float(np.isfinite(image).sum()) for image in (a, b))
    enough = count >= max(SHARED * smaller, 16)
    # by chance a small overlap fits better than a large one, as the root of its size
    weight = np.sqrt(np.maximum(count, 0) / max(float(count.max()), 1.0))
    return np.where(enough, correlation * weight, np.nan)


def _match(fits: Sequence[NDArray[np.float64]]) -> Match:
    """Return the match of one channel, or of several at one shift, each weighted by its spread."""
    scaled = []
    for fit in fits:
        typical = _rms(fit)
        if not typical > 0:
            return Match()
        scaled.append(fit / typical)
    if not scaled:
        return Match()
    both = np.sum(scaled, axis=0)
    typical = _rms(both)
    if not typical > 0:
        return Match()
    at = np.nanargmax(both)
    correlation = float(np.mean([fit.flat[at] for fit in fits]))
    return Match(correlation, float(both.flat[at]) / typical)


def _rms(image: NDArray[np.float64]) -> float:
    """Return the root mean square of what is known, 0 where nothing is."""
    known = image[np.isfinite(image)]
    return math.sqrt(float(np.mean(known**2))) if known.size else 0.0


def _correlations(a: Image32, b: Image32) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the normalised correlation at each shift, and how many known pixels overlap there.

    NaN where one of the two hardly varies within the overlap.
    """
    shape = tuple(fft.next_fast_len(m + n - 1, real=True)
                  for m, n in zip(a.shape, b.shape, strict=True))  # fmt: skip
    masks = [np.isfinite(image).astype(float) for image in (a, b)]
    images = [np.nan_to_num(image.astype(float)) for image in (a, b)]
    m1, m2 = (fft.rfft2(mask, shape) for mask in masks)
    f1, f2 = (fft.rfft2(image, shape) for image in images)
    s1, s2 = (fft.rfft2(image**2, shape) for image in images)

    def correlated(left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(fft.irfft2(left * np.conj(right), shape))

    count = np.rint(correlated(m1, m2))
    safe = np.maximum(count, 1)
    sum1, sum2 = correlated(f1, m2), correlated(m1, f2)
    both = correlated(f1, f2) - sum1 * sum2 / safe
    spread1 = correlated(s1, m2) - sum1**2 / safe
    spread2 = correlated(m1, s2) - sum2**2 / safe
    # what hardly varies where they overlap would agree by the last digits
    varies = (spread1 > 1e-3 * safe) & (spread2 > 1e-3 * safe)
    norm = np.sqrt(np.where(varies, spread1 * spread2, 1.0))
    return np.where(varies, both / norm, np.nan), count


def _levelled(image: FloatImage) -> Image32 | None:
    """Return an image without its line offsets, in typical deviations; `None` for a flat one."""
    some = np.isfinite(image).any(axis=1)
    result = np.full(image.shape, np.nan, np.float32)
    if not some.any():
        return None
    result[some] = image[some] - np.nanmedian(image[some], axis=1)[:, None]
    typical = 1.4826 * _median(np.abs(result))
    # before it is averaged: what a spike adds to its neighbours cannot be taken out again
    return np.clip(result / np.float32(typical), -LIMIT, LIMIT) if typical > 0 else None


def _median(image: Image32) -> float:
    """Return the median of what is known, 0 where nothing is."""
    known = image[np.isfinite(image)]
    return float(np.median(known)) if known.size else 0.0


def _coarse(image: Image32, factor: float) -> Image32:
    shape = tuple(max(round(n / factor), 2) for n in image.shape)
    return _coarse_to(image, (shape[0], shape[1]))


def _coarse_to(image: Image32, shape: tuple[int, int]) -> Image32:
    """Average an image down to (lines, pixels), take slow changes out, clip; NaN stays unknown."""
    known = np.isfinite(image).astype(np.float32)
    parts = (np.nan_to_num(image) * known, known)
    small, weight = (
        np.asarray(cv2.resize(p, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
        for p in parts
    )
    slow, around = (
        np.asarray(cv2.GaussianBlur(p, (0, 0), SLOW), np.float32) for p in (small, weight)
    )
    quick = _quotient(small, weight) - _quotient(slow, around)
    typical = 1.4826 * _median(np.abs(quick))
    return np.asarray(np.clip(quick, -CLIP * typical, CLIP * typical), np.float32)


def _quotient(total: Image32, weight: Image32) -> Image32:
    """Return means from sums and weights, NaN where less than half was known."""
    enough = weight > 0.5
    mean = total / np.where(enough, weight, np.float32(1))
    return np.asarray(np.where(enough, mean, np.nan), np.float32)
