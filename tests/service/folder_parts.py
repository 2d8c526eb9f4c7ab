"""Small scans with one vertical wall, and a segmenter that needs no network."""

import numpy as np

from ai_afm.image.export.npz import write_npz
from ai_afm.types import (
    Channel,
    Direction,
    Frame,
    Measurement,
    ScanRegion,
    ScanRequest,
    Segmentation,
)

SHAPE = (40, 56)
SIZE = (5.6e-7, 4e-7)
SHA256 = "cd" * 32


LIMIT = 1.75


def scan(column=20, size=SIZE, rows=SHAPE[0], shape=SHAPE):
    """A scan whose amplitude is low along one column; rows from `rows` on were not scanned."""
    rng = np.random.default_rng(column)
    amplitude = 1e-9 + 2e-11 * rng.standard_normal(shape)
    amplitude[:, column - 1 : column + 2] = 1e-10
    amplitude[rows:] = np.nan
    height = np.where(np.isnan(amplitude), np.nan, 1e-10 * rng.standard_normal(shape))
    images = {"height": height, "amplitude": amplitude}
    scanned = np.arange(shape[0]) < rows
    return Frame(
        ScanRequest(ScanRegion((0.0, 0.0), size), shape, 1.0),
        {(n, Direction.TRACE): i.astype(np.float32) for n, i in images.items()},
        (Channel("height", "m"), Channel("amplitude", "m")),
        {Direction.TRACE: scanned},
        Measurement(),
    )


def both_ways(column, lag, shape=SHAPE, names=("height", "amplitude")):
    """A scan with trace and retrace: in the trace all lies `lag` px further right.

    The amplitude is low around `column` of the trace; some texture tells one line from another.
    """
    rng = np.random.default_rng(column)
    texture = np.cumsum(rng.standard_normal((shape[0], shape[1] + 40)), axis=1)
    data = {}
    for direction, shift in ((Direction.TRACE, 0), (Direction.RETRACE, lag)):
        own = 1e-9 + 1e-12 * texture[:, 20 + shift : 20 + shift + shape[1]]
        own[:, column - shift - 1 : column - shift + 2] = 1e-10
        images = {"height": own - own.mean(), "amplitude": own}
        data |= {(n, direction): images[n].astype(np.float32) for n in names}
    return Frame(
        ScanRequest(ScanRegion((0.0, 0.0), (shape[1] * 1e-8, shape[0] * 1e-8)), shape, 1.0),
        data,
        tuple(Channel(n, "m") for n in names),
        dict.fromkeys(Direction, np.ones(shape[0], np.bool_)),
        Measurement(),
    )


def write_scan(path, column=20, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_npz(path, scan(column, **how))
    return path


class DarkLines:
    """A `Segmenter` that calls a wall where the amplitude is low."""

    model, model_sha256, ood_limit = "dark-lines@1", SHA256, LIMIT

    def __init__(self, ood=False):
        self.ood = ood

    def begin(self, frame):
        pass

    def glimpse(self, frame, lines, final=False):
        image = frame.get("amplitude")
        if image is None:
            image = np.ones(frame.shape, np.float32)
        wall = np.where(np.isnan(image), np.nan, 0.05 + 0.9 * (image < 5e-10)).astype(np.float32)
        probability = np.stack([1 - wall, wall, 0 * wall])
        label = np.where(np.isnan(wall), 255, wall > 0.5).astype(np.uint8)
        return Segmentation(
            probability, (0, 1, 4), label, (1 - probability.max(axis=0)).astype(np.float32),
            self.model, self.model_sha256, lines, ood_score=2.5 if self.ood else 0.5, ood=self.ood,
        )  # fmt: skip
