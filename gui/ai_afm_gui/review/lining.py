"""Middle lines that follow a label: a thread finds them anew where it was drawn on. No Qt."""

from concurrent.futures import Future
from typing import Any

from ai_afm.flywheel.records import Label
from ai_afm_gui.review.box import Box
from ai_afm_gui.review.centrelines import REACH, Centrelines
from ai_afm_gui.review.trace import Submit


class Lining:
    """The lines of a label that changes.

    Parameters
    ----------
    label
        (lines, pixels) uint8, as it is at first; changed in place by its owner.
    submit
        Lets a thread do something.
    """

    def __init__(self, label: Label, submit: Submit) -> None:
        self.lined: Label = label.copy()
        self.lines = Centrelines.of(self.lined)
        self.count = 0
        self._label, self._submit = label, submit
        self._stale: Box | None = None
        self._job: tuple[Future[Any], Box, Label] | None = None
        self._moved: Box | None = None

    @property
    def behind(self) -> Box | None:
        """Where the label differs from `lined`, of which `lines` are."""
        job = None if self._job is None else self._job[1]
        return job if self._stale is None else self._stale.united(job)

    def touch(self, box: Box) -> None:
        """Say that the label has changed in a box."""
        self._stale = box.united(self._stale)

    def poll(self, *, drawing: bool) -> None:
        """Take over what the thread has found; let it go on, but not within a stroke."""
        if self._job is not None and self._job[0].done():
            self._take()
        if self._job is None and self._stale is not None and not drawing:
            box, label, lines = self._stale, self._label.copy(), self.lines
            self._stale = None
            self._job = self._submit(lambda: lines.updated(label, box)), box, label

    def fresh(self) -> Centrelines:
        """Return the lines as they are now, also when the thread has not come to it yet."""
        if self._job is not None:
            self._take()
        if self._stale is not None:
            box, self._stale = self._stale, None
            self.lined = self._label.copy()
            self.lines = self.lines.updated(self.lined, box)
            self._moved_in(box)
        return self.lines

    def take_moved(self) -> Box | None:
        """Return where lines have changed since this was asked last."""
        box, self._moved = self._moved, None
        return box

    def _take(self) -> None:
        if self._job is not None:
            (done, box, label), self._job = self._job, None
            self.lines, self.lined = done.result(), label
            self._moved_in(box)

    def _moved_in(self, box: Box) -> None:
        self.count += 1
        shape = self._label.shape[0], self._label.shape[1]
        self._moved = box.grown(REACH, shape).united(self._moved)
