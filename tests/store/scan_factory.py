"""Small scans with known content for the tests of the store: every value tells where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ai_afm.geometry import line_ends
from ai_afm.store.scan_file import ScanFileWriter, WriterOptions
from ai_afm.types import (
    Channel,
    Direction,
    Drive,
    LineFlag,
    Measurement,
    Mode,
    Role,
    ScanLine,
    ScanRegion,
    ScanRequest,
    SlowDirection,
)

LINES, PIXELS = 7, 12
CHANNELS = (Channel("height", "m", "ZSensor"), Channel("amplitude", "arb", "Amplitude1"))
MEASUREMENT = Measurement(
    mode=Mode.PFM_DART,
    instrument="twin",
    drive_frequencies=(3.1e5, 3.2e5),
    temperature=293.15,
    extra=(("vendor header", "ScanSize: 2e-06\nNote: µ"),),
)


def scan_request(
    lines: int = LINES,
    pixels: int = PIXELS,
    line_rate: float = 50.0,
    slow: SlowDirection = SlowDirection.DOWN,
) -> ScanRequest:
    return ScanRequest(
        ScanRegion((1e-7, -3e-7), (2e-6, 1e-6), 0.3),
        (lines, pixels),
        line_rate,
        slow,
        drive=Drive(1.5, 3.15e5),
        role=Role.ZOOM,
        reason="a wall ends here",
    )


def row_of(request: ScanRequest, channel: int, direction: Direction, row: int) -> np.ndarray:
    """Values that occur nowhere else: 1000 row + 100 channel + 50 for retrace + column."""
    offset = 1000 * row + 100 * channel + (50 if direction is Direction.RETRACE else 0)
    return (offset + np.arange(request.shape[1])).astype(np.float32)


def scan_line(
    request: ScanRequest, row: int, direction: Direction, channels: tuple[Channel, ...] = CHANNELS
) -> ScanLine:
    start, end = line_ends(request.region, request.shape, row)
    arrival = row if request.slow_direction is SlowDirection.DOWN else request.shape[0] - 1 - row
    return ScanLine(
        row,
        direction,
        start,
        end,
        {c.name: row_of(request, i, direction, row) for i, c in enumerate(channels)},
        time=(2 * arrival + (direction is Direction.RETRACE)) / request.line_rate / 2,
        flags=LineFlag.LATE if row == 3 else LineFlag.GOOD,
    )


def scan_lines(request: ScanRequest) -> Iterator[ScanLine]:
    """All passes in order of arrival."""
    rows = range(request.shape[0])
    for row in rows if request.slow_direction is SlowDirection.DOWN else reversed(rows):
        for direction in Direction:
            yield scan_line(request, row, direction)


def new_writer(
    folder: Path,
    request: ScanRequest,
    number: int = 1,
    options: WriterOptions | None = None,
) -> ScanFileWriter:
    path = folder / f"{number:06d}.h5"
    return ScanFileWriter.create(path, number, request, CHANNELS, MEASUREMENT, options)


def write_scan(folder: Path, request: ScanRequest, passes: int, number: int = 1) -> Path:
    """A scan that broke off after so many passes, as a killed process leaves it."""
    with new_writer(folder, request, number) as writer:
        for _, line in zip(range(passes), scan_lines(request), strict=False):
            writer.write(line)
        writer.sync()
        return writer.path
