"""A waveform as the samples that are played, and what playing them leaves in a sample."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import InstrumentError
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.spot import Spot
from ai_afm.microscope.simulated.switching_state import SpotState
from ai_afm.types import Waveform


@dataclass(frozen=True, slots=True)
class Schedule:
    """The samples of a waveform: each holds `bias` for `seconds` and is read at its end.

    Arrays of one length: bias (V), seconds, on_field, cycle, write_bias (V).
    """

    bias: NDArray[np.float64]
    seconds: NDArray[np.float64]
    on_field: NDArray[np.bool_]
    cycle: NDArray[np.int32]
    write_bias: NDArray[np.float64]


def schedule(waveform: Waveform, samples: int) -> Schedule:
    """Return the samples of a waveform, `samples` in each on-field and each off-field interval.

    Raises
    ------
    InstrumentError
        When the waveform cannot be played.

    Examples
    --------
    >>> schedule(Waveform(amplitude=2.0, steps=8, cycles=1), 1).bias[::2].tolist()
    [0.0, 1.0, 2.0, 1.0, 0.0, -1.0, -2.0, -1.0]
    """
    _check(waveform, samples)
    n, sign = waveform.steps, waveform.first_polarity
    if waveform.envelope == "step":
        one = np.repeat([sign * waveform.amplitude, waveform.read_bias], n)
        on = np.repeat([True, False], n)
        seconds = np.where(on, waveform.on_time, waveform.off_time)
        written = np.full(2 * n, sign * waveform.amplitude)
    else:
        quarter = np.arange(n) / (n / 4)
        steps = sign * waveform.amplitude * (1 - np.abs((quarter + 1) % 4 - 2))
        on = np.tile([True, False], n)
        one = np.where(on, np.repeat(steps, 2), waveform.read_bias)
        seconds = np.tile([waveform.on_time, waveform.off_time], n)
        written = np.repeat(steps, 2)
    cycle = np.repeat(np.arange(waveform.cycles), len(one) * samples)

    def whole(values: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.tile(np.repeat(values, samples), waveform.cycles)

    return Schedule(
        whole(one).astype(np.float64),
        whole(seconds / samples).astype(np.float64),
        whole(on).astype(np.bool_),
        cycle.astype(np.int32),
        whole(written).astype(np.float64),
    )


def staircase(waveform: Waveform, samples: int) -> Schedule:
    """Return the samples of a waveform that may do without its off-field intervals (I-V curves).

    Raises
    ------
    InstrumentError
        When the waveform cannot be played.

    Examples
    --------
    >>> staircase(Waveform(amplitude=2.0, steps=8, cycles=1, off_time=0.0), 1).bias.tolist()
    [0.0, 1.0, 2.0, 1.0, 0.0, -1.0, -2.0, -1.0]
    """
    if waveform.off_time:
        return schedule(waveform, samples)
    plan = schedule(replace(waveform, off_time=waveform.on_time), samples)
    on = plan.on_field
    return Schedule(plan.bias[on], plan.seconds[on], on[on], plan.cycle[on], plan.write_bias[on])


def _check(waveform: Waveform, samples: int) -> None:
    if waveform.envelope not in ("triangle", "step"):
        raise InstrumentError(f"no envelope {waveform.envelope!r}; known: triangle, step")
    if waveform.envelope == "triangle" and (waveform.steps < 4 or waveform.steps % 4):
        raise InstrumentError(f"a triangle needs a multiple of 4 steps, not {waveform.steps}")
    if waveform.steps < 1 or waveform.cycles < 1 or samples < 1:
        raise InstrumentError("a waveform needs at least one step, one cycle and one sample")
    if waveform.on_time <= 0 or waveform.off_time <= 0:
        raise InstrumentError("on-field and off-field times must be longer than 0 s")
    if waveform.first_polarity not in (-1, 1):
        raise InstrumentError(f"first polarity is +1 or -1, not {waveform.first_polarity}")


def leave(
    sample: SwitchingSample, spot: Spot, state: SpotState, end: float, plan: Schedule, drive: float
) -> None:
    """Let the sample remember what a probe has done to it, by its `end` (s) and with its dose."""
    sample.remember(spot.left_behind(state, end, sample.settings))
    volt_seconds = float(np.sum((np.abs(plan.bias) + drive) * plan.seconds))
    seconds = float(plan.seconds.sum())
    at = np.array([spot.position[0]]), np.array([spot.position[1]])
    sample.dose_map.add(*at, seconds, volt_seconds / seconds)
