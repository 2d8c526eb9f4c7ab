"""`python -m ai_afm_gui.stop_bar RUN`: the stop bar as a program."""

import argparse
import hashlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from qtpy.QtCore import QDir, QLockFile, QSettings
from qtpy.QtWidgets import QApplication

from ai_afm_gui.context import ORGANISATION, PROGRAM
from ai_afm_gui.look.language import use_language
from ai_afm_gui.look.theme import use_theme
from ai_afm_gui.shell.options import LANGUAGES, THEMES
from ai_afm_gui.stop_bar.bar import StopBar

USAGE = 2


def main(arguments: Sequence[str]) -> int:
    """Open the stop bar of a run; return 0 at its end, and at once where one is open already."""
    given = _parser().parse_args(list(arguments))
    run: Path = given.run.absolute()
    if not run.is_dir():
        sys.stderr.write(f"ai-afm: {run} is not the folder of a run\n")
        return USAGE
    app = QApplication(sys.argv[:1])
    app.setApplicationName(f"{PROGRAM} stop bar")
    use_language(app, given.language)
    use_theme(app, dark=given.theme == "dark")
    only = only_one(run)
    if not only.tryLock(0):
        return 0
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    settings = QSettings(ORGANISATION, PROGRAM)
    bar = StopBar(run, dark=given.theme == "dark")
    place = settings.value("stop_bar/geometry")
    if place is not None:
        bar.restoreGeometry(place)
    bar.show()
    code = app.exec()
    settings.setValue("stop_bar/geometry", bar.saveGeometry())
    only.unlock()
    return int(code)


def only_one(run: Path) -> QLockFile:
    """Return the lock that the stop bar of a run holds; that of a process that died is void."""
    name = hashlib.sha256(str(run).encode()).hexdigest()[:16]
    lock = QLockFile(f"{QDir.tempPath()}/ai-afm-stop-bar-{name}.lock")
    lock.setStaleLockTime(0)
    return lock


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("ai-afm gui --stop-bar")
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("--theme", choices=THEMES, default="dark")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    return parser
