"""Probe sites: points on a wall, each with a matched point in the bulk beside it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm import geometry
from ai_afm.config import ProbeSettings
from ai_afm.control.candidates import MOST_KEPT, Kind
from ai_afm.control.ladder import Target
from ai_afm.control.likeness import Likeness
from ai_afm.control.remembered import remembered
from ai_afm.control.words import size_text
from ai_afm.microscope.consent import zone_refusal
from ai_afm.survey import polyline
from ai_afm.survey.grains import cells
from ai_afm.survey.match import sample_walls
from ai_afm.survey.question.ground import GroundMap, read_ground
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    ClassCode,
    Consent,
    Junction,
    Point,
    Role,
    Wall,
    WallNetwork,
)

Points = NDArray[np.float64]

GRID = 96
"""Bulk sites are looked for on a grid of this many points along a frame."""

SPARES = 2
"""Times as many pairs as asked for are prepared, so that a refused one has a successor."""

EDGE = 0.04
"""Share of a frame along its edge where nothing is probed: drift must not carry sites out."""

LINES = (*DOMAIN_WALL_CODES, ClassCode.GRAIN_BOUNDARY)


@dataclass(frozen=True, slots=True)
class Site:
    """A point to probe.

    Parameters
    ----------
    name
        Used once.
    role
        On a wall or in the bulk.
    position
        m, as in the first frame.
    reason
        Why it is probed.
    opposes
        Domain whose polarity the first half-cycle is to switch: 1 for A, -1 for B; 0 where no frame
        tells, or on a wall, which has both.
    turn
        Sign that chance has given the first half-cycle where `opposes` is 0.
    """

    name: str
    role: Role
    position: Point
    reason: str
    opposes: int = 0
    turn: int = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """A wall site and its partner in the bulk, `None` where there is no room for one."""

    wall: Site
    bulk: Site | None

    @property
    def sites(self) -> tuple[Site, ...]:
        """Both, or the wall site alone."""
        return (self.wall,) if self.bulk is None else (self.wall, self.bulk)


def pairs(
    found: tuple[Target, ...], settings: ProbeSettings, consent: Consent | None
) -> dict[str, tuple[Pair, ...]]:
    """Return the pairs of all targets in order of preference, spares included.

    Parameters
    ----------
    found
        The targets with what was seen of them.
    settings
        Spacing and distances.
    consent
        Where bias is allowed; `None` asks what there would be if it were allowed everywhere.
    """
    taken: list[Point] = []
    result = {}
    for target in found:
        # a pulse cannot be taken back: none where a closer look showed something unknown
        close = near(taken, target, settings)
        chosen = () if target.unknown else _pairs_of(target, settings, consent, close)
        taken += [site.position for pair in chosen for site in pair.sites]
        result[target.name] = chosen
    return result


def near(taken: list[Point], target: Target, settings: ProbeSettings) -> tuple[Point, ...]:
    """Return the sites so far that may be in the way of those of a target."""
    if not taken:
        return ()
    spacing, points = settings.min_spacing_nm * 1e-9, np.array(taken)
    close = np.zeros(len(points), bool)
    for network, (dx, dy) in target.networks():
        x, y = network.region.center
        reach = math.hypot(*network.region.size) / 2 + spacing
        close |= np.hypot(*(points - (x - dx, y - dy)).T) <= reach
    return tuple(p for p, is_close in zip(taken, close, strict=True) if is_close)


@remembered(most=MOST_KEPT // 8)
def _pairs_of(
    target: Target, settings: ProbeSettings, consent: Consent | None, taken: tuple[Point, ...]
) -> tuple[Pair, ...]:
    """Return the pairs of a target, from the closest frame that has room for any.

    `taken` are the sites of earlier targets near it.
    """
    for network, drift in target.networks():
        view = View(network, drift, (settings, consent), shown_ground(target, network))
        chosen: list[Pair] = []
        used = list(taken)
        for at, normal in _wall_points(target, view):
            if len(chosen) >= SPARES * settings.per_target:
                break
            if not _far(at, used, settings):
                continue
            pair = _pair(target.name, len(chosen), at, normal, (view, used))
            chosen.append(pair)
            used += [site.position for site in pair.sites]
        if chosen:
            return tuple(chosen)
    return ()


def _far(at: Point, used: list[Point], settings: ProbeSettings) -> bool:
    spacing = settings.min_spacing_nm * 1e-9
    return all(math.dist(at, p) >= spacing for p in used)


def shown_ground(target: Target, network: WallNetwork) -> GroundMap | None:
    """Return what the frame of a target's network says about its ground, `None` for nothing."""
    frame = next((o for o in target.frames if o.network is network), None)
    notes = None if frame is None else (frame.notes or {}).get("ground")
    return None if not notes else read_ground(notes, network.region)


class View:
    """One frame's network in the coordinates of the first frame, prepared for look-ups.

    `allowed` are the settings and a person's consent (`None`: bias anywhere); `ground` is what the
    frame says about domains, slope and resonance, where it says anything.
    """

    def __init__(
        self,
        network: WallNetwork,
        drift: Point,
        allowed: tuple[ProbeSettings, Consent | None],
        ground: GroundMap | None = None,
    ) -> None:
        back = (-drift[0], -drift[1])
        self.settings, self._consent = allowed
        self.region = geometry.shifted(network.region, back)
        self.walls = tuple(
            Wall(w.points + back, w.code, w.probability, None, w.closed) for w in network.walls
        )
        self.junctions = tuple(
            Junction((j.position[0] + back[0], j.position[1] + back[1]), j.codes)
            for j in network.junctions
        )
        self.ground = None if ground is None else replace(ground, region=self.region)
        self.likeness = Likeness.of(self.settings, self.ground)
        self.step = max(self.region.size) / GRID
        moved = WallNetwork(self.region, self.walls)
        self.domain: NDArray[np.int32] = cells(moved, (GRID, GRID), LINES)
        lines = [w for w in self.walls if w.code in LINES]
        self._tree = KDTree(sample_walls(lines, self.step / 2)[0]) if lines else None
        self.bulk, self.bulk_domain = self._bulk_points()

    def allowed(self, points: Points) -> NDArray[np.bool_]:
        """Tell which points (n, 2) are well inside the frame and have a person's consent."""
        x, y = points.T
        inside = geometry.is_inside(self.region, x, y, EDGE * min(self.region.size))
        if self._consent is None:
            return inside
        biased = np.zeros(len(points), bool)
        for zone in self._consent.zones:
            painted = geometry.is_inside(zone.region, x, y)
            biased[painted] = zone_refusal(zone, self.settings.amplitude_v) is None
        return inside & biased

    def domain_at(self, at: Points) -> int:
        """Return the number of the domain at a point, 0 on a line or outside."""
        row, column = geometry.sample_to_pixel(self.region, (GRID, GRID), at[0], at[1])
        r, c = round(float(row)), round(float(column))
        return int(self.domain[r, c]) if 0 <= r < GRID and 0 <= c < GRID else 0

    def polarity_at(self, at: Point) -> int:
        """Return the polarity at a point: 1 in domain A, -1 in B, 0 where no image tells."""
        return 0 if self.ground is None else self.ground.domain_at(at)

    def _bulk_points(self) -> tuple[Points, NDArray[np.int32]]:
        """Return the grid points (n, 2), m, far enough from all lines, and their domains."""
        x, y = geometry.pixel_grid(self.region, (GRID, GRID))
        grid = np.stack([x.ravel(), y.ravel()], axis=1)
        good = self.allowed(grid)
        if self._tree is not None:
            # the lines are sampled: half a step is what a distance can be too large by
            least = self.settings.bulk_distance_nm * 1e-9 + self.step / 4
            good &= np.isinf(self._tree.query(grid, distance_upper_bound=least)[0])
        return grid[good], self.domain.ravel()[good]


def _wall_points(target: Target, view: View) -> Iterator[tuple[Point, Points]]:
    """Yield points on the walls that may be probed, with the unit normal there, best first.

    Near a junction those next to it come first. On a long wall they keep the spacing from any
    junction, and the ones next to the target's place come first.
    """
    kind = target.candidate.kind if target.candidate else Kind.LONG_WALL
    codes: tuple[int, ...] = DOMAIN_WALL_CODES
    if kind is Kind.GRAIN_JUNCTION or not any(w.code in codes for w in view.walls):
        codes = (ClassCode.GRAIN_BOUNDARY,)
    spacing = view.settings.min_spacing_nm * 1e-9
    places, normals = [np.zeros((0, 2))], [np.zeros((0, 2))]
    for wall in view.walls:
        if wall.code in codes:
            points = polyline.resample(wall.points, min(spacing / 8, view.step), wall.closed)
            places.append(points)
            normals.append(polyline.tangents(points, False)[:, ::-1] * (-1.0, 1.0))
    points, normal = np.concatenate(places), np.concatenate(normals)
    if kind is Kind.LONG_WALL and view.junctions and len(points):
        away = KDTree([j.position for j in view.junctions]).query(points)[0] > spacing
        points, normal = points[away], normal[away]
    allowed = view.allowed(points)
    points, normal = points[allowed], normal[allowed]
    for index in np.argsort(np.hypot(*(points - target.anchor).T), kind="stable"):
        yield (float(points[index, 0]), float(points[index, 1])), normal[index]


def _pair(
    target: str, number: int, at: Point, normal: Points, room: tuple[View, list[Point]]
) -> Pair:
    """Return a wall site with the nearest like bulk site of one of its sides.

    The sides take turns. The partner begins with the polarity of the wall site: against the one
    that it has itself.
    """
    view, used = room
    name, turn = f"{target}-{number + 1}", 1 if number % 2 == 0 else -1
    unlike: list[str] = []
    for side in (turn, -turn):
        words = "left" if side > 0 else "right"
        candidates = _bulk(view, at, side * normal, [*used, at])
        points = candidates[view.likeness.alike(at, candidates)]
        if not len(points):
            if len(candidates):
                unlike.append(f"on its {words} {view.likeness.why_none(at, candidates)}")
            continue
        best = points[int(np.argmin(np.hypot(*(points - at).T)))]
        bulk = float(best[0]), float(best[1])
        opposes = view.polarity_at(bulk)
        on = f"on the wall of {target}, pair {number + 1}"
        beside = (
            f"in the domain on the {words} of that wall site, {size_text(math.dist(at, bulk))} from"
            f" it{view.likeness.words(at, bulk)} and at least"
            f" {view.settings.bulk_distance_nm:.3g} nm from any wall, pair {number + 1}"
        )
        return Pair(
            Site(f"{name}W", Role.WALL, at, on, opposes, turn),
            Site(f"{name}B", Role.BULK, bulk, beside, opposes, turn),
        )
    far = (
        f"no point of the domains beside it is {view.settings.bulk_distance_nm:.3g} nm from all"
        f" walls in this {size_text(max(view.region.size))} frame"
    )
    why = f"no bulk there is like it: {'; '.join(unlike)}" if unlike else far
    reason = f"on the wall of {target}, without a partner: {why}"
    return Pair(Site(f"{name}W", Role.WALL, at, reason, 0, turn), None)


def _bulk(view: View, at: Point, direction: Points, used: list[Point]) -> Points:
    """Return the bulk points (n, 2) in the domain that begins in `direction` of a wall site."""
    here = np.array(at)
    steps = (here + k * view.step * direction for k in np.arange(1.0, 6.0, 0.5))
    domain = next((d for d in map(view.domain_at, steps) if d), 0)
    if not domain or not len(view.bulk):
        return np.zeros((0, 2))
    # a wall that ends has one domain on both sides: then the side decides
    fits = (view.bulk_domain == domain) & ((view.bulk - here) @ direction > 0)
    for other in used:
        fits &= np.hypot(*(view.bulk - other).T) >= view.settings.min_spacing_nm * 1e-9
    points: Points = view.bulk[fits]
    return points
