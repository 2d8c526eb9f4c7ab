"""A verb of `ai-afm` as a process of its own, so that the window never waits and never loads torch.

The window ends what it has started; whatever such a process has written down stays.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

from qtpy.QtCore import QObject, QProcess, QProcessEnvironment, QTimer

from ai_afm_gui.teach.outcome import Outcome, last_sentence, read_outcome

Launcher: TypeAlias = Callable[[Sequence[str]], tuple[str, list[str]]]
"""Arguments of `ai-afm` -> program and arguments to be started."""
NICE = 10
"""Added to the niceness of a process that is to leave the computer to others."""
GRACE_MS = 3000
"""Time that an interrupted process is given to end by itself."""
_BELOW_NORMAL = 0x4000
_SET_INFORMATION = 0x0200
"""BELOW_NORMAL_PRIORITY_CLASS and PROCESS_SET_INFORMATION of Windows."""


def ai_afm(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Return how a verb is started: with the Python that shows the window."""
    return sys.executable, ["-m", "ai_afm", *arguments]


class Command(QObject):
    """Runs one process at a time; `busy`, `said` and the callback tell about it.

    Parameters
    ----------
    launch
        How arguments become a process; a test gives its own.
    low
        Whether the process is to leave the computer to others.
    """

    def __init__(self, launch: Launcher = ai_afm, *, low: bool = False) -> None:
        super().__init__()
        self._launch, self._low = launch, low
        self._process: QProcess | None = None
        self._output, self._errors = bytearray(), bytearray()
        self._told: Callable[[Outcome], None] | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._kill)

    @property
    def busy(self) -> bool:
        """Whether its process is under way."""
        return self._process is not None

    @property
    def said(self) -> str:
        """The last sentence of the process so far."""
        return last_sentence(bytes(self._errors))

    def start(self, arguments: Sequence[str], told: Callable[[Outcome], None]) -> None:
        """Start a verb; nothing happens while another one is under way.

        Parameters
        ----------
        arguments
            As they would follow `ai-afm`.
        told
            Called with the outcome, in the thread of the window.
        """
        if self.busy:
            return
        self._output.clear()
        self._errors.clear()
        self._told = told
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        # what a process says is read line by line: it must not wait in its buffer
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONIOENCODING", "utf-8")
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed)
        if self._low:
            process.started.connect(self._lower)
        self._process = process
        program, given = self._launch(arguments)
        process.start(program, given)

    def interrupt(self) -> None:
        """Ask the process to end, as Ctrl-C does; one that does not listen is ended after a while.

        A training has its checkpoints on the disk by then, so either way it can be gone on with.
        """
        if self._process is None:
            return
        number = int(self._process.processId())
        if sys.platform == "win32" or number <= 0:
            self._process.kill()
        else:
            os.kill(number, signal.SIGINT)
            self._patience.start(GRACE_MS)

    def shut(self) -> None:
        """End the process and forget about it; its outcome is not told any more."""
        process, self._told = self._process, None
        if process is None:
            return
        self.interrupt()
        self._patience.stop()
        if not process.waitForFinished(GRACE_MS):
            process.kill()
            process.waitForFinished(GRACE_MS)
        self._process = None

    def _read(self) -> None:
        if self._process is not None:
            self._output += bytes(self._process.readAllStandardOutput().data())
            self._errors += bytes(self._process.readAllStandardError().data())

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._end(code if status is QProcess.ExitStatus.NormalExit else -1)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            self._errors += self._process.errorString().encode()
            self._end(-1)

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _end(self, code: int) -> None:
        self._patience.stop()
        process, told = self._process, self._told
        self._process = self._told = None
        if process is not None:
            process.deleteLater()
        if told is not None:
            told(read_outcome(code, bytes(self._output), bytes(self._errors)))

    def _lower(self) -> None:
        if self._process is not None:
            lower_priority(int(self._process.processId()))


def lower_priority(number: int) -> None:
    """Let a process leave the processor to whatever else wants it."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(_SET_INFORMATION, False, number)
        if handle:
            kernel.SetPriorityClass(handle, _BELOW_NORMAL)
            kernel.CloseHandle(handle)
    else:
        # it may have ended by now
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, number, NICE)
