"""Ctrl-C and SIGTERM park the tip and close the run within 5 s, in real time."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from ai_afm.image.scan_layout import read_scan
from ai_afm.store.journal import Journal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
RUN = """
[run]
authority = "unattended"
[instrument]
kind = "simulated"
clock = "real"
[overview]
size_nm = [3000, 2000]
lines = 64
pixels = 48
line_rate_hz = 2.0
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_signal_parks_the_tip_and_closes_the_run(tmp_path, number):
    toml, run, acks = tmp_path / "run.toml", tmp_path / "run", tmp_path / "acks.jsonl"
    toml.write_text(RUN)
    child = subprocess.Popen(
        [sys.executable, "-m", "ai_afm", "run", toml, "--out", run, "--events", acks, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + 60
    while not (acks.exists() and acks.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    begun = time.monotonic()
    child.send_signal(number)
    out, err = child.communicate(timeout=20)
    assert time.monotonic() - begun < 5.0
    assert child.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err
    assert set(json.loads((run / "twin-bias.json").read_text()).values()) == {0.0}
    assert read_scan(run / "scans" / "000001.h5").state == "interrupted"
    assert not (run / "steering.json").exists()
    with Journal.read(run / "journal.sqlite") as journal:
        assert list(journal.rows())[-1].payload["outcome"] == "interrupted"
