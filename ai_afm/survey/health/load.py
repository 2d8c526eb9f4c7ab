"""Has the load drifted? Read from the free end of a short lift.

In contact the feedback holds the detector's signal at the setpoint. When the detector's zero
drifts, the signal stays, and the load follows the zero unseen; only off the surface can the zero be
read.
"""

import math

import numpy as np

from ai_afm.survey.health.check import Bounds, Check, bounded
from ai_afm.types import Spectrum

NAME = "load_drift"
MEANING = "change of the load since the last zero, as a share of it"

LIMIT = 0.2
"""A fifth of the load moves the contact resonance by about half a per cent."""
_FREE = 0.25
"""Share of the approach, from its far end, that is off the surface."""


def free_level(lift: Spectrum) -> float:
    """Return the deflection (m) off the surface: the median of the far quarter of the approach.

    NaN where the curve has no deflection or no approach.
    """
    deflection, height = lift.extra.get("deflection"), lift.extra.get("height")
    approach = lift.extra.get("approach")
    if deflection is None or height is None or approach is None:
        return math.nan
    down = approach > 0.5
    far = height >= np.quantile(height[down], 1 - _FREE) if down.any() else down
    return float(np.median(deflection[down & far])) if (down & far).any() else math.nan


def spring_of(lift: Spectrum) -> float:
    """Return the spring constant (N/m) that a curve's force was made with, NaN without one."""
    deflection, force = lift.extra.get("deflection"), lift.extra.get("force")
    if deflection is None or force is None:
        return math.nan
    power = float(deflection.astype(np.float64) @ deflection)
    return float(force.astype(np.float64) @ deflection) / power if power > 0 else math.nan


def check_load(
    lift: Spectrum, zero: float, setpoint: float, allowed: Bounds | None = None
) -> Check:
    """Compare the free level with the zero that the setpoint counts from.

    Parameters
    ----------
    lift
        A force curve, or a short lift recorded as one.
    zero
        Free level (m) when the setpoint was chosen.
    setpoint
        Deflection (m) that the feedback holds, in the detector's scale: load = spring constant
        times (setpoint - free level).
    allowed
        Setpoints (m) that a person allows.

    Returns
    -------
    Check
        With the setpoint that brings the load back as correction.
    """
    free = free_level(lift)
    load = setpoint - zero
    change = (zero - free) / load if load else math.nan
    score = abs(change)
    if not score > LIMIT:
        return Check(NAME, score, LIMIT, MEANING)
    correction = bounded("setpoint_deflection", setpoint + free - zero, setpoint, allowed)
    advice = (
        f"the load is {1 + change:.2f} times what was set: set the zero again by a short lift and "
        "tune the contact resonance again"
    )
    if allowed is not None and correction is None:
        advice += "; the setpoint for it lies outside what software may set"
    return Check(NAME, score, LIMIT, MEANING, advice, correction)
