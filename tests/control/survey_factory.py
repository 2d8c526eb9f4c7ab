"""Literal samples and a toy microscope for the tests of controllers: no images, only vectors."""

from dataclasses import dataclass, field, replace

import numpy as np

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    Consent,
    ConsentLevel,
    ConsentZone,
    Junction,
    Limits,
    Observation,
    ProbeRequest,
    ScanRegion,
    ScanRequest,
    Wall,
    WallNetwork,
)

UM = 1e-6
RANGE = ScanRegion((0.0, 0.0), (8 * UM, 6 * UM))
EVERYWHERE = Consent((ConsentZone(RANGE, ConsentLevel.BIAS, 9.0, 9),))


def limits(region=RANGE, seconds=36000.0, max_bias=10.0):
    return Limits(
        region=region,
        max_tip_speed=2e-4,
        max_line_rate=60.0,
        max_bias=max_bias,
        max_drive=5.0,
        min_setpoint=-10.0,
        max_setpoint=10.0,
        max_indentation=1e-6,
        max_current=1e-7,
        max_passes=1e4,
        max_dose=1e4,
        max_travel=1e-3,
        max_run_time=seconds,
    )


def line(x0, y0, x1, y1, code=1, probability=0.9, points=401):
    t = np.linspace(0, 1, points)[:, None]
    points = np.array([[x0, y0]]) * (1 - t) + np.array([[x1, y1]]) * t
    return Wall(points * UM, code, probability)


@dataclass(frozen=True)
class Drawing:
    """A sample made of walls and junctions (um); `drift` (um) shifts what later frames show."""

    walls: tuple = ()
    junctions: tuple = ()
    tips: tuple = ()
    seconds_per_line: float = 1.0

    def network(self, region):
        walls = []
        for wall in self.walls:
            inside = np.flatnonzero(geometry.is_inside(region, *wall.points.T))
            runs = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
            walls += [replace(wall, points=wall.points[run]) for run in runs if len(run) > 1]
        junctions = [
            Junction((x * UM, y * UM), codes)
            for x, y, codes in self.junctions
            if geometry.is_inside(region, x * UM, y * UM)
        ]
        tips = [
            (x * UM, y * UM) for x, y in self.tips if geometry.is_inside(region, x * UM, y * UM)
        ]
        return WallNetwork(region, tuple(walls), tuple(junctions), tuple(tips))

    def observe(self, number, request):
        if isinstance(request, ScanRequest):
            network = self.network(request.region)
            seconds = request.shape[0] / request.line_rate
            return Observation(number, request, request.shape[0], network, seconds=seconds)
        return Observation(number, request, seconds=4.0)


CROSSED = Drawing(
    walls=(
        line(-2.4, -0.9, 0.5, -0.6),
        line(0.5, -0.6, 2.4, -0.9),
        line(0.5, -0.6, 0.8, 2.3),
        line(-2.4, 1.1, -0.3, 1.3),
        line(-0.3, 1.3, 0.69, 1.3),
        line(-1.6, -2.4, -1.2, 2.4, code=4, probability=0.8),
    ),
    junctions=((0.5, -0.6, (1, 1, 1)), (0.697, 1.3, (1, 1, 1)), (-1.308, 1.2, (1, 1, 4, 4))),
)
EMPTY = Drawing()


@dataclass
class Played:
    """A finished play of a controller on a drawing."""

    survey: Survey
    requests: list = field(default_factory=list)
    words: str = ""

    def roles(self):
        return [r.role.value for r in self.requests]

    def probes(self):
        return [r for r in self.requests if isinstance(r, ProbeRequest)]

    def frames(self, *roles):
        scans = [r for r in self.requests if isinstance(r, ScanRequest)]
        return [r for r in scans if not roles or r.role in roles]


def play(controller, drawing, survey, refuse=lambda request: None, most=200):
    """Let a controller have its way, with a guard that refuses what `refuse` names a reason for."""
    played = Played(survey)
    for number in range(1, most + 1):
        request = controller.propose(played.survey)
        if request is None:
            played.words = controller.closing_words(played.survey)
            return played
        message = refuse(request)
        if message:
            played.survey = played.survey.refuse(request, message)
            continue
        played.requests.append(request)
        played.survey = played.survey.add(drawing.observe(number, request))
    raise AssertionError(f"the controller does not come to an end in {most} steps")


def config(**tables):
    tables = {"overview": {"size_nm": (5000, 5000)}} | tables
    settings = {"ladder_nm": (1200, 500), "min_distance_nm": 600}
    tables["targets"] = settings | tables.get("targets", {})
    return RunConfig.model_validate(tables)
