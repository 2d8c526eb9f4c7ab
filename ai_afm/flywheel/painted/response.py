"""Response as one complex signal: polarity, walls, materials, and the noise of the lock-in.

Amplitude and phase are never drawn apart: z = gain * magnitude * tanh(distance / width) +
background, then the blur of the tip, then noise. Dips, unequal domains, phases that are not 180
degrees apart and the noisy phase where the response dies come out right together.
"""

from dataclasses import replace

import cv2
import numpy as np

from ai_afm.flywheel.mishaps import Array, RawCrop, log_uniform, smooth_field, spread
from ai_afm.flywheel.painted.fields import (
    Complex,
    Mask,
    Shape,
    bell,
    blurred,
    blurred_response,
    distance_to,
    spectral_field,
)
from ai_afm.types import DOMAIN_WALL_CODES

WIDTHS = (0.3, 15.0)
"""Smallest and largest apparent half width of a wall, px: a wide one in a close zoom."""


def polarity(rng: np.random.Generator, distance: Array, width: float) -> Complex:
    """Return the response of domains of opposite polarity.

    Parameters
    ----------
    distance
        (lines, pixels) float64: signed distance to the wall, px.
    width
        Apparent half width of the wall, px.

    Returns
    -------
    response
        (lines, pixels) complex128, of about 1. Most walls are a zero of the response; some have a
        component of their own a quarter turn away, so that the phase turns and the amplitude
        hardly dips.
    """
    down = rng.uniform(0.3, 1) if rng.random() < 0.6 else 1.0
    level = np.where(distance > 0, 1.0, down)
    if rng.random() < 0.35:
        level = level * _of_each_domain(rng, distance)
    turn = distance / width
    signal: Complex = level * np.tanh(turn) + 0j
    if rng.random() < 0.2:
        own = rng.choice((-1, 1)) * rng.uniform(0.2, 1)
        signal = signal + 1j * own * down / np.cosh(np.clip(turn, -30, 30))
    return signal


def _of_each_domain(rng: np.random.Generator, distance: Array) -> Array:
    """Return a factor for each connected domain: what lies beneath differs."""
    contrast = log_uniform(rng, 0.05, 0.5)
    factor = np.ones(distance.shape)
    for side in (distance > 0, distance <= 0):
        count, index = cv2.connectedComponents(side.astype(np.uint8), connectivity=4)
        factor[side] = np.exp(contrast * rng.standard_normal(count))[index[side]]
    return factor


def bright_lines(rng: np.random.Generator, line: Mask, beneath: Complex) -> Complex:
    """Return a current image in the amplitude's place: walls conduct and are bright."""
    width = log_uniform(rng, 0.7, 4)
    along = np.clip(1 + rng.uniform(0, 0.4) * smooth_field(rng, line.shape, 20), 0, 3)
    signal = rng.uniform(0.2, 1) + rng.uniform(0.4, 4) * along * bell(distance_to(line), width)
    if rng.random() < 0.5:
        return np.asarray(signal + 0j, np.complex128)
    return np.asarray(signal * np.exp(1j * np.angle(beneath)))


def tapping(rng: np.random.Generator, height: Array, line: Mask, material: Array) -> Complex:
    """Return what tapping mode shows: amplitude = feedback error, phase = material and edges."""
    slope = np.gradient(height, axis=1)
    slope = np.tanh(slope / (4 * spread(slope))) * 2
    edge = bell(distance_to(line), log_uniform(rng, 1, 3))
    error = rng.choice((0.0, 1.0), p=(0.2, 0.8)) * rng.uniform(-0.35, 0.35)
    amplitude = 1 + error * slope - rng.uniform(-0.25, 0.25) * edge
    phase = rng.uniform(-0.4, 0.4) * slope + rng.uniform(-0.7, 0.7) * edge + material
    return np.asarray(amplitude * np.exp(1j * phase))


def of_the_tip(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add a background from electrostatics, and blur the response as a tip does."""
    level = float(np.median(np.abs(raw.response)))
    response = raw.response
    if rng.random() < 0.6:
        background = log_uniform(rng, 0.01, 0.5) * level
        response = response + background * np.exp(1j * rng.uniform(0, 2 * np.pi))
    response = blurred_response(response, log_uniform(rng, 0.3, 1.3))
    height = blurred(raw.height, log_uniform(rng, 0.3, 1.3))
    return replace(raw, height=height, response=response)


def noisy(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add complex noise, correlated along the lines: the phase is lost where the response is."""
    level = float(np.median(np.abs(raw.response)))
    white = rng.standard_normal((*raw.label.shape, 2))
    noise = np.asarray(cv2.GaussianBlur(white, (9, 1), sigmaX=log_uniform(rng, 0.25, 1.5)))
    size = log_uniform(rng, 0.004, 0.3) if rng.random() < 0.9 else log_uniform(rng, 0.3, 1)
    noise = noise * (size * level / noise.std())
    return replace(raw, response=raw.response + noise[..., 0] + 1j * noise[..., 1])


def dead_texture(raw: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Let a broad region answer hardly at all: what is left is a weak texture of any phase.

    Its phase turns in a net of lines that are no walls; real walls in there cannot be seen.
    """
    shape = raw.label.shape
    scale, sharpness = log_uniform(rng, 15, 150), log_uniform(rng, 3, 20)
    field = smooth_field(rng, shape, scale) - rng.uniform(-0.3, 1.3)
    dead = 1 / (1 + np.exp(-np.clip(field * sharpness, -50, 50)))
    hidden = (dead > 0.5) & np.isin(raw.label, DOMAIN_WALL_CODES)
    level = log_uniform(rng, 0.005, 0.12) * float(np.median(np.abs(raw.response)))
    texture = weak_texture(rng, shape, log_uniform(rng, 1.5, 15)) * level
    edge = cv2.dilate(hidden.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    response = raw.response * (1 - dead) + texture * dead
    return replace(raw, response=response, ignore=raw.ignore | edge)


def weak_texture(rng: np.random.Generator, shape: Shape, scale: float) -> Complex:
    """Draw a complex random field of unit spread: bright speckles between lines of no response."""

    def weight(ky: Array, kx: Array) -> Array:
        return np.asarray(np.exp(-3 * scale**2 * (ky**2 + kx**2)))

    both = spectral_field(rng, shape, weight) + 1j * spectral_field(rng, shape, weight)
    # a preferred phase turns the net of false walls into mere patches
    preferred = rng.choice((0.0, 1.0)) * rng.uniform(0, 3)
    return np.asarray(both + preferred * np.exp(1j * rng.uniform(0, 6.3)))
