"""What goes wrong on real instruments, laid over simulated crops: look-alikes that are not walls.

Everything that is not simulated comes back as a false wall, so each of these exists because a real
scan shows it. The response is always changed as one complex signal: amplitude and phase fail
together.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.types import ClassCode

Array = NDArray[np.float64]

PHASE_STEEP = 0.25
"""Gradient of exp(i phase), smoothed over 1.5 px, at which it turns like at a wall; per px."""

AS_LARGE = 0.15
"""Spread of log amplitude and phase (rad) that a response is given before it is spoiled as seen."""
_MOST_RAISED, _FAINTEST = 300.0, 1e-6
"""It is raised by no more; and the least amplitude over the median, so that its log is finite."""


@dataclass(frozen=True, slots=True)
class RawCrop:
    """A crop before normalisation, rows in order of arrival.

    Parameters
    ----------
    height
        (lines, pixels) float64; any unit.
    response
        (lines, pixels) complex128: amplitude and phase as one signal; any unit.
    label
        (lines, pixels) uint8: 1-px lines of class codes.
    ignore
        (lines, pixels) bool: nothing is asked here.
    """

    height: Array
    response: NDArray[np.complex128]
    label: NDArray[np.uint8]
    ignore: NDArray[np.bool_]


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number whose logarithm is uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def smooth_field(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Array:
    """Draw a smooth random field of zero mean and unit spread with features of about `scale` px."""
    # coarse noise, enlarged: as smooth as a Gaussian filter, at a cost that does not grow with the
    # scale
    step = max(scale / 2.5, 1.0)
    coarse = tuple(int(np.ceil(n / step)) + 4 for n in shape)
    noise = cv2.GaussianBlur(rng.standard_normal(coarse), (0, 0), 1.0)
    wide = cv2.resize(noise, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
    y, x = (int(rng.integers(0, w - n + 1)) for w, n in zip(wide.shape, shape, strict=True))
    field = wide[y : y + shape[0], x : x + shape[1]]
    return np.asarray((field - field.mean()) / (field.std() + 1e-12))


def spread(values: Array) -> float:
    """Return a robust spread of an image that is never 0."""
    return float(np.median(np.abs(values - np.median(values)))) * 1.48 + 1e-30


def spoiled(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Lay a random choice of mishaps over a crop, in the order in which an instrument adds them."""
    crop = _some(crop, rng, _OF_THE_SAMPLE)
    crop = replace(crop, ignore=crop.ignore | undecidable(crop))
    return _some(crop, rng, _OF_THE_SCAN)


def spoiled_as_seen(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Spoil a crop whose response a feedback holds: by as much as varies, not by as much as it is.

    The amplitude of a tapping tip varies by half a per cent, its phase by a degree; a patch of half
    the response, as piezoelectrics have, would leave nothing of what they show. So both deviations
    are raised to a spread of `AS_LARGE`, spoiled, and made as small as they were again.

    Parameters
    ----------
    crop
        The crop; its response (lines, pixels), any unit, finite.
    rng
        Draws the mishaps.
    """
    size = np.abs(crop.response)
    level = float(np.median(size)) + 1e-300
    turn = np.exp(1j * float(np.angle(np.mean(crop.response))))
    off = np.log(np.maximum(size, _FAINTEST * level) / level) + 1j * np.angle(crop.response / turn)
    gains = [
        float(np.clip(AS_LARGE / spread(part), 1.0, _MOST_RAISED)) for part in (off.real, off.imag)
    ]
    loud = np.exp(off.real * gains[0] + 1j * off.imag * gains[1])
    after = spoiled(replace(crop, response=loud), rng)
    rest = np.log(np.maximum(np.abs(after.response), _FAINTEST)) / gains[0]
    response = level * turn * np.exp(rest + 1j * np.angle(after.response) / gains[1])
    return replace(after, response=response)


def _some(
    crop: RawCrop, rng: np.random.Generator, mishaps: tuple[tuple[float, "Mishap"], ...]
) -> RawCrop:
    for share, mishap in mishaps:
        if rng.random() < share:
            crop = mishap(crop, rng)
    return crop


def undecidable(crop: RawCrop) -> NDArray[np.bool_]:
    """Find where the phase turns like at a wall though there is none.

    The background beats a weak response there. Nobody could tell such an edge from a wall, so
    nothing is asked.
    """
    turn = crop.response / np.maximum(np.abs(crop.response), 1e-300)
    parts = [cv2.GaussianBlur(np.ascontiguousarray(p), (0, 0), 1.5) for p in (turn.real, turn.imag)]
    steep = np.sqrt(np.sum([g**2 for p in parts for g in np.gradient(p)], axis=0)) > PHASE_STEEP
    near_line = cv2.dilate((crop.label > 0).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return cv2.dilate((steep & ~near_line).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0


def dead_region(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Let the response vanish in a broad region; the walls in there cannot be known from it."""
    shape = crop.label.shape
    field = smooth_field(rng, shape, log_uniform(rng, 30, 200)) - rng.uniform(0.3, 1.5)
    dead = 1 / (1 + np.exp(-field * log_uniform(rng, 3, 20)))
    fraction = rng.uniform(0.9, 1.0)
    domain_wall = np.isin(
        crop.label, (ClassCode.WALL_180, ClassCode.WALL_FERROELASTIC, ClassCode.WALL)
    )
    hidden = cv2.dilate(((dead > 0.6) & domain_wall).astype(np.uint8), np.ones((5, 5), np.uint8))
    gone = crop.response * (1 - fraction * dead)
    return replace(crop, response=gone, ignore=crop.ignore | hidden.astype(bool))


def soft_patches(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Darken or brighten patches of response that have no wall: their edges are soft."""
    shape = crop.label.shape
    patch = (smooth_field(rng, shape, log_uniform(rng, 12, 80)) > rng.uniform(0.5, 2.0)).astype(
        float
    )
    patch = cv2.GaussianBlur(patch, (0, 0), log_uniform(rng, 2, 7))
    change = rng.choice([-1.0, -1.0, 1.0]) * rng.uniform(0.3, 0.95)
    return replace(crop, response=crop.response * (1 + change * patch))


def mottle(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Let the response vary from place to place."""
    field = smooth_field(rng, crop.label.shape, log_uniform(rng, 5, 30))
    return replace(crop, response=crop.response * np.exp(log_uniform(rng, 0.05, 0.4) * field))


def dark_spots(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add ragged spots and streaks of low response, on walls and off; the phase does not turn."""
    shape = crop.label.shape
    ragged, grain = log_uniform(rng, 0.1, 4), log_uniform(rng, 3, 12)
    y, x = (
        axis + ragged * smooth_field(rng, shape, grain) for axis in np.mgrid[: shape[0], : shape[1]]
    )
    lines = np.argwhere(crop.label)
    factor = np.ones(shape)
    for _ in range(int(log_uniform(rng, 1, 12))):
        angle, long, wide = rng.uniform(0, np.pi), log_uniform(rng, 2, 25), log_uniform(rng, 1.5, 5)
        place = rng.uniform(0, shape)
        if len(lines) and rng.random() < 0.4:
            place = lines[rng.integers(len(lines))] + rng.normal(0, wide, 2)
        dy, dx = y - place[0], x - place[1]
        u = (dx * np.cos(angle) + dy * np.sin(angle)) / long
        v = (-dx * np.sin(angle) + dy * np.cos(angle)) / wide
        body = np.exp(-((u**2 + v**2) ** log_uniform(rng, 1, 3)))
        factor *= 1 - rng.uniform(0.3, 0.95) * body
    return replace(crop, response=crop.response * factor)


def gain_steps(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Let the tip change between lines: the response steps, bands come and go."""
    lines = len(crop.label)
    gain = np.exp(np.cumsum(rng.standard_normal(lines)) * log_uniform(rng, 0.001, 0.03))
    for _ in range(int(rng.integers(0, 4))):
        gain[rng.integers(0, lines) :] *= log_uniform(rng, 0.5, 2)
    if rng.random() < 0.6:
        first = int(rng.integers(0, lines))
        gain[first : first + int(rng.integers(2, 40))] *= log_uniform(rng, 0.1, 2)
    return replace(crop, response=crop.response * gain[:, None])


def topography_crosstalk(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Let slope and height leak into the size of the response."""
    slope = np.gradient(crop.height, axis=1)
    leak = log_uniform(rng, 0.01, 0.3) * slope / spread(slope)
    leak += rng.choice([-1, 1]) * log_uniform(rng, 0.01, 0.2) * crop.height / spread(crop.height)
    return replace(crop, response=crop.response * np.clip(1 + leak, 0.1, 4))


def more_noise(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add lock-in noise to the response, correlated along the line."""
    noise = rng.standard_normal((2, *crop.label.shape))
    along = log_uniform(rng, 0.3, 1.5)
    noise = np.stack([cv2.GaussianBlur(n, (9, 1), sigmaX=along) for n in noise])
    noise *= log_uniform(rng, 0.02, 0.3) * np.median(np.abs(crop.response)) / noise.std()
    return replace(crop, response=crop.response + noise[0] + 1j * noise[1])


def background(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add a constant complex background: unequal domains, phases that are not 180 degrees apart."""
    size = log_uniform(rng, 0.02, 0.4) * np.median(np.abs(crop.response))
    return replace(crop, response=crop.response + size * np.exp(1j * rng.uniform(0, 2 * np.pi)))


def dust(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add particles with feedback tails; their rims are topography edges."""
    lines, pixels = crop.label.shape
    y, x = np.mgrid[:lines, :pixels].astype(float)
    height, response = crop.height.copy(), crop.response.copy()
    label, ignore, unit = crop.label.copy(), crop.ignore.copy(), spread(crop.height)
    for _ in range(int(log_uniform(rng, 1, 25))):
        cy, cx, radius = (
            int(rng.integers(0, lines)),
            int(rng.integers(0, pixels)),
            log_uniform(rng, 1, 8),
        )
        blob = np.exp(-((((y - cy) ** 2 + (x - cx) ** 2) / radius**2) ** 2))
        height += log_uniform(rng, 1, 25) * unit * blob
        stray = rng.uniform(-1, 2) * np.median(np.abs(response)) * np.exp(1j * rng.uniform(-3, 3))
        response = response * (1 - rng.uniform(0.2, 1) * blob) + stray * blob
        body = (blob > 0.3).astype(np.uint8)
        ignore |= (blob > 0.01) & (body == 0) & (label != 0)
        label[body > 0] = 0
        if radius > 2:
            label[(body > 0) & (cv2.erode(body, np.ones((3, 3), np.uint8)) == 0)] = (
                ClassCode.TOPOGRAPHY_EDGE
            )
        if rng.random() < 0.6:
            rows = slice(cy, cy + max(1, int(radius)))
            tail = (
                log_uniform(rng, 0.1, 5)
                * unit
                * np.exp(-np.arange(pixels) / log_uniform(rng, 8, 200))
            )
            height[rows, cx:] -= tail[: pixels - cx]
            if rng.random() < 0.3:
                height[rows, :cx] -= tail[:cx][::-1]
    return RawCrop(height, response, label, ignore)


def tip_jumps(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Let the tip jump: the rest of the frame is shifted, streaks, a line that shows nothing."""
    lines, pixels = crop.label.shape
    height, response = crop.height.copy(), crop.response.copy()
    label, ignore = crop.label.copy(), crop.ignore.copy()
    for _ in range(int(rng.integers(1, 4))):
        row, kind = int(rng.integers(0, lines)), rng.integers(3)
        if kind == 0:
            shift = int(rng.integers(-6, 7))
            height[row:] = np.roll(height[row:], shift, axis=1)
            response[row:] = np.roll(response[row:], shift, axis=1)
            label[row:] = np.roll(label[row:], shift, axis=1)
            ignore[row:] = np.roll(ignore[row:], shift, axis=1)
            ignore[row:, :shift] |= shift > 0
            if shift < 0:
                ignore[row:, shift:] = True
        elif kind == 1:
            first = int(rng.integers(0, pixels))
            part = slice(first, first + int(rng.integers(5, pixels)))
            height[row, part] += rng.normal(0, 3) * spread(height)
            response[row, part] *= log_uniform(rng, 0.2, 3)
        else:
            level = np.median(np.abs(response)) * rng.uniform(0, 1)
            response[row : row + 2] = level * np.exp(1j * rng.uniform(-3, 3))
    return RawCrop(height, response, label, ignore)


def pick_up(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add a fine slanted ripple to the height or to the response."""
    lines, pixels = crop.label.shape
    y, x = np.mgrid[:lines, :pixels].astype(float)
    ripple = np.sin(
        2 * np.pi * (x * rng.uniform(-0.5, 0.5) + y * rng.uniform(-0.5, 0.5)) + rng.uniform(0, 6)
    )
    ripple *= log_uniform(rng, 0.02, 0.3)
    if rng.random() < 0.5:
        return replace(crop, height=crop.height + ripple * spread(crop.height) * 2)
    turn = np.exp(1j * rng.uniform(0, 6.3)) * np.median(np.abs(crop.response))
    return replace(crop, response=crop.response + ripple * turn)


def line_offsets(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Add tilt, wandering line offsets and noise to the height."""
    lines, pixels = crop.label.shape
    unit = spread(crop.height)
    rows = np.cumsum(rng.standard_normal(lines)) * 0.15 + rng.standard_normal(lines)
    tilt = rng.uniform(-1, 1) * log_uniform(rng, 0.05, 6) * np.linspace(-1, 1, pixels)
    noise = log_uniform(rng, 0.01, 0.4) * rng.standard_normal((lines, pixels))
    return replace(
        crop,
        height=crop.height + unit * (log_uniform(rng, 0.01, 0.5) * rows[:, None] + tilt + noise),
    )


def phase_drift(crop: RawCrop, rng: np.random.Generator) -> RawCrop:
    """Let the phase wander from line to line and follow the topography, as a resonance does."""
    lines = len(crop.label)
    turn = np.cumsum(rng.standard_normal(lines))[:, None] * log_uniform(rng, 0.003, 0.05)
    if rng.random() < 0.5:
        turn = turn + log_uniform(rng, 0.02, 0.4) * np.tanh(crop.height / spread(crop.height) / 3)
    return replace(crop, response=crop.response * np.exp(1j * turn))


Mishap = Callable[[RawCrop, np.random.Generator], RawCrop]
_OF_THE_SAMPLE: tuple[tuple[float, Mishap], ...] = (
    (0.20, soft_patches),
    (0.25, mottle),
    (0.35, dark_spots),
    (0.25, dead_region),
    (0.25, topography_crosstalk),
    (0.30, background),
)
"""Share of crops with each, in order: what is there whatever the instrument does."""

_OF_THE_SCAN: tuple[tuple[float, Mishap], ...] = (
    (0.25, gain_steps),
    (0.30, more_noise),
    (0.30, phase_drift),
    (0.60, line_offsets),
    (0.35, dust),
    (0.25, tip_jumps),
    (0.25, pick_up),
)
"""Share of crops with each, in order: what befalls single lines."""
