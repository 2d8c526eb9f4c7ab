"""Deliberate writing with the twin: dots as pulses at a place, longer strokes as a moving field."""

import math
from dataclasses import replace

import numpy as np

from ai_afm.errors import InstrumentError
from ai_afm.microscope.base import AppliedStroke
from ai_afm.microscope.simulated.history import WrittenDomain
from ai_afm.microscope.simulated.instrument import Instrument
from ai_afm.microscope.simulated.memory import SwitchingSample
from ai_afm.microscope.simulated.spot import find_spot
from ai_afm.microscope.simulated.switching import Site, SpotState, advance
from ai_afm.microscope.simulated.tip import worn
from ai_afm.types import Point, Stroke

LEAVING = 0.05
"""Time that the tip stays at a dot once its bias is off, s: fresh charge pushes back meanwhile."""


def write_stroke(instrument: Instrument, index: int, stroke: Stroke) -> AppliedStroke:
    """Hold a bias along a stroke; the sample changes where the tip truly was.

    A stop from another thread cuts it short: what was done by then stays done.

    Raises
    ------
    InstrumentError
        When the sample has no dynamics.
    """
    sample = instrument.sample
    if not isinstance(sample, SwitchingSample):
        raise InstrumentError(
            "nothing can be written on this simulated sample: it has no switching dynamics"
        )
    begin = instrument.clock.now()
    true = instrument.scanner.true_position(stroke.start, begin)
    instrument.source.apply(stroke.bias, 0.0)
    bias = instrument.source.bias
    finished = instrument.wait(stroke.seconds)
    took = stroke.seconds
    if not finished:
        took = min(took, instrument.clock.now() - begin)
    instrument.source.apply(0.0, 0.0)
    if took > 0 and stroke.length == 0:
        write_dot(instrument, sample, true, (bias, took))
    elif took > 0:
        shift = true[0] - stroke.start[0], true[1] - stroke.start[1]
        _write_way(instrument, sample, replace(stroke, bias=bias), (shift, took))
    instrument.keep_memory()
    return AppliedStroke(index, bias, took, instrument.clock.now())


def write_dot(
    instrument: Instrument, sample: SwitchingSample, place: Point, pulse: tuple[float, float]
) -> None:
    """Hold a bias at a place (m): the laws of a probe without its reading.

    A nucleus that is still smaller than its own wall when the bias goes switches back at once.

    Parameters
    ----------
    instrument
        Its tip and its clock.
    sample
        What is written on.
    place
        (x, y) of the tip, m, where it truly is.
    pulse
        (bias in V, seconds).
    """
    settings, now = sample.settings, instrument.clock.now()
    old = _standing(sample, place, now)
    spot = find_spot(sample, place, instrument.imaging.tip.electric_radius, now)
    state = SpotState()
    if old is not None:
        # The field goes on with the dot that stands there: its rim creeps on, around its centre.
        spot = replace(spot, position=old.start, site=_bare(sample, spot.site, old))
        state = SpotState(dots=((old.radius, old.sign),), seeded=True)
    state = advance(state, pulse, spot.site, settings, sample.rng)
    state = advance(state, (0.0, LEAVING), spot.site, settings, sample.rng)
    stable = tuple(dot for dot in state.dots if dot[0] >= 2 * settings.wall_width)
    left = spot.left_behind(replace(state, dots=stable), now, settings)
    if old is not None and (not stable or stable[0][0] < old.radius):
        # Pushed back: what the old dot has lost belongs to its surroundings again.
        left = [replace(old, radius=old.radius + 3 * old.width, sign=-old.sign, fade=0.0), *left]
    sample.remember(left)
    bias, seconds = pulse
    sample.dose_map.add(np.array([place[0]]), np.array([place[1]]), seconds, abs(bias))


def _standing(sample: SwitchingSample, place: Point, now: float) -> WrittenDomain | None:
    """Return the dot that was written here before, as it is now, if the tip stands well in it.

    One within a larger domain of its own sign has no rim that could creep.
    """
    for domain in reversed(sample.written):
        if domain.start != domain.end:
            if math.dist(domain.start, place) <= domain.radius:
                return None
            continue
        here = domain.at(now)
        if here is None or math.dist(here.start, place) > here.radius / 2:
            continue
        angle = np.arange(16) * (math.pi / 8)
        ring = here.radius + 4 * here.width
        x, y = here.start[0] + ring * np.cos(angle), here.start[1] + ring * np.sin(angle)
        around = float(np.sign(sample.surface(x, y, now).piezo).mean())
        return here if around * here.sign < 0 else None
    return None


def _bare(sample: SwitchingSample, site: Site, dot: WrittenDomain) -> Site:
    """Return the place as it would be without its dot: the dot is part of the state instead."""
    x, y = np.array([dot.start[0]]), np.array([dot.start[1]])
    nearest = float(sample.world.coercivity(x, y).wall_distance[0])
    return replace(site, sign=-dot.sign, nearest_wall=nearest, movable_wall=math.inf)


def _write_way(
    instrument: Instrument,
    sample: SwitchingSample,
    stroke: Stroke,
    course: tuple[Point, float],
) -> None:
    """Write along a stroke; `course` is (true minus believed place in m, seconds really taken).

    The way is cut into pieces as long as the field of the tip is wide: the time in a piece is the
    time for which a place feels the bias.
    """
    (dx, dy), took = course
    share = took / stroke.seconds
    width = instrument.imaging.tip.electric_radius
    pieces = max(1, math.ceil(stroke.length * share / width))
    along = (np.arange(pieces) + 0.5) / pieces * share
    x = stroke.start[0] + dx + along * (stroke.end[0] - stroke.start[0])
    y = stroke.start[1] + dy + along * (stroke.end[1] - stroke.start[1])
    now = instrument.clock.now()
    sample.expose(x[None, :], y[None, :], stroke.bias, 0.0, took / pieces, now)
    tip = worn(instrument.imaging.tip, stroke.length * share)
    instrument.imaging = replace(instrument.imaging, tip=tip)
