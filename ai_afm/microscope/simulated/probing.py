"""Point probes of the device: the same tip, lock-in and noise as in imaging, at one place."""

import math
from dataclasses import replace

import numpy as np

from ai_afm.errors import InstrumentError
from ai_afm.microscope.simulated.band import matched_density
from ai_afm.microscope.simulated.electromechanics import transfer
from ai_afm.microscope.simulated.frame_scan import Instrument
from ai_afm.microscope.simulated.loops import ProbeNoise, TipProperties, measure
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.modes import driven_frequency
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.types import Measurement, Mode, ProbeRequest, Spectrum


def tip_properties(settings: ImagingSettings) -> TipProperties:
    """Return what the settings mean at a point: H at the driven frequency turns and amplifies.

    The frequency stays where it is during a probe (controllers stop tracking under a bias), at a
    place of mean stiffness. With band excitation each sample is a spectrum, of which the fit leaves
    the motion itself.
    """
    electrics, h = settings.electrics, _amplification(settings)
    gain = abs(h) * settings.tip.gain
    sense = -1.0 if settings.noise.phase_inverted else 1.0
    # What `measure` calls background is amplified with the signal; the instrument's is not.
    turned = electrics.background if sense > 0 else electrics.background.conjugate()
    offset = settings.noise.phase_offset
    return TipProperties(
        electric_radius=settings.tip.electric_radius,
        g_es=electrics.electrostatic,
        gain=gain,
        phase=sense * math.atan2(h.imag, h.real) + offset,
        background=turned * complex(math.cos(offset), math.sin(offset)) / gain,
    )


def _amplification(settings: ImagingSettings) -> complex:
    """Return H at the driven frequency where the stiffness is that of the mean sample."""
    if settings.detection.mode is Mode.PFM_BAND_EXCITATION:
        return 1.0 + 0j
    mechanics = settings.mechanics
    f = driven_frequency(settings.detection, mechanics)
    return complex(transfer(f, mechanics.resonance, mechanics.quality))


def probe_noise(settings: ImagingSettings) -> ProbeNoise:
    """Return the noise density that gives the images' noise through their lock-in time constant.

    A one-pole filter of time constant t passes white noise of density n (m/sqrt(Hz)) with rms n /
    (2 sqrt(t)).
    """
    if settings.detection.mode is Mode.PFM_BAND_EXCITATION:
        band = settings.detection.band
        density = matched_density(band, settings.mechanics, settings.noise)
        return ProbeNoise(response=density / settings.tip.gain, current=settings.noise.current)
    h = abs(_amplification(settings))
    rms = math.hypot(settings.noise.shot, settings.noise.thermal * h) / math.sqrt(2)
    density = rms * 2 * math.sqrt(settings.detection.time_constant)
    response = density / (h * settings.tip.gain)
    return ProbeNoise(response=response, current=settings.noise.current)


def measure_at(
    instrument: Instrument,
    request: ProbeRequest,
    measurement: Measurement,
    rng: np.random.Generator,
) -> Spectrum:
    """Probe where the tip truly is; the spectrum carries the request as it was made.

    Raises
    ------
    InstrumentError
        When the sample has no dynamics, or the request cannot be played.
    """
    sample, now = instrument.sample, instrument.clock.now()
    if not isinstance(sample, SwitchingSample):
        raise InstrumentError(
            "this simulated sample cannot be probed: it has no switching dynamics"
        )
    place = instrument.scanner.true_position(request.position, now)
    settings = instrument.imaging
    spectrum = measure(
        sample,
        replace(request, position=place),
        tip_properties(settings),
        probe_noise(settings),
        rng,
        now,
    )
    waveform = request.waveform
    drive = None if waveform is None else waveform.drive
    return replace(
        spectrum, request=request, measurement=replace(measurement, drive_amplitude=drive)
    )
