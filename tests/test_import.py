"""Importing ai-afm does nothing and is quick."""

import subprocess
import sys

CHECK = """
import sys, time
begun = time.process_time()
import ai_afm
spent = time.process_time() - begun
heavy = {"torch", "torchvision", "PyQt6", "cv2", "matplotlib", "scipy"} & set(sys.modules)
assert not heavy, heavy
assert spent < 0.3, spent
"""
LIGHT = """
import sys
import ai_afm.run, ai_afm.microscope.plugins, ai_afm.control.plugins, ai_afm.service.session
heavy = {m for m in sys.modules if m.split(".")[0] in {"torch", "torchvision", "PyQt6"}}
assert not heavy, heavy
"""


def _python(code, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment},
    )


def test_import_pulls_in_nothing_heavy_and_says_nothing():
    done = _python(CHECK)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_process_that_drives_the_microscope_knows_neither_torch_nor_qt():
    done = _python(LIGHT)
    assert (done.returncode, done.stderr) == (0, "")
