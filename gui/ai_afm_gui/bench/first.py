"""`python -m ai_afm_gui.bench.first LAB`: `ai-afm gui --demo`, until there is something to see."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

from qtpy.QtCore import QEvent, QObject, QSettings, QTimer

from ai_afm_gui.shell.demo import DemoRun
from ai_afm_gui.shell.options import Options
from ai_afm_gui.shell.start import make_application, make_window
from ai_afm_gui.window import Window

PATIENCE = 60.0
"""s that the first line of the twin is waited for."""


class Painted(QObject):
    """Notes when a window was painted first."""

    def __init__(self) -> None:
        super().__init__()
        self.at: float | None = None

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Look for the first event of painting; what comes after it has been drawn."""
        if self.at is None and a1 is not None and a1.type() == QEvent.Type.Paint:
            self.at = time.monotonic()
        return False


def main(lab: Path) -> int:
    """Say when the window was there, when it showed the run, and when its first line."""
    demo = DemoRun(lab, datetime.now())
    app = make_application()
    settings = QSettings(str(lab / "window.ini"), QSettings.Format.IniFormat)
    window, _ = make_window(app, Options(demo=True, lab=lab), demo, settings)
    painted = Painted()
    centre = window.centralWidget()
    assert centre is not None
    centre.installEventFilter(painted)
    window.show()
    facts: dict[str, float | None] = {"attached": None, "line": None}
    window.context.run_changed.connect(lambda _run: facts.update(attached=time.monotonic()))
    begun = time.monotonic()

    def look() -> None:
        if facts["line"] is None and _has_line(window):
            facts["line"] = time.monotonic()
        if facts["line"] is not None or time.monotonic() - begun > PATIENCE:
            app.exit()  # `quit` would close the window, which then asks about the demo

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(10)
    app.exec()
    sys.stdout.write(json.dumps({"window": painted.at, **facts}) + "\n")
    window.shut()
    demo.end()
    return 0


def _has_line(window: Window) -> bool:
    if window.shown != "live":
        return False
    state = getattr(window.page("live"), "state", None)
    view = getattr(state, "view", None)
    return view is not None and view.rows > 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
