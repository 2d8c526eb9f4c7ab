"""A stored frame, given to the Live page line by line as if it were just scanned."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ai_afm.errors import StoreError
from ai_afm.image.scan_bytes import ScanState
from ai_afm.types import Direction, Frame
from ai_afm_gui.client import RunReader, RunState, View

GLIMPSE_EVERY = 16
"""Lines after which the lines of the model are given anew, as in a run."""


@dataclass(slots=True)
class Feed:
    """Stands for a `Follower`; whoever feeds it sets `state`.

    Parameters
    ----------
    state
        What is newest.
    """

    state: RunState | None = None
    problem: str = ""

    def newest(self) -> RunState | None:
        """Return the newest state."""
        return self.state

    def show(self, kind: str, number: int) -> None:
        """Pin nothing: there is one frame."""

    def close(self) -> None:
        """Nothing is open."""


def stored_state(run: Path) -> RunState:
    """Return the state of a finished run with one segmented scan.

    Raises
    ------
    StoreError
        When the run has no such scan.
    """
    reader = RunReader(run)
    try:
        reader.show("scan", 1)
        state = reader.poll()
    finally:
        reader.close()
    if state.view is None or state.view.seen is None:
        raise StoreError(f"{run} has no segmented scan to measure with")
    return state


def growing(state: RunState, number: int, step: int = 1) -> Iterator[RunState]:
    """Yield the states of a scan whose lines come in, `step` lines each.

    Parameters
    ----------
    state
        Of the finished scan.
    number
        Of the scan; each has a frame of its own.
    step
        Lines from one state to the next.
    """
    view = state.view
    assert view is not None
    scanned = {d: np.zeros_like(done) for d, done in view.frame.scanned.items()}
    frame = Frame(
        view.frame.request,
        {key: image.copy() for key, image in view.frame.data.items()},
        view.frame.channels,
        scanned,
        view.frame.measurement,
    )
    lines = frame.shape[0]
    for count in range(step, lines + 1, step):
        for done in scanned.values():
            done[:count] = True
        yield replace(state, view=_view(view, frame, number, count))


def _view(view: View, frame: Frame, number: int, count: int) -> View:
    last = frame.shape[0]
    seen = view.seen
    assert seen is not None
    version = number * last + count // GLIMPSE_EVERY
    looked = count - count % GLIMPSE_EVERY
    return replace(
        view,
        number=number,
        frame=frame,
        rows=count,
        newest=dict.fromkeys(Direction, count - 1),
        state=ScanState.COMPLETE if count == last else ScanState.RUNNING,
        seen=replace(seen, version=version, lines=looked, final=looked == last),
    )
