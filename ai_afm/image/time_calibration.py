"""The times of an instrument as measured, in place of those that it declares."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import least_squares

from ai_afm.errors import BadInput
from ai_afm.image.instrument_time import FloatArray, InstrumentTimes, request_seconds
from ai_afm.types import PathRequest, Point, ScanRequest

FITTED = (
    "turn_around_min", "command_latency", "settle", "settle_per_range", "travel_speed",
    "speed_change",
)  # fmt: skip
"""What is fitted. The recovery of the feedback always comes together with settling, so that no
time can tell them apart: it stays as declared."""

HOLD = 1e-3
"""Weight of the declared times: it decides only what the measured ones leave open."""

SHORTEST = 0.01
"""Deviations are counted against the measured time, or this one (s) where that is shorter."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A request that was carried out from `start` (m) in `seconds`."""

    request: ScanRequest | PathRequest
    start: Point
    seconds: float


def calibrated(times: InstrumentTimes, measured: Sequence[Timed]) -> InstrumentTimes:
    """Return the times with which the cost model explains what requests really took.

    The relative deviations are minimised by least squares over the logarithms of the times. What
    the requests cannot tell apart (for an instrument without paths the command's latency and
    settling, of which only the sum is ever seen) keeps the proportion that was declared; what they
    do not touch, and what was declared as 0, stays as it is.

    Parameters
    ----------
    times
        As declared.
    measured
        At least one request; see `ai_afm.microscope.exercise`.

    Raises
    ------
    BadInput
        When there is nothing to go by, or a measured time is no number above 0.
    """
    if not measured or not all(0 < m.seconds < np.inf for m in measured):
        raise BadInput("the times of an instrument need measured times above 0 s")
    names = [name for name in FITTED if getattr(times, name) > 0]
    declared = np.array([getattr(times, name) for name in names])
    seconds = np.array([m.seconds for m in measured])
    scale = np.maximum(seconds, SHORTEST)

    def model(logs: FloatArray) -> InstrumentTimes:
        values = (declared * np.exp(logs)).tolist()
        return replace(times, **dict(zip(names, values, strict=True)))

    def residuals(logs: FloatArray) -> FloatArray:
        guess = model(logs)
        predicted = np.array([request_seconds(m.request, m.start, guess) for m in measured])
        return np.concatenate([(predicted - seconds) / scale, HOLD * logs])

    # Steps of 1e-4: the model has corners (the longer of two times), which smaller ones see no
    # better, and rounding does not disturb them.
    found = least_squares(residuals, np.zeros(len(names)), diff_step=np.full(len(names), 1e-4))
    return model(found.x)


def deviation(times: InstrumentTimes, measured: Sequence[Timed]) -> float:
    """Return the largest relative deviation of the cost model from what requests really took."""
    ratios = [request_seconds(m.request, m.start, times) / m.seconds - 1 for m in measured]
    return max(map(abs, ratios), default=0.0)
