"""CPU time of one `propose` against the number of observations in the survey."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from ai_afm.bench.decide.area import area_rows
from ai_afm.bench.decide.surveys import SIDE_NM, Drawing, Night, config_of, grown
from ai_afm.config import RunConfig
from ai_afm.control.base import Controller
from ai_afm.control.raster import RasterController
from ai_afm.control.targets import TargetsController
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, ScanRegion

COUNTS = (10, 30, 100, 300, 1000, 3000, 10_000)
REPEATS = 5
"""Decisions in a row, each after one more observation; their median counts."""
GOAL_MS, GOAL_AT = 50.0, 1000
FEWEST = 100
"""Observations from which the growth is fitted: below, the overview alone decides the cost."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A kind of run at a point of its way.

    Parameters
    ----------
    name
        How it is called.
    controller
        Who decides.
    config
        Of the run.
    night
        Its observations, given how many there will be.
    most
        Observations that such a run can have at most.
    """

    name: str
    controller: Controller
    config: RunConfig
    night: Callable[[Night, int], Iterator[Observation]]
    most: int = COUNTS[-1]


def scenes(side_nm: float = SIDE_NM) -> tuple[Scene, ...]:
    """Return what is measured, on an area of this size."""
    targets, raster = config_of("targets", side_nm), config_of("raster", side_nm)
    choosing = TargetsController(targets)
    return (
        Scene("raster", RasterController(raster), raster, lambda n, _: n.raster()),
        Scene("targets, imaging", choosing, targets, lambda n, _: n.imaging(), 3000),
        Scene("targets, probing", choosing, targets, lambda n, count: n.probing(count // 11 + 1)),
    )


def benchmark(
    seed: int = 1, counts: tuple[int, ...] = COUNTS, side_nm: float = SIDE_NM
) -> dict[str, Any]:
    """Measure each scene at each number of observations, and the policies of an area.

    Parameters
    ----------
    seed
        Of the samples and their drift.
    counts
        Observations in the survey; a run that ends before has fewer.
    side_nm
        Of the square area.

    Returns
    -------
    dict
        The object that `ai-afm bench decide --json` writes.
    """
    drawing = grown(seed, side_nm)
    measured = {scene.name: _curve(scene, drawing, seed, counts) for scene in scenes(side_nm)}
    worst = max(
        (row["ms"] for curve in measured.values() for row in curve["rows"]
         if row["observations"] == GOAL_AT),
        default=None,
    )  # fmt: skip
    return {
        "scenes": measured,
        "area": area_rows(seed),
        "goal_ms": GOAL_MS,
        "worst_ms_at_1000": worst,
    }


def _curve(scene: Scene, drawing: Drawing, seed: int, counts: tuple[int, ...]) -> dict[str, Any]:
    rows = [_row(scene, drawing, seed, count) for count in counts if count <= scene.most]
    fitted = [(r["observations"], r["ms"]) for r in rows if r["observations"] >= FEWEST]
    exponent = None
    if len(fitted) > 1:
        many, times = np.log(np.array(fitted)).T
        exponent = float(np.polyfit(many, times, 1)[0])
    return {"rows": rows, "growth_exponent": exponent}


def _row(scene: Scene, drawing: Drawing, seed: int, count: int) -> dict[str, Any]:
    """Measure decisions with `count` observations: the first one of a process, and those after."""
    side = drawing.network.region
    limits = scene.config.limits.limits(
        ScanRegion((0.0, 0.0), (1.1 * side.size[0], 1.1 * side.size[1])), 6e7
    )
    empty = Survey(limits, scene.config.consent.consent, seed)
    night = Night(drawing, scene.config, empty, seed)
    observations = list(islice(scene.night(night, count), count))
    survey = empty
    for observation in observations[:-REPEATS]:
        survey = survey.add(observation)
    first = _milliseconds(scene.controller, survey)
    live = []
    for observation in observations[-REPEATS:]:
        survey = survey.add(observation)
        live.append(_milliseconds(scene.controller, survey))
    return {
        "observations": len(survey.observations),
        "ms": float(np.median(live)),
        "first_ms": first,
        "asks_for": getattr(scene.controller.propose(survey), "role", None),
    }


def _milliseconds(controller: Controller, survey: Survey) -> float:
    begun = time.process_time()
    controller.propose(survey)
    return 1e3 * (time.process_time() - begun)
