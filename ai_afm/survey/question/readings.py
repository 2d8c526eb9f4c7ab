"""From what was gathered to readings: arm, value, and why a site is not used."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ai_afm.config import QuestionSettings
from ai_afm.survey.question.gathered import Gathered, Probed
from ai_afm.survey.question.names import BULK, OTHER_ARM, PLACE, WALL, SiteName
from ai_afm.survey.question.registration import Reading
from ai_afm.survey.question.rules import RADII, Placed


def readings(settings: QuestionSettings, gathered: Gathered) -> tuple[Reading, ...]:
    """Return all sites of the question as its statistics see them, in order of probing.

    Parameters
    ----------
    settings
        The question, which names the arms.
    gathered
        What was done.
    """
    polarity = gathered.polarity
    return tuple(_reading(settings, p, polarity) for p in _asked(gathered))


def placed(settings: QuestionSettings, gathered: Gathered) -> tuple[Placed, ...]:
    """Return the sites of the question for the checker of the rules, in order of probing."""
    return tuple(
        Placed(str(p.name), arm_of(settings, p.name), _block(p.name), p.position)
        for p in _asked(gathered)
    )


def _asked(gathered: Gathered) -> Iterator[Probed]:
    return (p for p in gathered.probed if p.name.target.startswith(PLACE))


def _block(name: SiteName) -> str:
    return f"{name.target}-{name.block}"


def arm_of(settings: QuestionSettings, name: SiteName) -> str:
    """Return the arm that a site belongs to."""
    if not settings.asks_walls:
        return "domain A" if name.domain > 0 else "domain B"
    return {WALL: "wall", BULK: "bulk"}.get(name.kind, OTHER_ARM)


def _reading(settings: QuestionSettings, probed: Probed, polarity: int | None) -> Reading:
    name, station = probed.name, probed.station
    return Reading(
        site=str(name),
        arm=arm_of(settings, name),
        cluster=station.segment,
        block=_block(name),
        index=probed.index,
        value=_value(settings.on, probed.readout),
        excluded=_against(probed, polarity),
        at_random=station.at_random,
    )


def _value(quantity: str, readout: Mapping[str, Any]) -> float:
    """Return |V| of the quantity, NaN where the readout has none (see `NativeSwitching.value`)."""
    name = "half" if quantity == "half-switching bias" else "onset"
    value = readout.get(name)
    hidden = quantity == "nucleation bias" and readout.get("mixed")
    return math.nan if value is None or hidden else abs(float(value))


def _against(probed: Probed, polarity: int | None) -> str:
    """Return why a site is not used, empty where it is."""
    if (probed.observation.notes or {}).get("lost") or not probed.observation.finished:
        return "the probe broke off; its site is used up"
    if polarity is not None and probed.first_polarity * probed.name.domain != polarity:
        return "it began with the polarity that the domain has, before the run knew which that is"
    if probed.readout.get("mixed"):
        return "the tip saw both polarities before"
    return "; ".join(probed.readout.get("reasons", ("it has no readout",)))


def spacing(radius: float | None, configured: float) -> float:
    """Return the least distance of two sites, m.

    Parameters
    ----------
    radius
        Of a measured written dot, m; `None` where there is none.
    configured
        What holds without a measured dot, m.

    Returns
    -------
    float
        Three radii and a tenth for the error of the radius, and 8 nm for that of the places.
    """
    return configured if radius is None else 1.1 * RADII * radius + 8e-9
