"""The order of probing: at each target an image, loops in random blocks, an image."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.candidates import MOST_KEPT
from ai_afm.control.costs import PROBING, Costs
from ai_afm.control.frames import inside, touches_forbidden, was_refused, with_imaging
from ai_afm.control.ladder import Target, targets
from ai_afm.control.plans import Rules, planned
from ai_afm.control.question import next_question, why_no_question
from ai_afm.control.remembered import remembered
from ai_afm.control.sites import Pair, Site, pairs
from ai_afm.control.spectra import probe_of, words_of
from ai_afm.control.words import Choice, place_text, size_text
from ai_afm.microscope.consent import allows_bias
from ai_afm.microscope.dose import cell_of
from ai_afm.survey import places
from ai_afm.survey.survey import Survey
from ai_afm.types import (
    Observation,
    Point,
    ProbeRequest,
    Role,
    ScanRegion,
    ScanRequest,
)

_TARGETS, _PAIRS = 1, 2
"""Separate streams of chance."""


@dataclass(frozen=True, slots=True)
class Series:
    """The sites of one target in the order in which they are probed."""

    target: str
    sites: tuple[Site, ...]


def probing_began(survey: Survey) -> bool:
    """Tell whether anything was probed, or imaged for probing: then no new places are sought."""
    return any(survey.probes()) or any(survey.scans(*PROBING))


def next_probe(config: RunConfig, survey: Survey, costs: Costs) -> Choice:
    """Return the next probe, or image before or after, or `None` with the reason."""
    if not config.probe.enabled:
        return Choice(None, "Probing is switched off")
    amplitude = probe_of(config)[1].amplitude
    if amplitude > survey.limits.max_bias:
        return Choice(
            None,
            f"No probes: {amplitude:.3g} V are above the limit of {survey.limits.max_bias:.3g} V",
        )
    if config.question is not None:
        return next_question(config, survey, costs)
    found = targets(survey, config)
    plan = _plan(config, survey, found)
    if not any(series.sites for series in plan):
        return Choice(None, _why_none(config, found))
    left_out = ""
    for series in plan:
        choice, refusal = _next_of(config, survey, costs, series)
        if choice is not None:
            return choice
        left_out = refusal or left_out
        if refusal:
            break
    probed = sum(1 for _ in survey.probes())
    if left_out:
        return Choice(None, f"{probed} probes are done, the rest is left out: {left_out}")
    skipped = len({s.name for p in plan for s in p.sites} - {r.site for r in _requests(survey)})
    note = (
        f"; {skipped} sites were left out: drift or earlier pulses forbid them" if skipped else ""
    )
    return Choice(None, f"All is done: {probed} probes{note}")


def why_no_probes(config: RunConfig, survey: Survey) -> str | None:
    """Say why nothing can be probed, `None` when something can."""
    if config.question is not None:
        return why_no_question(config, survey)
    found = targets(survey, config)
    if any(series.sites for series in _plan(config, survey, found)):
        return None
    return _why_none(config, found)


def _why_none(config: RunConfig, found: tuple[Target, ...]) -> str:
    if not found:
        return "No probes: no place was looked at closely"
    plan = config.probe.plan
    if plan == "pairs":
        possible = sum(len(p) for p in pairs(found, config.probe, None).values())
    else:
        possible = sum(len(s) for s in planned(found, Rules(config.probe, None, 0)).values())
    if not possible:
        what = "junction to put a star around" if plan == "star" else "wall to probe"
        return f"No probes: the closer frames show no {what}"
    kind = "wall sites" if plan == "pairs" else f'sites of the plan "{plan}"'
    return (
        f"No probes: none of the {possible} {kind} at {len(found)} targets lies where a person"
        f" has allowed {probe_of(config)[1].amplitude:.3g} V; paint a zone of level bias there"
    )


def _plan(config: RunConfig, survey: Survey, found: tuple[Target, ...]) -> list[Series]:
    """Return what is probed where, in order: chance comes from the survey's seed alone."""
    if config.probe.plan != "pairs":
        return _fixed_plan(config, survey, found)
    by_target = pairs(found, config.probe, survey.consent)
    refused = {r.site for r, _ in survey.refused if isinstance(r, ProbeRequest)}
    plan = []
    for number, (name, prepared) in enumerate(by_target.items()):
        usable = [
            (i, p) for i, p in enumerate(prepared) if not any(s.name in refused for s in p.sites)
        ]
        # a partner alone proves nothing, but a wall loop already taken cannot be undone
        blocks = usable[: config.probe.per_target]
        ordered = sorted(blocks, key=lambda b: _chance(survey.seed, _PAIRS, number, b[0])[0])
        sites = [s for i, pair in ordered for s in _block(survey, number, i, pair)]
        plan.append((_chance(survey.seed, _TARGETS, number, 0)[0], Series(name, tuple(sites))))
    return [series for _, series in sorted(plan, key=lambda entry: entry[0])]


def _fixed_plan(config: RunConfig, survey: Survey, found: tuple[Target, ...]) -> list[Series]:
    """Return the sites of a fixed plan, targets in random order; refused sites drop out."""
    refused = {r.site for r, _ in survey.refused if isinstance(r, ProbeRequest)}
    by_target = planned(found, Rules(config.probe, survey.consent, survey.seed))
    order = sorted((_chance(survey.seed, _TARGETS, k, 0)[0], n) for k, n in enumerate(by_target))
    left = {n: tuple(s for s in by_target[n] if s.name not in refused) for _, n in order}
    return [Series(name, sites) for name, sites in left.items()]


def _block(survey: Survey, target: int, number: int, pair: Pair) -> tuple[Site, ...]:
    """Return a pair with the wall or the bulk first, as chance has it."""
    reverse = _chance(survey.seed, _PAIRS, target, number)[1] < 0.5
    return pair.sites[::-1] if reverse else pair.sites


@remembered(most=MOST_KEPT)
def _chance(seed: int, *stream: int) -> tuple[float, float]:
    """Return two numbers in 0..1 that only the seed and the stream decide."""
    first, second = np.random.default_rng([seed, *stream]).random(2)
    return float(first), float(second)


def _next_of(
    config: RunConfig, survey: Survey, costs: Costs, series: Series
) -> tuple[Choice | None, str | None]:
    """Return what comes next at one target, or `None` and what the budget has refused there."""
    done = _done(survey).get(series.target, frozenset())
    before = _image_of(survey, Role.BEFORE, series.target)
    open_ = [_probe(config, survey, series.target, s) for s in series.sites if s.name not in done]
    possible = [probe for probe in open_ if _possible(survey, probe)]
    native_first = config.probe.image_before_after and before is None and not done
    if possible and native_first and not _may_image(survey, _before(config, survey, series)):
        possible = []  # a probe without an image of the native state proves little and costs a wall
    refusal = None
    if possible:
        request: ScanRequest | ProbeRequest = possible[0]
        reserve: list[ScanRequest | ProbeRequest] = []
        if before is not None:
            reserve = [_after(config, survey, series.target, before)]
        elif native_first:
            image = _before(config, survey, series)
            request, reserve = image, [possible[0], image]
        refusal = costs.probe_refusal(survey, request, *reserve)
        if refusal is None:
            return Choice(request, request.reason), None
    if before is not None and done and _image_of(survey, Role.AFTER, series.target) is None:
        after = _after(config, survey, series.target, before)
        if _may_image(survey, after) and costs.refusal(survey, after) is None:
            return Choice(after, after.reason), None
    return None, refusal


@remembered(most=4)
def _requests(survey: Survey) -> tuple[ProbeRequest, ...]:
    return tuple(o.request for o in survey.probes() if isinstance(o.request, ProbeRequest))


@remembered(most=4)
def _done(survey: Survey) -> Mapping[str | None, frozenset[str | None]]:
    """Return the names of the sites that were probed, by target."""
    done: dict[str | None, list[str | None]] = {}
    for request in _requests(survey):
        done.setdefault(request.target, []).append(request.site)
    return {target: frozenset(sites) for target, sites in done.items()}


def _possible(survey: Survey, probe: ProbeRequest) -> bool:
    """Tell whether the site is allowed where it is now, and its cell may take one more pulse."""
    if probe.waveform is None:
        return False
    cell = cell_of(probe.position)
    pulses = sum(cell_of(p.position) == cell for p in _requests(survey))
    volts = probe.waveform.amplitude
    return allows_bias(survey.consent, probe.position, volts, pulses) is None and bool(
        geometry.is_inside(survey.limits.region, *probe.position)
    )


def _probe(config: RunConfig, survey: Survey, target: str, site: Site) -> ProbeRequest:
    kind, waveform = probe_of(config)
    name, applied = words_of(kind, waveform)
    at = places.now(survey, site.position)
    return ProbeRequest(
        kind,
        at,
        waveform,
        role=site.role,
        target=target,
        site=site.name,
        reason=f"{name} {site.name}, {applied}, {site.reason} ({place_text(at)})",
    )


def _image_of(survey: Survey, role: Role, target: str) -> int | None:
    """Return the index of the image before or after the probes of a target, else `None`."""
    return _images(survey).get((role, target))


@remembered(most=4)
def _images(survey: Survey) -> Mapping[tuple[Role, str | None], int]:
    """Return the index of the first image of each role and target."""
    images: dict[tuple[Role, str | None], int] = {}
    for index, observation in enumerate(survey.observations):
        request = observation.request
        if isinstance(request, ScanRequest):
            images.setdefault((request.role, request.target), index)
    return images


def _may_image(survey: Survey, image: ScanRequest) -> bool:
    return not was_refused(survey, image.region, image.role) and not touches_forbidden(
        survey, image.region
    )


def _before(config: RunConfig, survey: Survey, series: Series) -> ScanRequest:
    """Return the image before: as large as set, or as needed to hold all sites."""
    points = np.array([s.position for s in series.sites])
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(config.probe.image_size_nm * 1e-9, 1.25 * float((high - low).max()))
    middle: Point = (float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2)
    at = places.now(survey, middle)
    region = inside(survey.limits.region, at, (size, size), 0.0) or ScanRegion(at, (size, size))
    reason = (
        f"Image of {size_text(size)} before the {len(series.sites)} probes at {series.target}:"
        " the native state, and where drift has carried it"
    )
    return _image(config, region, Role.BEFORE, series.target, reason)


def _after(config: RunConfig, survey: Survey, target: str, before: int) -> ScanRequest:
    """Return the image after: the same ground as before, wherever drift has carried it."""
    earlier = survey.observations[before]
    region = _same_ground(survey, earlier, places.offsets(survey)[before])
    reason = (
        f"The same {size_text(max(region.size))} after the probes at {target}: what they changed"
    )
    return _image(config, region, Role.AFTER, target, reason)


def _same_ground(survey: Survey, earlier: Observation, drift: Point) -> ScanRegion:
    request = earlier.request
    assert isinstance(request, ScanRequest)
    moved = survey.offset[0] - drift[0], survey.offset[1] - drift[1]
    if math.hypot(*moved) == 0:
        return request.region
    region = geometry.shifted(request.region, moved)
    return inside(survey.limits.region, region.center, region.size, region.angle) or region


def _image(
    config: RunConfig, region: ScanRegion, role: Role, target: str, reason: str
) -> ScanRequest:
    lines, rate = config.probe.image_lines, config.probe.image_line_rate_hz
    grown = max(region.size) / (config.probe.image_size_nm * 1e-9)
    if config.probe.plan != "pairs" and grown > 1:
        # a plan needs a wider image; what a probe has changed must not become smaller in it
        lines, rate = math.ceil(lines * grown), rate / grown
    request = ScanRequest(
        region,
        (lines, lines),
        rate,
        role=role,
        target=target,
        reason=reason,
    )
    return with_imaging(config, request)
