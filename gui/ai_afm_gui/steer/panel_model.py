"""What the steering panel shows and allows, without Qt."""

from dataclasses import dataclass

from ai_afm.types import Authority
from ai_afm_gui.client import Decision, Level, Phase, RunState
from ai_afm_gui.client.named import ending_words
from ai_afm_gui.steer.map_model import OVER, awaited

LEVELS = {
    Phase.STARTING: Level.UNKNOWN,
    Phase.RUNNING: Level.GOOD,
    Phase.PAUSED: Level.WARN,
    Phase.WAITING: Level.WARN,
    Phase.ENDED: Level.UNKNOWN,
    Phase.BROKEN: Level.BAD,
    Phase.UNSURE: Level.BAD,
}


@dataclass(frozen=True, slots=True)
class Console:
    """What a person sees of a run and can do with it now.

    Parameters
    ----------
    phase
        Where the run stands; `level` says how much to care.
    authority, model
        As they are now.
    waits
        The move that waits for approval, `None` where none does.
    may
        Commands that can be sent now; "withdraw" always is.
    needs_control
        Whether control has to be taken first.
    starter
        Who is responsible for the run, as its file says.
    outcome
        How it ended, "" while it has not.
    """

    phase: Phase
    authority: Authority
    model: str
    waits: Decision | None
    may: frozenset[str]
    needs_control: bool
    starter: str
    outcome: str

    @property
    def level(self) -> Level:
        """How much to care."""
        return LEVELS[self.phase]


def console(state: RunState, *, taken: bool) -> Console:
    """Return what the panel shows of a run.

    Parameters
    ----------
    state
        Of the run.
    taken
        Whether this window has control of it.
    """
    over = state.phase in OVER
    waits = awaited(state)
    may = {"withdraw"}
    if taken and not over:
        may |= {"stop", "limits", "authority"}
        may.add("resume" if _held(state) else "pause")
        may |= {"approve", "decline"} if waits is not None else set()
    return Console(
        phase=state.phase,
        authority=authority_now(state),
        model=state.model,
        waits=waits,
        may=frozenset(may),
        needs_control=not (taken or over),
        starter=state.facts.operator,
        outcome=ending_words(state.outcome),
    )


def authority_now(state: RunState) -> Authority:
    """Return how far the run goes by itself: as it answers itself, else as its journal tells."""
    try:
        return Authority(state.live.status.get("authority", state.authority))
    except ValueError:
        return state.authority


def _held(state: RunState) -> bool:
    """Tell whether `resume` is what helps: paused by a person, or after a fault."""
    if state.phase is Phase.PAUSED or state.live.status.get("state") == "paused":
        return True
    return state.phase is Phase.WAITING and awaited(state) is None


def more(wanted: Authority, now: Authority) -> bool:
    """Tell whether a change lets the run do more by itself, which needs a name."""
    return wanted.exceeds(now)
