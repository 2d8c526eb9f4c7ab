"""How good drawn lines are: precision, recall and F1 of 1-px lines, clDice, a random control."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

Mask = NDArray[np.bool_]


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
    precision = near_share(drawn & ~ignore, true, tolerance)
    recall = near_share(true & ~ignore, drawn, tolerance)
    if precision is None and recall is None:
        return LineScore(None, None, None)
    p, r = precision or 0.0, recall or 0.0
    return LineScore(precision, recall, 2 * p * r / (p + r) if p + r else 0.0)


def near_share(points: Mask, lines: Mask, tolerance: float) -> float | None:
    """Return the share of `points` within `tolerance` px of `lines`, `None` without points."""
    if not points.any():
        return None
    if not lines.any():
        return 0.0
    distance = cv2.distanceTransform((~lines).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float(np.mean(distance[points] <= tolerance + 1e-3))


def cl_dice(drawn: Mask, true: Mask, ignore: Mask) -> float | None:
    """Return the centreline Dice of two masks: each one's thin line inside the other one's band.

    Shit et al. 2021, DOI 10.1109/CVPR46437.2021.01629. `None` where both are empty.
    """
    drawn, true = drawn & ~ignore, true & ~ignore
    precision = near_share(thinned(drawn), true, 0.0)
    sensitivity = near_share(thinned(true), drawn, 0.0)
    if precision is None and sensitivity is None:
        return None
    p, s = precision or 0.0, sensitivity or 0.0
    return 2 * p * s / (p + s) if p + s else 0.0


def random_lines(count: int, ignore: Mask, rng: np.random.Generator) -> Mask:
    """Draw `count` pixels (at most all) outside `ignore`: what a score is worth by chance."""
    places = np.flatnonzero(~ignore)
    result = np.zeros(ignore.shape, np.bool_)
    result.flat[rng.choice(places, min(count, len(places)), replace=False)] = True
    return result
