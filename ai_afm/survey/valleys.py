"""Valleys of a probability: where the bands of two lines that run side by side touch."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_afm.survey.skeleton import Mask

_RISE = 0.02
"""Least rise to both sides of a valley (second difference); what is flat has none."""

_ALONG = 4.0
"""A valley is so many times more curved across than along; a dip in one line is not."""


def without_valleys(band: Mask, ridge: NDArray[np.float32]) -> Mask:
    """Take the valleys between lines out of the band that they make together.

    Two lines closer than their bands are wide hang together above any threshold that a faint line
    needs too. Between them the probability rises to two sides and goes on unchanged along the
    lines; where a line fades for a few pixels it rises to two sides too, but falls to the others.
    The two are told by the principal curvatures, and only the first is taken out.

    Parameters
    ----------
    band
        (lines, pixels) bool, where lines may be.
    ridge
        (lines, pixels) float32, probability of any line, smoothed over about a pixel.

    Returns
    -------
    (lines, pixels) bool
        The band without its valleys; without its outer flanks, too, where they are hollow.
    """
    wide = cv2.copyMakeBorder(ridge, 1, 1, 1, 1, cv2.BORDER_REFLECT_101)
    flat, width = np.asarray(wide, np.float32).ravel(), ridge.shape[1] + 2
    kept = np.pad(band, 1)
    at = np.flatnonzero(kept)
    centre = -2 * flat.take(at)
    across = flat.take(at - 1) + flat.take(at + 1) + centre
    down = flat.take(at - width) + flat.take(at + width) + centre
    # the sum of both curvatures is positive in a valley, and in few other places
    hollow = np.flatnonzero(across + down > 0)
    at, both, apart = at[hollow], (across + down)[hollow], (across - down)[hollow]
    skew = flat[at - width - 1] + flat[at + width + 1] - flat[at - width + 1] - flat[at + width - 1]
    spread = np.sqrt(apart**2 + (skew / 2) ** 2)
    most, least = (both + spread) / 2, (both - spread) / 2
    kept.ravel()[at[(most > _RISE) & (most > -_ALONG * least)]] = False
    return kept[1:-1, 1:-1]
