"""a/c ferroelastic lamellae: needles on parallel tracks, with the surface tilt of the twins.

A set of lamellae has tracks across u (one lamella each) that are cut along v into segments; a
segment holds one needle or nothing. The surface is piecewise linear across twins: the a surface is
inclined to the c surface by atan(c/a - 1), and both tilt against the mean surface so that every
track ends where it began.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm.microscope.simulated.fields import Float32, Float64, PeriodicField, smooth_field
from ai_afm.microscope.simulated.spec import TwinSpec

TRACKS = 1024
SEGMENTS = 64
"""Size of the tables of a set; they repeat beyond."""


@dataclass(frozen=True, slots=True)
class Across:
    """Points seen by one set of lamellae, each (n,).

    `inside` is the signed distance (m) to the twin's edge, positive in the a domain; `middle` the
    distance from its centre line with sign; `half` its half width there (0 where there is none);
    `height` in m.
    """

    inside: Float32
    middle: Float32
    half: Float32
    height: Float32
    number: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class TwinSet:
    """Parallel needles; tables (TRACKS * SEGMENTS,): half width (m), tips (in segment lengths)."""

    spec: TwinSpec
    angle: float
    center: Float64
    phase: Float64
    half: Float64
    start: Float64
    end: Float64
    sign: Float64
    polarity: Float64
    bend: PeriodicField

    def coordinates(self, x: Float64, y: Float64) -> tuple[Float64, Float64]:
        """Return (u, v) across and along the lamellae, m."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        bend = self.bend.at(self.bend.lattice.places(x, y))
        return c * x + s * y + self.spec.bend * bend, c * y - s * x

    def position(self, u: Float64, v: Float64) -> tuple[Float64, Float64]:
        """Invert `coordinates` by fixed-point iteration, to well below 0.1 nm."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        straight = u
        for _ in range(12):
            x, y = c * straight - s * v, s * straight + c * v
            straight = straight + u - self.coordinates(x, y)[0]
        return c * straight - s * v, s * straight + c * v

    def numbers(self, track: NDArray[np.intp], v: Float64) -> tuple[NDArray[np.intp], Float64]:
        """Return the table entry of points on tracks and their place along its segment (0 to 1)."""
        along = v / self.spec.length + self.phase[track & (TRACKS - 1)]
        segment = np.floor(along)
        number = (track & (TRACKS - 1)) * SEGMENTS + (segment.astype(np.intp) & (SEGMENTS - 1))
        return number, along - segment

    def half_width(self, number: NDArray[np.intp], place: Float64) -> Float64:
        """Return the half width (m) of needles at places along their segment; 0 beyond the tips."""
        length = self.spec.length
        start, end = self.start[number], self.end[number]
        from_tip = np.minimum(place - start, end - place) * (length / self.spec.taper)
        slim = np.clip(from_tip, 0, 1)
        return np.asarray(self.half[number] * slim * (2 - slim))

    def across(self, x: Float64, y: Float64) -> Across:
        """Return what points (n,) in m see of this set."""
        u, v = self.coordinates(x, y)
        period = self.spec.period
        track = np.floor(u / period)
        number, place = self.numbers(track.astype(np.intp), v)
        half = self.half_width(number, place)
        in_track = u - track * period
        middle = in_track - self.center[number]
        inside = half - np.abs(middle)
        away = np.where(half > 0, inside, -period)
        # the a surface is steeper than the mean by 1 - share, the c surface falls back by share
        share = 2 * half / period
        rise = np.clip(middle + half, 0, 2 * half) - share * in_track
        height = np.tan(self.spec.tilt) * self.sign[number] * rise
        return Across(
            away.astype(np.float32),
            middle.astype(np.float32),
            half.astype(np.float32),
            height.astype(np.float32),
            number,
        )

    def wall_distance(self, x: Float64, y: Float64) -> Float64:
        """Return the distance (n,) m to the nearest needle of this track and its two neighbours."""
        u, v = self.coordinates(x, y)
        period = self.spec.period
        track = np.floor(u / period)
        nearest = np.full_like(u, np.inf)
        for step in (-1, 0, 1):
            number, place = self.numbers((track + step).astype(np.intp), v)
            middle = np.abs(u - (track + step) * period - self.center[number])
            beyond = np.maximum(self.start[number] - place, place - self.end[number])
            edge = np.abs(self.half_width(number, place) - middle)
            tip = np.hypot(middle, np.maximum(beyond, 0) * self.spec.length)
            distance = np.where(beyond > 0, tip, edge)
            np.minimum(nearest, distance, out=nearest, where=self.half[number] > 0)
        return nearest

    @property
    def normal(self) -> tuple[float, float]:
        """Unit vector across the lamellae (the bend neglected)."""
        return float(np.cos(self.angle)), float(np.sin(self.angle))


def grow_twin_sets(
    spec: TwinSpec, extent: float, coverage: PeriodicField, rng: np.random.Generator
) -> tuple[TwinSet, ...]:
    """Grow a set for each angle; `coverage` says where it is dense (the sets avoid each other)."""
    bend = smooth_field(rng, extent, max(spec.length, extent / 8))
    sets = []
    for order, angle in enumerate(spec.angles):
        bare = _table(spec, angle, bend, rng)
        share = _where_dense(bare, coverage) * (-1.0 if order % 2 else 1.0)
        # a lamella is there where noise plus the slow field exceeds the level that gives the
        # coverage
        score = share + 0.5 * rng.standard_normal(len(share))
        level = np.quantile(score, 1 - spec.coverage)
        half = np.where(score > level, bare.half, 0.0)
        sets.append(TwinSet(spec, angle, bare.center, bare.phase, half, bare.start, bare.end,
                            bare.sign, bare.polarity, bend))  # fmt: skip
    return tuple(sets)


def _table(spec: TwinSpec, angle: float, bend: PeriodicField, rng: np.random.Generator) -> TwinSet:
    n = TRACKS * SEGMENTS
    track = np.repeat(np.arange(TRACKS), SEGMENTS)
    # widths vary along and between tracks but always leave a tenth of the track as matrix
    typical = spec.duty * np.exp(0.25 * rng.standard_normal(TRACKS))[track]
    share = typical * np.exp(0.15 * rng.standard_normal(n))
    half = 0.45 * spec.period * np.tanh(share / 0.9)
    room = 0.48 * spec.period - half
    center = 0.5 * spec.period + room * rng.uniform(-1, 1, TRACKS)[track]
    return TwinSet(
        spec,
        angle,
        center,
        rng.uniform(0, SEGMENTS, TRACKS),
        half,
        rng.uniform(0.02, 0.2, n),
        rng.uniform(0.8, 0.98, n),
        np.full(n, float(rng.choice([-1, 1]))),
        rng.choice([-1.0, 1.0], TRACKS)[track],
        bend,
    )


def _where_dense(table: TwinSet, coverage: PeriodicField) -> Float64:
    """Return the slow field at the middle of each segment, (TRACKS * SEGMENTS,)."""
    track = np.repeat(np.arange(TRACKS), SEGMENTS)
    segment = np.tile(np.arange(SEGMENTS), TRACKS)
    # table indices wrap: entries of the upper half stand for negative tracks and segments
    signed_track = np.where(track < TRACKS // 2, track, track - TRACKS)
    turns = np.floor(table.phase[track])
    signed = (segment - turns + SEGMENTS / 2) % SEGMENTS - SEGMENTS / 2 + turns
    u = (signed_track + 0.5) * table.spec.period
    v = (signed + 0.5 - table.phase[track]) * table.spec.length
    c, s = np.cos(table.angle), np.sin(table.angle)
    return np.asarray(coverage.value(c * u - s * v, s * u + c * v), float)
