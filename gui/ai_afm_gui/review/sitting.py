"""A person at the review queue: crop after crop, and what is under way on the disk. No Qt.

Nothing here waits: a thread does what takes long, and `poll` takes over what it has done.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from ai_afm.errors import AfmError
from ai_afm_gui.review.desk import Crop, Desk, Verdict
from ai_afm_gui.review.journal import Journal
from ai_afm_gui.review.progress import Counting, Progress, Stopwatch

KEEP = 600.0
"""Seconds after which an item is held anew, so that nobody else gets it."""
log = logging.getLogger(__name__)


class State(StrEnum):
    """What is going on."""

    LOADING = "loading"
    WORKING = "working"
    ANSWERING = "answering"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Clocks:
    """Time that goes on evenly, s, and time of day with its zone."""

    even: Callable[[], float]
    wall: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Threads:
    """Who does what takes long: `disk` has one thread and keeps the order, `minds` two."""

    disk: Executor
    minds: Executor


class Sitting:
    """One person at one lab.

    Parameters
    ----------
    lab
        Folder.
    annotator
        Who corrects.
    threads
        What takes long is given to them.
    clocks
        Of whom the seconds are.
    """

    def __init__(self, lab: Path, annotator: str, threads: Threads, clocks: Clocks) -> None:
        self.lab, self.annotator = lab, annotator
        self.state, self.message = State.LOADING, ""
        self.crop: Crop | None = None
        self.journal: Journal | None = None
        self.progress: Progress | None = None
        self.watch = Stopwatch(clocks.even)
        self._threads, self._clocks = threads, clocks
        self._desk: Desk | None = None
        self._counting: Counting | None = None
        self._counted: Future[Progress] | None = None
        self._answer: Callable[[Desk, Crop], str] | None = None
        self._job: Future[Any] | None = None
        self._then: Callable[[Any], None] = lambda result: None
        self._kept = clocks.even()
        self._load()

    @property
    def saved(self) -> bool:
        """Whether everything that was drawn is on the disk."""
        return self.journal is None or not self.journal.pending

    def poll(self) -> bool:
        """Take over what threads have done; return whether the state is another one."""
        before = self.state, self.crop, self.progress
        if self.journal is not None and self.journal.error and self._answer is not None:
            self._answer, self.state = None, State.WORKING
        if self.crop is not None:
            self.crop.drawing.poll()
        self._take()
        if self._counted is not None and self._counted.done():
            counted, self._counted = self._counted, None
            self.progress = counted.result()
        if self._answer is not None and self.saved and self._job is None and self.crop is not None:
            answer, desk, crop = self._answer, self._desk, self.crop
            assert desk is not None
            self._answer = None
            self._send(lambda: answer(desk, crop), self._answered)
        self._hold()
        return before != (self.state, self.crop, self.progress)

    def accept(self) -> None:
        """Store what is drawn and go on; what is under way is finished first."""
        if self.state is not State.WORKING or self.crop is None:
            return
        self.crop.drawing.settle()
        seconds, label = self.watch.seconds, self.crop.drawing.editor.label.copy()
        self._begin_answer(lambda desk, crop: desk.accept(crop, seconds, label))

    def say(self, verdict: Verdict) -> None:
        """Answer something else and go on."""
        if self.state is not State.WORKING or self.crop is None:
            return
        self.crop.drawing.settle()
        self._begin_answer(lambda desk, crop: desk.answer(crop, verdict))

    def again(self) -> None:
        """Try again what was refused: strokes, or the look into the queue."""
        if self.journal is not None and self.journal.error:
            self.journal.try_again()
        elif self._job is None and self.state in (State.EMPTY, State.FAILED):
            self._load()

    def shut(self) -> None:
        """Close the lab; what waits for the disk is written before."""
        if self.journal is not None:
            self.journal.flush()
        desk, self._desk = self._desk, None
        if self._job is not None:
            self._job.exception()
            desk = desk or self._late_desk()
        if self._counted is not None:
            self._counted.exception()
        if desk is not None:
            self._threads.disk.submit(desk.close).result()

    def _late_desk(self) -> Desk | None:
        """Return the desk that was opened while the window closed."""
        result = None if self._job is None or self._job.exception() else self._job.result()
        return result[0] if isinstance(result, tuple) else None

    def _begin_answer(self, answer: Callable[[Desk, Crop], str]) -> None:
        self.message, self.state, self._answer = "", State.ANSWERING, answer
        self.poll()

    def _load(self) -> None:
        self.state, self.crop, self.journal = State.LOADING, None, None
        self._send(self._look, self._looked)

    def _look(self) -> tuple[Desk, Crop | None]:
        """In the thread: open the lab where it is not, and take what is next."""
        desk = self._desk or Desk(self.lab, self.annotator, self._threads.minds.submit)
        try:
            return desk, desk.next()
        except BaseException:
            if self._desk is None:
                desk.close()
            raise

    def _looked(self, found: tuple[Desk, Crop | None]) -> None:
        self._desk, self.crop = found
        self._count(self._desk)
        self.state = State.EMPTY if self.crop is None else State.WORKING
        if self.crop is not None:
            self.journal = Journal(self.crop.session, self._threads.disk, self.crop.restored)
            self.crop.drawing.on_stroke = self.journal.put
        self.watch.restart()
        self._kept = self._clocks.even()

    def _count(self, desk: Desk) -> None:
        """Let a thread count what was done; the next crop does not wait for it."""
        if self._counted is None:
            counting = self._counting or Counting(desk.store, self.annotator)
            self._counting = counting
            self._counted = self._threads.minds.submit(lambda: counting.today(self._clocks.wall()))

    def _answered(self, note: str) -> None:
        self.message = note
        self._load()

    def _send(self, task: Callable[[], Any], then: Callable[[Any], None]) -> None:
        self._then = then
        self._job = self._threads.disk.submit(task)

    def _take(self) -> None:
        """Take over what the disk has done; a refusal leaves the crop where it is."""
        if self._job is None or not self._job.done():
            return
        done, self._job = self._job, None
        try:
            result = done.result()
        except (AfmError, OSError) as exc:
            log.warning("review: %s", exc)
            self.message = str(exc)
            self.state = State.FAILED if self.crop is None else State.WORKING
        else:
            self._then(result)

    def _hold(self) -> None:
        """Hold the item anew now and then, while its person is at it."""
        now = self._clocks.even()
        if self.state is State.WORKING and self._job is None and now - self._kept > KEEP:
            self._kept = now
            desk, crop = self._desk, self.crop
            assert desk is not None
            assert crop is not None
            self._send(lambda: desk.keep(crop), lambda _: None)
