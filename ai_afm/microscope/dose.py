"""How much each 100 nm cell of the sample has been through: passes of the tip, |V| x t, pulses.

A pass that crosses a whole cell counts as one, a shorter one for its share: the number is the
length of path in the cell divided by the cell's edge, exactly, whatever the angle of the scan. The
bias counts as the root mean square of DC and AC together, times the time that the tip spends in
the cell; the time of turning is spread over the line.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ai_afm.errors import StoreError
from ai_afm.geometry import to_sample
from ai_afm.image.instrument_time import InstrumentTimes, path_schedule, sweep_ends
from ai_afm.types import (
    PathRequest,
    Point,
    ProbeRequest,
    ScanRequest,
    Stroke,
    Waveform,
    WriteRequest,
)

CELL = 1e-7
"""Edge of a cell, m."""
_STRIDE = 2**26  # more cells than any scanner has along one axis (6.7 m)
_BLOCK = 256  # lines that are cut into cells at a time, so that memory stays small

Cells = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Passes:
    """Straight passes of the tip, `counts` (n,) times from `starts` to `ends`, each (n, 2) m.

    `seconds` (n,) is the time of all of them together.
    """

    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    seconds: NDArray[np.float64]
    counts: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DoseMap:
    """What has been done to each cell; a value: `a + b` is what both did together.

    Parameters
    ----------
    cells
        (n,) int64, sorted, each once: the code of a cell that received anything.
    values
        (n, 3) float64: passes (scaled by load), V s, pulses.

    Examples
    --------
    >>> pulse = pulse_dose((0.0, 0.0), volt_seconds=2.0)
    >>> (pulse + pulse).at((5e-8, 5e-8))
    (0.0, 4.0, 2.0)
    """

    cells: Cells = field(default_factory=lambda: np.zeros(0, np.int64))
    values: Values = field(default_factory=lambda: np.zeros((0, 3)))

    def __add__(self, other: "DoseMap") -> "DoseMap":
        """Return the sum of both, cell by cell."""
        return _collect(
            np.concatenate([self.cells, other.cells]), np.concatenate([self.values, other.values])
        )

    def at(self, point: Point) -> tuple[float, float, float]:
        """Return (passes, V s, pulses) of the cell in which a point lies."""
        found = np.flatnonzero(self.cells == cell_of(point))
        if not len(found):
            return 0.0, 0.0, 0.0
        passes, volt_seconds, pulses = self.values[found[0]].tolist()
        return passes, volt_seconds, pulses

    def worst_with(self, added: "DoseMap") -> tuple[float, float, float]:
        """Return the largest (passes, V s, pulses) in the cells of `added` once added."""
        if not len(added.cells):
            return 0.0, 0.0, 0.0
        total = added.values.copy()
        if len(self.cells):
            place = np.minimum(np.searchsorted(self.cells, added.cells), len(self.cells) - 1)
            known = self.cells[place] == added.cells
            total[known] += self.values[place[known]]
        passes, volt_seconds, pulses = total.max(axis=0).tolist()
        return passes, volt_seconds, pulses

    def to_json(self) -> str:
        """Write the map as JSON; `from_json` gives the same map back, bit for bit."""
        i, j = _decode(self.cells)
        rows = [
            [a, b, *v] for a, b, v in zip(i.tolist(), j.tolist(), self.values.tolist(), strict=True)
        ]
        return json.dumps({"format": "ai-afm dose 1", "cell": CELL, "rows": rows})

    @classmethod
    def from_json(cls, text: str) -> "DoseMap":
        """Read what `to_json` wrote.

        Raises
        ------
        StoreError
            When the text is not such a map: a dose that is not known must not count as none.
        """
        try:
            content = json.loads(text)
            if content["format"] != "ai-afm dose 1" or content["cell"] != CELL:
                raise StoreError(f"dose map of format {content['format']!r} cannot be read")
            rows = np.array(content["rows"], float).reshape(-1, 5)
        except (ValueError, KeyError, TypeError) as exc:
            raise StoreError(f"the dose map cannot be read: {exc!r}") from exc
        if not np.isfinite(rows).all() or (rows[:, 2:] < 0).any():
            raise StoreError("the dose map holds numbers that are negative or not finite")
        return _collect(_encode(rows[:, 0], rows[:, 1]), rows[:, 2:])


def cell_of(point: Point) -> int:
    """Return the code of the cell in which a point (m) lies."""
    return int(_encode(np.floor(point[0] / CELL), np.floor(point[1] / CELL)))


def pulse_dose(point: Point, volt_seconds: float) -> DoseMap:
    """Return the dose of one probe at a point: one pulse and its |V| x t."""
    return DoseMap(np.array([cell_of(point)], np.int64), np.array([[0.0, volt_seconds, 1.0]]))


def scan_passes(request: ScanRequest, lines: int | None = None) -> Passes:
    """Return the passes of a frame: trace and retrace of its rows, edge to edge.

    Parameters
    ----------
    request
        The frame.
    lines
        Rows that were scanned, in order of arrival; all when `None`.
    """
    total = request.shape[0]
    rows = np.arange(total)[::-1] if request.slow_direction == "up" else np.arange(total)
    rows = rows[: total if lines is None else lines]
    width, height = request.region.size
    v = (0.5 - (rows + 0.5) / total) * height
    left = np.stack(to_sample(request.region, np.full(len(rows), -width / 2), v), axis=1)
    right = np.stack(to_sample(request.region, np.full(len(rows), width / 2), v), axis=1)
    seconds = np.full(len(rows), 1 / request.line_rate)
    return Passes(left, right, seconds, np.full(len(rows), 2.0))


def path_passes(
    request: PathRequest, times: InstrumentTimes, *, lifts: bool, sweeps: int | None = None
) -> Passes:
    """Return the passes of a path, and the ways between its sweeps that are gone in contact.

    The time of turning is spread over the sweep, that of a move over the move.

    Parameters
    ----------
    request
        The path.
    times
        Of the instrument.
    lifts
        Whether it lifts the tip for moves.
    sweeps
        How many were made, in order; all when `None`.
    """
    schedule, ends = path_schedule(request, times), sweep_ends(request)
    made = slice(0, sweeps)
    own = schedule.durations - schedule.rests * (schedule.hops > 0)
    touched = schedule.hops > 0
    touched &= ~schedule.moved if lifts else True
    touched[len(own) if sweeps is None else max(sweeps - 1, 0) :] = False
    gone = np.flatnonzero(touched[:-1])
    begins = ends[gone, 0 if request.both_ways else 1]
    return Passes(
        np.concatenate([ends[made, 0], begins]),
        np.concatenate([ends[made, 1], ends[gone + 1, 0]]),
        np.concatenate([own[made], schedule.rests[gone]]),
        np.concatenate([np.full(len(own[made]), float(schedule.ways)), np.ones(len(gone))]),
    )


def waveform_dose(waveform: Waveform) -> float:
    """Return an upper bound of |V| x t of a waveform, V s: write steps, read bias and AC (rms).

    A triangle whose number of steps is a multiple of 4 has the mean |V| of half its amplitude.
    """
    write = waveform.amplitude * (0.5 if waveform.envelope == "triangle" else 1.0)
    ac = waveform.drive / math.sqrt(2)
    per_step = write * waveform.on_time + abs(waveform.read_bias) * waveform.off_time
    per_step += ac * (waveform.on_time + waveform.off_time)
    return per_step * waveform.steps * waveform.cycles


def request_dose(
    request: ScanRequest | ProbeRequest | WriteRequest,
    volts: float,
    load_scale: float,
    lines: int | None = None,
) -> DoseMap:
    """Return what a request does to the sample; for a path see `path_passes` and `pass_dose`.

    Parameters
    ----------
    request
        What is asked; it must be legal in itself (finite, positive sizes).
    volts
        Root mean square of DC and AC bias while scanning, V; not used for a probe or write.
    load_scale
        Load relative to the instrument's own setpoint; each pass counts that often.
    lines
        Rows that were scanned, or strokes that were begun, in order; all when `None`.
    """
    if isinstance(request, ProbeRequest):
        wave = request.waveform
        return pulse_dose(request.position, 0.0 if wave is None else waveform_dose(wave))
    if isinstance(request, WriteRequest):
        return write_dose(request.strokes[:lines])
    return pass_dose(scan_passes(request, lines), volts, load_scale)


def write_dose(strokes: Sequence[Stroke]) -> DoseMap:
    """Return what strokes do to the sample.

    A dot is a pulse in its cell. All longer strokes together are one pulse in each cell that they
    cross, as many as it may take of them to fill an area.
    """
    dots = [stroke for stroke in strokes if stroke.length == 0]
    ways = [stroke for stroke in strokes if stroke.length > 0]
    total = DoseMap()
    if ways:
        # The bias differs from stroke to stroke: seconds x |V| stand for seconds at 1 V.
        total = pass_dose(
            Passes(
                np.array([stroke.start for stroke in ways], float),
                np.array([stroke.end for stroke in ways], float),
                np.array([stroke.seconds * abs(stroke.bias) for stroke in ways]),
                np.ones(len(ways)),
            ),
            1.0,
            1.0,
        )
        total.values[:, 2] = 1.0
    if dots:
        i, j = np.floor(np.array([stroke.start for stroke in dots], float) / CELL).T
        values = np.zeros((len(dots), 3))
        values[:, 1] = [stroke.seconds * abs(stroke.bias) for stroke in dots]
        values[:, 2] = 1.0
        total += _collect(_encode(i, j), values)
    return total


def pass_dose(passes: Passes, volts: float, load_scale: float) -> DoseMap:
    """Return what passes do to the sample; `volts` and `load_scale` as in `request_dose`."""
    total = DoseMap()
    for first in range(0, len(passes.seconds), _BLOCK):
        block = slice(first, first + _BLOCK)
        starts, ends = passes.starts[block], passes.ends[block]
        cuts = _cuts(starts, ends)
        share = np.diff(cuts, axis=1)
        middle = (cuts[:, 1:] + cuts[:, :-1]) / 2
        points = starts[:, None, :] + middle[:, :, None] * (ends - starts)[:, None, :]
        length = (np.hypot(*(ends - starts).T) * passes.counts[block])[:, None] * share
        seconds = passes.seconds[block][:, None] * share
        used = share > 0
        i, j = np.floor(points[used] / CELL).T
        values = np.zeros((len(i), 3))
        values[:, 0] = length[used] / CELL * load_scale
        values[:, 1] = seconds[used] * volts
        total += _collect(_encode(i, j), values)
    return total


def _cuts(starts: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    # Where, as a fraction 0..1 of each pass, it crosses from cell to cell: (n, cuts), sorted.
    columns = [np.zeros((len(starts), 1)), np.ones((len(starts), 1))]
    for axis in (0, 1):
        a, b = starts[:, axis, None], ends[:, axis, None]
        first = math.floor(min(a.min(), b.min()) / CELL)
        last = math.ceil(max(a.max(), b.max()) / CELL)
        # Lines of the grid that any pass of the block can meet; those that one does not are
        # outside 0..1.
        grid = np.arange(first, last + 1) * CELL
        length = b - a
        safe = np.where(length == 0, 1.0, length)
        columns.append(np.where(length == 0, 0.0, np.clip((grid - a) / safe, 0.0, 1.0)))
    return np.sort(np.concatenate(columns, axis=1), axis=1)


def _collect(cells: Cells, values: Values) -> DoseMap:
    unique, place = np.unique(cells, return_inverse=True)
    columns = [np.bincount(place, values[:, c], len(unique)) for c in range(3)]
    return DoseMap(unique, np.stack(columns, axis=1))


def _encode(i: NDArray[np.float64], j: NDArray[np.float64]) -> Cells:
    half = _STRIDE // 2
    cells: Cells = (np.asarray(i).astype(np.int64) + half) * _STRIDE
    return cells + (np.asarray(j).astype(np.int64) + half)


def _decode(cells: Cells) -> tuple[Cells, Cells]:
    half = _STRIDE // 2
    return cells // _STRIDE - half, cells % _STRIDE - half
