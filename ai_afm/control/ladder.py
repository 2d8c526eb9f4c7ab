"""Targets and their closer frames, each re-centred on what the last one showed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm import geometry
from ai_afm.config import RunConfig, TargetSettings
from ai_afm.control.candidates import Candidate, Kind, features, ranked, sightings
from ai_afm.control.costs import Costs
from ai_afm.control.frames import inside, touches_forbidden, was_refused, zoom_frame
from ai_afm.control.words import Choice, place_text, size_text
from ai_afm.survey import places
from ai_afm.survey.match import sample_walls
from ai_afm.survey.survey import Survey
from ai_afm.survey.trust import outside
from ai_afm.types import Observation, Point, Role, ScanRegion, ScanRequest, WallNetwork

REPEAT = 0.8
"""Each further target of a kind is worth this much less: several kinds tell more than one."""

ANY_LINE = (Kind.LONG_WALL, Kind.UNCERTAIN)
"""Kinds that any line in a closer frame confirms."""

MOST_REFUSED = 25
"""After so many refused closer frames something else is wrong: a person should look."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place that was looked at more closely.

    Parameters
    ----------
    name
        "T1", "T2", ... in order of choice.
    candidate
        What it was chosen for, `None` where that cannot be told any more.
    frames
        Its closer frames so far, in order.
    drifts
        The drift (m) that the coordinates of each frame contain.
    settings
        How places are chosen.
    """

    name: str
    candidate: Candidate | None
    frames: tuple[Observation, ...]
    drifts: tuple[Point, ...]
    settings: TargetSettings

    @property
    def abandoned(self) -> bool:
        """Whether a closer frame has shown nothing at all, or nothing that the model knows."""
        empty = any(o.network is not None and not o.network.walls for o in self.frames)
        return empty or self.unknown is not None

    @property
    def unknown(self) -> str | None:
        """Why a closer frame cannot be judged, `None` where all can."""
        return next((words for o in self.frames if (words := outside(o))), None)

    @property
    def anchor(self) -> Point:
        """Where the feature is by the best frame so far, m, as in the first frame."""
        first, drift = _region(self.frames[0]), self.drifts[0]
        at = first.center[0] - drift[0], first.center[1] - drift[1]
        if self.candidate is not None:
            at = self.candidate.position
        for frame, (dx, dy) in zip(self.frames, self.drifts, strict=True):
            if frame.network is not None:
                reach = max(_region(frame).size) / 4
                x, y = self._nearest(frame.network, (at[0] + dx, at[1] + dy), reach)
                at = x - dx, y - dy
        return at

    @property
    def confirmed(self) -> bool:
        """Whether the last closer frame shows the kind that the place was chosen for."""
        shown = [o.network for o in self.frames if o.network is not None]
        return bool(shown) and len(self._alike(shown[-1])) > 0

    def _alike(self, network: WallNetwork) -> NDArray[np.float64]:
        """Return where a network shows the same kind, (n, 2) m; any line for a long wall."""
        kind = self.candidate.kind if self.candidate else None
        if kind is None or kind in ANY_LINE:
            return _on_lines(network)
        alike = [c.position for c in features(network, self.settings) if c.kind is kind]
        return np.array(alike).reshape(-1, 2)

    def _nearest(self, network: WallNetwork, at: Point, reach: float) -> Point:
        """Return the next feature of the target's kind within `reach`, else wall, else `at`."""
        for points in (self._alike(network), _on_lines(network)):
            if len(points):
                distance, index = KDTree(points).query(at)
                if distance <= reach:
                    return float(points[int(index), 0]), float(points[int(index), 1])
        return at

    def networks(self) -> list[tuple[WallNetwork, Point]]:
        """Return what was seen, smallest frame first, each with the drift in its coordinates."""
        seen = [(o.network, d) for o, d in zip(self.frames, self.drifts, strict=True) if o.network]
        return sorted(seen, key=lambda pair: max(pair[0].region.size))


def _on_lines(network: WallNetwork) -> NDArray[np.float64]:
    """Return points on all walls and boundaries, (n, 2) m, at most 1/256 of the frame apart."""
    return sample_walls(network.walls, max(network.region.size) / 256)[0]


def _region(observation: Observation) -> ScanRegion:
    request = observation.request
    assert isinstance(request, ScanRequest)
    return request.region


def targets(survey: Survey, config: RunConfig) -> tuple[Target, ...]:
    """Return the targets that were begun, in order, told from the closer frames of the survey."""
    drifts = places.offsets(survey)
    seen = sightings(survey, config.targets)
    begun: dict[str, list[int]] = {}
    for index, observation in enumerate(survey.observations):
        request = observation.request
        if isinstance(request, ScanRequest) and request.role is Role.ZOOM and request.target:
            begun.setdefault(request.target, []).append(index)
    found = []
    for name, indices in begun.items():
        first = indices[0]
        known = ranked([s for s in seen if s.observation < first], config.targets)
        drift = drifts[first - 1] if first else (0.0, 0.0)
        region = _region(survey.observations[first])
        candidate = _chosen_for(known, region, drift, survey.limits.region)
        frames = tuple(survey.observations[i] for i in indices)
        found.append(
            Target(name, candidate, frames, tuple(drifts[i] for i in indices), config.targets)
        )
    return tuple(found)


def _chosen_for(
    known: Sequence[Candidate], region: ScanRegion, drift: Point, limits: ScanRegion
) -> Candidate | None:
    """Return the (best) candidate whose frame, moved inside the limits, is `region`."""
    best, least = None, 0.01 * max(region.size)
    for candidate in known:
        x, y = candidate.position
        frame = inside(limits, (x + drift[0], y + drift[1]), region.size, region.angle)
        if frame is None:
            continue
        distance = math.dist(frame.center, region.center)
        if distance < least - 1e-12:
            best, least = candidate, distance
    return best


def sizes(config: RunConfig) -> tuple[float, ...]:
    """Return the sizes of the ladder, m, largest first."""
    return tuple(sorted(config.targets.ladder, reverse=True))


def _rung(config: RunConfig, region: ScanRegion) -> int:
    """Return the rung of a frame (the instrument may have changed its size a little)."""
    logs = [abs(math.log(max(region.size) / size)) for size in sizes(config)]
    return int(np.argmin(logs))


def next_zoom(config: RunConfig, survey: Survey, costs: Costs) -> Choice:
    """Return the next closer frame: of the target in hand, else of the best new one."""
    if not config.targets.ladder or not config.targets.count:
        return Choice(None, "No closer frames are asked for")
    begun = targets(survey, config)
    if begun and not begun[-1].abandoned:
        choice = _next_rung(config, survey, costs, begun[-1])
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
    done = max(_rung(config, _region(o)) for o in target.frames)
    steps = sizes(config)
    before = target.anchor
    at = places.now(survey, before)
    angle = _region(target.frames[0]).angle
    for rung in range(done + 1, len(steps)):
        region = inside(survey.limits.region, at, (steps[rung], steps[rung]), angle)
        if region is None or not _allowed(survey, region):
            continue
        last, drift = _region(target.frames[-1]), target.drifts[-1]
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
        request = zoom_frame(config, region, target.name, reason)
        refusal = costs.refusal(survey, request)
        return Choice(None, f"No closer frame: {refusal}") if refusal else Choice(request, reason)
    return None


def _allowed(survey: Survey, region: ScanRegion) -> bool:
    return not touches_forbidden(survey, region) and not was_refused(survey, region, Role.ZOOM)


def _new_target(
    config: RunConfig, survey: Survey, costs: Costs, begun: tuple[Target, ...]
) -> Choice:
    settings = config.targets
    known = ranked(sightings(survey, settings), settings)
    taken = [t.anchor for t in begun] + [t.candidate.position for t in begun if t.candidate]
    worth = {kind: _worth(kind, begun) for kind in Kind}
    open_ = [
        replace(c, score=c.score * worth[c.kind])
        for c in known
        if c.score > 0 and all(math.dist(c.position, p) >= settings.min_distance for p in taken)
    ]
    for candidate in sorted(open_, key=lambda c: -c.score):
        placed = _first_frame(config, survey, candidate)
        if placed is None:
            continue
        name = f"T{len(begun) + 1}"
        seen = f"{candidate.score:.2f}, the best of {len(open_)} candidates"
        reason = _why(config, candidate, f"{name} ({_at(survey, candidate)})", seen, placed)
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


def _first_frame(config: RunConfig, survey: Survey, candidate: Candidate) -> ScanRegion | None:
    """Return the largest frame of the ladder around a candidate that is allowed and shows it."""
    at = places.now(survey, candidate.position)
    angle = config.overview.region.angle
    for size in sizes(config):
        region = inside(survey.limits.region, at, (size, size), angle)
        if region is None or not bool(geometry.is_inside(region, *at)):
            continue
        return region if _allowed(survey, region) else None
    return None


def _at(survey: Survey, candidate: Candidate) -> str:
    return place_text(places.now(survey, candidate.position))


def _why(config: RunConfig, candidate: Candidate, name: str, worth: str, region: ScanRegion) -> str:
    steps = sizes(config)
    return (
        f"Closer frame {_rung(config, region) + 1} of {len(steps)}, {size_text(max(region.size))},"
        f" at {candidate.kind.words} {name}: such places weigh {candidate.weight:.3g}, here {worth}"
    )
