"""The sweeps of a path, as the detectors look at them: they differ in length and lie anywhere.

A raster's lines are all neighbours of one width. The sweeps of a path are not, so each detector is
given what it needs of them (`Form`), and `None` where they do not hold that: it cannot tell then.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np

from ai_afm.survey.health.passes import FEWEST, Passes, one_value_a_pixel
from ai_afm.types import Direction, FloatImage, Frame, PathRequest, Sweep

FEWEST_SAMPLES = 256
"""Samples of one way below which nothing is said: a single one would be half a per cent."""
SAMPLES = 512
"""Samples of one way that a look at short sweeps waits for."""
SHORTEST = 5
"""Samples of a sweep that tell anything."""
LONG = 128
"""Samples of a sweep in which a tone can be told from what is beside it: fewer were measured, and
do not tell."""
BROAD = 32
"""Samples of a sweep whose two ways can be compared: the strips along a wall are narrower."""
ALIKE = 1e-3
"""Share by which pitch and direction of two sweeps may differ and still be the same."""


class Form(StrEnum):
    """What a detector needs of the sweeps.

    `SAMPLES` all samples, in whatever order. `EACH` every sweep as one row, thinned to as many
    samples as the short ones have. `LONG` sweeps long enough for a spectrum, there and back.
    `NEIGHBOURS` rows in place, there and back: NaN where no sweep was, and between sweeps that are
    not neighbours.
    """

    SAMPLES = "samples"
    EACH = "each"
    LONG = "long"
    NEIGHBOURS = "neighbours"


def looks_of(path: PathRequest, least: int = 16) -> tuple[int, ...]:
    """Return after how many sweeps the detectors look: `least` more, and 512 samples more.

    What is left over at the end is looked at where it is at least half of either.
    """
    marks, sweeps, samples = [], 0, 0
    for number, sweep in enumerate(path.sweeps, start=1):
        sweeps, samples = sweeps + 1, samples + sweep.pixels
        if sweeps >= least and samples >= SAMPLES:
            marks.append(number)
            sweeps = samples = 0
    if 2 * sweeps >= least and (2 * samples >= SAMPLES or marks):
        marks.append(len(path.sweeps))
    return tuple(marks)


def first_of(path: PathRequest, last: int, least: int = 16, fewest: int = SAMPLES) -> int:
    """Return the first of the newest sweeps, up to (not including) `last`, that make a look.

    Parameters
    ----------
    path, last
        The path, and how many of its sweeps have come.
    least, fewest
        Sweeps and samples of one way that the look needs.
    """
    first, samples = last, 0
    while first > 0 and (last - first < least or samples < fewest):
        first -= 1
        samples += path.sweeps[first].pixels
    return first


@dataclass(frozen=True, slots=True)
class _Cut:
    """Complete sweeps of a path's table: channel -> one (pixels,) array a sweep, both ways.

    `retrace` is `None` for a path that was recorded one way.
    """

    sweeps: tuple[Sweep, ...]
    trace: dict[str, list[FloatImage]]
    retrace: dict[str, list[FloatImage]] | None


def sweeps_of(frame: Frame, path: PathRequest, span: tuple[int, int], form: Form) -> Passes | None:
    """Cut sweeps out of the table that holds a path, in the form that a detector needs.

    Parameters
    ----------
    frame
        The table, (sweeps, samples of the longest one), NaN behind the end of a short one.
    path
        What it holds.
    span
        First sweep, and the one behind the last.
    form
        What is needed.

    Returns
    -------
    Passes or None
        `None` where the sweeps do not hold that. Sweeps with a gap in a channel are left out. Of a
        path that was recorded one way, every other sweep counts as the way back for `SAMPLES` and
        `EACH`, which compare nothing; the other forms have no meaning then.
    """
    cut = _cut(frame, path, span)
    if cut is None:
        return None
    match form:
        case Form.SAMPLES:
            return _samples(frame, cut)
        case Form.EACH:
            return _each(frame, cut)
        case Form.LONG:
            return _long(frame, cut)
    return _neighbours(frame, cut)


def _cut(frame: Frame, path: PathRequest, span: tuple[int, int]) -> _Cut | None:
    """Return the complete sweeps, `None` where they are too few."""
    ways = tuple(Direction)[: 2 if path.both_ways else 1]
    names = one_value_a_pixel(frame, ways)
    kept: list[Sweep] = []
    images: dict[Direction, dict[str, list[FloatImage]]] = {w: {n: [] for n in names} for w in ways}
    for index in range(*span):
        pixels = path.sweeps[index].pixels
        rows = {(n, w): frame.data[n, w][index, :pixels] for n in names for w in ways}
        if pixels < SHORTEST or not all(np.isfinite(row.sum()) for row in rows.values()):
            continue
        kept.append(path.sweeps[index])
        for (name, way), row in rows.items():
            images[way][name].append(row)
    if len(kept) < FEWEST or not names:
        return None
    if sum(sweep.pixels for sweep in kept) < FEWEST_SAMPLES:
        return None
    return _Cut(tuple(kept), images[ways[0]], images[ways[1]] if path.both_ways else None)


def _passes(
    frame: Frame,
    images: tuple[dict[str, FloatImage], dict[str, FloatImage]],
    pitch: float = math.nan,
    dwell: float = math.nan,
) -> Passes:
    how = frame.measurement
    return Passes(
        *images, (pitch, math.nan), dwell, how.mode, how.drive_frequencies, how.quality_factor
    )


def _two_ways(rows: _Cut) -> tuple[dict[str, list[FloatImage]], dict[str, list[FloatImage]]]:
    """Return what came there and back; of one way only, every other sweep as the way back."""
    if rows.retrace is not None:
        return rows.trace, rows.retrace
    there = {name: own[0::2] for name, own in rows.trace.items()}
    return there, {name: own[1::2] for name, own in rows.trace.items()}


def _samples(frame: Frame, cut: _Cut) -> Passes:
    there, back = (
        {name: np.concatenate(own)[None] for name, own in rows.items()} for rows in _two_ways(cut)
    )
    return _passes(frame, (there, back))


def _each(frame: Frame, cut: _Cut) -> Passes:
    # a quarter of the sweeps may be shorter, and are left out: one alone must not thin all others
    fewest = sorted(sweep.pixels for sweep in cut.sweeps)[len(cut.sweeps) // 4]
    there, back = (
        {
            name: np.stack([_thinned(row, fewest) for row in own if len(row) >= fewest])
            for name, own in rows.items()
        }
        for rows in _two_ways(cut)
    )
    return _passes(frame, (there, back))


def _thinned(row: FloatImage, samples: int) -> FloatImage:
    """Return as many samples of a row, evenly spread."""
    if len(row) == samples:
        return row
    thinned: FloatImage = row[np.linspace(0, len(row) - 1, samples).round().astype(int)]
    return thinned


def _long(frame: Frame, cut: _Cut) -> Passes | None:
    """Return the beginnings of long sweeps of one pitch and speed."""
    if cut.retrace is None:
        return None
    chosen = [i for i, sweep in enumerate(cut.sweeps) if sweep.pixels >= LONG]
    if not chosen:
        return None
    like = cut.sweeps[chosen[0]]
    chosen = [i for i in chosen if _near(_dwell(cut.sweeps[i]), _dwell(like))]
    if len(chosen) < FEWEST:
        return None
    pixels = min(cut.sweeps[i].pixels for i in chosen)
    there, back = (
        {name: np.stack([own[i][:pixels] for i in chosen]) for name, own in rows.items()}
        for rows in (cut.trace, cut.retrace)
    )
    return _passes(frame, (there, back), _pitch(like), _dwell(like))


def _neighbours(frame: Frame, cut: _Cut) -> Passes | None:
    """Return sweeps in place: rows of one lattice, and a row of NaN between strangers."""
    if cut.retrace is None:
        return None
    like = cut.sweeps[0]
    turned = _all_one_way(cut, like)
    along = _along(like)
    own = [i for i, s in enumerate(turned.sweeps) if s.pixels >= BROAD and _is_parallel(s, like)]
    columns = [round(float(np.dot(turned.sweeps[i].start, along)) / _pitch(like)) for i in own]
    places = _rows(turned.sweeps, own, columns)
    if places is None:
        return None
    left = min(columns)
    width = max(c + turned.sweeps[i].pixels for i, c in zip(own, columns, strict=True)) - left
    images: tuple[dict[str, FloatImage], dict[str, FloatImage]] = ({}, {})
    for image, rows in zip(images, (turned.trace, turned.retrace or {}), strict=True):
        for name, read in rows.items():
            image[name] = np.full((places[-1] + 1, width), np.nan, np.float32)
            for i, row, column in zip(own, places, columns, strict=True):
                image[name][row, column - left : column - left + len(read[i])] = read[i]
    return _passes(frame, images, _pitch(like), _dwell(like))


def _all_one_way(cut: _Cut, like: Sweep) -> _Cut:
    """Return sweeps that all go one way: of one that goes against it the way back leads."""
    assert cut.retrace is not None
    against = [float(np.dot(_along(s), _along(like))) < 0 for s in cut.sweeps]
    if not any(against):
        return cut
    pairs = list(zip(cut.sweeps, against, strict=True))
    sweeps = tuple(replace(s, start=s.end, end=s.start) if a else s for s, a in pairs)
    there, back = cut.trace, cut.retrace
    trace, retrace = (
        {
            name: [
                other[name][i][::-1] if a else row
                for i, (row, a) in enumerate(zip(own[name], against, strict=True))
            ]
            for name in own
        }
        for own, other in ((there, back), (back, there))
    )
    return _Cut(sweeps, trace, retrace)


def _rows(sweeps: Sequence[Sweep], own: Sequence[int], columns: Sequence[int]) -> list[int] | None:
    """Return the row of each sweep: the next one for a neighbour, else one left out.

    `None` where too few are neighbours.
    """
    if len(own) < FEWEST:
        return None
    rows, neighbours = [0], 0
    for (i, left), (j, right) in pairwise(zip(own, columns, strict=True)):
        a, b = sweeps[i], sweeps[j]
        shared = min(left + a.pixels, right + b.pixels) - max(left, right)
        beside = shared >= BROAD / 2 and _across(a, b) <= 1.5 * _pitch(a)
        neighbours += beside
        rows.append(rows[-1] + (1 if beside else 2))
    return rows if neighbours >= FEWEST else None


def _across(a: Sweep, b: Sweep) -> float:
    """Return how far apart two parallel sweeps lie, m."""
    (ux, uy), (dx, dy) = _along(a), (b.start[0] - a.start[0], b.start[1] - a.start[1])
    return abs(ux * dy - uy * dx)


def _is_parallel(sweep: Sweep, like: Sweep) -> bool:
    (ax, ay), (bx, by) = _along(sweep), _along(like)
    same = abs(ax * by - ay * bx) <= ALIKE and ax * bx + ay * by > 0
    return same and _near(_pitch(sweep), _pitch(like)) and _near(_dwell(sweep), _dwell(like))


def _near(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=ALIKE)


def _along(sweep: Sweep) -> tuple[float, float]:
    length = math.dist(sweep.start, sweep.end)
    return (sweep.end[0] - sweep.start[0]) / length, (sweep.end[1] - sweep.start[1]) / length


def _pitch(sweep: Sweep) -> float:
    return math.dist(sweep.start, sweep.end) / sweep.pixels


def _dwell(sweep: Sweep) -> float:
    return _pitch(sweep) / sweep.speed
