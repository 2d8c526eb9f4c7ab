"""What a window knows of a run: frozen values without Qt, in SI units, made by `RunReader`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from ai_afm.image.instrument_time import InstrumentTimes
from ai_afm.types import (
    Authority,
    Consent,
    Limits,
    Point,
    ProbeRequest,
    Proposal,
    Role,
    ScanRegion,
    WriteRequest,
)


class Level(StrEnum):
    """How much a person should care; `UNKNOWN` where nothing tells."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """Where a run stands, as a whole."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    WAITING = "waiting"
    """For a person to approve the next move (authority "advise"), or after a fault."""
    ENDED = "ended"
    BROKEN = "broken off"
    """No process runs it, and its journal has no end: it was killed, or the power failed."""
    UNSURE = "unsure"
    """Some process holds the run, but it does not answer."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """One state of the run: a word beside a level, and a sentence.

    Parameters
    ----------
    name
        "link", "tip", "z range", "drift", "disk", "model" or "queue".
    label, word, text
        What the lamp is called, one or two words such as "scanning", and a whole sentence; in the
        language of the window.
    level
        How much to care.
    since
        When it became so, `None` where that is not known.
    """

    name: str
    label: str
    word: str
    level: Level
    text: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What does not change while a run goes on.

    Parameters
    ----------
    folder, name
        Where it lies; the name of that folder.
    sample, operator, controller, authority
        Of its configuration.
    instrument
        Name of the instrument; "unknown" before the run has begun.
    clock
        "real", "accelerated" or "instant".
    acceleration
        Factor of an accelerated clock, 1 for others.
    range
        What the scanner can reach, `None` where the run does not tell.
    times
        Of the cost model.
    limits, consent
        As the run began.
    budget
        Instrument time after which it ends by itself, s.
    started
        When it was begun first, `None` before.
    pid
        Process that ran it last.
    """

    folder: Path
    name: str
    sample: str
    operator: str
    controller: str
    authority: Authority
    instrument: str
    clock: str
    acceleration: float
    range: ScanRegion | None
    times: InstrumentTimes
    limits: Limits
    consent: Consent
    budget: float
    started: datetime | None = None
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A scan, path or map of a run.

    Parameters
    ----------
    kind, number
        "scan", "path" or "map", and which.
    role, target, reason
        What it is for.
    region
        Where; of a path the rectangle around its sweeps.
    shape
        (lines, pixels); of a path (sweeps, 0).
    lines
        Lines done, as far as the journal tells; `None` while it is under way or where it broke off.
    finished
        `None` while it is under way; false where it was stopped early or broke off.
    stopped
        Why it ended early, empty where it did not.
    began, seconds
        When; how long it took, s of instrument time.
    segmentation
        Name of its segmentation's file, `None` without one.
    ood
        Whether the model found it unlike its training data, `None` where it cannot tell.
    offset
        Measured drift, m.
    decision
        Row of the journal that decided it.
    """

    kind: str
    number: int
    role: Role
    target: str | None
    reason: str
    region: ScanRegion | None
    shape: tuple[int, int]
    lines: int | None = None
    finished: bool | None = None
    stopped: str = ""
    began: datetime | None = None
    seconds: float | None = None
    segmentation: str | None = None
    ood: bool | None = None
    offset: Point | None = None
    decision: int | None = None


@dataclass(frozen=True, slots=True)
class ProbeEntry:
    """A point measurement: `finished` is `None` while it is under way, false where it was lost."""

    number: int
    request: ProbeRequest
    began: datetime | None = None
    finished: bool | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WriteEntry:
    """A deliberate change of the sample; `finished` as in `ProbeEntry`."""

    number: int
    request: WriteRequest
    began: datetime | None = None
    finished: bool | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Why the run is where it is.

    Parameters
    ----------
    row, time
        Of the journal.
    request
        What was asked for.
    reason
        In the controller's words.
    controller, model
        Who decided; the model as "name@version", empty without one.
    score
        What the controller gave the place, `None` where it tells no score.
    parts
        (name, value) of what the score is made of, as far as the controller tells.
    refused
        In the guard's words, empty where it was not.
    """

    row: int
    time: datetime
    request: Proposal
    reason: str
    controller: str
    model: str
    score: float | None = None
    parts: tuple[tuple[str, str], ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the event log: `kind` and `number` say what it is about (e.g. "scan", 7)."""

    row: int
    time: datetime
    level: Level
    what: str
    text: str
    kind: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A region that waits for its turn: a wish of a person, or a place that the run has ranked.

    `score` is `None` for wishes, which come first; `seconds` is the predicted time, s.
    """

    name: str
    region: ScanRegion
    wished: bool
    score: float | None = None
    what: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """Where features have moved since the first frame, m, and how fast, m/s.

    `sure` is false while the tracker has lost the place.
    """

    offset: Point
    rate: Point
    uncertainty: float | None
    sure: bool
    time: datetime
