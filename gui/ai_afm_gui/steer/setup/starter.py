"""Runs that were started from the window: shown as soon as they are there; they outlive it."""

from pathlib import Path

from qtpy.QtCore import QObject, QTimer, Signal

from ai_afm_gui.context import Context
from ai_afm_gui.steer.ownership import note_started
from ai_afm_gui.steer.setup.launch import Launch, reap, start

NAME = "steer-starter"
LOOK_MS = 150


class Starter(QObject):
    """Starts runs and shows them; made by `starter_of`, one for each context."""

    started = Signal(object)
    """The folder of a run that is there."""
    failed = Signal(str)
    """Why a run did not start."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setObjectName(NAME)
        self._context = context
        self._waiting: tuple[Launch, ...] = ()
        self._going: tuple[Launch, ...] = ()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def going(self) -> tuple[Launch, ...]:
        """The runs that were started here and still go on."""
        return self._going + self._waiting

    def start(self, text: str, folder: Path) -> bool:
        """Start a run in a process of its own; tell whether that was possible."""
        try:
            launch = start(text, folder, self._context.lab)
        except OSError as exc:
            self.failed.emit(str(exc))
            return False
        self._waiting = (*self._waiting, launch)
        self._timer.start()
        return True

    def _look(self) -> None:
        waiting, self._waiting = self._waiting, ()
        for launch in waiting:
            why = launch.failed()
            if why is not None:
                self.failed.emit(why)
            elif launch.ready:
                self._going = (*self._going, launch)
                note_started(self._context.settings, launch.folder)
                self._context.attach(launch.folder)
                self.started.emit(launch.folder)
            else:
                self._waiting = (*self._waiting, launch)
        # a process that has ended is taken note of, so that nothing of it is left behind
        self._going = reap(self._going)
        if not self.going:
            self._timer.stop()


def starter_of(context: Context) -> Starter:
    """Return what starts runs from this window."""
    found = context.findChild(Starter, NAME)
    return found if isinstance(found, Starter) else Starter(context)
