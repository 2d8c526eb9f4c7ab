"""Nights without looking: a grid of loops, and scripts that walk along the walls of one image.

They are spared the images before and after and the judging of loops: each of their loops at a fresh
wall counts, so their figures are upper bounds.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree
from skimage.morphology import skeletonize

from ai_afm import geometry
from ai_afm.bench.probe.segments import spacing_for
from ai_afm.bench.probe.setting import EXTENT, HOURS, Setting, Tally, at_wall, edge
from ai_afm.bench.probe.station import Station
from ai_afm.bench.probe.trial import LOOP
from ai_afm.image.instrument_time import request_seconds
from ai_afm.survey.patch import Patch, read_patch, scale_of
from ai_afm.survey.question.rules import too_close
from ai_afm.types import Point, ProbeKind, ProbeRequest, ScanRegion

Points = NDArray[np.float64]


def naive(setting: Setting, dot_radius: float) -> Tally:
    """One loop per pixel of the walls' skeleton, in the order in which a script lists them."""
    station = setting.station()
    patch = _whole(station)
    if patch is None:
        return Tally()
    return _blind(station, _skeleton(patch), dot_radius)


def thinned(setting: Setting, dot_radius: float) -> Tally:
    """One loop every three dots along the skeleton: a script whose author knows of the dots."""
    station = setting.station()
    patch = _whole(station)
    if patch is None:
        return Tally()
    places, spacing = _skeleton(patch), spacing_for(dot_radius)
    tree, free = KDTree(places), np.ones(len(places), bool)
    kept = []
    for k, place in enumerate(places):
        if free[k]:
            kept.append(place)
            free[tree.query_ball_point(place, spacing)] = False
    return _blind(station, np.array(kept), dot_radius)


def grid(setting: Setting, dot_radius: float) -> Tally:
    """Loops on a grid over the whole range that fills the night, as loop maps are measured."""
    station = setting.station()
    if _whole(station) is None:
        return Tally()
    left = HOURS * 3600 - station.clock.now()
    once = _seconds(station, (0.0, 0.0), (EXTENT / 100, 0.0))
    side = min(int(math.sqrt(left / once)), int(0.96 * EXTENT / spacing_for(dot_radius)))
    axis = (np.arange(side) + 0.5) / side * 0.96 * EXTENT - 0.48 * EXTENT
    x, y = np.meshgrid(axis, axis)
    x[1::2] = x[1::2, ::-1]  # every other line backwards: no way is wasted
    return _blind(station, np.stack([x.ravel(), y.ravel()], axis=1), dot_radius)


def _blind(station: Station, places: Points, dot_radius: float) -> Tally:
    """Count the loops of a night at given places; each at a fresh wall is taken for valid."""
    truths: list[Point] = []
    at: Point = (0.0, 0.0)
    for place in places:
        to = float(place[0]), float(place[1])
        station.clock.sleep(_seconds(station, at, to))
        if station.clock.now() > HOURS * 3600:
            break
        truths.append(station.microscope.true_position(to))
        at = to
    fresh = np.ones(len(truths), bool)
    for _, later, _ in too_close(truths, dot_radius):
        fresh[later] = False
    valid = float(np.sum(fresh & at_wall(station, truths))) if truths else 0.0
    return Tally(float(len(truths)), valid, dot_radius, truths)


def _seconds(station: Station, start: Point, end: Point) -> float:
    times = station.microscope.capabilities.times
    request = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, end, LOOP)
    return request_seconds(request, start, times)


def _whole(station: Station) -> Patch | None:
    frame = station.image(ScanRegion((0.0, 0.0), (EXTENT, EXTENT)), (512, 512), 1.0)
    scale = scale_of(frame)
    return None if scale is None else read_patch(frame, scale)


def _skeleton(patch: Patch) -> Points:
    """Return the wall pixels (n, 2), m, line by line, as `nonzero` lists them."""
    line = skeletonize(edge(patch))  # type: ignore[no-untyped-call]
    x, y = geometry.pixel_to_sample(patch.region, patch.shape, *np.nonzero(line))
    return np.stack([x, y], axis=1)
