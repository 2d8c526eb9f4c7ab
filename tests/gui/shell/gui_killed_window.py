"""A window on a run, in a process of its own: says when it shows the run's lines, and stays."""

import sys
from pathlib import Path

from qtpy.QtCore import QSettings, QTimer

from ai_afm_gui.shell.options import Options
from ai_afm_gui.shell.start import make_application, make_window


def main(run, settings):
    app = make_application()
    kept = QSettings(str(settings), QSettings.Format.IniFormat)
    window, _ = make_window(app, Options(run=run), None, kept)
    window.show()
    timer = QTimer()

    def look():
        state = getattr(window.page("live"), "state", None)
        if state is not None and state.view is not None and state.view.rows > 0:
            timer.stop()
            sys.stdout.write("shown\n")
            sys.stdout.flush()

    timer.timeout.connect(look)
    timer.start(10)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
