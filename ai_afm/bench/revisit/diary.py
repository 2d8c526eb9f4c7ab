"""What is noted of a night of visits, for the score."""

import math
from dataclasses import dataclass, field

from ai_afm.survey.tracking.replay import TrackEvent
from ai_afm.survey.tracking.state import Track


@dataclass(frozen=True, slots=True)
class Visit:
    """A frame of the target.

    Parameters
    ----------
    time
        Its middle, s.
    stopped
        Whether it was stopped before its centre was scanned: a jump was seen in its first lines.
    error
        True distance of its centre from the target, m, when its middle line came, or at the stop.
    claim_error
        How wrong the tracker then is about where the target lies in it, m; NaN when it says that
        it does not know.
    unseen_jump
        Whether there was a jump that nobody could have noticed before.
    """

    time: float
    stopped: bool
    error: float
    claim_error: float
    unseen_jump: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """An answer of the settle gate (`None`: go), and how far the sample then truly moved, m."""

    reason: str | None
    motion: float


@dataclass(slots=True, eq=False)
class Diary:
    """What is noted of a night; `begun` and `events` are what replay needs."""

    visits: list[Visit] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    lost: int = 0
    looks: int = 0
    look_seconds: float = 0.0
    arrival_error: float = math.nan
    failures: list[str] = field(default_factory=list)
    by_walls: int = 0
    begun: Track | None = None
    events: list[TrackEvent] = field(default_factory=list)
