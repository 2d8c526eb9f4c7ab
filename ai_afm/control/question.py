"""A registered question in a run: spare ground first, then place after place until it may stop."""

from collections import Counter
from dataclasses import dataclass, replace

from ai_afm.config import RunConfig
from ai_afm.control import question_checks as checks
from ai_afm.control.costs import Costs
from ai_afm.control.frames import inside, touches_forbidden, was_refused, with_imaging
from ai_afm.control.likeness import ANY_GROUND, Likeness
from ai_afm.control.question_plan import (
    Planned,
    chance,
    may_probe,
    next_place,
    pulses_of,
    question_of,
    registered,
)
from ai_afm.control.question_sites import Room, Spot
from ai_afm.control.words import Choice, place_text, size_text
from ai_afm.microscope.dose import cell_of
from ai_afm.survey import places
from ai_afm.survey.question.answer import may_stop
from ai_afm.survey.question.gathered import Gathered, Station, gather
from ai_afm.survey.question.names import (
    BULK,
    CHECK,
    LOOP,
    OTHER,
    PLACE,
    PULSE,
    SPARE,
    WALL,
    SiteName,
)
from ai_afm.survey.question.readings import readings, spacing
from ai_afm.survey.question.rules import randomised
from ai_afm.survey.survey import Survey
from ai_afm.survey.trust import outside
from ai_afm.types import (
    Point,
    ProbeKind,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
)

BARREN = 12
"""Places in a row without a site after which the walls that may be probed are used up."""

MOST = 4
"""Most places in multiples of the registered number of units."""

_SIDES, _ORDER = 2, 3


@dataclass(frozen=True, slots=True)
class Asking:
    """All that the next step is decided from."""

    config: RunConfig
    survey: Survey
    costs: Costs
    gathered: Gathered

    @property
    def spacing(self) -> float:
        """Least distance of two sites, m."""
        return spacing(self.gathered.dot_radius, self.config.probe.min_spacing_nm * 1e-9)


def next_question(config: RunConfig, survey: Survey, costs: Costs) -> Choice:
    """Return the next step for the question, or `None` with the reason why it ends.

    Parameters
    ----------
    config
        With a table `[question]`.
    survey
        All that is known: the same survey gives the same step.
    costs
        Predicts what steps take.
    """
    now = Asking(config, survey, costs, gather(survey))
    open_ = now.gathered.stations[-1] if now.gathered.stations else None
    if open_ is not None and open_.after is None and open_.barren is None:
        step = _at_place(now, open_)
        if step is not None:
            return step
    spare = checks.next_spare(config, survey, now.gathered)
    spare = spare or checks.next_check(config, survey, now.gathered, PULSE)
    if spare is not None and (begun := _begin(now, spare)).request is not None:
        return begun
    asked, known = registered(config), readings(question_of(config), now.gathered)
    enough = may_stop(asked, known)
    if enough is None:
        place = _next(now)
        if isinstance(place, Planned):
            return _begin(now, place)
        enough = f"it stays open, for {place}"
    last = _last_checks(now)
    if last is not None:
        return last
    return Choice(None, f"{asked.title} Measuring ends: {enough} ({len(known)} sites)")


def _last_checks(now: Asking) -> Choice | None:
    """Return the next step of the checks for charge, `None` where all are made or none asked."""
    check = checks.next_check(now.config, now.survey, now.gathered, LOOP)
    if check is not None:
        begun = _begin(now, check)
        if begun.request is not None:
            return begun
    late = checks.next_late(now.gathered)
    if late is None:
        return None
    image = _after(now, late)
    image = replace(image, reason=f"{image.reason}, and what is left of it by now")
    if was_refused(now.survey, image.region, Role.AFTER) or now.costs.refusal(now.survey, image):
        return None
    return Choice(image, image.reason)


def why_no_question(config: RunConfig, survey: Survey) -> str | None:
    """Say why nothing can be probed for the question, `None` when something can."""
    found = next_place(config, survey, gather(survey))
    return found if isinstance(found, str) else None


def _next(now: Asking) -> Planned | str:
    """Return the next place, or why there is none."""
    done = now.gathered.of(PLACE)
    barren = 0
    for station in reversed(done):
        if now.gathered.at(station.name):
            break
        barren += 1
    if barren >= BARREN:
        return f"{barren} places in a row had no room for a block of sites that are alike"
    if len(done) >= MOST * question_of(now.config).units:
        return f"{len(done)} places are done"
    return next_place(now.config, now.survey, now.gathered)


def _begin(now: Asking, place: Planned) -> Choice:
    """Return the image before the probes of a place, where the budget holds all of it."""
    asked, survey = question_of(now.config), now.survey
    at = places.now(survey, place.at)
    size = asked.field, asked.field
    angle = now.config.overview.region.angle if now.config.overview.size_nm else 0.0
    region = inside(survey.limits.region, at, size, angle) or ScanRegion(at, size, angle)
    reason = (
        f"Image of {size_text(asked.field)} before the probes at {place.name} ({place_text(at)}),"
        f" {place.why}: where walls and domains are"
    )
    image = _image(now.config, region, Role.BEFORE, place.name, reason)
    if was_refused(survey, region, Role.BEFORE) or touches_forbidden(survey, region):
        return Choice(None, f"{place.name} may not be imaged")
    probe = ProbeRequest(ProbeKind.HYSTERESIS_LOOP, at, now.config.probe.waveform)
    block = [probe] * (3 * asked.blocks)
    refusal = now.costs.probe_refusal(survey, image, *block, image)
    if refusal is not None:
        count = len(readings(asked, now.gathered))
        return Choice(None, f"The question stays open after {count} sites: {refusal}")
    return Choice(image, reason)


def _at_place(now: Asking, station: Station) -> Choice | None:
    """Return the next probe or the image after at an open place, `None` where it is done."""
    done = now.gathered.at(station.name)
    probe = None
    if outside(station.before) is None:
        probe = _next_probe(now, station)
    after = _after(now, station)
    if probe is not None and now.costs.probe_refusal(now.survey, probe, after) is None:
        return Choice(probe, probe.reason)
    if not done or was_refused(now.survey, after.region, Role.AFTER):
        return None
    refusal = now.costs.refusal(now.survey, after)
    return Choice(after, after.reason) if refusal is None else None


def _next_probe(now: Asking, station: Station) -> ProbeRequest | None:
    """Return the next probe at a place, `None` where nothing is left or there is no room."""
    room = _room(now, station)
    if station.name.startswith(SPARE):
        task = checks.spare_task(now.config, station, room, now.gathered)
    elif station.name.startswith(CHECK):
        task = checks.check_task(now.config, now.survey, station, (room, now.gathered))
    else:
        task = _in_blocks(now, station, room)
    return None if task is None else _request(now, station, task)


def _room(now: Asking, station: Station) -> Room:
    """Return what the image of a place leaves; all points are in the image's coordinates.

    It does not change while the place is probed, so that its plan does not: what was probed here
    is left out. Check and spare places are filled one after the other, so there it counts.
    """
    dx, dy = station.drift
    own = set() if station.name[0] != PLACE else {p.position for p in now.gathered.at(station.name)}
    taken = [(x + dx, y + dy) for x, y in now.gathered.taken if (x, y) not in own]
    pulsed = pulses_of(now.survey, station.name if own else None)
    like = ANY_GROUND
    if station.name.startswith(PLACE) and question_of(now.config).asks_walls:
        like = Likeness.of(now.config.probe, station.ground())
    view = station.view()
    room = Room(view, question_of(now.config), now.spacing, lambda at: True, taken, like)
    before = len(taken)

    def allowed(at: Point) -> bool:
        planned = Counter(cell_of(p) for p in room.taken[before:])
        return may_probe(now.config, now.survey, at, pulsed + planned)

    room.allowed = allowed
    return room


def _in_blocks(now: Asking, station: Station, room: Room) -> checks.Task | None:
    """Return the next site of the place's blocks, in their random order, or a fresh one again."""
    number = int(station.name[1:])
    used = {str(p.name) for p in now.gathered.at(station.name)}
    used |= {r.site or "" for r, _ in now.survey.refused if isinstance(r, ProbeRequest)}
    for block in range(1, question_of(now.config).blocks + 1):
        rng = chance(now.survey, _SIDES, number, block)
        spots = room.block(station.at, 1 if rng.random() < 0.5 else -1)
        order = randomised([s.kind for s in spots], chance(now.survey, _ORDER, number, block))
        sites = [
            (SiteName(station.name, block, s.kind, s.domain), s) for s in (spots[k] for k in order)
        ]
        for name, spot in sites:
            if str(name) not in used:
                return _loop(now, name, spot)
        again = _again(now, room, sites, used)
        if again is not None:
            return again
    return None


def _again(
    now: Asking, room: Room, sites: list[tuple[SiteName, Spot]], used: set[str]
) -> checks.Task | None:
    """Return a fresh site for one of a block whose fit was bad, `None` where all are good."""
    against = {r.site: r.why_not for r in readings(question_of(now.config), now.gathered)}
    for name, spot in sites:
        if not against.get(str(name), "refused"):
            continue
        fresh, again = room.fresh(spot.kind, spot.domain, spot.at), replace(name, attempt=2)
        if fresh is not None and str(again) not in used:
            return _loop(now, again, fresh)
    return None


def _loop(now: Asking, name: SiteName, spot: Spot) -> checks.Task:
    """Return the loop of a site: its first half-cycle opposes the domain, where that is known."""
    sign = name.domain * (now.gathered.polarity or 1)
    waveform = replace(now.config.probe.waveform, first_polarity=sign)
    letter = "A" if name.domain > 0 else "B"
    words = {
        WALL: f"{question_of(now.config).beside_nm:g} nm beside a wall, in domain {letter}",
        BULK: f"in the bulk of domain {letter}{spot.like}",
        OTHER: f"in the bulk of domain {letter}, the other polarity{spot.like}",
    }[name.kind]
    if name.attempt > 1:
        words += ", again at a fresh place, for the first fit was bad"
    return checks.Task(name, spot.at, waveform, ProbeKind.HYSTERESIS_LOOP, words)


def _request(now: Asking, station: Station, task: checks.Task) -> ProbeRequest:
    dx, dy = station.drift
    at = places.now(now.survey, (task.at[0] - dx, task.at[1] - dy))
    what = "Hysteresis loop" if task.kind is ProbeKind.HYSTERESIS_LOOP else "Pulse"
    reason = f"{what} {task.name} to {task.waveform.amplitude:.3g} V, {task.words}"
    return ProbeRequest(
        task.kind,
        at,
        task.waveform,
        role=Role.WALL if task.name.kind == WALL else Role.BULK,
        target=station.name,
        site=str(task.name),
        reason=f"{reason} ({place_text(at)})",
    )


def _after(now: Asking, station: Station) -> ScanRequest:
    """Return the image after: the same ground as before, wherever drift has carried it."""
    region, (dx, dy) = station.request.region, station.drift
    x, y = region.center
    at = places.now(now.survey, (x - dx, y - dy))
    same = inside(now.survey.limits.region, at, region.size, region.angle) or region
    reason = f"The same {size_text(max(region.size))} after the probes at {station.name}"
    return _image(now.config, same, Role.AFTER, station.name, f"{reason}: what they changed")


def _image(
    config: RunConfig, region: ScanRegion, role: Role, target: str, reason: str
) -> ScanRequest:
    asked = question_of(config)
    lines, rate = asked.image_lines, asked.image_line_rate_hz
    request = ScanRequest(region, (lines, lines), rate, role=role, target=target, reason=reason)
    return with_imaging(config, request)
