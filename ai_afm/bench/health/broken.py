"""What breaks, and how badly: fixed, realistic severities.

Where a fault has no size that the issue names, it is one at which a person at the instrument would
stop: see each function.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ai_afm.bench.health.worlds import Bench
from ai_afm.microscope.simulated.faults import FaultKind, Limits, spoil_line
from ai_afm.microscope.simulated.noise import QUIET
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.microscope.simulated.tip import SecondTip, Tip
from ai_afm.survey.health.agreement import LAG
from ai_afm.survey.health.passes import Passes, levelled, passes_of, responses
from ai_afm.types import Direction, FloatImage, Frame, Mode, Point

SLOW_PIXELS = 10.0
"""A z loop ten pixels slow: every edge has a tail."""
HYSTERESIS = 0.03
"""Sensors off: a scanner's usual 3 % of the line."""
RINGING = 1e-9
"""m, peak: visible on anything but the roughest sample."""
CLIPPED = 0.2
"""Share of the healthy samples beyond the full scale."""
OUT_OF_RANGE = 2.0
"""DART: widths (f / Q) by which the resonance leaves the range of the frequency loop."""
DETUNED = 1.5
"""One frequency: widths by which the resonance moves away from the drive."""
NEW_RADIUS, WORN_RADIUS = 12e-9, 48e-9
"""m: four times as blunt, what a coated tip is after some metres."""
SHARE, RECESS = 0.3, 1e-9
"""Of a second apex, 6 to 20 px away: 30 % of the response, 1 nm shorter."""
BIAS_SHARE = 1 / 1.3
"""Coercive bias +30 %."""
RESPONSE_SHARE = 0.7
"""Response -30 %."""
LOAD_SHARE = 0.3
"""Load 30 % up or down."""


def change(bench: Bench, settings: ImagingSettings, shape: tuple[int, int] = (48, 192),
           place: tuple[Point, float] | None = None) -> float:  # fmt: skip
    """Return how much of the record's power a fault changes, noise apart: the worst channel.

    A fault that changes nothing spoils nothing: a second apex that never touches, a lost resonance
    where nothing responds. Only the scoring knows this.
    """
    good, bad = (_silent(bench, used, shape, place) for used in (bench.settings, settings))
    height = levelled(good.trace["height"])
    worst = _power(levelled(bad.trace["height"]) - height) / _power(height)
    response, other = responses(good), responses(bad)
    if response is not None and other is not None:
        there = response[0] - response[0].mean()
        worst = max(worst, _power(other[0] - response[0]) / _power(there))
    return worst


def disagreement(bench: Bench, settings: ImagingSettings) -> float:
    """Return the power by which trace and retrace of the height differ, noise apart, as a share.

    The lag that feedback and lock-in may have (`agreement.LAG`) is allowed.
    """
    passes = _silent(bench, settings, (48, 192), None)
    out, back = levelled(passes.trace["height"]), levelled(passes.retrace["height"])
    fixed = out[:, LAG:-LAG]
    moved = [back[:, LAG + lag : back.shape[1] - LAG + lag] for lag in range(-LAG, LAG + 1)]
    return min(_power(fixed - other) / _power(fixed + other) for other in moved)


def _silent(bench: Bench, settings: ImagingSettings, shape: tuple[int, int],
            place: tuple[Point, float] | None) -> Passes:  # fmt: skip
    noise = settings.noise
    silent = replace(
        QUIET, response_limit=noise.response_limit, deflection_limit=noise.deflection_limit
    )
    passes = passes_of(bench.frame(shape, 0, replace(settings, noise=silent), place))
    assert passes is not None  # the twin's lines are complete
    return passes


def _power(image: NDArray[np.float64] | NDArray[np.complex128]) -> float:
    return float(np.vdot(image, image).real)


def disagreeing(bench: Bench, variant: int) -> ImagingSettings:
    """Return a slow z loop (even variants) or a scanner without sensors (odd)."""
    settings = bench.settings
    if variant % 2:
        scanner = replace(settings.scanner, closed_loop=False, hysteresis=HYSTERESIS, creep=0.0)
        return replace(settings, scanner=scanner)
    feedback = replace(settings.feedback, integral=1 / (SLOW_PIXELS * bench.dwell))
    return replace(settings, feedback=feedback)


def ringing(bench: Bench) -> ImagingSettings:
    """Return a z loop that oscillates."""
    return replace(bench.settings, feedback=replace(bench.settings.feedback, ringing=RINGING))


def clipping(bench: Bench, healthy: Frame) -> ImagingSettings | None:
    """Return a lock-in whose full scale a fifth of the samples exceed; `None` in tapping."""
    amplitude = healthy.get("amplitude")
    if amplitude is None or bench.mode is Mode.TAPPING:
        return None
    limit = float(np.quantile(amplitude, 1 - CLIPPED))
    return replace(bench.settings, noise=replace(bench.settings.noise, response_limit=limit))


def out_of_range(bench: Bench) -> ImagingSettings | None:
    """Return a resonance that has left the range of DART's loop.

    `None` in other modes, and where nothing responds: there DART follows nothing in any case.
    """
    if bench.mode is not Mode.PFM_DART or not _responds(bench):
        return None
    mechanics, detection = bench.settings.mechanics, bench.settings.detection
    # the range lies around the loop's start, not around where the resonance is now
    away = detection.lock_range + abs(mechanics.resonance - detection.frequency)
    side = float(bench.rng(3).choice([-1.0, 1.0]))
    return _shifted(bench, side * (away + OUT_OF_RANGE * _width(bench)))


def detuned(bench: Bench) -> ImagingSettings | None:
    """Return a resonance that has moved off the one drive frequency; `None` as above."""
    if bench.mode is not Mode.PFM_SINGLE_FREQUENCY or not _responds(bench):
        return None
    side = math.copysign(
        1.0, bench.settings.mechanics.resonance - bench.settings.detection.frequency
    )
    return _shifted(bench, side * DETUNED * _width(bench))


def _responds(bench: Bench) -> bool:
    response = bench.world.spec.response
    return response.piezo > 0 or response.ionic > 0


def _width(bench: Bench) -> float:
    return bench.settings.mechanics.resonance / bench.settings.mechanics.quality


def _shifted(bench: Bench, by: float) -> ImagingSettings:
    mechanics = bench.settings.mechanics
    moved = replace(mechanics, resonance=mechanics.resonance + by)
    return replace(bench.settings, mechanics=moved)


def off_the_surface(bench: Bench, healthy: Frame, first: int) -> Frame:
    """Return the frame as it is when contact is lost at line `first` (in order of arrival)."""
    settings, rng = bench.settings, bench.rng(4)
    tapping = bench.mode is Mode.TAPPING
    limits = Limits(
        settings.scanner.z_limit, settings.noise.response_limit, settings.noise.deflection_limit,
        max(settings.noise.shot, 1e-12), settings.feedback.free_amplitude if tapping else None,
    )  # fmt: skip
    images: dict[tuple[str, Direction], FloatImage] = {
        key: image.copy() for key, image in healthy.data.items()
    }
    names = [c.name for c in healthy.channels]
    for row in range(first, healthy.shape[0]):
        for way in Direction:
            line = {name: images[name, way][row] for name in names}
            spoilt, _ = spoil_line(line, frozenset({FaultKind.LOST_CONTACT}), limits, rng)
            for name in names:
                images[name, way][row] = spoilt[name]
    return replace(healthy, data=images)


def from_line(healthy: Frame, broken: Frame, first: int) -> Frame:
    """Return a frame that is healthy up to line `first` and broken from there on."""
    images = {key: image.copy() for key, image in healthy.data.items()}
    for key, image in images.items():
        image[first:] = broken.data[key][first:]
    return replace(healthy, data=images)


def doubled(bench: Bench) -> ImagingSettings:
    """Return a tip with a second apex."""
    rng = bench.rng(5)
    distance, angle = rng.uniform(6, 20) * bench.pixel, rng.uniform(0, 2 * math.pi)
    offset = float(distance * math.cos(angle)), float(distance * math.sin(angle))
    tip = replace(bench.settings.tip, second=SecondTip(offset, RECESS, SHARE))
    return replace(bench.settings, tip=tip)


def sharp_and_blunt(bench: Bench) -> tuple[ImagingSettings, ImagingSettings]:
    """Return the instrument with a new tip, and with the same tip grown blunt."""
    tip = Tip(radius=NEW_RADIUS)
    settings = replace(bench.settings, tip=tip)
    return settings, replace(settings, tip=replace(tip, radius=WORN_RADIUS))


def worn_coating(bench: Bench) -> ImagingSettings:
    """Return a tip whose coating has worn: coercive bias +30 %, response -30 %, shape the same."""
    tip = replace(bench.settings.tip, bias_share=BIAS_SHARE, coating=RESPONSE_SHARE / BIAS_SHARE)
    return replace(bench.settings, tip=tip)
