"""How fast lines can be taken in: stream, checks, assembling and durable storing, as in a run.

A line is a trace and a retrace of all channels. The time of a line is what the acquisition thread
needs for it; the paced part tells how much of one core a real scan costs.
"""

import math
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ai_afm.acquire.stream import Source, Stream
from ai_afm.errors import StoreError
from ai_afm.image.assemble import Assembler
from ai_afm.image.scan_bytes import ScanState
from ai_afm.store.scan_file import ScanFileWriter
from ai_afm.types import Channel, Direction, Measurement, ScanLine, ScanRegion, ScanRequest

NAMES = ("height", "amplitude", "phase", "deflection")
"""Channels of the scan, so that a network finds its inputs."""
OnRow = Callable[[Path, int], None]
"""Called in the consuming thread with the scan file and the number of durable rows."""


@dataclass(frozen=True, slots=True)
class LineLoad:
    """What the benchmark puts through.

    Parameters
    ----------
    lines, pixels, channels
        Size of the scan.
    rate
        Lines per second of the paced part, Hz.
    seed
        Of the noise that the lines hold.
    """

    lines: int = 3000
    pixels: int = 512
    channels: int = 4
    rate: float = 1000.0
    seed: int = 0


def benchmark(
    lines: int = 3000,
    pixels: int = 512,
    channels: int = 4,
    rate: float = 1000.0,
    folder: Path | None = None,
    on_row: OnRow | None = None,
) -> dict[str, Any]:
    """Measure how lines are taken in, flat out and paced.

    Parameters
    ----------
    lines, pixels, channels
        Size of the scan.
    rate
        Lines per second of the paced part, Hz.
    folder
        Where the two scan files are written (and removed again), i.e. the disk that is measured;
        the system's temporary folder when left out.
    on_row
        What looks at the rows of the paced part meanwhile (inference); `None` for nothing.

    Returns
    -------
    dict
        `lines_per_s` flat out; of the paced part the rate that was `held_lines_per_s`, `median_ms`,
        `p99_ms`, `max_ms` per line, and `cpu_share` of one core, of which `source_cpu_share` is the
        waiting of the source that stands for the instrument.

    Raises
    ------
    StoreError
        When the disk refuses, or a line did not arrive.
    """
    load = LineLoad(lines, pixels, channels, rate)
    if folder is not None:
        return _measure(load, folder, on_row)
    with tempfile.TemporaryDirectory() as temporary:
        return _measure(load, Path(temporary), on_row)


def _measure(load: LineLoad, folder: Path, on_row: OnRow | None) -> dict[str, Any]:
    flat_out = _run(replace(load, rate=math.inf), folder / "flat_out.h5", None)
    paced = _run(load, folder / "paced.h5", on_row)
    return {
        "lines": load.lines,
        "pixels": load.pixels,
        "channels": load.channels,
        "directions": len(Direction),
        "rate_hz": load.rate,
        "lines_per_s": flat_out["held_lines_per_s"],
        "flat_out_cpu_ms": 1e3 * flat_out["cpu_s"] / load.lines,
        "held_lines_per_s": paced["held_lines_per_s"],
        "median_ms": paced["median_ms"],
        "p99_ms": paced["p99_ms"],
        "max_ms": paced["max_ms"],
        "cpu_share": paced["cpu_s"] / paced["wall_s"],
        "source_cpu_share": _waiting_share(load),
    }


def _waiting_share(load: LineLoad) -> float:
    """Return the share of a core that the source alone takes to wait for the time of each pass."""
    request = _request(load)
    source = _Source(load, ())
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in source.scan(request):
        pass
    return (time.process_time() - cpu) / (time.perf_counter() - wall)


def _run(load: LineLoad, path: Path, on_row: OnRow | None) -> dict[str, float]:
    request = _request(load)
    names = [*NAMES[: load.channels], *(f"extra_{n}" for n in range(load.channels - len(NAMES)))]
    channels = tuple(Channel(name, "V") for name in names)
    source = _Source(load, channels)
    try:
        with ScanFileWriter.create(path, 1, request, channels, Measurement()) as writer:
            assembler = Assembler(request, channels, Measurement())
            lines = Source(lambda: source.scan(request), request.shape[0])
            stream = Stream(lines, writer, assembler)
            cpu, wall = time.process_time(), time.perf_counter()
            stream.start()
            _consume(stream, path, on_row)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            if stream.error is not None:
                raise stream.error
            writer.finish(ScanState.COMPLETE)
        if not all(rows.all() for rows in assembler.frame.scanned.values()):
            raise StoreError("the benchmark's lines did not all arrive")
    finally:
        path.unlink(missing_ok=True)
    milliseconds = 1e3 * source.seconds.reshape(load.lines, len(Direction)).sum(axis=1)
    return {
        "held_lines_per_s": source.rate,
        "median_ms": float(np.median(milliseconds)),
        "p99_ms": float(np.percentile(milliseconds, 99)),
        "max_ms": float(milliseconds.max()),
        "cpu_s": cpu,
        "wall_s": wall,
    }


def _consume(stream: Stream, path: Path, on_row: OnRow | None) -> None:
    durable = 0
    while stream.running:
        stored = stream.take(0.05)
        if stored is not None and on_row is not None and stored.durable > durable:
            durable = stored.durable
            on_row(path, durable)


def _request(load: LineLoad) -> ScanRequest:
    region = ScanRegion((0.0, 0.0), (load.pixels * 1e-8, load.lines * 1e-8))
    return ScanRequest(region, (load.lines, load.pixels), min(load.rate, 1e6))


class _Source:
    """An instrument that only delivers lines of noise on time, and clocks who takes them."""

    def __init__(self, load: LineLoad, channels: tuple[Channel, ...]) -> None:
        rng = np.random.default_rng(load.seed)
        noise = rng.normal(size=(16, load.channels, load.pixels)).astype(np.float32)
        rows = [{c.name: r for c, r in zip(channels, n, strict=False)} for n in noise]
        self._lines = [
            ScanLine(row, direction, (0.0, 0.0), (1e-6, 0.0), rows[(2 * row + n) % 16], float(row))
            for row in range(load.lines)
            for n, direction in enumerate(Direction)
        ]
        self._rate = load.rate
        self._begun = self._ended = math.nan
        self.seconds = np.full(load.lines * len(Direction), np.nan)

    def scan(self, request: ScanRequest) -> Iterator[ScanLine]:
        begun = time.perf_counter()
        self._begun = begun
        for count, line in enumerate(self._lines):
            wait = begun + count / len(Direction) / self._rate - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            given = time.perf_counter()
            yield line
            taken = time.perf_counter()
            self.seconds[count] = taken - given
            self._ended = taken

    @property
    def rate(self) -> float:
        """Lines per second between the first and the last pass."""
        return (len(self._lines) - 1) / len(Direction) / (self._ended - self._begun)
