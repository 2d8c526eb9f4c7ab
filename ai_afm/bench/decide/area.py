"""What the decisions of an area's policies cost: whole runs on maps that are seen perfectly."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import ndimage

from ai_afm.bench.policy.worlds import PolicyWorld, policy_worlds
from ai_afm.config import RunConfig, parse_config
from ai_afm.control.area.controller import POLICIES
from ai_afm.control.costs import place, predicted_seconds
from ai_afm.control.targets import TargetsController
from ai_afm.garbage import frozen_memory
from ai_afm.geometry import line_ends, sample_ends
from ai_afm.image.area_drawing import AreaDrawing
from ai_afm.image.canvas import Grid
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.microscope.base import Capabilities, Feedback
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    AreaMap,
    ClassCode,
    Direction,
    FloatImage,
    MapRequest,
    Observation,
    PathRequest,
    Proposal,
    Role,
    ScanLine,
    ScanRequest,
)

WORLDS = 5
"""One of each family, from few walls to many."""
MOST_DECISIONS = 400

CONFIG = """
[run]
budget_min = 1e6
[limits]
max_tip_speed_um_per_s = 1e6
[overview]
center_nm = [{x}, {y}]
size_nm = [{width}, {height}]
[targets]
count = 0
ladder_nm = [500.0]
min_distance_nm = 500.0
[probe]
enabled = false
[area]
policy = "{policy}"
lines = {lines}
pixels = {pixels}
"""


def area_rows(seed: int, pixels: int = 512, worlds: int = WORLDS) -> list[dict[str, Any]]:
    """Measure every policy on grown samples.

    Parameters
    ----------
    seed
        Of the samples.
    pixels
        Of the full raster along either axis.
    worlds
        Number of samples.

    Returns
    -------
    rows
        For each policy: number of decisions, CPU time of the median one, of the 99th percentile and
        of the dearest one, ms.
    """
    samples = list(policy_worlds(seed, worlds, (pixels, pixels)))
    rows = []
    for name in POLICIES:
        # as in a run
        with frozen_memory():
            spent = [ms for world in samples for ms in _decisions(world, name)]
        rows.append(
            {
                "policy": name,
                "decisions": len(spent),
                "ms": float(np.median(spent)),
                "p99_ms": float(np.percentile(spent, 99)),
                "largest_ms": float(np.max(spent)),
            }
        )
    return rows


def _decisions(world: PolicyWorld, policy: str) -> Iterator[float]:
    """Yield the CPU time (ms) of each decision of a policy that images a sample."""
    config, can = _config(world, policy), _instrument(world)
    controller = TargetsController(config, can)
    limits = config.limits.limits(can.scanner_range, 6e7)
    survey = Survey(limits, config.consent.consent, 1)
    sight = _Sight(world, config, can.times)
    for _ in range(MOST_DECISIONS):
        begun = time.process_time()
        request = controller.propose(survey)
        yield 1e3 * (time.process_time() - begun)
        if not isinstance(request, PathRequest | ScanRequest | MapRequest):
            return
        survey = survey.add(sight.observe(len(survey.observations) + 1, request, survey))


def _config(world: PolicyWorld, policy: str) -> RunConfig:
    x, y = (v * 1e9 for v in world.region.center)
    width, height = (v * 1e9 for v in world.region.size)
    lines, pixels = world.shape
    text = CONFIG.format(
        x=x, y=y, width=width, height=height, policy=policy, lines=lines, pixels=pixels
    )
    return parse_config(text)


def _instrument(world: PolicyWorld) -> Capabilities:
    return Capabilities(
        name="bench",
        scanner_range=world.region,
        channels=(),
        feedback=Feedback.CONTACT,
        paths=True,
        variable_speed=True,
    )


class _Sight:
    """What a network that is never wrong would make of the passes: the overview at a quarter."""

    def __init__(self, world: PolicyWorld, config: RunConfig, times: InstrumentTimes) -> None:
        assert config.area is not None
        self._times = times
        region = config.overview.region
        speed = ScanRequest(region, world.shape, config.area.line_rate_hz).tip_speed
        self._drawing = AreaDrawing(Grid(region, world.shape), speed)
        self._lines = np.asarray(0.95 * ndimage.maximum_filter(world.truth, 3), np.float32)
        soft = ndimage.gaussian_filter(world.truth.astype(np.float32), 2.0)
        self._coarse = np.asarray(np.clip(5 * soft, 0, 0.9), np.float32)
        self._waiting: list[PathRequest | ScanRequest] = []

    def observe(self, number: int, request: Proposal, survey: Survey) -> Observation:
        """Return what comes of a request."""
        if isinstance(request, MapRequest):
            return Observation(number, request, area=self._map(request), notes={})
        assert isinstance(request, PathRequest | ScanRequest)
        if request.role is Role.AREA:
            self._waiting.append(request)
        last = next((place(o.request) for o in reversed(survey.observations)), None)
        seconds = predicted_seconds(request, last, self._times)
        lines = len(request.sweeps) if isinstance(request, PathRequest) else request.shape[0]
        return Observation(number, request, lines, seconds=seconds, offset=(0.0, 0.0), notes={})

    def _map(self, request: MapRequest) -> AreaMap:
        for walked in self._waiting:
            self._drawing.add(walked, _passes(walked), request.coarse)
        self._waiting = []
        covered = self._drawing.covered
        seen: FloatImage = np.where(covered, self._lines, self._coarse)
        return AreaMap(covered, seen, {int(ClassCode.WALL_180): 1.0})


def _passes(request: PathRequest | ScanRequest) -> Iterator[ScanLine]:
    """Yield passes that have read nothing but where they were."""
    if isinstance(request, PathRequest):
        for index, sweep in enumerate(request.sweeps):
            yield _pass(index, *sample_ends(sweep), sweep.pixels)
        return
    for row in range(request.shape[0]):
        yield _pass(row, *line_ends(request.region, request.shape, row), request.shape[1])


def _pass(index: int, start: Any, end: Any, pixels: int) -> ScanLine:
    values = {"height": np.zeros(pixels, np.float32)}
    return ScanLine(index, Direction.TRACE, start, end, values, 0.0)
