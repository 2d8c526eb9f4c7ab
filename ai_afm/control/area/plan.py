"""From pixels that should be scanned to passes of a path, or to rectangles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_afm import geometry
from ai_afm.control.area.state import Mask, Settings
from ai_afm.image.instrument_time import line_seconds, request_seconds
from ai_afm.types import PathRequest, Point, Role, ScanRegion, ScanRequest

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
    """Return runs in chains: each next one lies in the next row and overlaps the one before."""
    by_row: dict[int, list[int]] = {}
    for index, row in enumerate(runs[:, 0].tolist()):
        by_row.setdefault(row, []).append(index)
    first, last = runs[:, 1].tolist(), runs[:, 2].tolist()
    taken = np.zeros(len(runs), bool)
    chains = []
    for start in range(len(runs)):
        if taken[start]:
            continue
        chain, now = [start], start
        taken[start] = True
        while True:
            overlaps = [
                (min(last[now], last[i]) - max(first[now], first[i]), i)
                for i in by_row.get(int(runs[now, 0]) + 1, ())
                if not taken[i]
            ]
            best = max(overlaps, default=(-2, -1))
            if best[0] < -1:
                break
            now = best[1]
            taken[now] = True
            chain.append(now)
        chains.append(runs[chain])
    return chains


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
    ends = np.array([[[c[0][0], c[0][1]], [c[-1][0], c[-1][1]]] for c in chains], float)
    open_ = np.ones(len(chains), bool)
    at, result = np.array(start, float), []
    for _ in chains:
        distance = np.hypot(*(ends - at).transpose(2, 0, 1))
        distance[~open_] = np.inf
        index, end = (int(i) for i in np.unravel_index(int(np.argmin(distance)), distance.shape))
        open_[index] = False
        result.append(chains[index] if end == 0 else chains[index][::-1])
        at = ends[index, 1 - end]
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
        region, shape, speed = settings.grid.region, settings.grid.shape, settings.speed
        sweeps = tuple(
            geometry.row_sweep(region, shape, row, (first, last), speed)
            for chain in chains
            for row, first, last in chain.tolist()
        )
        return (PathRequest(sweeps, role=asked.role, target=asked.target, reason=asked.reason),)
    boxes = [box for chain in chains for box in _boxes(chain[np.argsort(chain[:, 0])], settings)]
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


def _boxes(chain: Runs, settings: Settings) -> list[tuple[int, int, int, int]]:
    """Return the cheapest rectangles (row, column, rows, columns) along a chain of runs.

    The best division into pieces, found from the chain's end; each piece costs a command.
    """
    count = len(chain)
    best = np.full(count + 1, np.inf)
    best[count], cut = 0.0, np.zeros(count, int)
    fixed = settings.times.command_latency + settings.times.settle
    for i in range(count - 1, -1, -1):
        stop = min(count, i + LONGEST_RECTANGLE)
        left = np.minimum.accumulate(chain[i:stop, 1])
        right = np.maximum.accumulate(chain[i:stop, 2])
        rows = np.arange(1, stop - i + 1)
        width = np.maximum(right - left + 1, settings.least_width)
        line = np.array([_line_time(int(w), settings) for w in width])
        total = fixed + rows * line + best[i + 1 : stop + 1]
        cut[i] = i + 1 + int(np.argmin(total))
        best[i] = total.min()
    boxes, i = [], 0
    while i < count:
        part = chain[i : cut[i]]
        first, last = int(part[:, 1].min()), int(part[:, 2].max())
        width = max(last - first + 1, settings.least_width)
        first = min(first, settings.grid.shape[1] - width)
        boxes.append((int(part[0, 0]), first, len(part), width))
        i = int(cut[i])
    return boxes


def _rate(width: int, settings: Settings) -> float:
    """Return the line rate (Hz) that has the fine speed over `width` pixels."""
    return settings.line_rate * settings.grid.shape[1] / width


def _line_time(width: int, settings: Settings) -> float:
    return line_seconds(_rate(width, settings), settings.times)


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
