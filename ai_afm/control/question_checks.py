"""Around the question: a dot on spare ground before it, checks for trapped charge after it.

The dot's radius sets how far apart sites must lie, and the loop beside it tells which polarity of
bias switches which domain. Both happen only where a person gave ground away (level sacrificial).
"""

from dataclasses import dataclass, replace

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.question_plan import (
    Planned,
    chance,
    ground,
    may_probe,
    next_place,
    pulses_of,
    question_of,
)
from ai_afm.control.question_sites import Room
from ai_afm.survey import places, polyline
from ai_afm.survey.question.gathered import Gathered, Station
from ai_afm.survey.question.names import CHECK, LOOP, PULSE, SPARE, SiteName
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    ConsentLevel,
    ConsentZone,
    Point,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRequest,
    Waveform,
)

SPARES = 3
"""Spare places that are tried for a dot that can be measured."""

EACH = 4
"""Loops for each AC amplitude and each read bias of the checks."""

DRIVES = (0.5, 3.0)
"""Smallest and largest AC amplitude of the checks, in multiples of the one that loops are read
with; the largest stays below what the limits allow. A third lies in the middle."""

READ = 1.0
"""Read bias of the checks on either side of that of the loops, V."""

DOTS = 3
"""Pairs of dots, one of either polarity, for the test of retention."""

MOST_CHECKS = 12
"""Places for checks."""

_SPARE, _CHECK, _ITEMS = 11, 12, 13


@dataclass(frozen=True, slots=True)
class Task:
    """A probe that is to be made: its site and what is done there."""

    name: SiteName
    at: Point
    waveform: Waveform
    kind: ProbeKind
    words: str


def next_spare(config: RunConfig, survey: Survey, gathered: Gathered) -> Planned | None:
    """Return the next spare place, `None` where a dot is measured or no ground was given away."""
    asked = question_of(config)
    began = len(gathered.of(SPARE)) + _refused(survey, SPARE)
    if not asked.calibrate or gathered.dot_radius is not None or began >= SPARES:
        return None
    zones = [
        z
        for z in survey.consent.zones
        if z.level is ConsentLevel.SACRIFICIAL and z.max_bias >= config.probe.amplitude_v
    ]
    for zone in zones:
        at = _in_zone(config, survey, zone, began)
        if at is not None:
            why = "ground that a person gave away, to measure a written dot"
            return Planned(f"{SPARE}{began + 1}", at, "", 0.0, False, why)
    return None


def _in_zone(config: RunConfig, survey: Survey, zone: ConsentZone, number: int) -> Point | None:
    """Return a random place of a zone, on a wall where it has any: both domains show there."""
    rng = chance(survey, _SPARE, number)
    step = question_of(config).field / 8
    lines = [polyline.resample(w.points, step, w.closed) for w in ground(survey)]
    known = [(float(x), float(y)) for line in lines for x, y in line]
    size = [max(s - 0.5 * question_of(config).field, 0.2 * s) for s in zone.region.size]
    inner = replace(zone.region, size=(size[0], size[1]))
    on_walls = [p for p in known if bool(geometry.is_inside(inner, *places.now(survey, p)))]
    for _ in range(20):
        if on_walls:
            at = on_walls[int(rng.integers(len(on_walls)))]
        else:
            u, v = (float(rng.uniform(-s, s)) / 2 for s in size)
            x, y = geometry.to_sample(inner, u, v)
            now = places.now(survey, (0.0, 0.0))
            at = float(x) - now[0], float(y) - now[1]
        if may_probe(config, survey, places.now(survey, at), pulses_of(survey)):
            return at
    return None


def _refused(survey: Survey, letter: str) -> int:
    return sum(
        isinstance(r, ScanRequest) and r.role is Role.BEFORE and (r.target or "").startswith(letter)
        for r, _ in survey.refused
    )


def spare_task(config: RunConfig, station: Station, room: Room, gathered: Gathered) -> Task | None:
    """Return what is done next on spare ground: loops until one tells the polarity, then a dot."""
    done = gathered.at(station.name)
    kinds = [p.name.kind for p in done]
    if PULSE in kinds:
        return None
    dot = room.deepest(1)
    loops = [p for p in done if p.name.kind == LOOP]
    if gathered.polarity is None:
        domain = 1 if not loops else -1
        spot = room.fresh(LOOP, domain, station.at)
        if spot is None or len(loops) >= 2:
            return None
        name = SiteName(station.name, 1, LOOP, domain)
        words = "on spare ground: which polarity switches which domain"
        return Task(name, spot.at, config.probe.waveform, ProbeKind.HYSTERESIS_LOOP, words)
    if dot is None:
        return None
    name = SiteName(station.name, 1, PULSE, 1)
    words = "on spare ground: how large a dot the loop's highest bias writes"
    return Task(name, dot, pulse(config, gathered.polarity), ProbeKind.RELAXATION, words)


def pulse(config: RunConfig, polarity: int) -> Waveform:
    """Return a pulse of the loop's bias, as long as a half-cycle is above 3/4 of it."""
    loop = config.probe.waveform
    hold = loop.on_time * loop.steps / 8
    return Waveform(
        loop.amplitude, 4, 1, hold / 4, loop.off_time, 0.0, polarity, loop.drive, "step"
    )


@dataclass(frozen=True, slots=True)
class Item:
    """One probe of the checks: which test it is for, in which domain, with which waveform."""

    number: int
    kind: str
    domain: int
    waveform: Waveform


def items(config: RunConfig, survey: Survey, polarity: int) -> tuple[Item, ...]:
    """Return all probes of the checks in random order, the dots first: they have to age."""
    loop = config.probe.waveform
    low, high = DRIVES[0] * loop.drive, min(DRIVES[1] * loop.drive, survey.limits.max_drive)
    waveforms = [replace(loop, drive=d) for d in (low, (low + high) / 2, high)]
    waveforms += [replace(loop, read_bias=loop.read_bias + r) for r in (-READ, 0.0, READ)]
    wanted = [(LOOP, 1, w) for w in waveforms for _ in range(EACH)]
    order = chance(survey, _ITEMS).permutation(len(wanted))
    dots = [(PULSE, d, pulse(config, d * polarity)) for _ in range(DOTS) for d in (1, -1)]
    everything = [*dots, *(wanted[int(k)] for k in order)]
    return tuple(Item(n, *each) for n, each in enumerate(everything, 1))


def next_check(config: RunConfig, survey: Survey, gathered: Gathered, kind: str) -> Planned | None:
    """Return the next place for checks of a kind, `None` where all are made or none are asked for.

    Parameters
    ----------
    config, survey, gathered
        Of the run.
    kind
        `PULSE` for the dots, which come first and age while the question is asked; `LOOP` for the
        loops after it.
    """
    began = len(gathered.of(CHECK)) + _refused(survey, CHECK)
    asked = question_of(config).charge_checks and gathered.polarity is not None
    if not asked or began >= MOST_CHECKS:
        return None
    if not any(i.kind == kind for i in missing(config, survey, gathered)):
        return None
    in_vain = [s for s in gathered.of(CHECK) if not gathered.at(s.name)]
    if len(in_vain) >= SPARES:
        return None
    place = next_place(config, survey, gathered, (_CHECK, began))
    if isinstance(place, str):
        return None
    why = "bulk beside a wall, to tell trapped charge from polarisation"
    return replace(place, name=f"{CHECK}{began + 1}", at_random=True, why=why)


def missing(config: RunConfig, survey: Survey, gathered: Gathered) -> tuple[Item, ...]:
    """Return the probes of the checks that were not made yet."""
    done = {p.name.block for s in gathered.of(CHECK) for p in gathered.at(s.name)}
    everything = items(config, survey, gathered.polarity or 1)
    return tuple(i for i in everything if i.number not in done)


def check_task(
    config: RunConfig, survey: Survey, station: Station, where: tuple[Room, Gathered]
) -> Task | None:
    """Return the next probe of the checks at a place, `None` where all are made or room is out.

    A place takes dots or loops: its image after shows dots while they are young.
    """
    room, gathered = where
    left = missing(config, survey, gathered)
    kinds = [p.name.kind for p in gathered.at(station.name)] or [i.kind for i in left]
    refused = {r.site for r, _ in survey.refused if isinstance(r, ProbeRequest)}
    for item in left:
        name = SiteName(station.name, item.number, item.kind, item.domain)
        at = next(iter(room.bulk(item.domain, station.at)), None)
        if at is None or item.kind != kinds[0] or str(name) in refused:
            continue
        kind = ProbeKind.HYSTERESIS_LOOP if item.kind == LOOP else ProbeKind.RELAXATION
        sign = item.domain * (gathered.polarity or 1)
        waveform = replace(item.waveform, first_polarity=sign)
        words = f"check for charge: {waveform.drive:.3g} V AC, read at {waveform.read_bias:.3g} V"
        return Task(name, at, waveform, kind, words)
    return None


def next_late(gathered: Gathered) -> Station | None:
    """Return the next place whose dots are to be imaged once more, after everything else."""
    for station in gathered.of(CHECK):
        dots = [p for p in gathered.at(station.name) if p.name.kind == PULSE]
        if dots and station.after is not None and station.late is None:
            return station
    return None
