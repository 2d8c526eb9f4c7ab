"""The window's hand on a run: one link for map and panel, and who may use it."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from qtpy.QtCore import QCoreApplication, QObject, QTimer, Signal

from ai_afm.errors import AfmError
from ai_afm_gui.client import Answer, RunLink
from ai_afm_gui.context import Context
from ai_afm_gui.steer.ground import Known, read_known
from ai_afm_gui.steer.ownership import is_ours

log = logging.getLogger(__name__)

WAIT = 2.0
"""s that a run is given to say what came of a command; after that it is queued."""
LOOK_MS = 30
"""Between two looks for answers, while any is outstanding."""
FREE = ("withdraw", "status")
"""What needs no control: a person who sees danger does not have to ask."""
NAME = "steer-control"

Heard = Callable[[Answer], None]


class Control(QObject):
    """Commands to the run that is shown; made by `control_of`, one for each context.

    Parameters
    ----------
    context
        What the pages share; the run that it shows is the one that is steered.
    """

    answered = Signal(object)
    """An `Answer`, as soon as it is there."""
    changed = Signal()
    """Another run is steered, control was taken or given back, or more of the run is known."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setObjectName(NAME)
        self._context = context
        self._link: RunLink | None = None
        self._pending: list[tuple[Future[Answer], Heard | None]] = []
        self._reader = ThreadPoolExecutor(1, "read a run")
        self._reading: Future[Known] | None = None
        self.known: Known | None = None
        self.taken = self._shut = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        context.run_changed.connect(self.attach)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.shut)
        self.attach(context.run)

    @property
    def run(self) -> Path | None:
        """The run that is steered."""
        return self._context.run

    def attach(self, run: Path | None) -> None:
        """Steer another run; its own ones need no further question."""
        if self._shut:
            return
        if self._link is not None:
            self._link.close()
        self._pending.clear()
        self._link, self.known = (None, None) if run is None else (RunLink(run), None)
        self.taken = run is not None and is_ours(self._context.settings, run)
        self.read_again()
        self.changed.emit()

    def take(self) -> None:
        """Take control of a run that was begun elsewhere, in the name of a person."""
        self.taken = True
        self.changed.emit()

    def may(self, do: str) -> bool:
        """Tell whether a command may be sent now."""
        return self._link is not None and (self.taken or do in FREE)

    def ask(
        self, do: str, args: Mapping[str, Any] | None = None, heard: Heard | None = None
    ) -> bool:
        """Send a command; returns at once. Tell whether it was sent.

        Parameters
        ----------
        do, args
            Command and arguments.
        heard
            Is called with the answer, in the Qt thread.
        """
        if self._link is None or not self.may(do):
            return False
        self._pending.append((self._link.ask(do, args, WAIT), heard))
        self._timer.start()
        return True

    def read_again(self) -> None:
        """Read what the run's folder tells once more."""
        run = None if self._shut else self.run
        self._reading = None if run is None else self._reader.submit(read_known, run)
        if run is not None:
            self._timer.start()

    def look(self) -> None:
        """Hand out the answers that are there; nothing waits."""
        waiting, self._pending = self._pending, []
        for future, heard in waiting:
            if not future.done():
                self._pending.append((future, heard))
                continue
            if future.cancelled():
                continue
            answer = future.result()
            if heard is not None:
                heard(answer)
            self.answered.emit(answer)
        self._take_known()
        if not self._pending and self._reading is None:
            self._timer.stop()

    def shut(self) -> None:
        """Send and read nothing more."""
        self._shut = True
        self._timer.stop()
        self._reader.shutdown(wait=False, cancel_futures=True)
        if self._link is not None:
            self._link.close()
        self._link, self._reading = None, None

    def _take_known(self) -> None:
        if self._reading is None or not self._reading.done():
            return
        reading, self._reading = self._reading, None
        try:
            self.known = reading.result()
        except (AfmError, OSError) as exc:
            # the page that shows the run says so; without it there is no preview
            log.warning("%s cannot be read: %s", self.run, exc)
            return
        self.changed.emit()


def control_of(context: Context) -> Control:
    """Return the hand on the run that a context shows; map and panel share it."""
    found = context.findChild(Control, NAME)
    return found if isinstance(found, Control) else Control(context)
