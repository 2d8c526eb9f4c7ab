"""A policy in a run: the survey becomes its ground, and its steps become requests one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.area.anchor import anchored
from ai_afm.control.area.baselines import RasterPolicy, SparseRefinePolicy
from ai_afm.control.area.choose import TargetsPolicy
from ai_afm.control.area.follow import FollowPolicy
from ai_afm.control.area.state import Ground, Policy, Prediction, Seen, Settings, Step
from ai_afm.control.area.uncertainty import UncertaintyPolicy
from ai_afm.control.area.variable_speed import VariableSpeedPolicy
from ai_afm.control.costs import Costs
from ai_afm.control.words import Choice
from ai_afm.errors import ConfigError
from ai_afm.image.canvas import Grid
from ai_afm.microscope.base import Capabilities
from ai_afm.survey import places
from ai_afm.survey.area_map import sweep_shifts
from ai_afm.survey.health.again import rest_of
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    AreaMap,
    MapRequest,
    Observation,
    PathRequest,
    Point,
    Role,
    ScanRequest,
    Sweep,
)

POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        TargetsPolicy(),
        RasterPolicy(),
        SparseRefinePolicy(),
        FollowPolicy(),
        VariableSpeedPolicy(),
        UncertaintyPolicy(),
    )
}
"""By the name that the configuration gives."""

WORDS: Mapping[str, str] = {
    "overview": "a first look",
    "lines": "a few lines",
    "follow": "following lines",
    "verify": "patches at random places",
    "raster": "the full raster",
}
"""What the passes of a step are for."""

_STILL: Point = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Done:
    """A step that was carried out: its map, and what it cost."""

    request: MapRequest
    area: AreaMap
    seconds: float
    at: Point | None


def area_settings(config: RunConfig, survey: Survey, instrument: Capabilities) -> Settings:
    """Return how the area of a run is imaged.

    Raises
    ------
    ConfigError
        When the configuration has no `[area]`.
    """
    area = config.area
    if area is None:
        raise ConfigError("the configuration has no [area]; add the table to image one")
    return Settings(
        Grid(config.overview.region, (area.lines, area.pixels)),
        area.line_rate_hz,
        instrument.times,
        instrument.paths,
        survey.limits.max_tip_speed,
        min(survey.limits.max_line_rate, instrument.max_line_rate),
        seed=survey.seed,
    )


def next_in_area(
    config: RunConfig, survey: Survey, costs: Costs, instrument: Capabilities
) -> Choice | None:
    """Return what the policy of `[area]` asks for next, `None` when the area is done.

    A step of a policy is one request or several, and then a map of all that was read so far. A
    request that the guard refused is left out. Before a step an anchor frame may be due.
    """
    if config.area is None:
        return None
    settings = area_settings(config, survey, instrument)
    done, since = _history(survey)
    step = _next_step(config.area.policy, settings, done)
    if step is None:
        return None
    name = f"map {len(done) + 1}"
    refused = {getattr(request, "target", None) for request, _ in survey.refused}
    read = {getattr(o.request, "target", None): o for o in since}
    for number, planned in enumerate(step.requests, start=1):
        target = f"{name}, part {number} of {len(step.requests)}"
        if target in refused or target in read:
            continue
        asked = replace(planned, reason=step.reason)
        drift = _drift_during(survey, costs.seconds(survey, asked))
        request = _prepared(config, asked, drift, target)
        refusal = costs.refusal(survey, request)
        if refusal is not None:
            return Choice(None, f"The area is left as it is: {refusal}")
        return anchored(config, survey, costs, instrument, Choice(request, step.reason))
    if not read:
        message = next(words for r, words in reversed(survey.refused) if _is_of(r, name))
        return Choice(None, f"The guard refused all of a step over the area: {message}")
    drawn = _map_request(settings, step, name, since)
    return Choice(drawn, drawn.reason)


def ground_of(config: RunConfig, survey: Survey, instrument: Capabilities) -> Ground:
    """Return the ground that the policy of `[area]` stands on.

    Raises
    ------
    ConfigError
        When the configuration has no `[area]`.
    """
    return _ground(area_settings(config, survey, instrument), _history(survey)[0])


def _ground(settings: Settings, done: tuple[_Done, ...]) -> Ground:
    ground = Ground(settings, np.zeros(settings.grid.shape, np.bool_))
    for one in done:
        seen = Seen(one.area.lines, one.area.kinds)
        ground = ground.after(_step_of(one.request), one.area.covered, seen, one.seconds, one.at)
    return ground


@lru_cache(maxsize=4)
def _next_step(policy: str, settings: Settings, done: tuple[_Done, ...]) -> Step | None:
    # a step of many rectangles is asked for again after each of them; the answer is the same
    return POLICIES[policy].next(_ground(settings, done))


def _history(survey: Survey) -> tuple[tuple[_Done, ...], tuple[Observation, ...]]:
    """Return the steps that have a map, and what was read for the area since the last map."""
    done: list[_Done] = []
    since: list[Observation] = []
    for observation in survey.observations:
        request = observation.request
        if isinstance(request, MapRequest):
            if observation.area is None:
                continue
            seconds = sum(o.seconds for o in since)
            last = since[-1].request
            assert isinstance(last, PathRequest | ScanRequest)
            at = geometry.last_point(last)
            done.append(_Done(request, observation.area, seconds, at))
            since = []
        elif isinstance(request, PathRequest | ScanRequest) and request.role is Role.AREA:
            since.append(observation)
    return tuple(done), tuple(since)


def _step_of(request: MapRequest) -> Step:
    predicted = None if request.predicted is None else Prediction(*request.predicted)
    return Step(
        request.purpose, (), request.reason, request.coarse, request.family, predicted,
        request.patches,
    )  # fmt: skip


def _prepared(
    config: RunConfig, planned: PathRequest | ScanRequest, drift: tuple[Point, Point], target: str
) -> PathRequest | ScanRequest:
    """Return a request of a policy where the sample will be, with what all frames share."""
    imaging = config.imaging
    if isinstance(planned, ScanRequest):
        (x0, y0), (x1, y1) = drift
        return replace(
            planned,
            region=geometry.shifted(planned.region, ((x0 + x1) / 2, (y0 + y1) / 2)),
            channels=imaging.channels,
            drive=imaging.drive,
            setpoint=imaging.setpoint_v,
            role=Role.AREA,
            target=target,
        )
    return replace(
        planned,
        sweeps=_moved(planned.sweeps, drift),
        channels=imaging.channels,
        drive=imaging.drive,
        role=Role.AREA,
        target=target,
    )


def _drift_during(survey: Survey, seconds: float) -> tuple[Point, Point]:
    """Return the drift (m) that is expected now, and so many seconds later."""
    return places.now(survey, (0.0, 0.0)), places.now(survey, (0.0, 0.0), seconds)


def _moved(sweeps: tuple[Sweep, ...], drift: tuple[Point, Point]) -> tuple[Sweep, ...]:
    if drift == (_STILL, _STILL):
        return sweeps
    return tuple(map(_shifted, sweeps, sweep_shifts(drift, len(sweeps))))


def _shifted(sweep: Sweep, offset: Point) -> Sweep:
    (x0, y0), (x1, y1), (dx, dy) = sweep.start, sweep.end, offset
    return Sweep((x0 + dx, y0 + dy), (x1 + dx, y1 + dy), sweep.speed, sweep.pixels)


def _map_request(
    settings: Settings, step: Step, name: str, since: tuple[Observation, ...]
) -> MapRequest:
    said = step.prediction
    return MapRequest(
        settings.grid.region,
        settings.grid.shape,
        settings.line_rate,
        purpose=step.purpose,
        coarse=step.coarse,
        patches=step.patches,
        family=step.family,
        predicted=None if said is None else (said.ratio, said.low, said.high),
        shifts=tuple(_shift(step, name, o) for o in since),
        target=name,
        reason=f"{name.capitalize()}: what all passes so far show, after {WORDS[step.purpose]}",
    )


def _shift(step: Step, name: str, observation: Observation) -> tuple[Point, Point]:
    """Return by how much first and last sweep were moved against what the policy planned."""
    request = observation.request
    assert isinstance(request, PathRequest | ScanRequest)
    assert request.target is not None
    number = int(request.target.removeprefix(f"{name}, part ").split(" of ")[0])
    planned = step.requests[number - 1]
    assert isinstance(planned, PathRequest | ScanRequest)
    if (observation.notes or {}).get("again_of") is not None:
        planned = _rest(planned, request)
    first, last = (_between(_place(planned, end), _place(request, end)) for end in (0, -1))
    return first, last


def _rest(
    planned: PathRequest | ScanRequest, request: PathRequest | ScanRequest
) -> PathRequest | ScanRequest:
    """Return the last part of a plan where only that was scanned (once more, for it was bad)."""
    if isinstance(planned, PathRequest) and isinstance(request, PathRequest):
        return replace(planned, sweeps=planned.sweeps[-len(request.sweeps) :])
    if isinstance(planned, ScanRequest) and isinstance(request, ScanRequest):
        left = planned.shape[0] - request.shape[0]
        return planned if left <= 0 else replace(planned, region=rest_of(planned, left))
    return planned


def _place(request: PathRequest | ScanRequest, end: int) -> Point:
    if isinstance(request, ScanRequest):
        return request.region.center
    return request.sweeps[end].start


def _between(a: Point, b: Point) -> Point:
    return b[0] - a[0], b[1] - a[1]


def _is_of(request: object, name: str) -> bool:
    return str(getattr(request, "target", "")).startswith(f"{name}, ")
