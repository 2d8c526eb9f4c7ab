"""The samples of the policy benchmark: five families, each at nine densities of walls."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.options import imaging_of, read_options
from ai_afm.microscope.simulated.sample import GrownWorld, make_world
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.types import ClassCode, ScanRegion

DENSITIES = (0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.18, 0.25, 0.35)
"""Shares of the frame within 2 px of a wall."""
NEAR = 2.0
"""Distance from a wall, px, of what counts as near."""
SIZE = 5e-6
"""Side of the area, m."""
_STREAM = 83_003


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of sample and the mode in which a microscopist would image its lines.

    Parameters
    ----------
    kind
        Of `make_world`.
    mode
        Of `SimulatedOptions`.
    scale
        Typical feature size (share of the area's side) at a density of 1, from which the search for
        the wanted density starts.
    """

    kind: str
    mode: str
    scale: float


FAMILIES: dict[str, Family] = {
    "labyrinth": Family("labyrinth", "dart", 0.010),
    "stripes": Family("stripes", "dart", 0.010),
    "bubbles": Family("bubbles", "dart", 0.009),
    "lamellae": Family("lamellae", "off_resonance", 0.015),
    "grains": Family("grains", "tapping", 0.017),
}


@dataclass(frozen=True, slots=True)
class PolicyWorld:
    """One sample.

    Parameters
    ----------
    name
        Family, number and wanted density.
    world, imaging
        The sample, and the instrument's settings.
    region, shape
        Where, and the pixels of the full raster.
    truth
        (lines, pixels) bool: visible walls and boundaries, 1 px.
    hidden
        (lines, pixels) bool: near walls that nobody can see; nothing is scored there.
    c
        Share of the frame within 2 px of a visible wall.
    """

    name: str
    world: GrownWorld
    imaging: ImagingSettings
    region: ScanRegion
    shape: tuple[int, int]
    truth: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    c: float


def policy_worlds(seed: int, count: int, shape: tuple[int, int]) -> Iterator[PolicyWorld]:
    """Yield `count` samples: families in turn, then densities, then new draws of both."""
    names = tuple(FAMILIES)
    for number in range(count):
        family = names[number % len(names)]
        turn = number // len(names)
        # neighbouring families start at other densities, so that few worlds cover all of them
        wanted = DENSITIES[(turn * 2 + number % len(names) * 4) % len(DENSITIES)]
        yield policy_world(seed, number, family, wanted, shape)


def policy_world(
    seed: int, number: int, family: str, wanted: float, shape: tuple[int, int]
) -> PolicyWorld:
    """Grow a sample of a family whose density is near the wanted one.

    The scale is searched for until the density is within a tenth of the wanted one, at most 20
    times; then the nearest of those is taken.
    """
    kind = FAMILIES[family]
    region = ScanRegion((0.0, 0.0), (SIZE, SIZE))
    own = int(np.random.default_rng([seed, number, _STREAM]).integers(2**31))
    scale = kind.scale / wanted
    nearest: tuple[float, GrownWorld, NDArray[np.bool_], NDArray[np.bool_], float] | None = None
    for _ in range(20):
        world = make_world(kind.kind, own, 1.2 * SIZE, scale * SIZE)
        truth, hidden = _lines(world, region, shape)
        c = float(_near(truth, NEAR).mean())
        off = abs(math.log(max(c, 1e-6) / wanted))
        if nearest is None or off < nearest[0]:
            nearest = off, world, truth, hidden, c
        if off < 0.1:
            break
        scale *= float(np.clip(c / wanted, 0.5, 2.0)) ** 0.8
    assert nearest is not None
    _, world, truth, hidden, c = nearest
    imaging = imaging_of(read_options({"mode": kind.mode, "seed": own}))
    name = f"{family}-{number}-{100 * wanted:g}%"
    return PolicyWorld(name, world, imaging, region, shape, truth, hidden, c)


def _lines(
    world: GrownWorld, region: ScanRegion, shape: tuple[int, int]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    label = world.labels(region, shape)
    lines = (label > 0) & (label != ClassCode.TOPOGRAPHY_EDGE)
    hidden = world.hidden(region, shape) & lines & (label != ClassCode.GRAIN_BOUNDARY)
    return lines & ~hidden, _near(hidden, 3.0)


def _near(lines: NDArray[np.bool_], distance: float) -> NDArray[np.bool_]:
    if not lines.any():
        return np.zeros_like(lines)
    away = cv2.distanceTransform((~lines).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(away <= distance)
