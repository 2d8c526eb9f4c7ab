"""What a model must know that it does not know: patterns without walls or grains.

The painted families occur in no training set of this project (see `docs/perception-benchmark.md`).
The real files are looked at as they are read; which of them were there is part of the result.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.bench.quality.worlds import SIDES, STREAM
from ai_afm.errors import AfmError
from ai_afm.image.normalise import CHANNELS
from ai_afm.image.readers.frames import read_frames
from ai_afm.types import Channel, Direction, Frame, Measurement, ScanRegion, ScanRequest

REAL_FILES = (
    "A151216.123306-02602.sxm",
    "Au_mica_195.sxm",
    "GaAs_map.mdt",
    "chip.gsf",
    "di-3.di",
    "extra_sample.asd",
    "file_square.gwy",
    "old_bruker.002",
    "sample_0.h5-jpk",
    "sample_0.jpk",
    "sample_0.jpk-qi-image",
    "stp-1.stp",
    "top-1.top",
)
"""Real scans that show neither walls nor grains."""

Image = NDArray[np.float64]


def outside_frames(seed: int, count: int) -> list[tuple[str, Frame]]:
    """Paint frames of the unseen families in turn, (family, frame)."""
    names = tuple(PATTERNS)
    return [(names[n % len(names)], _frame(names[n % len(names)], seed, n)) for n in range(count)]


def real_frames(folder: Path) -> tuple[list[tuple[str, Frame]], list[str]]:
    """Read the real files of a folder; return (name, frame), and the names that were not read."""
    frames, unread = [], []
    for name in REAL_FILES:
        try:
            of_file = list(read_frames(folder / name))
            # a movie begins with the approach and may end blank
            frames.append((name, _usable(of_file[len(of_file) // 2])))
        except (AfmError, OSError):
            unread.append(name)
    return frames, unread


def _usable(frame: Frame) -> Frame:
    """Return a frame with some channel that a model takes: else its first one counts as height.

    Mislabelled channels are what a model meets when it should say that it does not know.
    """
    if any(name in CHANNELS for name, _ in frame.data):
        return frame
    (name, way), image = next(iter(frame.data.items()))
    data = {("height", way): image}
    return replace(frame, data=data, channels=(Channel("height", "arb", name),))


def _frame(family: str, seed: int, number: int) -> Frame:
    rng = np.random.default_rng([seed, number, STREAM, 7])
    shape = tuple(int(n) for n in rng.choice(SIDES, 2, replace=False))
    lines, pixels = shape
    pattern = PATTERNS[family]((lines, pixels), rng)
    pattern = (pattern - pattern.mean()) / (pattern.std() + 1e-12)
    noise = math.exp(rng.uniform(math.log(0.02), math.log(0.2)))
    relief = math.exp(rng.uniform(math.log(1e-9), math.log(30e-9)))
    images = {"height": relief * (pattern + noise * rng.standard_normal(shape))}
    if rng.random() < 0.7:
        contrast = rng.uniform(0.2, 0.6)
        response = 1 + contrast * np.tanh(pattern) + noise * rng.standard_normal(shape)
        images["amplitude"] = np.abs(response)
        if rng.random() < 0.7:
            images["phase"] = rng.uniform(0.2, 1.0) * pattern + noise * rng.standard_normal(shape)
    side = float(np.exp(rng.uniform(np.log(1e-9), np.log(50e-9))))
    region = ScanRegion((0.0, 0.0), (pixels * side, lines * side))
    units = {"height": "m", "amplitude": "m", "phase": "rad"}
    return Frame(
        ScanRequest(region, (lines, pixels), 1.0),
        {(name, Direction.TRACE): image.astype(np.float32) for name, image in images.items()},
        tuple(Channel(name, units[name]) for name in images),
        {Direction.TRACE: np.ones(lines, np.bool_)},
        Measurement(),
    )


def _grid(shape: tuple[int, int], rng: np.random.Generator) -> tuple[Image, Image]:
    """Return coordinates (x, y) in px, turned by any angle, around any centre."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(float)
    angle = rng.uniform(0, 2 * math.pi)
    rows, columns = rows - rng.uniform(0, shape[0]), columns - rng.uniform(0, shape[1])
    c, s = math.cos(angle), math.sin(angle)
    return c * columns + s * rows, c * rows - s * columns


def _quasicrystal(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Interfere five waves: a pattern with tenfold symmetry that never repeats."""
    x, y = _grid(shape, rng)
    k = 2 * math.pi / rng.uniform(6, 20)
    angles = math.pi * np.arange(5) / 5
    return np.asarray(sum(np.cos(k * (x * math.cos(a) + y * math.sin(a))) for a in angles))


def _zone_plate(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Draw Fresnel's rings: sharp, ever finer outwards."""
    x, y = _grid(shape, rng)
    scale = rng.uniform(0.25, 1.0) * math.pi / max(shape)
    return np.asarray(np.sign(np.cos(scale * (x * x + y * y))))


def _weave(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Weave round threads over and under each other."""
    x, y = _grid(shape, rng)
    period = rng.uniform(10, 30)
    u, v = x / period, y / period
    warp = np.sqrt(np.maximum(1 - (2 * (u % 1) - 1) ** 2, 0))
    weft = np.sqrt(np.maximum(1 - (2 * (v % 1) - 1) ** 2, 0))
    over = (np.floor(u) + np.floor(v)) % 2
    return np.asarray(np.maximum(warp * (0.4 + 0.6 * over), weft * (1 - 0.6 * over)))


def _meander(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Lay a conductor along Hilbert's space-filling curve."""
    order, step = 5, int(rng.integers(6, 13))
    width = max(1, int(step * rng.uniform(0.25, 0.6)))
    points = np.array([_hilbert(order, n) for n in range(4**order)]) * step
    canvas = np.zeros((2**order * step,) * 2, np.uint8)
    cv2.polylines(canvas, [points[:, None].astype(np.int32)], False, 1, width)
    rows, columns = (np.arange(n) % canvas.shape[0] for n in shape)
    turned = np.rot90(canvas, int(rng.integers(4)))[np.ix_(rows, columns)]
    return np.asarray(cv2.GaussianBlur(turned.astype(np.float64), (0, 0), rng.uniform(0.4, 1.2)))


def _hilbert(order: int, number: int) -> tuple[int, int]:
    """Return the place of a step of Hilbert's curve on a grid of 2^order."""
    x = y = 0
    side = 1
    for _ in range(order):
        right = 1 & (number // 2)
        up = 1 & (number ^ right)
        if not up:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        x, y = x + side * right, y + side * up
        number //= 4
        side *= 2
    return x, y


def _worms(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Strew worm-like chains, as of DNA, over a flat ground: free ends, crossings, no cells."""
    canvas = np.zeros(shape, np.float64)
    stiffness = rng.uniform(8, 40)
    for _ in range(int(rng.integers(8, 40))):
        steps = int(rng.integers(30, 150))
        turns = np.cumsum(rng.standard_normal(steps) * math.sqrt(2 / stiffness))
        angle = rng.uniform(0, 2 * math.pi) + turns
        start = rng.uniform(0, 1, 2) * shape[::-1]
        path = start + np.cumsum(np.stack([np.cos(angle), np.sin(angle)], axis=1), axis=0)
        stroke = np.zeros(shape, np.uint8)
        cv2.polylines(stroke, [np.rint(path).astype(np.int32)[:, None]], False, 1, 1)
        canvas += stroke
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), rng.uniform(1.0, 2.0)))


PATTERNS: Mapping[str, Callable[[tuple[int, int], np.random.Generator], Image]] = {
    "quasicrystal": _quasicrystal,
    "zone_plate": _zone_plate,
    "weave": _weave,
    "meander": _meander,
    "worms": _worms,
}
"""The unseen families."""
