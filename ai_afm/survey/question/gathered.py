"""What a run has gathered for its question, told from the survey's stored notes alone.

The controller asks it before each step, the report and the paper at the end: the same readings, so
that a run stops for no reason that its answer does not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ai_afm.survey.places import offsets
from ai_afm.survey.question.ground import GroundMap, read_ground
from ai_afm.survey.question.names import (
    PULSE,
    SPARE,
    SiteName,
    is_place,
    read_name,
)
from ai_afm.survey.question.polarity import decided, vote
from ai_afm.survey.question.view import DomainView, read_notes
from ai_afm.survey.survey import Survey
from ai_afm.types import Observation, Point, ProbeRequest, Role, ScanRequest


@dataclass(frozen=True, slots=True)
class Station:
    """A place of the question: the image before, and what is known of the place.

    Parameters
    ----------
    name
        Target of its requests.
    before, after, late
        The images; `after` is `None` while it is open, `late` is a second one after a wait.
    drift
        The drift (m) in the coordinates of the image before.
    """

    name: str
    before: Observation
    after: Observation | None
    late: Observation | None
    drift: Point

    @property
    def request(self) -> ScanRequest:
        """The request of the image before."""
        assert isinstance(self.before.request, ScanRequest)
        return self.before.request

    @property
    def facts(self) -> Mapping[str, Any]:
        """Segment, share of the wall's length, and whether the place was drawn at random."""
        facts: Mapping[str, Any] = (self.before.notes or {}).get("station") or {}
        return facts

    @property
    def segment(self) -> str:
        """The wall segment: the unit of replication."""
        return str(self.facts.get("segment") or self.name)

    @property
    def at_random(self) -> bool:
        """Whether it was drawn at random along all walls."""
        return bool(self.facts.get("at_random"))

    @property
    def at(self) -> Point:
        """The place it was made for, m, in the coordinates of the image before."""
        x, y = self.facts.get("at") or self.request.region.center
        return float(x), float(y)

    @property
    def barren(self) -> str | None:
        """Why nothing can be probed here, `None` where something can."""
        if (self.before.notes or {}).get("view"):
            return None
        return str((self.before.notes or {}).get("no_view") or "the image was not read")

    def ground(self) -> GroundMap | None:
        """Return slope and resonance of the image before, `None` where it does not tell them."""
        stored = (self.before.notes or {}).get("ground")
        return None if not stored else read_ground(stored, self.request.region)

    def view(self) -> DomainView:
        """Return walls and domains of the image before."""
        return read_notes((self.before.notes or {})["view"], self.request.region)


@dataclass(frozen=True, slots=True)
class Probed:
    """A probe that was made for the question.

    Parameters
    ----------
    name
        Taken apart.
    observation
        The probe.
    index
        How many probes the tip had made before it, in the whole run.
    position
        Where, m, drift taken out.
    station
        Its place.
    """

    name: SiteName
    observation: Observation
    index: int
    position: Point
    station: Station

    @property
    def request(self) -> ProbeRequest:
        """What was asked."""
        assert isinstance(self.observation.request, ProbeRequest)
        return self.observation.request

    @property
    def readout(self) -> Mapping[str, Any]:
        """The stored readout of the first half-cycle, empty where there is none."""
        found: Mapping[str, Any] = (self.observation.notes or {}).get("readout") or {}
        return found

    @property
    def first_polarity(self) -> int:
        """Sign of the first half-cycle."""
        waveform = self.request.waveform
        return 1 if waveform is None else waveform.first_polarity


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that a run has done for its question, in order.

    Parameters
    ----------
    stations
        All places, spare and check ones included.
    probed
        All probes at them.
    taken
        Every place that any probe of the run has used, m, drift taken out.
    """

    stations: tuple[Station, ...]
    probed: tuple[Probed, ...]
    taken: tuple[Point, ...]

    def of(self, letter: str) -> tuple[Station, ...]:
        """Return the places of a kind."""
        return tuple(s for s in self.stations if s.name.startswith(letter))

    def at(self, target: str) -> tuple[Probed, ...]:
        """Return the probes at a place, in order."""
        return tuple(p for p in self.probed if p.name.target == target)

    @property
    def polarity(self) -> int | None:
        """Sign of the bias that switches domain A, by a vote of all loops; `None` before any."""
        return decided(vote(p.name.domain, p.first_polarity, p.readout) for p in self.probed)

    @property
    def dot_radius(self) -> float | None:
        """Radius of a dot written on spare ground, m; the largest where there are several."""
        found = [
            float(e["radius"])
            for s in self.of(SPARE)
            for e in events_of(s)
            if (name := read_name(e["site"])) is not None
            and name.kind == PULSE
            and e["kind"] == "new domain"
        ]
        return max(found, default=None)


def gather(survey: Survey) -> Gathered:
    """Return what the survey holds for the question."""
    drifts = offsets(survey)
    befores: dict[str, tuple[Observation, Point]] = {}
    afters: dict[str, list[Observation]] = {}
    probes: list[tuple[SiteName, Observation, int, Point]] = []
    taken: list[Point] = []
    for observation, (dx, dy) in zip(survey.observations, drifts, strict=True):
        request = observation.request
        if isinstance(request, ProbeRequest):
            at = request.position[0] - dx, request.position[1] - dy
            name = read_name(request.site)
            if name is not None:
                probes.append((name, observation, observation.number - 1, at))
            taken.append(at)
        elif isinstance(request, ScanRequest) and request.target and is_place(request.target):
            if request.role is Role.BEFORE:
                befores[request.target] = observation, (dx, dy)
            elif request.role is Role.AFTER:
                afters.setdefault(request.target, []).append(observation)
    stations = {
        name: _station(name, before, afters.get(name, []), drift)
        for name, (before, drift) in befores.items()
    }
    probed = [Probed(*p, stations[p[0].target]) for p in probes if p[0].target in stations]
    return Gathered(tuple(stations.values()), tuple(probed), tuple(taken))


def _station(name: str, before: Observation, after: list[Observation], drift: Point) -> Station:
    first, second = [*after, None, None][:2]
    return Station(name, before, first, second, drift)


def events_of(station: Station) -> Sequence[Mapping[str, Any]]:
    """Return what the image after says about each site of a place."""
    after = station.after
    found: Sequence[Mapping[str, Any]] = (after.notes or {}).get("events") or () if after else ()
    return found
