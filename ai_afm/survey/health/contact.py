"""Is the tip on the surface, and are the signals within their scales?"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.health.check import Check
from ai_afm.survey.health.passes import Passes
from ai_afm.types import FloatImage, Mode

SATURATION = "saturation"
SATURATION_MEANING = "share of samples at full scale, in the worst channel"
SATURATION_LIMIT = 0.02
"""Failure mode F11: one sample in fifty."""

LOST_CONTACT = "lost_contact"
LOST_CONTACT_MEANING = "share of passes that are off the surface"
LOST_CONTACT_LIMIT = 0.1
"""One pass in ten: behind steep steps a tip flies for a while, not from end to end."""
_OFF = 0.9
"""Share of a pass that is off the surface when all of it counts as off."""
_CORE = 4.5
"""Half the widths of the narrowest half of a Gaussian in three standard deviations."""

_SCALED = ("amplitude", "amplitude_2", "deflection", "height")
"""Channels with a full scale; a phase wraps, a tracked frequency is bounded by its own range."""


@dataclass(frozen=True, slots=True)
class Engaged:
    """Level of the error signal (deflection; amplitude in tapping), m, as seen at the approach.

    Parameters
    ----------
    contact
        With the feedback on, at the setpoint.
    free
        Off the surface.
    """

    contact: float
    free: float

    def off(self, error: FloatImage, height: FloatImage | None) -> NDArray[np.bool_]:
        """Tell which passes (lines, pixels) are off: nearer to the free level almost throughout."""
        away = (error - self.contact) / (self.free - self.contact) > 0.5
        return np.asarray(away.mean(axis=1) >= _OFF)


@dataclass(frozen=True, slots=True)
class Held:
    """What error signal and height were while the feedback held, told from the lines before.

    Parameters
    ----------
    error
        (lowest, highest), m, of the narrowest range that holds half of the error signal.
    height
        (lowest, highest), m; `None` where the lines before were of another place.
    """

    error: tuple[float, float]
    height: tuple[float, float] | None

    def off(self, error: FloatImage, height: FloatImage | None) -> NDArray[np.bool_]:
        """Tell which passes (lines, pixels) are off the surface.

        The error signal stays away from where the feedback held it, and the height is farther from
        that of the lines before than they ever were from each other. A zero that drifts does the
        one, a step of the sample the other. Without a height to compare with the error signal
        alone decides.
        """
        low, high = self.error
        away = np.abs(error - (low + high) / 2) > _CORE * (high - low) / 2
        if self.height is None or height is None:
            return np.asarray(away.mean(axis=1) >= _OFF)
        bottom, top = self.height
        level = np.median(height, axis=1)
        gone = (level < 2 * bottom - top) | (level > 2 * top - bottom)
        return np.asarray((away.mean(axis=1) >= _OFF) & gone)


def wandered(before: Held | None, now: Held | None) -> Held | None:
    """Return what was held now, with the heights of all places that the tip has been at.

    The sweeps of a path lie here and there: the height of one place is no measure of the next.
    """
    if before is None or now is None or before.height is None or now.height is None:
        return now
    height = min(before.height[0], now.height[0]), max(before.height[1], now.height[1])
    return Held(now.error, height)


def held_by(passes: Passes, known: Engaged | Held | None = None) -> Held | None:
    """Return where error signal and height were held in passes that were on the surface.

    Parameters
    ----------
    passes
        Mostly on the surface.
    known
        What was known before: single passes that are off by that are left out, for one that runs
        out of range would make any height look usual.

    Returns
    -------
    Held or None
        `None` where a channel is missing or the error signal does not change at all.
    """
    error, height = passes.both(_error_signal(passes)), passes.both("height")
    if error is None or height is None:
        return None
    if known is not None:
        on = [~known.off(e, h) for e, h in zip(error, height, strict=True)]
        if not all(way.any() for way in on):
            return None
        error, height = ((a[on[0]], b[on[1]]) for a, b in (error, height))
    values = np.sort(np.concatenate([way.ravel() for way in error]))
    half = len(values) // 2
    widths = values[half:] - values[: len(values) - half]
    first = int(widths.argmin())
    if widths[first] <= 0:
        return None
    return Held(
        (float(values[first]), float(values[first + half])),
        (float(min(w.min() for w in height)), float(max(w.max() for w in height))),
    )


def _error_signal(passes: Passes) -> str:
    return "amplitude" if passes.mode is Mode.TAPPING else "deflection"


def check_saturation(passes: Passes) -> Check:
    """Count the samples that sit exactly at a channel's extreme.

    A signal that only comes near its full scale has one highest sample, or as many as its
    digitizing makes equal: as many as sit at the second highest value do not count.

    Returns
    -------
    Check
        The worst of the channels that have a full scale. A channel that never changes is one, too,
        but for the height: some scan at constant height.
    """
    shares = {}
    for name in _SCALED:
        pair = passes.both(name)
        if pair is None or (name == "height" and all(np.ptp(way) == 0 for way in pair)):
            continue
        shares[name] = max(_piled_up(way) for way in pair)
    if not shares:
        return Check(SATURATION, math.nan, SATURATION_LIMIT, SATURATION_MEANING)
    worst = max(shares, key=lambda name: shares[name])
    advice = ""
    if shares[worst] > SATURATION_LIMIT:
        advice = (
            f"{worst} is at full scale in {100 * shares[worst]:.0f} % of the samples: choose a "
            "larger range or a lower drive; the clipped samples are lost"
        )
    return Check(SATURATION, shares[worst], SATURATION_LIMIT, SATURATION_MEANING, advice)


def _piled_up(image: FloatImage) -> float:
    """Return the share of samples at the extreme beyond those at the value next to it."""
    share = 0.0
    for values in (image, -image):
        top = values.max()
        at_top = np.count_nonzero(values == top)
        if at_top > 1:
            below = values[values < top]
            if below.size:
                at_top -= np.count_nonzero(below == below.max())
            share = max(share, at_top / image.size)
    return float(share)


def check_contact(passes: Passes, known: Engaged | Held | None) -> Check:
    """Tell whether the feedback still feels the surface.

    Off the surface the error signal rests at its free level and the z actuator runs out.

    Parameters
    ----------
    passes
        The error signal is the deflection, the amplitude in tapping.
    known
        Its levels at the approach, or what lines before have shown; `None` for neither.

    Returns
    -------
    Check
        It cannot tell without either, or without the channel.
    """
    pair = passes.both(_error_signal(passes))
    alike = isinstance(known, Engaged) and known.free == known.contact
    if pair is None or known is None or alike:
        return Check(LOST_CONTACT, math.nan, LOST_CONTACT_LIMIT, LOST_CONTACT_MEANING)
    heights = passes.both("height") or (None, None)
    off = [known.off(way, height) for way, height in zip(pair, heights, strict=True)]
    share = float(np.mean(off))
    advice = ""
    if share > LOST_CONTACT_LIMIT:
        advice = (
            f"the tip is off the surface in {100 * share:.0f} % of the passes: stop the scan, "
            "take bias and drive off, and approach again"
        )
    return Check(LOST_CONTACT, share, LOST_CONTACT_LIMIT, LOST_CONTACT_MEANING, advice)
