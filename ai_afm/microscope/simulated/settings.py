"""Everything that stands between a sample and its image, fixed or drawn at random for training."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.microscope.simulated.electromechanics import ContactMechanics, Electrics
from ai_afm.microscope.simulated.faults import Fault
from ai_afm.microscope.simulated.feedback import FeedbackSettings
from ai_afm.microscope.simulated.modes import Detection, noise_gain
from ai_afm.microscope.simulated.noise import NoiseSettings
from ai_afm.microscope.simulated.scanner import ScannerSettings
from ai_afm.microscope.simulated.tip import SecondTip, Tip
from ai_afm.types import Channel, Drive, Measurement, Mode

TYPICAL_PIEZO = 40e-12
"""m/V: the response against which random noise and backgrounds are sized."""

MODE_FREQUENCY = {
    Mode.PFM_DART: 350e3,
    Mode.PFM_SINGLE_FREQUENCY: 347e3,  # on the flank, where one ends up when tuning by hand
    Mode.PFM_OFF_RESONANCE: 30e3,
    Mode.PFM_BAND_EXCITATION: 350e3,  # the middle of the band
    Mode.TAPPING: 300e3,
}
"""Drive frequency of each mode of the twin, Hz."""


SPECTRUM = ("response_real", "response_imag")
"""Channels of band excitation that have a spectrum in each pixel."""

BAND_CHANNELS = (
    Channel("amplitude", "m", "amplitude (SHO fit)"),
    Channel("phase", "rad", "phase (SHO fit)"),
    Channel("frequency", "Hz", "resonance frequency (SHO fit)"),
    Channel("quality", "1", "quality factor (SHO fit)"),
    Channel("fit_r2", "1", "R2 of the SHO fit"),
    Channel(SPECTRUM[0], "m", "response of the band, real part"),
    Channel(SPECTRUM[1], "m", "response of the band, imaginary part"),
)
"""What band excitation records of the response: what a fit says, and what it was made from."""

SIGN_CONVENTION = (
    "bias at the tip; phase 0 below resonance where the surface rises with positive bias"
)
"""What a positive bias and the phase mean in the twin."""


@dataclass(frozen=True, slots=True)
class ImagingSettings:
    """All that stands between sample and image; `drive` counts where a request names none."""

    tip: Tip = field(default_factory=Tip)
    mechanics: ContactMechanics = field(default_factory=ContactMechanics)
    electrics: Electrics = field(default_factory=Electrics)
    detection: Detection = field(default_factory=Detection)
    feedback: FeedbackSettings = field(default_factory=FeedbackSettings)
    scanner: ScannerSettings = field(default_factory=ScannerSettings)
    noise: NoiseSettings = field(default_factory=NoiseSettings)
    drive: Drive = field(default_factory=lambda: Drive(2.0))


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """The instrument around the imaging.

    Parameters
    ----------
    imaging
        Tip, cantilever, detection, feedback, scanner, noise.
    extent
        Edge of the square that the scanner reaches, m.
    pixel_multiple
        Pixels of a line are rounded up to a multiple of this, as some controllers do; 1 takes any
        number.
    line_timeout
        Time without a line after which a scan is given up, s.
    faults, seed
        What will go wrong, and the seed of the noise.
    times
        What its motions take; the range of the scanner is `extent`.
    paths
        Whether it takes paths and lines of variable speed, or rectangles only.
    lifts_to_move
        Whether the tip is lifted for moves between the sweeps of a path.
    sample_name
        Name of the sample for the measurement's record.
    bias_file, memory_file
        Where bias and sample's history are kept beyond the process; `None` for nowhere.
    """

    imaging: ImagingSettings = field(default_factory=ImagingSettings)
    extent: float = 20e-6
    pixel_multiple: int = 1
    line_timeout: float = 30.0
    faults: tuple[Fault, ...] = ()
    seed: int = 0
    times: InstrumentTimes = field(default_factory=InstrumentTimes)
    paths: bool = True
    lifts_to_move: bool = True
    sample_name: str = "unknown"
    bias_file: Path | None = None
    memory_file: Path | None = None


def channels_of(mode: Mode) -> tuple[Channel, ...]:
    """Return the channels that are recorded in a mode."""
    height = Channel("height", "m", "Height")
    amplitude, phase = Channel("amplitude", "m", "Amplitude"), Channel("phase", "rad", "Phase")
    if mode is Mode.TAPPING:
        return height, amplitude, phase
    deflection = Channel("deflection", "m", "Deflection")
    if mode is Mode.PFM_BAND_EXCITATION:
        return height, deflection, *BAND_CHANNELS
    if mode is not Mode.PFM_DART:
        return height, amplitude, phase, deflection
    second = Channel("amplitude_2", "m", "Amplitude2"), Channel("phase_2", "rad", "Phase2")
    return height, amplitude, phase, deflection, Channel("frequency", "Hz", "Frequency"), *second


def measurement_of(settings: ImagingSettings) -> Measurement:
    """Return the conditions of measurement that the settings mean."""
    detection = settings.detection
    f, half = detection.frequency, detection.separation / 2
    electric = detection.mode is not Mode.TAPPING
    frequencies: tuple[float, ...] = (f,)
    if detection.mode is Mode.PFM_DART:
        frequencies = (f - half, f + half)
    if banded := detection.mode is Mode.PFM_BAND_EXCITATION:
        frequencies = tuple(detection.band.frequencies.tolist())
    return Measurement(
        mode=detection.mode,
        instrument="ai-afm digital twin",
        software="ai-afm",
        drive_amplitude=settings.drive.amplitude if electric else None,
        drive_frequencies=frequencies,
        quality_factor=settings.mechanics.quality if electric else None,
        time_constant=None if banded else detection.time_constant,
        cantilever_angle=settings.electrics.cantilever_angle,
        signal="vertical",
        biased="tip",
        sign_convention=SIGN_CONVENTION,
        load=settings.tip.load,
        tip=f"simulated, radius {settings.tip.radius * 1e9:.3g} nm when new",
        contact_path=settings.tip.contact_path,
    )


def random_settings(rng: np.random.Generator) -> ImagingSettings:
    """Draw an instrument: mode, tip, drive, background, noise, feedback, scanner, phase.

    Sizes that span decades are drawn evenly in their logarithm. The defects that most scans do not
    have (double tip, scars, jumps, mains, open loop) are drawn in a tenth to a third of the cases.
    """
    modes = (Mode.PFM_DART, Mode.PFM_SINGLE_FREQUENCY, Mode.PFM_OFF_RESONANCE, Mode.TAPPING)
    mode = modes[rng.choice(4, p=(0.33, 0.21, 0.21, 0.25))]
    mechanics = ContactMechanics(
        quality=_log(rng, 20, 200),
        stiffness_exponent=rng.uniform(0.02, 0.25),
        slope_coupling=rng.uniform(-0.1, 0.1),
        quality_exponent=rng.uniform(0, 0.5),
    )
    width = mechanics.resonance / mechanics.quality
    frequency = MODE_FREQUENCY[mode]
    if mode is Mode.PFM_SINGLE_FREQUENCY:
        frequency = mechanics.resonance + rng.uniform(-1.5, 1.5) * width
    detection = Detection(
        mode=mode,
        frequency=frequency,
        time_constant=_log(rng, 0.05e-3, 3e-3),
        separation=rng.uniform(0.5, 2.0) * width,
        loop_time=_log(rng, 0.5e-3, 10e-3),
        lock_range=rng.uniform(3, 15) * width,
    )
    drive = Drive(_log(rng, 0.5, 5.0), None, rng.normal(0, 1.0) if rng.random() < 0.2 else 0.0)
    return ImagingSettings(
        tip=_random_tip(rng),
        mechanics=mechanics,
        electrics=_random_electrics(rng),
        detection=detection,
        feedback=FeedbackSettings(
            integral=_log(rng, 200, 6000), setpoint_ratio=rng.uniform(0.5, 0.9)
        ),
        scanner=_random_scanner(rng),
        noise=_random_noise(rng, drive.amplitude * TYPICAL_PIEZO, noise_gain(detection, mechanics)),
        drive=drive,
    )


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))


def _random_tip(rng: np.random.Generator) -> Tip:
    tip = Tip(radius=_log(rng, 4e-9, 80e-9), electric_radius=_log(rng, 3e-9, 40e-9))
    if rng.random() > 0.1:
        return tip
    distance, angle = _log(rng, 20e-9, 300e-9), rng.uniform(0, 2 * math.pi)
    offset = (distance * math.cos(angle), distance * math.sin(angle))
    return replace(tip, second=SecondTip(offset, rng.exponential(2e-9), rng.uniform(0.05, 0.5)))


def _random_electrics(rng: np.random.Generator) -> Electrics:
    size, angle = TYPICAL_PIEZO * _log(rng, 0.003, 0.5), rng.uniform(0, 2 * math.pi)
    return Electrics(
        electrostatic=TYPICAL_PIEZO * _log(rng, 0.01, 1.0),
        background=complex(size * math.cos(angle), size * math.sin(angle)),
        background_slope=rng.uniform(-1, 1),
        buckling=rng.uniform(0, 0.2),
        cantilever_angle=rng.uniform(0, 2 * math.pi),
    )


def _random_scanner(rng: np.random.Generator) -> ScannerSettings:
    speed, angle = _log(rng, 1e-12, 1e-9), rng.uniform(0, 2 * math.pi)
    return ScannerSettings(
        closed_loop=bool(rng.random() < 0.7),
        hysteresis=rng.uniform(0, 0.05),
        creep=rng.uniform(0, 0.02),
        bow=rng.normal(0, 40.0),
        tilt=(rng.normal(0, 5e-3), rng.normal(0, 5e-3)),
        drift=(speed * math.cos(angle), speed * math.sin(angle)),
    )


def _random_noise(rng: np.random.Generator, signal: float, gain: float) -> NoiseSettings:
    often, seldom = rng.random() < 0.3, rng.random() < 0.15
    return NoiseSettings(
        height=_log(rng, 0.01e-9, 0.5e-9),
        height_pink=_log(rng, 0.02e-9, 1e-9),
        shot=signal * max(1.0, gain) * _log(rng, 0.005, 0.2),
        thermal=signal * _log(rng, 0.005, 0.2),
        line=_log(rng, 0.01e-9, 1e-9),
        jump_rate=0.02 if often else 0.0,
        jump_size=_log(rng, 0.2e-9, 10e-9),
        scar_rate=rng.uniform(0, 0.1) if often else 0.0,
        scar_size=_log(rng, 0.5e-9, 20e-9),
        mains=_log(rng, 0.05e-9, 1e-9) if seldom else 0.0,
        mains_response=signal * max(1.0, gain) * _log(rng, 0.01, 0.1) if seldom else 0.0,
        mains_frequency=float(rng.choice([50.0, 60.0])),
        optical_zero=_log(rng, 0.05e-9, 2e-9),
        adhesion=_log(rng, 0.05e-9, 2e-9),
        gain_drift=_log(rng, 0.01, 0.2),
        resonance_drift=_log(rng, 1e-4, 1e-2),
        resonance_jitter=_log(rng, 1e-4, 1e-2),
        phase_offset=rng.uniform(-math.pi, math.pi),
        phase_inverted=bool(rng.random() < 0.5),
        response_limit=signal * max(1.0, gain) * rng.uniform(3, 30),
    )
