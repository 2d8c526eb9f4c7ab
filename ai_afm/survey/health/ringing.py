"""Does the z loop ring? A tone in time, not in place."""

import math

import numpy as np
from scipy.ndimage import median_filter

from ai_afm.survey.health.check import Bounds, Check, bounded
from ai_afm.survey.health.passes import MAINS, Passes, Rows, levelled
from ai_afm.types import Mode

NAME = "ringing"
MEANING = "power of the strongest tone of a pass, over what is not locked to place beside it"

LIMIT = 10.0
"""Chance makes ln(number of frequencies): 5 to 6."""

_MULTIPLES = 4
"""Tones at the mains' frequencies and their first three multiples are not the loop's."""
_BESIDE = 41
"""Bins over which the power beside a tone is taken."""
_LOWEST = 4
"""Bins below which slow drift lies."""
_SAME = 2.0
"""Where both ways share more than half, it is a pattern: chance lets 16 lines share a quarter."""
_LEAST = 0.1
"""A tone weaker than this share of all power beside it spoils nothing."""
_BACK_OFF = 0.7
"""Share of a gain that is advised: 3 dB away from where the loop oscillates."""


def check_ringing(
    passes: Passes, gain: float | None = None, allowed: Bounds | None = None
) -> Check:
    """Look for a tone in the error signal.

    A pattern of the sample repeats in place: it stands in the same phase in trace and retrace, line
    after line. An oscillation goes on in time: it does not. So frequencies at which both ways share
    most are left out, and what they share is no measure of the noise. The strongest tone of each
    pass counts, whatever its frequency (the contact pulls it); the score is the median over passes.

    Parameters
    ----------
    passes
        The error signal (deflection; the amplitude in tapping) is looked at, the height where there
        is none.
    gain
        Integral gain as it is now, 1/s, for a correction.
    allowed
        What a person allows it to be.

    Returns
    -------
    Check
        An oscillation faster than half the pixel rate is seen at a lower frequency, its alias.
    """
    name = "amplitude" if passes.mode is Mode.TAPPING else "deflection"
    pair = passes.both(name) or passes.both("height")
    if pair is None or passes.shape[1] < 4 * _BESIDE // 2:
        return Check(NAME, math.nan, LIMIT, MEANING)
    ratio = _tones(*(levelled(image) for image in pair))
    bins = ratio.shape[1]
    frequency = np.arange(bins) / (2 * (bins - 1) * passes.dwell)
    ratio[:, _of_mains(frequency)] = 0.0
    score = float(np.median(ratio.max(axis=1)))
    if score <= LIMIT:
        return Check(NAME, score, LIMIT, MEANING)
    correction = None if gain is None else bounded("integral_gain", _BACK_OFF * gain, gain, allowed)
    seen = float(np.median(frequency[ratio.argmax(axis=1)]))
    where = f" (seen at {seen:.0f} Hz)" if math.isfinite(seen) else ""
    advice = f"the z loop rings{where}: lower its gain by 3 dB"
    if gain is not None and correction is None:
        advice += "; that lies outside what software may set"
    return Check(NAME, score, LIMIT, MEANING, advice, correction)


def _tones(trace: Rows, retrace: Rows) -> Rows:
    """Return the spectra of all passes, over what is not locked to place beside each frequency.

    (passes, frequencies); 0 where most of the power is locked to place.
    """
    window = np.hanning(trace.shape[1])
    out, back = (np.fft.rfft(rows * window, axis=1) for rows in (trace, retrace))
    power = np.concatenate([np.abs(out) ** 2, np.abs(back) ** 2])
    mean = power.mean(axis=0)
    shared = np.abs((out * back.conj()).mean(axis=0))
    beside = np.maximum(
        median_filter(np.maximum(mean - shared, 0.0), _BESIDE, mode="nearest"),
        _LEAST * median_filter(mean, _BESIDE, mode="nearest"),
    )
    free = (beside > 0) & (_SAME * shared < mean)
    ratio: Rows = np.divide(power, beside, out=np.zeros_like(power), where=free)
    ratio[:, :_LOWEST] = 0.0
    return ratio


def _of_mains(frequency: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    step = frequency[1]
    nyquist = frequency[-1]
    hit = np.zeros(len(frequency), bool)
    for base in MAINS:
        for multiple in range(1, _MULTIPLES + 1):
            # what is above the Nyquist frequency is seen mirrored
            seen = abs((base * multiple + nyquist) % (2 * nyquist) - nyquist)
            hit |= np.abs(frequency - seen) <= 2 * step
    return hit
