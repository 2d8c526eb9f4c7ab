"""What others offer for the same frame, each by its documented call, where it is installed.

None of them keeps anything of the lines before: each takes whole frames.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import torch
from scipy.ndimage import gaussian_filter, sobel

from ai_afm.segment.classical import find_lines
from ai_afm.segment.metrics import thinned
from ai_afm.types import FloatImage

Run = Callable[[], object]
SVM_SAMPLES = 500
"""Pixels that the pixel-wise classifier learns from."""


def sato_pipeline(channels: Mapping[str, FloatImage], rng: np.random.Generator) -> Run:
    """Return a run of scikit-image's Sato filter, threshold, and thinning."""
    return lambda: thinned(find_lines("log-sato", channels, rng), 12)


def pixel_svm(image: FloatImage, mask: FloatImage, rng: np.random.Generator) -> Run | None:
    """Return a run of a support vector machine on 4 features of each pixel.

    Parameters
    ----------
    image
        (lines, pixels), finite.
    mask
        (lines, pixels), > 0 on walls: it learns from both kinds of pixels alike.
    rng
        Draws the pixels that it learns from.

    Returns
    -------
    run
        Features and prediction of the whole frame; `None` where scikit-learn is absent.
    """
    if importlib.util.find_spec("sklearn") is None:
        return None
    svm: Any = importlib.import_module("sklearn.svm")
    lines, other = (np.flatnonzero(m) for m in (mask.ravel() > 0, mask.ravel() <= 0))
    if not len(lines) or not len(other):
        return None
    half = SVM_SAMPLES // 2
    chosen = np.concatenate([rng.choice(lines, half), rng.choice(other, half)])
    classifier = svm.SVC(kernel="rbf").fit(_features(image)[chosen], mask.ravel()[chosen] > 0)
    return lambda: classifier.predict(_features(image))


def _features(image: FloatImage) -> FloatImage:
    """Return value, smoothed value, slope and local spread, (pixels, 4) float32, standardised."""
    smooth = gaussian_filter(image, 2.0)
    slope = np.hypot(sobel(smooth, 0), sobel(smooth, 1))
    spread = gaussian_filter((image - smooth) ** 2, 2.0)
    stacked = np.stack([image, smooth, slope, spread], axis=-1).reshape(-1, 4)
    result: FloatImage = (stacked - stacked.mean(0)) / (stacked.std(0) + 1e-12)
    return result.astype(np.float32)


def atomai_unet(image: FloatImage, classes: int) -> Run | None:
    """Return a run of AtomAI's U-Net on a frame by its `SegPredictor.predict`, untrained.

    Parameters
    ----------
    image
        (lines, pixels) float32, sides multiples of 8.
    classes
        Number of classes.

    Returns
    -------
    run
        `None` where AtomAI is absent or does not import.
    """
    if importlib.util.find_spec("atomai") is None:
        return None
    try:
        _make_torchvision_importable()
        atomai: Any = importlib.import_module("atomai")
    except (ImportError, RuntimeError):
        return None
    network = atomai.models.Segmentor("Unet", nb_classes=classes).net
    predictor = atomai.predictors.SegPredictor(
        network, nb_classes=classes, use_gpu=False, verbose=False
    )
    return lambda: predictor.predict(image[None])


@cache
def _make_torchvision_importable() -> object:
    """Declare what torchvision wants from its C++ part, where that cannot be loaded.

    Its wheels of the public index are built for CUDA: beside a torch without it the import fails on
    two operators that no network here uses.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError as exc:
        if "torchvision::" not in str(exc):
            raise
    else:
        return None
    for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    make: Any = torch.library.Library
    library = make("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library
