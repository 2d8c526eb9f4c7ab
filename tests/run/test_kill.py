"""kill -9 at random moments: nothing acknowledged is lost, and the run goes on."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
CLI = [sys.executable, "-m", "ai_afm"]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}
KILLS = [pytest.param(seed, marks=[pytest.mark.slow] if seed >= 2 else []) for seed in range(20)]


def ai_afm(*arguments):
    done = subprocess.run(
        [*CLI, *map(str, arguments)], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def digest(run):
    """Hash of all scan files and of the journal's rows."""
    parts = [p.read_bytes() for p in sorted((run / "scans").iterdir())]
    parts.append((run / "journal.sqlite").read_bytes())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def kill_somewhere(run, acks, seed):
    """Start a demo and kill it up to 12 s after its first line; return whether it was alive."""
    command = [*CLI, "demo", "--seed", "1", "--out", str(run), "--events", str(acks), "--json"]
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT
    )
    deadline = time.monotonic() + 60
    while not (acks.exists() and acks.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(random.Random(seed).uniform(0.0, 12.0))
    alive = child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    return alive


@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", KILLS)
def test_a_killed_run_loses_nothing_and_is_finished_by_resume(tmp_path, seed):
    run, acks = tmp_path / "run", tmp_path / "acks.jsonl"
    assert kill_somewhere(run, acks, seed), "the demo ended before it was killed"
    acked = len(acks.read_text().splitlines())
    first = ai_afm("recover", run, "--acks", acks, "--json")
    assert first["recovered"] is True
    assert first["lines_lost"] == 0
    assert first["lines_acked"] in {acked, acked - 1}  # the last line may have been cut by the kill
    before = digest(run)
    assert ai_afm("recover", run, "--acks", acks, "--json")["recovered"] is True
    assert digest(run) == before
    bias = json.loads((run / "twin-bias.json").read_text())
    assert all(float(v) == 0.0 for v in bias.values()), bias
    if seed % 2 == 0:
        finished = ai_afm("resume", run, "--json")
        assert finished["probes"] > 0
        assert finished["targets"] >= 1
