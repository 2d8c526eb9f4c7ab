"""The program: options, look, language, log; then the window, the stop bar, or the pictures."""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ai_afm.errors import AfmError
from ai_afm_gui.shell.options import Options, parse_options

if TYPE_CHECKING:
    from ai_afm_gui.shell.demo import DemoRun

BROKEN_BY_OTHERS = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
"""Variables that a build of OpenCV sets on import, and that then break Qt."""
BAD_INPUT = 3


def main(arguments: Sequence[str]) -> int:
    """Run the window until it is closed; return the exit code."""
    options = parse_options(arguments)
    for name in BROKEN_BY_OTHERS:
        os.environ.pop(name, None)
    if options.screenshots is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        if options.stop_bar is not None:
            return _stop_bar(options)
        if options.screenshots is not None:
            from ai_afm_gui.shots.take import take_pictures

            return take_pictures(options)
        return _window(options)
    except AfmError as exc:
        sys.stderr.write(f"ai-afm: {' '.join(str(exc).split())}\n")
        return BAD_INPUT


def _stop_bar(options: Options) -> int:
    from ai_afm_gui.stop_bar.app import main as stop_bar

    chosen = [str(options.stop_bar)]
    chosen += ["--theme", options.theme] if options.theme else []
    chosen += ["--language", options.language] if options.language else []
    return stop_bar(chosen)


def _window(options: Options) -> int:
    # the demo's process needs longer than our imports: it comes first
    demo = _early_demo() if options.demo else None
    from ai_afm_gui.shell.start import make_application, make_window

    app = make_application()
    window, faults = make_window(app, options, demo)
    # Python sees Ctrl-C at the next tick of the window's timer
    signal.signal(signal.SIGINT, lambda *_: window.close())
    window.show()
    code = app.exec()
    faults.remove()
    logging.shutdown()
    return int(code)


def _early_demo() -> "DemoRun":
    from ai_afm_gui.shell.demo import DemoRun, demo_lab
    from ai_afm_gui.shell.log import data_folder, name_program

    name_program()
    return DemoRun(demo_lab(data_folder()), datetime.now())
