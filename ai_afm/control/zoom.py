"""The next closer frame: of the target in hand, re-centred on what the last one showed, or a new.

On a scanner that drifts, creeps or slips a frame that missed its place is taken again.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.candidates import Candidate, Kind
from ai_afm.control.costs import Costs
from ai_afm.control.extend import next_neighbour
from ai_afm.control.frames import inside, touches_forbidden, was_refused, zoom_frame
from ai_afm.control.ladder import Target, aimed_by, region_of, targets
from ai_afm.control.settling import LANDING, active
from ai_afm.control.sightings import ranked, sightings
from ai_afm.control.words import Choice, place_text, size_text
from ai_afm.survey import places
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.ladder import rungs
from ai_afm.survey.tracking.tracker import was_sure
from ai_afm.types import Observation, Point, Role, ScanRegion, ScanRequest

REPEAT = 0.8
"""Each further target of a kind is worth this much less: several kinds tell more than one."""

LANDED = 0.25
"""A frame that misses its place by more than this share of it is taken again."""

ATTEMPTS = 3
"""Frames of one rung at most."""

MOST_REFUSED = 25
"""After so many refused closer frames something else is wrong: a person should look."""


def sizes(config: RunConfig, survey: Survey) -> tuple[float, ...]:
    """Return the sizes of the ladder, m, largest first.

    An open-loop scanner gets rungs in between: none is more than 4 times closer than the one
    before, and each frame is compared with that.
    """
    asked = tuple(sorted(config.targets.ladder, reverse=True))
    if survey.tracker is None or not survey.tracker.open_loop:
        return asked
    found = [max(*config.overview.region.size, asked[0])]
    for size in asked:
        found += rungs(found[-1], size)[1:]
    return tuple(found[1:]) or asked


def _rung(steps: Sequence[float], region: ScanRegion) -> int:
    """Return the rung of a frame (the instrument may have changed its size a little)."""
    logs = [abs(math.log(max(region.size) / size)) for size in steps]
    return int(np.argmin(logs))


def _around(
    config: RunConfig, survey: Survey, costs: Costs, place: Point, size: float
) -> tuple[ScanRegion | None, Point]:
    """Return the frame around a place of the first frame, and where that will be by then, m."""
    region = ScanRegion(place, (size, size), config.overview.region.angle)
    request = places.aimed_scan(survey, zoom_frame(config, region, "", ""), costs.times)
    at = request.region.center
    return inside(survey.limits.region, at, region.size, region.angle), at


def next_zoom(config: RunConfig, survey: Survey, costs: Costs) -> Choice:
    """Return the next closer frame: of the target in hand, else of the best new one."""
    if not config.targets.ladder or not config.targets.count:
        return Choice(None, "No closer frames are asked for")
    begun = targets(survey, config)
    if begun and not begun[-1].abandoned:
        choice = _next_rung(config, survey, costs, begun[-1])
        choice = choice or next_neighbour(config, survey, costs, begun[-1])
        if choice is not None:
            return choice
    good = sum(not t.abandoned for t in begun)
    if good >= config.targets.count:
        return Choice(None, f"All {good} targets have been looked at")
    if len(begun) >= 2 * config.targets.count:
        return Choice(
            None, f"{len(begun) - good} of {len(begun)} targets showed nothing known closer up"
        )
    if (
        sum(isinstance(r, ScanRequest) and r.role is Role.ZOOM for r, _ in survey.refused)
        >= MOST_REFUSED
    ):
        return Choice(None, f"The guard has refused {MOST_REFUSED} closer frames")
    return _new_target(config, survey, costs, begun)


def _next_rung(config: RunConfig, survey: Survey, costs: Costs, target: Target) -> Choice | None:
    steps = sizes(config, survey)
    before = target.anchor
    for rung in range(_next(config, survey, target, steps), len(steps)):
        region, at = _around(config, survey, costs, before, steps[rung])
        if region is None or not _allowed(survey, region):
            continue
        last, drift = region_of(target.frames[-1]), target.drifts[-1]
        moved = math.dist(before, (last.center[0] - drift[0], last.center[1] - drift[1]))
        words = target.candidate.kind.words if target.candidate else "a wall"
        shown = f"the {size_text(max(last.size))} frame"
        found = f"where {shown} showed it"
        if not target.confirmed:
            found = f"the nearest wall, for {shown} did not confirm it"
        reason = (
            f"Closer frame {rung + 1} of {len(steps)}, {size_text(steps[rung])}, at {words}"
            f" {target.name} ({place_text(at)}), moved by {size_text(moved)} to {found}"
        )
        if rung <= max(_rung(steps, region_of(o)) for o in target.frames):
            off = size_text(_missed_by(target.frames[-1], drift))
            reason += f"; once more, for {shown} has missed it by {off}"
        request = zoom_frame(config, region, target.name, reason)
        refusal = costs.refusal(survey, request)
        return Choice(None, f"No closer frame: {refusal}") if refusal else Choice(request, reason)
    return None


def _next(config: RunConfig, survey: Survey, target: Target, steps: Sequence[float]) -> int:
    """Return the rung after the last frame that landed on its place.

    Where the place has to be sure, a frame that drift or a jump has carried off is taken again. On
    an open-loop scanner each rung must have been compared with the one before.
    """
    frame, drift = target.frames[-1], target.drifts[-1]
    taken = [_rung(steps, region_of(o)) for o in target.frames]
    done = max(taken)
    if survey.tracker is None or active(config, survey) is None or taken.count(done) >= ATTEMPTS:
        return done + 1
    if survey.tracker.open_loop and not was_sure(frame):
        return done
    size = max(region_of(frame).size)
    allowed = LANDING * size / config.targets.pixels if done == len(steps) - 1 else LANDED * size
    return done + (_missed_by(frame, drift) <= allowed)


def _missed_by(frame: Observation, drift: Point) -> float:
    """Return by how much the drift (m) of a frame is not that by which it was placed, m."""
    return math.dist(aimed_by(frame, drift), drift)


def _allowed(survey: Survey, region: ScanRegion) -> bool:
    return not touches_forbidden(survey, region) and not was_refused(survey, region, Role.ZOOM)


def _new_target(
    config: RunConfig, survey: Survey, costs: Costs, begun: tuple[Target, ...]
) -> Choice:
    settings = config.targets
    known = ranked(sightings(survey, settings), settings)
    taken = [t.anchor for t in begun] + [t.candidate.position for t in begun if t.candidate]
    worth = {kind: _worth(kind, begun) for kind in Kind}
    free = _far_from(taken, known, settings.min_distance)
    open_ = [
        replace(c, score=c.score * worth[c.kind])
        for c, far in zip(known, free, strict=True)
        if c.score > 0 and far
    ]
    for candidate in sorted(open_, key=lambda c: -c.score):
        placed = _first_frame(config, survey, costs, candidate)
        if placed is None:
            continue
        name = f"T{len(begun) + 1}"
        seen = f"{candidate.score:.2f}, the best of {len(open_)} candidates"
        steps = sizes(config, survey)
        reason = _why(steps, candidate, f"{name} ({_at(survey, candidate)})", seen, placed)
        reason += _left(begun)
        request = zoom_frame(config, placed, name, reason)
        refusal = costs.refusal(survey, request)
        return Choice(None, f"No closer frame: {refusal}") if refusal else Choice(request, reason)
    if not known:
        return Choice(
            None, "No wall, boundary or uncertain spot was seen: there is nothing to look at"
        )
    return Choice(
        None,
        f"No place is left that is {settings.min_distance * 1e9:.3g} nm from the {len(begun)}"
        f" targets and may be scanned ({len(known)} places seen){_left(begun)}",
    )


def _far_from(
    taken: Sequence[Point], known: Sequence[Candidate], least: float
) -> NDArray[np.bool_]:
    """Tell which places are at least so far (m) from all that are taken."""
    if not taken or not known:
        return np.ones(len(known), bool)
    bound = np.nextafter(least, 0.0)
    points = np.array([c.position for c in known])
    away, _ = KDTree(np.array(taken)).query(points, distance_upper_bound=bound)
    return np.isinf(away)


def _left(begun: tuple[Target, ...]) -> str:
    """Say why the last target was given up, where that is because the model does not know it."""
    if not begun or begun[-1].unknown is None:
        return ""
    return f"; {begun[-1].name} is left, for {begun[-1].unknown}"


def _worth(kind: Kind, begun: tuple[Target, ...]) -> float:
    """Return what one more place of a kind is worth, by what became of the earlier ones.

    Each that was confirmed makes the next less new. Those that were not make it less likely: the
    chance that it holds is (confirmed + 1) / (tried + 1), a rule of succession that begins at 1.
    """
    tried = [t for t in begun if t.candidate and t.candidate.kind is kind]
    confirmed = sum(t.confirmed for t in tried)
    return float(REPEAT**confirmed * (confirmed + 1) / (len(tried) + 1))


def _first_frame(
    config: RunConfig, survey: Survey, costs: Costs, candidate: Candidate
) -> ScanRegion | None:
    """Return the largest frame of the ladder around a candidate that is allowed and shows it."""
    for size in sizes(config, survey):
        region, at = _around(config, survey, costs, candidate.position, size)
        if region is None or not bool(geometry.is_inside(region, *at)):
            continue
        return region if _allowed(survey, region) else None
    return None


def _at(survey: Survey, candidate: Candidate) -> str:
    return place_text(places.now(survey, candidate.position))


def _why(
    steps: Sequence[float], candidate: Candidate, name: str, worth: str, region: ScanRegion
) -> str:
    return (
        f"Closer frame {_rung(steps, region) + 1} of {len(steps)}, {size_text(max(region.size))},"
        f" at {candidate.kind.words} {name}: such places weigh {candidate.weight:.3g}, here {worth}"
    )
