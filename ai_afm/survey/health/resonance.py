"""Does the drive still sit on the contact resonance?

In DART the tracked frequency tells at once. At one frequency nothing tracks: grains differ in
stiffness, so the response of other lines says nothing, but one place scanned again does.
"""

import cmath
import math

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.health.check import Bounds, Check, Correction, bounded
from ai_afm.survey.health.passes import Passes
from ai_afm.survey.health.same_place import same_response
from ai_afm.types import Mode

NAME = "lost_tracking"
MEANING = "share of samples at which the tracked frequency is at one end, less that at the other"
LIMIT = 0.05
"""A loop that follows is seldom at an end, and one that follows noise comes to both alike."""

TUNING = "detuning"
TUNING_MEANING = "change of the response of one place, as a share of it, phase included"
TUNING_LIMIT = 0.4
"""More than drift of the gain or a worn coating (0.3) make; half a width of detuning makes it."""


def check_tracking(passes: Passes, allowed: Bounds | None = None) -> Check:
    """Look whether DART's frequency has stopped following the resonance.

    It stands still when it has run into the end of its range, or when its loop is off.

    Parameters
    ----------
    passes
        Lines of a DART scan.
    allowed
        Drive frequencies (Hz) that a person allows, for a correction.

    Returns
    -------
    Check
        It cannot tell in other modes, or where the frequency was not recorded.
    """
    pair = passes.both("frequency")
    if pair is None or passes.mode is not Mode.PFM_DART:
        return Check(NAME, math.nan, LIMIT, MEANING)
    score, held = _held(np.concatenate(pair))
    if score <= LIMIT:
        return Check(NAME, score, LIMIT, MEANING)
    correction = _towards_balance(passes, held, allowed)
    advice = f"the tracked frequency stands at {held:.0f} Hz: the resonance has left its range"
    if correction is not None:
        side = "above" if correction.value > held else "below"
        advice += f" and lies {side} it"
    return Check(NAME, score, LIMIT, MEANING, advice + "; tune again", correction)


def _held(frequency: NDArray[np.float32]) -> tuple[float, float]:
    """Return the share of samples at the commonest value less that at the next, and the value.

    A range has two ends, and where nothing responds the loop wanders to both; a frequency in coarse
    digits holds many values, one about as often as the next.
    """
    values, counts = np.unique(frequency, return_counts=True)
    order = np.argsort(counts)[::-1][:2]
    most, other = int(counts[order[0]]), int(counts[order[-1]]) if len(order) > 1 else 0
    if most == 1:
        return 0.0, math.nan
    return (most - other) / frequency.size, float(values[order[0]])


def _towards_balance(passes: Passes, held: float, allowed: Bounds | None) -> Correction | None:
    """Return the frequency by one distance of the pair farther on the side of more amplitude."""
    lower, upper = passes.both("amplitude"), passes.both("amplitude_2")
    if lower is None or upper is None or len(passes.frequencies) != 2:
        return None
    apart = passes.frequencies[1] - passes.frequencies[0]
    more = float(np.median(upper[0]) - np.median(lower[0]))
    return bounded("drive_frequency", held + math.copysign(apart, more), held, allowed)


def check_tuning(then: Passes, now: Passes) -> Check:
    """Compare the response of one place at a fixed frequency: score = |1 - now / then|.

    A shift of the resonance multiplies every response with one complex factor, because all places
    shift alike.

    Parameters
    ----------
    then, now
        At least 32 lines each, of the same shape, within 8 px of each other.

    Returns
    -------
    Check
        It cannot tell in other modes than at one frequency, or where the place is not found again.
    """
    fixed = Mode.PFM_SINGLE_FREQUENCY
    place = same_response(then, now) if then.mode is fixed and now.mode is fixed else None
    if place is None:
        return Check(TUNING, math.nan, TUNING_LIMIT, TUNING_MEANING)
    power = float(np.vdot(place.then, place.then).real) - place.noise / 2 * place.then.size
    if power <= 0:
        return Check(TUNING, math.nan, TUNING_LIMIT, TUNING_MEANING)
    factor = complex(np.vdot(place.then, place.now)) / power
    # a response that has grown is judged as one that fell: tuned the other way round
    score = abs(1 - (factor if abs(factor) <= 1 else 1 / factor))
    advice = ""
    if score > TUNING_LIMIT:
        advice = (
            f"the response of the same place is {abs(factor):.2f} of what it was, turned by "
            f"{math.degrees(cmath.phase(factor)):.0f} degrees: tune the drive to the contact "
            "resonance again"
        )
    return Check(TUNING, score, TUNING_LIMIT, TUNING_MEANING, advice)
