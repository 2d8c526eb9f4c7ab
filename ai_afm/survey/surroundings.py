"""What surrounds each piece of a line: classes said of it, of its line, and of lines around it.

A network looks a few tens of pixels far. Whether a straight line is one of many parallel lamellae
or the side of a grain is a matter of the whole frame, and that is put into numbers here.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.skeleton import Chains, Mask

RUN = 8
"""Length of a piece that is described at once, px: a network has about one doubt in it."""
REACHES = (20.0, 60.0)
"""Standard deviations of the weights of what lies around, px; the frame as a whole comes last."""

_CELL = 16
"""Side of the cells in which what lies around is summed, px."""
_ALONG = 3
"""Runs to both sides along the line that are averaged."""
_TANGENT = 2
"""Pixels beyond a run from which its direction is told, too."""
_PER_PIECE = 30.0
"""Junctions and free ends are counted per so many pixels of line."""
_MOST_NODES = 3.0
"""More junctions or free ends than this in such a piece say nothing more."""
_JUNCTION = 3
"""Branches that make a junction."""

Values = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines as pixels, and what a network says there.

    Parameters
    ----------
    chains
        The lines.
    nodes
        (lines, 2) int: numbers of the nodes at both ends, -1 for closed lines.
    edge
        (lines of the frame, pixels) bool: where a line may end without an open end.
    valid
        (lines of the frame,) bool: rows that were scanned.
    values
        (classes, n) float: probability of each class at each pixel.
    """

    chains: Chains
    nodes: Counts
    edge: Mask
    valid: Mask
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of lines: `first` pixel, `line` they are of, size in pixels; each (runs,) int."""

    first: Counts
    line: Counts
    size: Counts

    @classmethod
    def of(cls, starts: Counts) -> "Runs":
        """Cut lines evenly into runs; a line that is shorter than one is one."""
        sizes = np.diff(starts)
        count = np.maximum(sizes // RUN, 1)
        line = np.repeat(np.arange(len(sizes)), count)
        place = np.arange(len(line)) - (np.cumsum(count) - count)[line]
        first = starts[line] + place * sizes[line] // count[line]
        return cls(first, line, np.diff(first, append=starts[-1]))


@dataclass(frozen=True, slots=True)
class _Ends:
    """Both ends of each line: branches of the node there, and whether the frame cuts it."""

    branches: Counts
    cut: Mask

    @classmethod
    def of(cls, lines: Lines) -> "_Ends":
        nodes = lines.nodes
        number = np.bincount(nodes[nodes >= 0], minlength=1)
        branches = np.where(nodes >= 0, number[nodes], 0)
        last = np.stack([lines.chains.first, lines.chains.last], axis=1)
        return cls(branches, lines.edge[last[..., 0], last[..., 1]] & (nodes >= 0))

    @property
    def free(self) -> Mask:
        """Which ends are open."""
        return np.asarray((self.branches == 1) & ~self.cut)


@dataclass(frozen=True, slots=True)
class _Course:
    """Where runs lie and run: middle (runs, 2) px, cos and sin of twice their angle, straightness.

    Lines have no sense of direction, so angles count double.
    """

    middle: Values
    cosine: Values
    sine: Values
    straightness: Values

    @classmethod
    def of(cls, chains: Chains, runs: Runs) -> "_Course":
        pixels = chains.pixels.astype(float)
        middle = np.add.reduceat(pixels, runs.first, axis=0) / runs.size[:, None]
        begin = np.maximum(runs.first - _TANGENT, chains.starts[runs.line])
        end = np.minimum(runs.first + runs.size - 1 + _TANGENT, chains.starts[runs.line + 1] - 1)
        down, right = (pixels[end] - pixels[begin]).T
        length = np.hypot(down, right)
        square = np.maximum(length, 1e-12) ** 2
        return cls(
            middle,
            (right**2 - down**2) / square,
            2 * right * down / square,
            length / np.maximum(end - begin, 1),
        )


def describe(lines: Lines) -> tuple[Runs, NDArray[np.float32]]:
    """Describe each run of some lines by itself, its line and what lies around it.

    Parameters
    ----------
    lines
        At least one.

    Returns
    -------
    runs
        How the lines were cut.
    features
        (runs, features) float32, for the same number of classes always the same columns.
    """
    chains = lines.chains
    runs = Runs.of(chains.starts)
    course, ends = _Course.of(chains, runs), _Ends.of(lines)
    mean = np.add.reduceat(lines.values.astype(np.float64), runs.first, axis=1) / runs.size
    turning = _along(np.stack([course.cosine, course.sine]), runs)
    steady = np.hypot(*turning)
    columns = [
        mean,
        _along(mean, runs),
        _of_lines(mean, runs),
        _shapes(chains, ends)[:, runs.line],
        np.stack([course.straightness, steady]),
    ]
    fields = _Fields(mean, runs.size.astype(float), course, steady)
    sums = _Sums.of(fields, course.middle, lines, ends)
    columns += [fields.around(*sums.within(reach)) for reach in (*REACHES, None)]
    return runs, np.concatenate(columns).T.astype(np.float32)


def _along(values: Values, runs: Runs) -> Values:
    """Return means over neighbouring runs of the same line, (values, runs)."""
    number = np.arange(len(runs.line))
    first = np.searchsorted(runs.line, runs.line, "left")
    last = np.searchsorted(runs.line, runs.line, "right")
    begin = np.maximum(number - _ALONG, first)
    end = np.minimum(number + _ALONG + 1, last)
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return np.asarray((total[:, end] - total[:, begin]) / (end - begin))


def _of_lines(mean: Values, runs: Runs) -> Values:
    """Return the means over whole lines, at each of their runs, (classes, runs)."""
    total = np.bincount(runs.line, runs.size)
    sums = np.stack([np.bincount(runs.line, runs.size * one) for one in mean])
    return np.asarray((sums / total)[:, runs.line])


def _shapes(chains: Chains, ends: _Ends) -> Values:
    """Return what each line is like as a whole, (6, lines)."""
    size = np.diff(chains.starts)
    distance = np.hypot(*(chains.last - chains.first).T)
    return np.stack(
        [
            np.log(size),
            distance / size,
            chains.closed.astype(float),
            (ends.branches >= _JUNCTION).sum(axis=1).astype(float),
            ends.free.sum(axis=1).astype(float),
            ((ends.branches == 1) & ends.cut).sum(axis=1).astype(float),
        ]
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """What is averaged over the runs around one, weighted with their length.

    The classes said; the direction, twofold and fourfold; their products, from which the classes of
    parallel and of crossing runs follow; and how steady the direction is.
    """

    mean: Values
    weight: Values
    course: _Course
    steady: Values

    @property
    def stacked(self) -> Values:
        """(fields, runs)."""
        c, s = self.course.cosine, self.course.sine
        fourfold = (c**2 - s**2, 2 * s * c)
        first = np.stack([np.ones_like(c)])
        stacked: Values = self.weight * np.concatenate(
            [first, self.mean, np.stack([c, s, *fourfold]), self.mean * c, self.mean * s,
             self.steady[None]]
        )  # fmt: skip
        return stacked

    def around(self, sums: NDArray[np.float32], area: Values) -> Values:
        """Return the features of one reach, (features, runs), of sums there and the area, px^2."""
        n, c, s = len(self.mean), self.course.cosine, self.course.sine
        weight = sums[0] + 1e-9
        classes, direction = sums[1 : 1 + n], sums[1 + n : 5 + n] / weight
        turned = c * sums[5 + n : 5 + 2 * n] + s * sums[5 + 2 * n : 5 + 3 * n]
        same = c * direction[0] + s * direction[1]
        square = (c**2 - s**2) * direction[2] + 2 * s * c * direction[3]
        steady, junctions, free = sums[5 + 3 * n :] / weight
        parallel = (classes + turned) / np.maximum(weight * (1 + same), 1e-6)
        crossing = (classes - turned) / np.maximum(weight * (1 - same), 1e-3 * weight)
        order = [np.hypot(*direction[:2]), np.hypot(*direction[2:]), same, square, steady]
        dense = np.log(weight / area + 1e-4)
        nodes = np.minimum(_PER_PIECE * np.stack([junctions, free]), _MOST_NODES)
        return np.concatenate(
            [classes / weight, parallel, crossing, np.stack([*order, dense]), nodes]
        )


@dataclass(frozen=True, slots=True)
class _Sums:
    """Fields summed in `cells` (fields, down, right), and the `cell` of each run, (runs,).

    `rows` (down,) and `columns` (right,) are how many were scanned in the cells.
    """

    cells: NDArray[np.float32]
    cell: Counts
    rows: Counts
    columns: Counts

    @classmethod
    def of(cls, fields: _Fields, middle: Values, lines: Lines, ends: _Ends) -> "_Sums":
        chains = lines.chains
        down, right = (-(-n // _CELL) for n in lines.edge.shape)
        rows = np.add.reduceat(lines.valid.astype(int), np.arange(down) * _CELL)
        columns = np.diff(np.minimum(np.arange(right + 1) * _CELL, lines.edge.shape[1]))

        def number(points: Values) -> Counts:
            row, column = (points // _CELL).astype(np.int64).T
            return np.asarray(np.minimum(row, down - 1) * right + np.minimum(column, right - 1))

        cell, size = number(middle), down * right
        terminal = number(np.concatenate([chains.first, chains.last]).astype(float))
        branches = ends.branches.T.ravel()
        junction = np.where(branches >= _JUNCTION, 1 / np.maximum(branches, 1), 0.0)
        summed = [np.bincount(cell, field, size) for field in fields.stacked]
        summed += [np.bincount(terminal, w, size) for w in (junction, ends.free.T.ravel())]
        cells = np.stack(summed).astype(np.float32).reshape(-1, down, right)
        return cls(cells, cell, rows, columns)

    def within(self, reach: float | None) -> tuple[NDArray[np.float32], Values]:
        """Return sums around each run, (fields, runs), and the area they are of, (runs,) px^2."""
        if reach is None:
            total = np.asarray(self.cells.sum(axis=(1, 2))[:, None], np.float32)
            area = np.full(len(self.cell), float(self.rows.sum() * self.columns.sum()))
            return np.repeat(total, len(self.cell), axis=1), area
        down, right = (_weights(n, reach / _CELL) for n in self.cells.shape[1:])
        spread = np.asarray(down @ self.cells @ right, np.float32)
        area = np.outer(down @ self.rows, right @ self.columns).ravel().astype(float)
        return spread.reshape(len(spread), -1)[:, self.cell], area[self.cell]


@lru_cache(maxsize=32)
def _weights(size: int, reach: float) -> NDArray[np.float32]:
    """Return Gaussian weights between cells, (size, size), symmetric."""
    away = np.subtract.outer(np.arange(size), np.arange(size))
    return np.exp(-0.5 * (away / reach) ** 2).astype(np.float32)
