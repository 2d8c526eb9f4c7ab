"""The order of probing: at each target an image, loops in random blocks, an image."""

from collections.abc import Mapping
from dataclasses import replace

from ai_afm import geometry
from ai_afm.config import RunConfig
from ai_afm.control.costs import PROBING, Costs
from ai_afm.control.ladder import Target, targets
from ai_afm.control.plan_images import image_after, image_before, image_of, may_image
from ai_afm.control.plan_polarity import start_of
from ai_afm.control.plan_series import Series, series_of
from ai_afm.control.plans import Rules, planned
from ai_afm.control.question import next_question, why_no_question
from ai_afm.control.remembered import remembered
from ai_afm.control.sites import Site, pairs
from ai_afm.control.spectra import limited, probe_of, words_of
from ai_afm.control.words import Choice, place_text
from ai_afm.microscope.consent import allows_bias
from ai_afm.microscope.dose import cell_of
from ai_afm.survey import places
from ai_afm.survey.question.starts import switching_sign
from ai_afm.survey.survey import Survey
from ai_afm.types import ProbeRequest, Role, ScanRequest


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
    plan = series_of(config, survey, found)
    switches = switching_sign(survey.probes()) if _opposes(config) else None
    if not any(series.sites for series in plan):
        return Choice(None, _why_none(config, found))
    left_out = ""
    for series in plan:
        choice, refusal = _next_of(config, survey, costs, (series, switches))
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
    if any(series.sites for series in series_of(config, survey, found)):
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
        f" has allowed {probe_of(config)[1].amplitude:.3g} V, outside what the run has written;"
        " paint a zone of level bias there"
    )


def _next_of(
    config: RunConfig, survey: Survey, costs: Costs, what: tuple[Series, int | None]
) -> tuple[Choice | None, str | None]:
    """Return what comes next at one target, or `None` and what the budget has refused there.

    `what` are its sites, and the sign of the bias that switches domain A.
    """
    series, switches = what
    done = _done(survey).get(series.target, frozenset())
    before = image_of(survey, Role.BEFORE, series.target)
    left = [s for s in series.sites if s.name not in done]
    open_ = [_probe(config, survey, (series.target, s), switches) for s in left]
    possible = [probe for probe in open_ if _possible(survey, probe)]
    native_first = config.probe.image_before_after and before is None and not done
    if possible and native_first and not may_image(survey, image_before(config, survey, series)):
        possible = []  # a probe without an image of the native state proves little and costs a wall
    refusal = None
    if possible:
        request: ScanRequest | ProbeRequest = possible[0]
        reserve: list[ScanRequest | ProbeRequest] = []
        if before is not None:
            reserve = [image_after(config, survey, series.target, before)]
        elif native_first:
            image = image_before(config, survey, series)
            request, reserve = image, [possible[0], image]
        refusal = costs.probe_refusal(survey, request, *reserve)
        if refusal is None:
            return Choice(request, request.reason), None
    if before is not None and done and image_of(survey, Role.AFTER, series.target) is None:
        after = image_after(config, survey, series.target, before)
        if may_image(survey, after) and costs.refusal(survey, after) is None:
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


def _opposes(config: RunConfig) -> bool:
    """Tell whether loops begin against the polarity of their site; other probes do as they say."""
    return config.spectra is None and config.probe.opposes_native


def _probe(
    config: RunConfig, survey: Survey, place: tuple[str, Site], switches: int | None
) -> ProbeRequest:
    target, site = place
    kind, waveform = probe_of(config)
    waveform = limited(kind, waveform, survey.limits)
    name, applied = words_of(kind, waveform)
    first = ""
    if _opposes(config):
        start = start_of(site, switches)
        waveform, first = replace(waveform, first_polarity=start.sign), f", {start.words}"
    at = places.now(survey, site.position)
    return ProbeRequest(
        kind,
        at,
        waveform,
        role=site.role,
        target=target,
        site=site.name,
        reason=f"{name} {site.name}, {applied}, {site.reason}{first} ({place_text(at)})",
    )
