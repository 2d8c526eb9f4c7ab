"""How a frame was measured. Unknown is `UNKNOWN` (text) or `None` (number), never a default."""

from dataclasses import dataclass, field
from enum import StrEnum

UNKNOWN = "unknown"


class Mode(StrEnum):
    """Detection mode of a measurement."""

    TAPPING = "tapping"
    CONTACT = "contact"
    PFM_OFF_RESONANCE = "pfm_off_resonance"
    PFM_SINGLE_FREQUENCY = "pfm_single_frequency"
    PFM_DART = "pfm_dart"
    PFM_BAND_EXCITATION = "pfm_band_excitation"
    CAFM = "c_afm"
    ESM = "esm"
    STM = "stm"
    UNKNOWN = UNKNOWN


@dataclass(frozen=True, slots=True)
class Channel:
    """One recorded quantity.

    Parameters
    ----------
    name
        Canonical name: height, amplitude, phase, frequency, quality, deflection, current, ...
    unit
        SI unit; "arb" where the calibration is not known ("rad" for phase).
    original_name
        What the file or instrument calls it.
    """

    name: str
    unit: str
    original_name: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Measurement:
    """The conditions of a measurement, fixed for all formats and for ever (SI units).

    Parameters
    ----------
    mode
        Detection mode.
    instrument, software
        Who measured.
    started
        ISO 8601 time with UTC offset, or "unknown".
    drive_amplitude, drive_frequencies, quality_factor, time_constant
        Excitation (V), its frequencies (Hz), Q of the contact resonance, lock-in time constant (s).
    cantilever_angle
        Direction of the cantilever's long axis in the sample frame, rad: rotating the scan does not
        turn it.
    signal
        "vertical", "lateral", "longitudinal" or "unknown".
    biased
        "tip", "sample" or "unknown".
    sign_convention
        What a positive bias and a positive phase mean, in words.
    phase_calibrated
        Whether up and down may be told from the phase.
    setpoint, setpoint_unit, load
        Feedback setpoint and load (N).
    line_rate
        Hz.
    tip, tip_serial, contact_path, pulses
        Tip type and serial number, metres in contact and pulses so far.
    temperature, humidity
        K, and relative humidity (0 to 1).
    sample
        Name of the sample.
    extra
        Further facts as (key, text), vendor header verbatim included.
    """

    mode: Mode = Mode.UNKNOWN
    instrument: str = UNKNOWN
    software: str = UNKNOWN
    started: str = UNKNOWN
    drive_amplitude: float | None = None
    drive_frequencies: tuple[float, ...] = ()
    quality_factor: float | None = None
    time_constant: float | None = None
    cantilever_angle: float | None = None
    signal: str = UNKNOWN
    biased: str = UNKNOWN
    sign_convention: str = UNKNOWN
    phase_calibrated: bool = False
    setpoint: float | None = None
    setpoint_unit: str = UNKNOWN
    load: float | None = None
    line_rate: float | None = None
    tip: str = UNKNOWN
    tip_serial: str = UNKNOWN
    contact_path: float | None = None
    pulses: int | None = None
    temperature: float | None = None
    humidity: float | None = None
    sample: str = UNKNOWN
    extra: tuple[tuple[str, str], ...] = field(default=(), repr=False)
