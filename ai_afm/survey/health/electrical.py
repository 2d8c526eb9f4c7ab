"""Does the coating still carry the field to the sample? Asked of a reference domain.

A worn coating drops part of the voltage: the response falls and the coercive bias grows, both at
once, while the topography stays as sharp as it was. Loops at fresh spots of one domain tell; a spot
that was switched before would tell about its own past.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ai_afm.image.loop_fit import fit_loop, one_cycle, rotate_phase
from ai_afm.survey.health.check import Check, Verdict
from ai_afm.types import Spectrum

NAME = "electrical_wear"
MEANING = "growth of coercive bias over response since the reference loops"

LIMIT = 0.36
"""Half way, in the logarithm, to what +30 % in bias with -30 % in response make (0.86)."""
_SURE = 2.0
"""Standard errors that a score at the limit must be away from none."""
FEWEST = 3
"""Spots below which nothing is said."""


@dataclass(frozen=True, slots=True)
class ReferenceLoops:
    """What loops at fresh spots of the reference domain gave: medians over the spots.

    Parameters
    ----------
    response
        Remanent response, unit of the spectra.
    coercive
        Half the distance of the two coercive biases, V.
    error
        Standard error of ln(coercive / response).
    spots
        Number of loops that could be fitted.
    """

    response: float
    coercive: float
    error: float
    spots: int


def read_loops(spectra: Sequence[Spectrum]) -> ReferenceLoops | None:
    """Read the off-field loops of the last cycle at each spot.

    Parameters
    ----------
    spectra
        Full-cycle hysteresis loops, one a spot, all with the same waveform.

    Returns
    -------
    ReferenceLoops or None
        `None` where fewer than 3 spots show a loop.
    """
    found = []
    for spectrum in spectra:
        bias, response = one_cycle(spectrum, int(spectrum.cycle.max()))
        fit = fit_loop(bias, rotate_phase(response)[0])
        if fit.is_loop:
            found.append((fit.remanent, (fit.coercive_plus - fit.coercive_minus) / 2))
    if len(found) < FEWEST:
        return None
    response, coercive = np.array(found).T
    if (coercive <= 0).any():
        return None
    logs = np.log(coercive / response)
    return ReferenceLoops(
        float(np.median(response)),
        float(np.median(coercive)),
        float(logs.std(ddof=1)) / math.sqrt(len(logs)),
        len(logs),
    )


def check_coating(
    then: ReferenceLoops | None, now: ReferenceLoops | None, sharpness: Check | None = None
) -> Check:
    """Compare loops now with those when the tip was good.

    Parameters
    ----------
    then, now
        Same domain, other spots.
    sharpness
        The last check of the tip's shape: it says whether the coating or the whole apex has gone.

    Returns
    -------
    Check
        It cannot tell where either has no loops (a tip that measures none any more is no proof),
        or where the spots differ so much that chance alone could reach the limit.
    """
    if then is None or now is None:
        return Check(NAME, math.nan, LIMIT, MEANING)
    if _SURE * math.hypot(then.error, now.error) > math.log1p(LIMIT):
        return Check(NAME, math.nan, LIMIT, MEANING)
    response, coercive = now.response / then.response, now.coercive / then.coercive
    score = coercive / response - 1
    advice = ""
    if score > LIMIT:
        shape = "is not known to be" if sharpness is None else {
            Verdict.GOOD: "is still", Verdict.SUSPECT: "is no longer",
            Verdict.CANNOT_TELL: "is not known to be",
        }[sharpness.verdict]  # fmt: skip
        advice = (
            f"response {100 * (response - 1):+.0f} %, coercive bias {100 * (coercive - 1):+.0f} %, "
            f"the tip {shape} sharp: the coating is worn; change the tip, and do not pool loops "
            "across this check"
        )
    return Check(NAME, score, LIMIT, MEANING, advice)
