"""Runs for the tests of the window: one that is written row by row, and a real one in small."""

from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import numpy as np

import ai_afm.service.session as service
from ai_afm.config import RunConfig, to_toml
from ai_afm.image.scan_bytes import ScanState
from ai_afm.run import run
from ai_afm.store.journal import Journal
from ai_afm.store.run_folder import RunFolder
from ai_afm.store.scan_file import ScanFileWriter
from ai_afm.store.segmentation_file import Provenance, write_segmentation
from ai_afm.testing.glimpses import InProcessGlimpses
from ai_afm.types import (
    Channel,
    Direction,
    Measurement,
    Role,
    ScanLine,
    ScanRegion,
    ScanRequest,
    Segmentation,
)
from ai_afm.types.codec import encode

MODEL, SHA256 = "steep@1", "ab" * 32
CHANNELS = (Channel("height", "m"), Channel("phase", "rad"))
TABLES = {
    "run": {"sample": "a film", "authority": "unattended", "budget_min": 30.0, "seed": 1},
    "instrument": {
        "kind": "simulated",
        "clock": "instant",
        "options": {"world": "labyrinth", "seed": 1},
    },
    "consent": {
        "zones": [{"size_nm": (20000, 20000), "level": "bias", "max_bias_v": 10, "max_pulses": 4}]
    },
    "overview": {"size_nm": (3000, 2000), "lines": 48, "pixels": 64},
    "targets": {"count": 1, "ladder_nm": (800.0,), "lines": 24, "pixels": 32},
    "probe": {"enabled": False},
    "flywheel": {"fill": False, "shadow": False},
}


def config(**tables):
    merged = {k: dict(v) for k, v in TABLES.items()}
    for name, table in tables.items():
        merged[name] = merged.get(name, {}) | table
    return RunConfig.model_validate(merged)


def request(shape=(12, 16), center=(0.0, 0.0), **changes):
    """A frame that is neither square nor in the middle of anything."""
    region = ScanRegion(center, (1.6e-6, 1.2e-6))
    return ScanRequest(region, shape, 1.0, role=Role.OVERVIEW, reason="a first look", **changes)


class Clock:
    """Seconds and the time of day, moved by hand."""

    def __init__(self):
        self.seconds = 0.0

    def monotonic(self):
        return self.seconds

    def wall(self):
        return datetime(2026, 11, 23, 12, 0, tzinfo=UTC) + timedelta(seconds=self.seconds)


class Author:
    """Writes a run by hand: rows of its journal, lines of its scans."""

    def __init__(self, path, **tables):
        self.clock = Clock()
        settings = config(**tables)
        self.folder = RunFolder.create(path, to_toml(settings), self.clock.wall)
        self.journal = Journal.open(self.folder.journal_file, self.clock.wall, self.clock.monotonic)
        self.writer = None

    def row(self, kind, /, actor="run", **payload):
        return self.journal.append(kind, payload, actor)

    def begin(self, authority="unattended"):
        return self.row(
            "run_started", version="0", pid=1, instrument="twin", controller="targets",
            authority=authority, model=MODEL, model_sha256=SHA256,
        )  # fmt: skip

    def decide(self, asked):
        return self.row(
            "decision", request=encode(asked), reason=asked.reason, controller="targets",
            model={"name": MODEL, "sha256": SHA256},
        )  # fmt: skip

    def scan(self, number, asked):
        self.decide(asked)
        file = self.folder.scan_file(number)
        self.writer = ScanFileWriter.create(file, number, asked, CHANNELS, Measurement())
        self.row("scan_started", scan=number, role=asked.role, target=asked.target)

    def line(self, index, asked):
        for direction in Direction:
            channels = {
                c.name: np.full(asked.shape[1], index + 0.25 * k, np.float32)
                for k, c in enumerate(CHANNELS)
            }
            start, end = (-8e-7, 0.0), (8e-7, 0.0)
            line = ScanLine(index, direction, start, end, channels, self.clock.seconds)
            self.writer.write(line)
        self.writer.sync()

    def look(self, number, asked, lines, settled=0, column=5):
        """What the model sees: a wall down one column."""
        name = f"{number:06d}-{SHA256[:12]}.h5"
        path = self.folder.segmentations / name
        seen = wall_down(asked, lines, settled, column)
        write_segmentation(path, seen, Provenance(number, lines, lines == asked.shape[0]))
        self.row(
            "glimpse", scan=number, lines=lines, file=name, model=MODEL, model_sha256=SHA256,
            final=lines == asked.shape[0], ood_score=1.0, ms=12.0,
        )  # fmt: skip
        return path

    def observe(self, number, asked, lines, **notes):
        self.writer.finish(ScanState.COMPLETE)
        self.writer.close()
        self.row(
            "observed", scan=number, request=encode(asked), lines=lines, finished=True,
            seconds=12.5, offset=None, notes=notes,
        )  # fmt: skip

    def command(self, do, detail, **args):
        self.row("command", actor="person", do=do, args=args, detail=detail)

    def end(self, outcome="done", message="all is done"):
        self.row("run_finished", outcome=outcome, message=message)

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.journal.close()


def wall_down(asked, lines, settled=0, column=5):
    """A segmentation with a wall down one column of the lines so far."""
    shape = asked.shape
    wall = np.full(shape, 0.04, np.float32)
    wall[:, column] = 0.9
    probability = np.stack([1 - wall, wall])
    label = (wall > 0.5).astype(np.uint8)
    doubt = 1 - probability.max(axis=0)
    probability[:, lines:] = np.nan
    label[lines:] = 255
    doubt[lines:] = np.nan
    return Segmentation(
        probability, (0, 2), label * 2 * (label == 1) + label * (label == 255), doubt, MODEL,
        SHA256, settled, asked.slow_direction, 1.0,
    )  # fmt: skip


class Steep:
    """Sees walls where the phase turns: enough for runs that are not about perception."""

    model = spec = MODEL
    model_sha256 = SHA256

    def begin(self, frame):
        """Nothing to prepare."""

    def glimpse(self, frame, lines, final=False):
        signal = np.nan_to_num(np.exp(1j * frame.get("phase")))
        steep = np.hypot(*(np.abs(d) for d in np.gradient(signal)))
        wall = np.clip(steep, 0, 1).astype(np.float32)
        unknown = ~np.isfinite(frame.get("phase")).any(axis=1)
        probability = np.stack([1 - wall, wall])
        probability[:, unknown] = np.nan
        label = (wall > 0.5).astype(np.uint8)
        label[unknown] = 255
        doubt = 1 - np.nan_to_num(probability).max(axis=0)
        return Segmentation(
            probability, (0, 1), label, doubt, MODEL, SHA256, lines,
            frame.request.slow_direction, 1.0,
        )  # fmt: skip


@contextmanager
def session(monkeypatch, folder):
    """Open a session whose segmenter runs in process."""

    def in_process(model, threads, out, models):
        return InProcessGlimpses(Steep(), out)

    monkeypatch.setattr(service, "SegmenterProcess", in_process)
    with service.open_session(folder) as opened:
        yield opened


def real_run(monkeypatch, path, **tables):
    """A real run on the twin, from its beginning to its end."""
    monkeypatch.setattr(service, "load_model", lambda name, search: Steep())
    folder = service.create_run(path, config(**tables))
    with session(monkeypatch, folder) as opened, closing(run(opened)) as happening:
        for _ in happening:
            pass
    return folder
