"""Surveys as long nights leave them: frames of a grown ceramic, its drift, images and probes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.config import RunConfig, parse_config
from ai_afm.control.frames import inside, zoom_frame
from ai_afm.control.overview import overview_frame
from ai_afm.control.raster import tiles
from ai_afm.control.sightings import ranked, sightings
from ai_afm.microscope.simulated.options import build_sample, read_options
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    Junction,
    Observation,
    Point,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
    Wall,
    WallNetwork,
)

SIDE_NM = 20000.0
"""Of the area: a ceramic of that size has about a thousand walls and junctions."""
DRIFT = 2e-10
"""Of the sample between two frames along either axis, standard deviation, m."""
PROBES = 6
"""Of each target, three pairs."""

CONFIG = """
[run]
controller = "{controller}"
budget_min = 1e6
[limits]
max_passes = 1e6
[[consent.zones]]
size_nm = [{side}, {side}]
level = "bias"
max_bias_v = 10.0
max_pulses = 100
[overview]
size_nm = [{side}, {side}]
lines = 512
pixels = 512
[targets]
count = 1000
ladder_nm = [800.0, 400.0, 200.0]
min_distance_nm = 250.0
[probe]
per_target = 3
budget_min = 1e6
"""


def config_of(controller: str, side_nm: float = SIDE_NM) -> RunConfig:
    """Return the configuration of a long run."""
    return parse_config(CONFIG.format(controller=controller, side=side_nm))


@dataclass(frozen=True, slots=True)
class Drawing:
    """All lines of an area, to be seen through frames.

    Parameters
    ----------
    network
        The lines.
    low, high
        (walls, 2): the rectangle that holds each of them, m.
    """

    network: WallNetwork
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def seen(self, region: ScanRegion, drift: Point, pixel: float) -> WallNetwork:
        """Return what a frame (without rotation) shows once the sample has drifted.

        Parameters
        ----------
        region
            The frame.
        drift
            Of the sample, m.
        pixel
            Distance of the points of its polylines, m.
        """
        back = geometry.shifted(region, (-drift[0], -drift[1]))
        corner = np.array(back.center) - np.array(back.size) / 2
        far = corner + back.size
        near = np.flatnonzero(((self.low <= far) & (self.high >= corner)).all(axis=1))
        walls = [piece for i in near for piece in _cut(self.network.walls[i], back, pixel)]
        moved = tuple(replace(w, points=w.points + drift) for w in walls)
        junctions = tuple(
            Junction(_add(j.position, drift), j.codes)
            for j in self.network.junctions
            if _holds(corner, far, j.position)
        )
        tips = tuple(_add(t, drift) for t in self.network.tips if _holds(corner, far, t))
        return WallNetwork(region, moved, junctions, tips)


def grown(seed: int, side_nm: float = SIDE_NM) -> Drawing:
    """Return the lines of a ceramic with domains."""
    sample = build_sample(read_options({"world": "ferroelectric_ceramic", "seed": seed}))
    side = side_nm * 1e-9
    network = sample.world.truth(ScanRegion((0.0, 0.0), (side, side)))
    low = np.array([w.points.min(axis=0) for w in network.walls])
    high = np.array([w.points.max(axis=0) for w in network.walls])
    return Drawing(network, low, high)


def _cut(wall: Wall, region: ScanRegion, pixel: float) -> Iterator[Wall]:
    """Yield the pieces of a wall inside a region, a point each `pixel`."""
    runs = np.flatnonzero(geometry.is_inside(region, *wall.points.T))
    for run in np.split(runs, np.flatnonzero(np.diff(runs) > 1) + 1):
        if len(run) < 2:
            continue
        points = wall.points[run]
        length = float(np.hypot(*np.diff(points, axis=0).T).sum())
        keep = np.linspace(0, len(points) - 1, max(2, round(length / pixel))).round().astype(int)
        yield Wall(points[np.unique(keep)], wall.code, 0.9)


def _add(a: Point, b: Point) -> Point:
    return a[0] + b[0], a[1] + b[1]


def _holds(low: NDArray[np.float64], high: NDArray[np.float64], at: Point) -> bool:
    return bool(low[0] <= at[0] <= high[0] and low[1] <= at[1] <= high[1])


class Night:
    """A run that goes on and on: yields its observations, one after the other.

    Parameters
    ----------
    drawing
        The sample.
    config
        Of the run.
    survey
        What is known at the start.
    seed
        Of the drift.
    """

    def __init__(self, drawing: Drawing, config: RunConfig, survey: Survey, seed: int) -> None:
        self._drawing, self._config, self._survey = drawing, config, survey
        self._rng = np.random.default_rng(seed)
        self._drift: Point = (0.0, 0.0)
        self._number = 0

    def imaging(self) -> Iterator[Observation]:
        """Yield the overview, and then the ladders of one target after the other."""
        overview = self._frame(overview_frame(self._config))
        yield overview
        for name, at in self._targets(overview):
            yield from self._ladder(name, at)

    def probing(self, targets: int) -> Iterator[Observation]:
        """Yield what `imaging` does for so many targets, and then images and probes there."""
        overview = self._frame(overview_frame(self._config))
        yield overview
        chosen = [t for t, _ in zip(self._targets(overview), range(targets), strict=False)]
        for name, at in chosen:
            yield from self._ladder(name, at)
        for name, at in chosen:
            yield self._image(Role.BEFORE, name, at)
            for number in range(PROBES):
                yield self._probe(name, at, number)
            yield self._image(Role.AFTER, name, at)

    def raster(self) -> Iterator[Observation]:
        """Yield the tiles of the raster, round and round."""
        while True:
            for _, request in tiles(self._config):
                yield self._frame(request)

    def _targets(self, overview: Observation) -> Iterator[tuple[str, Point]]:
        settings = self._config.targets
        taken: list[Point] = []
        known = ranked(sightings(self._survey.add(overview), settings), settings)
        for candidate in known:
            at = candidate.position
            if all(math.dist(at, p) >= settings.min_distance for p in taken):
                taken.append(at)
                yield f"T{len(taken)}", at

    def _ladder(self, name: str, at: Point) -> Iterator[Observation]:
        for size in sorted(self._config.targets.ladder, reverse=True):
            region = inside(self._survey.limits.region, _add(at, self._drift), (size, size), 0.0)
            assert region is not None
            yield self._frame(zoom_frame(self._config, region, name, "a closer frame"))

    def _image(self, role: Role, name: str, at: Point) -> Observation:
        region = ScanRegion(_add(at, self._drift), (3e-7, 3e-7))
        return self._frame(ScanRequest(region, (64, 64), 2.0, role=role, target=name))

    def _probe(self, name: str, at: Point, number: int) -> Observation:
        pair, role = number // 2 + 1, (Role.WALL, Role.BULK)[number % 2]
        x, y = _add(at, self._drift)
        site = f"{name}-{pair}{role.value[0].upper()}"
        request = ProbeRequest(
            ProbeKind.HYSTERESIS_LOOP,
            (x + 3e-8 * number, y + (2e-8, -7e-8)[number % 2]),
            self._config.probe.waveform,
            role=role,
            target=name,
            site=site,
        )
        return Observation(self._next(), request, seconds=4.0, notes={"fit": {}})

    def _frame(self, request: ScanRequest) -> Observation:
        number = self._next()
        network = self._drawing.seen(request.region, self._drift, max(request.pixel_size))
        self._drift = _add(self._drift, tuple(DRIFT * self._rng.standard_normal(2)))
        seconds = request.shape[0] / request.line_rate
        return Observation(
            number, request, request.shape[0], network, seconds=seconds, offset=self._drift
        )

    def _next(self) -> int:
        self._number += 1
        return self._number
