"""Do trace and retrace show the same surface?"""

import math

import numpy as np

from ai_afm.survey.health.check import Check
from ai_afm.survey.health.passes import FEWEST, Passes, Rows, levelled, without_mains

NAME = "trace_retrace"
MEANING = "structure that trace and retrace do not share, as a share of what they do (power)"

LIMIT = 0.05
"""A twentieth of the power is nearly a quarter of the amplitude."""

LAG = 2
"""Lag (px) between the ways that feedback and lock-in may have."""
_SURE = 2.0
"""Standard errors by which structure must stand out of the noise."""


def check_agreement(passes: Passes, channel: str = "height") -> Check:
    """Compare the ways: score = power of the half difference / power of the mean.

    Noise differs from line to line, structure hardly does: both powers are covariances of
    neighbouring lines, in which noise has no part. A lag of up to 2 px is allowed for.

    Parameters
    ----------
    passes
        At least 8 lines.
    channel
        What to compare.

    Returns
    -------
    Check
        It cannot tell where the channel is missing, or where noise makes it a matter of chance on
        which side of the limit the score lies, as on a flat sample.
    """
    score, lag = _disagreement(passes, channel)
    advice = ""
    if score > LIMIT:
        advice = (
            f"trace and retrace of the {channel} differ: scan slower or raise the gain; if that "
            "does not help, look at the tip and at the scanner's sensors"
        )
        if abs(lag) == LAG:
            advice += " (one lags behind the other by 2 px or more)"
    return Check(NAME, score, LIMIT, MEANING, advice)


def _disagreement(passes: Passes, channel: str) -> tuple[float, int]:
    """Return the score, NaN where it cannot be told, and the lag at which it is least."""
    pair = passes.both(channel)
    if pair is None:
        return math.nan, 0
    trace, retrace = (without_mains(levelled(image), passes.dwell) for image in pair)
    inner = trace.shape[1] - LAG
    found: list[tuple[float, float, int]] = []
    for lag in range(-LAG, LAG + 1):
        fixed, other = trace[:, LAG:inner], retrace[:, LAG + lag : inner + lag]
        mean, unsure = _shared(fixed + other)
        differ, error = _shared(fixed - other)
        if mean <= _SURE * unsure:
            if differ <= _SURE * error:
                continue
            # all that they may share: the score is the least that it can be
            mean = max(mean + _SURE * unsure, 1e-3 * differ)
        found.append((differ / mean, error / mean, lag))
    score, spread, lag = min(found, default=(math.nan, 0.0, 0))
    return (math.nan if abs(score - LIMIT) < _SURE * spread else max(score, 0.0)), lag


def _shared(rows: Rows) -> tuple[float, float]:
    """Return the covariance of neighbouring lines and its standard error."""
    if np.isfinite(rows).all():
        products = np.einsum("ij,ij->i", rows[1:], rows[:-1]) / rows.shape[1]
        return float(products.mean()), float(products.std(ddof=1)) / math.sqrt(len(products))
    return _shared_where(rows)


def _shared_where(rows: Rows) -> tuple[float, float]:
    """Return the same of lines with gaps: each pair counts by what both have read."""
    both = rows[1:] * rows[:-1]
    read = np.isfinite(both)
    counts = read.sum(axis=1)
    sums = np.where(read, both, 0.0).sum(axis=1)[counts > 0]
    counts = counts[counts > 0]
    if len(counts) < FEWEST:
        return 0.0, math.inf
    mean = float(sums.sum() / counts.sum())
    spread = float(np.sqrt(((sums - mean * counts) ** 2).sum()))
    return mean, spread / float(counts.sum()) * math.sqrt(len(counts) / (len(counts) - 1))
