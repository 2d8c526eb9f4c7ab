"""The first half-cycle from the native state, read without a model: when did the place switch?

A curve that is fitted to the whole way out puts the onset where its shape wants it: a wall that
creeps under the tip widens the curve and moves its 10 % point below 0 V. Here the onset is the
first write bias after which the response has left the native level for good. Later cycles start
from what the probe itself has written; they are read by `ai_afm.image.loop_fit`, one by one, as
"written state", and nothing here looks at them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.loop_fit import (
    HalfCycleFit,
    LoopFit,
    first_half_cycle,
    fit_half_cycle,
    fit_loop,
    one_cycle,
)
from ai_afm.types import Spectrum

Complex = NDArray[np.complex128]
NAN = float("nan")

DEPARTED = 0.2
"""Share of the way from the native to the written level at which a sample has left the native
level: a nucleus under the tip makes more at once, charge and reversible response less."""

MIXED = 0.5
"""Share of the written level below which a native level is that of a wall under the tip."""

DEVIATION = 1.4826
"""Standard deviation of normal noise over its median absolute value."""


@dataclass(frozen=True, slots=True)
class NativeSwitching:
    """What the first half-cycle says; NaN where nothing has switched.

    Parameters
    ----------
    onset
        First write bias after which the response has left the native level for good, V, signed.
    step
        Distance to the write bias before it, V: how well the onset is known.
    half
        Bias of half switching from a fit, V, signed.
    native, written
        Complex response before and after (back at small bias), unit of the response.
    mixed
        Whether the tip saw both polarities before: then the onset is that of a jumping wall.
    noise
        Standard deviation of a sample along the axis of switching, unit of the response.
    returned
        Share of the samples on the way out that fell back behind half of the way after they had
        passed it.
    fit
        The fitted branch.
    """

    onset: float
    step: float
    half: float
    native: complex
    written: complex
    mixed: bool
    noise: float
    returned: float
    fit: HalfCycleFit

    @property
    def swing(self) -> float:
        """How far the response has moved, unit of the response."""
        return abs(self.written - self.native)

    def value(self, quantity: str) -> float:
        """Return |V| of a registered quantity, NaN where the place does not show it."""
        if quantity == "half-switching bias":
            return abs(self.half)
        wanted = self.mixed if quantity == "wall-jump bias" else not self.mixed
        return abs(self.onset) if wanted else NAN


def read_native(spectrum: Spectrum) -> NativeSwitching:
    """Read the first half-cycle, off field.

    Parameters
    ----------
    spectrum
        A hysteresis loop; only the samples before the bias first changed its sign are used, and the
        last level of the later ones to know the middle between both polarities.

    Returns
    -------
    NativeSwitching
        All NaN where fewer than 8 samples are finite.
    """
    bias, response = first_half_cycle(spectrum)
    good = np.isfinite(response) & np.isfinite(bias)
    bias, response = bias[good], response[good]
    if len(bias) < 8 or not np.any(bias):
        return NativeSwitching(
            NAN, NAN, NAN, NAN, NAN, False, NAN, NAN, HalfCycleFit(reason="too few samples")
        )
    size = np.abs(bias)
    top = int(np.flatnonzero(size == size.max())[-1])
    few = max(2, (top + 1) // 6)
    native = complex(_middle(response[:few]))
    written = complex(_middle(response[-2 * few :]))
    noise = _noise(response)
    axis = written - native
    turn = axis.conjugate() / abs(axis) if axis else 1.0
    along = np.real((response - native) * turn)
    swing = abs(axis)
    fit = fit_half_cycle(bias, np.real(response * turn))
    left = along > DEPARTED * swing
    # the first sample after which all on the way out have left
    inside = np.flatnonzero(~left[: top + 1])
    first = int(inside[-1]) + 1 if len(inside) else 0
    found = 0 < first <= top and swing > 4 * noise
    halfway = np.flatnonzero(along[: top + 1] > swing / 2)
    late = along[halfway[0] : top + 1] < 0.4 * swing if len(halfway) else np.zeros(0, bool)
    return NativeSwitching(
        onset=float(bias[first]) if found else NAN,
        step=abs(float(bias[first] - bias[first - 1])) if found else NAN,
        half=fit.coercive,
        native=native,
        written=written,
        mixed=_is_mixed(spectrum, native, written),
        noise=noise,
        returned=float(np.mean(late)) if len(late) else 0.0,
        fit=fit,
    )


def read_written(spectrum: Spectrum) -> tuple[LoopFit, ...]:
    """Fit each later cycle off field, never pooled: what the probe wrote, not what was native."""
    cycles = sorted(set(spectrum.cycle.tolist()))[1:]
    fits = []
    for cycle in cycles:
        bias, response = one_cycle(spectrum, cycle)
        fits.append(fit_loop(bias, np.real(response * _turn(spectrum))))
    return tuple(fits)


def plateaus(spectrum: Spectrum) -> tuple[complex, complex, complex]:
    """Return the response off field before, after the first and after the second half-cycle.

    Each is the median of the samples at less than 40 % of the largest bias; NaN where there are
    none.
    """
    off = (~spectrum.on_field) & (spectrum.cycle == spectrum.cycle.min())
    bias = spectrum.write_bias[off].astype(float)
    z = spectrum.response[off].astype(np.complex128)
    number = np.arange(len(bias)) / max(len(bias), 1)
    low = np.abs(bias) < 0.4 * np.abs(bias).max() if len(bias) else np.zeros(0, bool)
    parts = (number < 0.2), (number > 0.3) & (number < 0.5), (number > 0.8)
    first, second, third = (_middle(z[low & part]) for part in parts)
    return first, second, third


def _turn(spectrum: Spectrum) -> complex:
    _, second, third = plateaus(spectrum)
    axis = third - second
    return axis.conjugate() / abs(axis) if axis and math.isfinite(abs(axis)) else 1.0


def _is_mixed(spectrum: Spectrum, native: complex, written: complex) -> bool:
    """Tell whether the native level lies between the two that the loop can write."""
    _, second, third = plateaus(spectrum)
    middle, half = (second + third) / 2, (third - second) / 2
    if not math.isfinite(abs(half)) or abs(half) == 0:
        return False
    along = ((native - middle) * half.conjugate()).real / abs(half) ** 2
    return bool(abs(along) < MIXED) and written != native


def _middle(values: Complex) -> complex:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return complex(NAN, NAN)
    return complex(np.median(finite.real), np.median(finite.imag))


def _noise(response: Complex) -> float:
    """Return the deviation of a sample's quadrature from the differences of neighbours."""
    steps = np.diff(response)
    parts = np.concatenate([steps.real, steps.imag])
    return float(DEVIATION * np.median(np.abs(parts)) / math.sqrt(2)) if len(parts) else NAN
