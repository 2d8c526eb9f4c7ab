"""kill -9 in the middle of a write: its dose counts once, however often the run is taken up."""

import os
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from run_parts import config, create, session

from ai_afm.events import Observed
from ai_afm.run import run
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder

SEQUENCE = {
    "size_nm": (600, 450),
    "lines": 24,
    "pixels": 32,
    "line_rate_hz": 8.0,
    "steps": ("image", "write", "image", "image"),
    "write": {"pattern": "dots", "size_nm": (450, 300), "pitch_nm": 150, "bias_v": (8.0,)},
}
ZONE = {"size_nm": (6000, 6000), "level": "sacrificial", "max_bias_v": 9, "max_pulses": 9}
STROKES = 6

CHILD = """
import os, signal, sys
import pytest
from run_parts import session
from ai_afm.events import StrokeWritten
from pathlib import Path
from ai_afm.run import run
from ai_afm.store.run_folder import RunFolder

with pytest.MonkeyPatch.context() as monkeypatch:
    with session(monkeypatch, RunFolder(Path(sys.argv[1]))) as opened:
        for event in run(opened):
            if isinstance(event, StrokeWritten) and event.done == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)
"""


def settings():
    return config(
        run={"controller": "sequence"},
        instrument={"options": {"world": "labyrinth", "seed": 103, "extent_nm": 4000.0}},
        consent={"zones": [ZONE]},
        sequence=SEQUENCE,
    )


def received(opened):
    """Return all pulses and V s that the sample has had by the guard's book."""
    values = opened.microscope.dose.values
    return values[:, 2].sum(), values[:, 1].sum()


def go_on(monkeypatch, folder, images):
    """Take a run up until so many more frames are there; return the pulses before and after."""
    with session(monkeypatch, folder) as opened:
        before, left = received(opened), images
        with closing(run(opened)) as happening:
            for event in happening:
                left -= isinstance(event, Observed)
                if not left:
                    break
        return before, received(opened)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_write_that_was_killed_counts_once_however_often_the_run_is_taken_up(
    monkeypatch, tmp_path
):
    folder = create(monkeypatch, tmp_path / "run", settings())
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder.path), str(STROKES - 2)],
        env=os.environ | {"PYTHONPATH": paths},
        check=False,
        capture_output=True,
        text=True,
    )
    assert child.returncode == -9, child.stderr
    with Journal.read(folder.journal_file) as journal:
        assert len(journal.rows("write_started")) == 1
        assert not [r for r in journal.rows("observed") if "write" in r.payload]
    pulses = []
    for _ in range(3):
        before, after = go_on(monkeypatch, RunFolder(folder.path), images=1)
        pulses += [before[0], after[0]]
    # what was begun is not known, so all of it counts: once, not once for each time it is taken up
    assert pulses == [STROKES] * 6


def test_a_probe_that_broke_off_counts_once_too(monkeypatch, tmp_path):
    folder = create(monkeypatch, tmp_path / "run", config())
    with session(monkeypatch, folder) as opened:
        probe = opened.microscope._inner.probe
        calls = []

        def lost(request):
            calls.append(request)
            if len(calls) == 1:
                raise KeyboardInterrupt
            return probe(request)

        monkeypatch.setattr(opened.microscope._inner, "probe", lost)
        with pytest.raises(KeyboardInterrupt), closing(run(opened)) as happening:
            for _ in happening:
                pass
    known = [go_on(monkeypatch, folder, images=1) for _ in range(3)]
    assert known[0][0][0] == 1
    for (_, after), (before, _) in pairwise(known):
        assert before == after
