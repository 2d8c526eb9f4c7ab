"""How sure a segmentation is."""

import numpy as np

from ai_afm.types import FloatImage


def uncertainty(probability: FloatImage) -> FloatImage:
    """Return 1 - the largest class probability.

    Parameters
    ----------
    probability
        (classes, lines, pixels) float32, sums to 1; NaN where nothing is known.

    Returns
    -------
    uncertainty
        (lines, pixels) float32 in 0..1; NaN where the probability is.
    """
    result: FloatImage = (1 - probability.max(axis=0)).astype(np.float32)
    return result
