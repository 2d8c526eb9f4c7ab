"""Where a question is asked: places on walls, chosen ones and ones drawn at random."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from scipy.spatial import KDTree

from ai_afm import geometry
from ai_afm.config import QuestionSettings, RunConfig
from ai_afm.control.health_checks import without_checks
from ai_afm.control.ladder import targets
from ai_afm.control.plan_native import is_native
from ai_afm.errors import ConfigError
from ai_afm.microscope.consent import allows_bias
from ai_afm.microscope.dose import cell_of
from ai_afm.survey import places, polyline
from ai_afm.survey.question.gathered import Gathered, gather
from ai_afm.survey.question.names import PLACE, is_place
from ai_afm.survey.question.places import LONGEST, draw_along, place_on
from ai_afm.survey.question.registration import Question
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    DOMAIN_WALL_CODES,
    Observation,
    Point,
    ProbeRequest,
    Role,
    ScanRequest,
    Wall,
)

DRAWS = 8
"""Places drawn at once, until one of them may be probed."""

ROUNDS = 8
"""Draws in vain after which the walls count as used up."""

APART = 0.5
"""Least distance of two places in sides of their images."""

STREAM = 51
"""Separates the chance of the question from that of other parts."""

_PLACES = 1

Cell: TypeAlias = int
"""Code of a cell of the dose map."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A place that is to be probed next.

    Parameters
    ----------
    name
        "Q1", "Q2", ...
    at
        Where, m, drift taken out.
    segment, share
        Wall segment, and its length over that of all walls.
    at_random
        Whether it was drawn.
    why
        In words.
    """

    name: str
    at: Point
    segment: str
    share: float
    at_random: bool
    why: str


def question_of(config: RunConfig) -> QuestionSettings:
    """Return the table `[question]`.

    Raises
    ------
    ConfigError
        When the run has none.
    """
    if config.question is None:
        raise ConfigError("this run has no question: its TOML lacks the table [question]")
    return config.question


def registered(config: RunConfig) -> Question:
    """Return the question as it is registered: with the rule by which sites are selected.

    Raises
    ------
    ConfigError
        When the run has none, or it makes no sense.
    """
    asked = question_of(config)
    return Question(
        asked.compare, asked.with_, asked.on, asked.effect, asked.alpha, asked.units, asked.early,
        selection(config),
    )  # fmt: skip


def selection(config: RunConfig) -> str:
    """Return the rule by which sites are selected, in sentences."""
    asked, probe = question_of(config), config.probe
    waveform = (
        f"{_many(probe.cycles, 'cycle')} of {probe.steps} steps to {probe.amplitude_v:g} V,"
        f" {probe.on_ms:g} ms on and {probe.off_ms:g} ms off, read with {probe.drive_v:g} V AC at"
        f" {probe.read_bias_v:g} V"
    )
    wall = f"a site {asked.beside_nm:g} nm beside a wall and " if asked.asks_walls else ""
    other = ", one of the other polarity," if asked.both_polarities and asked.asks_walls else ","
    same = (
        "a bulk site of the same polarity, with a slope within"
        f" {probe.slope_tolerance:g} and a contact resonance within"
        f" {probe.resonance_tolerance_khz:g} kHz of the wall site's where the image tells them"
    )
    bulk = same if asked.asks_walls else "bulk sites of both polarities"
    return (
        f"At least {100 * asked.random_share:g} % of the places are drawn at random along all"
        " domain walls of the overview where bias is allowed, the others are the targets of the"
        f" controller. Each place gives up to {_many(asked.blocks, 'block')} in random order:"
        f" {wall}{bulk}"
        f"{other} at least {asked.bulk_distance_nm:g} nm from all walls. A site is used once and"
        " lies at least three radii of a written dot from all others; a bad fit is measured again"
        f" once at a fresh site. Segments of at most {LONGEST * 1e6:g} um of wall are the units."
        f" Waveform: {waveform}. Seed {config.run.seed}."
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def chance(survey: Survey, *stream: int) -> np.random.Generator:
    """Return a generator of its own for each stream: decisions do not depend on their order."""
    return np.random.default_rng([survey.seed, STREAM, *stream])


def may_probe(config: RunConfig, survey: Survey, at: Point, pulses: Mapping[Cell, int]) -> bool:
    """Tell whether bias may be applied at a place (m, as it lies now), and the run wrote nothing.

    Parameters
    ----------
    config, survey
        Of the run.
    at
        The place.
    pulses
        How often each cell of the dose map was probed, as `pulses_of` counts.
    """
    if not bool(geometry.is_inside(survey.limits.region, *at)) or not is_native(survey, at):
        return False
    count = pulses.get(cell_of(at), 0)
    return allows_bias(survey.consent, at, config.probe.amplitude_v, count) is None


def pulses_of(survey: Survey, besides: str | None = None) -> Counter[Cell]:
    """Return how often each cell was probed, but for the probes of the target `besides`."""
    requests = (o.request for o in survey.probes())
    return Counter(
        cell_of(r.position)
        for r in requests
        if isinstance(r, ProbeRequest) and (besides is None or r.target != besides)
    )


def ground(survey: Survey) -> tuple[Wall, ...]:
    """Return the domain walls of the largest image from before the question, drift taken out, m."""
    best: tuple[float, Observation, Point] | None = None
    for observation, drift in zip(survey.observations, places.offsets(survey), strict=True):
        request, network = observation.request, observation.network
        if isinstance(request, ScanRequest) and is_place(request.target):
            break
        if network is None or getattr(request, "role", None) in (Role.BEFORE, Role.AFTER):
            continue
        area = network.region.size[0] * network.region.size[1]
        if best is None or area > best[0]:
            best = area, observation, drift
    if best is None or best[1].network is None:
        return ()
    back = np.array(best[2])
    walls = (w for w in best[1].network.walls if w.code in DOMAIN_WALL_CODES)
    return tuple(replace(w, points=w.points - back) for w in walls if w.length > 0)


def next_place(
    config: RunConfig, survey: Survey, gathered: Gathered, stream: tuple[int, ...] = ()
) -> Planned | str:
    """Return the next place of the question, or why there is none.

    Parameters
    ----------
    config, survey, gathered
        Of the run.
    stream
        Of chance, for a place that is not of the question: such a one is always drawn.
    """
    walls = ground(survey)
    if not walls:
        return "no domain wall was seen"
    share = question_of(config).random_share
    number = _next_number(survey, gathered)
    used = [_first(s.at, s.drift) for s in gathered.stations]
    due = math.floor(number * share + 1e-9) > math.floor((number - 1) * share + 1e-9)
    if not due and not stream:
        chosen = _chosen(config, survey, (f"{PLACE}{number}", walls), used)
        if chosen is not None:
            return chosen
    for attempt in range(ROUNDS):
        rng = chance(survey, *(stream or (_PLACES, number)), attempt)
        for place in draw_along(walls, DRAWS, rng):
            if _is_free(config, survey, place.position, used):
                why = f"drawn at random along all walls, {place.segment}"
                return Planned(
                    f"{PLACE}{number}", place.position, place.segment, place.length_share, True, why
                )
    return f"none of {ROUNDS * DRAWS} places drawn on walls is free and may be probed"


def station_facts(config: RunConfig, survey: Survey, request: ScanRequest) -> Mapping[str, Any]:
    """Return what is known of a place as its image before is taken, for that image's notes."""
    at, survey = request.region.center, without_checks(survey)
    planned = next_place(config, survey, gather(survey))
    if isinstance(planned, str) or planned.name != request.target:
        # a spare place, or one for checks: no wall segment
        return {"segment": request.target, "share": None, "at_random": False, "at": list(at)}
    here = places.now(survey, planned.at)
    return {
        "segment": planned.segment,
        "share": planned.share,
        "at_random": planned.at_random,
        "at": list(here),
    }


def _first(at: Point, drift: Point) -> Point:
    return at[0] - drift[0], at[1] - drift[1]


def _next_number(survey: Survey, gathered: Gathered) -> int:
    """Return the number after all places that were begun or refused."""
    names = [s.name for s in gathered.of(PLACE)]
    names += [
        r.target
        for r, _ in survey.refused
        if isinstance(r, ScanRequest) and r.target and is_place(r.target) and r.target[0] == PLACE
    ]
    return max((int(name[1:]) for name in names), default=0) + 1


def _is_free(config: RunConfig, survey: Survey, at: Point, used: Sequence[Point]) -> bool:
    least = APART * question_of(config).field
    far = all(math.dist(at, p) >= least for p in used)
    return far and may_probe(config, survey, places.now(survey, at), pulses_of(survey))


def _chosen(
    config: RunConfig, survey: Survey, where: tuple[str, tuple[Wall, ...]], used: Sequence[Point]
) -> Planned | None:
    """Return the next target of the controller that lies on a wall and is free."""
    name, walls = where
    step = question_of(config).field / 32
    lines = [polyline.resample(w.points, step, w.closed) for w in walls]
    number = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    first = np.concatenate([np.arange(len(line)) for line in lines])
    tree = KDTree(np.concatenate(lines))
    for target in targets(survey, config):
        if target.abandoned:
            continue
        distance, index = tree.query(target.anchor)
        if distance > question_of(config).field / 2:
            continue
        wall = int(number[index])
        pieces = max(len(lines[wall]) - 1, 1)
        place = place_on(walls, wall, walls[wall].length * float(first[index]) / pieces)
        if _is_free(config, survey, place.position, used):
            what = target.candidate.kind.words if target.candidate else "a wall"
            why = f"chosen, {what} {target.name} on {place.segment}"
            return Planned(name, place.position, place.segment, place.length_share, False, why)
    return None
