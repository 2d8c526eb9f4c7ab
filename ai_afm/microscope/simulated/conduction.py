"""Current through a tip: a barrier with a series resistance, better passed at domain walls.

The barrier lets I = I0 exp(sqrt(|V| / V0)) (1 - exp(-e |V| / k T)) pass, with the square root in
which an electric field lowers a barrier by image force (Schottky, in blocking direction); I0 is
larger near a domain wall. A resistance in series takes its share of the bias. On top come the
charge of a capacitance at each step and the noise of the amplifier. Charge that polarisation sets
free (2 P A, some 1e-16 C under a tip) is far below both, here as in a real instrument, and left
out.

References
----------
J. Seidel et al., Nature Materials 8, 229 (2009), doi:10.1038/nmat2373 (conduction at domain walls).
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq

from ai_afm.errors import InstrumentError
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.spot import Spot, find_spot
from ai_afm.microscope.simulated.surface import Array
from ai_afm.microscope.simulated.switching import SpotState, advance
from ai_afm.microscope.simulated.waveforms import Schedule, leave, staircase
from ai_afm.types import Measurement, ProbeRequest, Spectrum, Waveform

THERMAL = 0.0257
"""k T / e at room temperature, V."""

SMALLEST = 1e-9
"""A bias below this (V) is 0 for any source."""


@dataclass(frozen=True, slots=True)
class Conduction:
    """How a sample conducts under a tip, and the circuit around it.

    Parameters
    ----------
    saturation
        I0 in the bulk for a positive bias, A.
    reverse
        I0 for a negative bias relative to that: the two contacts differ.
    lowering
        V0, the bias that multiplies the current by e, V.
    wall_gain, wall_reach
        I0 at a domain wall relative to the bulk, and the distance (m) in which that decays (as a
        gaussian), contact included.
    series
        Resistance in series, ohm.
    capacitance
        Between tip with lever and sample, what is left of it after compensation, F.
    largest
        Range of the current amplifier, A: beyond it nothing is known, so a sweep ends there.
    """

    saturation: float = 2e-13
    reverse: float = 0.3
    lowering: float = 0.14
    wall_gain: float = 40.0
    wall_reach: float = 8e-9
    series: float = 2e7
    capacitance: float = 2e-14
    largest: float = 1e-6

    def barrier(self, bias: float) -> float:
        """Return the current through the barrier in units of I0, at a bias >= 0 across it, V."""
        return -math.exp(math.sqrt(bias / self.lowering)) * math.expm1(-bias / THERMAL)

    def current(self, bias: float, wall_distance: float) -> float:
        """Return the steady current, A, at a bias (V) and a distance (m) from the nearest wall."""
        if abs(bias) < SMALLEST:
            return 0.0
        gain = (self.wall_gain - 1) * math.exp(-0.5 * (wall_distance / self.wall_reach) ** 2)
        i0 = self.saturation * (1 + gain) * (1.0 if bias > 0 else self.reverse)

        def missing(size: float) -> float:
            left = abs(bias) - size * self.series
            return i0 * self.barrier(max(left, 0.0)) - size

        # between no current, and so much that nothing is left for the barrier
        most = abs(bias) / self.series if self.series else missing(0.0)
        size = brentq(missing, 0.0, most, xtol=1e-18, rtol=1e-10)
        return math.copysign(float(size), bias)


@dataclass(frozen=True, slots=True)
class CurrentMeter:
    """A tip as current probe: conduction, reach of its field (m), noise density (A/sqrt(Hz))."""

    conduction: Conduction
    electric_radius: float
    noise: float = 0.0


def current_voltage(
    sample: SwitchingSample,
    request: ProbeRequest,
    meter: CurrentMeter,
    rng: np.random.Generator,
    time: float,
) -> Spectrum:
    """Measure a current-voltage curve; the bias switches the sample as that of a loop does.

    Parameters
    ----------
    sample
        Changed by the probe.
    request
        What to measure, and where; its waveform may have no off-field time.
    meter
        The instrument.
    rng
        Draws the noise (switching draws from the sample's own generator).
    time
        When the probe starts, s.

    Returns
    -------
    spectrum
        The current in `extra`, A; no electric response (NaN). It ends before the first sample whose
        reading is beyond the waveform's compliance or the amplifier's range; `stopped` says which.

    Raises
    ------
    InstrumentError
        When there is no waveform, it cannot be played, has an AC amplitude (which reads a response,
        and would only add to the current), or its first step is beyond compliance or range.
    """
    waveform = request.waveform
    if waveform is None:
        raise InstrumentError(f"a {request.kind} needs a waveform; this request has none")
    if waveform.drive:
        raise InstrumentError(
            f"a current-voltage curve is read without AC; this waveform has {waveform.drive:g} V"
        )
    plan, limit = staircase(waveform, 1), _limit_of(waveform, meter)
    deviation = meter.noise / np.sqrt(2 * plan.seconds)
    stopped = ""
    spot = find_spot(sample, request.position, meter.electric_radius, time)
    state, distances = SpotState(), []
    native = native_wall(spot)
    current = np.empty(len(plan.bias))
    steps = np.diff(plan.bias, prepend=0.0)
    for i, (bias, seconds) in enumerate(zip(plan.bias, plan.seconds, strict=True)):
        held = (float(bias), float(seconds))
        state = advance(state, held, spot.site, sample.settings, sample.rng, 0.0)
        distances.append(wall_distance(state, native, spot))
        charging = meter.conduction.capacitance * steps[i] / seconds
        steady = meter.conduction.current(held[0], distances[-1])
        current[i] = steady + charging + deviation[i] * rng.standard_normal()
        # the reading decides, as it does in a source that watches its amplifier
        if abs(current[i]) > limit.size:
            stopped = f"at {limit.name} of {limit.size:.3g} A, on the step to {bias:.3g} V"
            plan, current = _until(plan, i), current[:i]
            break
    if not len(current):
        raise InstrumentError(f"the sweep ends before its first sample, {stopped}")
    elapsed = np.cumsum(plan.seconds)
    leave(sample, spot, state, time + float(elapsed[-1]), plan, 0.0)
    return replace(_spectrum(request, plan, elapsed, current), stopped=stopped)


@dataclass(frozen=True, slots=True)
class CurrentLimit:
    """The |current| that ends a sweep, A, and what it is called."""

    size: float
    name: str


def _limit_of(waveform: Waveform, meter: CurrentMeter) -> CurrentLimit:
    """Return what is reached first: the compliance asked for, or the end of the range."""
    largest, asked = meter.conduction.largest, waveform.compliance
    if asked is not None and asked <= largest:
        return CurrentLimit(asked, "the current limit")
    return CurrentLimit(largest, "the end of the amplifier's range")


def native_wall(spot: Spot) -> tuple[float, float]:
    """Return the distances (m) of the nearest wall that the bias can push, and of any other one.

    Walls that were written before count as much as native ones: they are found where the response
    around the tip has the opposite sign.
    """
    half = (spot.patch.shape[0] - 1) / 2
    axis = (np.arange(spot.patch.shape[0]) - half) * spot.pitch
    away = np.hypot(axis[None, :], axis[:, None])
    opposite = spot.patch * spot.site.sign < -0.1 * np.abs(spot.patch).max()
    seen = float(away[opposite].min()) - spot.pitch / 2 if opposite.any() else math.inf
    movable, nearest = spot.site.movable_wall, spot.site.nearest_wall
    if math.isfinite(movable):
        return movable, nearest if nearest < movable - spot.pitch else math.inf
    return math.inf, min(nearest, seen) if spot.site.ferroelectric else nearest


def wall_distance(state: SpotState, native: tuple[float, float], spot: Spot) -> float:
    """Return how far the nearest wall is from the tip, m, for what the bias has done since."""
    movable, other = native
    rims = [radius for radius, _ in state.dots] if spot.site.ferroelectric else []
    return min([abs(movable + state.shift), other, *rims])


def _until(plan: Schedule, count: int) -> Schedule:
    return Schedule(
        plan.bias[:count],
        plan.seconds[:count],
        plan.on_field[:count],
        plan.cycle[:count],
        plan.write_bias[:count],
    )


def _spectrum(request: ProbeRequest, plan: Schedule, elapsed: Array, current: Array) -> Spectrum:
    return Spectrum(
        request=request,
        time=elapsed,
        bias=plan.bias.astype(np.float32),
        response=np.full(len(current), np.nan, np.complex64),
        on_field=plan.on_field,
        cycle=plan.cycle,
        write_bias=plan.write_bias.astype(np.float32),
        response_unit="m",
        measurement=Measurement(),
        extra={"current": current.astype(np.float32)},
    )
