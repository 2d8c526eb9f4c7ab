"""Noise, drift of the electronics, and what spoils single lines."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from ai_afm.microscope.simulated.electromechanics import ComplexArray
from ai_afm.microscope.simulated.surface import Array

WANDER_PERIODS = np.geomspace(40.0, 8 * 3600.0, 12)
"""Periods (s) whose equal powers per octave make a slow 1/f drift."""


@dataclass(frozen=True, slots=True)
class NoiseSettings:
    """Sizes of everything random or slowly wandering; 0 switches a thing off.

    Parameters
    ----------
    height, height_pink
        rms of white and of 1/f noise in the height, m.
    shot, thermal
        rms of the response's noise from the detector (m) and from thermal motion (m below
        resonance; it is amplified by |H| as the signal is).
    line
        rms of a random offset of each line's height, m.
    jump_rate, jump_size
        Probability a line of a lasting step in height, and its rms, m.
    scar_rate, scar_size
        Probability a line of a horizontal scar, and its rms height, m.
    mains, mains_response, mains_frequency
        Amplitude of the mains pick-up in height and in response (m), Hz.
    optical_zero, adhesion
        rms of the slow drift of the detector's zero and of the adhesion, as height, m.
    gain_drift
        Relative rms of the slow drift of the response.
    resonance_drift, resonance_jitter
        Relative rms of f_cr's slow drift, and of its 1/f jitter along a line (the contact is
        rough).
    phase_offset, phase_inverted
        rad, and whether the phase runs the other way; read phases are wrapped to -pi..pi.
    current
        Noise density of the current amplifier, A/sqrt(Hz).
    response_limit, deflection_limit
        Full scale of the lock-in's input and of the detector, m; beyond it they saturate.
    """

    height: float = 0.05e-9
    height_pink: float = 0.1e-9
    shot: float = 3e-12
    thermal: float = 2e-12
    line: float = 0.03e-9
    jump_rate: float = 0.0
    jump_size: float = 1e-9
    scar_rate: float = 0.0
    scar_size: float = 2e-9
    mains: float = 0.0
    mains_response: float = 0.0
    mains_frequency: float = 50.0
    optical_zero: float = 0.1e-9
    adhesion: float = 0.2e-9
    gain_drift: float = 0.02
    resonance_drift: float = 1e-3
    resonance_jitter: float = 0.6e-3
    phase_offset: float = 0.0
    phase_inverted: bool = False
    current: float = 20e-15
    response_limit: float = 50e-9
    deflection_limit: float = 200e-9


QUIET = NoiseSettings(
    height=0.0, height_pink=0.0, shot=0.0, thermal=0.0, line=0.0, optical_zero=0.0, adhesion=0.0,
    gain_drift=0.0, resonance_drift=0.0, resonance_jitter=0.0, current=0.0,
)  # fmt: skip
"""An instrument without noise or drift."""


@dataclass(frozen=True, slots=True)
class LineEvents:
    """What happens to the lines of one frame; arrays (lines,) by row, drawn before the scan.

    `offset` is the height offset of a line (m, jumps included); a scar of height `scar` (m, 0 for
    none) covers the samples `scar_start`..`scar_end` (shares of the time of a line).
    """

    offset: Array
    scar: Array
    scar_start: Array
    scar_end: Array


def draw_events(
    arrival: NDArray[np.int_], settings: NoiseSettings, rng: np.random.Generator
) -> LineEvents:
    """Draw what happens to the lines of a frame whose rows arrive in order `arrival`."""
    lines = len(arrival)
    jumps = rng.normal(0, settings.jump_size, lines) * (rng.random(lines) < settings.jump_rate)
    offset = np.empty(lines)
    offset[arrival] = np.cumsum(jumps)
    offset += rng.normal(0, settings.line, lines)
    scar = rng.normal(0, settings.scar_size, lines) * (rng.random(lines) < settings.scar_rate)
    start = rng.random(lines)
    return LineEvents(offset, scar, start, start + rng.exponential(0.08, lines))


def wander(time: Array, phases: Array) -> Array:
    """Return a slow 1/f drift of rms 1 at times (s); `phases` (12,) rad make it one of many.

    It is a function of time alone, so that a drift goes on from one scan to the next.
    """
    angle = 2 * np.pi * np.asarray(time)[..., None] / WANDER_PERIODS + phases
    return np.asarray(np.sin(angle).sum(axis=-1) * math.sqrt(2 / len(WANDER_PERIODS)))


def height_noise(
    shape: tuple[int, int], settings: NoiseSettings, rng: np.random.Generator
) -> Array:
    """Draw white and 1/f noise of the height, (lines, samples) in m."""
    noise = np.zeros(shape)
    if settings.height:
        noise += settings.height * rng.standard_normal(shape, np.float32)
    if settings.height_pink:
        noise += settings.height_pink * pink(shape, rng)
    return noise


def pink(shape: tuple[int, int], rng: np.random.Generator) -> Array:
    """Draw noise of rms about 1 whose power falls as 1/f along the last axis.

    References
    ----------
    J. O. Smith, Spectral Audio Signal Processing, "Example: Synthesis of 1/F Noise".
    """
    b = [0.049922035, -0.095993537, 0.050612699, -0.004408786]
    a = [1.0, -2.494956002, 2.017265875, -0.522189400]
    white = rng.standard_normal(shape, np.float32)
    # 0.0850 is the filter's rms for white noise of rms 1 (root of the sum of its squared impulse
    # response).
    return np.asarray(lfilter(b, a, white, axis=-1)) / PINK_RMS


PINK_RMS = float(np.sqrt(np.sum(lfilter(
    [0.049922035, -0.095993537, 0.050612699, -0.004408786],
    [1.0, -2.494956002, 2.017265875, -0.522189400],
    np.eye(1, 20000)[0],
) ** 2)))  # fmt: skip


def response_noise(
    shape: tuple[int, ...], gain: Array | float, settings: NoiseSettings, rng: np.random.Generator
) -> ComplexArray:
    """Draw the response's complex noise, m; its thermal part is amplified by |H| = `gain`."""
    rms = np.hypot(settings.shot, settings.thermal * np.asarray(gain))
    if not np.any(rms):
        return np.zeros(shape, complex)
    parts = rng.standard_normal((*shape, 2), np.float32)
    return np.asarray(parts.view(np.complex64)[..., 0] * (rms / math.sqrt(2)), complex)


def mains(time: Array, amplitude: float, settings: NoiseSettings) -> Array:
    """Return the mains pick-up at times (s), same shape, in the unit of `amplitude`."""
    return np.asarray(amplitude * np.sin(2 * np.pi * settings.mains_frequency * time))


def scaled(settings: NoiseSettings, factor: float) -> NoiseSettings:
    """Return the settings with sizes of noise and drift (no rates, no limits) times `factor`."""
    sizes = ("height", "height_pink", "shot", "thermal", "line", "jump_size", "scar_size", "mains",
             "mains_response", "optical_zero", "adhesion", "gain_drift", "resonance_drift",
             "resonance_jitter", "current")  # fmt: skip
    return replace(settings, **{name: factor * getattr(settings, name) for name in sizes})
