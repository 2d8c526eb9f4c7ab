"""How good drawn lines are: precision, recall and F1 of 1-px lines, clDice, length, a control."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from ai_afm.errors import BadInput
from ai_afm.segment.metrics.chains import Mask, chains

_SMOOTH = 3.0
"""Steps (standard deviation) over which a line's direction is averaged: enough for a staircase of
any slope (at most 0.4 % too long), and no more than a bend of a few pixels stands."""
_PRECISE = 1e-3
"""Slack of a distance that is a root of integers in float32, px."""


@dataclass(frozen=True, slots=True)
class LineScore:
    """Share of drawn pixels near a true line, of true near a drawn one, and their harmonic mean.

    `precision` is `None` where nothing was drawn, `recall` where nothing is there to be found,
    `f1` where either is `None` and the other is too; nothing found of something, or something
    drawn of nothing, is 0.
    """

    precision: float | None
    recall: float | None
    f1: float | None


def scored(precision: float | None, recall: float | None) -> LineScore:
    """Return a score with its harmonic mean; a missing share counts as 0 beside one that is not."""
    if precision is None and recall is None:
        return LineScore(None, None, None)
    p, r = precision or 0.0, recall or 0.0
    return LineScore(precision, recall, 2 * p * r / (p + r) if p + r else 0.0)


def thinned(mask: Mask, min_pixels: int = 0) -> Mask:
    """Thin a mask to 1-px lines (Zhang-Suen); pieces below `min_pixels` are dropped first."""
    if not mask.any():
        return np.zeros(mask.shape, np.bool_)
    if min_pixels > 1:
        _, labels, stats, _ = cv2.connectedComponentsWithStats(
            mask.astype(np.uint8), connectivity=8
        )
        keep = stats[:, cv2.CC_STAT_AREA] >= min_pixels
        keep[0] = False
        mask = keep[labels]
    result: Mask = skeletonize(mask)  # type: ignore[no-untyped-call]
    return result


def coded(label: NDArray[np.uint8], codes: Collection[int], min_pixels: int) -> NDArray[np.uint8]:
    """Return the 1-px lines that a label draws, with their class codes; 0 elsewhere.

    Parameters
    ----------
    label
        (lines, pixels) uint8.
    codes
        Classes that are lines; those that touch are thinned as one.
    min_pixels
        Pieces of the mask below are dropped.
    """
    line = thinned(np.isin(label, list(codes)), min_pixels)
    return np.where(line, label, 0).astype(np.uint8)


def joined(lines: Mask) -> Mask:
    """Close gaps of up to 2 px in 1-px lines: widened to bands of 3 px and thinned again.

    Truth that is drawn from labels has such gaps where lines meet. The drawn lines were thinned
    from bands too, so that what thinning loses at ends is lost on both sides, and lines closer than
    4 px grow together on both.
    """
    bands = cv2.dilate(lines.astype(np.uint8), np.ones((3, 3), np.uint8))
    return thinned(np.asarray(bands > 0))


def line_score(drawn: Mask, true: Mask, ignore: Mask, tolerance: float) -> LineScore:
    """Compare 1-px lines.

    Parameters
    ----------
    drawn, true
        (lines, pixels) bool.
    ignore
        Pixels that count neither for nor against.
    tolerance
        Distance that still counts as found, px (Euclidean, centre to centre).
    """
    return scored(
        near_share(drawn & ~ignore, true, tolerance), near_share(true & ~ignore, drawn, tolerance)
    )


def near_share(points: Mask, lines: Mask, tolerance: float) -> float | None:
    """Return the share of `points` within `tolerance` px of `lines`, `None` without points."""
    if not points.any():
        return None
    return float(np.mean(distance_to(lines)[points] <= tolerance + _PRECISE))


def distance_to(lines: Mask) -> NDArray[np.float32]:
    """Return each pixel's distance to the nearest of `lines`, px; infinite where there is none."""
    if not lines.any():
        return np.full(lines.shape, np.inf, np.float32)
    away = (~lines).astype(np.uint8)
    distance = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance, np.float32)


def cl_dice(drawn: Mask, true: Mask, ignore: Mask) -> float | None:
    """Return the centreline Dice of two masks: each one's thin line inside the other one's band.

    Shit et al. 2021, DOI 10.1109/CVPR46437.2021.01629. `None` where both are empty.
    """
    drawn, true = drawn & ~ignore, true & ~ignore
    inside = near_share(thinned(drawn), true, 0.0), near_share(thinned(true), drawn, 0.0)
    return scored(*inside).f1


def random_lines(count: int, ignore: Mask, rng: np.random.Generator) -> Mask:
    """Draw `count` pixels (at most all) outside `ignore`: what a score is worth by chance."""
    places = np.flatnonzero(~ignore)
    result = np.zeros(ignore.shape, np.bool_)
    result.flat[rng.choice(places, min(count, len(places)), replace=False)] = True
    return result


def line_lengths(skeleton: Mask) -> NDArray[np.float64]:
    """Say how much length each pixel of a 1-px line stands for.

    A step between two pixels counts with its component along the line's direction there, the
    Gaussian mean of the steps around: the sum over a straight line is its Euclidean length at any
    angle, where counting steps of 1 and sqrt(2) exceeds it by up to 8 % (at 22.5 degrees). A line
    that ends on the frame's edge is taken to go on to the edge itself. A lone pixel has no length.

    Parameters
    ----------
    skeleton
        (lines, pixels) bool, lines of 1 px (8-connected; corner pixels do no harm).

    Returns
    -------
    lengths
        (lines, pixels) float64, px.
    """
    result = np.zeros(skeleton.shape)
    for chain in chains(skeleton):
        pixels = chain.pixels
        steps = np.diff(pixels, axis=0).astype(float)
        direction = _directions(steps, chain.closed)
        halves = np.sum(steps * direction, axis=1) / 2
        np.add.at(result, tuple(pixels[:-1].T), halves)
        np.add.at(result, tuple(pixels[1:].T), halves)
        for end, along in ((pixels[0], direction[0]), (pixels[-1], direction[-1])):
            if not chain.closed and _on_edge(end, skeleton.shape):
                result[tuple(end)] += 0.5 / np.abs(along).max()
    return result


def line_length(skeleton: Mask, ignore: Mask | None = None) -> float:
    """Return the length of 1-px lines outside `ignore`, px; see `line_lengths`.

    Examples
    --------
    >>> round(line_length(np.eye(20, 30, dtype=bool)) / 2**0.5, 2)
    20.0
    """
    lengths = line_lengths(skeleton)
    return float(lengths.sum() if ignore is None else lengths[~ignore].sum())


def length_density(skeleton: Mask, ignore: Mask | None = None) -> float | None:
    """Return the length of 1-px lines per area outside `ignore`, px per px^2.

    `None` where everything is ignored.
    """
    area = skeleton.size if ignore is None else int(np.sum(~ignore))
    return line_length(skeleton, ignore) / area if area else None


def density_error(drawn: Mask, true: Mask, ignore: Mask | None = None) -> float | None:
    """Return by how much too long the drawn 1-px lines are, as a share of the true ones.

    Negative where too little was drawn; `None` where nothing is there to be found.
    """
    expected = line_length(true, ignore)
    return line_length(drawn, ignore) / expected - 1 if expected > 0 else None


def _directions(steps: NDArray[np.float64], closed: bool) -> NDArray[np.float64]:
    """Return the unit direction of the line at each step; of a ring across its seam too."""
    # beyond an open end there is nothing: its weight is 0, and only the direction is kept
    mode: Literal["wrap", "constant"] = "wrap" if closed else "constant"
    mean = ndimage.gaussian_filter1d(steps, _SMOOTH, axis=0, mode=mode)
    size = np.linalg.norm(mean, axis=1, keepdims=True)
    mean = np.where(size > 1e-9, mean, steps)  # a tiny ring: the step is all there is
    return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True))


def _on_edge(pixel: NDArray[np.int64], shape: tuple[int, ...]) -> bool:
    return bool(np.any(pixel == 0) or np.any(pixel == np.array(shape) - 1))


def same_shape(*images: NDArray[np.generic]) -> None:
    """Refuse images that cannot be compared pixel by pixel.

    Raises
    ------
    BadInput
        When the shapes differ.
    """
    shapes = {image.shape for image in images}
    if len(shapes) > 1:
        raise BadInput(f"images of different shapes cannot be compared: {sorted(shapes)}")
