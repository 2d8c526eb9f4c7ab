"""Is the tip on the surface, and are the signals within their scales?"""

import math
from dataclasses import dataclass

import numpy as np

from ai_afm.survey.health.check import Check
from ai_afm.survey.health.passes import Passes
from ai_afm.types import FloatImage, Mode

SATURATION = "saturation"
SATURATION_MEANING = "share of samples at full scale, in the worst channel"
SATURATION_LIMIT = 0.02
"""Failure mode F11: one sample in fifty."""

LOST_CONTACT = "lost_contact"
LOST_CONTACT_MEANING = (
    "share of samples at which the error signal is nearer to free than to contact"
)
LOST_CONTACT_LIMIT = 0.5
"""More off the surface than on it: behind steep steps a tapping tip parachutes for a while."""

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


def check_contact(passes: Passes, engaged: Engaged | None) -> Check:
    """Tell whether the feedback still feels the surface.

    Off the surface the error signal rests at its free level and the z actuator runs out.

    Parameters
    ----------
    passes
        The error signal is the deflection, the amplitude in tapping.
    engaged
        Its levels, `None` where no approach was seen.

    Returns
    -------
    Check
        It cannot tell without the levels or the channel.
    """
    name = "amplitude" if passes.mode is Mode.TAPPING else "deflection"
    pair = passes.both(name)
    if pair is None or engaged is None or engaged.free == engaged.contact:
        return Check(LOST_CONTACT, math.nan, LOST_CONTACT_LIMIT, LOST_CONTACT_MEANING)
    span = engaged.free - engaged.contact
    off = [np.count_nonzero((way - engaged.contact) / span > 0.5) / way.size for way in pair]
    share = float(np.mean(off))
    advice = ""
    if share > LOST_CONTACT_LIMIT:
        advice = (
            f"the tip is off the surface in {100 * share:.0f} % of the samples: stop the scan, "
            "take bias and drive off, and approach again"
        )
    return Check(LOST_CONTACT, share, LOST_CONTACT_LIMIT, LOST_CONTACT_MEANING, advice)
