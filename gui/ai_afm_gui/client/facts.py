"""What does not change while a run goes on, from its configuration and from its first rows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ai_afm.config import RunConfig
from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.types import Consent, ConsentLevel, ConsentZone, ScanRegion
from ai_afm_gui.client.digest import Digest
from ai_afm_gui.client.values import Facts

UNKNOWN_RANGE = ScanRegion((0.0, 0.0), (1.0, 1.0))
"""Stands for a range that the run does not tell; it holds every place."""


def facts_of(folder: Path, config: RunConfig) -> Facts:
    """Return what the configuration tells."""
    budget = config.run.budget_min * 60
    run, instrument = config.run, config.instrument
    return Facts(
        folder=folder,
        name=folder.name,
        sample=run.sample,
        operator=run.operator,
        controller=run.controller,
        authority=run.authority,
        instrument="unknown",
        clock=instrument.clock,
        acceleration=instrument.acceleration if instrument.clock == "accelerated" else 1.0,
        range=None,
        times=InstrumentTimes(),
        limits=config.limits.limits(UNKNOWN_RANGE, budget),
        consent=config.consent.consent,
        budget=budget,
    )


def told(facts: Facts, digest: Digest) -> Facts:
    """Return the facts with what the instrument tells of itself."""
    capabilities = digest.capabilities
    times = digest.times or facts.times
    known = (facts.started, facts.pid, facts.times) == (digest.started, digest.pid, times)
    if known and (capabilities is None or facts.range == capabilities.scanner_range):
        return facts
    facts = replace(facts, started=digest.started, pid=digest.pid, times=times)
    if capabilities is None:
        return facts
    reach = capabilities.scanner_range
    facts = replace(facts, range=reach, instrument=capabilities.name)
    if facts.limits.region == UNKNOWN_RANGE:
        facts = replace(facts, limits=replace(facts.limits, region=reach))
    if digest.limits.region == UNKNOWN_RANGE:
        digest.limits = replace(digest.limits, region=reach)
    return facts


def consent_now(begun: Consent, forbidden: Sequence[ScanRegion]) -> Consent:
    """Return the consent as it is now: a person may have forbidden more."""
    if not forbidden:
        return begun
    more = (ConsentZone(region, ConsentLevel.FORBIDDEN) for region in forbidden)
    return Consent((*begun.zones, *more))
