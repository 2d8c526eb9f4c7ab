"""A small lab with a frame whose walls are known, and a run folder to fill the queue from."""

from datetime import UTC, datetime, timedelta

import numpy as np

from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.records import Draft, Place, Source, Window
from ai_afm.flywheel.store import FlywheelStore
from ai_afm.image.assemble import Assembler
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.scan_file import ScanFileWriter, WriterOptions
from ai_afm.store.segmentation_file import Provenance, write_segmentation
from ai_afm.types import (
    Channel,
    Direction,
    Measurement,
    Mode,
    ScanLine,
    ScanRegion,
    ScanRequest,
    Segmentation,
    SlowDirection,
)

SHAPE = (144, 176)
REGION = ScanRegion((1e-6, -2e-6), (3.52e-6, 2.88e-6), 0.3)
CHANNELS = (Channel("height", "m", "Z"), Channel("phase", "rad", "P1"))
MEASUREMENT = Measurement(mode=Mode.PFM_DART, instrument="twin", sample="BFO-7")
WINDOW = Window(8, 24, 128, 136)


class Clock:
    """A wall clock that goes when it is told to."""

    def __init__(self):
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)


def request(shape=SHAPE, slow=SlowDirection.DOWN):
    return ScanRequest(REGION, shape, line_rate=1000.0, slow_direction=slow)


def images(shape=SHAPE, seed=1):
    rng = np.random.default_rng(seed)
    return {c.name: rng.normal(size=shape).astype(np.float32) for c in CHANNELS}


def lines(shape=SHAPE, seed=1, rows=None, slow=SlowDirection.DOWN):
    data = images(shape, seed)
    order = range(shape[0]) if slow is SlowDirection.DOWN else range(shape[0] - 1, -1, -1)
    for i in list(order)[:rows]:
        channels = {n: image[i] for n, image in data.items()}
        for direction in Direction:
            yield ScanLine(i, direction, (0.0, 0.0), (1e-6, 0.0), channels, i / 1000)


def frame(shape=SHAPE, seed=1, rows=None):
    assembler = Assembler(request(shape), CHANNELS, MEASUREMENT, {}, tuple(Direction))
    for line in lines(shape, seed, rows):
        assembler.add(line)
    return assembler.frame


def probability(shape=SHAPE, columns=(60,), sure=0.9):
    """Walls along columns, 3 px wide: probability of (background, wall, 180, boundary)."""
    planes = np.zeros((4, *shape), np.float32)
    planes[0] = 1.0
    for column in columns:
        planes[:, :, column - 1 : column + 2] = np.array([1 - sure, 0, sure, 0])[:, None, None]
    return planes


def segmentation(planes, rows=None, model="net@1.0.0", slow=SlowDirection.DOWN, settled=None):
    """What a model saw: rows arrived so far, `settled` of them for good."""
    codes = np.array([0, 1, 2, 4], np.uint8)
    n = planes.shape[1]
    rows = n if rows is None else rows
    unknown = np.arange(n) >= rows
    if slow is SlowDirection.UP:
        unknown = unknown[::-1]
    planes = planes.copy()
    planes[:, unknown] = np.nan
    label = codes[np.nan_to_num(planes).argmax(axis=0)]
    label[unknown] = 255
    doubt = (1 - np.nan_to_num(planes).max(axis=0)).astype(np.float32)
    sha = model.encode().hex().ljust(64, "0")[:64]
    settled = rows if settled is None else settled
    return Segmentation(planes, (0, 1, 2, 4), label, doubt, model, sha, settled, slow, 0.1, False)


def segmentation_bytes(folder, seen, final=True):
    path = folder / "seen.h5"
    write_segmentation(path, seen, Provenance(1, int(seen.settled), final))
    return path.read_bytes()


def open_lab(folder, clock=None):
    return FlywheelStore.open(Lab.make(folder / "lab"), clock or Clock())


def with_frame(store, folder, seed=1, columns=(60,)):
    """Store a frame and a prediction; return both records."""
    record = store.add_frame(frame(seed=seed), Source("r" * 64, "scan", seed, "scans/1.h5"))
    seen = segmentation(probability(columns=columns))
    return record, store.add_prediction(record.sha256, segmentation_bytes(folder, seen))


def draft(record, prediction, label=None, who="Ann", **more):
    after = np.zeros(WINDOW.shape, np.uint8) if label is None else label
    more = {"seconds": 3.0, "prediction": prediction.id} | more
    return Draft(Place(record.sha256, WINDOW), after, who, **more)


def a_run(folder, scans=1, urgent=(), columns=(60,), shape=SHAPE):
    """Make the folder of a run with finished scans, each with a segmentation."""
    run = RunFolder.create(folder, "")
    from ai_afm.store.journal import Journal

    with Journal.open(run.journal_file) as journal:
        journal.append("run_started", {"name": folder.name})
        for number in range(1, scans + 1):
            a_scan(run, number, shape=shape)
            name = a_look(run, number, segmentation(probability(shape, columns, 0.6)))
            journal.append("observed", {"scan": number, "notes": {"segmentation": name}})
            if number in urgent:
                journal.append("queued_for_review", {"scan": number, "reason": "unlike all else"})
    return run


def a_scan(run, number, rows=None, slow=SlowDirection.DOWN, shape=SHAPE):
    asked = request(shape, slow)
    options = WriterOptions(reserve=0, sync_interval=60.0)
    path = run.scan_file(number)
    with ScanFileWriter.create(path, number, asked, CHANNELS, MEASUREMENT, options) as writer:
        for line in lines(shape, number, rows, slow):
            writer.write(line)
        writer.sync()


def a_look(run, number, seen, final=True):
    path = run.segmentation_file(number, seen.model_sha256)
    write_segmentation(path, seen, Provenance(number, int(seen.settled), final))
    return path.name
