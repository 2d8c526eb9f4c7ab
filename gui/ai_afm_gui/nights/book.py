"""A run as its journal tells it, row by row: what was decided, done and seen, and when.

No Qt, no torch. Times are seconds since 1970, of the clock of the computer that ran it.
"""

from dataclasses import dataclass, field
from pathlib import Path

from ai_afm.types import (
    MapRequest,
    Point,
    ProbeRequest,
    Proposal,
    Role,
    ScanRegion,
    ScanRequest,
)


@dataclass(frozen=True, slots=True)
class Shot:
    """A scan, path or map.

    Parameters
    ----------
    kind, number
        "scan", "path" or "map", and which.
    request
        What was asked for.
    began, ended
        When; `ended` is `None` while it is under way, or where it broke off.
    seen
        (time, lines): so many lines had come when a model looked.
    lines
        That it has in the end.
    finished
        Whether it was scanned to its end.
    segmentation
        Name of what the model saw at the end, empty without it.
    offset
        Drift that its coordinates contain, m, `None` where it was not measured.
    """

    kind: str
    number: int
    request: Proposal | None
    began: float
    ended: float | None = None
    seen: tuple[tuple[float, int], ...] = ()
    lines: int = 0
    finished: bool = False
    segmentation: str = ""
    offset: Point | None = None

    @property
    def role(self) -> Role | None:
        """What it is for, `None` where that is not told."""
        return getattr(self.request, "role", None)

    @property
    def target(self) -> str:
        """The place that it belongs to, empty without one."""
        return str(getattr(self.request, "target", None) or "")

    @property
    def region(self) -> ScanRegion | None:
        """Where, `None` for a path."""
        request = self.request
        return request.region if isinstance(request, ScanRequest | MapRequest) else None


@dataclass(frozen=True, slots=True)
class Probed:
    """A point measurement; one that broke off has no `ended`, or is not `finished`."""

    number: int
    request: ProbeRequest
    began: float
    ended: float | None = None
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision: its row in the journal, when, what and why; `refused` in the guard's words."""

    row: int
    time: float
    request: Proposal
    reason: str
    controller: str
    model: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What else happened: a fault, a command, another model."""

    time: float
    what: str
    text: str
    is_fault: bool = False


@dataclass(slots=True)
class Book:
    """A run so far; `book_reader` fills it.

    Parameters
    ----------
    folder
        Of the run.
    sequence
        Newest row.
    began, last
        When the first and the newest row were written.
    spent
        s of instrument time.
    outcome
        How it ended, empty while it has not.
    run
        Hash of the first row, which tells this run from all others.
    models
        (time, model): which one looked from when on.
    """

    folder: Path
    sequence: int = 0
    began: float | None = None
    last: float | None = None
    spent: float = 0.0
    instrument: str = ""
    outcome: str = ""
    message: str = ""
    run: str = ""
    shots: list[Shot] = field(default_factory=list)
    probes: list[Probed] = field(default_factory=list)
    writes: int = 0
    decisions: list[Decided] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    models: list[tuple[float, str]] = field(default_factory=list)
    places: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def faults(self) -> int:
        """Number of faults."""
        return sum(event.is_fault for event in self.events)

    @property
    def scans(self) -> list[Shot]:
        """The scans."""
        return [shot for shot in self.shots if shot.kind == "scan"]

    def shot(self, kind: str, number: int) -> Shot | None:
        """Return a scan, path or map by its number."""
        place = self.places.get((kind, number))
        return None if place is None else self.shots[place]
