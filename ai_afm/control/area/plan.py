"""From pixels that should be scanned to passes of a path, or to rectangles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.control.area.state import Mask, Settings
from ai_afm.image.instrument_time import line_seconds, request_seconds
from ai_afm.types import PathRequest, Point, Role, ScanRegion, ScanRequest, Sweep

Runs = NDArray[np.int64]
"""(n, 3): row, first and last column of horizontal runs of pixels."""

LONGEST_RECTANGLE = 96
"""Rows of a rectangle at most: longer ones are never cheaper along a bent wall."""


def runs_of(mask: Mask, gap: int) -> Runs:
    """Return the horizontal runs of a mask, those up to `gap` pixels apart in a row as one."""
    edge = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    edge[:, 1:-1] = mask
    step = np.diff(edge, axis=1)
    rows, first = np.nonzero(step > 0)
    last = np.nonzero(step < 0)[1] - 1
    if not len(rows):
        return np.empty((0, 3), np.int64)
    apart = np.ones(len(rows), bool)
    apart[1:] = (rows[1:] != rows[:-1]) | (first[1:] - last[:-1] - 1 > gap)
    begin = np.flatnonzero(apart)
    end = np.append(begin[1:], len(rows)) - 1
    return np.stack([rows[begin], first[begin], last[end]], axis=1)


def chains_of(runs: Runs) -> list[Runs]:
    """Return runs in chains: each next one lies in the next row and overlaps the one before.

    Parameters
    ----------
    runs
        In the order of rows and columns, apart from each other in a row, as from `runs_of`.
    """
    low, high = (ends.tolist() for ends in _neighbours(runs))
    first, last = runs[:, 1].tolist(), runs[:, 2].tolist()
    taken = [False] * len(runs)
    chains = []
    for start in range(len(runs)):
        if taken[start]:
            continue
        chain, now = [start], start
        taken[start] = True
        while True:
            best, chosen = -2, -1
            for i in range(low[now], high[now]):
                overlap = min(last[now], last[i]) - max(first[now], first[i])
                if overlap >= best and not taken[i]:
                    best, chosen = overlap, i
            if chosen < 0:
                break
            now = chosen
            taken[now] = True
            chain.append(now)
        chains.append(runs[chain])
    return chains


def _neighbours(runs: Runs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each run the numbers (first, last + 1) of those in the next row that touch it."""
    row, first, last = runs.T
    wide = int(last.max(initial=0)) + 3
    # one number for row and column; runs of a row are apart, so both of their ends are in order
    below = (row + 1) * wide
    low = np.searchsorted(row * wide + last, below + np.maximum(first - 1, 0))
    high = np.searchsorted(row * wide + first, below + last + 1, side="right")
    return low, high


def ordered(chains: Sequence[Runs], start: tuple[float, float]) -> list[Runs]:
    """Return chains in the order of nearest neighbours, each turned so that its nearer end leads.

    Parameters
    ----------
    chains
        From `chains_of`.
    start
        (row, column) of the tip.
    """
    if not chains:
        return []
    # both ends of each chain one after the other; those that are done move out of reach
    ends = np.array([[c[0][:2], c[-1][:2]] for c in chains], float).reshape(-1, 2)
    rows, columns = np.ascontiguousarray(ends.T)
    down, right = np.empty_like(rows), np.empty_like(rows)
    places = ends.tolist()
    row, column = start
    result = []
    for _ in chains:
        np.subtract(rows, row, out=down)
        np.subtract(columns, column, out=right)
        down *= down
        right *= right
        down += right
        index, end = divmod(int(down.argmin()), 2)
        rows[2 * index : 2 * index + 2] = np.inf
        result.append(chains[index] if end == 0 else chains[index][::-1])
        row, column = places[2 * index + 1 - end]
    return result


@dataclass(frozen=True, slots=True)
class Asked:
    """What the passes of a plan share: role, target and reason of the requests."""

    reason: str
    role: Role = Role.ZOOM
    target: str | None = None


def requests_for(
    mask: Mask, settings: Settings, at: Point | None, asked: Asked
) -> tuple[PathRequest | ScanRequest, ...]:
    """Return the cheapest requests found that cover all pixels of a mask at the fine speed.

    One path where the instrument takes paths, else rectangles with sides along the grid.
    """
    pixel = settings.grid.pixel_size[0]
    # a gap is scanned where that takes less time than to turn
    turn = settings.times.turn_around_min * settings.speed / pixel
    runs = runs_of(mask, int(turn))
    if not len(runs):
        return ()
    chains = ordered(chains_of(runs), _pixel_of(settings, at))
    if settings.paths:
        sweeps = _sweeps(np.concatenate(chains), settings)
        return (PathRequest(sweeps, role=asked.role, target=asked.target, reason=asked.reason),)
    lines = _line_times(settings)
    boxes = [
        box for chain in chains for box in _boxes(chain[np.argsort(chain[:, 0])], settings, lines)
    ]
    return tuple(_frame(settings, box, asked) for box in boxes)


def seconds_for(
    requests: Sequence[PathRequest | ScanRequest], settings: Settings, at: Point | None
) -> float:
    """Return the predicted time of requests done in this order from `at`, s."""
    total = 0.0
    for request in requests:
        total += request_seconds(request, at, settings.times)
        at = end_of(request)
    return total


def end_of(request: PathRequest | ScanRequest) -> Point:
    """Return where the tip is after a request, m."""
    if isinstance(request, PathRequest):
        return geometry.last_point(request)
    return request.region.center


def _pixel_of(settings: Settings, at: Point | None) -> tuple[float, float]:
    if at is None:
        return 0.0, 0.0
    row, column = geometry.sample_to_pixel(settings.grid.region, settings.grid.shape, *at)
    return float(row), float(column)


def _sweeps(runs: Runs, settings: Settings) -> tuple[Sweep, ...]:
    """Return what `geometry.row_sweep` makes of runs, all of them at once."""
    row, first, last = runs.T
    columns = np.stack([first - 0.5, last + 0.5])
    x, y = geometry.pixel_to_sample(settings.grid.region, settings.grid.shape, row, columns)
    starts, ends = (zip(x[k].tolist(), y[k].tolist(), strict=True) for k in range(2))
    pixels = (last - first + 1).tolist()
    return tuple(map(Sweep, starts, ends, repeat(settings.speed), pixels))


def _boxes(
    chain: Runs, settings: Settings, lines: NDArray[np.float64]
) -> list[tuple[int, int, int, int]]:
    """Return the cheapest rectangles (row, column, rows, columns) along a chain of runs.

    The best division into pieces, found from the chain's end; each piece costs a command. `lines`
    are the times of lines of 0, 1, 2 ... pixels, s.
    """
    count = len(chain)
    best = np.full(count + LONGEST_RECTANGLE, np.inf)
    best[count], cut = 0.0, np.zeros(count, int)
    costs = _costs(chain, settings, lines)
    for i in range(count - 1, -1, -1):
        total = costs[i] + best[i + 1 : i + 1 + LONGEST_RECTANGLE]
        piece = int(total.argmin())
        cut[i], best[i] = i + 1 + piece, total[piece]
    boxes, i = [], 0
    while i < count:
        part = chain[i : cut[i]]
        first, last = int(part[:, 1].min()), int(part[:, 2].max())
        width = max(last - first + 1, settings.least_width)
        first = min(first, settings.grid.shape[1] - width)
        boxes.append((int(part[0, 0]), first, len(part), width))
        i = int(cut[i])
    return boxes


def _costs(chain: Runs, settings: Settings, lines: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the time of a rectangle from each run over 1, 2 ... of them, (runs, longest) s."""
    first, last = (np.pad(e, (0, LONGEST_RECTANGLE - 1), "edge") for e in chain[:, 1:].T)
    left, right = (sliding_window_view(e, LONGEST_RECTANGLE) for e in (first, last))
    width = np.maximum.accumulate(right, axis=1) - np.minimum.accumulate(left, axis=1) + 1
    fixed = settings.times.command_latency + settings.times.settle
    rows = np.arange(1, LONGEST_RECTANGLE + 1)
    return np.asarray(fixed + rows * lines[np.maximum(width, settings.least_width)])


def _rate(width: int, settings: Settings) -> float:
    """Return the line rate (Hz) that has the fine speed over `width` pixels."""
    return settings.line_rate * settings.grid.shape[1] / width


def _line_times(settings: Settings) -> NDArray[np.float64]:
    """Return the time of a line over 0, 1, 2 ... pixels, s; 0 for none."""
    widths = range(1, max(settings.grid.shape[1], settings.least_width) + 1)
    return np.array([0.0, *(line_seconds(_rate(w, settings), settings.times) for w in widths)])


def _frame(settings: Settings, box: tuple[int, int, int, int], asked: Asked) -> ScanRequest:
    row, column, rows, columns = box
    region, (dx, dy) = settings.grid.region, settings.grid.pixel_size
    u = (column + columns / 2) * dx - region.size[0] / 2
    v = region.size[1] / 2 - (row + rows / 2) * dy
    x, y = geometry.to_sample(region, u, v)
    part = ScanRegion((float(x), float(y)), (columns * dx, rows * dy), region.angle)
    return ScanRequest(part, (rows, columns), _rate(columns, settings), role=asked.role,
                       target=asked.target, reason=asked.reason)  # fmt: skip


def disc(radius: float) -> NDArray[np.uint8]:
    """Return a disc as a kernel, (n, n) uint8."""
    reach = math.ceil(radius)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(np.hypot(y, x) <= radius, np.uint8)
