"""Two scans of one place, laid over each other: what a reference patch is scanned again for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.health.passes import Passes, levelled, responses

Image: TypeAlias = NDArray[np.float64] | NDArray[np.complex128]
Ways: TypeAlias = tuple[Image, Image]

FARTHEST = 8
"""Shift (px) up to which the same place is found again."""
ALIKE = 0.5
"""Correlation below which it is not the same place, or nothing but noise."""
_BY_ITSELF = 0.7
"""Correlation from which a channel needs no other to find the place."""


@dataclass(frozen=True, slots=True)
class SamePlace:
    """One quantity of one place, then and now, on the same pixels.

    Parameters
    ----------
    then, now
        (lines, pixels) mean of trace and retrace; `now` is moved by whole pixels.
    surround
        (lines + 16, pixels + 16), `then` with the 8 px around it: what moves in at the edges.
    noise
        Variance of the noise in `now` minus `then`, in their unit squared.
    pixel_size
        m.
    shift
        (lines, pixels) by which the place has moved.
    """

    then: Image
    now: Image
    surround: Image
    noise: float
    pixel_size: tuple[float, float]
    shift: tuple[int, int]


def same_height(then: Passes, now: Passes) -> SamePlace | None:
    """Lay the height of two scans over each other, each line without its mean and slope, m.

    The place is found again by the height, or by the response where that is more alike and the
    height differs much.

    Returns
    -------
    SamePlace or None
        `None` where the scans differ in shape, the channel is missing, or the place is not found
        again within 8 px: gone, or nothing but noise.
    """
    return _laid_over(_heights, then, now)


def same_response(then: Passes, now: Passes) -> SamePlace | None:
    """Lay the complex response of two scans over each other; as `same_height`."""
    return _laid_over(responses, then, now)


def _heights(passes: Passes) -> Ways | None:
    pair = passes.both("height")
    return None if pair is None else (levelled(pair[0]), levelled(pair[1]))


def _laid_over(
    read: Callable[[Passes], Ways | None], then: Passes, now: Passes
) -> SamePlace | None:
    before, after = read(then), read(now)
    if before is None or after is None or then.shape != now.shape:
        return None
    shift = _found_again(read, then, now)
    if shift is None:
        return None
    # what differs between the ways is noise: half of it is left in their mean
    noise = sum(float(np.var(out - back)) / 4 for out, back in (before, after))
    surround, mean = ((out + back) / 2 for out, back in (before, after))
    return SamePlace(
        inner(surround, (0, 0)), inner(mean, shift), surround, noise, then.pixel_size, shift
    )


def _found_again(
    read: Callable[[Passes], Ways | None], then: Passes, now: Passes
) -> tuple[int, int] | None:
    """Return by how many whole pixels the place has moved, `None` where it is not found."""
    if min(then.shape) < 4 * FARTHEST:
        return None
    best, alike = (0, 0), 0.0
    for other in sorted((responses, _heights), key=lambda r: r is not read):
        before, after = other(then), other(now)
        if before is None or after is None:
            continue
        shift, found = _shift((before[0] + before[1]) / 2, (after[0] + after[1]) / 2)
        if found > alike:
            best, alike = shift, found
        if alike >= _BY_ITSELF:
            break
    return best if alike >= ALIKE else None


def inner(image: Image, shift: tuple[int, int]) -> Image:
    """Cut the margin of 8 px off, after moving the image by whole pixels."""
    lines, pixels = image.shape
    return image[
        FARTHEST + shift[0] : lines - FARTHEST + shift[0],
        FARTHEST + shift[1] : pixels - FARTHEST + shift[1],
    ]


def _shift(then: Image, now: Image) -> tuple[tuple[int, int], float]:
    """Return by how many whole pixels `now` has moved, and the correlation there."""
    window = np.hanning(then.shape[0] + 2)[1:-1, None] * np.hanning(then.shape[1] + 2)[1:-1]
    a, b = (np.fft.fft2((image - image.mean()) * window) for image in (then, now))
    cross = b * a.conj()
    # half whitened: sharp enough for a pattern that repeats, not noise alone
    found = np.abs(np.fft.ifft2(cross / np.sqrt(np.abs(cross) + 1e-300)))
    row, column = np.unravel_index(int(found.argmax()), found.shape)
    lines, pixels = then.shape
    shift = (
        int((row + lines // 2) % lines - lines // 2),
        int((column + pixels // 2) % pixels - pixels // 2),
    )
    if max(abs(n) for n in shift) > FARTHEST:
        return shift, 0.0
    first, second = (i - i.mean() for i in (inner(then, (0, 0)), inner(now, shift)))
    power = float(np.sqrt(np.vdot(first, first).real * np.vdot(second, second).real))
    return shift, float(abs(np.vdot(first, second))) / power if power else 0.0
