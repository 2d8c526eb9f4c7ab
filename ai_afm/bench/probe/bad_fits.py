"""Loops that something spoiled while they were measured, and whether the judge notices.

A loop counts as bad where its read-out would mislead: nothing can be read, or the onset is off by
more than two steps of the waveform from what the same loop said before it was spoiled.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ai_afm.bench.probe.segments import bulk_sites, fields, look, wall_sites
from ai_afm.bench.probe.station import Build, open_station
from ai_afm.bench.probe.trial import LOOP, SIGN, Night, calibrate
from ai_afm.image.loop_fit import (
    first_half_cycle,
    fit_half_cycle,
    fit_loop,
    one_cycle,
    rotate_phase,
)
from ai_afm.microscope.simulated.switching_films import alike_at_walls
from ai_afm.survey.question.quality import judge
from ai_afm.survey.question.readout import read_native
from ai_afm.types import Spectrum

MISLED = 2.0
"""Error of the onset, in steps of the waveform, from which on a loop misleads."""

Spoiler = Callable[[Spectrum, np.random.Generator], Spectrum]


@dataclass(frozen=True, slots=True)
class BadFits:
    """Counts over all loops.

    Parameters
    ----------
    misled, caught
        Spoiled loops whose read-out misleads, and how many of them were called bad.
    spoiled, noticed
        All spoiled loops, and how many were called bad.
    clean, refused
        Untouched loops, and how many were called bad.
    by_kind
        Name of the fault -> (misled, caught).
    fit_ms
        Median CPU time of one fit, ms: the slower of the two kinds of fit.
    """

    misled: int
    caught: int
    spoiled: int
    noticed: int
    clean: int
    refused: int
    by_kind: dict[str, tuple[int, int]]
    fit_ms: float


def measure(seed: int, loops: int) -> BadFits:
    """Measure loops on the twin, spoil each in every way, and judge them all."""
    rng = np.random.default_rng([seed, 45])
    clean = [s for s in _loops(seed, loops) if judge(s).is_good]
    every = len(clean)
    counts = {name: [0, 0, 0] for name in SPOILERS}
    for spectrum in clean:
        truth = read_native(spectrum)
        for name, spoil in SPOILERS.items():
            spoiled = spoil(spectrum, rng)
            read = read_native(spoiled)
            bad = not judge(spoiled, read).is_good
            # not "within": an onset that could not be read is NaN
            wrong = not abs(read.onset - truth.onset) <= MISLED * truth.step
            counts[name][0] += wrong
            counts[name][1] += wrong and bad
            counts[name][2] += bad
    return BadFits(
        misled=sum(c[0] for c in counts.values()),
        caught=sum(c[1] for c in counts.values()),
        spoiled=every * len(SPOILERS),
        noticed=sum(c[2] for c in counts.values()),
        clean=loops,
        refused=loops - every,
        by_kind={name: (c[0], c[1]) for name, c in counts.items()},
        fit_ms=fit_milliseconds(clean),
    )


def fit_milliseconds(loops: list[Spectrum]) -> float:
    """Return the median CPU time of a fit of a half-cycle or of a cycle, the slower one, ms."""
    times: tuple[list[float], list[float]] = ([], [])
    for loop in loops:
        half, z = first_half_cycle(loop)
        whole, w = one_cycle(loop, 0)
        first, cycle = rotate_phase(z)[0], rotate_phase(w)[0]
        for kind, (bias, real) in enumerate(((half, first), (whole, cycle))):
            began = time.process_time()
            fit_loop(bias, real) if kind else fit_half_cycle(bias, real)
            times[kind].append(time.process_time() - began)
    return 1e3 * max(float(np.median(t)) for t in times)


def _loops(seed: int, count: int) -> list[Spectrum]:
    """Measure loops beside walls and in the bulk, at fresh places of a twin."""
    build = Build(seed, alike_at_walls(0.1))
    station, night = open_station(build), Night()
    regions = fields(build.extent, np.random.default_rng([seed, 46]))
    polarity, scale = calibrate(station, regions, night)
    waveform = replace(LOOP, first_polarity=polarity)
    found: list[Spectrum] = []
    for region in regions:
        seen = look(station, region, scale)
        if seen is None:
            continue
        bulk = bulk_sites(seen, SIGN, region.center, 1e-7)[:1]
        wall = next(wall_sites(seen, SIGN, bulk, 1.5e-7), None)
        for place in (*bulk, *([] if wall is None else [wall])):
            found.append(station.loop(place, waveform))
            if len(found) == count:
                return found
    return found


def _from(loop: Spectrum, rng: np.random.Generator) -> np.ndarray:
    """Select the samples after a moment at random, not in the last tenth of the loop."""
    return np.arange(len(loop.response)) >= rng.integers(1, int(0.9 * len(loop.response)))


def _size(loop: Spectrum) -> float:
    return float(np.median(np.abs(loop.response - np.mean(loop.response))))


def _with(loop: Spectrum, response: np.ndarray) -> Spectrum:
    return replace(loop, response=response.astype(np.complex64))


def _turned(loop: Spectrum, rng: np.random.Generator) -> Spectrum:
    angle = rng.choice([-1, 1]) * math.radians(rng.uniform(30, 150))
    return _with(loop, np.where(_from(loop, rng), np.exp(1j * angle), 1.0) * loop.response)


def _turning(loop: Spectrum, rng: np.random.Generator) -> Spectrum:
    whole = rng.choice([-1, 1]) * math.radians(rng.uniform(60, 300))
    return _with(loop, loop.response * np.exp(1j * whole * np.linspace(0, 1, len(loop.response))))


def _lost(loop: Spectrum, rng: np.random.Generator) -> Spectrum:
    left = np.where(_from(loop, rng), rng.uniform(0.0, 0.3), 1.0)
    return _with(loop, loop.response * left)


def _noisy(loop: Spectrum, rng: np.random.Generator) -> Spectrum:
    noise = rng.standard_normal((2, len(loop.response))) * _size(loop) * rng.uniform(0.3, 2.0)
    return _with(loop, loop.response + noise[0] + 1j * noise[1])


def _drifting(loop: Spectrum, rng: np.random.Generator) -> Spectrum:
    way = np.exp(2j * np.pi * rng.random()) * _size(loop) * rng.uniform(1.0, 4.0)
    return _with(loop, loop.response + way * np.linspace(0, 1, len(loop.response)))


def _spikes(loop: Spectrum, rng: np.random.Generator) -> Spectrum:
    hit = rng.random(len(loop.response)) < rng.uniform(0.1, 0.3)
    jump = np.exp(2j * np.pi * rng.random(len(hit))) * _size(loop) * rng.uniform(1.5, 6.0)
    return _with(loop, loop.response + hit * jump)


def _gaps(loop: Spectrum, rng: np.random.Generator) -> Spectrum:
    begin = rng.integers(0, len(loop.response) // 2)
    gone = np.arange(len(loop.response)) - begin
    hole = (gone >= 0) & (gone < rng.uniform(0.1, 0.4) * len(gone))
    return _with(loop, np.where(hole, np.nan, loop.response))


def _frozen(loop: Spectrum, rng: np.random.Generator) -> Spectrum:
    z = loop.response.copy()
    begin = rng.integers(1, len(z) // 2)
    z[begin : begin + int(rng.uniform(0.1, 0.5) * len(z))] = z[begin - 1]
    return _with(loop, z)


def _small(loop: Spectrum, rng: np.random.Generator) -> Spectrum:
    """Return a loop whose bias was too weak: what answers is only the reversible part."""
    z = loop.response[0] + 0.05 * _size(loop) * loop.write_bias / np.abs(loop.write_bias).max()
    noise = rng.standard_normal((2, len(z))) * 0.02 * _size(loop)
    return _with(loop, z + noise[0] + 1j * noise[1])


SPOILERS: dict[str, Spoiler] = {
    "phase slip": _turned,
    "phase drift": _turning,
    "lost contact": _lost,
    "noise": _noisy,
    "drift": _drifting,
    "spikes": _spikes,
    "gap": _gaps,
    "frozen": _frozen,
    "not switched": _small,
}
"""What may spoil a loop."""
