"""How the loops of pairs and fixed plans began: from which domain, and against it or along it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ai_afm.survey.question.polarity import decided, vote
from ai_afm.types import Observation, ProbeRequest

START = "start"
"""Key of the notes of a probe under which the domain of its site stands."""

LETTERS = {1: "A", -1: "B"}


@dataclass(frozen=True, slots=True)
class SiteStart:
    """How a loop began.

    Parameters
    ----------
    sign
        Of its first half-cycle; 0 where it had none.
    domain
        "A" or "B": the polarity that its site had; empty on a wall or where no image tells.
    against
        Whether its first half-cycle was against that polarity, by all loops of the run; `None`
        where that is not known.
    """

    sign: int
    domain: str
    against: bool | None


def switching_sign(probes: Iterable[Observation]) -> int | None:
    """Return the sign of the bias that switches domain A by a vote of loops, `None` before any.

    Sites on walls have no vote: there both signs switch something.
    """
    votes = []
    for observation in probes:
        readout = (observation.notes or {}).get("readout") or {}
        votes.append(vote(_domain(observation), _sign(observation), readout))
    return decided(votes)


def starts_of(probes: Sequence[Observation]) -> dict[str, SiteStart]:
    """Return how each of a run's loops began, by the name of its site, as all of them tell."""
    switches, found = switching_sign(probes), {}
    for observation in probes:
        site, domain = getattr(observation.request, "site", None), _domain(observation)
        if not site or START not in (observation.notes or {}):
            continue
        against = None
        if domain and switches is not None:
            against = _sign(observation) * domain == switches
        found[str(site)] = SiteStart(_sign(observation), LETTERS.get(domain, ""), against)
    return found


def _domain(observation: Observation) -> int:
    start = (observation.notes or {}).get(START) or {}
    return int(start.get("domain", 0))


def _sign(observation: Observation) -> int:
    request = observation.request
    wave = request.waveform if isinstance(request, ProbeRequest) else None
    return 0 if wave is None else wave.first_polarity
