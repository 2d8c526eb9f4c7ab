"""Calibrated probabilities: a temperature and an offset for each class (vector scaling).

One temperature for all cannot be right for thin classes and the background alike: the loss weighs
them differently. Vector scaling (Guo et al. 2017, arXiv:1706.04599) costs one multiplication and
one addition a pixel, whatever the network.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from ai_afm.errors import BadInput

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClassScaling:
    """What logits are multiplied with, and what is added, before the softmax.

    Parameters
    ----------
    scale
        (classes,) positive; all equal: one over a common temperature.
    bias
        (classes,); their mean is 0, for the softmax does not see it.

    Examples
    --------
    >>> plain = ClassScaling((0.5, 0.5), (0.0, 0.0))
    >>> plain.applied(np.array([[2.0], [0.0]]))
    array([[1.],
           [0.]])
    """

    scale: tuple[float, ...]
    bias: tuple[float, ...]

    def applied(self, logits: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return scaled logits; the first axis is that of the classes, the dtype is kept."""
        shape = (-1,) + (1,) * (logits.ndim - 1)
        scale, bias = (np.asarray(v, logits.dtype).reshape(shape) for v in (self.scale, self.bias))
        return logits * scale + bias


def fit_class_temperatures(
    logits: NDArray[np.floating], targets: NDArray[np.integer]
) -> ClassScaling:
    """Fit scale and bias of each class to the truth, by the least negative log likelihood.

    Parameters
    ----------
    logits
        (pixels, classes) of validation data, as the network gives them.
    targets
        (pixels,) class index that is true; negative where nothing is asked.

    Returns
    -------
    ClassScaling
        A class that is never true keeps the common temperature and no bias of its own: nothing can
        be learned about it.

    Raises
    ------
    BadInput
        When nothing is asked, a target is no class, or a logit is not finite.
    """
    asked = targets >= 0
    _check(logits, targets, asked)
    x, y = np.asarray(logits[asked], np.float64), np.asarray(targets[asked], np.intp)
    classes = x.shape[1]
    seen = np.bincount(y, minlength=classes) > 0
    common = minimize(_common_loss, 0.0, (x, y), jac=True, method="L-BFGS-B").x[0]
    start = np.concatenate([np.full(classes, common), np.zeros(classes)])
    found = minimize(_loss, start, (x, y, seen), jac=True, method="L-BFGS-B").x
    scale, bias = np.exp(found[:classes]), found[classes:]
    bias = np.where(seen, bias - bias[seen].mean(), 0.0)
    return ClassScaling(tuple(scale.tolist()), tuple(bias.tolist()))


def _check(
    logits: NDArray[np.floating], targets: NDArray[np.integer], asked: NDArray[np.bool_]
) -> None:
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise BadInput(f"logits {logits.shape} and targets {targets.shape} do not belong together")
    if not asked.any():
        raise BadInput("no pixel is asked for: nothing to calibrate on")
    if targets.max() >= logits.shape[1]:
        raise BadInput(f"target {targets.max()} is none of {logits.shape[1]} classes")
    if not np.isfinite(logits[asked]).all():
        raise BadInput("a logit is not finite")


def _common_loss(parameters: Values, x: Values, y: NDArray[np.intp]) -> tuple[float, Values]:
    scale = float(np.exp(parameters[0]))
    loss, error = _likelihood(x * scale, y)
    return loss, np.array([scale * (error * x).sum()])


def _loss(
    parameters: Values, x: Values, y: NDArray[np.intp], seen: NDArray[np.bool_]
) -> tuple[float, Values]:
    classes = x.shape[1]
    scale, bias = np.exp(parameters[:classes]), parameters[classes:]
    loss, error = _likelihood(x * scale + bias, y)
    slope = np.concatenate([scale * (error * x).sum(axis=0), error.sum(axis=0)])
    return loss, slope * np.tile(seen, 2)


def _likelihood(z: Values, y: NDArray[np.intp]) -> tuple[float, Values]:
    """Return the mean negative log likelihood and its slope by each logit."""
    rows = np.arange(len(y))
    error = softmax(z, axis=1)
    error[rows, y] -= 1
    loss = -float(log_softmax(z, axis=1)[rows, y].mean())
    return loss, np.asarray(error / len(y))
