"""A path in the layout of a scan file: one row a sweep, NaN behind the end of a short one."""

from dataclasses import replace

import numpy as np

from ai_afm import geometry
from ai_afm.image.instrument_time import sweep_ends
from ai_afm.types import Direction, FloatImage, PathRequest, ScanLine, ScanRequest

ONE_WAY = (Direction.TRACE,)
BOTH_WAYS = (Direction.TRACE, Direction.RETRACE)


def directions_of(path: PathRequest) -> tuple[Direction, ...]:
    """Return the passes that each sweep of a path consists of."""
    return BOTH_WAYS if path.both_ways else ONE_WAY


def table_request(path: PathRequest) -> ScanRequest:
    """Return the request of the table that holds a path: it is no frame, and never a picture.

    Its region bounds the path, its shape is (sweeps, samples of the longest one), its line rate is
    the mean number of sweeps a second without turns.
    """
    ends = sweep_ends(path)
    samples = max(sweep.pixels for sweep in path.sweeps)
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    seconds = length / np.array([sweep.speed for sweep in path.sweeps])
    region = geometry.bounding_region(ends.reshape(-1, 2), margin=float(length.max()) / samples)
    return ScanRequest(
        region,
        (len(path.sweeps), samples),
        1 / (float(seconds.mean()) * (2 if path.both_ways else 1)),
        channels=path.channels,
        drive=path.drive,
        role=path.role,
        target=path.target,
        reason=path.reason,
    )


def row_of(path: PathRequest, line: ScanLine) -> ScanLine:
    """Return a pass of the path as the row of its table."""
    samples = max(sweep.pixels for sweep in path.sweeps)
    return replace(line, channels={n: _padded(c, samples) for n, c in line.channels.items()})


def pass_of(path: PathRequest, row: ScanLine) -> ScanLine:
    """Return a row of the table as the pass that it holds."""
    samples = path.sweeps[row.index].pixels
    return replace(row, channels={name: c[:samples] for name, c in row.channels.items()})


def _padded(row: FloatImage, samples: int) -> FloatImage:
    padded = np.full((samples, *row.shape[1:]), np.nan, np.float32)
    padded[: len(row)] = row
    return padded
