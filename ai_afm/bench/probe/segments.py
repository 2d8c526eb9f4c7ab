"""One field of view, one wall segment: the sites beside it and in the bulk, as images show them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai_afm import geometry
from ai_afm.bench.probe.station import Station
from ai_afm.config import ProbeSettings
from ai_afm.control.likeness import Likeness
from ai_afm.survey.patch import Patch, Scale, read_patch, scale_of, wall_near
from ai_afm.survey.question.ground import ground_of
from ai_afm.survey.question.rules import RADII
from ai_afm.types import Point, ScanRegion

FIELD = 1.0e-6
"""Side of a field of view, m."""
SHAPE = (64, 72)
RATE = 4.0
"""Lines per second of a field's image, Hz."""
BESIDE = 12e-9
"""Distance of a wall site from its wall, m: the tip's field still reaches the wall, and the domain
under it has one polarity."""
BULK = 90e-9
"""Least distance of a bulk site from any wall, m: three reaches of a wall's influence."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of view as its image shows it.

    Parameters
    ----------
    patch
        Signed response.
    scale
        Of the response, positive like the first field's.
    likeness
        How like its wall site a partner has to be, as in a run.
    """

    patch: Patch
    scale: Scale
    likeness: Likeness


def fields(extent: float, rng: np.random.Generator) -> Iterator[ScanRegion]:
    """Yield fields of view that do not touch, in random order."""
    pitch = 1.4 * FIELD
    half = int((extent / 2 - FIELD) / pitch)
    grid = [(i * pitch, j * pitch) for i in range(-half, half + 1) for j in range(-half, half + 1)]
    for k in rng.permutation(len(grid)):
        yield ScanRegion(grid[int(k)], (FIELD, FIELD))


def look(
    station: Station,
    region: ScanRegion,
    like: Scale | None,
    shape: tuple[int, int] = SHAPE,
    rate: float = RATE,
) -> Field | None:
    """Image a field in (lines, pixels) at a line rate (Hz); `None` where it has one polarity."""
    frame = station.image(region, shape, rate)
    scale = scale_of(frame, like=like)
    if scale is None:
        return None
    likeness = Likeness.of(ProbeSettings(), ground_of(frame, like=scale))
    return Field(read_patch(frame, scale), scale, likeness)


def alike(field: Field, wall: Point, places: list[Point]) -> list[Point]:
    """Return those of some places that are like a wall site in slope and contact resonance."""
    good = field.likeness.alike(wall, np.array(places).reshape(-1, 2))
    return [place for place, is_alike in zip(places, good, strict=True) if is_alike]


def wall_sites(field: Field, sign: int, used: list[Point], spacing: float) -> Iterator[Point]:
    """Yield places beside the wall on the side of a sign, at least `spacing` (m) from used ones.

    They lie on the wall that passes nearest to the middle: one field is one segment.
    """
    for at in _edge_points(field):
        wall = wall_near(field.patch, at)
        if wall is None or not _inside(field.patch, wall.at):
            continue
        place = (
            wall.at[0] + sign * BESIDE * wall.normal[0],
            wall.at[1] + sign * BESIDE * wall.normal[1],
        )
        if all(math.dist(place, p) >= spacing for p in used):
            yield place


def bulk_sites(
    field: Field, sign: int, near: Point, spacing: float, depth: float = BULK
) -> list[Point]:
    """Return places of one sign `depth` (m) from all walls, the nearest to a place first."""
    patch = field.patch
    own = ndimage.gaussian_filter(patch.mean, 0.7) * sign > 0
    distance = ndimage.distance_transform_edt(own) * patch.pixel
    rows, columns = np.nonzero(distance >= depth)
    x, y = geometry.pixel_to_sample(patch.region, patch.shape, rows, columns)
    places = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    good = [p for p in places if _inside(patch, p) and math.dist(p, near) >= spacing]
    return sorted(good, key=lambda p: math.dist(p, near))


def spacing_for(dot_radius: float) -> float:
    """Return the least distance of two sites, m, with room for drift and a radius's own error."""
    return RADII * dot_radius * 1.1 + 8e-9


def _edge_points(field: Field) -> list[Point]:
    patch = field.patch
    smooth = ndimage.gaussian_filter(patch.mean, 0.7)
    positive = smooth > 0
    edge = positive ^ ndimage.binary_erosion(positive, border_value=1)
    pieces, count = ndimage.label(edge, np.ones((3, 3), int))
    if not count:
        return []
    rows, columns = np.nonzero(edge)
    middle = (patch.shape[0] - 1) / 2, (patch.shape[1] - 1) / 2
    away = np.hypot(rows - middle[0], columns - middle[1])
    segment = pieces[rows[away.argmin()], columns[away.argmin()]]
    own = pieces[rows, columns] == segment
    order: NDArray[np.intp] = np.argsort(away[own], kind="stable")
    x, y = geometry.pixel_to_sample(patch.region, patch.shape, rows[own], columns[own])
    return [(float(x[k]), float(y[k])) for k in order]


def _inside(patch: Patch, place: Point) -> bool:
    margin = 0.08 * min(patch.region.size)
    return bool(geometry.is_inside(patch.region, place[0], place[1], margin))
