"""Detection modes: what a lock-in makes of the motion, along the path of the tip.

Arrays are (passes, samples), the samples of a pass in order of time. A pass starts in the steady
state of its first sample, because the tip turns round there.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.signal import lfilter

from ai_afm.microscope.simulated.band import Band
from ai_afm.microscope.simulated.electromechanics import (
    ComplexArray,
    ContactMechanics,
    Motion,
    transfer,
)
from ai_afm.microscope.simulated.surface import Array
from ai_afm.types import Mode


@dataclass(frozen=True, slots=True)
class Detection:
    """Settings of the lock-in and of what follows the resonance.

    Parameters
    ----------
    mode
        `Mode.PFM_OFF_RESONANCE`, `PFM_SINGLE_FREQUENCY`, `PFM_DART`, `PFM_BAND_EXCITATION` or
        `TAPPING`.
    frequency
        Drive frequency, Hz, where it is fixed; the start of the search in DART.
    time_constant
        Of the lock-in's low-pass (one pole), s.
    separation
        Distance of the two frequencies of DART, Hz.
    loop_time
        Time constant of DART's frequency loop, s.
    lock_range
        DART's frequency stays within +- this many Hz of `frequency`; controllers have such limits.
    band
        What band excitation excites, and for how long.
    """

    mode: Mode = Mode.PFM_DART
    frequency: float = 350e3
    time_constant: float = 0.5e-3
    separation: float = 5e3
    loop_time: float = 2e-3
    lock_range: float = 25e3
    band: Band = field(default_factory=Band)


@dataclass(frozen=True, slots=True)
class Detected:
    """What the lock-in gives: complex response (m) at the (lower) frequency, and in DART more.

    `upper` is the response at DART's upper frequency, `frequency` the tracked one (Hz); `None`
    elsewhere.
    """

    response: ComplexArray
    upper: ComplexArray | None = None
    frequency: Array | None = None


def low_pass(signal: ComplexArray, seconds: float, time_constant: float) -> ComplexArray:
    """Pass a signal through the lock-in's one-pole filter along the last axis.

    Parameters
    ----------
    signal
        (passes, samples), each held for `seconds`; the filter starts in the steady state of sample
        0.
    seconds
        Time between samples, s.
    time_constant
        s; 0 for none.

    Returns
    -------
    filtered
        Read at the end of each sample, so that a step reads 1 - exp(-t / time_constant).
    """
    if time_constant <= 0:
        return signal
    keep = math.exp(-seconds / time_constant)
    initial = signal[..., :1] * keep
    return np.asarray(lfilter([1 - keep], [1, -keep], signal, axis=-1, zi=initial)[0])


def detect(motion: Motion, noise: ComplexArray, detection: Detection, seconds: float) -> Detected:
    """Return what the lock-in reads of a motion in the mode of `detection`.

    Parameters
    ----------
    motion
        The driven motion, (passes, samples).
    noise
        (2, passes, samples) complex in DART, else (1, passes, samples): noise of the read signal,
        m.
    detection, seconds
        Settings, and the time between samples, s.

    See Also
    --------
    ai_afm.microscope.simulated.band : band excitation, which has no lock-in.
    """
    if detection.mode is Mode.PFM_DART:
        return track_dart(motion, noise, detection, seconds)
    if detection.mode is Mode.PFM_OFF_RESONANCE:
        # Far below the resonance H is 1 and real; the finite frequency is kept for honesty.
        raw = motion.static * transfer(detection.frequency, motion.resonance, motion.quality)
    elif detection.mode is Mode.PFM_SINGLE_FREQUENCY:
        raw = motion.static * transfer(detection.frequency, motion.resonance, motion.quality)
    else:
        raise ValueError(f"{detection.mode} is no mode of piezoresponse detection")
    return Detected(low_pass(raw + motion.background, seconds, detection.time_constant) + noise[0])


def track_dart(
    motion: Motion, noise: ComplexArray, detection: Detection, seconds: float
) -> Detected:
    """Follow the contact resonance by keeping the amplitudes at two frequencies equal.

    The loop integrates e = (A2 - A1) / (A2 + A1), scaled by the slope of the resonance curve so
    that near lock f approaches f_cr with `loop_time`. Where the response vanishes (a 180-degree
    wall) only background and noise are left in e and the frequency runs away: the known spikes of
    DART.

    References
    ----------
    Rodriguez, Callahan, Kalinin, Proksch, Nanotechnology 18, 475504 (2007),
    doi:10.1088/0957-4484/18/47/475504
    """
    half = np.array([[-0.5], [0.5]]) * detection.separation
    keep = math.exp(-seconds / detection.time_constant) if detection.time_constant > 0 else 0.0
    low, high = (
        detection.frequency - detection.lock_range,
        detection.frequency + detection.lock_range,
    )
    gain = (1 - math.exp(-seconds / detection.loop_time)) * _detuning_per_error(motion, detection)
    # Samples first: the loop reads one contiguous row per sample.
    square = np.ascontiguousarray((motion.resonance**2).T)
    damping = np.ascontiguousarray((1j * motion.resonance / motion.quality).T)
    passed = (1 - keep) * square * motion.static.T
    offset = np.ascontiguousarray((1 - keep) * motion.background.T)
    noise = np.ascontiguousarray(noise.transpose(2, 0, 1))
    samples, lines = square.shape
    response = np.empty((samples, 2, lines), complex)
    frequency = np.empty((samples, lines))
    f = np.minimum(np.maximum(motion.resonance[:, 0], low), high)
    signal = motion.static[:, 0] * transfer(f + half, motion.resonance[:, 0], motion.quality[:, 0])
    signal = signal + motion.background[:, 0]
    for i in range(samples):
        pair = f + half
        signal = signal * keep + (passed[i] / (square[i] - pair * (pair - damping[i])) + offset[i])
        read = np.add(signal, noise[i], out=response[i])
        lower, upper = np.abs(read)
        f = f + gain * ((upper - lower) / (upper + lower))
        f = np.minimum(np.maximum(f, low), high, out=frequency[i])
    return Detected(
        np.ascontiguousarray(response[:, 0].T),
        np.ascontiguousarray(response[:, 1].T),
        np.ascontiguousarray(frequency.T),
    )


def _detuning_per_error(motion: Motion, detection: Detection) -> float:
    """Return d(f_cr - f) / de at lock, Hz, for f_cr and Q as the controller was tuned."""
    f_cr, quality = detection.frequency, float(np.median(motion.quality))
    x = quality * detection.separation / f_cr
    return f_cr / (2 * quality) * (1 + x * x) / x


def driven_frequency(detection: Detection, mechanics: ContactMechanics) -> float:
    """Return the frequency of the (lower) response, Hz, at a place of mean stiffness."""
    if detection.mode is Mode.PFM_DART:
        return mechanics.resonance - detection.separation / 2
    if detection.mode is Mode.PFM_BAND_EXCITATION:
        return mechanics.resonance
    return detection.frequency


def noise_gain(detection: Detection, mechanics: ContactMechanics) -> float:
    """Return |H| at the driven frequency: how thermal motion is amplified."""
    f = driven_frequency(detection, mechanics)
    return float(abs(transfer(f, mechanics.resonance, mechanics.quality)))
