"""Could trapped charge, not polarisation, have made these loops? Three tests and a verdict.

A hysteresis loop alone proves nothing: a film whose traps fill under the bias shows one as well.
What tells the two apart is how a loop depends on the reading AC, on the read bias, and on time.
The verdict never says that a sample is ferroelectric; it says what could not be excluded.

References
----------
E. Strelcov et al., Appl. Phys. Lett. 101, 192902 (2012) (dependence on V_ac);
N. Balke et al., ACS Nano 8, 10229 (2014), doi:10.1021/nn505176a (read-voltage sweeps).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from ai_afm.image.loop_fit import LoopFit, fit_loop, one_cycle, rotate_phase
from ai_afm.survey.intervals import CONFIDENCE, Estimate
from ai_afm.types import Spectrum

Array = NDArray[np.float64]

NARROWS = -0.3
"""Change of the coercive window per volt of AC below which the AC is said to help switching: each
half period adds to the bias, which makes -2 for a drive that reaches the film unweakened."""

STAYS = 0.8
"""Share of the written contrast that must be there at the end of the wait."""

FADES = 0.6
"""Share of the written contrast below which what was written has faded."""


class Points(StrEnum):
    """What a test points to."""

    POLARISATION = "polarisation"
    CHARGE = "charge"
    UNCLEAR = "unclear"


class Verdict(StrEnum):
    """What may be said of the loops."""

    CONSISTENT = "consistent with polarisation switching"
    OPEN = "charge injection cannot be excluded"
    CHARGE = "charge-like"


@dataclass(frozen=True, slots=True)
class Clue:
    """One test: its name, where it points, its number with a 95 % interval, and it in words."""

    test: str
    points: Points
    value: Estimate
    words: str


@dataclass(frozen=True, slots=True)
class ChargeVerdict:
    """The verdict with the tests behind it."""

    verdict: Verdict
    clues: tuple[Clue, ...]
    missing: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        lacks = f"; not tested: {', '.join(self.missing)}" if self.missing else ""
        return f"{self.verdict} ({'; '.join(c.words for c in self.clues)}{lacks})"


TESTS = ("AC amplitude", "read bias", "retention")


def verdict(clues: Sequence[Clue]) -> ChargeVerdict:
    """Join the tests: polarisation only where all three were made and all point to it."""
    missing = tuple(t for t in TESTS if t not in {c.test for c in clues})
    points = [c.points for c in clues]
    if not missing and all(p is Points.POLARISATION for p in points):
        found = Verdict.CONSISTENT
    elif points.count(Points.CHARGE) >= 2 and Points.POLARISATION not in points:
        found = Verdict.CHARGE
    else:
        found = Verdict.OPEN
    return ChargeVerdict(found, tuple(clues), missing)


def ac_clue(loops: Sequence[Spectrum]) -> Clue:
    """Test how the coercive window depends on the AC that reads the response.

    The AC helps the bias to switch polarisation, so the window narrows with it; traps fill with the
    mean bias and do not notice it.

    Parameters
    ----------
    loops
        At fresh places with at least three drive amplitudes, two loops or more each; the written
        state (last cycle) is used, which does not depend on what was native.
    """
    drives, windows = [], []
    for loop in loops:
        fit = _written(loop)
        if fit is not None and fit.is_loop and loop.request.waveform is not None:
            drives.append(loop.request.waveform.drive)
            windows.append(fit.coercive_plus - fit.coercive_minus)
    if len(set(drives)) < 3 or len(drives) < 6:
        return _unclear("AC amplitude", f"only {len(drives)} of {len(loops)} loops can be read")
    slope = _slope(drives, windows)
    words = (
        f"the coercive window changes by {slope.value:+.2f} V per V of AC"
        f" ({slope.low:+.2f} to {slope.high:+.2f})"
    )
    points = Points.POLARISATION if slope.high < NARROWS else Points.UNCLEAR
    return Clue("AC amplitude", points, slope, words)


def read_clue(loops: Sequence[Spectrum]) -> Clue:
    """Test whether charge could make the loop's opening at all, from a sweep of the read bias.

    Off field, both branches rise with the read bias with the electrostatic slope g; an opening of
    the loop that were all charge would need a surface potential of opening / g. Charge that a bias
    has driven in never has more potential than that bias: from one polarity to the other at most
    twice the amplitude.

    Parameters
    ----------
    loops
        At fresh places with at least three read biases, two loops or more each.
    """
    read, middle, opening, reach = [], [], [], 0.0
    for loop in loops:
        levels = _levels(loop)
        if levels is not None and loop.request.waveform is not None:
            read.append(loop.request.waveform.read_bias)
            middle.append(levels[0])
            opening.append(levels[1])
            reach = max(reach, loop.request.waveform.amplitude)
    if len(set(read)) < 3 or len(read) < 6:
        return _unclear("read bias", f"only {len(read)} of {len(loops)} loops can be read")
    slope, size = _slope(read, middle), _mean(opening)
    # a slope that may be 0 allows any potential: nothing can be said from it
    steep = (min(abs(slope.low), abs(slope.high)), max(abs(slope.low), abs(slope.high)))
    if slope.covers(0.0):
        steep = (0.0, steep[1])
    low = max(size.low, 0.0) / steep[1] if steep[1] else math.inf
    high = size.high / steep[0] if steep[0] else math.inf
    needed = Estimate(abs(size.value / slope.value) if slope.value else math.inf, low, high)
    words = (
        f"charge would need {needed.value:.3g} V ({low:.3g} to {high:.3g}) between the states,"
        f" {2 * reach:.3g} V are the most it can have"
    )
    points = Points.UNCLEAR
    if low > 2 * reach:
        points = Points.POLARISATION
    elif high <= 2 * reach:
        points = Points.CHARGE
    return Clue("read bias", points, needed, words)


def retention_clue(early: ArrayLike, late: ArrayLike, seconds: tuple[float, float]) -> Clue:
    """Test whether what was written is still there, by images after a short and a long wait.

    Parameters
    ----------
    early, late
        (pairs,) contrast between a spot written with one polarity and one with the other, in any
        unit, of the same pairs in both images.
    seconds
        When the two images were made after writing, s.
    """
    first, second = np.asarray(early, float), np.asarray(late, float)
    good = np.isfinite(first) & np.isfinite(second)
    if good.sum() < 3:
        return _unclear("retention", f"only {good.sum()} pairs of spots can be read")
    start = _mean(first[good])
    if start.covers(0.0):
        return _unclear("retention", "no contrast is left in the first image")
    # pairs share their drift: the ratio of means with the error of late - ratio * early
    ratio = float(second[good].mean() / first[good].mean())
    rest = _mean(second[good] - ratio * first[good])
    half = (rest.high - rest.low) / 2 / abs(start.value)
    kept = Estimate(ratio, ratio - half, ratio + half)
    words = (
        f"{100 * ratio:.0f} % of the contrast ({100 * kept.low:.0f} to {100 * kept.high:.0f} %)"
        f" are left from {seconds[0]:.0f} to {seconds[1]:.0f} s"
    )
    points = Points.UNCLEAR
    if kept.low > STAYS:
        points = Points.POLARISATION
    elif kept.high < FADES:
        points = Points.CHARGE
    return Clue("retention", points, kept, words)


def _unclear(test: str, words: str) -> Clue:
    return Clue(test, Points.UNCLEAR, Estimate(math.nan, -math.inf, math.inf), f"{test}: {words}")


def _written(loop: Spectrum) -> LoopFit | None:
    bias, response = one_cycle(loop, int(loop.cycle.max()))
    real, angle = rotate_phase(response)
    return None if math.isnan(angle) else fit_loop(bias, real)


def _levels(loop: Spectrum) -> tuple[float, float] | None:
    """Return (middle, opening) of the written loop at 0 V of write bias, off field.

    The axis is that of the on-field slope, so that the sign of the middle is kept from loop to
    loop.
    """
    bias, response = one_cycle(loop, int(loop.cycle.max()))
    on_bias, on = one_cycle(loop, int(loop.cycle.max()), on_field=True)
    known = np.isfinite(response)
    if known.sum() < 8 or not np.isfinite(on).all():
        return None
    axis = np.polyfit(on_bias, on.real, 1)[0] + 1j * np.polyfit(on_bias, on.imag, 1)[0]
    _, angle = rotate_phase(response)
    turn = complex(math.cos(angle), -math.sin(angle))
    if (axis * turn).real < 0:
        turn = -turn
    real = (response * turn).real
    n = len(bias)
    after_plus = np.arange(n) >= n // 4
    low = np.abs(bias) < 0.3 * np.abs(bias).max()
    falling = low & after_plus & (np.arange(n) < 3 * n // 4)
    rising = low & ~(after_plus & (np.arange(n) < 3 * n // 4))
    if not falling.any() or not rising.any():
        return None
    a, b = float(np.nanmedian(real[falling])), float(np.nanmedian(real[rising]))
    return (a + b) / 2, abs(a - b)


def _slope(x: Sequence[float], y: Sequence[float]) -> Estimate:
    fit = stats.linregress(np.asarray(x, float), np.asarray(y, float))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(x) - 2)) * float(fit.stderr)
    return Estimate(float(fit.slope), float(fit.slope) - half, float(fit.slope) + half)


def _mean(values: ArrayLike) -> Estimate:
    x = np.asarray(values, float)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(x) - 1)) * float(x.std(ddof=1))
    half /= math.sqrt(len(x))
    return Estimate(float(x.mean()), float(x.mean()) - half, float(x.mean()) + half)
