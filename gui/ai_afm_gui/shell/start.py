"""Make the program and its window from the options."""

import getpass
import logging
import os
import sys
from pathlib import Path

from qtpy.QtCore import QLocale, QSettings, QTimer
from qtpy.QtWidgets import QApplication

from ai_afm.errors import BadInput
from ai_afm_gui.context import Context
from ai_afm_gui.look.language import use_language
from ai_afm_gui.look.theme import use_theme
from ai_afm_gui.shell.companion import Companion
from ai_afm_gui.shell.demo import DemoRun
from ai_afm_gui.shell.demo_keeper import DemoKeeper
from ai_afm_gui.shell.faults import Faults
from ai_afm_gui.shell.log import data_folder, log_file, log_to, name_program
from ai_afm_gui.shell.memory import Memory
from ai_afm_gui.shell.options import LANGUAGES, Options
from ai_afm_gui.window import Window

log = logging.getLogger(__name__)

SWITCH = 3e-4
"""s for which a thread may hold the interpreter while others wait for it."""


def make_application() -> QApplication:
    """Return the program; its names say where settings and data lie."""
    name_program()
    # threads that trace lines and read scans give way to painting at once, not after 5 ms
    sys.setswitchinterval(SWITCH)
    return QApplication(sys.argv[:1])


def make_window(
    app: QApplication,
    options: Options,
    demo: DemoRun | None,
    settings: QSettings | None = None,
) -> tuple[Window, Faults]:
    """Make the window as the options and the last time say.

    Parameters
    ----------
    app
        The program.
    options
        Of the command line.
    demo
        A demo that was started already.
    settings
        Of a window that takes pictures: it remembers nothing of a person, and opens no stop bar.

    Returns
    -------
    window
        Not shown yet.
    faults
        What takes errors that nobody has caught.

    Raises
    ------
    BadInput
        When the folder of the run or of the lab does not exist.
    """
    context = Context(settings)
    memory = Memory(context.settings)
    context.dark = memory.dark if options.theme is None else options.theme == "dark"
    context.annotator = options.annotator or memory.annotator or _login()
    if options.annotator:
        memory.annotator = options.annotator
    use_theme(app, dark=context.dark)
    language = options.language or memory.language or _of_system()
    use_language(app, language)
    faults = Faults(context.failed.emit)
    theme = "dark" if context.dark else "light"
    companion = None if settings else Companion(("--theme", theme, "--language", language))
    window = Window(context, None, companion, DemoKeeper(context, data_folder()))
    try:
        log_to(log_file())
    except OSError as exc:
        context.failed.emit(window.tr("There is no log: {reason}").format(reason=exc))
    _open(context, window, options, demo)
    return window, faults


def _open(context: Context, window: Window, options: Options, demo: DemoRun | None) -> None:
    if options.lab is not None:
        if not options.lab.is_dir():
            raise BadInput(f"the lab folder {options.lab} does not exist; correct --lab")
        context.use_lab(options.lab.absolute())
    elif demo is None:
        window.labs.begin()
    if demo is not None:
        window.demo.adopt(demo)
    elif options.run is not None:
        if not options.run.is_dir():
            raise BadInput(f"{options.run} is not the folder of a run")
        context.attach(Path(options.run).absolute())
    # in the event loop, so that a page that fails is shown as a fault
    QTimer.singleShot(0, window.begin)


def _of_system() -> str:
    name = QLocale.system().name()
    return name if name in LANGUAGES else LANGUAGES[0]


def _login() -> str:
    """Return who corrects where nobody said so: as the command line has it."""
    try:
        return os.environ.get("AI_AFM_ANNOTATOR") or getpass.getuser()
    except (OSError, KeyError):
        return "unknown"  # an account without a name
