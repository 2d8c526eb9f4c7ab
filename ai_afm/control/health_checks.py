"""What instrument health asks for: a bad band once more, and regular looks at a reference patch."""

import math
from dataclasses import replace

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.costs import Costs
from ai_afm.control.frames import inside, touches_forbidden, was_refused, with_imaging
from ai_afm.control.health_probes import is_check_probe, is_patch, next_check_probe, noted
from ai_afm.control.words import Choice, place_text, region_text
from ai_afm.microscope.consent import zone_at
from ai_afm.survey import places
from ai_afm.survey.health.again import (
    Repeatable,
    bad_from,
    moved_path,
    moved_since,
    repeat_of,
    repeated,
    same_ground,
)
from ai_afm.survey.health.check import Verdict
from ai_afm.survey.health.electrical import NAME as ELECTRICAL
from ai_afm.survey.health.load import NAME as LOAD
from ai_afm.survey.health.watch import STOPPED_FOR
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    ConsentLevel,
    Observation,
    PathRequest,
    Point,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
)


def next_health(config: RunConfig, survey: Survey, costs: Costs) -> Choice | None:
    """Return what has to be scanned for the health of instrument and data, else `None`.

    Without a request it says why nothing more can be believed: the run ends.
    """
    lasting = _lasting_fault(survey)
    if lasting is not None:
        return Choice(None, lasting)
    again = _bad_band(survey, costs)
    if again is not None or config.health.every_lines is None:
        return again
    due = _lines_since(survey) >= config.health.every_lines or bool(_to_repeat(survey))
    if not due or _probing_a_place(survey):
        return None
    return _check(config, survey, costs)


def last_health(config: RunConfig, survey: Survey, costs: Costs) -> Choice | None:
    """Return a last look at the reference patch, which vouches for all since the one before."""
    if config.health.every_lines is None or not (_lines_since(survey) or _probed_since(survey)):
        return None
    return _check(config, survey, costs)


def without_checks(survey: Survey) -> Survey:
    """Return the survey without the probes of health checks: no controller plans by them."""
    kept = tuple(o for o in survey.observations if not is_check_probe(o))
    return survey if len(kept) == len(survey.observations) else replace(survey, observations=kept)


def _bad_band(survey: Survey, costs: Costs) -> Choice | None:
    """Return the rest of a frame or path that was stopped as bad; once, whatever comes of it."""
    done = repeated(survey)
    for index, observation in enumerate(survey.observations):
        band = repeat_of(survey, index)
        if band is None or (type(band), observation.number) in done:
            continue
        moved = moved_since(survey, index)
        if isinstance(band, PathRequest):
            request: Repeatable | None = _same_sweeps(survey, band, observation, moved)
        else:
            request = _same_lines(survey, band, observation, moved)
        if request is None or not same_ground(band, request, moved):
            continue
        if costs.refusal(survey, request) is None:
            return Choice(request, request.reason)
    return None


def _same_lines(
    survey: Survey, band: ScanRequest, observation: Observation, moved: Point
) -> ScanRequest | None:
    """Return a bad band where it lies now, `None` where the guard has refused it."""
    region = geometry.shifted(band.region, moved)
    region = inside(survey.limits.region, region.center, region.size, region.angle) or region
    reason = (
        f"The rest of scan {observation.number}, {band.shape[0]} lines, once more: from line"
        f" {bad_from(observation)} on its data are not to be believed"
    )
    request = replace(band, region=region, reason=reason)
    return None if was_refused(survey, region, request.role) else request


def _same_sweeps(
    survey: Survey, band: PathRequest, observation: Observation, moved: Point
) -> PathRequest | None:
    """Return bad sweeps where they lie now, `None` where the guard has refused them."""
    reason = (
        f"The rest of path {observation.number}, {len(band.sweeps)} sweeps, once more: from sweep"
        f" {bad_from(observation)} on its data are not to be believed"
    )
    request = replace(moved_path(band, moved), reason=reason)
    refused = any(same_ground(band, r, moved) for r, _ in survey.refused)
    return None if refused else request


def _lasting_fault(survey: Survey) -> str | None:
    """Say that a bad band was as bad when it was scanned once more, `None` where that is not so."""
    kinds = ScanRequest | PathRequest
    last = next((o for o in reversed(survey.observations) if isinstance(o.request, kinds)), None)
    notes = {} if last is None else last.notes or {}
    if last is None or notes.get("again_of") is None:
        return None
    doubts, good = notes.get("doubts", ()), notes.get("good", ())
    lasting = [name for name in doubts if name in STOPPED_FOR and name not in good]
    if not lasting:
        return None
    kind = "path" if isinstance(last.request, PathRequest) else "scan"
    return (
        f"{', '.join(lasting)}: {kind} {last.number} repeats what was bad in {kind}"
        f" {notes['again_of']}, and is as bad. Nothing more would be worth believing; look at the"
        " instrument, then resume the run"
    )


def _lines_since(survey: Survey) -> float:
    """Return the lines scanned since the last look at the patch; inf before the first look."""
    lines = 0
    for observation in reversed(survey.observations):
        if is_patch(observation):
            return lines
        lines += 0 if isinstance(observation.request, ProbeRequest) else observation.lines
    return math.inf


def _probing_a_place(survey: Survey) -> bool:
    """Tell whether a place has its image before the probes and not yet the one after them."""
    open_ = None
    for observation in survey.scans(Role.BEFORE, Role.AFTER):
        request = observation.request
        assert isinstance(request, ScanRequest)
        open_ = request.target if request.role is Role.BEFORE else None
    return open_ is not None


def _probed_since(survey: Survey) -> bool:
    """Tell whether anything was probed since the last look at the patch."""
    for observation in reversed(survey.observations):
        if is_patch(observation):
            return False
        if isinstance(observation.request, ProbeRequest) and not is_check_probe(observation):
            return True
    return False


def _to_repeat(survey: Survey) -> set[str]:
    """Return the detectors that suspect the look just taken, and did not suspect the one before.

    A second suspect look makes it a doubt: no third one is needed.
    """
    images = [o for o in survey.observations if not is_check_probe(o)]
    looks = [o for o in images if is_patch(o)]
    if not looks or looks[-1] is not images[-1]:
        return set()
    return _suspects(looks[-1]) - (_suspects(looks[-2]) if len(looks) > 1 else set())


def _suspects(look: Observation) -> set[str]:
    checks = (look.notes or {}).get("checks") or ()
    return {str(c["detector"]) for c in checks if c["verdict"] == Verdict.SUSPECT}


def _check(config: RunConfig, survey: Survey, costs: Costs) -> Choice | None:
    """Return the next part of a check: lift and loops where asked for and allowed, then the patch.

    A patch that is repeated at once is repeated without them, unless they were what was suspect.
    """
    patch = _patch(config, survey)
    if patch is None or costs.refusal(survey, patch):
        return None
    repeat = _to_repeat(survey)
    if not repeat or repeat & {ELECTRICAL, LOAD}:
        probe = next_check_probe(config, survey, patch.region)
        if probe is not None and costs.refusal(survey, probe, patch) is None:
            return Choice(probe, probe.reason)
    return Choice(patch, patch.reason)


def _patch(config: RunConfig, survey: Survey) -> ScanRequest | None:
    """Return the reference patch where it lies now, `None` where there is no place for one."""
    settings = config.health
    known = [i for i, o in enumerate(survey.observations) if is_patch(o)]
    region = _same_patch(survey, known[0]) if known else _new_patch(config, survey)
    if region is None or was_refused(survey, region, Role.REFERENCE):
        return None
    at = f"{region_text(region.size)} at {place_text(region.center)}"
    reason = f"Reference patch, {at}: the {len(known) + 1}. look, compared with the first"
    if not known:
        reason = f"Reference patch, {at}: what later looks at tip and tuning are compared with"
    elif _to_repeat(survey):
        reason = f"Reference patch, {at}, once more at once: the last look was suspect"
    request = ScanRequest(
        region,
        (settings.patch_lines, settings.patch_pixels),
        settings.patch_line_rate_hz,
        role=Role.REFERENCE,
        reason=reason,
    )
    return with_imaging(config, request)


def _same_patch(survey: Survey, first: int) -> ScanRegion | None:
    request = survey.observations[first].request
    assert isinstance(request, ScanRequest)
    region = geometry.shifted(request.region, moved_since(survey, first))
    return inside(survey.limits.region, region.center, region.size, region.angle)


def _new_patch(config: RunConfig, survey: Survey) -> ScanRegion | None:
    """Return the best place of the overview: where no bias is allowed before where it is."""
    size, angle = config.health.patch, config.overview.region.angle
    open_ = []
    for x, y in noted(survey, "quiet"):
        at = places.now(survey, (x, y))
        region = inside(survey.limits.region, at, size, angle)
        if region is None or touches_forbidden(survey, region):
            continue
        if not was_refused(survey, region, Role.REFERENCE):
            open_.append(region)
    return min(open_, key=lambda region: _may_change(survey, region), default=None)


def _may_change(survey: Survey, region: ScanRegion) -> bool:
    """Tell whether a person has allowed to change the sample in the middle of a region."""
    zone = zone_at(survey.consent, region.center)
    return zone is not None and zone.level in (ConsentLevel.BIAS, ConsentLevel.SACRIFICIAL)
