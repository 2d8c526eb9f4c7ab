"""The area of a run: its steps with predicted and real time, and where the tip was slow."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from ai_afm import geometry
from ai_afm.control.area.controller import WORDS, ground_of
from ai_afm.control.area.state import Ground
from ai_afm.control.area.verify import completeness
from ai_afm.control.base import ANY_INSTRUMENT
from ai_afm.report.figures import UM, by_code, reduced, wall_handles
from ai_afm.report.palette import WALL_COLOURS
from ai_afm.report.quantity import duration, share
from ai_afm.report.story import Story
from ai_afm.report.svg import WIDTH
from ai_afm.types import MapRequest, Observation, Role


@dataclass(frozen=True, slots=True)
class AreaLine:
    """A step over the area, in words."""

    number: int
    purpose: str
    reason: str
    time: str
    covered: str
    predicted: str


def lines(story: Story) -> list[AreaLine]:
    """Return the steps of the area that have a map, oldest first."""
    found, seconds, why = [], 0.0, ""
    for observation in story.summary.survey.observations:
        request = observation.request
        if getattr(request, "role", None) is Role.AREA:
            seconds += observation.seconds
            why = str(getattr(request, "reason", ""))
        if isinstance(request, MapRequest):
            found.append(_line(observation, request, (why, seconds)))
            seconds, why = 0.0, ""
    return found


def _line(observation: Observation, request: MapRequest, passes: tuple[str, float]) -> AreaLine:
    why, seconds = passes
    said = request.predicted
    percent = "" if said is None else f"{100 * said[1]:.0f} to {100 * said[2]:.0f} % of raster"
    covered = None if observation.area is None else float(observation.area.covered.mean())
    return AreaLine(
        observation.number,
        WORDS[request.purpose],
        why,
        duration(seconds),
        share(covered),
        percent,
    )


def closing_words(story: Story) -> str:
    """Say what the area cost against a full raster, and how much of its lines is known."""
    if not story.maps:
        return ""
    ground = ground_of(story.summary.config, story.summary.survey, ANY_INSTRUMENT)
    raster = ground.settings.raster_time
    words = (
        f"The area was imaged in {duration(ground.spent)}, {100 * ground.spent / raster:.0f} % of"
        f" a full raster of {ground.settings.grid.shape[0]} lines at"
        f" {ground.settings.line_rate:g} Hz ({duration(raster)})."
    )
    return words + _completeness(ground)


def _completeness(ground: Ground) -> str:
    if not ground.done("verify"):
        return " No random patches were looked at, so how much was missed is not known."
    known = completeness(ground)
    if math.isnan(known.share):
        return " Random patches showed no line to compare with."
    return (
        f" Of the line pixels in patches at random places {100 * known.share:.0f} % were known"
        f" before ({known.known} of {known.found}; at least {100 * known.low:.0f} % with 95 %"
        " confidence, for what the model can see)."
    )


def has_figure(story: Story) -> bool:
    """Tell whether anything was scanned finely."""
    return any(s.observation.area is not None and s.observation.area.covered.any()
               for s in story.maps)  # fmt: skip


def area_figure(story: Story, side: int) -> Figure:
    """Draw where the tip was slow, and the lines of the last map, axes in µm in the area."""
    seen = [s for s in story.maps if s.observation.area is not None][-1]
    area, network, region = seen.observation.area, seen.observation.network, seen.scan.region
    assert area is not None
    figure = Figure(figsize=(0.62 * WIDTH, 0.66 * WIDTH), layout="constrained")
    axes = figure.add_subplot()
    width, height = (s * UM / 2 for s in region.size)
    image = reduced(np.asarray(area.covered, np.float32), side)
    axes.imshow(
        image, cmap="Greys_r", vmin=-0.25, vmax=1.1, extent=(-width, width, -height, height)
    )
    codes = []
    for code, drawn in by_code(() if network is None else network.walls).items():
        codes.append(code)
        for points in drawn:
            u, v = geometry.to_region(region, *points.T)
            axes.plot(u * UM, v * UM, color=WALL_COLOURS[code], lw=0.8)
    axes.set_xlim(-width, width)
    axes.set_ylim(-height, height)
    axes.set_xlabel("along the fast axis (µm)")
    axes.set_ylabel("along the slow axis (µm)")
    figure.legend(handles=wall_handles(codes), loc="outside lower center", ncols=3)
    return figure
