"""The z feedback at the real scan rate: what height it reports, what error it leaves.

Arrays are (passes, samples), the samples of a pass in order of time. A pass starts in the steady
state of its first sample, because the tip turns round there.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.signal import cont2discrete, lfilter, ss2tf

from ai_afm.microscope.simulated.surface import Array

PULL = 2e-3
"""Relative change of a ringing loop's frequency from pass to pass, as the contact's stiffness
changes under the tip."""


@dataclass(frozen=True, slots=True)
class FeedbackSettings:
    """A PI controller and the z actuator that it drives.

    Parameters
    ----------
    integral
        Integral gain, 1/s: the loop follows up to about integral / (2 pi) Hz. `math.inf` is a
        perfect loop.
    proportional
        Proportional gain.
    actuator_frequency, actuator_quality
        Resonance of the z actuator (Hz) and its Q: what rings when the gain is too high.
    setpoint_ratio, free_amplitude
        Tapping: amplitude kept, as a share of the free amplitude (m). It limits the error: above a
        downward step the amplitude cannot exceed the free one, so the tip parachutes.
    ringing
        Amplitude (m) of the oscillation that a gain beyond the loop's margin makes, at the
        actuator's resonance: saturation keeps it at that size. 0 for a loop that is stable.
    """

    integral: float = 2500.0
    proportional: float = 0.0
    actuator_frequency: float = 6e3
    actuator_quality: float = 5.0
    setpoint_ratio: float = 0.75
    free_amplitude: float = 20e-9
    ringing: float = 0.0


def follow_linear(height: Array, settings: FeedbackSettings, seconds: float) -> Array:
    """Return where a loop without saturation (contact mode) puts the tip.

    Parameters
    ----------
    height
        (passes, samples), m, taken to vary linearly between samples.
    settings
        Gains and actuator.
    seconds
        Time between samples, s.

    Returns
    -------
    position
        (passes, samples), m; the error is height - position.

    Raises
    ------
    ValueError
        When the gains make the loop oscillate for ever.
    """
    if math.isinf(settings.integral):
        return height
    numerator, denominator = _discrete_loop(settings, seconds)
    # Counted from the first sample, the loop starts at rest: no initial state is needed.
    start = height[..., :1]
    position = np.asarray(lfilter(numerator, denominator, height - start, axis=-1)) + start
    return position + oscillation(height.shape, settings, seconds)


def oscillation(shape: tuple[int, ...], settings: FeedbackSettings, seconds: float) -> Array:
    """Return what a ringing loop adds to the position, (passes, samples) in m.

    The oscillation goes on through the turn-arounds. Its frequency has nothing to do with the line
    rate, so its phase falls anywhere from pass to pass, and the contact pulls the frequency by up
    to `PULL`: both by irrational steps, which no fraction comes near. Sampled once a pixel it is
    seen at its alias.
    """
    if not settings.ringing:
        return np.zeros((1, 1))
    passes = np.arange(shape[0])[:, None]
    turns = (math.sqrt(5) - 1) / 2 * passes
    pulled = 1 + PULL * (2 * np.mod(math.sqrt(2) * passes, 1.0) - 1)
    cycles = settings.actuator_frequency * pulled * seconds * np.arange(shape[-1])
    return np.asarray(settings.ringing * np.sin(2 * np.pi * (turns + cycles)))


@lru_cache(maxsize=64)
def _discrete_loop(settings: FeedbackSettings, seconds: float) -> tuple[Array, Array]:
    """Return numerator and denominator of the closed loop sampled every `seconds`.

    States: position, velocity, integral of the error. The sampling is exact for heights that are
    linear between samples (first-order hold), however long a pixel is against the loop.
    """
    w = 2 * math.pi * settings.actuator_frequency
    kp, ki = settings.proportional, settings.integral
    a = np.array(
        [[0, 1, 0], [-w * w * (1 + kp), -w / settings.actuator_quality, w * w * ki], [-1, 0, 0]]
    )
    if np.linalg.eigvals(a).real.max() >= 0:
        raise ValueError(
            f"the z loop oscillates: integral gain {ki:g} 1/s and proportional gain {kp:g} are too "
            f"high for an actuator of {settings.actuator_frequency:g} Hz and Q "
            f"{settings.actuator_quality:g}"
        )
    b = np.array([[0.0], [w * w * kp], [1.0]])
    system = (a, b, np.array([[1.0, 0, 0]]), np.zeros((1, 1)))
    ad, bd, cd, dd, _ = cont2discrete(system, seconds, method="foh")
    numerator, denominator = ss2tf(ad, bd, cd, dd)
    return numerator[0], denominator


def follow_tapping(height: Array, settings: FeedbackSettings, seconds: float) -> Array:
    """Return where a tapping loop puts the tip; its error saturates, so it parachutes down steps.

    The amplitude is taken to fall by the distance that the surface cuts off. It lies between 0 and
    the free amplitude, so the error lies between setpoint - free and setpoint. The loop is integral
    (the actuator is fast against it) and exact for a height that steps between samples.

    Parameters
    ----------
    height, settings, seconds
        As for `follow_linear`.

    Returns
    -------
    position
        (passes, samples), m.
    """
    if math.isinf(settings.integral):
        return height
    kept = settings.setpoint_ratio * settings.free_amplitude
    limits = (kept - settings.free_amplitude, kept)
    steps = np.diff(height, axis=-1).T
    error = np.zeros(height.shape[:-1])
    errors = np.empty(height.shape[::-1])
    errors[0] = 0.0
    for i, step in enumerate(steps):
        errors[i + 1] = error = relax_error(error + step, settings.integral, limits, seconds)
    return height - errors.T + oscillation(height.shape, settings, seconds)


def relax_error(
    error: Array, integral: float, limits: tuple[float, float], seconds: float
) -> Array:
    """Return the error (m) of an integral loop after `seconds` in which the surface does not move.

    Inside the limits it decays exponentially; outside, the tip moves at the constant speed
    integral * limit until the error is back at the limit.
    """
    limit = np.where(error < 0, limits[0], limits[1])
    slewing = np.maximum(np.abs(error / limit) - 1, 0) / integral
    left = seconds - slewing
    decayed = np.minimum(np.maximum(error, limits[0]), limits[1]) * np.exp(
        -integral * np.maximum(left, 0)
    )
    return np.where(left >= 0, decayed, error - integral * limit * seconds)
