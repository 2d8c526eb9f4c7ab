"""Hysteresis loops read out: from raw complex samples to coercive biases, imprint and area.

The wall result is the first half-cycle from the native state. Later cycles start from what the
probe has written itself; they are fitted one by one, and never pooled with the first half-cycle.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ai_afm.errors import BadInput
from ai_afm.image.branch_fit import fit_branches, fit_step
from ai_afm.types import Spectrum

Array: TypeAlias = NDArray[np.float64]
NAN = float("nan")

ONSET = 0.1
"""Share of a branch's swing after which nucleation is said to have happened."""

MIN_R2 = 0.6
"""A fit that explains less of the variance is not believed."""

MIN_SWING = 4.0
"""A swing below this many standard deviations of the residual is noise."""


@dataclass(frozen=True, slots=True)
class LoopFit:
    """What a full cycle says; all NaN but `area` and `r2` where it is not a loop.

    Parameters
    ----------
    coercive_plus, coercive_minus
        Bias at which the branch of rising and of falling bias is half switched, V.
    imprint
        Mean of the two, V.
    remanent
        Half the distance of the branches at 0 V, unit of the response.
    offset
        Mean of the branches at 0 V, unit of the response.
    area
        Work of switching: |closed integral of response d(bias)|, unit of the response times V.
    nucleation_plus, nucleation_minus
        Bias at which the fitted branches have made 10 % of their swing, V.
    r2
        Share of the variance that the fit explains.
    falls
        Whether the response falls with rising bias.
    reason
        Why it is not a loop; empty where it is one.
    """

    coercive_plus: float = NAN
    coercive_minus: float = NAN
    imprint: float = NAN
    remanent: float = NAN
    offset: float = NAN
    area: float = NAN
    nucleation_plus: float = NAN
    nucleation_minus: float = NAN
    r2: float = NAN
    falls: bool = False
    reason: str = ""

    @property
    def is_loop(self) -> bool:
        """Whether the numbers mean anything."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class HalfCycleFit:
    """What a first half-cycle says: the native state's own switching.

    Parameters
    ----------
    nucleation
        Bias at which 10 % of the swing is made, V; NaN where nothing has switched.
    coercive
        Bias at which half of it is made, V.
    native, written
        Response before, and after (back at 0 V), unit of the response.
    r2
        Share of the variance that the fit explains.
    reason
        Why there is no switching to be seen; empty where there is.
    """

    nucleation: float = NAN
    coercive: float = NAN
    native: float = NAN
    written: float = NAN
    r2: float = NAN
    reason: str = ""

    @property
    def has_switched(self) -> bool:
        """Whether the numbers mean anything."""
        return not self.reason


def rotate_phase(response: ArrayLike) -> tuple[Array, float]:
    """Rotate complex samples onto their own axis and return the real piezoresponse.

    The axis is that along which the samples scatter most; where they do not scatter along an axis
    (nothing switched), it is the one on which they lie. The phase tells nothing about up and down
    without a calibration: the sign is chosen so that the first samples, the native state, are
    positive.

    Parameters
    ----------
    response
        (samples,) complex; NaN where nothing was read.

    Returns
    -------
    real
        (samples,) float64, same unit; NaN where nothing was read.
    angle
        What was rotated away, rad, in (-pi, pi]; NaN where no sample is finite.
    """
    z = np.asarray(response, np.complex128)
    finite = z[np.isfinite(z)]
    if not len(finite):
        return np.full(z.shape, np.nan), NAN
    centred = finite - finite.mean()
    moment, spread = np.sum(centred**2), np.sum(np.abs(centred) ** 2)
    if abs(moment) < 0.5 * spread or spread == 0:
        moment = np.sum(finite**2)
    angle = float(np.angle(moment)) / 2
    first = finite[: max(1, len(finite) // 50)]
    if np.real(first * np.exp(-1j * angle)).mean() < 0:
        angle += math.pi if angle <= 0 else -math.pi
    return np.real(z * np.exp(-1j * angle)), angle


def first_half_cycle(
    spectrum: Spectrum, *, on_field: bool = False
) -> tuple[Array, NDArray[np.complex128]]:
    """Return (bias, response) of the samples before the bias has first changed its sign.

    Only these have seen the native state.

    Parameters
    ----------
    spectrum
        A finished probe.
    on_field
        Which samples: those read with the write bias on, or (the default) those after it.

    Returns
    -------
    bias
        (n,) float64, the write bias that each sample follows, V.
    response
        (n,) complex128.
    """
    sign = np.sign(spectrum.write_bias)
    used = np.flatnonzero(sign)
    keep = (spectrum.cycle == 0) & (spectrum.on_field == on_field)
    if len(used):
        reversed_at = np.flatnonzero(sign == -sign[used[0]])
        if len(reversed_at):
            keep &= np.arange(len(sign)) < reversed_at[0]
    return spectrum.write_bias[keep].astype(float), spectrum.response[keep].astype(np.complex128)


def one_cycle(
    spectrum: Spectrum, cycle: int, *, on_field: bool = False
) -> tuple[Array, NDArray[np.complex128]]:
    """Return (bias, response) of one cycle; cycle 0 begins with the first half-cycle.

    Raises
    ------
    BadInput
        When the spectrum has no such cycle.
    """
    keep = (spectrum.cycle == cycle) & (spectrum.on_field == on_field)
    if not keep.any():
        known = sorted(set(spectrum.cycle.tolist()))
        raise BadInput(f"the spectrum has no cycle {cycle}; it has {known}")
    return spectrum.write_bias[keep].astype(float), spectrum.response[keep].astype(np.complex128)


def fit_loop(bias: ArrayLike, response: ArrayLike) -> LoopFit:
    """Fit a full cycle: two branches offset + slope V + swing tanh((V - V_c) / width).

    Parameters
    ----------
    bias
        (n,) V, in order of time, one closed cycle.
    response
        (n,) real, any unit; pairs with NaN are left out.

    Raises
    ------
    BadInput
        When the two differ in length.
    """
    v, r = _finite(bias, response)
    rising = _is_rising(v)
    if rising.sum() < 5 or (~rising).sum() < 5:
        return LoopFit(reason="fewer than 5 samples on a branch")
    if _is_constant(r):
        return LoopFit(area=0.0, reason="the response does not change")
    area = _area(v, r)
    (offset, _, swing, plus, minus, width), residual = fit_branches(v, r, rising)
    r2 = 1 - residual / max(float(np.sum((r - r.mean()) ** 2)), 1e-300)
    deviation = math.sqrt(residual / max(len(v) - 6, 1))
    reason = _why_no_loop((plus, minus), abs(swing), deviation, r2, v)
    if reason:
        return LoopFit(area=area, r2=r2, reason=reason)
    upper, lower = (offset + swing * math.tanh(-c / width) for c in (minus, plus))
    early = width * math.atanh(1 - 2 * ONSET)
    return LoopFit(
        coercive_plus=plus,
        coercive_minus=minus,
        imprint=(plus + minus) / 2,
        remanent=abs(upper - lower) / 2,
        offset=(upper + lower) / 2,
        area=area,
        nucleation_plus=plus - early,
        nucleation_minus=minus + early,
        r2=r2,
        falls=swing < 0,
    )


def fit_half_cycle(bias: ArrayLike, response: ArrayLike) -> HalfCycleFit:
    """Fit the way out of a first half-cycle with one branch, and read what is left on the way back.

    Parameters
    ----------
    bias
        (n,) V from 0 to the largest and back to 0, of one sign, in order of time.
    response
        (n,) real.

    Raises
    ------
    BadInput
        When the two differ in length.
    """
    v, r = _finite(bias, response)
    if len(v) < 6 or not np.any(v):
        return HalfCycleFit(reason="fewer than 6 samples under bias")
    sign = float(np.sign(v[np.argmax(np.abs(v))]))
    size = sign * v
    out = np.arange(len(v)) <= int(np.flatnonzero(size == size.max())[-1])
    if out.sum() < 5:
        return HalfCycleFit(reason="fewer than 5 samples on the way out")
    if _is_constant(r):
        return HalfCycleFit(
            native=float(r[0]), written=float(r[0]), reason="the response does not change"
        )
    few = max(1, int(out.sum()) // 8)
    native, written = float(np.median(r[:few])), float(np.median(r[-few:]))
    (_, swing, coercive, width), residual = fit_step(size[out], r[out])
    total = float(np.sum((r[out] - r[out].mean()) ** 2))
    r2 = 1 - residual / max(total, 1e-300)
    deviation = math.sqrt(residual / max(int(out.sum()) - 4, 1))
    if abs(swing) < MIN_SWING / 2 * deviation or r2 < MIN_R2:
        return HalfCycleFit(
            native=native, written=written, r2=r2, reason="no switching above the noise"
        )
    if not 0 < coercive < size.max():
        reason = f"the bias of half switching lies outside the sweep ({sign * coercive:.3g} V)"
        return HalfCycleFit(native=native, written=written, r2=r2, reason=reason)
    onset = coercive - width * math.atanh(1 - 2 * ONSET)
    stays = abs(written - native) >= abs(swing) / 2
    reason = "" if stays else "the change did not stay when the bias was taken away"
    return HalfCycleFit(sign * onset, sign * coercive, native, written, r2, reason)


def _finite(bias: ArrayLike, response: ArrayLike) -> tuple[Array, Array]:
    v, r = np.asarray(bias, float).ravel(), np.asarray(response, float).ravel()
    if len(v) != len(r):
        raise BadInput(f"{len(v)} bias values but {len(r)} responses")
    good = np.isfinite(v) & np.isfinite(r)
    return v[good], r[good]


def _is_constant(response: Array) -> bool:
    return float(np.ptp(response)) <= 1e-9 * float(np.abs(response).max())


def _is_rising(bias: Array) -> NDArray[np.bool_]:
    """Tell which samples were taken while the bias rose (or last did)."""
    change = np.diff(bias, prepend=np.nan)
    sense = np.sign(change)
    known = np.flatnonzero(np.nan_to_num(sense))
    if not len(known):
        return np.zeros(len(bias), np.bool_)
    index = np.searchsorted(known, np.arange(len(bias)), side="right") - 1
    return np.asarray(sense[known[np.maximum(index, 0)]] > 0)


def _area(bias: Array, response: Array) -> float:
    v, r = np.append(bias, bias[0]), np.append(response, response[0])
    return float(abs(np.sum((r[1:] + r[:-1]) / 2 * np.diff(v))))


def _why_no_loop(
    coercive: tuple[float, float], swing: float, deviation: float, r2: float, v: Array
) -> str:
    plus, minus = coercive
    if swing < MIN_SWING / 2 * deviation:
        return f"a swing of {2 * swing:.3g} is not above the noise of {deviation:.3g}"
    if r2 < MIN_R2:
        return f"two branches explain only {100 * r2:.0f} % of the variance"
    if not (v.min() < minus < v.max() and v.min() < plus < v.max()):
        return f"a coercive bias lies outside the sweep ({minus:.3g} V, {plus:.3g} V)"
    if plus - minus < 0.02 * float(np.ptp(v)):
        return f"the branches do not open ({plus - minus:.3g} V apart)"
    return ""
