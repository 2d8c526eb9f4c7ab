"""Targets and their closer frames: what each place was chosen for, and where it is by them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm.config import RunConfig, TargetSettings
from ai_afm.control.candidates import MOST_KEPT, Candidate, Kind, features
from ai_afm.control.frames import inside
from ai_afm.control.remembered import remembered
from ai_afm.control.sightings import Around, known_around, sightings
from ai_afm.survey import places
from ai_afm.survey.match import sample_walls
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.tracker import note_of
from ai_afm.survey.trust import outside
from ai_afm.types import Observation, Point, Role, ScanRegion, ScanRequest, WallNetwork

ANY_LINE = (
    Kind.LONG_WALL, Kind.UNCERTAIN, Kind.BENT_WALL, Kind.CHARGED_WALL, Kind.RARE_ORIENTATION,
    Kind.NOVEL_WALL,
)  # fmt: skip
"""Kinds that any line in a closer frame confirms."""


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
        return _anchor(self)

    def find_anchor(self) -> Point:
        """Work out `anchor`."""
        first, drift = region_of(self.frames[0]), self.drifts[0]
        at = first.center[0] - drift[0], first.center[1] - drift[1]
        if self.candidate is not None:
            at = self.candidate.position
        for frame, drift in zip(self.frames, self.drifts, strict=True):
            if frame.network is not None:
                at = self._nearest(frame, drift, at)
        return at

    @property
    def confirmed(self) -> bool:
        """Whether the last closer frame shows the kind that the place was chosen for."""
        return _confirmed(self)

    def look_for_kind(self) -> bool:
        """Work out `confirmed`."""
        shown = [o.network for o in self.frames if o.network is not None]
        return bool(shown) and len(self._alike(shown[-1])) > 0

    def _alike(self, network: WallNetwork) -> NDArray[np.float64]:
        """Return where a network shows the same kind, (n, 2) m; any line for a long wall."""
        kind = self.candidate.kind if self.candidate else None
        if kind is None or kind in ANY_LINE:
            return _on_lines(network)
        alike = [c.position for c in features(network, self.settings) if c.kind is kind]
        return np.array(alike).reshape(-1, 2)

    def _nearest(self, frame: Observation, drift: Point, at: Point) -> Point:
        """Return the next feature of the target's kind in a frame, else wall, else `at`.

        All in the first frame's coordinates; it must lie within a quarter of the frame.
        """
        assert frame.network is not None
        reach = max(region_of(frame).size) / 4
        for points in (self._alike(frame.network), _on_lines(frame.network)):
            if len(points):
                still = places.first_frame(frame, drift, points)
                distance, index = KDTree(still).query(at)
                if distance <= reach:
                    return float(still[int(index), 0]), float(still[int(index), 1])
        return at

    def networks(self) -> list[tuple[WallNetwork, Point]]:
        """Return what was seen, smallest frame first, each with the drift in its coordinates."""
        seen = [(o.network, d) for o, d in zip(self.frames, self.drifts, strict=True) if o.network]
        return sorted(seen, key=lambda pair: max(pair[0].region.size))


# What a target's frames say does not change while others are looked at.


@remembered(most=MOST_KEPT)
def _target(
    name: str,
    candidate: Candidate | None,
    frames: tuple[Observation, ...],
    drifts: tuple[Point, ...],
    settings: TargetSettings,
) -> Target:
    return Target(name, candidate, frames, drifts, settings)


@remembered(most=MOST_KEPT)
def _anchor(target: Target) -> Point:
    return target.find_anchor()


@remembered(most=MOST_KEPT)
def _confirmed(target: Target) -> bool:
    return target.look_for_kind()


@remembered(most=MOST_KEPT // 8)
def _on_lines(network: WallNetwork) -> NDArray[np.float64]:
    """Return points on all walls and boundaries, (n, 2) m, at most 1/256 of the frame apart."""
    return sample_walls(network.walls, max(network.region.size) / 256)[0]


def region_of(observation: Observation) -> ScanRegion:
    """Return the region of a frame."""
    request = observation.request
    assert isinstance(request, ScanRequest)
    return request.region


@remembered(most=4)
def targets(survey: Survey, config: RunConfig) -> tuple[Target, ...]:
    """Return the targets that were begun, in order, told from the closer frames of the survey."""
    drifts = places.offsets(survey)
    seen = sightings(survey, config.targets)
    begun: dict[str, list[int]] = {}
    for index, observation in enumerate(survey.observations):
        request = observation.request
        if isinstance(request, ScanRequest) and request.role is Role.ZOOM and request.target:
            begun.setdefault(request.target, []).append(index)
    first = [indices[0] for indices in begun.values()]
    aimed = [aimed_by(survey.observations[i], drifts[i - 1] if i else (0.0, 0.0)) for i in first]
    frames = [region_of(survey.observations[i]) for i in first]
    limits = survey.limits.region
    asked = [_asked(*chosen, limits) for chosen in zip(frames, aimed, first, strict=True)]
    known = known_around(seen, config.targets, asked)
    found = []
    for number, (name, indices) in enumerate(begun.items()):
        candidate = _chosen_for(known[number], frames[number], aimed[number], limits)
        shown = tuple(survey.observations[i] for i in indices)
        moved = tuple(drifts[i] for i in indices)
        found.append(_target(name, candidate, shown, moved, config.targets))
    return tuple(found)


def aimed_by(frame: Observation, drift: Point) -> Point:
    """Return the drift (m) by which a frame was placed; `drift` where that is not noted."""
    aimed = (note_of(frame) or {}).get("aimed")
    return drift if aimed is None else (float(aimed[0]), float(aimed[1]))


def _asked(frame: ScanRegion, drift: Point, before: int, limits: ScanRegion) -> Around:
    """Ask for the places that a frame may have been placed for: in its middle, or at an edge."""
    at = frame.center[0] - drift[0], frame.center[1] - drift[1]
    larger = frame.size[0] * 1.02, frame.size[1] * 1.02
    free = inside(limits, frame.center, larger, frame.angle)
    in_the_middle = free is not None and free.center == frame.center
    return Around(at, (0.011 if in_the_middle else 0.75) * max(frame.size), before)


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
