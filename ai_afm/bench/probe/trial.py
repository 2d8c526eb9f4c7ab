"""One simulated night that asks a registered question of one world, with early stopping on."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from ai_afm.bench.probe.segments import (
    Field,
    alike,
    bulk_sites,
    fields,
    look,
    spacing_for,
    wall_sites,
)
from ai_afm.bench.probe.station import Build, Station, open_station
from ai_afm.errors import InstrumentError
from ai_afm.survey.patch import Scale
from ai_afm.survey.probe_events import EventKind, event
from ai_afm.survey.question.answer import Answer, answer, may_stop
from ai_afm.survey.question.quality import judge
from ai_afm.survey.question.readout import read_native
from ai_afm.survey.question.registration import Question, Reading
from ai_afm.survey.question.rules import Placed, randomised, too_close
from ai_afm.types import Point, ProbeKind, ScanRegion, Waveform

LOOP = Waveform(amplitude=10.0, steps=80, cycles=1, drive=1.0)
"""The waveform of every trial: the smallest step is 0.5 V."""

SIGN = 1
"""Side of the signed response whose domains are probed; which polarity that is nobody knows."""


@dataclass(slots=True)
class Night:
    """What a trial has gathered.

    Parameters
    ----------
    readings, sites
        In the order of probing.
    truths
        Where the tip truly was at each probe on the sample, m; only the scoring may know.
    dot_radius
        As measured, m.
    """

    readings: list[Reading] = field(default_factory=list)
    sites: list[Placed] = field(default_factory=list)
    truths: list[Point] = field(default_factory=list)
    dot_radius: float = math.nan

    @property
    def overlaps(self) -> int:
        """Pairs of probes that truly were closer than three measured dot radii."""
        return len(too_close(self.truths, self.dot_radius))


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer and how it was come by."""

    answer: Answer
    night: Night
    station: Station


def ask(question: Question, build: Build, blocks: int = 2) -> Outcome:
    """Probe one world until the question says stop, or the world has no more fields.

    Parameters
    ----------
    question
        Registered before.
    build
        The world.
    blocks
        Wall and bulk pairs in each field.
    """
    rng = np.random.default_rng([build.seed, 41])
    station, night = open_station(build), Night()
    regions = fields(build.extent, rng)
    polarity, scale = calibrate(station, regions, night)
    for number, region in enumerate(regions):
        seen = look(station, region, scale)
        if seen is None:
            continue
        for block in _blocks(seen, f"field {number}", blocks, night):
            for k in randomised([s.arm for s in block], rng):
                _probe(station, night, block[k], (f"field {number}", polarity))
        if may_stop(question, night.readings):
            break
    station.lift()
    return Outcome(answer(question, night.readings, rng), night, station)


def calibrate(station: Station, regions: Iterator[ScanRegion], night: Night) -> tuple[int, Scale]:
    """Find on sacrificial fields which polarity switches, and the radius of a written dot.

    Returns
    -------
    polarity, scale
        Sign of the first half-cycle that switches domains of `SIGN`, and the response's scale.

    Raises
    ------
    InstrumentError
        When no field of the world shows both.
    """
    scale: Scale | None = None
    for region in regions:
        seen = look(station, region, scale)
        if seen is None:
            continue
        scale = seen.scale
        polarity = _polarity(station, seen, region)
        radius = math.nan if polarity is None else _dot(station, seen, region, polarity)
        if polarity is not None and math.isfinite(radius):
            night.dot_radius = radius
            return polarity, scale
    raise InstrumentError("no field of this world can be calibrated")


def _polarity(station: Station, seen: Field, region: ScanRegion) -> int | None:
    """Try both polarities at two places of one domain's sign; `None` where neither switches."""
    places = bulk_sites(seen, SIGN, region.center, 0.0)
    for polarity, place in zip((1, -1), places[:1] + places[-1:], strict=False):
        spectrum = station.loop(place, replace(LOOP, first_polarity=polarity))
        read = read_native(spectrum)
        if math.isfinite(read.onset) and judge(spectrum, read).is_good:
            return polarity
    return None


def _dot(station: Station, seen: Field, region: ScanRegion, polarity: int) -> float:
    """Write a dot with the bias and the time of a loop's peak, and return its radius, m."""
    places = bulk_sites(seen, SIGN, region.center, 2.5e-7)
    if not places:
        return math.nan
    place = places[len(places) // 2]
    # the time that the half-cycle spends above three quarters of its bias
    hold = LOOP.on_time * LOOP.steps / 8
    pulse = Waveform(LOOP.amplitude, 1, 1, hold, LOOP.off_time, 0.0, polarity, LOOP.drive, "step")
    small = ScanRegion(place, (2.8e-7, 2.8e-7))
    before = station.image(small, (40, 44), 10.0)
    station.probe(place, pulse, ProbeKind.RELAXATION)
    after = station.image(small, (40, 44), 10.0)
    found = event(before, after, place, 1.2e-7, None, seen.scale)
    if found is None or found.kind is not EventKind.NEW_DOMAIN:
        return math.nan
    return found.radius


def _blocks(seen: Field, segment: str, count: int, night: Night) -> Iterator[list[Placed]]:
    """Yield pairs of a wall site and a matched bulk site of a field."""
    spacing = spacing_for(night.dot_radius)
    used: list[Point] = []
    made = 0
    for wall in wall_sites(seen, SIGN, used, spacing):
        bulk = next(
            (
                p
                for p in alike(seen, wall, bulk_sites(seen, SIGN, wall, spacing))
                if all(math.dist(p, q) >= spacing for q in used)
            ),
            None,
        )
        if bulk is None:
            continue
        used += [wall, bulk]
        block = f"{segment} block {made}"
        yield [
            Placed(f"{block} W", "wall", block, wall),
            Placed(f"{block} B", "bulk", block, bulk),
        ]
        made += 1
        if made == count:
            return


def _probe(station: Station, night: Night, site: Placed, where: tuple[str, int]) -> None:
    segment, polarity = where
    night.truths.append(station.microscope.true_position(site.position))
    spectrum = station.loop(site.position, replace(LOOP, first_polarity=polarity))
    read = read_native(spectrum)
    quality = judge(spectrum, read)
    night.sites.append(site)
    night.readings.append(
        Reading(
            site=site.name,
            arm=site.arm,
            cluster=segment,
            block=site.block,
            index=station.probes,
            value=read.value("nucleation bias"),
            excluded="; ".join(quality.reasons),
            at_random=True,
        )
    )
