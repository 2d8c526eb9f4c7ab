"""What the controller knows: vectors in sample coordinates, time spent, wishes; never frames."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ai_afm.survey.trust import trusted
from ai_afm.types import (
    Consent,
    Limits,
    Observation,
    Point,
    ProbeRequest,
    Request,
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
    fallback
        Set when perception failed: the run goes on with the pre-approved raster plan, and why.
    """

    limits: Limits
    consent: Consent
    seed: int = 0
    observations: tuple[Observation, ...] = ()
    refused: tuple[tuple[Request, str], ...] = ()
    wishes: tuple[Wish, ...] = ()
    spent: float = 0.0
    offset: Point = (0.0, 0.0)
    fallback: str | None = None

    def add(self, observation: Observation) -> "Survey":
        """Return a survey that also knows this observation."""
        light = replace(trusted(observation), segmentation=None, spectrum=None)
        shift = observation.offset
        return replace(
            self,
            observations=(*self.observations, light),
            spent=self.spent + observation.seconds,
            offset=shift if shift is not None else self.offset,
        )

    def refuse(self, request: Request, message: str) -> "Survey":
        """Return a survey that remembers a refusal."""
        return replace(self, refused=(*self.refused, (request, message)))

    def fall_back(self, reason: str) -> "Survey":
        """Return a survey in which the raster plan takes over, and why."""
        return replace(self, fallback=reason)

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
