"""What is probed where, and in which order: pairs in random blocks, or a fixed plan."""

from dataclasses import dataclass

import numpy as np

from ai_afm.config import RunConfig
from ai_afm.control.candidates import MOST_KEPT
from ai_afm.control.ladder import Target, targets
from ai_afm.control.plan_native import native_consent
from ai_afm.control.plans import Rules, planned
from ai_afm.control.remembered import remembered
from ai_afm.control.sites import Pair, Site, pairs
from ai_afm.survey.survey import Survey
from ai_afm.types import ProbeRequest

_TARGETS, _PAIRS = 1, 2
"""Separate streams of chance."""


@dataclass(frozen=True, slots=True)
class Series:
    """The sites of one target in the order in which they are probed."""

    target: str
    sites: tuple[Site, ...]


def series_of(config: RunConfig, survey: Survey, found: tuple[Target, ...]) -> list[Series]:
    """Return what is probed where, in order: chance comes from the survey's seed alone."""
    if config.probe.plan != "pairs":
        return _fixed_plan(config, survey, found)
    by_target = pairs(found, config.probe, native_consent(survey))
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


def sites_by_name(config: RunConfig, survey: Survey) -> dict[str, Site]:
    """Return all sites that the controller has planned by name, refused ones included.

    Empty for a run with a question, which plans from place to place.
    """
    if config.question is not None or not config.probe.enabled:
        return {}
    found = targets(survey, config)
    if config.probe.plan == "pairs":
        by_pair = pairs(found, config.probe, native_consent(survey)).values()
        return {s.name: s for prepared in by_pair for pair in prepared for s in pair.sites}
    by_target = planned(found, Rules(config.probe, native_consent(survey), survey.seed)).values()
    return {s.name: s for sites in by_target for s in sites}


def _fixed_plan(config: RunConfig, survey: Survey, found: tuple[Target, ...]) -> list[Series]:
    """Return the sites of a fixed plan, targets in random order; refused sites drop out."""
    refused = {r.site for r, _ in survey.refused if isinstance(r, ProbeRequest)}
    by_target = planned(found, Rules(config.probe, native_consent(survey), survey.seed))
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
