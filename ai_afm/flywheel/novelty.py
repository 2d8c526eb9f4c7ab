"""How unlike everything a person has been asked about a crop is: k-centre, farthest first.

References
----------
Gonzalez, "Clustering to minimize the maximum intercluster distance", Theor. Comput. Sci. 38 (1985)
293, doi 10.1016/0304-3975(85)90224-5. Sener and Savarese, "Active learning for convolutional neural
networks: a core-set approach", ICLR 2018.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.types import ClassCode, FloatImage

Vector = NDArray[np.float64]
NEW = 0.25
"""Share of the typical distance of two crops beyond which a crop counts as new."""
_SAMPLE = 300
_SCALES = (2.0, 4.0, 8.0, 16.0)
"""Standard deviations of the Gaussians between which the size of domains is read, px."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A window of a frame, as features are made from.

    Parameters
    ----------
    images
        Name of the channel -> (lines, pixels) float32.
    probability
        (classes, lines, pixels) float32.
    classes
        Class code of each plane.
    uncertainty
        (lines, pixels) float32, 0..1.
    """

    images: Mapping[str, FloatImage]
    probability: FloatImage
    classes: tuple[int, ...]
    uncertainty: FloatImage


class Features(Protocol):
    """Turns a crop into a vector; crops that look alike get vectors that lie close."""

    def __call__(self, crop: Crop) -> Vector:
        """Return the features of a crop, (n,) float64, all finite; n is the same for all crops."""


def probability_features(crop: Crop) -> Vector:
    """Return what the stored probabilities tell of a crop, (17,) float64, each within -1..1.

    How much there is of each class (root of the mean probability), mean and spread of the
    uncertainty, how coarse the pattern is (share of its contrast in bands of one octave), and along
    which direction the lines run, if along one (double angle, weighted with the coherence).
    """
    amounts = np.zeros(6)
    for code, plane in zip(crop.classes, crop.probability, strict=True):
        if code < len(amounts):
            amounts[code] = np.sqrt(np.nanmean(plane))
    drawn = [p for c, p in zip(crop.classes, crop.probability, strict=True) if c not in _EMPTY]
    line = np.nan_to_num(np.sum(drawn, axis=0, dtype=np.float32)) if drawn else None
    unsure = np.nan_to_num(crop.uncertainty, nan=1.0)
    doubt = [float(unsure.mean()), float(unsure.std())]
    if line is None:
        line = np.zeros(unsure.shape, np.float32)
    return np.concatenate([amounts, doubt, _bands(line), _directions(line)])


_EMPTY = (ClassCode.BACKGROUND, ClassCode.IGNORE)


def _bands(line: FloatImage) -> Vector:
    """Return the share of the variance in each octave of sizes, and all of it, (6,)."""
    planes = [line, *(cv2.GaussianBlur(line, (0, 0), s) for s in _SCALES)]
    variances = [float(np.var(a - b)) for a, b in pairwise(planes)]
    variances.append(float(np.var(planes[-1])))
    total = sum(variances)
    shares = np.array(variances) / total if total > 0 else np.zeros(len(variances))
    return np.append(shares, min(2 * np.sqrt(total), 1.0))


def _directions(line: FloatImage) -> Vector:
    """Return cos and sin of the double angle of the lines, and how much they agree, (3,)."""
    smooth = cv2.GaussianBlur(line, (0, 0), 1.5)
    down, right = np.gradient(smooth.astype(float))
    along = np.array([(right**2 - down**2).sum(), (2 * right * down).sum()])
    total = float((right**2 + down**2).sum())
    if total == 0.0:
        return np.zeros(3)
    along = along / total
    return np.append(along, np.hypot(*along))


def distances(features: NDArray[np.float64], centres: NDArray[np.float64]) -> Vector:
    """Return how far each vector is from the nearest centre, (n,); infinite without a centre.

    Parameters
    ----------
    features, centres
        (n, d) and (m, d) float64.
    """
    nearest = np.full(len(features), np.inf)
    for centre in centres:
        nearest = np.minimum(nearest, np.linalg.norm(features - centre, axis=1))
    return nearest


def typical_distance(features: NDArray[np.float64]) -> float:
    """Return the median distance of two vectors, 0 for fewer than two.

    Parameters
    ----------
    features
        (n, d) float64; of many, `_SAMPLE` evenly spread ones count.
    """
    some = features[:: max(1, len(features) // _SAMPLE)]
    rows, columns = np.triu_indices(len(some), 1)
    if not len(rows):
        return 0.0
    return float(np.median(np.linalg.norm(some[rows] - some[columns], axis=1)))


def novelty(nearest: Vector, typical: float) -> Vector:
    """Return how new crops are, 0 for a copy of what was asked before, 1 for what is unlike it.

    Whatever is farther than a quarter of the typical distance is new: farther still is odd, not
    worth more. (A novelty that grows without end asks about every oddity of a night once, before it
    asks about the second crop of what is wrong everywhere.)

    Parameters
    ----------
    nearest
        (n,) distance from what was asked before.
    typical
        See `typical_distance`; where it is 0 all crops look alike, and all count as new.
    """
    if typical <= 0:
        return np.ones(len(nearest))
    return np.asarray(np.minimum(nearest / (NEW * typical), 1.0))


def in_order(
    worth: NDArray[np.float64],
    features: NDArray[np.float64],
    nearest: Vector,
    most: int,
    typical: float,
) -> list[tuple[int, float]]:
    """Return which crops to ask about, in turn: the largest worth x novelty first.

    Parameters
    ----------
    worth
        (n,) float64: what an answer would be worth if nothing like it had been seen.
    features
        (n, d) float64.
    nearest
        (n,): distance from what has been asked before (see `distances`).
    most
        How many.
    typical
        Typical distance of two crops.

    Returns
    -------
    list of (number, novelty)
        Novelty with respect to all that comes before.

    Examples
    --------
    >>> worth, features = np.array([3.0, 2.9, 1.0]), np.array([[0.0], [0.1], [1.0]])
    >>> [number for number, _ in in_order(worth, features, np.full(3, np.inf), 3, 1.0)]
    [0, 1, 2]
    >>> worth = np.array([3.0, 2.0, 1.0])
    >>> [number for number, _ in in_order(worth, features, np.full(3, np.inf), 3, 1.0)]
    [0, 2, 1]
    """
    nearest = nearest.copy()
    open_ones = np.ones(len(worth), bool)
    found = []
    for _ in range(min(most, len(worth))):
        new = novelty(nearest, typical)
        # of those that nothing tells apart the one with most at stake
        score = np.where(open_ones, worth * new, -np.inf)
        tied = np.flatnonzero(score == score.max())
        best = int(tied[np.argmax(worth[tied])])
        found.append((best, float(new[best])))
        open_ones[best] = False
        nearest = np.minimum(nearest, np.linalg.norm(features - features[best], axis=1))
    return found
