"""With which sign a loop begins: against the polarity that its site has, so that it can switch it.

An image tells two domains apart, not which of them a positive bias switches. The run's own loops
tell that: until one has, domain A is taken for the one that a positive bias switches, and a loop
that began the wrong way round says so afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ai_afm.config import RunConfig
from ai_afm.control.plan_series import sites_by_name
from ai_afm.control.sites import Site
from ai_afm.survey.question.starts import LETTERS, START
from ai_afm.survey.survey import Survey
from ai_afm.types import ProbeRequest, Role


@dataclass(frozen=True, slots=True)
class Start:
    """How a loop begins: the sign of its first half-cycle, and why, for people."""

    sign: int
    words: str


def start_of(site: Site, switches: int | None) -> Start:
    """Return how a loop begins that is to switch the native state.

    Parameters
    ----------
    site
        Where.
    switches
        Sign of the bias that switches domain A, `None` where no loop has told yet.
    """
    if not site.opposes:
        why = "on a wall the signs take turns in random order"
        if site.role is not Role.WALL:
            why = "no image tells the domain here, so chance gave the sign"
        return Start(site.turn, f"first half-cycle {_text(site.turn)}: {why}")
    sign, letter = site.opposes * (switches or 1), LETTERS[site.opposes]
    why = f"against domain {letter}, as the loops so far tell"
    if switches is None:
        why = f"a guess, until a loop has told which sign switches domain {letter}"
    return Start(sign, f"first half-cycle {_text(sign)}: {why}")


def start_facts(config: RunConfig, survey: Survey, request: ProbeRequest) -> Mapping[str, Any]:
    """Return which domain a planned site lies in, for the notes of its probe; else nothing.

    Parameters
    ----------
    config, survey
        Of the run, as the probe was decided.
    request
        The probe.
    """
    site = sites_by_name(config, survey).get(request.site or "")
    if site is None:
        return {}
    return {START: {"domain": 0 if site.role is Role.WALL else site.opposes}}


def _text(sign: int) -> str:
    return "positive" if sign > 0 else "negative"
