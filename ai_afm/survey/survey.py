"""What the controller knows: vectors in sample coordinates, time spent, wishes; never frames."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ai_afm.survey.tracking.tracker import Tracker, corrected, drifts_after, followed
from ai_afm.survey.trust import trusted
from ai_afm.types import (
    Consent,
    Limits,
    Observation,
    Point,
    ProbeRequest,
    Proposal,
    Role,
    ScanRegion,
    ScanRequest,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A region that a person asked for; `name` tells it from others."""

    name: str
    region: ScanRegion


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything a controller may look at; adding returns a new survey that shares structure.

    Parameters
    ----------
    limits, consent
        What a person allows.
    seed
        Seed for whatever a controller leaves to chance.
    observations
        In order of arrival, without arrays (`Observation.segmentation` and `.spectrum` are `None`),
        and without the walls of frames that the model does not know (`ai_afm.survey.trust`).
    refused
        Requests that the guard refused, with its message; a controller must not ask for them again.
    wishes
        What a person asked for.
    spent
        Instrument time so far, s.
    offset
        (dx, dy), m: where features are now, relative to the coordinates of the first frame (drift).
    tracker
        What `offset` comes from, with its rate and how sure it is; `None` before the first frame.
    drifts
        The drift (dx, dy), m, that the coordinates of each observation contain, as far as known.
    fallback
        Set when perception failed: the run goes on with the pre-approved raster plan, and why.
    """

    limits: Limits
    consent: Consent
    seed: int = 0
    observations: tuple[Observation, ...] = ()
    refused: tuple[tuple[Proposal, str], ...] = ()
    wishes: tuple[Wish, ...] = ()
    spent: float = 0.0
    offset: Point = (0.0, 0.0)
    tracker: Tracker | None = None
    drifts: tuple[Point, ...] = ()
    fallback: str | None = None

    def add(self, observation: Observation) -> "Survey":
        """Return a survey that also knows this observation."""
        light = replace(trusted(observation), segmentation=None, spectrum=None)
        tracker = followed(self.tracker, observation)
        observations = (*self.observations, light)
        drifts = drifts_after(self.known_drifts(), observations, self.tracker, tracker)
        return replace(
            self,
            observations=observations,
            spent=self.spent + observation.seconds,
            offset=self._offset_after(observation, tracker),
            tracker=tracker,
            drifts=drifts,
        )

    def known_drifts(self) -> tuple[Point, ...]:
        """Return the drift (dx, dy), m, that the coordinates of each observation contain.

        An observation whose drift is not known has that of the one before.
        """
        if len(self.drifts) == len(self.observations):
            return self.drifts
        found: list[Point] = []
        last: Point = (0.0, 0.0)
        for observation in self.observations:
            last = observation.offset if observation.offset is not None else last
            found.append(last)
        # some observations may have been left out, which the tracker remembers all the same
        return corrected(found, self.observations, self.tracker)

    def passed(self, time: float) -> "Survey":
        """Return a survey at a later instrument time (s): the sample has drifted on meanwhile."""
        if self.tracker is None:
            return self
        late = time + self.tracker.shift - self.tracker.clock
        tracker = self.tracker.passed(max(late, 0.0))
        return replace(self, tracker=tracker, offset=tracker.now.offset)

    def _offset_after(self, observation: Observation, tracker: Tracker | None) -> Point:
        if tracker is not None:
            return tracker.now.offset
        return observation.offset if observation.offset is not None else self.offset

    def refuse(self, request: Proposal, message: str) -> "Survey":
        """Return a survey that remembers a refusal."""
        return replace(self, refused=(*self.refused, (request, message)))

    def fall_back(self, reason: str) -> "Survey":
        """Return a survey in which the raster plan takes over, and why."""
        return replace(self, fallback=reason)

    def forbid(self, region: ScanRegion) -> "Survey":
        """Return a survey in which a person allows nothing in a region any more."""
        return replace(self, consent=self.consent.forbidding(region))

    def wish(self, wish: Wish) -> "Survey":
        """Return a survey with one more wish."""
        return replace(self, wishes=(*self.wishes, wish))

    def scans(self, *roles: Role) -> Iterator[Observation]:
        """Yield the scans with one of the roles (all when none is given)."""
        for observation in self.observations:
            request = observation.request
            if isinstance(request, ScanRequest) and (not roles or request.role in roles):
                yield observation

    def probes(self) -> Iterator[Observation]:
        """Yield the probes."""
        for observation in self.observations:
            if isinstance(observation.request, ProbeRequest):
                yield observation
