"""What all frames of a survey show, as one list of places: found, told apart, and ranked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm.config import TargetSettings
from ai_afm.control.candidates import KIND_ORDER, MOST_KEPT, Candidate, features, uncertain
from ai_afm.control.remembered import remembered
from ai_afm.survey.places import offsets
from ai_afm.survey.survey import Survey
from ai_afm.types import MapRequest, Observation, Point, Role

LOOKED_AT = (Role.OVERVIEW, Role.RASTER, Role.MAP, Role.ZOOM, Role.WISH)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A candidate as one observation (by its index) of a certain frame size (m) shows it."""

    observation: int
    size: float
    candidate: Candidate


class Sightings(tuple[Sighting, ...]):
    """The sightings of a survey; told apart by being the same object, not item by item."""

    __slots__ = ()


@remembered(most=4)
def sightings(survey: Survey, settings: TargetSettings) -> Sightings:
    """Return everything of interest in all frames, in order of observation, drift removed."""
    found: list[Sighting] = []
    drifts = offsets(survey)
    newest = newest_map(survey)
    for index, (observation, drift) in enumerate(zip(survey.observations, drifts, strict=True)):
        request = observation.request
        if observation.network is None or getattr(request, "role", None) not in LOOKED_AT:
            continue
        of_map = isinstance(request, MapRequest)
        if of_map and index != newest:  # each map shows all that the ones before it did
            continue
        # the passes of a map were moved back when they were drawn
        found += _seen_in(observation, index, (0.0, 0.0) if of_map else drift, settings)
    return Sightings(found)


@remembered(most=MOST_KEPT)
def _seen_in(
    observation: Observation, index: int, drift: Point, settings: TargetSettings
) -> tuple[Sighting, ...]:
    """Return everything of interest in one frame, drift removed."""
    network = observation.network
    assert network is not None
    dx, dy = drift
    size = max(network.region.size)
    spots = (observation.notes or {}).get("uncertain", ())
    found = []
    for candidate in (*features(network, settings), *uncertain(spots, settings)):
        x, y = candidate.position
        found.append(Sighting(index, size, replace(candidate, position=(x - dx, y - dy))))
    return tuple(found)


def newest_map(survey: Survey) -> int | None:
    """Return the index of the last map among the observations, `None` where there is none."""
    return next(
        (
            index
            for index in reversed(range(len(survey.observations)))
            if isinstance(survey.observations[index].request, MapRequest)
        ),
        None,
    )


@remembered(most=4)
def ranked(seen: Sequence[Sighting], settings: TargetSettings) -> tuple[Candidate, ...]:
    """Return the places behind sightings, best first.

    Sightings of one kind closer than half the settings' least distance in frames of different size
    are one place; its best resolved sighting (in the smallest frame) counts.

    Parameters
    ----------
    seen
        Of a survey, or some of them; must not change any more.
    settings
        How places are weighed.
    """
    if not seen:
        return ()
    table = _table(seen)
    best = table.best_resolved(settings.min_distance / 2)
    order = table.order(np.flatnonzero(best))
    return tuple(seen[i].candidate for i in order)


@dataclass(frozen=True, slots=True)
class Around:
    """A question: what was known within `reach` (m) of a point before an observation (an index)?"""

    point: Point
    reach: float
    before: int


def known_around(
    seen: Sequence[Sighting], settings: TargetSettings, asked: Sequence[Around]
) -> list[tuple[Candidate, ...]]:
    """Answer each question with the places near its point, as `ranked` gives them at that time."""
    if not seen or not asked:
        return [() for _ in asked]
    table = _table(seen)
    tree = KDTree(table.points)
    radius = settings.min_distance / 2
    hits = tree.query_ball_point([a.point for a in asked], [a.reach for a in asked])
    early = [
        [i for i in near if seen[i].observation < question.before]
        for question, near in zip(asked, hits, strict=True)
    ]
    every = sorted({i for near in early for i in near})
    rivals = tree.query_ball_point(table.points[every], radius) if every else []
    of = dict(zip(every, rivals, strict=True))
    answers = []
    for question, near in zip(asked, early, strict=True):
        best = [
            i
            for i in near
            if table.is_best(i, [k for k in of[i] if seen[k].observation < question.before])
        ]
        order = table.order(np.array(best, int)) if len(best) > 1 else best
        answers.append(tuple(seen[i].candidate for i in order))
    return answers


@remembered(most=4)
def _table(seen: Sequence[Sighting]) -> "_Table":
    return _Table(seen)


class _Table:
    """Sightings as columns."""

    def __init__(self, seen: Sequence[Sighting]) -> None:
        rows = [
            (s.size, c.score, *c.position, KIND_ORDER[c.kind]) for s in seen for c in (s.candidate,)
        ]
        table = np.array(rows, float).reshape(-1, 5)
        self.sizes, self.scores = table[:, 0], table[:, 1]
        self.points, self.kinds = table[:, 2:4], table[:, 4]

    def best_resolved(self, radius: float) -> NDArray[np.bool_]:
        """Tell which sightings have none of their kind in a smaller frame within `radius` (m)."""
        best = np.ones(len(self.sizes), bool)
        for kind in np.unique(self.kinds):
            of_kind = np.flatnonzero(self.kinds == kind)
            sizes = self.sizes[of_kind]
            smaller = np.unique(sizes)[:-1]
            for size in smaller:
                closer, wider = of_kind[sizes == size], of_kind[sizes > size]
                tree = KDTree(self.points[closer])
                bound = np.nextafter(radius, np.inf)
                away, _ = tree.query(self.points[wider], distance_upper_bound=bound)
                best[wider[np.isfinite(away)]] = False
        return best

    def is_best(self, index: int, rivals: Sequence[int]) -> bool:
        """Tell whether none of the rivals of the same kind was seen in a smaller frame."""
        return not any(
            self.kinds[k] == self.kinds[index] and self.sizes[k] < self.sizes[index] for k in rivals
        )

    def order(self, chosen: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the indices sorted by score, best first, then by kind and place."""
        x, y = self.points[chosen].T
        return chosen[np.lexsort((y, x, self.kinds[chosen], -self.scores[chosen]))]
