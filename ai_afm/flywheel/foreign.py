"""Frames that are no sample with walls or grains: what a model has to know that it does not know.

Painted in code, no two alike: periodic things, devices, letters, loose objects, and scans that
fail. What a benchmark keeps for itself (`ai_afm.bench.quality.outside`) is not among them, and
neither is what a model rightly takes for an empty sample: smooth relief, a tilt, a rough film.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.crops import TrainingCrop
from ai_afm.flywheel.devices import chip, letters, place, tracks
from ai_afm.flywheel.failing import bands, loose_lines, pick_up, stuck, unlocked
from ai_afm.flywheel.mishaps import Array, log_uniform, smooth_field

Shape = tuple[int, int]
Painter = Callable[[np.random.Generator, Shape], Array]


def foreign_crop(rng: np.random.Generator, shape: Shape, family: str | None = None) -> TrainingCrop:
    """Paint a frame of a random (or the named) family as all three channels.

    Parameters
    ----------
    rng
        Source of all choices.
    shape
        (lines, pixels).
    family
        Key of `FAMILIES`; `None` draws one.
    """
    name = family or str(rng.choice(sorted(FAMILIES)))
    paint = FAMILIES[name]
    pattern = _standard(paint(rng, shape)) * rng.choice((-1, 1))
    noise = log_uniform(rng, 0.002, 0.1)
    height = pattern + noise * rng.standard_normal(shape)
    channels = {
        "height": height * (log_uniform(rng, 1e-3, 1) if name == "nothing" else 1.0),
        **_response(rng, paint(rng, shape) if rng.random() < 0.3 else pattern, name, noise),
    }
    nowhere = np.zeros(shape, np.uint8)
    images = {n: image.astype(np.float32) for n, image in channels.items()}
    return TrainingCrop(images, nowhere, nowhere, np.zeros(shape, np.bool_))


def foreign_crops(seed: int, world_number: int, count: int) -> list[TrainingCrop]:
    """Paint crops in which the network has to draw nothing.

    In families that could be a sample's, as far as a network sees, it is not told to be silent:
    particles like grains, stripes that answer like domains.
    """
    rng = np.random.default_rng([seed, world_number, _STREAM])
    crops = []
    for name in rng.choice(sorted(set(FAMILIES) - set(GRAINLIKE)), count):
        crop = foreign_crop(rng, (SIDE, SIDE), str(name))
        if name in PERIODIC:
            weak = np.abs(rng.standard_normal((2, SIDE, SIDE)).astype(np.float32))
            response = {"amplitude": weak[0], "phase": 2 * np.pi * rng.random((SIDE, SIDE))}
            crop = replace(crop, channels={"height": crop.channels["height"], **response})
        crops.append(crop)
    return crops


def _response(
    rng: np.random.Generator, pattern: Array, name: str, noise: float
) -> dict[str, Array]:
    """Let amplitude and phase show the pattern as a device or a failing lock-in would."""
    shape = pattern.shape
    crosstalk = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    if name in SIGNALLESS and rng.random() < 0.7:
        signal = crosstalk if name == "noise" else 1 + noise * crosstalk
    else:
        level = (pattern - pattern.min()) / (np.ptp(pattern) + 1e-12)
        phases = [np.zeros(shape), 2 * level]
        if name in PERIODIC:
            # two levels of phase in such an order are no domains; loose ones could be
            phases.append(np.where(level > 0.5, np.pi * rng.uniform(0.5, 1), 0.0))
        phase = phases[rng.integers(len(phases))]
        magnitude = 0.2 + level * rng.uniform(0.3, 2)
        signal = magnitude * np.exp(1j * phase) + noise * crosstalk
    return {"amplitude": np.abs(signal), "phase": np.angle(signal)}


def _standard(pattern: Array) -> Array:
    return np.asarray((pattern - pattern.mean()) / (pattern.std() + 1e-12))


def _blurred(image: NDArray[np.generic], sigma: float) -> Array:
    return np.asarray(cv2.GaussianBlur(image.astype(np.float64), (0, 0), max(sigma, 0.3)))


def _axes(rng: np.random.Generator, shape: Shape) -> tuple[Array, Array]:
    """Return coordinates (u, v), px, along axes turned by any angle."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    angle = rng.uniform(0, np.pi)
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _noise(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.standard_normal(shape)


def _nothing(rng: np.random.Generator, shape: Shape) -> Array:
    return np.zeros(shape)


def _sine(rng: np.random.Generator, shape: Shape) -> Array:
    return np.asarray(np.sin(2 * np.pi * _axes(rng, shape)[0] / log_uniform(rng, 4, 60)))


def _crossed_sines(rng: np.random.Generator, shape: Shape) -> Array:
    u, v = _axes(rng, shape)
    turn = 2 * np.pi / log_uniform(rng, 5, 50)
    return np.asarray(np.sin(turn * u) + np.sin(turn * v))


def _grating(rng: np.random.Generator, shape: Shape) -> Array:
    u, _ = _axes(rng, shape)
    bars = (u / log_uniform(rng, 6, 50)) % 1 < rng.uniform(0.3, 0.7)
    return _blurred(bars, log_uniform(rng, 0.3, 2))


def _checkerboard(rng: np.random.Generator, shape: Shape) -> Array:
    u, v = _axes(rng, shape)
    side = log_uniform(rng, 4, 40)
    return _blurred((u // side + v // side) % 2, log_uniform(rng, 0.3, 2))


def _pits(rng: np.random.Generator, shape: Shape) -> Array:
    u, v = _axes(rng, shape)
    period = log_uniform(rng, 10, 50)
    width = rng.uniform(0.4, 0.7) * period
    return _blurred((u % period < width) & (v % period < width), log_uniform(rng, 0.3, 3))


def _beads(rng: np.random.Generator, shape: Shape) -> Array:
    """Pack spheres as densely as they go."""
    u, v = _axes(rng, shape)
    size = log_uniform(rng, 7, 50)
    row = size * np.sqrt(3) / 2
    nearest = np.full(shape, np.inf)
    for step in (-1, 0, 1):
        number = np.round(v / row) + step
        shift = (number % 2) * size / 2
        centre = np.round((u - shift) / size) * size + shift
        nearest = np.minimum(nearest, (u - centre) ** 2 + (v - number * row) ** 2)
    return np.asarray(np.sqrt(np.maximum(size**2 / 4 - nearest, 0)))


def _motifs(rng: np.random.Generator, shape: Shape) -> Array:
    """Repeat a rounded thing on an oblique lattice that a drifting, tilted scanner has bent."""
    bend = log_uniform(rng, 0.1, 3)
    u, v = (axis + bend * smooth_field(rng, shape, 80) for axis in _axes(rng, shape))
    period, lean = log_uniform(rng, 6, 50), rng.uniform(0, 1)
    row = period * rng.uniform(0.6, 1.4)
    nearest = np.full(shape, np.inf)
    stretch = rng.uniform(0.6, 1.5)
    for step in (-1, 0, 1):
        number = np.round(v / row) + step
        shift = lean * number * period
        along = u - shift - np.round((u - shift) / period) * period
        nearest = np.minimum(nearest, along**2 + (stretch * (v - number * row)) ** 2)
    size = rng.uniform(0.3, 0.65) * min(period, row * stretch)
    sharp = log_uniform(rng, 0.05, 0.6) * size
    motif = 1 / (1 + np.exp(np.clip((np.sqrt(nearest) - size) / sharp, -50, 50)))
    tilt = rng.uniform(0, 3) * np.add.outer(*(np.linspace(-1, 1, n) for n in shape))
    return np.asarray(motif + rng.choice((0.0, 1.0)) * tilt)


def _lattice(rng: np.random.Generator, shape: Shape) -> Array:
    u, v = _axes(rng, shape)
    turn = 2 * np.pi / log_uniform(rng, 5, 30)
    waves = [np.cos(turn * (u * np.cos(a) + v * np.sin(a))) for a in (0, np.pi / 3, 2 * np.pi / 3)]
    ground = log_uniform(rng, 0.1, 2) * smooth_field(rng, shape, log_uniform(rng, 10, 100))
    grain = log_uniform(rng, 0.02, 0.3) * rng.standard_normal(shape)
    return np.asarray(np.sum(waves, axis=0) + ground + grain)


def _spiral(rng: np.random.Generator, shape: Shape) -> Array:
    column, row = place(rng, shape)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    arms = int(rng.integers(1, 4))
    radius = np.hypot(y - row, x - column)
    turn = np.arctan2(y - row, x - column)
    return np.asarray(np.sin(2 * np.pi * radius / log_uniform(rng, 6, 40) + arms * turn))


def _tiles(rng: np.random.Generator, shape: Shape) -> Array:
    """Repeat one random patch."""
    side = int(rng.integers(8, 40))
    patch = _blurred(rng.standard_normal((side, side)), log_uniform(rng, 0.8, 4))
    if rng.random() < 0.5:
        patch = (patch > patch.mean()).astype(float)
    u, v = (np.floor(axis).astype(int) % side for axis in _axes(rng, shape))
    return _blurred(patch[v, u], 0.5)


def _particles(rng: np.random.Generator, shape: Shape) -> Array:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    image, typical = np.zeros(shape), log_uniform(rng, 3, 20)
    for _ in range(int(rng.integers(8, 80))):
        column, row = place(rng, shape)
        radius = typical * log_uniform(rng, 0.7, 1.4)
        cap = radius**2 - (y - row) ** 2 - (x - column) ** 2
        image = np.maximum(image, np.sqrt(np.maximum(cap, 0)))
    return image


def _bumps(rng: np.random.Generator, shape: Shape) -> Array:
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    image = np.zeros(shape)
    for _ in range(int(rng.integers(1, 12))):
        column, row = place(rng, shape)
        width = log_uniform(rng, 4, 60)
        hill = np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * width**2))
        image += rng.choice((-1, 1)) * rng.uniform(0.2, 1) * hill
    return image


def _flakes(rng: np.random.Generator, shape: Shape) -> Array:
    """Pile up polygons with sharp edges."""
    image = np.zeros(shape)
    for _ in range(int(rng.integers(4, 40))):
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
        size = log_uniform(rng, 6, shape[0] / 2)
        corners = size * np.stack([np.cos(angles), np.sin(angles)], axis=1) + place(rng, shape)
        flake = np.zeros(shape, np.uint8)
        cv2.fillPoly(flake, [corners.astype(np.int32)], 1)
        image += flake * rng.uniform(0.3, 1)
    ground = log_uniform(rng, 0.01, 0.2) * smooth_field(rng, shape, 30.0)
    return _blurred(image, log_uniform(rng, 0.4, 2)) + ground


def _dots(rng: np.random.Generator, shape: Shape) -> Array:
    return _blurred(rng.random(shape) < log_uniform(rng, 0.002, 0.05), log_uniform(rng, 0.5, 2.5))


FAMILIES: Mapping[str, Painter] = {
    "noise": _noise,
    "nothing": _nothing,
    "sine": _sine,
    "crossed_sines": _crossed_sines,
    "grating": _grating,
    "checkerboard": _checkerboard,
    "pits": _pits,
    "beads": _beads,
    "motifs": _motifs,
    "lattice": _lattice,
    "spiral": _spiral,
    "tiles": _tiles,
    "letters": letters,
    "chip": chip,
    "tracks": tracks,
    "particles": _particles,
    "bumps": _bumps,
    "flakes": _flakes,
    "dots": _dots,
    "pick_up": pick_up,
    "unlocked": unlocked,
    "loose_lines": loose_lines,
    "stuck": stuck,
    "bands": bands,
}
"""What is painted."""

PERIODIC = ("sine", "crossed_sines", "grating", "checkerboard", "pits", "beads", "spiral", "tiles")
SIGNALLESS = ("noise", "nothing", "pick_up")
"""Families in which the response may be noise, or constant, whatever the height shows."""
GRAINLIKE = ("particles", "beads", "motifs", "nothing", "bumps", "flakes")
"""Families that a network could take for grains, rightly as far as it sees; or with no signal."""
SIDE = 128
"""Lines and pixels of a crop."""
_STREAM = 61
"""Keeps these crops apart from those that other makers draw from the same seed."""
