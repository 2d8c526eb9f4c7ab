"""What one tick of the Live page costs, what matplotlib needs for the same, and what is kept."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import psutil
from qtpy.QtWidgets import QApplication

from ai_afm.types import Direction
from ai_afm_gui.bench.feed import Feed, growing, stored_state
from ai_afm_gui.client import Follower, RunState
from ai_afm_gui.context import Context
from ai_afm_gui.live.page import LivePage

SIZE = (1832, 1040)
"""Pixels of the page in a window of 1920 x 1080."""
WARM = 20
"""Ticks that are not counted."""
MB = 1e6
HOURS_OF_LINES = 12.0
"""Of instrument time that 100,000 lines stand for: a night, 2.3 lines a second."""
LINES_OF_NIGHT = 100_000


@dataclass(frozen=True, slots=True)
class Stage:
    """A Live page that is fed, and what it is fed with."""

    page: LivePage
    feed: Feed
    state: RunState

    def ticks(self, number: int, step: int = 1) -> Iterator[tuple[float, float]]:
        """Show a scan that comes in; yield s of the wall and of this thread's processor, a tick."""
        app = QApplication.instance()
        assert app is not None
        for state in growing(self.state, number, step):
            self.feed.state = state
            begun, spent = time.perf_counter(), time.thread_time()
            self.page.tick()
            app.processEvents()
            yield time.perf_counter() - begun, time.thread_time() - spent


def stage(context: Context, run: Path) -> Stage:
    """Open a Live page on a stored frame of 512 x 512 pixels, with its lines laid over it."""
    feed = Feed()
    page = LivePage(context, follow=cast("Callable[[Path], Follower]", lambda _folder: feed))
    page.resize(*SIZE)
    page.attach(run)
    page.show()
    return Stage(page, feed, stored_state(run))


def frame_times(made: Stage) -> tuple[list[float], list[float]]:
    """Return the s of each tick of one scan with its painting, one new line a tick.

    Returns
    -------
    wall, processor
        s that passed, and s that the processor was busy with this thread: on a machine that does
        much else the two differ.
    """
    times = list(made.ticks(1))[WARM:]
    return [wall for wall, _ in times], [spent for _, spent in times]


def matplotlib_times(made: Stage, count: int = 20) -> list[float]:
    """Return the s that matplotlib needs for the same four views with the same lines.

    Only what changes is set, as one would: the image of each view; then the figure is drawn.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    view = made.state.view
    assert view is not None
    four = made.page.views
    width, height = four.width() / 100, four.height() / 100
    figure = Figure(figsize=(width, height), dpi=100)
    canvas: Any = FigureCanvasAgg(figure)
    keys = [key for key in view.frame.data if key[1] is Direction.TRACE][:4]
    shown = []
    for axes, key in zip(figure.subplots(2, 2).flat, keys, strict=False):
        image = axes.imshow(view.frame.data[key], extent=_extent(made))
        figure.colorbar(image, ax=axes)
        for line in four.lines:
            axes.add_collection(LineCollection([np.asarray(line.points)], linewidths=2))
        shown.append((image, view.frame.data[key]))
    canvas.draw()
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        for image, values in shown:
            image.set_data(values)
        canvas.draw()
        times.append(time.perf_counter() - begun)
    return times


def growth_of_memory(made: Stage, lines: int) -> float:
    """Return by how much the memory grows an hour, MB, while scan after scan comes in.

    The first tenth is for the caches to fill. `LINES_OF_NIGHT` lines are `HOURS_OF_LINES` hours.
    """
    process, shape = psutil.Process(), made.state.view.frame.shape if made.state.view else (1, 1)
    scans = max(10, round(lines / shape[0]))
    held = []
    for number in range(2, scans + 2):
        for _ in made.ticks(number, step=8):
            pass
        held.append(process.memory_info().rss / MB)
    settled = np.array(held[len(held) // 10 :])
    per_scan = float(np.polyfit(np.arange(len(settled)), settled, 1)[0])
    return per_scan / shape[0] * LINES_OF_NIGHT / HOURS_OF_LINES


def _extent(made: Stage) -> tuple[float, float, float, float]:
    view = made.state.view
    assert view is not None
    width, height = (s * 1e9 / 2 for s in view.frame.region.size)
    return -width, width, -height, height
