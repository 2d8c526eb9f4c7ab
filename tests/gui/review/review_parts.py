"""A lab with crops to correct, threads that do things at once, and a drawing on a known sheet."""

import sys
from concurrent.futures import Executor, Future
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "flywheel"))
import lab_factory as factory

from ai_afm.flywheel.fill import fill_from_run
from ai_afm_gui.review.drawing import Drawing
from ai_afm_gui.review.sitting import Clocks, Sitting, Threads

SHAPE = (60, 90)
WALL = 40
"""Column of the wall that the model sees on the sheet of `drawing`."""


class AtOnce(Executor):
    """Does what it is given before it returns."""

    def submit(self, fn, /, *args, **kwargs):
        done = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as exc:
            done.set_exception(exc)
        return done

    def shutdown(self, wait=True, *, cancel_futures=False):
        pass


class Later(AtOnce):
    """Does things when it is told to, in their order."""

    def __init__(self):
        self.waiting = []

    def submit(self, fn, /, *args, **kwargs):
        done = Future()
        self.waiting.append((done, lambda: fn(*args, **kwargs)))
        return done

    def go_on(self):
        waiting, self.waiting = self.waiting, []
        for done, task in waiting:
            try:
                done.set_result(task())
            except Exception as exc:
                done.set_exception(exc)


def sheet(columns=(WALL,), code=2, shape=SHAPE):
    """A label with walls along columns, 3 px wide."""
    label = np.zeros(shape, np.uint8)
    for column in columns:
        label[:, column - 1 : column + 2] = code
    return label


def line(columns=(WALL,), shape=SHAPE):
    return np.where(sheet(columns, shape=shape) > 0, np.float32(0.9), np.float32(0.02))


def drawing(before=None, columns=(WALL,), submit=None):
    """A drawing with the strokes that it gave away, in a list."""
    made = Drawing(sheet() if before is None else before, line(columns), submit or AtOnce().submit)
    strokes = []
    made.on_stroke = strokes.append
    return made, strokes


def drag(made, *points, shift=False):
    made.press(points[0], shift=shift)
    for point in points[1:]:
        made.move(point)
    made.release(points[-1], shift=shift)
    made.poll()
    made.poll()


def a_lab(folder, scans=3):
    """A lab with one crop for each scan of a run."""
    run = factory.a_run(folder / "run", scans=scans)
    with factory.open_lab(folder) as store:
        fill_from_run(store, run.path)
        return store.lab.path


def clocks(now=None):
    ticking = [0.0]

    def even():
        ticking[0] += 1.0
        return ticking[0]

    # corrections carry the time of the computer
    return Clocks(even, lambda: now or datetime.now(UTC).astimezone())


def sitting(lab, who="Ann", disk=None):
    return Sitting(lab, who, Threads(disk or AtOnce(), AtOnce()), clocks())


def until(sitting, state, most=50):
    """Let a sitting go on until it has a state."""
    for _ in range(most):
        sitting.poll()
        if sitting.state is state:
            return sitting
    raise AssertionError(f"{sitting.state}: {sitting.message}")
