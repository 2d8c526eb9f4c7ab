"""What a person allows where: the consent map looked up at points, along lines and over regions.

Zones are painted one over the other: a later one overrides an earlier one, and where nothing is
painted images may be taken and no bias applied. Everything here is exact for rotated zones; pieces
thinner than 1 pm are rounding and count as nothing, so that two regions that share an edge do not
overlap.
"""

from dataclasses import dataclass
from itertools import pairwise

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


def level_at(consent: Consent, x: ArrayLike, y: ArrayLike) -> NDArray[np.object_]:
    """Return the `ConsentLevel` at points of any shape (m); the edge of a zone belongs to it."""
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    levels = np.full(x.shape, ConsentLevel.IMAGE, object)
    for zone in consent.zones:
        levels[is_inside(zone.region, x, y)] = zone.level
    return levels


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


def zones_along(consent: Consent, start: Point, end: Point) -> list[ConsentZone | None]:
    """Return the zones that rule the parts of a straight line (m), in order, slivers left out."""
    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    cuts = {0.0, 1.0}
    for zone in consent.zones:
        cuts.update(_crossings(zone.region, start, end))
    ordered = sorted(cuts)
    parts = [(a + b) / 2 for a, b in pairwise(ordered) if (b - a) * length > ROUNDING] or [0.5]
    points = [
        (start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])) for t in parts
    ]
    return [zone_at(consent, point) for point in points]


def _crossings(region: ScanRegion, start: Point, end: Point) -> list[float]:
    (ua, ub), (va, vb) = to_region(region, [start[0], end[0]], [start[1], end[1]])
    cuts = []
    for a, b, half in ((ua, ub, region.size[0] / 2), (va, vb, region.size[1] / 2)):
        if a != b:
            cuts += [float((edge - a) / (b - a)) for edge in (-half, half)]
    return [t for t in cuts if 0 < t < 1]


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
