"""`ai-afm gui --screenshot DIR`: a picture of each page, and of the wizard."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from qtpy.QtCore import QSettings
from qtpy.QtWidgets import QApplication, QWidget

from ai_afm.errors import StoreError
from ai_afm_gui.shell.options import Options
from ai_afm_gui.shell.start import make_application, make_window
from ai_afm_gui.shots.stage import night_of, prepare
from ai_afm_gui.steer.wizard import RunWizard
from ai_afm_gui.window import Window

LINES = 140
"""Of the live scan that are waited for, so that there is something to see."""
PATIENCE = 120.0
"""s that these lines are waited for."""
LEAST, MOST, CALM = 2.0, 20.0, 1.0
"""s that a page is given to show what it has: at least, at most, and without a change."""


def take_pictures(options: Options) -> int:
    """Store a picture of each page; return the exit code.

    Raises
    ------
    StoreError
        When the demo does not start, or a picture cannot be written.
    BadInput
        When the run or the lab does not exist.
    """
    folder = options.screenshots
    if folder is None:
        raise StoreError("no folder for the pictures was named")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="ai-afm-pictures-")))
        demo = None
        if options.demo:
            demo = prepare(options.lab or scratch / "lab", datetime.now())
            stack.callback(demo.end)
        app = make_application()
        settings = QSettings(str(scratch / "window.ini"), QSettings.Format.IniFormat)
        window, faults = make_window(app, options, demo, settings)
        stack.callback(faults.remove)
        stack.callback(window.shut)
        window.resize(*options.size)
        window.show()
        if demo is not None:
            _wait_for_lines(app, window)
        _take_all(app, window, folder, night_of(demo.lab) if demo else None)
        troubles = window.failures.texts
    for text in troubles:
        sys.stderr.write(f"ai-afm: the window said: {text}\n")
    return 1 if troubles else 0


def _take_all(app: QApplication, window: Window, folder: Path, night: Path | None) -> None:
    for name in window.page_names:
        if name == "nights" and night is not None:
            window.context.attach(night)  # the live run is no night yet
        window.show_page(name)
        if name == "live":  # it never looks the same for long
            _spin(app, lambda: False, LEAST)
        else:
            _settle(app, window)
        _save(window, folder / f"{name}.png")
    if window.has_wizard:
        wizard = window.new_run()
        assert isinstance(wizard, RunWizard)
        wizard.resize(window.size())
        # its dry run is a process of its own, and takes a while to begin
        _spin(app, lambda: wizard.busy, LEAST)
        _spin(app, lambda: not wizard.busy, PATIENCE)
        _settle(app, wizard)
        _save(wizard, folder / "wizard.png")
        wizard.close()


def _wait_for_lines(app: QApplication, window: Window) -> None:
    window.begin()

    def enough() -> bool:
        scan = window.glance.doing.get("scan") if window.glance is not None else None
        return isinstance(scan, dict) and (
            scan.get("number", 0) > 1 or scan.get("rows", 0) >= LINES
        )

    if not _spin(app, enough, PATIENCE):
        sys.stderr.write(f"ai-afm: fewer than {LINES} lines after {PATIENCE:.0f} s\n")


def _settle(app: QApplication, widget: QWidget, calm: float = CALM) -> None:
    """Let a page work until it has looked the same for `calm` s."""
    begun = time.monotonic()
    _spin(app, lambda: False, LEAST)
    last, since = widget.grab().toImage(), time.monotonic()
    while time.monotonic() - begun < MOST and time.monotonic() - since < calm:
        _spin(app, lambda: False, CALM / 4)
        image = widget.grab().toImage()
        if image != last:
            last, since = image, time.monotonic()


def _spin(app: QApplication, done: Callable[[], bool], seconds: float) -> bool:
    """Handle events until something is done; return whether it was in time."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        app.processEvents()
        time.sleep(0.005)
    return True


def _save(widget: QWidget, file: Path) -> None:
    if not widget.grab().save(str(file)):
        raise StoreError(f"the picture {file} could not be written")
    sys.stdout.write(f"{file}\n")
