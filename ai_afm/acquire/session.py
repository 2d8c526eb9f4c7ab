"""What a run is made of: the parts that the loop is given, and the commands it obeys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ai_afm.config import RunConfig
from ai_afm.control.base import Controller
from ai_afm.errors import AfmError, SafetyStop
from ai_afm.microscope.base import Capabilities
from ai_afm.microscope.guard import GuardedMicroscope
from ai_afm.segment.base import GlimpseService
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm.survey.survey import Survey
from ai_afm.types import Authority, Channel, PathRequest, Proposal, ScanLine, ScanRequest
from ai_afm.types.codec import encode


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asks of a live run: `pause`, `resume`, `stop`, `park`, `withdraw`, ...

    Parameters
    ----------
    do
        The verb.
    args
        Its arguments, JSON values.
    answer
        Is told, once, what has become of it, in words.
    """

    do: str
    args: Mapping[str, Any]
    answer: Callable[[str], None] = field(default=lambda _: None, compare=False)


class Steering(Protocol):
    """The run's side of its steering socket."""

    def take(self) -> Command | None:
        """Return the next command, or `None`."""
        ...

    def publish(self, status: Mapping[str, Any]) -> None:
        """Set what `status` answers."""
        ...


@dataclass(slots=True)
class Mandate:
    """How far a person lets a live run go by itself; `None` while it is what its file says."""

    authority: Authority | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """The parts of a run.

    Parameters
    ----------
    config
        Resolved settings.
    folder, journal
        Where everything is stored.
    microscope
        Always the guarded one.
    capabilities
        What it can do, with its times as measured where they were.
    controller
        Decides.
    glimpses
        The segmenter, `None` for a run without one.
    steering
        Commands of a person.
    lockstep
        Whether the instrument waits for the segmenter: true for clocks that are not real, where
        "live" has no other meaning.
    acknowledge
        Called with "scan" or "path", its number, and each line of it that is on disk.
    mandate
        What a person has changed about its authority.
    """

    config: RunConfig
    folder: RunFolder
    journal: Journal
    microscope: GuardedMicroscope
    capabilities: Capabilities
    controller: Controller
    glimpses: GlimpseService | None
    steering: Steering
    lockstep: bool = False
    acknowledge: Callable[[str, int, ScanLine], None] | None = None
    mandate: Mandate = field(default_factory=Mandate)

    @property
    def authority(self) -> Authority:
        """How far the run may go by itself now."""
        return self.mandate.authority or self.config.run.authority

    @property
    def model_sha256(self) -> str | None:
        """Hash of the weights that look now, `None` for a run without a segmenter."""
        return None if self.glimpses is None else self.glimpses.model_sha256

    def empty_survey(self) -> Survey:
        """Return what is known before the first scan: limits, consent and the seed.

        What a person has forbidden since is told by the journal, like all else that happened.
        """
        config = self.config
        return Survey(self.microscope.limits, config.consent.consent, config.run.seed)

    def recorded(self, request: ScanRequest | PathRequest) -> tuple[Channel, ...]:
        """Return the channels that are recorded for a request, in the instrument's order."""
        have, wanted = self.capabilities.channels, request.channels
        return have if wanted is None else tuple(c for c in have if c.name in wanted)

    def acknowledging(self, kind: str, number: int) -> Callable[[ScanLine], None] | None:
        """Return what to call for each line of a scan or path that is on disk, if anything."""
        acknowledge = self.acknowledge
        return None if acknowledge is None else lambda line: acknowledge(kind, number, line)

    def record_decision(self, request: Proposal) -> int:
        """Commit a decision to the journal before anything moves; return its row number."""
        model = None
        if self.glimpses is not None:
            model = {"name": self.glimpses.model, "sha256": self.glimpses.model_sha256}
        return self.journal.append(
            "decision",
            {
                "request": encode(request),
                "reason": request.reason,
                "controller": self.controller.name,
                "model": model,
            },
        )

    def make_safe(self) -> None:
        """Park the tip (withdrawn stays withdrawn) with bias and drive read back as zero.

        Raises
        ------
        SafetyStop
            When zero could not be verified; a row of the journal says so.
        """
        try:
            self.microscope.park()
        except AfmError as exc:
            self.journal.append("fault", {"kind": "park", "message": str(exc), "response": "none"})
            raise SafetyStop(
                f"the tip could not be parked: {exc}; look at the controller now"
            ) from exc
