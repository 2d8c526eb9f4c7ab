"""Is there a second apex? Measured on one place, scanned when the tip was good and now.

A double tip shows everything twice: the scan now is the earlier scan plus a weaker, shifted copy
of it. For each shift the share of the copy is fitted by least squares, beside what a small move, a
blur and a change of gain would do. Where the sample itself repeats, a copy shifted by a period
looks like the sample: the fit knows it, because the place's own correlation enters, and says
nothing there.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.health.check import Check
from ai_afm.survey.health.passes import Passes, responses
from ai_afm.survey.health.same_place import Image, SamePlace, same_height, same_response

NAME = "double_tip"
MEANING = "least strength of a shifted copy of what the first apex shows, as a share of it"

LIMIT = 0.08
"""A copy of 0.08 is a second apex with a fourteenth of the response."""

NEAREST, FARTHEST_COPY = 5.0, 26.0
"""Shifts (px) that are looked at: a nearer copy is a blur."""
_ERRORS = {"response": 0.012, "height": 0.004}
"""Standard error of the share up to which a channel says something. The height is stricter: it has
noise of whole lines, which looks like structure."""
_SURE = 5.0
"""Standard errors by which a copy must be stronger than what is scored."""
_BEYOND = 25.0
"""A copy of this many standard errors is told whatever they are."""
_SCAR = 3.0
"""Times the median of all lines by which a line may differ from what it was."""
_OWN = 0.25
"""Least part of a copy's power that nothing else explains."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The strongest copy: its share of the first, its shift (lines, pixels), standard error."""

    share: float
    shift: tuple[int, int]
    error: float


def check_second_tip(then: Passes, now: Passes) -> Check:
    """Look for a second apex in response and height: the channel that is surer of one counts.

    Parameters
    ----------
    then, now
        At least 32 lines each, of the same shape, within 8 px of each other; 64 lines reach copies
        up to 26 px away.

    Returns
    -------
    Check
        It cannot tell where the place shows too little: no structure above the noise in the
        response (in tapping, the height), or all of it repeats.
    """
    best, told = (0.0, 0.0), set[str]()
    for name, lay_over in (("response", same_response), ("height", same_height)):
        place = lay_over(then, now)
        copy = None if place is None else strongest_copy(place)
        if place is None or copy is None:
            continue
        if copy.error > _ERRORS[name] and copy.share < _BEYOND * copy.error:
            continue
        told.add(name)
        apart = copy.shift[1] * place.pixel_size[0], copy.shift[0] * place.pixel_size[1]
        sure = max(copy.share - _SURE * copy.error, 0.0)
        best = max(best, (sure, math.hypot(*apart)))
    share, away = best
    # an apex that does not touch shows in the response alone: the height cannot clear the tip
    needed = "height" if responses(now) is None else "response"
    if needed not in told and share <= LIMIT:
        return Check(NAME, math.nan, LIMIT, MEANING)
    advice = ""
    if share > LIMIT:
        advice = (
            f"everything is seen twice, {away * 1e9:.0f} nm apart: a second apex; change the tip "
            "and scan again what was scanned since the last good check"
        )
    return Check(NAME, share, LIMIT, MEANING, advice)


def strongest_copy(place: SamePlace) -> Copy | None:
    """Fit the strongest shifted copy of `then` in `now`; `None` where none could be told."""
    # each line without its mean: the gain drifts from line to line
    then, now = (
        np.asarray(i - i.mean(axis=1, keepdims=True), np.complex128)
        for i in (place.then, place.now)
    )
    weight = _taper(then.shape) * _whole_lines(then, now)[:, None]
    known = _known(then)
    correlate = _Correlator(then, weight)
    gram = np.array([[np.vdot(a * weight, b) for b in known] for a in known])
    onto = np.array([np.vdot(a * weight, now) for a in known])
    try:
        fitted = np.linalg.solve(gram, onto)
        mixed = np.array([correlate.with_copies(k).conj() for k in known])
        solved = np.linalg.solve(gram, mixed.reshape(len(known), -1)).reshape(mixed.shape)
    except np.linalg.LinAlgError:
        return None
    power = correlate.power_of_copies()
    own = power - np.einsum("kxy,kxy->xy", mixed.conj(), solved).real
    left = correlate.with_copies(now) - np.einsum("kxy,k->xy", mixed.conj(), fitted)
    gain = complex(fitted[0])
    shifts = _shifts(own.shape)
    distance = np.hypot(*shifts)
    allowed = (distance >= NEAREST) & (distance <= FARTHEST_COPY)
    allowed &= (np.abs(shifts[0]) < then.shape[0] / 2) & (own > _OWN * power)
    if gain == 0 or not allowed.any():
        return None
    share = (left / np.where(allowed, own, 1.0) / gain).real
    # what a copy explains, in amplitude; where little of it is its own, chance makes large shares
    explained = np.where(allowed, share * np.sqrt(np.where(allowed, own, 1.0)), -np.inf)
    row, column = np.unravel_index(int(explained.argmax()), share.shape)
    error = math.sqrt(place.noise / float(own[row, column])) / abs(gain)
    at = int(shifts[0][row, column]), int(shifts[1][row, column])
    return Copy(float(share[row, column]), at, error)


class _Correlator:
    """Sums over the place of an image times shifted copies of `then`, for all shifts at once."""

    def __init__(self, then: Image, weight: NDArray[np.float64]) -> None:
        self._shape = (2 * then.shape[0], 2 * then.shape[1])
        self._then = np.fft.fft2(then, self._shape).conj()
        self._power = np.fft.fft2(np.abs(then) ** 2, self._shape).conj()
        self._weight = weight

    def with_copies(self, image: Image) -> NDArray[np.complex128]:
        """Return the weighted sum of image times conj(copy), by shift of the copy."""
        return np.asarray(np.fft.ifft2(np.fft.fft2(image * self._weight, self._shape) * self._then))

    def power_of_copies(self) -> NDArray[np.float64]:
        """Return the weighted power of each copy."""
        found = np.fft.ifft2(np.fft.fft2(self._weight, self._shape) * self._power)
        return np.asarray(found.real)


def _known(then: Image) -> list[Image]:
    """Return what is no copy: the place itself, small moves, blurs, and a constant."""
    down, right = np.gradient(then)
    return [then, down, right, np.gradient(down, axis=0), np.gradient(right, axis=1),
            np.ones_like(then)]  # fmt: skip


def _whole_lines(then: Image, now: Image) -> NDArray[np.bool_]:
    """Tell which lines differ no more than others: a scar in one would look like structure."""
    power = float(np.vdot(then, then).real)
    left = now - (complex(np.vdot(then, now)) / power if power else 0.0) * then
    differ = (np.abs(left) ** 2).sum(axis=1)
    return np.asarray(differ <= _SCAR * np.median(differ))


def _taper(shape: tuple[int, ...]) -> NDArray[np.float64]:
    window = np.hanning(shape[0] + 2)[1:-1, None] * np.hanning(shape[1] + 2)[1:-1]
    return np.asarray(np.sqrt(window))


def _shifts(shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows = np.fft.fftfreq(shape[0], 1 / shape[0])
    columns = np.fft.fftfreq(shape[1], 1 / shape[1])
    grid = np.meshgrid(rows, columns, indexing="ij")
    return grid[0], grid[1]
