"""Fixed plans of probes: across a wall, along it, and around a junction, in random order."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ai_afm.config import ProbeSettings
from ai_afm.control.candidates import MOST_KEPT
from ai_afm.control.ladder import Target
from ai_afm.control.plan_ground import Course, Ground, Mask, distance_to
from ai_afm.control.plan_names import ALONG, LEFT, ON, RIGHT, PlanPlace
from ai_afm.control.plan_star import star
from ai_afm.control.plan_words import Layout, Spot, left_out
from ai_afm.control.remembered import remembered
from ai_afm.control.sites import Site, View, near, shown_ground
from ai_afm.types import Consent, Point, Role

TRUE = 0.95
"""Least share of its planned distance that a site has to all lines: else it says nothing about the
wall that it is named after."""

LANES = 4
"""Parallel lines of a transect in one spacing, tried one after the other."""

_ORDER, _DIRECTIONS, _SIGNS = 3, 4, 5
"""Separate streams of chance; 1 and 2 are those of the pairs."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What plans follow: the settings, where bias is allowed (`None`: anywhere), and the seed."""

    settings: ProbeSettings
    consent: Consent | None
    seed: int


def planned(found: tuple[Target, ...], rules: Rules) -> dict[str, tuple[Site, ...]]:
    """Return the sites of all targets in the order in which they are probed.

    Parameters
    ----------
    found
        The targets with what was seen of them.
    rules
        `rules.settings.plan` names the plan; it is not "pairs".

    Returns
    -------
    dict
        By target; empty where there is no room. Any two sites, also of different targets, are
        `min_spacing_nm` or more apart.
    """
    taken: list[Point] = []
    result = {}
    for number, target in enumerate(found):
        close = near(taken, target, rules.settings)
        arguments = (rules.settings, rules.consent, rules.seed, number, close)
        sites = () if target.unknown else _sites_of(target, arguments)
        taken += [site.position for site in sites]
        result[target.name] = sites
    return result


Arguments = tuple[ProbeSettings, Consent | None, int, int, tuple[Point, ...]]


@remembered(most=MOST_KEPT // 8)
def _sites_of(target: Target, arguments: Arguments) -> tuple[Site, ...]:
    """Return the sites of a target: in the closest frame of those that hold the most of them.

    A wall goes on in every larger frame: along it the closest frame that shows it sets the end.
    """
    settings, consent, seed, number, taken = arguments
    best = Layout()
    for network, drift in target.networks():
        view = View(network, drift, (settings, consent), shown_ground(target, network))
        ground = Ground(view, list(taken))
        rng = np.random.default_rng([seed, _DIRECTIONS, number])
        layout = LAYOUTS[settings.plan](target, ground, rng)
        if len(layout.spots) > len(best.spots):
            best = layout
        if best.spots and settings.plan == "along":
            break
    order = np.random.default_rng([seed, _ORDER, number]).permutation(len(best.spots))
    spots = [best.spots[k] for k in order]
    turns = _turns(spots, np.random.default_rng([seed, _SIGNS, number]))
    missing = left_out(best)
    return tuple(
        Site(
            str(spot.place),
            spot.role,
            spot.at,
            f"{spot.words}, site {k} of {len(spots)}{missing}",
            spot.domain,
            turn,
        )
        for k, (spot, turn) in enumerate(zip(spots, turns, strict=True), start=1)
    )


def _turns(spots: list[Spot], rng: np.random.Generator) -> list[int]:
    """Return a sign for each site: of those without a domain, half get either, in random order."""
    open_ = [k for k, spot in enumerate(spots) if not spot.domain]
    signs = rng.permutation(len(open_)) + rng.integers(2)
    turns = [1] * len(spots)
    for k, sign in zip(open_, signs.tolist(), strict=True):
        turns[k] = 1 if sign % 2 == 0 else -1
    return turns


def transect(target: Target, ground: Ground, _: np.random.Generator) -> Layout:
    """Return sites across the wall at a target, the nearest to the wall first.

    A site stands on the normal of the wall's point next to the target's place, or where that would
    be too close to another site, on the nearest parallel line that is free. Left is left of the
    wall as it is followed from left to right (upwards, where it is upright).
    """
    found = ground.wall_at(target)
    if found is None:
        return Layout()
    wall, start = found
    course = Course(wall)
    forward = course.tangent(np.array([start]))[0]
    left = 1.0 if (round(forward[0], 9), forward[1]) > (0.0, 0.0) else -1.0
    lanes = course.steps(start, ground.spacing / LANES)
    lanes = lanes[np.argsort(np.abs(lanes), kind="stable")]
    shift = lanes * ground.spacing / LANES
    base, along = course.at(start + shift), course.tangent(start + shift)
    normal = left * along[:, ::-1] * (-1.0, 1.0)
    off_junctions = ground.off_junctions(base)
    layout = Layout()
    for tenths in (0, *ground.tenths):
        for kind in (LEFT, RIGHT) if tenths else (ON,):
            place = PlanPlace(target.name, kind, tenths)
            points = base + place.signed_distance * normal
            allowed = ground.view.allowed(points) & off_junctions
            good = allowed & (distance_to(ground.lines, points) >= TRUE * tenths / 1e10)
            lane = next((k for k in np.flatnonzero(good) if ground.free(points[k])), None)
            if lane is None:
                layout.miss(place, _why_not(allowed, good))
                continue
            at = float(points[lane, 0]), float(points[lane, 1])
            ground.used.append(at)
            role = Role.BULK if tenths else Role.WALL
            words = _across(place, abs(shift[lane]))
            side = math.copysign(1.0, place.signed_distance) * normal[lane]
            domain = ground.domain_beside(at, side) if tenths else 0
            layout.spots.append(Spot(place, role, at, words, domain))
    return layout


def _across(place: PlanPlace, shift: float) -> str:
    side = {LEFT: "to the left of the wall", RIGHT: "to the right of the wall"}.get(place.kind)
    where = f"{place.nm} nm {side}" if side else "0 nm, on the wall"
    aside = f", on a line {shift * 1e9:.0f} nm further along it" if shift else ""
    return f"transect {place.target}: {where}{aside}"


def _why_not(allowed: Mask, good: Mask) -> str:
    if good.any():
        return "no fresh ground is left there"
    if allowed.any():
        return "another wall, or a bend of this one, is nearer there"
    return "the frame, the wall or the consent ends before"


def along(target: Target, ground: Ground, _: np.random.Generator) -> Layout:
    """Return sites on the wall at a target, at even steps of arc length through its place."""
    found = ground.wall_at(target)
    if found is None:
        return Layout()
    wall, start = found
    course, step = Course(wall), ground.settings.along_step
    numbers = course.steps(start, step)
    points = course.at(np.asarray(start + numbers * step, np.float64))
    allowed = ground.view.allowed(points)
    others = [line for line in ground.lines if line is not wall]
    apart = distance_to(others, points) >= ground.settings.transect_first_nm * 1e-9
    layout = Layout()
    for k, point in enumerate(points):
        tenths = round((numbers[k] - numbers[0]) * step * 1e10)
        place = PlanPlace(target.name, ALONG, tenths)
        if not (allowed[k] and apart[k] and ground.free(point)):
            layout.miss(place, _why_not(allowed[k : k + 1], (allowed & apart)[k : k + 1]))
            continue
        at = float(point[0]), float(point[1])
        ground.used.append(at)
        words = f"along the wall at {target.name}: {place.nm} nm from its first point"
        layout.spots.append(Spot(place, Role.WALL, at, words))
    return layout


LAYOUTS: dict[str, Callable[[Target, Ground, np.random.Generator], Layout]] = {
    "transect": transect,
    "along": along,
    "star": star,
}
"""The plans of `[probe]` that are not pairs."""
