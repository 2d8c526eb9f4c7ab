"""The benchmark of the window measures all that was asked for."""

import json
import os
import subprocess
import sys

import pytest

ASKED = {
    "frame_ms_median",
    "frame_ms_p95",
    "brush_ms_p95",
    "livewire_move_ms_p95",
    "livewire_anchor_ms",
    "stop_ms_p95",
    "attach_ms",
    "first_window_ms",
    "matplotlib_ratio",
    "rss_mb_per_hour",
}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_figure_is_measured(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "ai_afm_gui.bench", "--lines", "5120"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.keys() >= ASKED
    assert all(found[name] is not None for name in ASKED)
