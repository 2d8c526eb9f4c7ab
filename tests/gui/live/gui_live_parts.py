"""Views with something to show, for the tests of the Live page."""

from pathlib import Path

import numpy as np

from ai_afm.image.scan_bytes import ScanState
from ai_afm.types import (
    Channel,
    ClassCode,
    Direction,
    Frame,
    Measurement,
    ScanRegion,
    ScanRequest,
    Segmentation,
    SlowDirection,
    Wall,
    WallNetwork,
)
from ai_afm_gui.client import Seen, View

CHANNELS = (Channel("height", "m"), Channel("amplitude", "m"), Channel("phase", "rad"))


def frame(shape=(40, 60), rows=None, slow=SlowDirection.DOWN):
    """A frame of 3 x 2 µm with so many rows (all without a number), in order of arrival."""
    lines = shape[0]
    rows = lines if rows is None else rows
    order = np.arange(lines) if slow is SlowDirection.DOWN else np.arange(lines)[::-1]
    there = np.zeros(lines, bool)
    there[order[:rows]] = True
    images = np.random.default_rng(3).normal(size=(3, *shape)).astype(np.float32).cumsum(2) * 1e-9
    data = {}
    for channel, image in zip(CHANNELS, images, strict=True):
        for direction in Direction:
            blank = np.where(there[:, np.newaxis], image, np.nan).astype(np.float32)
            data[channel.name, direction] = blank
    request = ScanRequest(ScanRegion((1e-6, 0.0), (3e-6, 2e-6)), shape, 1.0, slow)
    scanned = {d: there.copy() for d in Direction}
    return Frame(request, data, CHANNELS, scanned, Measurement())


def seen(shape=(40, 60), settled=10, version=1):
    """What a model sees: doubt in the middle."""
    doubt = np.full(shape, 0.02, np.float32)
    doubt[10:30, 20:40] = 0.45
    probability = np.stack([1 - doubt, doubt])
    label = np.zeros(shape, np.uint8)
    segmentation = Segmentation(probability, (0, 2), label, doubt, "m@1", "0" * 64, settled)
    return Seen(Path("seen.h5"), version, segmentation, shape[0], False, 5.0)


def view(made=None, state=ScanState.RUNNING, with_seen=True):
    made = made or frame(rows=20)
    there = np.flatnonzero(made.scanned[Direction.TRACE])
    down = made.request.slow_direction is SlowDirection.DOWN
    newest = None if not len(there) else int(there[-1] if down else there[0])
    looked = seen(made.shape) if with_seen else None
    return View("scan", 7, made, len(there), dict.fromkeys(Direction, newest), state, "", looked)


def network(segmentation, region):
    """A wall across the frame, from left to right, in place of what a model would show."""
    x, y = region.center
    half = region.size[0] / 2
    return WallNetwork(
        region, (Wall(np.array([[x - half, y], [x + half, y]]), int(ClassCode.WALL_180)),)
    )
