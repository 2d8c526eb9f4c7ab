"""What a map of the piezo range shows, as plain values: outlines in sample coordinates, m."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ai_afm.geometry import corners, line_ends, to_sample
from ai_afm.types import (
    Consent,
    ConsentLevel,
    ConsentZone,
    Direction,
    Point,
    ScanRegion,
)
from ai_afm_gui.client import Entry, RunState, View

Outline = NDArray[np.float64]


class Kind(StrEnum):
    """What an outline on the map is; each has a colour, a pattern and a word."""

    RANGE = "range"
    ALLOWED = "allowed"
    IMAGE = "image"
    BIAS = "bias"
    SACRIFICIAL = "sacrificial"
    FORBIDDEN = "forbidden"
    DONE = "done"
    NOW = "now"
    NEXT = "next"
    WISH = "wish"
    REFUSED = "refused"
    PROBE = "probe"


CONSENT = {
    ConsentLevel.IMAGE: Kind.IMAGE,
    ConsentLevel.BIAS: Kind.BIAS,
    ConsentLevel.SACRIFICIAL: Kind.SACRIFICIAL,
    ConsentLevel.FORBIDDEN: Kind.FORBIDDEN,
}


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """An outline (n, 2), m, closed; `label` is written beside it, `detail` told on hovering."""

    kind: Kind
    outline: Outline
    label: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """All that a map shows; a part that is the same object as before need not be drawn again.

    Parameters
    ----------
    ground
        Range, what the limits allow, consent; in the order in which they are painted.
    done
        Scans and paths that are over.
    coming
        The one under way, and what comes next.
    probes
        (n, 2) m.
    tip_line
        Ends of the line under the tip, m.
    drift
        (x, y), m/s, `None` where it is not known.
    """

    ground: tuple[Shape, ...] = ()
    done: tuple[Shape, ...] = ()
    coming: tuple[Shape, ...] = ()
    probes: Outline | None = None
    tip_line: tuple[Point, Point] | None = None
    drift: Point | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What is there, each once, in the order of `Kind`; for the legend."""
        there = {shape.kind for part in (self.ground, self.done, self.coming) for shape in part}
        if self.probes is not None and len(self.probes):
            there.add(Kind.PROBE)
        return tuple(kind for kind in Kind if kind in there)


def outline(region: ScanRegion) -> Outline:
    """Return the corners of a region, the first once more at the end, (5, 2) m."""
    return np.concatenate([corners(region), corners(region)[:1]])


def ground(reach: ScanRegion | None, allowed: ScanRegion, consent: Consent) -> tuple[Shape, ...]:
    """Return the range, the part of it that may be used, and the consent painted on it.

    Parameters
    ----------
    reach
        What the scanner can reach, `None` where that is not known.
    allowed
        What the limits leave of it.
    consent
        Zones in the order in which they were painted.
    """
    shapes = [] if reach is None else [Shape(Kind.RANGE, outline(reach))]
    if allowed != reach:
        shapes.append(Shape(Kind.ALLOWED, outline(allowed)))
    return (*shapes, *map(zone_shape, consent.zones))


def zone_shape(zone: ConsentZone) -> Shape:
    """Return the outline of a consent zone, with what it allows in words."""
    detail = ""
    if zone.level in (ConsentLevel.BIAS, ConsentLevel.SACRIFICIAL):
        detail = f"{zone.max_bias:g} V, {zone.max_pulses} x"
    return Shape(CONSENT[zone.level], outline(zone.region), detail, detail)


def done(entries: Iterable[Entry]) -> tuple[Shape, ...]:
    """Return the outlines of the scans and paths that are over."""
    over = (e for e in entries if e.region is not None and e.finished is not None)
    return tuple(
        Shape(Kind.DONE, outline(e.region), "", f"{e.kind} {e.number}: {e.reason}")
        for e in over
        if e.region is not None and e.kind != "map"
    )


def coming(
    state: RunState, waits: ScanRegion | None = None, waits_for: str = ""
) -> tuple[Shape, ...]:
    """Return the frame under way and what comes after it.

    Parameters
    ----------
    state
        Of the run.
    waits
        The proposed frame that waits for a person's approval, `None` where none does.
    waits_for
        Why it is proposed.
    """
    shapes: list[Shape] = []
    for number, place in enumerate(state.waiting, 1):
        kind = Kind.WISH if place.wished else Kind.NEXT
        score = "" if place.score is None else f" {place.score:.2g}"
        label = place.name if place.wished else f"{number}{score}"
        shapes.append(Shape(kind, outline(place.region), label, place.what or place.name))
    if waits is not None:
        shapes.append(Shape(Kind.NEXT, outline(waits), "?", waits_for))
    current = state.current
    if current is not None and current.region is not None:
        shapes.append(Shape(Kind.NOW, outline(current.region), "", current.reason))
    return tuple(shapes)


def tip_line(view: View | None) -> tuple[Point, Point] | None:
    """Return the ends of the line that arrived last in a live frame, m."""
    if view is None or not view.live or view.kind != "scan":
        return None
    row = view.newest.get(Direction.TRACE)
    return None if row is None else line_ends(view.frame.region, view.frame.shape, row)


def probes(state: RunState) -> Outline:
    """Return where was probed, (n, 2) m."""
    return np.array([p.request.position for p in state.probes], float).reshape(-1, 2)


def arrow(drift: Point, length: float) -> Outline:
    """Return an arrow of a length along the drift, (5, 2): the tail, the tip, and its barbs.

    It begins at the origin; y points up.
    """
    size = float(np.hypot(*drift)) or 1.0
    along = ScanRegion((0.0, 0.0), (1.0, 1.0), float(np.arctan2(drift[1] / size, drift[0] / size)))
    u = np.array([0.0, 1.0, 0.72, 1.0, 0.72]) * length
    v = np.array([0.0, 0.0, 0.16, 0.0, -0.16]) * length
    return np.stack(to_sample(along, u, v), axis=1)
