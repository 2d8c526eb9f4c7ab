"""All figures of the window, one after the other."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from qtpy.QtCore import QSettings
from qtpy.QtWidgets import QApplication

from ai_afm.errors import StoreError
from ai_afm_gui.bench import frames
from ai_afm_gui.bench.stop import presses, scanning_twin
from ai_afm_gui.context import Context
from ai_afm_gui.review import bench as accuracy
from ai_afm_gui.review import timing
from ai_afm_gui.shell.start import make_application
from ai_afm_gui.window import Window

FRAME = Path(__file__).with_name("frame.toml")
PRESSES, STARTS, ATTACHES = 20, 5, 5
WALLS, FRAMES_OF_WALLS = "walls.npz", 60
"""File of `review.material`, and frames in it."""
MATERIAL_SEED = 21
"""Of crops and walls: the tools were made while looking at those of seeds 11 to 13."""
ASKED = ("brush_ms_p95", "livewire_move_ms_p95", "livewire_anchor_ms")
"""Names that the figures of the Review page have by themselves."""
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where it is measured.

    Parameters
    ----------
    work
        Folder for runs and settings.
    lines
        That come in while the memory is watched.
    accuracy
        Whether it is measured, too, how exact the live-wire is and how long a crop takes a person.
    say
        Progress.
    """

    work: Path
    lines: int
    accuracy: bool
    say: Callable[[str], None]

    def context(self) -> Context:
        """Return what pages share, with settings of their own."""
        file = self.work / "window.ini"
        return Context(QSettings(str(file), QSettings.Format.IniFormat), annotator="bench")


def stored_frame(work: Path) -> Path:
    """Return a run with one frame of 512 x 512 pixels; it is made where it is not there yet.

    Raises
    ------
    StoreError
        When the run fails.
    """
    run = work / "frame"
    if not (run / "report.html").is_file():
        command = [sys.executable, "-m", "ai_afm", "run", str(FRAME), "--out", str(run)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StoreError(f"the frame of the benchmark was not made: {done.stderr.strip()}")
    return run


def measure(bench: Bench) -> Figures:
    """Return all figures; those that could not be measured are None.

    Raises
    ------
    StoreError
        When the run that they are measured with cannot be made.
    """
    bench.say("a frame of 512 x 512 pixels is scanned")
    run = stored_frame(bench.work)
    app = make_application()
    found: Figures = {}
    parts: tuple[tuple[str, Callable[[], Figures]], ...] = (
        (f"{STARTS} starts of the demo", lambda: _starts(bench)),
        ("the Live page, and matplotlib for the same", lambda: _frames(bench, run)),
        ("the Review page", lambda: _review(app)),
        (f"{PRESSES} presses in the stop bar", lambda: _stop(bench, run)),
    )
    if bench.accuracy:
        parts += (("crops and walls whose truth is known", lambda: _accuracy(bench)),)
    for words, part in parts:
        bench.say(words)
        figures = part()
        bench.say(json.dumps(figures))
        found |= figures
    return found


def _review(app: QApplication) -> Figures:
    passed = timing.measure(app)
    spent = timing.measure(app, clock=time.thread_time)
    figures = {k if k in ASKED else f"review_{k}": v for k, v in passed.items()}
    return figures | {
        "brush_cpu_ms_p95": spent["brush_ms_p95"],
        "livewire_move_cpu_ms_p95": spent["livewire_move_ms_p95"],
    }


def _accuracy(bench: Bench) -> Figures:
    folder = bench.work / "material"
    if not (folder / WALLS).is_file():
        # it needs a network, which this process must not load
        command = [sys.executable, "-m", "ai_afm_gui.review.material", str(folder)]
        command += ["--seed", str(MATERIAL_SEED), "--walls", str(FRAMES_OF_WALLS)]
        subprocess.run(command, check=True)
    walls, crops = accuracy.livewire_accuracy(folder / WALLS), accuracy.annotator_seconds(folder)
    return {f"livewire_{k}": v for k, v in walls.items()} | {
        f"annotator_{k}": v for k, v in crops.items()
    }


def _starts(bench: Bench) -> Figures:
    times: dict[str, list[float]] = {"window": [], "attached": [], "line": []}
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for number in range(STARTS):
        command = [sys.executable, "-m", "ai_afm_gui.bench.first", str(bench.work / f"lab{number}")]
        begun = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        facts = json.loads(done.stdout.splitlines()[-1])
        for name, at in facts.items():
            times[name] += [] if at is None else [at - begun]
    return {
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "first_window_ms": _ms(times["window"]),
        "demo_attached_ms": _ms(times["attached"]),
        "demo_first_line_ms": _ms(times["line"]),
    }


def _frames(bench: Bench, run: Path) -> Figures:
    made = frames.stage(bench.context(), run)
    try:
        ours, spent = frames.frame_times(made)
        theirs = frames.matplotlib_times(made)
        bench.say(f"{bench.lines} lines, for the memory")
        growth = frames.growth_of_memory(made, bench.lines) if bench.lines else None
    finally:
        made.page.shut()
        made.page.deleteLater()
    return {
        "frame_ms_median": _ms(ours),
        "frame_ms_p95": _p95(ours),
        "frame_cpu_ms_p95": _p95(spent),
        "matplotlib_ms_median": _ms(theirs),
        "matplotlib_ratio": statistics.median(theirs) / statistics.median(ours),
        "rss_mb_per_hour": growth,
        "rss_lines": bench.lines,
    }


def _stop(bench: Bench, frame: Path) -> Figures:
    run = bench.work / "twin"
    with scanning_twin(run, frame / "scans" / "000001.h5") as twin:
        context = bench.context()
        window = Window(context)
        window.show()
        attached = [_attach(window, run) for _ in range(ATTACHES)]
        stopped = presses(run, twin, PRESSES)
        window.shut()
        window.deleteLater()
    return {
        "attach_ms": _ms([t for t in attached if t is not None]),
        "stop_ms_median": _ms(stopped),
        "stop_ms_p95": _p95(stopped),
        "stop_presses": len(stopped),
    }


def _attach(window: Window, run: Path) -> float | None:
    """Return the s from the wish to see a live run to its first state being drawn."""
    app = QApplication.instance()
    assert app is not None
    window.context.attach(None)
    window.show_page("live")
    app.processEvents()
    page = window.page("live")
    begun = time.perf_counter()
    window.context.attach(run)
    while getattr(page, "state", None) is None:
        if time.perf_counter() - begun > 10.0:
            return None
        app.processEvents()
        time.sleep(0.001)
    app.processEvents()
    return time.perf_counter() - begun


def _ms(seconds: Sequence[float]) -> float | None:
    return round(statistics.median(seconds) * 1e3, 2) if seconds else None


def _p95(seconds: Sequence[float]) -> float | None:
    return round(float(np.percentile(seconds, 95)) * 1e3, 2) if seconds else None
