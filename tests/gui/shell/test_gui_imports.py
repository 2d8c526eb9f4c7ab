"""What the window's process loads, and what it must not."""

import os
import subprocess
import sys

SHELL = """
import sys
import ai_afm_gui
assert not [m for m in sys.modules if m.split(".")[0] in {"qtpy", "PyQt6", "PySide6", "numpy"}]
from ai_afm_gui.shell.options import Options
from ai_afm_gui.shell.pages import installed_pages
from ai_afm_gui.shell.start import make_application, make_window
app = make_application()
window, faults = make_window(app, Options(), None)
for place in installed_pages():
    window.show_page(place.name)
window.show()
app.processEvents()
window.close()
heavy = {m for m in sys.modules if m.split(".")[0] in {"torch", "torchvision"}}
assert not heavy, heavy
"""
CORE = """
import importlib, pkgutil, sys
import ai_afm.cli.app, ai_afm.cli.gui, ai_afm.service.link, ai_afm.service.session
found = {m for m in sys.modules if m.split(".")[0] in {"qtpy", "PyQt6", "PySide6", "ai_afm_gui"}}
assert not found, found
"""


def python(code, home):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
            "XDG_DATA_HOME": str(home),
        },
    )


def test_the_window_with_all_its_pages_never_loads_torch(tmp_path):
    done = python(SHELL, tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_core_and_the_verb_never_load_qt(tmp_path):
    done = python(CORE, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
