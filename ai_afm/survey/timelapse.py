"""A sequence as the survey holds it: which images belong together, and what was done between."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ai_afm.survey.displacement import (
    Displacement,
    displacement,
    mean_shift,
    motion_squared,
    without_drift,
)
from ai_afm.survey.intervals import Estimate
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, Point, Role, ScanRequest, Stroke, WriteRequest

NEAR = 100e-9
"""Walls within this distance of a stroke count as near it, m; the others are the control."""
AGAIN = "again "
"""Frames of this name are those of an earlier scan, whose number follows."""


@dataclass(frozen=True, slots=True)
class Between:
    """What was done to the sample between two images.

    Parameters
    ----------
    bias
        The bias of the strokes, V, where all had the same; `None` for several or none.
    seconds
        Time for which a place felt it: that of a dot, where all had the same; `None` otherwise.
    strokes
        All that were made.
    waited
        Instrument time from the end of the first image to the beginning of the second, s.
    """

    bias: float | None
    seconds: float | None
    strokes: tuple[Stroke, ...]
    waited: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two images of a place in a row: their scan numbers, what lay between, what the walls did.

    `near` is the mean displacement of segments near the strokes away from them, m, without the
    drift that all other segments show; `control` is the mean of these. `None` where there are no
    such segments or no strokes. `segments` counts both.
    """

    numbers: tuple[int, int]
    names: tuple[str, str]
    between: Between
    found: Displacement
    near: Estimate | None
    control: Estimate | None
    segments: tuple[int, int]


def pairs(survey: Survey) -> tuple[Pair, ...]:
    """Return all pairs of consecutive images of the sequence that can be compared."""
    found = []
    for before, after, between, drifts in _neighbours(survey):
        moved = displacement(before, after, drifts)
        if moved is not None:
            found.append(_pair(before, after, between, moved, drifts))
    return tuple(found)


def passes(survey: Survey) -> tuple[Pair, ...]:
    """Return pairs between which nothing was written: what imaging (and time) alone have done.

    Those are the frames that were scanned once more, and neighbours in the sequence with nothing
    but time between them.
    """
    found = [pair for pair in pairs(survey) if not pair.between.strokes]
    by_number = {o.number: (o, d) for o, d in _scans(survey)}
    for again, drift in by_number.values():
        name = _name(again)
        if name is None or not name.startswith(AGAIN):
            continue
        number = int(name.removeprefix(AGAIN))
        if number not in by_number or not again.finished:
            continue
        first, earlier = by_number[number]
        moved = displacement(first, again, (earlier, drift))
        if moved is not None:
            nothing = Between(None, None, (), 0.0)
            found.append(_pair(first, again, nothing, moved, (earlier, drift)))
    return tuple(found)


def motion_per_pass(found: tuple[Pair, ...]) -> Estimate | None:
    """Return the typical square displacement of walls by one more image, m^2; `None` without any.

    Parameters
    ----------
    found
        Of `passes`.
    """
    return motion_squared([pair.found for pair in found])


def stroke_places(strokes: tuple[Stroke, ...], drift: Point, step: float) -> NDArray[np.float64]:
    """Return places (n, 2), m, at most `step` apart along strokes, in the first frame's frame."""
    places = []
    for stroke in strokes:
        count = max(2, int(np.ceil(stroke.length / step)) + 1) if stroke.length else 1
        share = np.linspace(0.0, 1.0, count)[:, None]
        start, end = np.asarray(stroke.start), np.asarray(stroke.end)
        places.append(start + share * (end - start))
    return np.asarray(np.concatenate(places) - np.asarray(drift))


def _neighbours(
    survey: Survey,
) -> Iterator[tuple[Observation, Observation, tuple[Between, Point], tuple[Point, Point]]]:
    """Yield images in a row, what lay between them (and its drift), and the drifts of both."""
    last: tuple[Observation, Point] | None = None
    writes: list[Observation] = []
    at: Point = (0.0, 0.0)
    waited = 0.0
    for observation, drift in zip(survey.observations, survey.known_drifts(), strict=True):
        if isinstance(observation.request, WriteRequest):
            writes.append(observation)
            at = drift if observation.request.strokes else at
            waited += observation.seconds
            continue
        name = _name(observation)
        if name is None or not name.startswith("S") or not observation.finished:
            waited += observation.seconds
            continue
        if last is not None:
            yield last[0], observation, (_between(writes, waited), at), (last[1], drift)
        last, writes, waited = (observation, drift), [], 0.0


def _between(writes: list[Observation], waited: float) -> Between:
    strokes = tuple(
        stroke
        for write in writes
        if isinstance(write.request, WriteRequest)
        # Of a write that broke off nobody knows how far its last stroke came: all of it counts.
        for stroke in write.request.strokes[: write.lines + (not write.finished)]
    )
    biases = {stroke.bias for stroke in strokes}
    times = {stroke.seconds for stroke in strokes if stroke.length == 0}
    return Between(
        biases.pop() if len(biases) == 1 else None,
        times.pop() if len(times) == 1 else None,
        strokes,
        waited,
    )


def _pair(
    before: Observation,
    after: Observation,
    between: tuple[Between, Point] | Between,
    moved: Displacement,
    drifts: tuple[Point, Point],
) -> Pair:
    done, drift = between if isinstance(between, tuple) else (between, drifts[0])
    near, control, counts = None, None, (0, len(moved.segments))
    if done.strokes:
        places = stroke_places(done.strokes, drift, 10e-9)
        tree = KDTree(places)
        sides: tuple[list[tuple[float, Point]], list[tuple[float, Point]]] = ([], [])
        for segment in moved.segments:
            distance = float(np.asarray(tree.query(segment.places)[0]).min())
            sides[distance > NEAR].append(segment.away_from(places))
        # The walls far away have not moved: what they show is drift that the tracker has missed.
        pushed, left = without_drift(sides[0], sides[1], moved.drift)
        near = mean_shift(pushed, left) if pushed else None
        control = mean_shift(sides[1], moved.drift) if sides[1] else None
        counts = len(sides[0]), len(sides[1])
    names = _name(before) or "", _name(after) or ""
    return Pair((before.number, after.number), names, done, moved, near, control, counts)


def _scans(survey: Survey) -> Iterator[tuple[Observation, Point]]:
    for observation, drift in zip(survey.observations, survey.known_drifts(), strict=True):
        if isinstance(observation.request, ScanRequest):
            yield observation, drift


def _name(observation: Observation) -> str | None:
    request = observation.request
    if isinstance(request, ScanRequest) and request.role is Role.SEQUENCE:
        return request.target
    return None
