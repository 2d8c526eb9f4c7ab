"""Which windows of a frame are worth a person's time: where a model doubts much length of line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.flywheel.records import Window
from ai_afm.survey.skeleton import drop_small, thin
from ai_afm.types import ClassCode, Segmentation

SIZES = (128, 192, 256)
"""Edges of the windows, px; a frame that is smaller gives its whole extent."""
MAX_OVERLAP = 0.25
"""Largest shared part of two windows of a frame, as a fraction of the smaller one."""
CANDIDATE = 0.15
"""Probability of any line above which a ridge may be a line: what a model has missed counts too."""
SHORTEST = 8
"""Pixels of the smallest patch of such probability that counts."""
AROUND = 7
"""Width, px, over which the doubt about a pixel of a line is averaged: the line with its flanks."""
GROW = 0.8
"""A window grows while its mean stake stays above this share of the smallest window's."""
MOST = 150.0
"""Pixels of line, weighted with their doubt, beyond which a window does not grow.

A larger one is a task of minutes: with the tools of the window 83 % of the crops below this take
ten seconds or less, a fifth of those above (180 crops of the simulated annotator, seeds 11 to 13).
"""
STEP = 8
"""Distance of the windows that are tried, px."""
LEAST = 4.0
"""Pixels of line, each weighted with its doubt, below which a window is not worth it."""


@dataclass(frozen=True, slots=True)
class Stake:
    """What a model doubts in a frame, pixel by pixel.

    Parameters
    ----------
    doubted
        (lines, pixels) float64: length of line in each pixel, weighted with the doubt about it, px.
    length
        (lines, pixels) float64: length of line in each pixel, px.
    valid
        (lines,) bool: rows that will not change any more.
    """

    doubted: NDArray[np.float64]
    length: NDArray[np.float64]
    valid: NDArray[np.bool_]

    def of(self, window: Window) -> tuple[float, float]:
        """Return the doubted length and the length in a window, px."""
        return float(window.of(self.doubted).sum()), float(window.of(self.length).sum())


def stake_of(segmentation: Segmentation, valid: NDArray[np.bool_]) -> Stake:
    """Return the length of line that a model may have wrong.

    Parameters
    ----------
    segmentation
        What the model saw. A line is a ridge of the probability of any class but background, also
        where that stays below one half.
    valid
        (lines,) bool: rows that count.

    Returns
    -------
    Stake
        A pixel of line counts as one pixel of length; its doubt is the mean uncertainty around it.
    """
    drawn = [c for c in segmentation.classes if c not in (ClassCode.BACKGROUND, ClassCode.IGNORE)]
    line = np.where(valid[:, None], np.nan_to_num(segmentation.probability_of(*drawn)), 0.0)
    smooth = cv2.GaussianBlur(np.asarray(line, np.float32), (0, 0), 1.0)
    ridge = thin(drop_small(smooth >= CANDIDATE, SHORTEST)) & valid[:, None]
    unsure = np.where(valid[:, None], np.nan_to_num(segmentation.uncertainty), 0.0)
    doubt = cv2.blur(np.asarray(unsure, np.float32), (AROUND, AROUND))
    return Stake(np.where(ridge, doubt, 0.0).astype(float), ridge.astype(float), valid)


def window_sizes(shape: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the sizes, (lines, pixels), that windows of a frame may have, the smallest first.

    Examples
    --------
    >>> window_sizes((96, 200))
    [(96, 128), (96, 192), (96, 200)]
    """
    sizes = [(min(edge, shape[0]), min(edge, shape[1])) for edge in SIZES]
    return list(dict.fromkeys(sizes))


def choose_windows(
    stake: Stake, most: int, taken: Sequence[Window] = (), at_least_one: bool = False
) -> list[Window]:
    """Return the windows with most at stake, the best first.

    Parameters
    ----------
    stake
        Of the frame.
    most
        Number of windows.
    taken
        Windows that are in the queue already.
    at_least_one
        Return one also where nothing is at stake: the run has asked for a person.

    Returns
    -------
    list of Window
        Each within settled rows. No two share more than `MAX_OVERLAP`, nor with `taken`.
    """
    chosen: list[Window] = []
    while len(chosen) < most:
        asked = at_least_one and not chosen and not taken
        best = _best(stake, [*taken, *chosen], 0.0 if asked else LEAST)
        if best is None:
            break
        chosen.append(best)
    return chosen


def _best(stake: Stake, taken: Sequence[Window], least: float) -> Window | None:
    """Return the smallest window with most at stake, grown while that pays."""
    sizes = window_sizes((len(stake.valid), stake.doubted.shape[1]))
    small = _best_of_size(stake, sizes[0], taken, least)
    if small is None:
        return None
    best, density = small, stake.of(small)[0] / (small.lines * small.pixels)
    for size in sizes[1:]:
        grown = _around(small, size, stake.doubted.shape)
        doubted = stake.of(grown)[0]
        mean = doubted / (grown.lines * grown.pixels)
        if doubted > MOST or mean < GROW * density or not _is_free(stake, grown, taken):
            break
        best = grown
    return best


def _best_of_size(
    stake: Stake, size: tuple[int, int], taken: Sequence[Window], least: float
) -> Window | None:
    total = cv2.integral(stake.doubted)
    tops, lefts = (_starts(n, k) for n, k in zip(stake.doubted.shape, size, strict=True))
    down, right = tops + size[0], lefts + size[1]
    sums = (
        total[np.ix_(down, right)] - total[np.ix_(tops, right)]
        - total[np.ix_(down, lefts)] + total[np.ix_(tops, lefts)]
    ).ravel()  # fmt: skip
    places = [Window(int(t), int(f), *size) for t in tops for f in lefts]
    # with nothing at stake the middle is better than a corner
    row, column = ((n - k) / 2 for n, k in zip(stake.doubted.shape, size, strict=True))
    off = [abs(w.top - row) + abs(w.left - column) for w in places]
    order: list[int] = np.lexsort((off, -sums)).tolist()
    for number in order:
        if sums[number] < least:
            return None
        if _is_free(stake, places[number], taken):
            return places[number]
    return None


def _starts(extent: int, size: int) -> NDArray[np.int64]:
    last = extent - size
    return np.unique(np.append(np.arange(0, last + 1, STEP), last))


def _around(window: Window, size: tuple[int, int], shape: tuple[int, ...]) -> Window:
    """Return a window of a size around the middle of another, moved into the frame."""
    top = window.top + (window.lines - size[0]) // 2
    left = window.left + (window.pixels - size[1]) // 2
    top, left = min(max(top, 0), shape[0] - size[0]), min(max(left, 0), shape[1] - size[1])
    return Window(top, left, *size)


def _is_free(stake: Stake, window: Window, taken: Sequence[Window]) -> bool:
    rows = stake.valid[window.top : window.top + window.lines]
    return bool(rows.all()) and all(window.overlap(t) <= MAX_OVERLAP for t in taken)


def random_windows(
    valid: Sequence[NDArray[np.bool_]],
    pixels: Sequence[int],
    count: int,
    rng: np.random.Generator,
) -> Iterator[tuple[int, Window]]:
    """Draw windows of the smallest size by lot.

    A frame is drawn as often as its settled area is large, and in it any place is as likely as
    another.

    Parameters
    ----------
    valid
        (lines,) bool of each frame: rows that a window may cover.
    pixels
        Number of pixels of a line of each frame.
    count
        How many.
    rng
        The lot.

    Yields
    ------
    frame, window
        Number of the frame and the window. Fewer come when there is no room for `count` that share
        at most `MAX_OVERLAP` with each other.
    """
    sizes = [window_sizes((len(v), p))[0] for v, p in zip(valid, pixels, strict=True)]
    tops = [_whole(v, s[0]) for v, s in zip(valid, sizes, strict=True)]
    areas = [p * int(v.sum()) * bool(len(t)) for v, p, t in zip(valid, pixels, tops, strict=True)]
    if not sum(areas):
        return
    share = np.array(areas) / sum(areas)
    drawn: list[tuple[int, Window]] = []
    for _ in range(50 * count):
        frame = int(rng.choice(len(share), p=share))
        top = int(rng.choice(tops[frame]))
        left = int(rng.integers(pixels[frame] - sizes[frame][1] + 1))
        window = Window(top, left, *sizes[frame])
        if all(f != frame or window.overlap(w) <= MAX_OVERLAP for f, w in drawn):
            drawn.append((frame, window))
            yield frame, window
        if len(drawn) == count:
            return


def _whole(valid: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
    """Return the rows at which `size` valid rows begin."""
    before = np.concatenate([[0], np.cumsum(valid)])
    return np.flatnonzero(before[size:] - before[:-size] == size)
