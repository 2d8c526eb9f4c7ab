"""One run folder, read again and again: each look reads only what is new."""

import operator
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TypeVar

from ai_afm.config import parse_config
from ai_afm.errors import AfmError
from ai_afm.store.run_folder import RunFolder
from ai_afm.types import Authority
from ai_afm_gui.client.digest import Digest
from ai_afm_gui.client.eta import eta, frame_times
from ai_afm_gui.client.facts import consent_now, facts_of, told
from ai_afm_gui.client.forecast import Forecaster
from ai_afm_gui.client.frames import FrameReader, ended
from ai_afm_gui.client.history import History
from ai_afm_gui.client.lamps import Signs, lamps
from ai_afm_gui.client.link import Answer, RunLink
from ai_afm_gui.client.planner import Planner, foretells
from ai_afm_gui.client.state import Live, RunState, View
from ai_afm_gui.client.values import Entry, Phase, Waiting

T = TypeVar("T")
ASK_EVERY = 0.5
"""Seconds between two questions for the run's status."""
HELD_EVERY = 2.0
"""Seconds between two looks at the run's lock, which are taken only while it does not answer."""
DISK_EVERY = 10.0
"""Seconds between two looks at the free space of the disk."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clocks:
    """Where the time comes from: seconds that never jump, and the time of day."""

    monotonic: Callable[[], float] = monotonic
    wall: Callable[[], datetime] = _now


@dataclass(slots=True)
class _Asked:
    """What is looked at now and then, not in every look."""

    status: Live = field(default_factory=lambda: Live(False, False))
    question: "Future[Answer] | None" = None
    asked: float = -1e9
    held: float = -1e9
    disk: float = -1e9
    free: float | None = None
    lines: float = 0.0


class RunReader:
    """Reads a run folder, live or old, and asks a live run for its status.

    It writes nothing into the folder. Not to be used from two threads at once.

    Parameters
    ----------
    folder
        Run folder.
    clocks
        Where the time comes from.
    link
        How a live run is asked; `None` makes a `RunLink`.

    Raises
    ------
    StoreError
        When it is not the folder of a run.
    ConfigError
        When its configuration cannot be read.
    """

    def __init__(
        self, folder: Path, clocks: Clocks | None = None, link: RunLink | None = None
    ) -> None:
        self.folder = RunFolder.open(folder)
        self._config = parse_config(self.folder.config_toml(), str(self.folder.config_file))
        self._clocks = clocks or Clocks()
        self._link = link or RunLink(folder)
        self._own_link = link is None
        self._frames = FrameReader(self.folder)
        self._facts = facts_of(self.folder.path, self._config)
        limits = self._facts.limits
        self._history = History(self.folder.journal_file, lambda: Digest(limits))
        self._planner = Planner(self.folder, self._config) if foretells(self._config) else None
        self._forecaster = Forecaster(self._config)
        self._asked = _Asked()
        self._pinned: tuple[str, int] | None = None
        self._ends: tuple[int | None, tuple[float, ...]] = None, ()
        self._last: RunState | None = None

    def show(self, kind: str, number: int) -> None:
        """Pin a scan, path or map as `RunState.view`; "" follows the run again."""
        self._pinned = (kind, number) if kind else None

    def poll(self) -> RunState:
        """Look once, and return what there is to see.

        Raises
        ------
        StoreError
            When the journal cannot be read any more.
        """
        self._history.look()
        digest, notes = self._history.digest, list(self._history.problems)
        self._facts = told(self._facts, digest)
        live = self._live()
        view = self._view(live, notes)
        state = self._state(live, view, tuple(notes))
        self._last = state
        return state

    def close(self) -> None:
        """Close all files."""
        self._frames.close()
        self._history.close()
        if self._planner is not None:
            self._planner.close()
        if self._own_link:
            self._link.close()

    def __enter__(self) -> "RunReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _state(self, live: Live, view: View | None, notes: tuple[str, ...]) -> RunState:
        digest, facts, last = self._history.digest, self._facts, self._last
        phase = _phase(digest, live)
        ends = self._frame_times()
        left = eta(facts, digest, view, ends, self._clocks.wall(), self._forecaster)
        if not self._history.whole:  # what was spent is not known yet
            left = replace(left, run_most=None, forecast=None)
        probing = digest.probing
        return RunState(
            facts=facts,
            row=digest.row,
            phase=phase,
            outcome="" if digest.finished is None else ": ".join(digest.finished),
            authority=digest.authority or facts.authority,
            model=digest.model,
            limits=digest.limits,
            consent=consent_now(facts.consent, digest.forbidden),
            entries=_same(digest.entries, None if last is None else last.entries),
            probes=_same(digest.probes, None if last is None else last.probes),
            writes=_same(digest.writes, None if last is None else last.writes),
            decisions=_same(digest.decisions, None if last is None else last.decisions),
            waiting=self._waiting(live),
            log=_same(digest.log, None if last is None else last.log),
            drift=digest.drift,
            view=view,
            current=digest.current,
            at=None if probing is None else probing.request.position,
            live=live,
            eta=left,
            lamps=lamps(digest, self._signs(phase, live, view, ends)),
            notes=notes,
            whole=self._history.whole,
        )

    def _waiting(self, live: Live) -> tuple[Waiting, ...]:
        """Return wishes, then what a live run would choose next."""
        digest, before = self._history.digest, self._last
        found = [Waiting(name, region, True) for name, region in digest.wishes]
        if self._planner is not None and live.answers and self._history.whole and digest.decisions:
            found += self._planner.waiting(digest.decisions[-1].row, self._facts)
        same = before is not None and before.waiting == tuple(found)
        return before.waiting if before is not None and same else tuple(found)

    def _view(self, live: Live, notes: list[str]) -> View | None:
        """Return the frame that is shown: the pinned one, else the newest."""
        entry = self._shown()
        if entry is None:
            return None
        before = self._last.view if self._last else None
        try:
            view = self._frames.look(entry)
        except (AfmError, OSError) as exc:
            notes.append(f"{entry.kind} {entry.number} cannot be shown: {exc}")
            return None
        rows = 0 if before is None else before.rows
        if before is None or view.number != before.number or view.rows != rows:
            self._asked.lines = self._clocks.monotonic()
        under_way = entry is self._history.digest.current and (live.held or live.answers)
        return view if under_way else ended(view)

    def _shown(self) -> Entry | None:
        if self._pinned is not None:
            return self._history.digest.entry(*self._pinned)
        return self._history.digest.entries[-1] if self._history.digest.entries else None

    def _frame_times(self) -> tuple[float, ...]:
        """Return when the lines under way end, worked out once for each request."""
        current, decisions = self._history.digest.current, self._history.digest.decisions
        row = None if current is None or not decisions else current.decision
        if self._ends[0] != row or row is None:
            request = decisions[-1].request if row is not None else None
            self._ends = row, frame_times(request, self._facts.times)
        return self._ends[1]

    def _signs(self, phase: Phase, live: Live, view: View | None, ends: tuple[float, ...]) -> Signs:
        now, current = self._clocks.monotonic(), self._history.digest.current
        if now - self._asked.disk >= DISK_EVERY:
            self._asked.disk, self._asked.free = now, _free(self.folder.path)
        slow = max((b - a for a, b in zip((0.0, *ends), ends, strict=False)), default=1.0)
        expected = current is not None and phase is Phase.RUNNING and self._pinned is None
        return Signs(
            phase,
            live.error,
            view,
            current,
            now - self._asked.lines if expected else None,
            max(6 * slow, 10.0),
            ends[-1] if ends else None,
            self._config.model.glimpse_every,
            self._asked.free,
        )

    def _live(self) -> Live:
        """Return what the run answers; asked at most every `ASK_EVERY` s, and never waited for."""
        asked, now = self._asked, self._clocks.monotonic()
        if self._history.digest.finished is not None and not self.folder.steering_file.exists():
            asked.status = Live(False, False)
            return asked.status
        if asked.question is not None and asked.question.done():
            answer, asked.question = asked.question.result(), None
            if answer.ok:
                asked.status = Live(True, True, dict(answer.result))
            else:
                asked.status = Live(asked.status.held, False, {}, answer.text)
        if not asked.status.answers and now - asked.held >= HELD_EVERY:
            asked.held = now
            asked.status = replace(asked.status, held=self.folder.is_running)
        if asked.question is None and now - asked.asked >= ASK_EVERY:
            if self.folder.steering_file.exists():
                asked.asked, asked.question = now, self._link.ask("status")
            else:
                asked.status = replace(asked.status, answers=False)
        return asked.status


def _phase(digest: Digest, live: Live) -> Phase:
    if digest.finished is not None:
        return Phase.ENDED
    if digest.started is None:
        return Phase.STARTING
    if not (live.held or live.answers):
        return Phase.BROKEN
    if live.error:
        return Phase.UNSURE
    if digest.held is not None:
        return Phase.WAITING if "waiting for a person" in digest.held else Phase.PAUSED
    if digest.authority is Authority.WATCH and digest.current is None:
        return Phase.PAUSED
    if digest.asks and digest.authority is Authority.ADVISE:
        return Phase.WAITING
    return Phase.RUNNING


def _free(folder: Path) -> float | None:
    try:
        return float(shutil.disk_usage(folder).free)
    except OSError:
        return None


def _same(now: Sequence[T], before: tuple[T, ...] | None) -> tuple[T, ...]:
    """Return the tuple of before where nothing has changed, so that it can be told by `is`."""
    if before is not None and len(now) == len(before) and all(map(operator.is_, now, before)):
        return before
    return tuple(now)
