"""A round's folder: checkpoints to go on from, and the curve that anybody may watch."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ai_afm.errors import StoreError
from ai_afm.flywheel.rounds.checkpoints import Checkpoints
from ai_afm.flywheel.rounds.course import Progress, Report, Snapshot

CURVE = "curve.jsonl"
POLL = 2.0
"""Seconds between two looks whether a run is live."""


class Curve:
    """A file of JSON lines, one each time something is told; a reader may follow it.

    A line that a kill has cut short stays as it is, on a line of its own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, event: str, **values: Any) -> None:
        """Append one line; a number that is not finite becomes null.

        Raises
        ------
        StoreError
            When the disk refuses.
        """
        known = {k: v if _finite(v) else None for k, v in values.items()}
        line = json.dumps({"event": event, **known}, allow_nan=False)
        try:
            with self.path.open("ab+") as file:
                torn = file.tell() and (file.seek(-1, 2), file.read(1))[1] != b"\n"
                file.write(b"\n" * bool(torn) + line.encode() + b"\n")
        except OSError as exc:
            raise StoreError(f"{self.path} could not be written: {exc}") from exc


class Workshop:
    """A `Watch` with a folder: keeps checkpoints, writes the curve, waits while a run is live.

    Parameters
    ----------
    folder
        Of the round; must exist.
    training
        What tells this training from others.
    live
        Returns the run that is live, `None` without one; asked every `POLL` seconds.
    say
        Told what a person should know.
    clock, sleep
        Monotonic time, and waiting, s.

    Attributes
    ----------
    progress : Progress
        That of the newest checkpoint.
    """

    def __init__(
        self,
        folder: Path,
        training: str,
        live: Callable[[], Path | None],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.curve = Curve(folder / CURVE)
        self.checkpoints = Checkpoints(folder / "checkpoints", training)
        self._live, self._say, self._clock, self._sleep = live, say, clock, sleep
        self._look_at = -math.inf
        self.progress = Progress()

    def newest(self) -> Snapshot | None:
        """Return the newest whole checkpoint, and tell that the training goes on from there."""
        found = self.checkpoints.newest()
        if found is not None:
            self.progress = found.progress
            self.curve.add("resumed", step=found.progress.step)
            self._say(f"goes on after step {found.progress.step}")
        return found

    def keep(self, snapshot: Snapshot) -> None:
        """Write a checkpoint."""
        self.checkpoints.write(snapshot)
        self.progress = snapshot.progress

    def tell(self, report: Report) -> None:
        """Add a line to the curve."""
        p = report.progress
        self.curve.add(
            "steps",
            step=p.step,
            loss=round(report.loss, 5),
            learning_rate=report.learning_rate,
            cpu_s=round(p.cpu, 2),
            skipped=p.skipped,
            went_back=p.falls,
        )
        self._say(f"step {p.step}, loss {report.loss:.3f}, {p.cpu:.0f} s of CPU")

    def wait(self) -> None:
        """Return at once, or when no run is live any more."""
        if self._clock() < self._look_at:
            return
        run = self._live()
        if run is not None:
            self.curve.add("paused", run=str(run))
            self._say(f"waits: the run {run} is live (--while-scanning would go on)")
            while run is not None:
                self._sleep(POLL)
                run = self._live()
            self.curve.add("goes_on")
            self._say("goes on: no run is live any more")
        self._look_at = self._clock() + POLL


def _finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
