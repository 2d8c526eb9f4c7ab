"""Whether a probability means what it says, and whether a score tells the unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from ai_afm.errors import BadInput
from ai_afm.segment.metrics.chains import Mask
from ai_afm.segment.metrics.lines import distance_to, same_shape
from ai_afm.types import ClassCode, FloatImage

BINS = 15
ASKED_PROBABILITY = 0.05
ASKED_DISTANCE = 3.0
"""Pixels count where the class is said with more than 5 % or is true within 3 px: elsewhere
background that is rightly empty would hide every error."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """The reliability curve of one class, equal-width bins from 0 to 1; adds up over frames.

    `count` (bins,) int64; `said` and `right` (bins,) float64: the sum of probabilities and the
    number of true pixels in each bin.
    """

    count: NDArray[np.int64]
    said: NDArray[np.float64]
    right: NDArray[np.float64]

    def __add__(self, other: "Reliability") -> "Reliability":
        """Pool two frames."""
        same_shape(self.count, other.count)
        return Reliability(
            self.count + other.count, self.said + other.said, self.right + other.right
        )

    @property
    def confidence(self) -> NDArray[np.float64]:
        """Mean probability in each bin, NaN in empty ones."""
        return _shares(self.said, self.count)

    @property
    def frequency(self) -> NDArray[np.float64]:
        """Share of true pixels in each bin, NaN in empty ones."""
        return _shares(self.right, self.count)

    @property
    def ece(self) -> float | None:
        """Expected calibration error: |confidence - frequency|, mean over pixels, `None` of none.

        Naeini et al. 2015, DOI 10.1609/aaai.v29i1.9602.
        """
        total = int(self.count.sum())
        return float(np.abs(self.said - self.right).sum() / total) if total else None


def reliability(probability: FloatImage, true: Mask, where: Mask, bins: int = BINS) -> Reliability:
    """Compare the probability of a class with how often it is true.

    Networks here are trained on bands 3 px wide, so their probability is that of the band: give
    `true` as such a band, not as a 1-px line.

    Parameters
    ----------
    probability
        (lines, pixels) in 0..1; NaN is not counted.
    true
        (lines, pixels) bool: where the class is.
    where
        (lines, pixels) bool: pixels that count, see `asked_pixels`.
    bins
        Number of equal-width bins; 1.0 belongs to the last.

    Raises
    ------
    BadInput
        When the shapes differ or a probability lies outside 0..1.
    """
    same_shape(probability, true, where)
    counted = where & np.isfinite(probability)
    said, right = probability[counted].astype(float), true[counted].astype(float)
    if said.size and (said.min() < -1e-6 or said.max() > 1 + 1e-6):
        raise BadInput(f"probabilities from {said.min():.3g} to {said.max():.3g}, not within 0..1")
    index = np.minimum((said * bins).astype(int), bins - 1)
    return Reliability(
        np.bincount(index, minlength=bins).astype(np.int64),
        np.bincount(index, said, bins).astype(np.float64),
        np.bincount(index, right, bins).astype(np.float64),
    )


def asked_pixels(probability: FloatImage, true: Mask, ignore: Mask) -> Mask:
    """Return where the calibration of a class counts.

    Outside `ignore`, where the probability exceeds 0.05 or the class is true within 3 px.
    """
    near = distance_to(true) <= ASKED_DISTANCE + 1e-3
    return np.asarray(~ignore & ((np.nan_to_num(probability) > ASKED_PROBABILITY) | near))


def class_reliability(
    probability: FloatImage, classes: Sequence[int], truth: NDArray[np.uint8], ignore: Mask
) -> dict[int, Reliability]:
    """Return the reliability of each class on the pixels that count for it.

    Parameters
    ----------
    probability
        (classes, lines, pixels) in 0..1, NaN where nothing is known.
    classes
        Class code of each plane.
    truth
        (lines, pixels) uint8 class codes, lines as bands of 3 px.
    ignore
        (lines, pixels) bool.
    """
    return {
        int(code): reliability(
            plane, truth == code, asked_pixels(plane, np.asarray(truth == code), ignore)
        )
        for code, plane in zip(classes, probability, strict=True)
    }


def class_wise_ece(curves: Mapping[int, Reliability]) -> float | None:
    """Return the mean of the classes' errors, each class with equal weight; `None` of none.

    Classwise-ECE of Kull et al. 2019 (arXiv:1910.12656), but the background is left out: it is
    nearly everywhere and nearly sure, so its small error would only dilute the others'.
    """
    lines = [curve for code, curve in curves.items() if code != ClassCode.BACKGROUND]
    errors = [curve.ece for curve in lines if curve.ece is not None]
    return float(np.mean(errors)) if errors else None


def auroc(inside_scores: Sequence[float], outside_scores: Sequence[float]) -> float:
    """Return the probability that a score from outside exceeds one from inside; ties are half.

    The area under the ROC curve by ranks (Hanley & McNeil 1982,
    DOI 10.1148/radiology.143.1.7063747).

    Raises
    ------
    BadInput
        When one side is empty or a score is no number.

    Examples
    --------
    >>> auroc([1.0, 2.0], [2.0, 3.0])
    0.875
    """
    inside, outside = np.asarray(inside_scores, float), np.asarray(outside_scores, float)
    if not inside.size or not outside.size:
        raise BadInput(f"{inside.size} scores inside and {outside.size} outside; both are needed")
    both = np.concatenate([outside.ravel(), inside.ravel()])
    if np.isnan(both).any():
        raise BadInput(f"{int(np.isnan(both).sum())} scores are no number; leave those frames out")
    ranks = rankdata(both)[: outside.size].sum()
    above = ranks - outside.size * (outside.size + 1) / 2
    return float(above / (inside.size * outside.size))


def _shares(part: NDArray[np.float64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    share = np.full(len(whole), np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share
