"""All that a window shows of a run at one moment: frozen values without Qt, in SI units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ai_afm.image.scan_bytes import ScanState
from ai_afm.types import Authority, Consent, Direction, Frame, Limits, Point, Segmentation
from ai_afm_gui.client.forecast import Forecast
from ai_afm_gui.client.values import (
    Decision,
    Drift,
    Entry,
    Facts,
    Lamp,
    LogLine,
    Phase,
    ProbeEntry,
    Waiting,
    WriteEntry,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a model sees in a frame, as the newest file tells.

    Parameters
    ----------
    path
        The file.
    version
        Grows whenever the file was replaced: two values with the same path and version are equal.
    segmentation
        With probabilities, labels and uncertainty.
    lines
        Rows, in order of arrival, that the model has seen.
    final
        Whether no more rows will come.
    milliseconds
        Time it took.
    """

    path: Path
    version: int
    segmentation: Segmentation
    lines: int
    final: bool
    milliseconds: float


@dataclass(frozen=True, slots=True)
class View:
    """A frame to be shown: that of the scan or path under way, or any other of the run.

    Parameters
    ----------
    kind, number
        "scan", "path" or "map", and which.
    frame
        The rows so far; the same buffer grows while the scan goes on, a valid row never changes.
    rows
        Rows (trace) that have arrived: a number that grows with the frame.
    newest
        Direction -> row that arrived last, `None` before the first.
    state, reason
        How far it came and why it ended, as its file tells.
    seen
        What the model sees, `None` where there is nothing yet.
    """

    kind: str
    number: int
    frame: Frame
    rows: int
    newest: Mapping[Direction, int | None]
    state: ScanState
    reason: str
    seen: Seen | None = None

    @property
    def live(self) -> bool:
        """Whether more rows will come."""
        return self.state is ScanState.RUNNING


@dataclass(frozen=True, slots=True)
class Live:
    """What the run itself answers: `status` as its socket gave it, empty where it does not answer.

    Parameters
    ----------
    held
        Whether some process holds the run.
    answers
        Whether it has answered lately.
    status
        Its last answer.
    error
        Why there is none.
    """

    held: bool
    answers: bool
    status: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Eta:
    """How long it will take still; s of instrument time, `None` where nobody can tell.

    Parameters
    ----------
    frame
        Until the frame or path under way is complete.
    run_most
        Until the budget ends the run at the latest.
    forecast
        Until the run, or its area, is likely to be done, as the run itself has foretold it.
    pace
        Seconds of a person's clock for one of the instrument's; `None` where it is not known.
    """

    frame: float | None = None
    run_most: float | None = None
    forecast: Forecast | None = None
    pace: float | None = None


@dataclass(frozen=True, slots=True)
class RunState:
    """All that a window shows of a run; made by `RunReader.poll`, never changed.

    Parameters
    ----------
    facts
        What does not change.
    row
        Newest row of the journal: two states with the same row tell the same history.
    phase, outcome
        Where the run stands; how it ended, in its own words, empty while it has not.
    authority, model
        As they are now; the model as "name@version", empty without one.
    limits, consent
        As they are now: limits as a person has narrowed them.
    entries
        Scans, paths and maps in the order in which they were begun.
    probes, writes, decisions
        Oldest first.
    waiting
        What comes next, as far as it is known: wishes first, then ranked places.
    log
        Oldest first, without glimpses.
    drift
        `None` before anything was measured.
    view
        The frame under way, the last one where none is; `None` before the first.
    current
        Its entry.
    at
        The probe under way, as (x, y) m, `None` while none is.
    live
        What the run answers.
    eta
        How long it will take.
    lamps
        The seven of them, always in the same order.
    notes
        What could not be read, in words.
    whole
        Whether the whole history is told; of a long run the newest part is told first.
    """

    facts: Facts
    row: int
    phase: Phase
    outcome: str
    authority: Authority
    model: str
    limits: Limits
    consent: Consent
    entries: tuple[Entry, ...]
    probes: tuple[ProbeEntry, ...]
    writes: tuple[WriteEntry, ...]
    decisions: tuple[Decision, ...]
    waiting: tuple[Waiting, ...]
    log: tuple[LogLine, ...]
    drift: Drift | None
    view: View | None
    current: Entry | None
    at: Point | None
    live: Live
    eta: Eta
    lamps: tuple[Lamp, ...]
    notes: tuple[str, ...] = ()
    whole: bool = True

    @property
    def decision(self) -> Decision | None:
        """The newest decision."""
        return self.decisions[-1] if self.decisions else None

    def lamp(self, name: str) -> Lamp:
        """Return a lamp by its name."""
        return next(lamp for lamp in self.lamps if lamp.name == name)
