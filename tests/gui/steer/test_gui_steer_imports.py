"""What the parts of the window that steer bring along."""

import subprocess
import sys

import pytest

PRESENTERS = (
    "canvas_model", "editor", "ground", "limits", "map_model", "ownership", "panel_model",
    "preview", "texts", "thumbnails", "setup.draft", "setup.dry", "setup.launch", "setup.options",
    "setup.permission", "setup.plan", "setup.purpose", "setup.zones",
)  # fmt: skip
WIDGETS = ("map_view", "panel", "wizard")


@pytest.mark.parametrize(
    ("modules", "strangers"),
    [(PRESENTERS, ("torch", "qtpy", "pyqtgraph")), (WIDGETS, ("torch",))],
    ids=["presenters without Qt", "widgets without torch"],
)
def test_what_decides_needs_no_qt_and_nothing_needs_torch(modules, strangers):
    lines = [f"import ai_afm_gui.steer.{name}" for name in modules]
    lines += ["import sys", f"print([m for m in {strangers!r} if m in sys.modules])"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
