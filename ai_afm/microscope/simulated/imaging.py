"""From a sample to what an instrument records of it: pure functions for device and training."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated import band, modes, noise
from ai_afm.microscope.simulated import electromechanics as em
from ai_afm.microscope.simulated.contact import Conditions, Felt, LineBlock, feel, recorded
from ai_afm.microscope.simulated.feedback import follow_linear, follow_tapping
from ai_afm.microscope.simulated.noise import NoiseSettings
from ai_afm.microscope.simulated.scanner import Scanner
from ai_afm.microscope.simulated.settings import (
    ImagingSettings,
    channels_of,
    measurement_of,
    random_settings,
)
from ai_afm.microscope.simulated.surface import Array, Sample
from ai_afm.types import (
    ChannelKey,
    Direction,
    FloatImage,
    Frame,
    Mode,
    ScanRequest,
    SlowDirection,
)

__all__ = [
    "ImagedLines",
    "ImagingSettings",
    "LineBlock",
    "channels_of",
    "image_frame",
    "image_lines",
    "random_settings",
    "signals",
]


BLOCK = 64
"""Lines imaged together: enough to make numpy's overhead small, little enough for the cache."""


@dataclass(frozen=True, slots=True)
class ImagedLines:
    """The record of a block: name -> (2, n, pixels) float32, trace and retrace in image order.

    `saturated` is (2, n) bool: something ran into its limit in the line.
    """

    channels: Mapping[str, FloatImage]
    saturated: NDArray[np.bool_]


def image_lines(
    sample: Sample, block: LineBlock, settings: ImagingSettings, rng: np.random.Generator
) -> ImagedLines:
    """Image neighbouring lines, trace and retrace.

    Parameters
    ----------
    sample
        What lies under the tip; it is not changed here.
    block
        Which lines, where, when, at which voltages.
    settings
        Tip, cantilever, detection, feedback, scanner, noise.
    rng
        Where the noise comes from.

    Returns
    -------
    lines
        Rows in the order of `block.rows`.
    """
    felt = feel(sample, block, settings)
    images, limits = signals(felt, block.conditions, settings, rng)
    over = np.zeros((2, len(block.rows)), bool)
    for name, limit in limits.items():
        over |= (recorded(np.abs(images[name]), block) >= limit).any(axis=2)
    channels = {k: recorded(v, block).astype(np.float32) for k, v in images.items()}
    return ImagedLines(channels, over)


def signals(
    felt: Felt, conditions: Conditions, settings: ImagingSettings, rng: np.random.Generator
) -> tuple[dict[str, Array], dict[str, float]]:
    """Return what the instrument makes of what the tip feels.

    Returns
    -------
    channels
        Name -> (passes, samples) in order of time, overscan included.
    limits
        Full scale of the channels that have one, m.
    """
    if settings.detection.mode is Mode.TAPPING:
        return _tapping(felt, conditions, settings, rng)
    return _piezoresponse(felt, conditions, settings, rng)


def image_frame(
    sample: Sample,
    request: ScanRequest,
    settings: ImagingSettings,
    rng: np.random.Generator,
) -> Frame:
    """Image a whole frame without a device, as training needs it; the sample forgets it.

    Parameters
    ----------
    sample
        What is imaged.
    request
        Where, (lines, pixels), line rate, slow direction, drive (`None`: that of the settings).
    settings, rng
        With what, and where noise and slow drifts come from.

    Returns
    -------
    frame
        All lines, trace and retrace. It lies where the instrument believes it to lie: thermal drift
        makes its lines lie elsewhere.
    """
    lines = request.shape[0]
    rows = np.arange(lines)
    if request.slow_direction is SlowDirection.UP:
        rows = rows[::-1]
    drive = request.drive or settings.drive
    voltages = (drive.dc_bias, drive.amplitude)
    events = noise.draw_events(rows, settings.noise, rng)
    phases = rng.uniform(0, 2 * np.pi, (3, len(noise.WANDER_PERIODS)))
    times = np.arange(lines) / request.line_rate
    shift = Scanner(settings.scanner).displacement(times)
    images: dict[ChannelKey, FloatImage] = {}
    channels = channels_of(settings.detection.mode)
    for start in range(0, lines, BLOCK):
        part = slice(start, start + BLOCK)
        block = LineBlock(request.region, request.shape, request.line_rate, rows[part], times[part],
                          shift[part], voltages, events, phases)  # fmt: skip
        imaged = image_lines(sample, block, settings, rng)
        for name, values in imaged.channels.items():
            for way, direction in enumerate(Direction):
                if not start:  # a pixel of band excitation holds a spectrum
                    images[name, direction] = np.empty((lines, *values.shape[2:]), np.float32)
                images[name, direction][rows[part]] = values[way]
    scanned = {direction: np.ones(lines, bool) for direction in Direction}
    return Frame(request, images, channels, scanned, measurement_of(settings))


def _met(felt: Felt, conditions: Conditions) -> tuple[Array, NDArray[np.bool_]]:
    """Return the height that the loop must follow, and where a scar lies in it."""
    events, rows, share = conditions.events, felt.rows, felt.share
    scarred = (share >= events.scar_start[rows, None]) & (share < events.scar_end[rows, None])
    scarred &= events.scar[rows, None] != 0
    height = felt.height + felt.plane
    return height + scarred * events.scar[rows, None], scarred


def _electronics(height: Array, felt: Felt, conditions: Conditions, settings: ImagingSettings,
                 rng: np.random.Generator) -> Array:  # fmt: skip
    """Return the height as recorded: with offsets of lines, drifts, noise and mains."""
    s = settings.noise
    slow = s.optical_zero * noise.wander(felt.time[:, 0], conditions.phases[0])
    slow += s.adhesion * noise.wander(felt.time[:, 0], conditions.phases[1])
    height = height + (conditions.events.offset[felt.rows] + slow)[:, None]
    drawn = (1, height.size) if conditions.in_order else height.shape
    height += noise.height_noise(drawn, s, rng).reshape(height.shape)
    if s.mains:
        height += noise.mains(felt.time, s.mains, s)
    return height


def _piezoresponse(
    felt: Felt, conditions: Conditions, settings: ImagingSettings, rng: np.random.Generator
) -> tuple[dict[str, Array], dict[str, float]]:
    """Return the channels of contact PFM along the path, and their full scales."""
    s, rail = settings.noise, settings.scanner.z_limit
    met, scarred = _met(felt, conditions)
    position = np.clip(follow_linear(met, settings.feedback, conditions.dwell), -rail, rail)
    zero = s.optical_zero * noise.wander(felt.time[:, 0], conditions.phases[0])
    deflection = met - position + zero[:, None]
    if s.height:
        deflection += s.height * rng.standard_normal(met.shape, np.float32)
    motion = _motion(felt, scarred, conditions, settings, rng)
    limits = {"height": rail, "deflection": s.deflection_limit, "amplitude": s.response_limit}
    read = np.clip(deflection, -s.deflection_limit, s.deflection_limit)
    if settings.detection.mode is Mode.PFM_BAND_EXCITATION:
        response = band.channels(motion, settings.detection.band, conditions.dwell, s, rng)
        height = _electronics(position, felt, conditions, settings, rng)
        return {"height": height, "deflection": read} | response, limits
    detected = _detect(motion, felt, conditions, settings, rng)
    height = _electronics(position, felt, conditions, settings, rng)
    images = {"height": height, "deflection": read} | _recorded(detected.response, "", s)
    if detected.upper is not None and detected.frequency is not None:
        images |= {"frequency": detected.frequency} | _recorded(detected.upper, "_2", s)
        limits["amplitude_2"] = s.response_limit
    return images, limits


def _motion(felt: Felt, scarred: NDArray[np.bool_], conditions: Conditions,
            settings: ImagingSettings, rng: np.random.Generator) -> em.Motion:  # fmt: skip
    s = settings.noise
    f_cr, quality = em.contact_resonance(
        felt.stiffness, felt.adhesion, felt.slope, settings.mechanics
    )
    f_cr = f_cr * _wandering_resonance(felt.time, conditions, s, rng)
    static = em.driven_motion(
        felt.piezo, felt.lateral, felt.potential, conditions.voltages, settings.electrics
    )
    # Debris under the tip (a scar) and lost coating take response away; the electronics' gain
    # wanders.
    drift = s.gain_drift * noise.wander(felt.time[:, 0], conditions.phases[2])
    static = static * (settings.tip.gain * (1 + drift))[:, None] * np.where(scarred, 0.3, 1.0)
    stray = em.background(felt.slope, conditions.voltages[1], settings.electrics)
    return em.Motion(static, f_cr, quality, stray)


def _detect(motion: em.Motion, felt: Felt, conditions: Conditions, settings: ImagingSettings,
            rng: np.random.Generator) -> modes.Detected:  # fmt: skip
    s = settings.noise
    amplified = modes.noise_gain(settings.detection, settings.mechanics)
    signals = 2 if settings.detection.mode is Mode.PFM_DART else 1
    # Drawn samples first, as DART's loop reads it; the axes are then put in order without a copy.
    order = (motion.static.shape[1], signals, motion.static.shape[0])
    random = noise.response_noise(order, amplified, s, rng).transpose(1, 2, 0)
    if s.mains_response:
        random = random + noise.mains(felt.time, s.mains_response, s)
    return modes.detect(motion, random, settings.detection, conditions.dwell)


def _wandering_resonance(
    time: Array, conditions: Conditions, s: NoiseSettings, rng: np.random.Generator
) -> Array:
    """Return the factor on f_cr that the contact's slow drift and roughness make."""
    drift = s.resonance_drift * noise.wander(time[:, 0], conditions.phases[1])
    factor = np.broadcast_to(1 + drift[:, None], time.shape)
    if s.resonance_jitter:
        drawn = (1, time.size) if conditions.in_order else time.shape
        factor = factor + s.resonance_jitter * noise.pink(drawn, rng).reshape(time.shape)
    return factor


def _recorded(response: em.ComplexArray, suffix: str, s: NoiseSettings) -> dict[str, Array]:
    """Return amplitude (to full scale) and phase (offset, sense, wrapped) of a response."""
    amplitude, phase = em.amplitude_and_phase(response)
    sense = -1.0 if s.phase_inverted else 1.0
    if s.phase_offset or s.phase_inverted:
        phase = np.angle(np.exp(1j * (sense * phase + s.phase_offset)))
    return {f"amplitude{suffix}": np.minimum(amplitude, s.response_limit), f"phase{suffix}": phase}


def _tapping(
    felt: Felt, conditions: Conditions, settings: ImagingSettings, rng: np.random.Generator
) -> tuple[dict[str, Array], dict[str, float]]:
    """Return the channels of tapping mode along the path: the amplitude is the error signal."""
    feedback, s = settings.feedback, settings.noise
    met, _ = _met(felt, conditions)
    position = follow_tapping(met, feedback, conditions.dwell)
    kept = feedback.setpoint_ratio * feedback.free_amplitude
    error = met - position
    amplitude = np.clip(kept - error, 0.0, feedback.free_amplitude)
    # The phase lag follows from amplitude and dissipated energy: sin(phase) = A/A0 + dissipation.
    dissipation = 0.05 * felt.adhesion / felt.stiffness
    phase = np.arcsin(np.minimum(amplitude / feedback.free_amplitude + dissipation, 1.0))
    amplitude = amplitude + np.abs(noise.response_noise(met.shape, 1.0, s, rng))
    phase = phase + 0.01 * (rng.standard_normal(met.shape, np.float32) if s.shot else 0.0)
    images = {"amplitude": amplitude, "phase": phase + s.phase_offset}
    return images | {"height": _electronics(position, felt, conditions, settings, rng)}, {}
