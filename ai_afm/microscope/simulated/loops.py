"""Point probes of the twin: loops, relaxations, current-voltage curves, and force curves."""

import math
from dataclasses import dataclass, field

import numpy as np

from ai_afm.errors import InstrumentError
from ai_afm.microscope.simulated.conduction import Conduction, CurrentMeter, current_voltage
from ai_afm.microscope.simulated.forcecurve import ForceLaw, curve
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.spot import Spot, find_spot
from ai_afm.microscope.simulated.switching import (
    SpotState,
    SwitchingSettings,
    advance,
    ionic_times,
)
from ai_afm.microscope.simulated.waveforms import leave, schedule
from ai_afm.types import Measurement, ProbeKind, ProbeRequest, Spectrum


@dataclass(frozen=True, slots=True)
class TipProperties:
    """What a tip brings to a point measurement.

    Parameters
    ----------
    electric_radius
        Standard deviation of its field along the surface, m.
    g_es
        Electrostatic coupling, m/V^2: response per volt of AC and volt of (V_dc - V_s).
    gain
        Factor from motion to signal (resonance enhancement, coating wear), 1 for the motion itself.
    phase
        Phase offset of the lock-in, rad.
    background
        Complex background per volt of AC, m/V.
    response_unit
        Unit of the response: "m", or "arb" where the gain is not calibrated.
    force
        Contact mechanics, for force curves.
    conduction
        What current passes, for current-voltage curves.
    """

    electric_radius: float = 8e-9
    g_es: float = 1.0e-12
    gain: float = 1.0
    phase: float = 0.0
    background: complex = 0j
    response_unit: str = "m"
    force: ForceLaw = field(default_factory=ForceLaw)
    conduction: Conduction = field(default_factory=Conduction)


@dataclass(frozen=True, slots=True)
class ProbeNoise:
    """Noise and sampling of a point measurement.

    Parameters
    ----------
    response
        White noise density of each quadrature of the response, m/sqrt(Hz); a sample averages over
        its time.
    force
        Deflection noise density as force, N/sqrt(Hz).
    current
        Noise density of the current amplifier, A/sqrt(Hz).
    samples
        Samples in each on-field and in each off-field interval, at least 1.
    """

    response: float = 0.0
    force: float = 0.0
    current: float = 0.0
    samples: int = 1


def measure(
    sample: SwitchingSample,
    request: ProbeRequest,
    tip: TipProperties,
    noise: ProbeNoise,
    rng: np.random.Generator,
    time: float,
) -> Spectrum:
    """Probe a place; the sample remembers it.

    Parameters
    ----------
    sample
        Changed by the probe.
    request
        What to measure, and where.
    tip, noise
        The instrument.
    rng
        Draws the noise (switching draws from the sample's own generator).
    time
        When the probe starts, s.

    Returns
    -------
    spectrum
        Response in `tip.response_unit`, all cycles; `time` counts from the start of the probe. A
        force curve and a current-voltage curve have no electric response (NaN) and their curve in
        `extra`.

    Raises
    ------
    InstrumentError
        When the waveform (or the load of a force curve) is missing or cannot be played.
    """
    if request.kind is ProbeKind.FORCE_CURVE:
        return _force_curve(sample, request, (tip, noise), rng, time)
    if request.kind is ProbeKind.CURRENT_VOLTAGE:
        meter = CurrentMeter(tip.conduction, tip.electric_radius, noise.current)
        return current_voltage(sample, request, meter, rng, time)
    if request.waveform is None:
        raise InstrumentError(f"a {request.kind} needs a waveform; this request has none")
    waveform = request.waveform
    plan = schedule(waveform, noise.samples)
    spot = find_spot(sample, request.position, tip.electric_radius, time)
    state = SpotState()
    motion = np.empty(len(plan.bias))
    for i, (bias, seconds) in enumerate(zip(plan.bias, plan.seconds, strict=True)):
        state = advance(
            state,
            (float(bias), float(seconds)),
            spot.site,
            sample.settings,
            sample.rng,
            waveform.drive,
        )
        potential = spot.potential + state.charge
        motion[i] = effective_response(spot, state, sample.settings) + tip.g_es * (bias - potential)
    elapsed = np.cumsum(plan.seconds)
    leave(sample, spot, state, time + float(elapsed[-1]), plan, waveform.drive)
    response = (motion * np.exp(1j * tip.phase) + tip.background) * waveform.drive
    # A sample averages white noise of one-sided density n over its time T: deviation n / sqrt(2 T).
    deviation = noise.response / np.sqrt(2 * plan.seconds)
    quadratures = rng.standard_normal((2, len(response))) * deviation
    response = tip.gain * (response + quadratures[0] + 1j * quadratures[1])
    return Spectrum(
        request=request,
        time=elapsed,
        bias=plan.bias.astype(np.float32),
        response=response.astype(np.complex64),
        on_field=plan.on_field,
        cycle=plan.cycle,
        write_bias=plan.write_bias.astype(np.float32),
        response_unit=tip.response_unit,
        measurement=Measurement(drive_amplitude=waveform.drive),
        extra={},
    )


def effective_response(spot: Spot, state: SpotState, settings: SwitchingSettings) -> float:
    """Return d_eff under the tip, m/V: piezoelectric plus electrochemical response."""
    _, weights = ionic_times(settings)
    ions = math.fsum(c * w for c, w in zip(state.ions, weights, strict=True))
    return spot.piezo(state, settings) + spot.ionic * (1 + ions / settings.ionic_voltage)


def _force_curve(
    sample: SwitchingSample,
    request: ProbeRequest,
    instrument: tuple[TipProperties, ProbeNoise],
    rng: np.random.Generator,
    time: float,
) -> Spectrum:
    tip, noise = instrument
    if request.indentation is None or request.indentation <= 0:
        raise InstrumentError("a force curve needs a largest load above 0 N")
    x, y = np.array([request.position[0]]), np.array([request.position[1]])
    here = sample.surface(x, y, time)
    law = tip.force.on(float(here.stiffness[0]), float(here.adhesion[0]))
    height, deflection, approach = curve(law, request.indentation)
    seconds = (np.arange(1, len(height) + 1) * law.sample_time).astype(np.float64)
    deviation = noise.force / math.sqrt(2 * law.sample_time) / law.spring
    deflection = deflection + deviation * rng.standard_normal(len(height))
    contact = float(law.sample_time * np.count_nonzero(deflection > 0))
    sample.dose_map.add(x, y, contact, 0.0)
    zeros = np.zeros(len(height), np.float32)
    return Spectrum(
        request=request,
        time=seconds,
        bias=zeros,
        response=np.full(len(height), np.nan, np.complex64),
        on_field=np.zeros(len(height), np.bool_),
        cycle=np.zeros(len(height), np.int32),
        write_bias=zeros,
        response_unit=tip.response_unit,
        measurement=Measurement(load=request.indentation),
        extra={
            "height": (height + float(here.height[0])).astype(np.float32),
            "deflection": deflection.astype(np.float32),
            "force": (law.spring * deflection).astype(np.float32),
            "approach": approach.astype(np.float32),
        },
    )
