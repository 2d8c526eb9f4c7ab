"""Tests of the window: no screen is needed, one worker runs them all, and nothing is left open."""

import gc
import os

import pytest
from qtpy.QtCore import QCoreApplication, QEvent, QSettings
from qtpy.QtWidgets import QApplication

from ai_afm_gui.context import Context

os.environ["QT_QPA_PLATFORM"] = "offscreen"


def pytest_collection_modifyitems(items):
    # two Qt programs at once on few cores make each other miss their deadlines
    for item in items:
        if "tests/gui" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("gui"))


@pytest.fixture
def context(tmp_path, qapp):
    """What pages share, with settings of their own."""
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    return Context(settings, annotator="Ann")


@pytest.fixture(autouse=True)
def nothing_is_left_open(request):
    """No top-level widget survives a test."""
    yield
    if "qapp" not in request.fixturenames:
        return
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    for widget in left:
        widget.close()
    assert not left, f"still open: {left}"
