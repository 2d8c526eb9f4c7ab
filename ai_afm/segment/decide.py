"""From logits to what is said: probabilities, and class codes by the thresholds of the card."""

import numpy as np
import torch
from numpy.typing import NDArray

from ai_afm.segment.model_file import LoadedModel
from ai_afm.types import DOMAIN_WALL_CODES, ClassCode, FloatImage, Frame

DRAWN_CODES = (
    ClassCode.WALL,
    ClassCode.WALL_180,
    ClassCode.WALL_FERROELASTIC,
    ClassCode.GRAIN_BOUNDARY,
)
"""Classes of "any": what the issue's scores call a wall or a boundary."""


def probabilities(logits: torch.Tensor, model: LoadedModel) -> FloatImage:
    """Return class probabilities (outputs, lines, pixels) float32 of logits of that shape."""
    result: FloatImage = (logits / model.card.decision.temperature).softmax(dim=0).numpy()
    return result


def labelled(probability: FloatImage, model: LoadedModel) -> NDArray[np.uint8]:
    """Turn probabilities into class codes by the model's thresholds.

    A pixel is drawn where walls and boundaries together are more probable than the card's
    threshold, as the likeliest of them; else it is a topography edge where that alone is; else
    background.

    Parameters
    ----------
    probability
        (classes, lines, pixels) float32, NaN where nothing is known.
    model
        Whose classes and thresholds count.

    Returns
    -------
    label
        (lines, pixels) uint8; 255 where nothing is known.
    """
    classes, decision = model.card.network.classes, model.card.decision
    drawn = [i for i, c in enumerate(classes) if c in DRAWN_CODES]
    label = np.zeros(probability.shape[1:], np.uint8)
    if ClassCode.TOPOGRAPHY_EDGE in classes:
        edge = probability[classes.index(ClassCode.TOPOGRAPHY_EDGE)]
        label[edge > decision.edge_threshold] = ClassCode.TOPOGRAPHY_EDGE
    if drawn:
        planes = probability[drawn]
        called = planes.sum(axis=0) > decision.any_threshold
        codes = np.array([classes[i] for i in drawn], np.uint8)
        label[called] = _likeliest(planes[:, called], codes)
    label[np.isnan(probability[0])] = ClassCode.IGNORE
    return label


def too_fine(frame: Frame, model: LoadedModel) -> bool:
    """Tell whether a frame's pixels are finer than any that the model can say something about."""
    return min(frame.request.pixel_size) < model.card.decision.smallest_pixel


def _likeliest(planes: FloatImage, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the code of each pixel of (classes, n): wall or boundary first, then the kind of wall.

    The kinds of a wall share its probability, so the boundary must not win against each alone.
    """
    wall = np.isin(codes, DOMAIN_WALL_CODES)
    if wall.any() and not wall.all():
        other = planes[~wall].sum(axis=0) > planes[wall].sum(axis=0)
        planes = np.where(wall[:, None] == other, np.float32(-1), planes)
    named: NDArray[np.uint8] = codes[planes.argmax(axis=0)]
    return named
