"""A path as arrays, and which of its sweeps are imaged together."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.image.instrument_time import (
    TURNING_OF_PASS,
    PathSchedule,
    path_schedule,
    sweep_ends,
)
from ai_afm.microscope.simulated.instrument import Instrument
from ai_afm.microscope.simulated.patch import ALIGNED, Lattice
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.surface import Array
from ai_afm.types import PathRequest

Indices = NDArray[np.intp]

BLOCK = 256
"""Sweeps imaged together at most."""

SAMPLES = 2**15
"""Samples imaged together at most, overscan included."""

EMPTY_SHARE = 4
"""A block may span this many times the lattice points that its sweeps need, and..."""

EMPTY_CELLS = 20_000
"""... this many more, before it is cut: sweeps far apart share nothing."""

FINE_CELLS = 200_000
"""Lattice points of a block whose sweeps have no common pixel grid."""

LEAST_ALIGNED = 16
"""So many sweeps on one pixel grid are imaged on it, even if the next one lies off it."""


@dataclass(frozen=True, slots=True)
class Track:
    """A path as arrays, one entry a sweep.

    `ends` (n, 2, 2) m as believed, `pixels`, `overscan` (samples before and after, in which the tip
    turns), `dwell` (s), `schedule`, and how often each is passed (`ways`).
    """

    ends: Array
    pixels: Indices
    overscan: Indices
    dwell: Array
    schedule: PathSchedule
    ways: int

    @property
    def length(self) -> Array:
        """Length of each sweep, (n,) m."""
        return np.asarray(np.hypot(*(self.ends[:, 1] - self.ends[:, 0]).T))


def track_of(request: PathRequest, instrument: Instrument) -> Track:
    """Return a path as arrays."""
    schedule = path_schedule(request, instrument.times)
    pixels = np.array([s.pixels for s in request.sweeps], np.intp)
    # Equal speeds must give equal numbers, so that sweeps can be imaged together.
    dwell = np.array([float(f"{v:.9e}") for v in (schedule.passes / pixels).tolist()])
    turns = np.maximum(instrument.times.turn_around_min, TURNING_OF_PASS * schedule.passes)
    overscan = np.maximum(2, np.ceil(turns / (2 * dwell))).astype(np.intp)
    ways = 2 if request.both_ways else 1
    return Track(sweep_ends(request), pixels, overscan, dwell, schedule, ways)


def plan_block(
    track: Track, first: int, shift: Array, settings: ImagingSettings
) -> tuple[int, Lattice]:
    """Return how many sweeps from `first` on are imaged together, and on which lattice.

    Parameters
    ----------
    track
        The path.
    first
        Its next sweep.
    shift
        (w, 2) true minus believed position, m, of the sweeps that may belong to the block.
    settings
        The tip decides how far sweeps feel each other.
    """
    part = slice(first, first + len(shift))
    n, over = track.pixels[part], track.overscan[part]
    begin, way = track.ends[part, 0] + shift, track.ends[part, 1] - track.ends[part, 0]
    step = way / n[:, None]
    near, far = begin - (over - 0.5)[:, None] * step, begin + (n + over - 0.5)[:, None] * step
    lattice = _lattice(begin + step / 2, step)
    coarse = lattice.pitch[0]
    lo, hi, (i, j) = _extent(lattice, near, far)
    rims, samples = lattice.rims(settings), n + 2 * over
    own = (np.hypot(*(far - near).T) / coarse + 2 * rims[0]) * (2 * rims[1] + 1)
    fits = _cells(lo, hi, rims, (1.0, 1.0)) <= EMPTY_SHARE * np.cumsum(own) + EMPTY_CELLS
    count = _prefix(fits & (np.cumsum(samples) <= SAMPLES))
    on_grid = _prefix(_is_aligned(lattice, step, (i, j), samples))
    if on_grid >= min(count, LEAST_ALIGNED):
        return min(count, on_grid), lattice
    pitch = min(float(np.hypot(*step[:count].T).min()), max(settings.tip.electric_radius / 2, 2e-9))
    fine = Lattice(lattice.origin, lattice.angle, (pitch, pitch))
    scale = (coarse / pitch, lattice.pitch[1] / pitch)
    on_fine = min(count, _prefix(_cells(lo, hi, fine.rims(settings), scale) <= FINE_CELLS))
    if on_grid >= on_fine:
        return min(count, on_grid), lattice
    return on_fine, fine


def _lattice(first: Array, step: Array) -> Lattice:
    """Return the pixel grid that the first two sweeps suggest; square where they suggest none."""
    dx, dy = step[0].tolist()
    pitch = across = math.hypot(dx, dy)
    if len(first) > 1:
        ox, oy = (first[1] - first[0]).tolist()
        beside = abs(dx * oy - dy * ox) / pitch
        across = beside if 0.25 * pitch < beside < 4 * pitch else pitch
    origin = (float(first[0, 0]), float(first[0, 1]))
    return Lattice(origin, math.atan2(dy, dx), (pitch, across))


def _extent(lattice: Lattice, near: Array, far: Array) -> tuple[Array, Array, tuple[Array, Array]]:
    """Return low and high corner, (w, 2) lattice points, of the first 1, 2, ... w sweeps."""
    i, j = lattice.coordinates(np.stack([near[:, 0], far[:, 0]]), np.stack([near[:, 1], far[:, 1]]))
    lo = np.minimum.accumulate(np.stack([i.min(axis=0), j.min(axis=0)], axis=1))
    hi = np.maximum.accumulate(np.stack([i.max(axis=0), j.max(axis=0)], axis=1))
    return lo, hi, (i[0], j[0])


def _cells(lo: Array, hi: Array, rims: tuple[int, int], scale: tuple[float, float]) -> Array:
    sides = (hi - lo) * np.array(scale) + 2 * np.array(rims) + 2
    return np.asarray(sides[:, 0] * sides[:, 1])


def _is_aligned(
    lattice: Lattice, step: Array, at: tuple[Array, Array], samples: Indices
) -> NDArray[np.bool_]:
    """Tell which sweeps have all samples on lattice points."""
    c, s = math.cos(lattice.angle), math.sin(lattice.angle)
    along = (c * step[:, 0] + s * step[:, 1]) / lattice.pitch[0]
    across = (c * step[:, 1] - s * step[:, 0]) / lattice.pitch[1]
    off = [np.abs(v - np.round(v)) for v in (*at, along, across)]
    worst = np.maximum(off[0] + off[2] * samples, off[1] + off[3] * samples)
    return np.asarray(worst <= ALIGNED)


def _prefix(good: NDArray[np.bool_]) -> int:
    """Return how many of the first entries are true, at least 1."""
    return max(1, int(np.argmin(good)) if not good.all() else len(good))
