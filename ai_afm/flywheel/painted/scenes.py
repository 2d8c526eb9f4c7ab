"""What a crop is of: domains, twins, grains or none of them; clean, without an instrument."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.mishaps import Array, RawCrop, log_uniform, smooth_field
from ai_afm.flywheel.painted.domains import domain_field
from ai_afm.flywheel.painted.fields import (
    Complex,
    Mask,
    Shape,
    bell,
    blurred,
    border,
    distance_to,
    fractal_field,
    signed_distance,
)
from ai_afm.flywheel.painted.grains import (
    Tessellation,
    caps,
    inner_ridges,
    relief,
    roughness,
    voronoi,
)
from ai_afm.flywheel.painted.lamellae import Twins, in_places, lamellae
from ai_afm.flywheel.painted.response import (
    WIDTHS,
    bright_lines,
    polarity,
    tapping,
)
from ai_afm.types import ClassCode

GRAIN_SIZES = (7.0, 200.0)
"""Smallest and largest typical diameter of grains, px."""

Scene = Callable[[np.random.Generator, Shape], RawCrop]


def film(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw the height of a film: a fine texture over soft hills."""
    height = log_uniform(rng, 0.02, 0.5) * fractal_field(rng, shape, rng.uniform(0.8, 2.2))
    if rng.random() < 0.5:
        height = height + log_uniform(rng, 0.1, 2) * smooth_field(rng, shape, rng.uniform(20, 120))
    return height


def walls_180(rng: np.random.Generator, shape: Shape) -> RawCrop:
    """Paint 180-degree domains on a film."""
    distance, width = _domains(rng, shape)
    line = border(distance > 0, np.abs(distance))
    response = polarity(rng, distance, width)
    if rng.random() < 0.1:
        response = bright_lines(rng, line, response)
    height = film(rng, shape) + _seen_in_height(rng, distance, 0.3)
    return _crop(height, response, np.where(line, ClassCode.WALL_180, 0))


def twins(rng: np.random.Generator, shape: Shape) -> RawCrop:
    """Paint lamellae in one polarity, or in tapping mode."""
    pattern, unclear = _twins(rng, shape)
    response = _with_twins(rng, np.ones(shape, np.complex128), pattern)
    if rng.random() < 0.06:
        response = bright_lines(rng, pattern.lines, response)
    if rng.random() < 0.25:
        # no response, or none that was recorded: only the tilt of the surface tells of them
        height = 0.3 * film(rng, shape) + log_uniform(rng, 0.1, 2) * pattern.tilt
        response = tapping(rng, height, np.zeros(shape, np.bool_), np.zeros(shape))
    else:
        height = film(rng, shape) + _ridges(rng, pattern)
    label = np.where(pattern.lines, ClassCode.WALL_FERROELASTIC, 0)
    return _crop(height, response, label, unclear)


def twinned_domains(rng: np.random.Generator, shape: Shape) -> RawCrop:
    """Paint lamellae and 180-degree walls; sometimes only one polarity has them."""
    distance, width = _domains(rng, shape)
    line = border(distance > 0, np.abs(distance))
    pattern, unclear = _twins(rng, shape)
    if rng.random() < 0.35:
        inside = 0.5 + 0.5 * np.tanh((distance - 1) / max(width, 1.0))
        kept = pattern.lines & (distance > 1)
        pattern = Twins(pattern.inside * inside, kept, pattern.tilt * inside)
    response = _with_twins(rng, polarity(rng, distance, width), pattern)
    height = film(rng, shape) + _ridges(rng, pattern) + _seen_in_height(rng, distance, 0.2)
    label = np.where(pattern.lines, ClassCode.WALL_FERROELASTIC, 0)
    label[line] = ClassCode.WALL_180
    return _crop(height, response, label, unclear & ~line)


def grains(rng: np.random.Generator, shape: Shape) -> RawCrop:
    """Paint grains or cells of any material, in tapping mode or with a response of their own."""
    cells, height = _grown(rng, shape)
    line = cells.lines
    if rng.random() < 0.4:
        height = -height  # walls of cells stand out
    if rng.random() < 0.25:
        inner, profile = inner_ridges(rng, cells)
        height = height + rng.uniform(0.15, 0.7) * rng.choice((-1, 1)) * profile
        line = line | inner
    height = height + log_uniform(rng, 0.01, 0.3) * roughness(rng, shape)
    if rng.random() < 0.3:
        height = height + log_uniform(rng, 0.1, 2) * smooth_field(rng, shape, rng.uniform(40, 150))
    if rng.random() < 0.15:
        height = film(rng, shape)  # seen in the response only
    if rng.random() < 0.55:
        response = tapping(rng, height, line, _of_each(rng, cells, log_uniform(rng, 0.01, 0.5)))
    else:
        response = _of_grains(rng, cells, np.ones(shape, np.complex128))
    return _crop(height, response, np.where(line, ClassCode.GRAIN_BOUNDARY, 0))


def ferroelectric_grains(rng: np.random.Generator, shape: Shape) -> RawCrop:
    """Paint a polycrystal whose domains and twins end at the boundaries."""
    cells, height = _grown(rng, shape)
    grain = cells.lines
    kind = rng.choice(3, p=(0.5, 0.2, 0.3))  # which grains have domains: all, some; or twins
    sign = domain_field(rng, shape, log_uniform(rng, 8, max(0.8 * cells.size, 12))) > 0
    other = domain_field(rng, shape, log_uniform(rng, 8, max(0.8 * cells.size, 12))) > 0
    choice = rng.integers(0, 3 if kind else 2, cells.count)[cells.index]
    up = np.where(choice == 0, sign, np.where(choice == 1, other, True))
    up ^= (rng.random(cells.count) < 0.4)[cells.index]
    distance = signed_distance(blurred(np.where(up, 1.0, -1.0), 0.8))
    response = polarity(rng, distance, log_uniform(rng, 0.3, 4))
    line = border(distance > 0, np.abs(distance))
    label = np.where(line, ClassCode.WALL_180, 0)
    if kind == 2:
        pattern, _ = _twins(rng, shape)
        has = (rng.random(cells.count) < 0.6)[cells.index]
        lines = pattern.lines & has
        pattern = Twins(pattern.inside * has, lines, pattern.tilt * has)
        response = _with_twins(rng, response, pattern)
        label[lines & ~line] = ClassCode.WALL_FERROELASTIC
    # beside a boundary a wall is part of it
    label[cv2.dilate(grain.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 0
    label[grain] = ClassCode.GRAIN_BOUNDARY
    height = height * log_uniform(rng, 0.2, 3) + film(rng, shape)
    height = height + _seen_in_height(rng, distance, 0.15)
    return _crop(height, _of_grains(rng, cells, response), label)


def nothing(rng: np.random.Generator, shape: Shape) -> RawCrop:
    """Paint a film of one polarity, or of a material that has none."""
    height = film(rng, shape)
    empty = np.zeros(shape, np.bool_)
    kind = rng.choice(3, p=(0.55, 0.25, 0.2))
    if kind == 0:
        field = smooth_field(rng, shape, log_uniform(rng, 5, 80))
        response = np.exp(log_uniform(rng, 0.01, 0.4) * field) + 0j
    elif kind == 1:
        response = tapping(rng, height, empty, log_uniform(rng, 0.02, 0.5) * height)
    else:
        texture = fractal_field(rng, shape, rng.uniform(0.5, 2))
        turn = log_uniform(rng, 0.02, 0.5) * fractal_field(rng, shape, rng.uniform(0.5, 2))
        response = np.exp(log_uniform(rng, 0.05, 0.6) * texture + 1j * turn)
    return _crop(height, response, np.zeros(shape))


def _domains(rng: np.random.Generator, shape: Shape) -> tuple[Array, float]:
    """Draw domains that leave room for their walls; return the signed distance and the width."""
    width = log_uniform(rng, *WIDTHS)
    size = log_uniform(rng, max(7.0, 3.5 * width), max(90.0, 7 * width))
    return signed_distance(domain_field(rng, shape, size)), width


def _seen_in_height(rng: np.random.Generator, distance: Array, share: float) -> Array | float:
    """Let domains show in the height now and then: piezoelectric offset, or etched."""
    if rng.random() >= share:
        return 0.0
    step = log_uniform(rng, 0.02, 0.6) * rng.choice((-1, 1))
    return np.asarray(step * np.tanh(distance / log_uniform(rng, 1, 6)))


def _twins(rng: np.random.Generator, shape: Shape) -> tuple[Twins, Mask]:
    pattern = lamellae(rng, shape)
    if rng.random() < 0.6:
        return in_places(rng, pattern)
    return pattern, np.zeros(shape, np.bool_)


def _with_twins(rng: np.random.Generator, response: Complex, pattern: Twins) -> Complex:
    """Let twins answer less, more, or hardly otherwise, with a phase of their own at times."""
    inside = pattern.inside
    kind = rng.choice(3, p=(0.5, 0.2, 0.3))
    low = (rng.uniform(0, 0.6), rng.uniform(1.4, 2.5), 1 + rng.choice((-1, 1)) * 0.3)[kind]
    contrast = (low - 1) * (rng.uniform(0.3, 1) if kind == 2 else 1.0)
    along = np.clip(1 + rng.uniform(0, 0.4) * smooth_field(rng, inside.shape, 40), 0, 1.5)
    factor = np.maximum(1 + contrast * inside * along, 0)
    if rng.random() < 0.4:
        dip = rng.uniform(0.1, 0.6) * bell(distance_to(pattern.lines), log_uniform(rng, 0.7, 2))
        factor = factor * (1 - dip)
    if rng.random() < 0.3:
        factor = factor * np.exp(1j * rng.uniform(-1.2, 1.2) * inside)
    return np.asarray(response * factor)


def _ridges(rng: np.random.Generator, pattern: Twins) -> Array | float:
    """Tilt the surface of twins, as a different lattice does."""
    return log_uniform(rng, 0.03, 2) * pattern.tilt if rng.random() < 0.5 else 0.0


def _grown(rng: np.random.Generator, shape: Shape) -> tuple[Tessellation, Array]:
    size = log_uniform(rng, *GRAIN_SIZES)
    if size > 12 and rng.random() < 0.45:
        return caps(rng, shape, size)
    cells = voronoi(rng, shape, size)
    return cells, relief(rng, cells)


def _of_each(rng: np.random.Generator, cells: Tessellation, size: float) -> Array:
    """Return a random level for each grain."""
    return np.asarray(size * rng.standard_normal(cells.count)[cells.index])


def _of_grains(rng: np.random.Generator, cells: Tessellation, response: Complex) -> Complex:
    """Let grains answer differently, and boundaries less or more, or as everything else."""
    factor = np.ones(cells.lines.shape, np.complex128)
    if rng.random() < 0.75:
        factor *= np.exp(_of_each(rng, cells, log_uniform(rng, 0.02, 0.6)))
    if rng.random() < 0.3:
        factor *= np.exp(1j * _of_each(rng, cells, log_uniform(rng, 0.02, 0.8)))
    if rng.random() < 0.6:
        edge = bell(distance_to(cells.lines), log_uniform(rng, 0.8, 4))
        factor *= 1 - rng.choice((1, 1, 1, -1)) * rng.uniform(0.1, 0.95) * edge
    return response * factor


def _crop(
    height: Array, response: Complex, label: NDArray[np.generic], ignore: Mask | None = None
) -> RawCrop:
    if ignore is None:
        ignore = np.zeros(height.shape, np.bool_)
    return RawCrop(height, response, label.astype(np.uint8), ignore)
