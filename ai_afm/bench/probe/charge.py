"""Films with and without polarisation put through the three charge tests on the twin."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ai_afm import geometry
from ai_afm.bench.probe.station import Build, Station, open_station
from ai_afm.microscope.simulated.spec import DomainSpec, WorldSpec
from ai_afm.microscope.simulated.switching_films import ionic, non_polar_spec, polar, trapping
from ai_afm.survey.patch import response
from ai_afm.survey.question.charge import (
    ChargeVerdict,
    ac_clue,
    read_clue,
    retention_clue,
    verdict,
)
from ai_afm.types import Frame, Point, ProbeKind, ScanRegion, Spectrum, Waveform

EXTENT = 8e-6
LOOP = Waveform(amplitude=10.0, steps=48, cycles=2, drive=1.0)
PULSE = Waveform(10.0, 1, 1, 0.2, 0.01, 0.0, 1, 1.0, "step")
DRIVES = (0.5, 1.75, 3.0)
READS = (-1.0, 0.0, 1.0)
EACH = 4
"""Loops for each drive and each read bias."""
PAIRS = 4
"""Pairs of spots for the retention test."""
WAIT = 600.0
"""Between the two images of the retention test, s."""


def film(seed: int, polarised: bool) -> Build:
    """Draw a film: a ferroelectric, or one that is hysteretic for another reason."""
    rng = np.random.default_rng([seed, 43, polarised])
    if polarised:
        domains = DomainSpec("irregular", 1.5e-6, bias=float(rng.uniform(-0.3, 0.3)))
        piezo = float(math.exp(rng.uniform(math.log(20e-12), math.log(100e-12))))
        spec = WorldSpec("film", seed, EXTENT, domains)
        spec = replace(spec, response=replace(spec.response, piezo=piezo))
        return Build(seed, polar(rng), spec, EXTENT)
    ions = bool(rng.random() < 0.5)
    settings = ionic(rng) if ions else trapping(rng)
    return Build(seed, settings, non_polar_spec(seed, EXTENT, rng, ions), EXTENT)


def examine(build: Build) -> ChargeVerdict:
    """Make all three tests of a film, each loop and each spot at a fresh place."""
    station = open_station(build)
    rng = np.random.default_rng([build.seed, 44])
    half = EXTENT / 2 - 6e-7
    grid = np.arange(-half, half, 5e-7)
    places = [(float(x), float(y)) for x in grid for y in grid]
    order = iter([places[int(k)] for k in rng.permutation(len(places))])
    ac = [replace(LOOP, drive=d) for d in DRIVES for _ in range(EACH)]
    read = [replace(LOOP, read_bias=v) for v in READS for _ in range(EACH)]
    loops = _measured(station, ac, order), _measured(station, read, order)
    kept = _retention(station, [(next(order), next(order)) for _ in range(PAIRS)])
    station.lift()
    return verdict([ac_clue(loops[0]), read_clue(loops[1]), retention_clue(*kept)])


def _measured(
    station: Station, waveforms: list[Waveform], places: Iterator[Point]
) -> list[Spectrum]:
    return [station.loop(next(places), w) for w in waveforms]


def _retention(
    station: Station, pairs: list[tuple[Point, Point]]
) -> tuple[list[float], list[float], tuple[float, float]]:
    written = []
    for plus, minus in pairs:
        for place, sign in ((plus, 1), (minus, -1)):
            station.probe(place, replace(PULSE, first_polarity=sign), ProbeKind.RELAXATION)
        written.append(station.clock.now())
    early = [(_spot(station, a), _spot(station, b)) for a, b in pairs]
    first = station.clock.now() - float(np.mean(written))
    station.clock.sleep(WAIT)
    late = [(_spot(station, a), _spot(station, b)) for a, b in pairs]
    # the difference of all first pairs says which way the response moves when something is written
    axis = complex(np.mean([a - b for a, b in early]))
    turn = axis.conjugate() / abs(axis) if axis else 1.0
    contrasts = [[((a - b) * turn).real for a, b in image] for image in (early, late)]
    return contrasts[0], contrasts[1], (first, first + WAIT)


def _spot(station: Station, place: Point) -> complex:
    """Return the response of a written spot from a small image of it."""
    frame = station.image(ScanRegion(place, (6e-8, 5e-8)), (10, 12), 10.0)
    return _middle(frame, place)


def _middle(frame: Frame, place: Point) -> complex:
    x, y = geometry.pixel_grid(frame.region, frame.shape)
    near = np.hypot(x - place[0], y - place[1]) < 1.5e-8
    z = response(frame)[:, near]
    return complex(np.median(z.real), np.median(z.imag))
