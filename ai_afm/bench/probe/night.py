"""A night of our own: find the wall, probe it in random blocks, look what has happened, go on.

An event counts where we say that we probed a wall, the tip truly was within `AT_WALL` of a native
one, at least three measured dot radii from everything that was probed before, the loop is good, and
images before and after say what happened to the wall.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm import geometry
from ai_afm.bench.probe.segments import Field, bulk_sites, look, spacing_for
from ai_afm.bench.probe.setting import EXTENT, HOURS, Setting, Tally, at_wall, edge
from ai_afm.bench.probe.station import Station
from ai_afm.bench.probe.trial import LOOP, SIGN, Night, calibrate
from ai_afm.survey.patch import NearWall, Patch, read_patch, scale_of, wall_near
from ai_afm.survey.probe_events import Registration, event
from ai_afm.survey.question.quality import judge
from ai_afm.survey.question.rules import RADII, randomised
from ai_afm.types import Point, ScanRegion

Points = NDArray[np.float64]

OVERVIEW = (256, 512)
OVERVIEW_RATE = 0.225
"""Lines per second, Hz: 10 um/s over the whole range, what a coated tip may do in contact."""
MINI = (2.4e-7, 2.4e-7)
MINI_SHAPE, MINI_RATE = (32, 36), 16.0
REACH = 9e-8
"""Largest distance of a change from the tip, m."""
LOST = 4e-8
"""Distance of a wall from where it was expected beyond which it is another one, m."""
SIDE, GAP = 2e-6, 2.5e-7
"""Side of a field, and what lies between fields so that drift cannot carry one into another, m."""
LINES, LINE_RATE = (96, 108), 2.2
DOUBT = 2.5e-8
"""How well the place of a site is known after hours of drift, m."""


@dataclass(slots=True)
class _Drift:
    """Drift as the walls show it: each wall that is found again tells its part along its normal."""

    rows: list[tuple[float, float, float]] = field(default_factory=list)
    total: Points = field(default_factory=lambda: np.zeros(2))

    def saw(self, normal: Point, offset: float, seconds: float) -> None:
        """Add how far a wall was from where no drift would have left it, m, after some seconds."""
        self.rows.append((normal[0] * seconds, normal[1] * seconds, offset))

    @property
    def velocity(self) -> Points:
        """Least squares over the latest walls, m/s; 0 before there are any."""
        if len(self.rows) < 4:
            return np.zeros(2)
        rows = np.array(self.rows[-200:])
        # one nanometre of doubt in each wall, one nanometre a second in what drift can be
        design, seen = rows[:, :2], rows[:, 2]
        return np.asarray(np.linalg.solve(design.T @ design + np.eye(2), design.T @ seen))


def ours(setting: Setting, hours: float) -> Tally:
    """Overview once, then field after field: find the wall again, probe in random blocks, look.

    Only the first `hours` after the overview are simulated; `total` and `valid` are those of a
    night of `HOURS` at the rate of the simulated ones, or of a first pass over the range where that
    is less: what a second pass finds counts only where it was simulated.
    """
    station, night, tally = setting.station(), Night(), Tally()
    rng = np.random.default_rng([setting.seed, 49])
    overview = station.image(ScanRegion((0.0, 0.0), (EXTENT, EXTENT)), OVERVIEW, OVERVIEW_RATE)
    scale = scale_of(overview)
    if scale is None:
        return tally
    whole = read_patch(overview, scale)
    squares = _squares(whole, 0.0)
    # a second pass, half a field aside, for what the first had to leave out
    regions = iter([*squares, *_squares(whole, (SIDE + GAP) / 2)])
    polarity, scale = calibrate(station, regions, night)
    tally.dot_radius = night.dot_radius
    began, drift, done = station.clock.now(), _Drift(), 0
    work = _Work(station, tally, drift, polarity, rng)
    for region in regions:
        since = station.clock.now()
        if since - began > hours * 3600:
            break
        here = geometry.shifted(region, (float(drift.total[0]), float(drift.total[1])))
        seen = look(station, here, scale, LINES, LINE_RATE)
        if seen is not None:
            work.field(seen)
        drift.total = drift.total + drift.velocity * (station.clock.now() - since)
        done += 1
    # a night ends when its time is over, or when the range has no fields left
    time_left = (HOURS * 3600 - began) / (station.clock.now() - began)
    share = max(1.0, min(time_left, len(squares) / max(done, 1)))
    tally.total, tally.valid = tally.total * share, tally.valid * share
    station.lift()
    tally.quiet, tally.looked = station.quiet, station.looked
    return tally


@dataclass(slots=True)
class _Work:
    """What goes on in one field after another."""

    station: Station
    tally: Tally
    drift: _Drift
    polarity: int
    rng: np.random.Generator
    sites: list[Point] = field(default_factory=list)

    def field(self, seen: Field) -> None:
        """Probe the walls of a field, each with its bulk site, in random order."""
        seconds = LINES[0] / LINE_RATE
        imaged = self.station.clock.now() - seconds / 2
        since = self.drift.total
        earlier = [(x + float(since[0]), y + float(since[1])) for x, y in self.sites]
        spacing = spacing_for(self.tally.dot_radius) + seen.patch.pixel / 2
        for wall, bulk in _pairs(seen, spacing, earlier):
            for site in (wall.at, bulk):
                self.sites.append((site[0] - float(since[0]), site[1] - float(since[1])))
            for k in randomised(("wall", "bulk"), self.rng):
                passed = self.station.clock.now() - imaged
                moved = self.drift.velocity * passed
                if k == 0:
                    self._wall(seen, wall, imaged)
                else:
                    self._loop((bulk[0] + float(moved[0]), bulk[1] + float(moved[1])))

    def _wall(self, seen: Field, site: NearWall, imaged: float) -> None:
        station, tally = self.station, self.tally
        passed = station.clock.now() - imaged
        moved = self.drift.velocity * passed
        at = site.at[0] + float(moved[0]), site.at[1] + float(moved[1])
        region = ScanRegion(at, MINI)
        before = station.image(region, MINI_SHAPE, MINI_RATE)
        found = wall_near(read_patch(before, seen.scale), at)
        if found is None or abs(found.distance) > LOST:
            return  # not the wall that was looked for
        way = found.at[0] - site.at[0], found.at[1] - site.at[1]
        offset = way[0] * found.normal[0] + way[1] * found.normal[1]
        self.drift.saw(found.normal, offset, station.clock.now() - imaged)
        was = _true_wall(station, found)
        native, good = self._loop(found.at)
        after = station.image(region, MINI_SHAPE, MINI_RATE)
        happened = event(before, after, found.at, REACH, _during(self.drift), seen.scale)
        if happened is None or not good:
            return
        tally.total += 1
        tally.valid += native
        tally.kinds[happened.kind] += 1
        if happened.displacement is not None:
            tally.displaced += 1
            tally.covered += happened.displacement.covers(_true_wall(station, found) - was)

    def _loop(self, at: Point) -> tuple[bool, bool]:
        """Measure a loop; return whether it truly was at a fresh wall, and whether it is good."""
        truth = self.station.microscope.true_position(at)
        fresh = _far(truth, self.tally.places, RADII * self.tally.dot_radius)
        self.tally.places.append(truth)
        spectrum = self.station.loop(at, replace(LOOP, first_polarity=self.polarity))
        good = judge(spectrum).is_good
        return fresh and bool(at_wall(self.station, [truth])[0]), good


def _squares(patch: Patch, aside: float) -> list[ScanRegion]:
    """Return the fields of the range that show a wall, moved by `aside` (m), to and fro."""
    pitch = SIDE + GAP
    side = int((EXTENT - 0.5e-6 - 2 * aside) / pitch)
    axis = (np.arange(side) - (side - 1) / 2) * pitch
    rows, columns = np.nonzero(edge(patch))
    x, y = geometry.pixel_to_sample(patch.region, patch.shape, rows, columns)
    chosen = []
    for k, cy in enumerate(axis):
        for cx in axis if k % 2 == 0 else axis[::-1]:
            region = ScanRegion((float(cx), float(cy)), (SIDE, SIDE))
            if geometry.is_inside(region, x, y).any():
                chosen.append(region)
    return chosen


def _pairs(seen: Field, spacing: float, earlier: list[Point]) -> Iterator[tuple[NearWall, Point]]:
    """Yield wall points of a field, each with a bulk point, all at least `spacing` (m) apart.

    `earlier` sites, of an hour ago, are where the drift has carried them within `DOUBT`. The next
    wall point is the free one that is nearest to what is taken, so that little room is lost.
    """
    patch = seen.patch
    rows, columns = np.nonzero(edge(patch))
    x, y = geometry.pixel_to_sample(patch.region, patch.shape, rows, columns)
    inside = geometry.is_inside(patch.region, x, y, LOST)
    line = np.stack([x[inside], y[inside]], axis=1)
    bulk = np.array(bulk_sites(seen, SIGN, patch.region.center, 0.0, spacing)).reshape(-1, 2)
    room = [_distance(points, earlier) - DOUBT for points in (line, bulk)]
    while True:
        free = np.flatnonzero(room[0] >= spacing)
        partners = np.flatnonzero(room[1] >= spacing)
        if not len(free) or not len(partners):
            return
        k = int(free[np.argmin(room[0][free])])
        wall = wall_near(patch, (float(line[k, 0]), float(line[k, 1])))
        room[0][k] = -math.inf
        if wall is None or _distance(line[k : k + 1], [wall.at])[0] > LOST:
            continue
        apart = _distance(bulk[partners], [wall.at])
        if apart.max() < spacing:
            continue
        near = int(partners[np.argmin(np.where(apart >= spacing, apart, np.inf))])
        partner = float(bulk[near, 0]), float(bulk[near, 1])
        # a site found between pixels lies up to a pixel from the one that stood for it
        for points, left in zip((line, bulk), room, strict=True):
            np.minimum(left, _distance(points, [wall.at, partner]), out=left)
        yield wall, partner


def _distance(points: Points, others: list[Point]) -> Points:
    """Return the distance of points (n, 2) from the nearest of others, m; inf without any."""
    if not others or not len(points):
        return np.full(len(points), np.inf)
    return np.asarray(KDTree(np.array(others)).query(points)[0])


def _far(place: Point, others: list[Point], spacing: float) -> bool:
    return all(math.dist(place, p) >= spacing for p in others)


def _true_wall(station: Station, wall: NearWall) -> float:
    """Return where the wall truly is along a found wall's normal, m from the place found; NaN."""
    at = station.microscope.true_position(wall.at)
    along = np.arange(-1.5 * REACH, 1.5 * REACH, 0.5e-9)
    x, y = at[0] + along * wall.normal[0], at[1] + along * wall.normal[1]
    piezo = station.sample.surface(x, y, station.clock.now()).piezo
    changes = np.flatnonzero(piezo[:-1] * piezo[1:] < 0)
    if not len(changes):
        return math.nan
    share = piezo[changes] / (piezo[changes] - piezo[changes + 1])
    places = along[changes] + share * (along[changes + 1] - along[changes])
    return float(places[np.argmin(np.abs(places))])


def _during(drift: _Drift) -> Registration:
    """Return the shift between the images before and after a loop, some four seconds apart."""
    seconds = MINI_SHAPE[0] / MINI_RATE + LOOP.duration
    way = drift.velocity * seconds
    return Registration((float(way[0]), float(way[1])), 0.2e-9)
