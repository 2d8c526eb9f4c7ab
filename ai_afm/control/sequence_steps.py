"""The steps of a sequence and its ladder: their names, and how their requests are made.

A step is only made into a request when its turn comes: by then the drift has carried its place on.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.config.sequence import LadderSettings, SequenceSettings, WriteSettings
from ai_afm.control.frames import with_imaging
from ai_afm.control.words import place_text, region_text
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.microscope import patterns
from ai_afm.microscope.write_rules import write_seconds
from ai_afm.survey.places import aimed_scan, now
from ai_afm.survey.survey import Survey
from ai_afm.types import Role, ScanRegion, ScanRequest, Stroke, WriteRequest

LADDER = "ladder"
"""Names of the ladder's steps begin with it: pole, before, write, after."""

Make = Callable[[Survey, InstrumentTimes], ScanRequest | WriteRequest]


@dataclass(frozen=True, slots=True)
class Planned:
    """A step by its name in the survey, and how its request is made when its turn comes."""

    name: str
    make: Make


def steps_of(config: RunConfig) -> Iterator[Planned]:
    """Yield all steps in order."""
    settings = config.sequence
    if settings is None:
        return
    if settings.wants_ladder and settings.ladder is not None:
        yield from _ladder_steps(config, settings.ladder)
    for repetition in range(settings.repeat):
        for index, step in enumerate(settings.order, 1):
            name = f"S{repetition + 1}.{index}"
            if step.kind == "image":
                yield Planned(name, _image(config, settings, name))
            elif step.kind == "write" and settings.write is not None:
                yield Planned(name, _write(settings.write, repetition, name))
            else:
                yield Planned(name, _wait(settings, step.seconds, name))


def _image(config: RunConfig, settings: SequenceSettings, name: str) -> Make:
    return _frame(
        config,
        settings.region,
        (settings.lines, settings.pixels, settings.line_rate_hz),
        (name, f"Image {name[1:]} of the sequence: {region_text(settings.region.size)}"),
    )


def _frame(
    config: RunConfig,
    region: ScanRegion,
    grid: tuple[int, int, float],
    words: tuple[str, str],
) -> Make:
    lines, pixels, rate = grid
    name, reason = words
    request = ScanRequest(
        region, (lines, pixels), rate, role=Role.SEQUENCE, target=name, reason=reason
    )
    frame = with_imaging(config, request)
    return lambda survey, times: aimed_scan(survey, frame, times)


def _write(settings: WriteSettings, repetition: int, name: str) -> Make:
    region = settings.region(repetition)
    bias, seconds = settings.pulse(repetition)
    speed, spacing, pitch = (
        settings.speed_um_per_s * 1e-6,
        settings.spacing_nm * 1e-9,
        settings.pitch_nm * 1e-9,
    )
    match settings.pattern:
        case "box":
            strokes, what = patterns.box(region, bias, spacing, speed), f"a box at {bias:g} V"
        case "stripes":
            lines = settings.period_nm * 1e-9, spacing
            strokes = patterns.stripes(region, bias, lines, speed)
            what = f"stripes at {bias:g} V"
        case "dots":
            strokes = patterns.dots(region, (bias, seconds), pitch)
            what = f"{len(strokes)} dots of {bias:g} V for {seconds:g} s"
        case _:
            doses = settings.bias_v, [ms * 1e-3 for ms in settings.ms]
            strokes = patterns.dose_ladder(region.center, region.angle, doses, pitch)
            what = f"a ladder of {len(strokes)} doses"
    return _written(strokes, region.angle, settings.margin_nm * 1e-9, (name, what))


def _written(
    strokes: tuple[Stroke, ...], angle: float, margin: float, words: tuple[str, str]
) -> Make:
    """Return how a write is made: where the drift will have carried its place by then."""
    name, what = words
    region = patterns.covering(strokes, angle, margin)
    reason = f"Write {what} around {place_text(region.center)} (step {name})"
    fixed = WriteRequest(region, strokes, target=name, reason=reason)

    def make(survey: Survey, times: InstrumentTimes) -> WriteRequest:
        x, y = region.center
        at = now(survey, region.center, ahead=0.5 * write_seconds(fixed, times))
        return _shifted(fixed, (at[0] - x, at[1] - y))

    return make


def _shifted(request: WriteRequest, offset: tuple[float, float]) -> WriteRequest:
    dx, dy = offset
    strokes = tuple(
        replace(s, start=(s.start[0] + dx, s.start[1] + dy), end=(s.end[0] + dx, s.end[1] + dy))
        for s in request.strokes
    )
    return replace(request, region=geometry.shifted(request.region, offset), strokes=strokes)


def _wait(settings: SequenceSettings, seconds: float, name: str) -> Make:
    reason = f"Wait {seconds:g} s and leave the sample alone (step {name})"
    request = WriteRequest(settings.region, (), rest=seconds, target=name, reason=reason)
    return lambda survey, times: request


def _ladder_steps(config: RunConfig, settings: LadderSettings) -> Iterator[Planned]:
    margin = settings.margin_nm * 1e-9
    strokes = _rungs(settings)
    tight = patterns.covering(strokes, 0.0, 0.5 * settings.pitch_nm * 1e-9)
    if settings.pole_v is not None:
        speed, spacing = settings.speed_um_per_s * 1e-6, settings.spacing_nm * 1e-9
        pole = patterns.box(tight, settings.pole_v, spacing, speed)
        words = f"{LADDER} pole", f"a box at {settings.pole_v:g} V to begin the ladder on"
        yield Planned(words[0], _written(pole, 0.0, margin, words))
    pixel = settings.pixel_nm * 1e-9
    view = patterns.covering(strokes, 0.0, 0.5 * settings.pitch_nm * 1e-9 + margin)
    lines, pixels = (max(16, math.ceil(side / pixel)) for side in reversed(view.size))
    grid = lines, pixels, settings.line_rate_hz
    for part in ("before", "write", "after"):
        name = f"{LADDER} {part}"
        if part == "write":
            words = name, f"a ladder of {len(strokes)} doses"
            yield Planned(name, _written(strokes, 0.0, margin, words))
        else:
            reason = f"The place of the dose ladder {part} it is written"
            yield Planned(name, _frame(config, view, grid, (name, reason)))


def _rungs(settings: LadderSettings) -> tuple[Stroke, ...]:
    """Return the dots of the ladder: each bias in a column, repeated down the rows."""
    pole = settings.pole_v
    signs = [1.0, -1.0] if pole is None else [-math.copysign(1.0, pole)]
    rows = settings.repeats * len(signs)
    seconds = settings.ms * 1e-3
    grid = patterns.dose_ladder(
        settings.center, 0.0, (settings.bias_v, [seconds] * rows), settings.pitch_nm * 1e-9
    )
    # Within a column the signs take turns from row to row, so that no two neighbours of a column
    # push the same way.
    heights = sorted({round(dot.start[1], 12) for dot in grid})
    sign = {height: signs[i % len(signs)] for i, height in enumerate(heights)}
    return tuple(replace(d, bias=d.bias * sign[round(d.start[1], 12)]) for d in grid)
