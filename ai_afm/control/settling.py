"""Looks that make the place sure: before a probe, and where the place is in doubt."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ai_afm.config import RunConfig, TrackingSettings
from ai_afm.control.costs import Costs
from ai_afm.control.frames import inside, touches_forbidden, was_refused, with_imaging
from ai_afm.control.words import Choice, size_text
from ai_afm.geometry import is_inside
from ai_afm.image.instrument_time import request_seconds, scan_seconds
from ai_afm.survey import places
from ai_afm.survey.survey import Survey
from ai_afm.survey.tracking.settle import check_due, settled
from ai_afm.survey.tracking.state import Status, Track, predict
from ai_afm.survey.tracking.tracker import Tracker, note_of, was_sure
from ai_afm.types import Observation, Point, ProbeRequest, Role, ScanRegion, ScanRequest

SEARCH = 2
"""Pixels of a search frame over those of a check frame."""
LANDING = 2.0
"""Pixels that a closer frame may be off."""
CLOSER = (Role.ZOOM, Role.FOLLOW)
"""Frames that have to land where they are meant to."""
TURNING = 0.9
"""Share of a line's time in which the tip moves along it, as `ScanRequest.tip_speed` has it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A patch that tells where it is: place in the first frame, pixel and promised error, m."""

    place: Point
    angle: float
    pixel: float
    error: float


def active(config: RunConfig, survey: Survey) -> TrackingSettings | None:
    """Return the settings where the place has to be sure; `None` where drift is only measured."""
    if survey.tracker is None or survey.fallback is not None:
        return None
    if config.tracking is None and survey.tracker.open_loop:
        return TrackingSettings()
    return config.tracking


def next_check(config: RunConfig, survey: Survey, costs: Costs) -> Choice | None:
    """Return the look that finds the place again, `None` while it is sure.

    Without a request it says that the place is lost: nothing may be done then. Where a frame lies
    elsewhere than it should, that is looked into whether the run asks for checks or not.
    """
    settings, tracker = active(config, survey), survey.tracker
    if tracker is None or tracker.sure or survey.fallback is not None:
        return None
    if settings is None and tracker.track.suspect is not None:
        settings = TrackingSettings()
    if settings is None:
        return None
    why = _doubt(survey, tracker)
    taken = checks_in_a_row(survey)
    if taken >= settings.checks:
        return Choice(
            None,
            f"The place is lost: {why}, and {taken} check frames in a row do not agree on where it"
            " is. Nothing more is done; look at the sample, then start a new run",
        )
    for request in _searches(config, settings, survey, costs):
        refusal = costs.refusal(survey, request)
        if refusal is None:
            reason = f"{request.reason}: {why}"
            return Choice(replace(request, reason=reason), reason)
        return Choice(None, f"The place is not sure: {why}. No check frame: {refusal}")
    return Choice(None, f"The place is lost: {why}, and no check frame may be scanned")


def settled_first(config: RunConfig, survey: Survey, costs: Costs, choice: Choice) -> Choice:
    """Return a probe where its site will be, or the check frame that is due before it.

    Any other choice is returned as it is.
    """
    settings, tracker = active(config, survey), survey.tracker
    if settings is None or tracker is None or not isinstance(choice.request, ProbeRequest):
        return choice
    probe = places.aimed_probe(survey, choice.request, costs.times)
    why = unsettled(settings, survey, costs, probe)
    if why is None:
        return Choice(probe, choice.reason)
    taken = checks_in_a_row(survey)
    if taken >= settings.checks:
        return Choice(None, f"No more probes: {taken} check frames did not bring rest: {why}")
    for request in _near(config, settings, survey, costs, probe.position):
        refusal = costs.probe_refusal(survey, request, probe)
        if refusal is not None:
            return Choice(None, f"No more probes: before each a check frame is due, and {refusal}")
        reason = f"Check frame before {probe.site}: {why}"
        return Choice(replace(request, reason=reason), reason)
    return Choice(None, f"No more probes: {why}; no place near {probe.site} tells where the tip is")


def landed_first(config: RunConfig, survey: Survey, costs: Costs, choice: Choice) -> Choice:
    """Return a closer frame, or the check frame that is due for it to land where it is meant to.

    It is due where the place may be off by two pixels of the closer frame. Where nothing near by
    tells more, the closer frame is taken: it will be compared itself. Any other choice is returned
    as it is.
    """
    settings, tracker, request = active(config, survey), survey.tracker, choice.request
    if settings is None or tracker is None or not isinstance(request, ScanRequest):
        return choice
    if request.role not in CLOSER or checks_in_a_row(survey) >= settings.checks:
        return choice
    center = request.region.center
    begins = tracker.clock + costs.seconds(survey, request) - scan_seconds(request, costs.times)
    track = _as_seen_there(survey, tracker, center)
    why = check_due(track, begins, LANDING * max(request.pixel_size))
    near = next(_near(config, settings, survey, costs, center), None)
    if why is None or near is None or costs.refusal(survey, near, request) is not None:
        return choice
    reason = f"Check frame before the next frame of {request.target}: {why}"
    return Choice(replace(near, reason=reason), reason)


def unsettled(
    settings: TrackingSettings, survey: Survey, costs: Costs, probe: ProbeRequest
) -> str | None:
    """Return why a probe may not begin now, `None` where it may."""
    tracker = survey.tracker
    if tracker is None:
        return "nothing is known of the drift"
    lasts = request_seconds(probe, None, costs.times)
    begins = tracker.clock + costs.seconds(survey, probe) - lasts
    track = _as_seen_there(survey, tracker, probe.position)
    due = check_due(track, begins, settings.max_error)
    return due or settled(predict(track, begins), settings.distance_bin, lasts)


def _as_seen_there(survey: Survey, tracker: Tracker, at: Point) -> Track:
    """Return the track, its errors counted from the best frame that shows a place (m, now)."""
    place = at[0] - survey.offset[0], at[1] - survey.offset[1]
    found = []
    for observation, (dx, dy) in zip(survey.observations, places.offsets(survey), strict=True):
        request = observation.request
        if isinstance(request, ScanRequest) and observation.number in tracker.poses.scans:
            shown = is_inside(request.region, place[0] + dx, place[1] + dy)
            if request.role is not Role.CHECK and bool(shown):
                found.append((max(request.pixel_size), observation.number))
    track = tracker.poses.against(min(found)[1]) if found else tracker.track
    return predict(track, tracker.clock)


def checks_in_a_row(survey: Survey) -> int:
    """Return how many check frames were the last that was done."""
    count = 0
    for observation in reversed(survey.observations):
        if getattr(observation.request, "role", None) is not Role.CHECK:
            break
        count += 1
    return count


def _doubt(survey: Survey, tracker: Tracker) -> str:
    """Say why the place is not sure."""
    for observation in reversed(survey.observations):
        note = note_of(observation)
        if note is not None:
            words = f"scan {observation.number}: {note['words']}"
            surprise = tracker.track.suspect
            if surprise is not None:
                dx, dy = surprise.size
                words += f"; one frame lies {size_text(max(abs(dx), abs(dy)))} off"
            return f"the place is {tracker.track.status.value} ({words})"
    return "nothing was seen yet"


def _spots(observation: Observation, drift: Point) -> Iterator[Spot]:
    note, request = note_of(observation), observation.request
    if note is None or not isinstance(request, ScanRequest) or not was_sure(observation):
        return
    for x, y, error in note["patches"]:
        place = float(x) - drift[0], float(y) - drift[1]
        yield Spot(place, request.region.angle, max(request.pixel_size), float(error))


def _near(
    config: RunConfig, settings: TrackingSettings, survey: Survey, costs: Costs, at: Point
) -> Iterator[ScanRequest]:
    """Yield check frames around a place (m, now) that may be scanned, the best first.

    Those that promise half the error that is allowed come first, the quickest before the others.
    """
    here = at[0] - survey.offset[0], at[1] - survey.offset[1]
    known = [
        spot
        for observation, drift in zip(survey.observations, places.offsets(survey), strict=True)
        for spot in _spots(observation, drift)
        if math.dist(spot.place, here) <= settings.check_distance
    ]

    def rank(spot: Spot) -> tuple[bool, float, float]:
        enough = spot.error <= 0.5 * settings.max_error
        # all have as many lines, so the time goes with the pixel
        way = math.dist(spot.place, here) / costs.times.travel_speed
        lasts = settings.check_pixels**2 * spot.pixel / settings.check_speed
        return (not enough, round(way + lasts, 1) if enough else spot.error, spot.error)

    for spot in sorted(known, key=rank):
        request = _frame(config, settings, survey, costs, spot, settings.check_pixels)
        if request is not None:
            yield request


def _searches(
    config: RunConfig, settings: TrackingSettings, survey: Survey, costs: Costs
) -> Iterator[ScanRequest]:
    """Yield wider frames: check frames of the widest reference; once lost, all that it shows."""
    known = [
        (observation, drift)
        for observation, drift in zip(survey.observations, places.offsets(survey), strict=True)
        if isinstance(observation.request, ScanRequest)
        and note_of(observation) is not None
        and was_sure(observation)
    ]
    if not known or survey.tracker is None:
        return
    widest, drift = max(known, key=lambda k: _area(k[0].request))
    request = widest.request
    assert isinstance(request, ScanRequest)
    side = min(request.region.size)
    center = request.region.center[0] - drift[0], request.region.center[1] - drift[1]
    if survey.tracker.track.status is not Status.LOST:
        last = _last_place(survey)
        spots = sorted(_spots(widest, drift), key=lambda s: math.dist(s.place, last))
        for spot in spots:
            found = _frame(config, settings, survey, costs, spot, settings.check_pixels)
            if found is not None:
                yield replace(found, reason="Wider check frame")
    pixels = SEARCH * settings.check_pixels
    whole = Spot(center, request.region.angle, side / pixels, 0.0)
    found = _frame(config, settings, survey, costs, whole, pixels)
    if found is not None:
        yield replace(found, reason="Search frame")


def _frame(
    config: RunConfig, settings: TrackingSettings, survey: Survey, costs: Costs, spot: Spot,
    pixels: int,
) -> ScanRequest | None:  # fmt: skip
    """Return the frame of a spot where it will be by then, `None` where it may not be scanned."""
    size = pixels * spot.pixel
    speed = min(settings.check_speed, 0.99 * survey.limits.max_tip_speed)
    rate = min(TURNING * speed / (2 * size), 0.99 * survey.limits.max_line_rate)
    region = ScanRegion(spot.place, (size, size), spot.angle)
    request = ScanRequest(region, (pixels, pixels), rate, role=Role.CHECK)
    center = places.aimed_scan(survey, request, costs.times).region.center
    there = inside(survey.limits.region, center, region.size, region.angle)
    if there is None or touches_forbidden(survey, there):
        return None
    if was_refused(survey, there, Role.CHECK):
        return None
    return with_imaging(config, replace(request, region=there))


def _area(request: object) -> float:
    return math.prod(request.region.size) if isinstance(request, ScanRequest) else 0.0


def _last_place(survey: Survey) -> Point:
    """Return where the tip was last, m, in the first frame's coordinates."""
    tip = survey.tracker.tip if survey.tracker else None
    if tip is None:
        return (0.0, 0.0)
    return tip[0] - survey.offset[0], tip[1] - survey.offset[1]
