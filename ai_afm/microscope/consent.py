"""What a person allows where: the consent map looked up at points, along lines and over regions.

Zones are painted one over the other: a later one overrides an earlier one, and where nothing is
painted images may be taken and no bias applied. Everything here is exact for rotated zones; pieces
thinner than 1 pm are rounding and count as nothing, so that two regions that share an edge do not
overlap.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ai_afm.geometry import corners, is_inside, to_region
from ai_afm.types import Consent, ConsentLevel, ConsentZone, Point, ScanRegion

Polygon = NDArray[np.float64]
ROUNDING = 1e-12
"""Lengths below this, m, are rounding: a hundredth of an atom."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A convex part (n, 2) of a region, m, and the zone that rules it (`None`: images only)."""

    outline: Polygon
    zone: ConsentZone | None

    @property
    def level(self) -> ConsentLevel:
        """What is allowed there."""
        return ConsentLevel.IMAGE if self.zone is None else self.zone.level


def zone_at(consent: Consent, point: Point) -> ConsentZone | None:
    """Return the zone that rules a point: the last one painted over it, `None` for none."""
    for zone in reversed(consent.zones):
        if bool(is_inside(zone.region, point[0], point[1])):
            return zone
    return None


def allows_bias(
    consent: Consent, position: Point, volts: float, pulses_so_far: float = 0.0
) -> str | None:
    """Say why a probe of at most `volts` (V) at a position is not allowed, `None` when it is.

    Parameters
    ----------
    consent
        The consent map.
    position
        (x, y), m.
    volts
        Largest |bias| of the probe; 0 for a force curve, which needs consent too: it is not an
        image.
    pulses_so_far
        Probes and writes that the 100 nm cell has received already.
    """
    return zone_refusal(zone_at(consent, position), volts, pulses_so_far)


def zone_refusal(zone: ConsentZone | None, volts: float, pulses_so_far: float = 0.0) -> str | None:
    """Say why a zone (`None`: nothing painted) does not allow a bias; see `allows_bias`."""
    if zone is None or zone.level is ConsentLevel.IMAGE:
        return "only images are allowed there; paint a zone of level bias to allow it"
    if zone.level is ConsentLevel.FORBIDDEN:
        return "the place is forbidden; choose another one"
    if volts > zone.max_bias:
        return f"{volts:.6g} V exceed the {zone.max_bias:.6g} V allowed there; lower the bias"
    if pulses_so_far + 1 > zone.max_pulses:
        return (
            f"its 100 nm cell has received {pulses_so_far:.0f} of the {zone.max_pulses} pulses"
            " allowed; choose another place"
        )
    return None


def pieces(consent: Consent, region: ScanRegion) -> list[Piece]:
    """Cut a region into convex pieces, each ruled by one zone (later zones first).

    The pieces cover the region once; slivers that are thinner than 1 pm are left out.
    """
    rest = [corners(region)]
    found: list[Piece] = []
    for zone in reversed(consent.zones):
        inside, rest = _split_all(rest, corners(zone.region))
        found += [Piece(polygon, zone) for polygon in inside]
    return found + [Piece(polygon, None) for polygon in rest]


def forbidden_overlap(consent: Consent, region: ScanRegion) -> float:
    """Return the area, m^2, of a region that is forbidden; 0 when it may be scanned."""
    return sum(
        _area(piece.outline)
        for piece in pieces(consent, region)
        if piece.level is ConsentLevel.FORBIDDEN
    )


@dataclass(frozen=True, slots=True)
class Stretches:
    """Straight ways cut where the zone changes: arrays (n ways, parts), in order along each way.

    `zone` is the number of the zone that rules a part, -1 where nothing is painted; `length` is in
    m. Parts thinner than 1 pm are rounding: their zone is that of the part before them (of the
    middle, for a way that is nothing but such parts).
    """

    zone: NDArray[np.intp]
    length: NDArray[np.float64]

    def levels(self, consent: Consent, level: ConsentLevel) -> NDArray[np.bool_]:
        """Tell which parts are ruled by a zone of a level, (n, parts)."""
        known = np.array([zone.level is level for zone in consent.zones] + [False], np.bool_)
        return np.asarray(known[self.zone])


def stretches(consent: Consent, starts: ArrayLike, ends: ArrayLike) -> Stretches:
    """Cut straight ways from `starts` to `ends`, each (n, 2) m, where the zone changes."""
    a, b = np.asarray(starts, float).reshape(-1, 2), np.asarray(ends, float).reshape(-1, 2)
    cuts = [np.zeros(len(a)), np.ones(len(a))]
    for zone in consent.zones:
        cuts += _crossings(zone.region, a, b)
    at = np.sort(np.stack(cuts, axis=1), axis=1)
    length = np.diff(at, axis=1) * np.hypot(*(b - a).T)[:, None]
    middle = (at[:, 1:] + at[:, :-1]) / 2
    thin = length <= ROUNDING
    found = _zones_at(consent, a[:, None, :] + middle[..., None] * (b - a)[:, None, :])
    whole = _zones_at(consent, (a + b) / 2)
    # A thin part takes the zone of the last thick one before it, or else of the first after it.
    place = np.where(thin, 0, np.arange(thin.shape[1]))
    place = np.maximum.accumulate(place, axis=1)
    first = np.argmax(~thin, axis=1)
    place = np.maximum(place, first[:, None])
    zones = np.take_along_axis(found, place, axis=1)
    zones[thin.all(axis=1)] = whole[thin.all(axis=1), None]
    return Stretches(zones, length)


def _zones_at(consent: Consent, points: Polygon) -> NDArray[np.intp]:
    """Return the number of the zone that rules points (..., 2), -1 for none."""
    ruled = np.full(points.shape[:-1], -1, np.intp)
    for number, zone in enumerate(consent.zones):
        ruled[is_inside(zone.region, points[..., 0], points[..., 1])] = number
    return ruled


def _crossings(region: ScanRegion, a: Polygon, b: Polygon) -> list[NDArray[np.float64]]:
    """Return where (0 to 1) ways cross the four lines of a region's edges, each (n,)."""
    ua, va = to_region(region, a[:, 0], a[:, 1])
    ub, vb = to_region(region, b[:, 0], b[:, 1])
    cuts = []
    for begin, end, half in ((ua, ub, region.size[0] / 2), (va, vb, region.size[1] / 2)):
        way = np.where(end == begin, np.inf, end - begin)
        cuts += [np.clip((edge - begin) / way, 0.0, 1.0) for edge in (-half, half)]
    return cuts


def _split_all(polygons: list[Polygon], clip: Polygon) -> tuple[list[Polygon], list[Polygon]]:
    inside: list[Polygon] = []
    outside: list[Polygon] = []
    for polygon in polygons:
        rest = polygon
        for start, end in zip(clip, np.roll(clip, -1, axis=0), strict=True):
            rest, beyond = _split(rest, start, end)
            outside += [beyond] if _is_solid(beyond) else []
            if not _is_solid(rest):
                break
        else:
            inside.append(rest)
    return inside, outside


def _split(polygon: Polygon, start: Polygon, end: Polygon) -> tuple[Polygon, Polygon]:
    # The parts of a convex polygon on the left and on the right of a line.
    edge = (end - start) / np.hypot(*(end - start))
    side = edge[0] * (polygon[:, 1] - start[1]) - edge[1] * (polygon[:, 0] - start[0])
    if (side >= 0).all():
        return polygon, polygon[:0]
    if (side <= 0).all():
        return polygon[:0], polygon
    left, right = [], []
    for i, point in enumerate(polygon):
        j = (i + 1) % len(polygon)
        if side[i] >= 0:
            left.append(point)
        if side[i] <= 0:
            right.append(point)
        if side[i] * side[j] < 0:
            cut = point + (polygon[j] - point) * side[i] / (side[i] - side[j])
            left.append(cut)
            right.append(cut)
    return np.array(left), np.array(right)


def _is_solid(polygon: Polygon) -> bool:
    if len(polygon) < 3:
        return False
    edges = np.roll(polygon, -1, axis=0) - polygon
    return _area(polygon) > ROUNDING * float(np.hypot(*edges.T).sum()) / 2


def _area(polygon: Polygon) -> float:
    x, y = (polygon - polygon[0]).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
