"""Whether a loop may be believed: what it explains, whether it closes, saturates, keeps its phase.

Nothing here knows what went wrong; it compares the loop with itself. A bad one is measured again
at a fresh site, never at the same one.
"""

import cmath
import math
from dataclasses import dataclass

import numpy as np

from ai_afm.survey.question.readout import NativeSwitching, plateaus, read_native
from ai_afm.types import Spectrum


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """What a good loop keeps to.

    Parameters
    ----------
    r2
        Least share of the variance of the way out that one branch explains.
    swing
        Least swing in standard deviations of a sample.
    closure
        Largest distance of the level at the end of the cycle from the native one, in swings.
    saturation
        Largest change of the response over the last sixth of the bias, in swings.
    phase_drift
        Largest turn of the axis of switching from the first to the second half-cycle, rad.
    lost
        Largest share of samples that are missing, clipped or outliers.
    """

    r2: float = 0.8
    swing: float = 8.0
    closure: float = 0.25
    saturation: float = 0.25
    phase_drift: float = 0.25
    lost: float = 0.05


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a loop is; `reasons` is empty for a good one.

    Parameters
    ----------
    r2
        Share of the variance of the way out that one branch explains.
    swing
        Swing in standard deviations of a sample.
    closure
        Distance of the level at the end of the first cycle from the native one, in swings; NaN for
        a wall under the tip, whose native level no cycle comes back to.
    saturation
        Change of the response over the last sixth of the bias, in swings.
    phase_drift
        Turn of the axis of switching from the first to the second half-cycle, rad.
    lost
        Share of samples that are missing, clipped or outliers.
    reasons
        Why it is not to be believed.
    """

    r2: float
    swing: float
    closure: float
    saturation: float
    phase_drift: float
    lost: float
    reasons: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether the loop's numbers may be used."""
        return not self.reasons


def judge(
    spectrum: Spectrum,
    native: NativeSwitching | None = None,
    limits: QualityLimits | None = None,
) -> Quality:
    """Judge the first cycle of a loop.

    Parameters
    ----------
    spectrum
        A hysteresis loop of at least one cycle.
    native
        Its first half-cycle, where it was read already.
    limits
        What a good loop keeps to.
    """
    read = read_native(spectrum) if native is None else native
    limit = limits or QualityLimits()
    before, after, end = plateaus(spectrum)
    first, second = after - before, end - after
    swing = read.swing / read.noise if read.noise > 0 else math.inf
    largest = max(abs(first), abs(second))
    # under a wall the first half-cycle starts in the middle; no cycle comes back to that
    closure = math.nan if read.mixed or largest == 0 else abs(end - before) / largest
    drift = abs(cmath.phase(-second * first.conjugate())) if first and second else math.nan
    r2 = read.fit.r2
    saturation = _unsaturated(spectrum, largest)
    lost = _lost(spectrum, read.noise)
    checks = (
        (math.isfinite(read.onset), "nothing has switched for good in the first half-cycle"),
        (swing >= limit.swing, f"the swing is only {swing:.1f} deviations of a sample"),
        (r2 >= limit.r2, f"a branch explains only {100 * r2:.0f} % of the way out"),
        (
            read.swing <= (1 + limit.closure) * abs(second),
            "the second half-cycle does not bring back what the first has changed",
        ),
        (not closure > limit.closure, f"it ends {100 * closure:.0f} % of a swing off its start"),
        (
            saturation <= limit.saturation,
            f"the last sixth of the bias still makes {100 * saturation:.0f} % of the swing",
        ),
        (
            drift <= limit.phase_drift,
            f"the axis of switching has turned by {math.degrees(drift):.0f} degrees",
        ),
        (lost <= limit.lost, f"{100 * lost:.0f} % of the samples are missing or off"),
        (read.returned <= 0.1, "the response has fallen back on the way out"),
    )
    reasons = tuple(text for good, text in checks if not good)
    return Quality(r2, swing, closure, saturation, drift, lost, reasons)


def _unsaturated(spectrum: Spectrum, swing: float) -> float:
    """Return the largest change over the last sixth of the bias, out and back, in swings."""
    off = (~spectrum.on_field) & (spectrum.cycle == spectrum.cycle.min())
    bias, z = spectrum.write_bias[off].astype(float), spectrum.response[off]
    high = np.isfinite(z) & (np.abs(bias) >= 0.83 * np.abs(bias).max())
    changes = []
    for sign in (1, -1):
        part = z[high & (np.sign(bias) == sign)]
        third = max(1, len(part) // 4)
        if len(part) >= 2:
            changes.append(abs(part[-third:].mean() - part[:third].mean()))
    return float(max(changes)) / swing if changes and swing > 0 else math.inf


def _lost(spectrum: Spectrum, noise: float) -> float:
    """Return the share of samples off field that are missing, repeated, or off both neighbours."""
    z = spectrum.response[~spectrum.on_field].astype(np.complex128)
    if len(z) < 3:
        return 1.0
    missing = ~np.isfinite(z)
    before, here, after = z[:-2], z[1:-1], z[2:]
    with np.errstate(invalid="ignore"):
        off = np.abs(here - (before + after) / 2) - np.abs(before - after) / 2 > 8 * noise
        frozen = (here == before) & (noise > 0)
    return float(missing.mean() + (off.sum() + frozen.sum()) / len(z))
