"""What a run says: one small class for everything that can happen."""

from dataclasses import dataclass
from typing import TypeAlias

from ai_afm.types import (
    Authority,
    MapRequest,
    Observation,
    PathRequest,
    ProbeRequest,
    Proposal,
    ScanLine,
    ScanRequest,
    Segmentation,
    WriteRequest,
)


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run folder (absolute path) is open; `resumed` tells whether it goes on."""

    folder: str
    resumed: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """The controller has chosen; journal row `sequence` is stored before anything moves."""

    sequence: int
    request: Proposal
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The guard refused a request; nothing moved."""

    request: Proposal
    message: str


@dataclass(frozen=True, slots=True)
class ScanStarted:
    """Scan `scan` begins; `request` is what the instrument will really do."""

    scan: int
    request: ScanRequest


@dataclass(frozen=True, slots=True)
class LineScanned:
    """A line of scan `scan` is stored; `durable` rows are on disk (fsynced)."""

    scan: int
    line: ScanLine
    durable: int


@dataclass(frozen=True, slots=True)
class Glimpsed:
    """The segmenter has looked at the lines so far."""

    scan: int
    lines: int
    segmentation: Segmentation
    milliseconds: float


@dataclass(frozen=True, slots=True)
class ScanStopped:
    """The scan ends before its last line, by choice; `reason` says why."""

    scan: int
    lines: int
    reason: str


@dataclass(frozen=True, slots=True)
class PathStarted:
    """Path `path` begins; `request` is what the instrument will really do."""

    path: int
    request: PathRequest


@dataclass(frozen=True, slots=True)
class SweepRecorded:
    """A pass of path `path` is stored; `durable` sweeps are on disk (fsynced)."""

    path: int
    line: ScanLine
    durable: int


@dataclass(frozen=True, slots=True)
class PathStopped:
    """Path `path` ends before its last sweep, by choice; `reason` says why."""

    path: int
    sweeps: int
    reason: str


@dataclass(frozen=True, slots=True)
class MapDrawn:
    """Map `map` is drawn from all that was read of the area; it is segmented next."""

    map: int
    request: MapRequest


@dataclass(frozen=True, slots=True)
class ProbeStarted:
    """Probe `probe` begins."""

    probe: int
    request: ProbeRequest


@dataclass(frozen=True, slots=True)
class WriteStarted:
    """Write `write` begins; `request` is what the instrument will really do."""

    write: int
    request: WriteRequest


@dataclass(frozen=True, slots=True)
class StrokeWritten:
    """`done` of `strokes` strokes of write `write` are done; the last had `bias` V on the tip."""

    write: int
    done: int
    strokes: int
    bias: float


@dataclass(frozen=True, slots=True)
class Observed:
    """A scan, path, map or probe is finished and part of the survey."""

    observation: Observation


@dataclass(frozen=True, slots=True)
class Commanded:
    """A person steered the run."""

    do: str
    detail: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """The move of journal row `sequence` waits for a person; `None`: it waits no longer."""

    sequence: int | None


@dataclass(frozen=True, slots=True)
class AuthorityChanged:
    """A person lets the run go this far by itself from now on."""

    authority: Authority


@dataclass(frozen=True, slots=True)
class Faulted:
    """Something went wrong; `response` says what was done about it."""

    kind: str
    message: str
    response: str


@dataclass(frozen=True, slots=True)
class QueuedForReview:
    """A person should look at scan `scan`; `response` says what the run does without them.

    `score` is the distance from the model's training data, `None` where it is not known.
    """

    scan: int
    reason: str
    score: float | None
    response: str


@dataclass(frozen=True, slots=True)
class Doubted:
    """A detector of instrument health doubts what is recorded, or (`over`) does so no longer.

    `scan` and `lines` say when, in a path `path` and `lines` (its sweeps) after scan `scan`; data
    are suspect since `since`, "scan 3, line 64" for example.
    """

    detector: str
    scan: int
    lines: int
    over: bool
    since: str
    advice: str
    path: int | None = None


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The tip is parked and the run is closed; `outcome` is done, stopped, budget or fault."""

    outcome: str
    message: str


Event: TypeAlias = (
    RunStarted
    | Decided
    | Refused
    | ScanStarted
    | LineScanned
    | Glimpsed
    | ScanStopped
    | PathStarted
    | SweepRecorded
    | PathStopped
    | MapDrawn
    | ProbeStarted
    | WriteStarted
    | StrokeWritten
    | Observed
    | Commanded
    | Awaited
    | AuthorityChanged
    | Faulted
    | QueuedForReview
    | Doubted
    | RunFinished
)
