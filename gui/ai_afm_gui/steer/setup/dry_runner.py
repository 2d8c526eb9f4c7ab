"""The dry run as a process, `ai-afm run FILE --dry-run --json`, again when the plan changes."""

import sys
from pathlib import Path

from qtpy.QtCore import QObject, QProcess, QTemporaryDir, QTimer, Signal

from ai_afm_gui.steer.setup.dry import parse_dry_run

SOON_MS = 500
"""From the last change of the plan to its check."""


class DryRunner(QObject):
    """Checks plans, one at a time; only the newest counts."""

    told = Signal(object)
    """A `DryRun`."""
    refused = Signal(str)
    """Why the plan cannot be carried out, in the words of the command line."""
    began = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = QTemporaryDir()
        self._text, self._counts = "", False
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._broke)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._soon.isActive() or self._counts

    def check(self, text: str) -> None:
        """Check the TOML of a run soon; what was asked before counts no more."""
        self._text = text
        self._soon.start()
        self.began.emit()

    def cancel(self) -> None:
        """Check nothing."""
        self._soon.stop()
        self._counts = False
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(2000)

    def _start(self) -> None:
        self.cancel()
        file = Path(self._folder.path()) / "plan.toml"
        try:
            file.write_text(self._text, encoding="utf-8")
        except OSError as exc:
            self.refused.emit(str(exc))
            return
        self._counts = True
        line = ["-m", "ai_afm", "run", str(file), "--dry-run", "--json"]
        self._process.start(sys.executable, line)

    def _finished(self, code: int, _how: QProcess.ExitStatus) -> None:
        said, complaint = self._said()
        if not self._counts:
            return
        self._counts = False
        if code:
            # what it says begins with the program's name; the last line is the reason
            reason = complaint.splitlines()[-1] if complaint else f"exit code {code}"
            self.refused.emit(reason.removeprefix("ai-afm: "))
            return
        try:
            self.told.emit(parse_dry_run(said))
        except ValueError as exc:
            self.refused.emit(str(exc))

    def _said(self) -> tuple[str, str]:
        """Return what the process has written, and what it has complained of."""
        out = self._process.readAllStandardOutput().data()
        err = self._process.readAllStandardError().data()
        return (
            bytes(out).decode("utf-8", "replace"),
            bytes(err).decode("utf-8", "replace").strip(),
        )

    def _broke(self, error: QProcess.ProcessError) -> None:
        if self._counts and error == QProcess.ProcessError.FailedToStart:
            self._counts = False
            self.refused.emit(self._process.errorString())
